"""Scenarios: how long they wait for batches, and why a step wasn't reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.laws import law as registry
from conformance.laws.law import Registered
from conformance.laws.traces import Missing, ended, scenario_law
from conformance.oracle.budget import NORMAL
from conformance.reading.context import RunContext
from conformance.scenarios import (
    DeletesTrace,
    NotReached,
    PartsTrace,
    RowsTrace,
    Trace,
    edge_case_rows,
    ownership_of,
    trace_of_writes,
)
from conformance.scenarios.edge_cases import EDGE_CASES
from conformance.scenarios.patience import patience_of
from conformance.scenarios.sender import BatchSender
from conformance.verdict import Held, NotExercised, Result
from conformance.writing.chosen import chosen, in_own_order
from conformance.writing.items import item_fields
from conformance.writing.submission import Item
from spec import Clause, Operation
from tests.clock import DrivenClock
from tests.conformance.fake import CONTRACT, Shop, ask_of
from tests.conformance.inconclusive import SHOPS

ROWS, DELETES, PARTS = (CONTRACT.by_code[code] for code in ("PRD101", "PRD103", "PRD105"))
FULL = 15.0


def context_of(shop: Shop, folder: Path) -> RunContext:
    context = ask_of(shop, folder)
    context.target.limits = replace(context.target.limits, batch=FULL)
    context.target.clock = DrivenClock()
    return context


def test_after_a_batch_that_does_not_end_in_full_time_the_next_ones_get_little(tmp_path: Path) -> None:
    context = context_of(SHOPS["whose batches never end"](), tmp_path)
    sender, key = BatchSender(context), ownership_of(context).mint("A")
    waited = [sender.submit(ROWS, [{"sku": key}]).waited for _ in range(3)]
    assert FULL <= waited[0] < FULL + 2
    assert all(NORMAL.brief_patience <= seconds < NORMAL.brief_patience + 1 for seconds in waited[1:])
    # Another operation's batches may end, and another scenario knows nothing of these.
    assert sender.submit(DELETES, [{"sku": key}]).waited >= FULL
    assert BatchSender(context).submit(ROWS, [{"sku": key}]).waited >= FULL


@pytest.mark.parametrize(("name", "seconds"), [("honest", FULL), ("whose batches never end", NORMAL.brief_patience)])
def test_laws_wait_as_long_as_the_scenario_of_the_operation_says(tmp_path: Path, name: str, seconds: float) -> None:
    for n, operation in enumerate((ROWS, DELETES, PARTS)):
        # Alone, or after others: patience is the same.
        context = context_of(SHOPS.get(name, Shop)(), tmp_path / str(n))
        assert patience_of(context, operation) == seconds
        assert patience_of(context, ROWS) == seconds


@pytest.mark.parametrize(("code", "kind"), [("PRD101", RowsTrace), ("PRD103", DeletesTrace), ("PRD105", PartsTrace)])
def test_every_operation_leaves_a_trace_of_its_own(tmp_path: Path, code: str, kind: type[Trace]) -> None:
    trace = trace_of_writes(ask_of(Shop(), tmp_path), CONTRACT.by_code[code])
    assert isinstance(trace, kind)
    assert all(step.over for step in trace.steps)
    assert all(step in trace.steps for step in trace.good_steps)


def test_a_step_that_was_not_reached_has_a_reason(tmp_path: Path) -> None:
    trace = trace_of_writes(ask_of(SHOPS["that refuses every batch"](), tmp_path), ROWS)
    assert isinstance(trace, RowsTrace)
    assert isinstance(trace.change, NotReached)
    assert trace.change.reason.text.startswith("the new rows aren't taken, or no list shows them: 400")
    with pytest.raises(Missing, match="aren't taken, or no list shows them: 400"):
        ended(trace.change)
    with pytest.raises(Missing, match=r"the insert wasn't taken, or not seen to end: 400"):
        ended(trace.insert)


def test_a_law_without_its_trace_gives_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
        return Held(len(ended(trace.change).submission.items))

    def judge_deletes(context: RunContext, clause: Clause, trace: DeletesTrace) -> Result:
        return Held(1)

    laws: dict[str, Registered] = {}
    monkeypatch.setattr(registry, "LAWS", laws)
    scenario_law("rows", RowsTrace)(judge)
    scenario_law("deletes", DeletesTrace)(judge_deletes)
    clause = next(clause for clause in CONTRACT.clauses if clause.kind == "write.inserts")
    assert laws["rows"](ask_of(Shop(), tmp_path / "1"), clause) == Held(1)
    refusing = ask_of(SHOPS["that refuses every batch"](), tmp_path / "2")
    assert isinstance(laws["rows"](refusing, clause), NotExercised)
    with pytest.raises(TypeError, match="PRD101 leaves a RowsTrace"):
        laws["deletes"](ask_of(Shop(), tmp_path / "3"), clause)


def test_a_choice_hangs_on_its_name_alone() -> None:
    choices = ["a", "b", "c", "d"]
    assert sorted(in_own_order("name", choices)) == choices
    assert in_own_order("name", choices) == in_own_order("name", choices[::-1])
    assert {chosen(f"field {n}", choices) for n in range(40)} == set(choices)
    assert len({tuple(in_own_order(f"field {n}", choices)) for n in range(40)}) > 10


def test_a_new_field_changes_no_other_fields_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows() -> dict[str, Item]:
        batch = next(edge_case_rows.batches(context, ROWS, "STEM", "rich"))
        return {str(one["sku"]): one for one in batch}

    context = ask_of(Shop(), tmp_path)
    more = rows()
    monkeypatch.setattr(edge_case_rows, "item_fields", without_images)
    fewer = rows()
    assert len(more) == len(fewer) == NORMAL.many_items
    assert more != fewer
    plain = {key for key in fewer if key not in more}
    assert len(plain) == len([case for case in EDGE_CASES if case.place == "list"])
    assert all(fewer[key] == more[key] for key in fewer if key in more)


def without_images(context: RunContext, operation: Operation) -> Mapping[str, Mapping[str, Any]]:
    return {name: schema for name, schema in item_fields(context, operation).items() if name != "images"}
