"""Operations on one row: read, their clauses derived, and refused where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import spec
from spec.__main__ import main

FILE = Path(__file__).parents[1] / "conformance" / "garden.yaml"
GARDEN = FILE.read_text("utf-8")
CONTRACT = spec.load(FILE)


def test_what_each_operation_does_to_a_row() -> None:
    found = {o.id: (o.access.action, o.access.by) for o in CONTRACT.operations if o.access}
    assert found == {
        "listPlants": ("reads", ""),
        "createPlant": ("creates", ""),
        "getPlant": ("gets", "plant"),
        "replacePlant": ("updates", "plant"),
        "changePlant": ("updates", "plant"),
        "removePlant": ("removes", "plant"),
        "listBeds": ("reads", ""),
        "createBed": ("creates", ""),
        "getBed": ("gets", "code"),
        "removeBed": ("removes", "code"),
    }


def test_a_field_that_only_responses_hold_is_not_sent() -> None:
    create = CONTRACT.by_id["createPlant"]
    assert "id" not in CONTRACT.body_fields(create)
    assert CONTRACT.needed_fields(create) == ("name", "bed")


@pytest.mark.parametrize(
    ("id", "level", "requirement"),
    [
        ("createPlant.write.creates", "documented", "A valid row is made"),
        ("createPlant.write.unique-key", "documented", "Each new row gets its own id"),
        ("createPlant.write.default.watered", "documented", "A row without watered gets True."),
        ("createBed.write.known-key", "documented", "A row with a code that another row has is answered 4xx"),
        ("createPlant.body.bounds.height", "documented", "A row whose height is none of the allowed values"),
        ("replacePlant.write.absent", "documented", "An optional field that the request leaves out is cleared."),
        ("changePlant.write.absent", "documented", "An optional field that the request leaves out keeps its value."),
        ("changePlant.write.null.note", "documented", "null sets note to null."),
        ("changePlant.write.if-match", "documented", "With an earlier ETag in If-Match the answer is 412"),
        ("removePlant.write.unknown-row", "documented", "A key that no row has is answered 404"),
        ("getBed.get.unknown-row", "documented", "A value of code that no row has is answered 404."),
    ],
)
def test_the_clauses_of_one_row(id: str, level: str, requirement: str) -> None:
    clause = CONTRACT.clause(id)
    assert clause
    assert clause.level == level
    assert clause.requirement.startswith(requirement)


@pytest.mark.parametrize(
    ("old", "new", "id", "level"),
    [
        ("absent: clear, ", "", "replacePlant.write.absent", "inferred"),
        ("absent: keep", "", "changePlant.write.absent", "documented"),
        ('        "409": {description: There is one with this code.}\n', "", "createBed.write.known-key", "inferred"),
    ],
)
def test_what_the_document_leaves_open_is_inferred(tmp_path: Path, old: str, new: str, id: str, level: str) -> None:
    assert old in GARDEN
    file = tmp_path / "garden.yaml"
    file.write_text(GARDEN.replace(old, new, 1).replace("{collection: plants, }", "{collection: plants}"), "utf-8")
    clause = spec.load(file).clause(id)
    assert clause
    assert clause.level == level


WRONG = {
    "no parameter holds the key": (
        "      operationId: createPlant\n      x-creates: {collection: plants, references: {bed: beds}}\n",
        "      operationId: createPlant\n      x-updates: {collection: plants}\n",
        "no parameter of the path holds the row's key",
        "Name the one that does: `by: id`.",
    ),
    "a parameter that the path doesn't have": (
        "x-gets: {collection: beds, by: code}",
        "x-gets: {collection: beds, by: bed}",
        "the path has no parameter 'bed'",
        "It has code.",
    ),
    "no row is sent": (
        "x-gets: {collection: beds, by: code}",
        "x-updates: {collection: beds}",
        "the operation is sent no row",
        "Give it a JSON body whose schema is an object, the row;",
    ),
    "a reference that the row doesn't hold": (
        "references: {bed: beds}",
        "references: {beet: beds}",
        "the row has no field 'beet'",
        "It has id, name, bed",
    ),
    "a new row that can't be found": (
        "        id: {type: integer, readOnly: true}\n        name: {type: string, minLength: 1, maxLength: 80}\n",
        "        name: {type: string, minLength: 1, maxLength: 80}\n",
        "the rows of plants have no field 'id'",
        "They have name",
    ),
    "an answer without the key": (
        '            schema: {$ref: "#/components/schemas/Plant"}\n      responses:\n'
        '        "201": {$ref: "#/components/responses/Plant"}\n',
        '            schema: {$ref: "#/components/schemas/Plant"}\n      responses:\n'
        '        "201": {description: Made.}\n',
        "neither the request nor the answer has the id of the new row",
        "Show it in the answer, name its place",
    ),
    "two things at once": (
        "x-gets: {collection: beds, by: code}",
        "x-gets: {collection: beds}\n      x-deletes: {collection: beds}",
        "the operation has x-gets already",
        "An operation does one thing; keep one.",
    ),
}


@pytest.mark.parametrize(("old", "new", "message", "hint"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str, hint: str
) -> None:
    assert old in GARDEN
    file = tmp_path / "garden.yaml"
    file.write_text(GARDEN.replace(old, new, 1), "utf-8")
    assert main([str(file)]) == 1
    said = capsys.readouterr().err
    assert f": {message}" in said
    assert hint in said
    assert "Traceback" not in said
