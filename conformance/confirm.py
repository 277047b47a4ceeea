"""Never crying wolf: a finding counts when it is seen again from nothing, on data that didn't move meanwhile."""

from __future__ import annotations

from typing import Any

from conformance.ask import Ask, Query
from conformance.cases import in_offset
from conformance.laws.law import Law
from conformance.universe import LARGE_PAGE, base_query, identity, paged
from conformance.verdict import Finding, NotExercised, Result
from spec import Clause, Filter, Operation

ATTEMPTS = 4
"""How often a finding is tried again while the data moves."""

RESTLESS = 6
"""After so many clauses whose data wouldn't stand still the others get one try: it costs what it shows."""


def confirm(ask: Ask, law: Law, clause: Clause, found: Finding) -> tuple[Result, int]:
    """Replay a finding: the result that stands, and how often it was seen again.

    The law runs twice from nothing between two looks at whether the data moved. Where it moved, all that is
    tried again; where it keeps moving, nothing is claimed.
    """
    operation = ask.contract.by_code[clause.operation]
    came_and_went = 0
    if clause.writes:
        # The rows are our own, and nobody else's doing shows on them: two more tries are enough.
        first = law(ask.fresh(), clause)
        second = law(ask.fresh(), clause) if isinstance(first, Finding) else first
        return second, 2 if isinstance(second, Finding) else 0
    restless: list[str] = ask.plan("clauses whose data moved", lambda a: [])
    for _ in range(ATTEMPTS if len(restless) < RESTLESS else 1):
        before = marker(ask.fresh(), operation)
        first = law(ask.fresh(), clause)
        if marker(ask.fresh(), operation) != before:
            continue
        if not isinstance(first, Finding):
            return first, 0
        second = law(ask.fresh(), clause)
        if marker(ask.fresh(), operation) != before:
            continue
        if isinstance(second, Finding):
            return second, 2
        came_and_went += 1
        if came_and_went > 1:
            # The data stood still, and the answers still changed from one time to the next.
            return first, 1
    restless.append(clause.id)
    return NotExercised("data moved while it was looked at"), 0


def marker(ask: Ask, operation: Operation) -> Any:
    """Something that changes when the rows of a list change: how many there are, and how many are new.

    Where all rows fit on a page they are part of it. An operation without a list has none to move.
    """
    if operation.pagination is None:
        return None
    base = base_query(ask, operation)
    page = ask.page(operation, paged(operation, base, limit=LARGE_PAGE))
    whole = page.count is not None and page.count <= len(page.rows)
    rows = sorted((identity(operation, row), repr(row)) for row in page.rows) if whole else None
    return page.count, _recent(ask, operation, base), rows


def _recent(ask: Ask, operation: Operation, base: Query) -> int | None:
    """How many rows changed since the run began, by the server's own filter, if it has one."""
    since = _since(operation)
    if since is None:
        return None
    return ask.page(operation, paged(operation, (*base, (since.parameter, in_offset(ask.began, 0))), limit=1)).count


def _since(operation: Operation) -> Filter | None:
    updated = operation.access.collection.updated if operation.access else None
    return next((f for f in operation.filters if f.field == updated and f.lookup in ("gt", "gte")), None)
