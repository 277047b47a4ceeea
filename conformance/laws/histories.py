"""Hypothesis continues where the directed cases end: combinations of filters, and histories of writes.

Both are drawn from discriminating cases, and what fails is shrunk to the fewest filters and the
shortest history. The seed decides everything, and there is no database of examples: a run depends on nothing
that an earlier one left behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from conformance.laws.combinations import Candidate, pool_of
from conformance.laws.filters import words
from conformance.laws.law import law, operation_of
from conformance.laws.readback import same, same_value
from conformance.oracle.cases import Case
from conformance.oracle.lookups import Truth, all_of, same_id
from conformance.reading.context import RunContext, decided
from conformance.reading.listing import mismatch
from conformance.reading.sample import sample_of
from conformance.scenarios import ownership_of, siblings, style_of, submit_patiently
from conformance.transport.exchange import Exchange
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.items import entry, item
from conformance.writing.read_back import find, reader_of, settled
from spec import Clause, Operation

_DRAWING = "conformance.laws.drawing"
"""Imported when something is drawn: Hypothesis takes a while to import, and most commands don't need it."""


class _Disagreement(Exception):
    """A generated case that breaks the clause; it holds the finding."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.observed)


@law("explore", requests=6)
def explore(context: RunContext, clause: Clause) -> Result:
    """Two to four filters that one row satisfies show exactly the rows that satisfy them all."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    rows = list(known.rows.values())[: context.budget.combination_rows]
    candidates = _candidates(context, operation)
    cases_tried = 0

    def holds(cases: list[Case]) -> None:
        nonlocal cases_tried

        def judge(row: Mapping[str, Any]) -> Truth:
            return all_of(case.judge(row) for case in cases)

        query = tuple(pair for case in cases for pair in case.query)
        fields = tuple(case.filter.path[0] for case in cases)
        wanted = ", and ".join([words(cases[0]), *(words(case).removeprefix("rows ") for case in cases[1:])])
        found = mismatch(context, operation, known, query, judge, wanted, about=fields)
        if found:
            raise _Disagreement(found)
        cases_tried += 1

    try:
        if candidates:
            drawing = import_module(_DRAWING)
            drawn = drawing.combinations(candidates, len(rows))
            drawing.each(drawn, holds, seed=context.seed, examples=context.budget.combinations)
            found = () if cases_tried else drawing.narrowing_pairs(candidates)
            if found:  # so few that chance met none of them
                drawing.each(drawing.one_of(found), holds, seed=context.seed, examples=context.budget.combinations)
    except _Disagreement as disagreement:
        return disagreement.finding
    return Held(cases_tried) if cases_tried else not_exercised("no-witness", "no two filters distinguish rows")


@decided
def _candidates(context: RunContext, operation: Operation) -> tuple[Candidate, ...]:
    """A few cases of each filter that some rows satisfy and others don't."""
    rows = list(sample_of(context, operation).bounded[: context.budget.combination_rows])
    pools = (
        pool_of(filter, rows, context.seed, context.budget)[: context.budget.combination_cases]
        for filter in operation.filters
        if not filter.hidden
    )
    return tuple(candidate for pool in pools for candidate in pool)


# -- histories of writes ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Action:
    """One write of a history."""

    operation: Operation
    row: int = 0
    """The first row or the second."""
    entry: int = 0
    """The first entry of a part or the second."""
    variant: int = 0
    """Which values are written."""


@dataclass
class _World:
    """What the rows of one history must look like by now."""

    keys: tuple[str, ...]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    """(row key, part field, part id) to the entry that was last written there."""
    chain: list[Exchange] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    shrinking: bool = False
    """True once a history disagreed: what Hypothesis tries then needn't be waited for."""


@law("write.history", requests=35)
def history(context: RunContext, clause: Clause) -> Result:
    """After any sequence of upserts, parts and deletes every row has the state of the last writes to it."""
    operation = operation_of(context, clause)
    if operation.access is None or reader_of(context, operation) is None:
        return not_exercised("not-shown", "no list shows what was written")
    writers = siblings(context, operation)
    parts = [o for o in writers if o.access and o.access.action == "upserts" and o.access.parts]
    deleters = [o for o in writers if o.access and o.access.action == "deletes"]
    steps = 0
    ended = 0
    shortest: _Disagreement | None = None

    drawing = import_module(_DRAWING)

    def holds(history: list[tuple[Operation, int, int, int]]) -> None:
        nonlocal steps, ended, shortest
        if not history:
            return  # the simplest one makes a row, which needs no history to be seen
        own = ownership_of(context)
        world = _World((own.mint("H"), own.mint("H")), shrinking=shortest is not None)
        # The first row is there from the start, or most histories would be of rows that don't exist.
        for action in [Action(operation), *(Action(*one) for one in history)]:
            steps += 1
            drawing.assume(steps <= context.budget.history_steps)
            try:
                _act(context, operation, world, action)
                _compare(context, action.operation, world, world.keys[action.row])
            except _Disagreement as disagreement:
                shortest = disagreement
                raise
        ended += 1

    try:
        _there_and_back(context, operation, parts)
        ended += 1
        drawn = drawing.histories((*parts, *deleters, operation))
        # When the steps are spent nothing fails any more, and Hypothesis calls the last failure flaky.
        drawing.each(drawn, holds, seed=context.seed, examples=context.budget.histories, may_be_flaky=True)
    except _Disagreement as disagreement:
        shortest = disagreement
    except _Unfinished:
        pass
    if shortest:
        return shortest.finding
    return Held(ended) if ended else not_exercised("scenario-incomplete", "no batch of the histories was seen to end")


def _there_and_back(context: RunContext, operation: Operation, parts: Sequence[Operation]) -> None:
    """The history that chance seldom draws: a row is changed, its parts are written, and then it is what it was."""
    own = ownership_of(context)
    world = _World((own.mint("H"), own.mint("H")))
    rows = (Action(operation, variant=variant) for variant in (0, 1))
    # What each write does by itself, other clauses say. Here the row has to be right in the end.
    for action in (*rows, *(Action(o, variant=n) for n, o in enumerate(parts))):
        _act(context, operation, world, action)
    last = Action(operation)
    _act(context, operation, world, last)
    _compare(context, operation, world, world.keys[last.row])


class _Unfinished(Exception):
    """A batch wasn't taken or didn't end: the other clauses speak of that."""


def _act(context: RunContext, inserter: Operation, world: _World, action: Action) -> None:
    operation, access = action.operation, action.operation.access
    if access is None:
        return
    key, field = world.keys[action.row], access.collection.key
    style = style_of(context, inserter)
    made = {field: key} if access.action == "deletes" else item(context, operation, key, action.variant, style)
    if access.parts:
        made = entry(context, operation, key, action.entry, action.variant)
    collection_parts = {part.field for part in access.collection.parts}
    # What a row's own upsert does to its parts is a reading of ours, so histories leave them out of it.
    made = {name: value for name, value in made.items() if name not in collection_parts}
    batch = submit_patiently(context, operation, [made], like=inserter)
    if not batch.accepted or not batch.over:
        raise _Unfinished
    world.chain.append(batch.exchange)
    world.done.append(f"{operation.code} {key[-5:]}")
    if access.action == "deletes":
        world.rows.pop(key, None)
        world.entries = {place: entry for place, entry in world.entries.items() if place[0] != key}
    elif access.parts and key in world.rows:
        for part in access.parts:
            world.entries[key, part.field, str(made[part.key])] = made
    elif not access.parts:
        world.rows[key] = made


def _compare(context: RunContext, operation: Operation, world: _World, key: str) -> None:
    """Raise a disagreement with the row as it is shown, if it stays: a list may lag."""
    wrong = _wrong(context, operation, world, key)
    if wrong and not world.shrinking:
        wrong = settled(context, lambda: _wrong(context, operation, world, key), lambda found: found is None)
    if wrong:
        raise _Disagreement(wrong)


def _wrong(context: RunContext, operation: Operation, world: _World, key: str) -> Finding | None:
    expected = world.rows.get(key)
    seen = find(context, operation, key, expected=expected is not None)
    after = " then ".join(world.done)
    chain = (*world.chain, *seen.chain)
    count = 0 if expected is None else 1
    if len(seen.rows) != count:
        return Finding(f"{count} row {key} after {after}", f"{len(seen.rows)}", chain)
    for row in seen.rows:
        for name, value in (expected or {}).items():
            if name in row and not same(value, row[name]):
                wanted = f"{name} {value!r} after {after}"
                return Finding(wanted, f"{row[name]!r}", chain)
        for part in operation.access.collection.parts if operation.access else ():
            for (owner, where, id), written in world.entries.items():
                if owner != key or where != part.field:
                    continue
                shown = [e for e in row.get(part.field) or () if same_id(str(e.get(part.key)), id)]
                if len(shown) != 1 or any(n in shown[0] and not same_value(written[n], shown[0][n]) for n in written):
                    wanted = f"{part.field} {id} as {written!r} after {after}"
                    return Finding(wanted, f"{shown!r}", chain)
    return None
