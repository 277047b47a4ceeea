"""No false alarms: a finding counts if it is reproduced from a clean state, on data that didn't change meanwhile."""

from __future__ import annotations

import datetime
from typing import Any

from conformance.laws.law import Law
from conformance.oracle.lookups import in_offset
from conformance.oracle.operands import pairs
from conformance.reading.context import Page, RunContext, extended
from conformance.reading.sample import base_query, identity
from conformance.verdict import Finding, Result, not_exercised
from spec import Clause, Filter, Operation

MARGIN = datetime.timedelta(seconds=10)
"""By how much a server's clocks may disagree."""


def confirm(context: RunContext, law: Law, clause: Clause, found: Finding) -> tuple[Result, int]:
    """Replay a finding: the final result, and how often it was reproduced.

    The law runs twice from a clean state. Before and after, a marker shows whether the data
    changed. If it did, everything is tried again. If it keeps changing, no violation is reported.
    """
    operation = context.contract.by_code[clause.operation]
    came_and_went = 0
    if clause.writes:
        # The rows are our own, and nobody else changes them: two replays are enough. A replayed scenario
        # serves all clauses, as the first one did.
        first = law(context.write_replay(1), clause)
        second = law(context.write_replay(2), clause) if isinstance(first, Finding) else first
        return second, 2 if isinstance(second, Finding) else 0
    for _ in range(context.budget.attempts):
        lately = _lately(context)
        before = marker(context.replay_context(), operation, lately)
        first = law(context.replay_context(), clause)
        if marker(context.replay_context(), operation, lately) != before:
            continue
        if not isinstance(first, Finding):
            return first, 0
        second = law(context.replay_context(), clause)
        if marker(context.replay_context(), operation, lately) != before:
            continue
        if isinstance(second, Finding):
            return second, 2
        came_and_went += 1
        if came_and_went > 1:
            # The data didn't change, and yet the responses changed from one replay to the next.
            return first, 1
    return not_exercised("data-moved", "data moved while it was looked at"), 0


def marker(context: RunContext, operation: Operation, lately: datetime.datetime | None = None) -> Any:
    """Something that changes when the rows of a list change: how many there are, and those that are new.

    Where all rows fit on a page they are part of it, else those that changed since the run began; where
    even these are more than a page, those that changed `lately`. An operation without a list has none to move.
    """
    if operation.pagination is None and not operation.bare_list:
        return None
    base = base_query(context, operation)
    page = context.large_page(operation, base)
    rows, changed = _whole(operation, page), _since(operation)
    # Where nothing counts the rows, those at the beginning of the list stand for them.
    uncounted = _names(operation, page) if page.count is None else None
    if rows is not None or changed is None:
        return page.count, uncounted if rows is None else rows
    for since in (context.began, lately or context.began):
        # The same row may change once more, so how many have changed isn't enough.
        recent = context.large_page(operation, extended(base, pairs(changed, None, in_offset(since, 0))))
        rows = _whole(operation, recent)
        if rows is not None:
            break
    return page.count, recent.count, uncounted if rows is None else rows


def _whole(operation: Operation, page: Page) -> list[tuple[str, str]] | None:
    """The rows of a list that fits on a page; None for a longer one."""
    return None if page.count is None or page.count > len(page.rows) else _names(operation, page)


def _names(operation: Operation, page: Page) -> list[tuple[str, str]]:
    """The rows of a page, in an order of their own."""
    return sorted((identity(operation, row), repr(row)) for row in page.rows)


def _lately(context: RunContext) -> datetime.datetime:
    """A little before now, by the server's clock."""
    return context.began + datetime.timedelta(seconds=context.target.age) - MARGIN


def _since(operation: Operation) -> Filter | None:
    updated = operation.access.collection.updated if operation.access else None
    return next((f for f in operation.filters if f.field == updated and f.lookup in ("gt", "gte")), None)
