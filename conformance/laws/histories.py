"""Where directed cases end, Hypothesis goes on: combinations of filters, and histories of writes.

Both are drawn from what is known to be telling, and what fails is shrunk to the fewest filters and the
shortest history. The seed decides everything, and there is no database of examples: a run depends on nothing
that an earlier one left behind.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from conformance.answers import mismatch
from conformance.ask import Ask
from conformance.batches import find, reader_of, submit
from conformance.cases import Case
from conformance.exchange import Exchange
from conformance.items import Style, item, part_ids
from conformance.laws.combinations import pool_of
from conformance.laws.filters import words
from conformance.laws.law import law, operation_of
from conformance.laws.writes import same, same_value
from conformance.lookups import Truth, all_of
from conformance.stories import ownership_of, siblings
from conformance.universe import universe
from conformance.verdict import Finding, Held, NotExercised, Result
from spec import Clause, Operation

COMBINATIONS = 8
HISTORIES = 2
STEPS = 5
MOST_STEPS = 60
"""Writes of all histories together, those that shrinking tries included."""

_SETTINGS = settings(
    max_examples=COMBINATIONS,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
    report_multiple_bugs=False,
)


class _Disagreement(Exception):
    """A generated case that breaks the clause; it holds the finding."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.observed)


@law("explore")
def explore(ask: Ask, clause: Clause) -> Result:
    """Two to four filters that one row satisfies show exactly the rows that satisfy them all."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    rows = list(known.rows.values())[:80]
    pools = ask.plan(("explore", operation.code), lambda a: _pools(a, operation, rows))
    if not rows or len(pools) < 2:
        return NotExercised("no two filters tell rows apart")
    telling = 0

    @st.composite
    def combinations(draw: st.DrawFn) -> list[Case]:
        row = draw(st.sampled_from(rows))
        fitting = [[case for case in pool if case.judge(row) is True] for pool in pools]
        usable = [cases for cases in fitting if cases]
        assume(len(usable) > 1)
        chosen = draw(st.lists(st.sampled_from(range(len(usable))), min_size=2, max_size=4, unique=True))
        return [draw(st.sampled_from(usable[index])) for index in chosen]

    @seed(ask.seed)
    @_SETTINGS
    @given(combinations())
    def holds(cases: list[Case]) -> None:
        nonlocal telling

        def judge(row: Mapping[str, Any]) -> Truth:
            return all_of(case.judge(row) for case in cases)

        query = tuple(pair for case in cases for pair in case.query)
        fields = tuple(case.filter.field for case in cases)
        wanted = ", and ".join([words(cases[0]), *(words(case).removeprefix("rows ") for case in cases[1:])])
        found = mismatch(ask, operation, known, query, judge, wanted, about=fields)
        if found:
            raise _Disagreement(found)
        telling += any(judge(row) is False for row in rows)

    try:
        holds()
    except _Disagreement as disagreement:
        return disagreement.finding
    return Held(telling)


def _pools(ask: Ask, operation: Operation, rows: list[Mapping[str, Any]]) -> list[list[Case]]:
    """A few cases of each filter that some rows satisfy and others don't."""
    pools = []
    for filter in operation.filters:
        if not filter.hidden:
            cases = [candidate.case for candidate in pool_of(filter, rows, ask.seed)][:12]
            if cases:
                pools.append(cases)
    return pools


# -- histories of writes ------------------------------------------------------------------------------


@dataclass
class _World:
    """What the rows of one history must look like by now."""

    keys: tuple[str, ...]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    """(row key, part field, part id) to the entry that was last written there."""
    chain: list[Exchange] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@law("write.history")
def history(ask: Ask, clause: Clause) -> Result:
    """After any sequence of upserts, parts and deletes every row is what the last writes to it say."""
    operation = operation_of(ask, clause)
    if operation.access is None or reader_of(ask, operation) is None:
        return NotExercised("no list shows what was written")
    writers = siblings(ask, operation)
    parts = [o for o in writers if o.access and o.access.action == "upserts" and o.access.parts]
    deleters = [o for o in writers if o.access and o.access.action == "deletes"]
    actions = st.one_of(
        st.tuples(st.just(operation), st.integers(0, 1), st.just(0), st.integers(0, 3)),
        *(st.tuples(st.just(o), st.integers(0, 1), st.integers(0, 1), st.integers(0, 3)) for o in parts),
        *(st.tuples(st.just(o), st.integers(0, 1), st.just(0), st.just(0)) for o in deleters),
    )
    steps = 0
    ended = 0

    @seed(ask.seed)
    @settings(_SETTINGS, max_examples=HISTORIES)
    @given(st.lists(actions, min_size=STEPS - 1, max_size=STEPS))
    def holds(story: list[tuple[Operation, int, int, int]]) -> None:
        nonlocal steps, ended
        own = ownership_of(ask)
        world = _World((own.mint("H"), own.mint("H")))
        # The first row is there from the start, or most histories would be of rows that don't exist.
        for action in [(operation, 0, 0, 0), *story]:
            steps += 1
            assume(steps <= MOST_STEPS)
            _act(ask, operation, world, *action)
        ended += 1

    try:
        with contextlib.suppress(_Unfinished):
            _there_and_back(ask, operation)
            holds()
    except _Disagreement as disagreement:
        return disagreement.finding
    return Held(ended) if ended else NotExercised("no batch of the histories was seen to end")


def _there_and_back(ask: Ask, operation: Operation) -> None:
    """The history that chance seldom draws: a row is changed, and then what it was."""
    own = ownership_of(ask)
    world = _World((own.mint("H"), own.mint("H")))
    for variant in (0, 1, 0):
        _act(ask, operation, world, operation, 0, 0, variant)


class _Unfinished(Exception):
    """A batch wasn't taken or didn't end: the other clauses speak of that."""


def _act(
    ask: Ask, inserter: Operation, world: _World, operation: Operation, which: int, number: int, variant: int
) -> None:
    access = operation.access
    if access is None:
        return
    key, field = world.keys[which], access.collection.key
    style: Style = ask.plan(("style", inserter.code), lambda a: "plain")
    made = {field: key} if access.action == "deletes" else item(ask, operation, key, variant, style)
    collection_parts = {part.field for part in access.collection.parts}
    # What a row's own upsert does to its parts is a reading of ours, so histories leave them out of it.
    made = {name: value for name, value in made.items() if name not in collection_parts}
    for part in access.parts:
        made[part.key] = part_ids(ask, operation, part.key)[number]
    batch = submit(ask, operation, [made])
    if not batch.accepted or not batch.over:
        raise _Unfinished
    world.chain.append(batch.exchange)
    world.told.append(f"{operation.code} {key[-5:]}")
    if access.action == "deletes":
        world.rows.pop(key, None)
        world.entries = {place: entry for place, entry in world.entries.items() if place[0] != key}
    elif access.parts and key in world.rows:
        for part in access.parts:
            world.entries[key, part.field, str(made[part.key])] = made
    elif not access.parts:
        world.rows[key] = made
    _compare(ask, operation, world, key)


def _compare(ask: Ask, operation: Operation, world: _World, key: str) -> None:
    expected = world.rows.get(key)
    seen = find(ask, operation, key, expected=expected is not None)
    after = " then ".join(world.told)
    chain = (*world.chain, *seen.chain)
    count = 0 if expected is None else 1
    if len(seen.rows) != count:
        raise _Disagreement(Finding(f"{count} row {key} after {after}", f"{len(seen.rows)}", chain))
    for row in seen.rows:
        for name, value in (expected or {}).items():
            if name in row and not same(value, row[name]):
                wanted = f"{name} {value!r} after {after}"[:500]
                raise _Disagreement(Finding(wanted, f"{row[name]!r}"[:500], chain))
        for part in operation.access.collection.parts if operation.access else ():
            for (owner, where, id), written in world.entries.items():
                if owner != key or where != part.field:
                    continue
                shown = [e for e in row.get(part.field) or () if str(e.get(part.key)) == id]
                if len(shown) != 1 or any(n in shown[0] and not same_value(written[n], shown[0][n]) for n in written):
                    wanted = f"{part.field} {id} as {written!r} after {after}"[:500]
                    raise _Disagreement(Finding(wanted, f"{shown!r}"[:500], chain))
