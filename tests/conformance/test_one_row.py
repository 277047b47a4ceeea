"""Writes of one row: the sandbox keeps them, wrong ones are found, and only the run's own rows are ever written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import spec
from conformance import sandbox
from conformance.__main__ import main
from conformance.fuzzing.owned import rewriting
from conformance.fuzzing.validity import Judge
from conformance.reading.context import RunContext
from conformance.runner.config import Config
from conformance.runner.leftovers import finish_clean_up
from conformance.selftest import run, selected
from conformance.transport.errors import NotSent
from conformance.transport.exchange import Request, Response
from conformance.transport.guard import Ownership
from conformance.transport.journal import JOURNAL, journaled_rows
from conformance.transport.target import Target
from conformance.writing import one_row, row_items
from conformance.writing.cleanup import clean_up
from conformance.writing.one_row import Written, look, operation_for
from conformance.writing.row_items import create, known_values, recipe_of
from spec import Contract, Operation
from spec.model import JSON

GARDEN = Path(__file__).with_name("garden.yaml")
CONTRACT: Contract = spec.load(GARDEN)
PLANTS = next(c for c in CONTRACT.collections if c.name == "plants")


@pytest.fixture
def url() -> Iterator[str]:
    """A sandbox of the garden."""
    with sandbox.serve(CONTRACT, sandbox.Settings(products=30)) as url:
        yield url


def _context(url: str, folder: Path) -> RunContext:
    ownership = Ownership(CONTRACT, url, folder / JOURNAL)
    key = sandbox.Settings().api_key
    return RunContext(CONTRACT, Target(url, CONTRACT, key, ownership=ownership, verify=False), 0)


def test_a_sandbox_that_writes_at_once_conforms_to_its_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--spec", str(GARDEN), "--report", str(tmp_path), "--no-schemathesis", "--strict"])
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    wrong = [c["id"] for c in report["clauses"] if c["verdict"] not in ("held", "skipped")]
    assert (code, wrong) == (0, []), capsys.readouterr().out
    assert report["notes"] == []


def test_a_number_that_the_server_takes_for_a_key_stays_as_it_is(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = one_row.send

    def send(context: RunContext, operation: Operation, made: dict[str, JSON]) -> Written:
        """As where `height` is the key of one of a few other rows."""
        height = made.get("height")
        unknown = height not in (None, 3)
        return honest(context, operation, {**made, "height": "no key"} if unknown else made)

    monkeypatch.setattr(row_items, "send", send)
    context, operation = _context(url, tmp_path), CONTRACT.by_code["createPlant"]
    monkeypatch.setattr(row_items, "known_values", lambda context, operation, name: _beds(context, name))
    recipe = recipe_of(context, operation)
    assert recipe is not None
    assert [name for name, _ in recipe.settled] == ["height"]


def _beds(context: RunContext, name: str) -> tuple[JSON, ...]:
    return known_values(context, CONTRACT.by_code["createPlant"], name) if name == "bed" else ()


FAULTS = [
    "createPlant.auth.missing-key:let-in",
    "removePlant.auth.wrong-key:let-in",
    "createPlant.write.creates:lost",
    "createPlant.write.unique-key:reused",
    "createBed.write.known-key:overwrites",
    "createPlant.write.others-stay:touches",
    "createPlant.write.default.light:other",
    "createPlant.body.required.bed:optional",
    "createPlant.body.whole:half-applied",
    "getPlant.get.shows:stale",
    "getPlant.get.unknown-row:empty",
    "replacePlant.write.absent:kept",
    "replacePlant.write.twice:again",
    "changePlant.write.absent:cleared",
    "changePlant.write.null.note:ignored",
    "changePlant.write.if-match:ignored",
    "changePlant.write.unknown-row:inserts",
    "changePlant.write.updated-moves:stays",
    "changePlant.body.bounds.height:unchecked",
    "removePlant.write.deletes:kept",
    "removePlant.write.unknown-row:empty",
]


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_writes_at_once_is_found(fault: str) -> None:
    clause = fault.partition(":")[0]
    (judged,) = run(GARDEN, [(clause, (fault,))], jobs=1)
    assert judged.honest == "held", judged.reason
    assert [(trial.fault, trial.found_by_own) for trial in judged.trials] == [(fault, True)]


def test_every_clause_about_one_row_has_a_fault() -> None:
    assert [clause for clause, faults in selected(CONTRACT, ()) if not faults] == []


def test_only_rows_that_the_run_created_are_changed_or_deleted(url: str, tmp_path: Path) -> None:
    context = _context(url, tmp_path)
    for method, code in (("DELETE", "removePlant"), ("PATCH", "changePlant"), ("PUT", "replacePlant")):
        with pytest.raises(NotSent, match=r"id \"1\" isn't this run's"):
            context.target.send(Request(code, method, "/plants/1/", body=b'{"name": "x"}'))
    with pytest.raises(NotSent, match="isn't this run's"):
        context.target.send(Request("createPlant", "POST", "/plants/", body=b'{"name": "x", "id": 1}'))
    maker = CONTRACT.by_id["createPlant"]
    made = create(context, maker, 0)
    assert made.key
    assert context.target.send(Request("removePlant", "DELETE", f"/plants/{made.key}/")).status == 204


def test_a_created_key_is_on_disk_and_a_deleted_one_is_not(url: str, tmp_path: Path) -> None:
    context = _context(url, tmp_path)
    made = create(context, CONTRACT.by_id["createPlant"], 0)
    assert ("plants", made.key) in journaled_rows(tmp_path / JOURNAL, url)
    remover = operation_for(context, PLANTS, "removes")
    assert remover
    context.target.send(Request(remover.code, "DELETE", f"/plants/{made.key}/"))
    assert not look(context, PLANTS, made.key, expected=False).row
    assert ("plants", made.key) not in journaled_rows(tmp_path / JOURNAL, url)


def test_what_a_killed_run_created_is_deleted_by_its_journal(url: str, tmp_path: Path) -> None:
    context = _context(url, tmp_path)
    made = create(context, CONTRACT.by_id["createPlant"], 0)
    config = Config(url, document=GARDEN, api_key=sandbox.Settings().api_key, report=tmp_path)
    assert finish_clean_up(CONTRACT, config, tmp_path) == []
    assert not look(_context(url, tmp_path / "later"), PLANTS, made.key, expected=False).row
    assert not (tmp_path / JOURNAL).exists()


def test_a_row_whose_key_was_never_answered_is_found_by_its_texts(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = _context(url, tmp_path)
    own = context.target.ownership
    assert own
    monkeypatch.setattr(own, "learn", lambda request, response: None)
    create(context, CONTRACT.by_id["createPlant"], 0)
    left = Ownership(CONTRACT, url, tmp_path / JOURNAL)
    assert left.made.left() == []
    again = _context(url, tmp_path)
    assert again.target.ownership
    assert clean_up(again, again.target.ownership) == []
    name = own.mint("x").split("-")[1]
    shown = again.target.send(Request("listPlants", "GET", "/plants/", (("name__icontains", name),)))
    assert shown.json["total"] == 0


def test_a_row_that_was_there_before_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    own = Ownership(CONTRACT, "http://garden", tmp_path / JOURNAL)
    body = json.dumps({"name": own.mint("R"), "bed": "b"}).encode()
    request = Request("createPlant", "POST", "/plants/", body=body)
    theirs = json.dumps({"id": 7, "name": "Their plant", "bed": "b"}).encode()
    own.learn(request, Response(200, {}, theirs, 0.0))
    assert not own.made.owns("plants", "7")
    assert own.made.unnamed == 1


def test_a_key_that_another_writer_got_later_is_not_ours_any_more(tmp_path: Path) -> None:
    own = Ownership(CONTRACT, "http://garden", tmp_path / JOURNAL)
    own.made.claim("plants", "7")
    get = Request("getPlant", "GET", "/plants/7/")
    own.learn(get, Response(404, {}, b"{}", 0.0))
    own.learn(get, Response(200, {}, b'{"id": 7, "name": "Their plant"}', 0.0))
    assert not own.made.owns("plants", "7")


def test_a_row_that_nothing_tells_from_those_of_others_is_said(url: str, tmp_path: Path) -> None:
    context = _context(url, tmp_path)
    create(context, CONTRACT.by_id["createPlant"], 0)
    own = context.target.ownership
    assert own
    own.made.unnamed += 1
    (said,) = clean_up(context, own)
    assert said.startswith("1 rows that creates were answered with")


def test_a_generated_row_holds_the_token_or_is_not_sent(tmp_path: Path) -> None:
    own = Ownership(CONTRACT, "http://garden", tmp_path / JOURNAL)
    rewrite = rewriting(own, Judge(CONTRACT))
    maker = CONTRACT.by_id["createPlant"]
    sent = [rewrite(maker, json.dumps({"name": f"a{n}", "bed": [n]}).encode()) for n in range(20)]
    bodies = [json.loads(body) for body in sent if body]
    assert bodies
    assert all(own.owns_text(body["name"]) for body in bodies)
    assert rewrite(CONTRACT.by_id["changePlant"], b"{}") is None
