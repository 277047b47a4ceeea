"""Large foreign documents are read in seconds; unreadable parts are reported operation by operation."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest

import spec
from spec.__main__ import main
from tests.spec import big

MEGABYTES_3 = 800
"""Operations for some three megabytes."""


def _write(tmp_path: Path, document: dict[str, Any], suffix: str) -> Path:
    file = tmp_path / f"big{suffix}"
    file.write_text(json.dumps(document, indent=1) if suffix == ".json" else big.as_yaml(document).lstrip(), "utf-8")
    return file


@pytest.mark.parametrize(("version", "suffix"), [("3.0.3", ".yaml"), ("3.1.0", ".json")])
def test_three_megabytes(version: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(tmp_path, big.document(version, MEGABYTES_3), suffix)
    assert file.stat().st_size > 2_700_000
    began = time.process_time()
    contract = spec.load(file)
    assert time.process_time() - began < 15, "some 2 s on a quiet machine"
    assert len(contract.operations) == MEGABYTES_3
    assert not contract.collections
    operation = contract.operations[7]
    assert (operation.id, operation.code, operation.access, operation.pagination) == (
        "things_7",
        "things_7",
        None,
        None,
    )
    assert operation.parameters[0].name == "thing.id"
    assert contract.resolve(operation.parameters[0].schema)["format"] == "uuid"
    assert operation.response(404) is not None
    media = operation.responses[0].json
    assert media
    assert media.schema
    assert set(contract.properties(media.schema)) > {"$ref", "example", "other"}
    assert contract.where("/paths/~1api~1v1~1things7~1{thing.id}~1").line > 100


def test_three_megabytes_are_validated_without_the_slow_checks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _write(tmp_path, big.document("3.1.0", MEGABYTES_3), ".json")
    began = time.process_time()
    assert main([str(file)]) == 0
    assert time.process_time() - began < 20, "some 3 s on a quiet machine"
    assert "large: " in capsys.readouterr().err


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_smaller_one_is_checked_thoroughly(version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(tmp_path, big.document(version, 8), ".yaml")
    assert main([str(file)]) == 0
    assert "large:" not in capsys.readouterr().err
    in_json = spec.load(_write(tmp_path, big.document(version, 8), ".json"))
    assert in_json.document == spec.load(file).document


BROKEN = {
    "in an answer": (("paths", "/api/v1/things2/{thing.id}/", "put", "responses", "404"), {"$ref": "#/nowhere"}, [2]),
    "in its schema": (("components", "schemas", "Thing7", "properties", "other"), {"$ref": "#/nowhere"}, [7]),
    "in a schema that others use": (
        ("components", "schemas", "Thing1", "properties", "field_0"),
        {"$ref": "other.yaml#/A"},
        [1, 2, 3, 4, 5, 6, 7],
    ),
    "in a path's parameters": (("paths", "/api/v1/things5/{thing.id}/", "parameters", 0), {"$ref": "#/nowhere"}, [5]),
    "in a component that nothing uses": (("components", "schemas", "Lonely"), {"$ref": "#/nowhere"}, []),
    "a schema that is itself": (
        ("components", "schemas", "Thing6"),
        {"allOf": [{"$ref": "#/components/schemas/Thing6"}]},
        [6],
    ),
    "no parameter for the path": (("paths", "/api/v1/things3/{thing.id}/", "parameters"), [], [3]),
    "an operation that is none": (("paths", "/api/v1/things4/{thing.id}/", "get"), [], [4]),
    "an id that stands twice": (("paths", "/api/v1/things4/{thing.id}/", "get", "operationId"), "things_3", [4]),
}


@pytest.mark.parametrize(("where", "what", "broken"), BROKEN.values(), ids=BROKEN.keys())
def test_one_broken_part_breaks_only_the_operations_that_need_it(
    where: tuple[str | int, ...], what: Any, broken: list[int], tmp_path: Path
) -> None:
    document = copy.deepcopy(big.document("3.0.3", 8))
    at: Any = document
    for token in where[:-1]:
        at = at[token]
    at[where[-1]] = what
    file = _write(tmp_path, document, ".yaml")
    contract, problems = spec.examine(file)
    assert contract
    assert problems
    assert len(contract.operations) == 8
    pointers = {pointer for problem in problems for pointer in problem.operations}
    concerned = [
        number
        for number, operation in enumerate(contract.operations)
        if any(operation.pointer == p or operation.pointer.startswith(f"{p}/") for p in pointers)
    ]
    assert concerned == broken
    if all(problem.harmless for problem in problems):
        assert spec.load(file).operations == contract.operations
        return
    with pytest.raises(spec.SpecError):
        spec.load(file)


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    contract, problems = spec.examine(tmp_path / "missing.yaml")
    assert contract is None
    assert len(problems) == 1


def test_servers_of_the_document_a_path_and_an_operation(tmp_path: Path) -> None:
    region = {"url": "https://{region}.example.com/{v}", "variables": {"region": {"default": "eu"}, "v": {}}}
    ok = {"responses": {"200": {"description": "OK"}}}
    paths = {
        "/usual": {"get": ok},
        "/path": {"servers": [{"url": "/v2"}], "get": ok, "put": {**ok, "servers": [region, {"url": ""}, "odd"]}},
    }
    info = {"title": "Servers", "version": "1"}
    written = {"openapi": "3.1.0", "info": info, "servers": [region], "paths": paths}
    contract = spec.load(_write(tmp_path, written, ".json"))
    assert contract.servers == ("https://eu.example.com/{v}",)
    assert [operation.servers for operation in contract.operations] == [(), ("/v2",), ("https://eu.example.com/{v}",)]
