"""Reasons: each code is given where its advice helps, and a report of a version without codes is still read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from conformance.laws import LAWS
from conformance.reading.context import RunContext
from conformance.reports import files, schema
from conformance.reports.advice import ADVICE, advice_for
from conformance.reports.formats import FORMATS
from conformance.reports.html import html
from conformance.runner.run import try_clause
from conformance.selection import Selection
from conformance.transport.errors import NotSent, Unreachable
from conformance.transport.exchange import Request
from conformance.verdict import Code, Finding, Outcome, Reason, Result
from spec import Clause
from tests.conformance.fake import CONTRACT, Query, Refused, Row, Shop, ask_of, outcome
from tests.conformance.inconclusive import SHOPS
from tests.conformance.made_up import documented, report, write
from tests.conformance.mutate import mutated

READS = "PRD102.page.count"
WRITES = "PRD101.write.inserts"


def clause(id: str) -> Clause:
    """A clause of the document, which must have it."""
    found = CONTRACT.clause(id)
    assert found is not None
    return found


def judged(id: str, shop: Shop, folder: Path | None = None, law: Any = None) -> Reason | None:
    """Why a clause is neither held nor violated on a shop; by its own law, or by another."""
    context = ask_of(shop, folder)
    return (try_clause(context, law, clause(id)) if law else outcome(context, id)).reason


def raising(error: Exception) -> Callable[[RunContext, Clause], Result]:
    """A law that fails."""

    def law(context: RunContext, clause: Clause) -> Result:
        raise error

    return law


def with_key(key: str) -> Reason | None:
    """Why nothing shows that the key's case counts."""
    context = ask_of(Shop())
    context.target.key = key
    return outcome(context, "PRD102.auth.swapped-case-key").reason


def undescribed() -> Reason | None:
    """Why an operation isn't tried of which the document says no more than its form."""
    context = ask_of(Shop())
    operations = tuple(replace(operation, access=None) for operation in CONTRACT.operations)
    context.contract = replace(CONTRACT, operations=operations)
    return try_clause(context, LAWS["response.status"], clause("PRD101.response.status")).reason


def with_requests(most: int) -> Reason | None:
    """Why a clause has no verdict in a run that may send this many requests."""
    context = ask_of(Shop())
    context.target.pace.limits = replace(context.target.limits, requests=most)
    return outcome(context, READS).reason


def selected(id: str = READS, **more: Any) -> Reason | None:
    """Why a selection leaves a clause out."""
    empty: dict[str, Any] = {"only": (), "skip": (), "writes": False, "others": frozenset()}
    return Selection(**{**empty, **more}).reason_to_skip(clause(id))


def _moving(self: Shop, operation: Any, request: Request) -> tuple[int, Any]:
    self.rows[0]["name"] = f"Name {self.asked}"
    return Shop.handle(self, operation, request)


GIVEN: dict[Code, Callable[[Path], Reason | None]] = {
    "no-data": lambda folder: judged(READS, Shop(0)),
    "no-witness": lambda folder: judged("PRD102.combine.name__icontains", Shop(1)),
    "not-shown": lambda folder: judged("PRD101.body.whole", Shop(), folder),
    "not-applicable": lambda folder: with_key("123"),
    "not-described": lambda folder: undescribed(),
    "scenario-incomplete": lambda folder: judged(WRITES, SHOPS["that refuses every batch"](), folder),
    "blocked-by": lambda folder: judged("PRD102.auth.missing-key", mutated(allowed=lambda *_: False)()),
    "data-moved": lambda folder: judged(READS, mutated(handle=_moving)(), law=lambda *_: Finding("right", "wrong", ())),
    "not-generated": lambda folder: judged("PRD102.response.rejects-invalid", Shop()),
    "not-reached": lambda folder: with_requests(1),
    "not-selected": lambda folder: selected(only=("PRD101",)),
    "switched-off": lambda folder: selected(skip=(READS,)),
    "needs-writes": lambda folder: selected(WRITES),
    "held-back": lambda folder: judged(WRITES, Shop(), law=raising(NotSent("this run is read-only"))),
    "not-permitted": lambda folder: judged(WRITES, SHOPS["that may not be written"](), folder),
    "other-shard": lambda folder: selected(others=frozenset([READS])),
    "less-effort": lambda folder: selected(lesser=frozenset([READS])),
    "unanswered": lambda folder: judged(READS, Shop(), law=raising(Unreachable("no response"))),
    "own-fault": lambda folder: judged(READS, Shop(), law=raising(ZeroDivisionError())),
}
"""For each code a run in which a clause gets it."""


@pytest.mark.parametrize("code", get_args(Code))
def test_each_code_is_given_and_advised_on(tmp_path: Path, code: Code) -> None:
    reason = GIVEN[code](tmp_path)
    assert reason is not None
    assert (reason.code, bool(reason.text)) == (code, True)
    assert ADVICE[code].endswith(".")


def test_there_is_advice_for_the_codes_and_for_nothing_else() -> None:
    assert set(ADVICE) == set(get_args(Code))
    shown = schema.schema()["$defs"]["Clause"]["properties"]["reason_code"]
    assert shown["examples"] == list(get_args(Code))


def test_an_operation_whose_rows_cant_be_marked_is_held_back_not_forbidden() -> None:
    reason = selected(WRITES, writes=True, unmarkable={"PRD101": "sku allows no such key"})
    assert reason == Reason("held-back", "sku allows no such key")


# -- blocked by another clause ---------------------------------------------------------------------------


def _no_first_page(self: Shop, operation: Any, request: Request) -> tuple[int, Any]:
    if operation.code == "PRD108":
        raise Refused(404, "there is no search today")
    return Shop.handle(self, operation, request)


def _one_limit(self: Shop, query: Query, name: str, default: int) -> int:
    found = Shop.number(self, query, name, default)
    if name == "limit" and found != 100:
        raise Refused(400, "limit")
    return found


def _any_sku(self: Shop, name: str, value: str, row: Row) -> bool:
    return name == "sku" or Shop.shows(self, name, value, row)


@pytest.mark.parametrize(
    ("id", "blocking", "shop"),
    [
        ("PRD102.auth.missing-key", "PRD102.response.status", mutated(allowed=lambda *_: False)),
        ("PRD108.param.required.query", "PRD108.response.status", mutated(handle=_no_first_page)),
        ("PRD102.page.limit", "PRD102.response.status", mutated(number=_one_limit)),
        ("PRD102.page.next-link", "PRD102.page.next", mutated(has_next=lambda *_: False)),
        ("PRD102.page.previous-link", "PRD102.page.previous", mutated(has_previous=lambda *_: False)),
        ("PRD102.combine.sku", "PRD102.filter.sku", mutated(shows=_any_sku)),
        ("PRD103.write.recreate", "PRD103.write.deletes", mutated(delete=lambda *_: True)),
    ],
)
def test_a_clause_that_rests_on_a_broken_one_names_it(tmp_path: Path, id: str, blocking: str, shop: type[Shop]) -> None:
    found = outcome(ask_of(shop(), tmp_path), id)
    assert found.verdict == "not-exercised"
    assert found.reason is not None
    assert (found.reason.code, found.reason.clause) == ("blocked-by", blocking)
    assert outcome(ask_of(shop(), tmp_path), blocking).verdict == "violated"


def test_the_report_and_the_page_name_what_blocks(tmp_path: Path) -> None:
    one, other = documented(2)
    reason = Reason("blocked-by", "the row wasn't deleted", other.id)
    found = report(tmp_path, [Outcome(one, "not-exercised", reason=reason)])
    shown = next(c for c in found["clauses"] if c["id"] == one.id)
    assert (shown.get("reason_code"), shown.get("blocked_by")) == ("blocked-by", other.id)
    assert advice_for(shown) == f"{ADVICE['blocked-by']} It is {other.id}."
    assert advice_for(shown) in html(found).replace("&#39;", "'")


# -- reports of versions without codes -------------------------------------------------------------------


def test_a_report_without_codes_is_read_and_shown_without_advice(tmp_path: Path) -> None:
    (one,) = documented(1)
    path = write(tmp_path, [Outcome(one, "not-exercised", reason=Reason("no-data", "the list shows no rows"))])
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for event in events:
        event.pop("reason_code", None)
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events), "utf-8")
    found = files.read(path)
    shown = next(c for c in found["clauses"] if c["id"] == one.id)
    assert (shown.get("reason"), advice_for(shown)) == ("the list shows no rows", "")
    (tmp_path / "report.json").write_text(files.to_json(found), "utf-8")
    assert files.read(tmp_path / "report.json") == found
    assert all("the list shows no rows" in FORMATS[name][1](found, ()) for name in ("html", "junit", "ctrf"))
