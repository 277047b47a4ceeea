"""No false alarms: a finding that doesn't replay, or whose data changed meanwhile, is no violation."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import spec
from conformance.laws import LAWS
from conformance.reading.context import RunContext
from conformance.reading.evidence import Evidence
from conformance.reading.preflight import preflight
from conformance.runner.confirm import confirm, marker
from conformance.runner.run import RunRecord, carry_out, try_clause
from conformance.sandbox import DEFAULT_KEY, Settings, serve
from conformance.selection import Selection
from conformance.transport.clock import Clock
from conformance.transport.pace import Limits
from conformance.transport.target import Target
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause
from tests.conformance.fake import BEGAN, CONTRACT, Shop, ask_of

READS, WRITES = (c for id in ("PRD102.page.count", "PRD101.write.key") if (c := CONTRACT.clause(id)))
LISTS = ("page.count", "page.disjoint", "page.complete", "page.stable", "page.same-order", "page.next", "default")
FOUND = Finding("right", "wrong", ())


def results(*of: Result) -> tuple[Callable[[RunContext, Clause], Result], list[int]]:
    """A law that gives these results in turn, the last for ever, and how often it was tried."""
    calls: list[int] = []

    def law(context: RunContext, clause: Clause) -> Result:
        calls.append(len(calls))
        return of[min(len(calls) - 1, len(of) - 1)]

    return law, calls


@pytest.mark.parametrize("clause", [READS, WRITES])
def test_what_is_seen_twice_more_is_confirmed(clause: Clause) -> None:
    law, calls = results(FOUND)
    assert confirm(ask_of(Shop()), law, clause, FOUND) == (FOUND, 2)
    assert len(calls) == 2


@pytest.mark.parametrize("clause", [READS, WRITES])
@pytest.mark.parametrize("other", [Held(3), not_exercised("no-data", "nothing")])
def test_what_isnt_seen_again_is_what_is_seen_instead(clause: Clause, other: Result) -> None:
    law, calls = results(other)
    assert confirm(ask_of(Shop()), law, clause, FOUND) == (other, 0)
    assert len(calls) == 1


def test_of_a_write_both_tries_must_show_it() -> None:
    law, calls = results(FOUND, Held(1))
    assert confirm(ask_of(Shop()), law, WRITES, FOUND) == (Held(1), 0)
    assert len(calls) == 2


def test_answers_that_come_and_go_on_data_that_stands_still_are_a_finding() -> None:
    law, calls = results(FOUND, Held(1), FOUND, Held(1))
    assert confirm(ask_of(Shop()), law, READS, FOUND) == (FOUND, 1)
    assert len(calls) == 4


def test_answers_that_came_once_are_none() -> None:
    law, calls = results(FOUND, Held(1), Held(2))
    assert confirm(ask_of(Shop()), law, READS, FOUND) == (Held(2), 0)
    assert len(calls) == 3


class Moving(Shop):
    """A shop where somebody else writes between any two requests."""

    def handle(self, operation: Any, request: Any) -> tuple[int, Any]:
        self.change()
        return super().handle(operation, request)

    def change(self) -> None:
        """Make a new row."""
        row = {**copy.deepcopy(self.make(1)), "sku": f"NEW-{self.asked}"}
        self.rows.append(row)
        self.hidden[row["sku"]] = True


class Renaming(Moving):
    """The same with changes of rows instead, so that their number stays."""

    def change(self) -> None:
        """Change a row and its time."""
        self.rows[0]["name"] = f"Name {self.asked}"


@pytest.mark.parametrize("shop", [Moving, Renaming])
def test_nothing_is_claimed_of_data_that_moves(shop: type[Shop]) -> None:
    law, calls = results(FOUND)
    context = ask_of(shop())
    moved = not_exercised("data-moved", "data moved while it was looked at")
    # The tenth clause gets as many attempts as the first: effort doesn't depend on what ran before.
    for tries in range(1, 11):
        assert confirm(context, law, READS, FOUND) == (moved, 0)
        assert len(calls) == tries * context.budget.attempts


def test_data_that_moves_between_the_two_tries_is_tried_again() -> None:
    shop = Shop()
    law, calls = results(FOUND)

    def moving_once(context: RunContext, clause: Clause) -> Result:
        if len(calls) == 1:
            shop.rows[0]["name"] = "another"
        return law(context, clause)

    assert confirm(ask_of(shop), moving_once, READS, FOUND) == (FOUND, 2)
    assert len(calls) == 4


def test_data_that_comes_to_rest_is_judged() -> None:
    shop: Shop = Moving()
    law, calls = results(FOUND)

    def settling(context: RunContext, clause: Clause) -> Result:
        if len(calls) == 2:
            shop.__class__ = Shop
        return law(context, clause)

    assert confirm(ask_of(shop), settling, READS, FOUND) == (FOUND, 2)


@pytest.mark.parametrize("shop", [Moving, Renaming])
def test_no_law_accuses_an_honest_shop_that_others_write_to(shop: type[Shop]) -> None:
    wrong = []
    for clause in CONTRACT.clauses:
        if clause.kind in LISTS:
            found = try_clause(ask_of(shop(28)), LAWS[clause.kind], clause)
            wrong += [found] if found.verdict in ("violated", "error") else []
    assert wrong == []


def test_a_marker_changes_with_the_rows_and_with_nothing_else() -> None:
    shop = Shop()
    operation = CONTRACT.by_code["PRD102"]
    first = marker(ask_of(shop), operation)
    assert marker(ask_of(shop), operation) == first
    shop.rows[3]["prices"] = []
    second = marker(ask_of(shop), operation)
    assert second != first
    del shop.rows[0]
    assert marker(ask_of(shop), operation) != second
    assert marker(ask_of(shop), CONTRACT.by_code["PRD107"]) is None


def test_a_marker_of_more_rows_than_a_page_holds_those_that_are_new() -> None:
    shop = Shop(300)
    operation = CONTRACT.by_code["PRD102"]
    count = sum(shop.hidden.values())
    assert marker(ask_of(shop), operation) == (count, 0, [])
    shop.rows[0]["updated_at"] = "2030-01-01T00:00:00.000Z"
    first = marker(ask_of(shop), operation)
    assert first[:2] == (count, 1)
    # The same row once more.
    shop.rows[0]["updated_at"] = "2030-01-01T00:00:01.000Z"
    assert marker(ask_of(shop), operation) != first


def test_where_nearly_all_rows_have_changed_a_marker_holds_those_that_did_lately() -> None:
    shop = Shop(300)
    operation = CONTRACT.by_code["PRD102"]
    for row in shop.rows:
        row["updated_at"] = "2030-01-01T00:00:00.000Z"
    context = ask_of(shop)
    lately = datetime(2030, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert marker(context.replay_context(), operation, lately)[1:] == (0, [])
    shop.rows[0]["updated_at"] = "2030-01-01T00:00:02.000Z"
    first = marker(context.replay_context(), operation, lately)
    shop.rows[0]["updated_at"] = "2030-01-01T00:00:03.000Z"
    assert marker(context.replay_context(), operation, lately) != first


# -- the sandbox under a writer, throttled, failing and slow ----------------------------------------------


def reading(settings: Settings, only: tuple[str, ...]) -> RunRecord:
    """A run of some clauses that only read."""
    contract = spec.load()
    with serve(contract, settings) as url:
        evidence = Evidence(contract)
        target = Target(url, contract, DEFAULT_KEY, Limits(), observe=evidence.observe)
        run = RunRecord(contract, url, 0, False, BEGAN)
        try:
            began = preflight(RunContext(contract, target, 0))
            carry_out(run, target, evidence, Selection(only, (), False, frozenset()), began)
        finally:
            target.close()
    return run


def red(run: RunRecord) -> list[Any]:
    return [o for o in run.outcomes if o.verdict in ("violated", "error")]


def test_another_writer_makes_nothing_red() -> None:
    run = reading(Settings(products=60, churn=3), ("PRD102.page", "PRD108.page"))
    assert red(run) == []
    assert [o.verdict for o in run.outcomes].count("held") > 8


def test_failing_now_and_then_makes_nothing_red(monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = time.sleep
    monkeypatch.setattr(Clock, "sleep", lambda clock, seconds: sleep(seconds / 20))
    run = reading(Settings(products=60, flaky=0.02), ("PRD102.page", "PRD102.auth", "PRD108.page"))
    assert red(run) == []
    assert [o.verdict for o in run.outcomes].count("held") > 20


def test_being_throttled_makes_nothing_red() -> None:
    run = reading(Settings(products=60, rate_limit=25), ("PRD102.page.count", "PRD102.page.next", "PRD102.auth"))
    assert red(run) == []
    assert [o.verdict for o in run.outcomes].count("held") >= 6


def test_a_slow_line_makes_nothing_red() -> None:
    run = reading(Settings(products=60, latency=0.06), ("PRD102.page.count", "PRD102.page.next"))
    assert red(run) == []
    assert threading.active_count() < 20


def test_a_folder_for_the_journal_isnt_made_by_a_run_that_only_reads(tmp_path: Path) -> None:
    try_clause(ask_of(Shop(), tmp_path / "journal"), LAWS["page.count"], READS)
    assert not (tmp_path / "journal").exists()
