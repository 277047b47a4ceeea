"""What Hypothesis draws for the laws: combinations of cases, and histories of writes."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.errors import Flaky, Unsatisfiable

from conformance.laws.combinations import Candidate, together
from conformance.oracle.cases import Case
from spec import Operation

__all__ = ["assume", "combinations", "each", "histories", "narrowing_pairs", "one_of"]

T = TypeVar("T")

Write = tuple[Operation, int, int, int]
"""An operation, and the numbers of the row, of the part's entry, and of the values that it writes."""

_SETTINGS = settings(
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
    report_multiple_bugs=False,
)


def each(
    drawn: st.SearchStrategy[T],
    check: Callable[[T], None],
    *,
    seed: int,
    examples: int,
    may_be_flaky: bool = False,
) -> None:
    """Call a check with so many drawn values. What it raises is shrunk, and raised."""

    @seeded(seed)
    @settings(_SETTINGS, max_examples=examples)
    @given(drawn)
    def holds(one: T) -> None:
        check(one)

    with contextlib.suppress(Unsatisfiable, *([Flaky] if may_be_flaky else [])):
        holds()


def combinations(candidates: Sequence[Candidate], rows: int) -> st.SearchStrategy[list[Case]]:
    """Cases that one row satisfies, each of which leaves out a row that the others show."""

    @st.composite
    def drawn(draw: st.DrawFn) -> list[Case]:
        row = draw(st.integers(0, rows - 1))
        fitting = [candidate for candidate in candidates if row in candidate.shown]
        chosen: list[Candidate] = []
        for _ in range(draw(st.integers(2, 4))):
            usable = [one for one in fitting if _each_narrows([*chosen, one])]
            # A server that keeps its conditions by field loses one of two, which chance alone would seldom draw.
            alike = [one for one in usable if any(_field(one) == _field(other) for other in chosen)]
            rather_alike: bool = draw(st.booleans())
            if alike and rather_alike:
                usable = alike
            if usable:
                chosen.append(draw(st.sampled_from(usable)))
        assume(len(chosen) > 1)
        return [candidate.case for candidate in chosen]

    return drawn()


def narrowing_pairs(candidates: Sequence[Candidate]) -> tuple[list[Case], ...]:
    """Two cases that a row satisfies, each of which leaves out a row that the other shows."""
    return tuple(
        [one.case, other.case]
        for one, other in itertools.combinations(candidates, 2)
        if one.shown & other.shown and _each_narrows([one, other])
    )


def one_of(values: Sequence[T]) -> st.SearchStrategy[T]:
    """Any of some values."""
    return st.sampled_from(values)


def _field(candidate: Candidate) -> tuple[str, str | None]:
    return candidate.case.filter.field, candidate.case.key


def _each_narrows(candidates: Sequence[Candidate]) -> bool:
    """True when a query can have them all, and none can be left out without showing more."""
    if not all(together(one.case, other.case) for one, other in itertools.combinations(candidates, 2)):
        return False
    for one in candidates:
        others = [candidate.shown for candidate in candidates if candidate is not one]
        if others and not frozenset.intersection(*others) - one.shown - one.open:
            return False
    return True


@st.composite
def histories(draw: st.DrawFn, writers: Sequence[Operation]) -> list[Write]:
    """Each write once at most, in any order, mostly to one row; what fails shrinks to the writes that it needs."""
    order = draw(st.permutations(writers))
    rows, twos, fours, left_out = st.sampled_from((0, 0, 0, 1)), st.integers(0, 1), st.integers(0, 3), st.integers(0, 9)
    drawn = [((o, draw(rows), draw(twos), draw(fours)), draw(left_out)) for o in order]
    return [write for write, kept in drawn if kept]
