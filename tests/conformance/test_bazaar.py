"""A bazaar: rows below others. The clauses hold, their own faults are found, and nothing else is written to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import spec
from conformance.laws import LAWS
from conformance.reading.context import get
from conformance.sandbox.faults import faults
from conformance.selftest import Bench
from conformance.transport.exchange import Request, Response
from conformance.transport.guard import Ownership

BAZAAR = Path(__file__).with_name("bazaar.yaml")
CONTRACT = spec.load(BAZAAR)
BY_ID = {clause.id: clause for clause in CONTRACT.clauses}
CLAUSES = (
    "listItems.outer.shop",
    "getItem.outer.shop",
    "getItem.get.shows",
    "createItem.write.creates",
    "createItem.write.list",
    "createItem.write.answer",
    "createItem.body.whole",
    "changeItem.write.changes",
    "removeItem.write.deletes",
)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    bench = Bench(CONTRACT, 0)
    yield bench
    bench.close()


@pytest.mark.slow
@pytest.mark.parametrize("id", CLAUSES)
def test_it_holds_and_its_own_faults_are_found(bench: Bench, id: str) -> None:
    mine = [fault for fault in faults(CONTRACT) if fault.clause == id]
    assert mine
    judged = bench.judge(BY_ID[id], mine)
    assert judged.honest == "held", judged.reason
    assert {trial.fault: trial.why_not for trial in judged.trials if not trial.found_by_own} == {}


def test_every_clause_has_a_law_and_a_fault() -> None:
    assert {clause.kind for clause in CONTRACT.clauses} - LAWS.keys() == set()
    assert {clause.id for clause in CONTRACT.clauses} == {fault.clause for fault in faults(CONTRACT)}


def test_the_way_to_the_rows_is_always_the_same() -> None:
    assert get(CONTRACT.by_code["listItems"]).path == "/shops/7/items"
    assert get(CONTRACT.by_code["getItem"], path={"item": "5", "shop": "8"}).path == "/shops/7/items/5"


@pytest.mark.parametrize(("shop", "allowed"), [("7", True), ("8", False), ("07", False)])
def test_nothing_is_written_elsewhere(tmp_path: Path, shop: str, allowed: bool) -> None:
    ownership = Ownership(CONTRACT, "http://127.0.0.1:1", tmp_path / "journal")
    request = Request("createItem", "POST", f"/shops/{shop}/items", body=b'{"name": "x"}')
    assert (ownership.guard(request) is None) is allowed


ITEM = CONTRACT.by_code["createItem"]


def test_a_row_has_its_place_in_a_body() -> None:
    change = CONTRACT.by_code["changeItem"].access
    assert ITEM.access
    assert change
    assert ITEM.access.written([{"name": "a"}, {"name": "b"}]) == {"items": [{"name": "a"}, {"name": "b"}]}
    assert ITEM.access.sent_in({"items": [1, 2]}) == [1, 2]
    assert change.written([{"name": "a"}]) == {"item": {"name": "a"}}
    assert change.answered_in({"data": {"id": 5}}) == {"id": 5}
    assert change.answered_in([5]) is None
    assert [*CONTRACT.body_fields(ITEM)] == ["name", "price", "note"]
    assert CONTRACT.needed_fields(ITEM) == ("name",)


def test_each_row_of_a_list_is_ours_that_holds_our_token(tmp_path: Path) -> None:
    ownership = Ownership(CONTRACT, "http://127.0.0.1:1", tmp_path / "journal")
    rows = [{"id": 1, "name": f"a {ownership.token}"}, {"id": 2, "name": "another's"}]
    request = Request("createItem", "POST", "/shops/7/items", body=b'{"items": []}')
    ownership.learn(request, Response(201, {}, json.dumps({"ok": True, "data": {"items": rows}}).encode(), 0.0))
    assert ownership.made.owns("items", "1")
    assert not ownership.made.owns("items", "2")
    assert ownership.made.unnamed == 1
