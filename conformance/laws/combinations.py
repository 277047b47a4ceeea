"""Combined filters: the rows are those that satisfy both."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.laws.filters import split, words, wrong_case
from conformance.laws.law import blocked_by, law, operation_of
from conformance.oracle.budget import Budget
from conformance.oracle.candidates import candidates
from conformance.oracle.cases import Case
from conformance.oracle.lookups import Truth, all_of
from conformance.reading.context import RunContext, decided, extended
from conformance.reading.listing import mismatch
from conformance.reading.sample import sample_of
from conformance.verdict import Held, Result, not_exercised
from spec import Clause, Filter, Operation

ONE_ALONE = frozenset({"first alone", "second alone"})
ALL = ONE_ALONE | {"either", "none"}
"""Mutants of two filters together."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pair:
    """Two cases that distinguish "both" from "either", from the first alone and from the second alone."""

    one: Case
    other: Case

    def judge(self, row: Row) -> Truth:
        """Whether a row must be shown."""
        return all_of((self.one.judge(row), self.other.judge(row)))


@dataclass(frozen=True)
class Candidate:
    """A case, and which of the rows satisfy it."""

    case: Case
    shown: frozenset[int]
    open: frozenset[int]
    """Rows that may be shown or not."""


@law("combine", requests=1.6)
def combine(context: RunContext, clause: Clause) -> Result:
    """Every filter, together with filters on other fields, shows the rows that satisfy both."""
    operation = operation_of(context, clause)
    filter = clause.speaks_of(Filter)
    if not sample_of(context, operation).rows:
        return not_exercised("no-data", "the list shows no rows")
    if filter.hidden:
        return _with_hidden(context, operation, filter)
    known = sample_of(context, operation)
    pairs = _pairs(context, operation).get(filter.parameter, ())
    if not pairs:
        return not_exercised(
            "no-witness", "no value of another filter overlaps with it on the rows seen, without one holding the other"
        )
    queries = [(pair, pair.one.query + pair.other.query) for pair in pairs]
    context.prefetch(context.large_page_request(operation, extended(known.base, query)) for _, query in queries)
    right, wrong = 0, filter
    for pair, query in queries:
        about = (pair.one.filter.path[0], pair.other.filter.path[0])
        both = f"{words(pair.one)}, and {words(pair.other).removeprefix('rows ')}"
        found = mismatch(context, operation, known, query, pair.judge, both, about=about)
        if found:
            alone = next((case for case in (pair.one, pair.other) if wrong_case(context, operation, case)), None)
            if alone is None:
                return found
            wrong = alone.filter
        right += found is None
    if right:
        return Held(right)
    why = "each of its partners, or it itself, is wrong without another filter"
    return blocked_by(context, clause, "filter", why, about=wrong)


def _with_hidden(context: RunContext, operation: Operation, filter: Filter) -> Result:
    """A filter on a field that no response shows, together with one on a field that they do."""
    parts = {value: part for value, part in split(context, operation, filter).items() if part.rows}
    if len(parts) < 2:
        return not_exercised("no-data", f"all rows have one {filter.field}")
    tried: list[str] = []
    for other in operation.filters:
        # One of each field, and one that several values of it satisfy.
        if other.hidden or other.field in tried or other.lookup not in ("icontains", "in", "gte"):
            continue
        for value, part in parts.items():
            elsewhere = [row for v, p in parts.items() if v != value for row in p.rows.values()]
            rows = list(part.bounded)
            for key, operand in _some(other, rows, context.seed, 2 * context.budget.pool):
                case = Case(other, key, operand, ())
                here = sum(case.judge(row) is True for row in rows)
                if 0 < here < len(rows) and any(case.judge(row) is True for row in elsewhere):
                    break
            else:
                continue
            allowed = set(part.rows) if part.complete else None
            query = case.query

            def judge(row: Row, case: Case = case, allowed: set[str] | None = allowed) -> Truth:
                key = operation.access.collection.key if operation.access else ""
                inside = None if allowed is None else str(row.get(key)) in allowed
                return all_of((case.judge(row), inside if inside is False else True))

            wanted = f"{words(case)}, among those of {filter.parameter}={value}"
            found = mismatch(context, operation, part, query, judge, wanted, about=(other.path[0],))
            if found:
                return found
            tried.append(other.field)
    return Held(len(tried)) if tried else not_exercised("no-witness", "no other filter's value is met on both sides")


def _some(filter: Filter, rows: list[Row], seed: int, most: int) -> Iterator[tuple[str | None, str]]:
    return itertools.islice(candidates(filter, rows, random.Random(f"{seed}:{filter.parameter}:pair")), most)


@decided
def _pairs(context: RunContext, operation: Operation) -> dict[str, list[Pair]]:
    """Pairs of cases by filter: each filter at least twice, and two fields at least once where values allow it."""
    rows = list(sample_of(context, operation).bounded[: context.budget.case_rows])
    pools = {f.parameter: pool_of(f, rows, context.seed, context.budget) for f in operation.filters if not f.hidden}
    filters = [f for f in operation.filters if pools.get(f.parameter)]
    planned: dict[str, list[Pair]] = {f.parameter: [] for f in filters}
    fields_met: dict[tuple[str, str], int] = {}
    names_met: set[frozenset[str]] = set()
    for round in range(2):
        for filter in filters:
            # However many filters there are, each gets its first pair.
            full = round > 0 and sum(map(len, planned.values())) >= 2 * context.budget.pairs
            if len(planned[filter.parameter]) > round or full:
                continue
            others = sorted(
                (o for o in filters if frozenset((o.parameter, filter.parameter)) not in names_met),
                key=lambda o: (
                    fields_met.get(_fields(filter, o), 0),
                    len(planned[o.parameter]),
                    o.parameter,
                ),
            )
            for other in others:
                first_time = not fields_met.get(_fields(filter, other))
                pairs = _best(pools[filter.parameter], pools[other.parameter], alike=first_time)
                if pairs:
                    planned[filter.parameter] += pairs
                    if other.parameter != filter.parameter:
                        planned[other.parameter] += pairs
                    fields_met[_fields(filter, other)] = fields_met.get(_fields(filter, other), 0) + 1
                    names_met.add(frozenset((other.parameter, filter.parameter)))
                    break
    for filter, other in itertools.combinations(filters, 2):
        if filter.field != other.field and not fields_met.get(_fields(filter, other)):
            pairs = _best(pools[filter.parameter], pools[other.parameter], killing=ONE_ALONE)
            planned[filter.parameter] += pairs
            planned[other.parameter] += pairs
            fields_met[_fields(filter, other)] = len(pairs)
    return planned


def _fields(one: Filter, other: Filter) -> tuple[str, str]:
    first, second = sorted((one.field, other.field))
    return first, second


def pool_of(filter: Filter, rows: list[Row], seed: int, budget: Budget) -> list[Candidate]:
    """Values of a filter that some of the rows satisfy and others don't, each with the rows that do."""
    found: list[Candidate] = []
    for key, operand in _some(filter, rows, seed, budget.pool_candidates):
        if len(found) == budget.pool:
            break
        case = Case(filter, key, operand, ())
        truths = [case.judge(row) for row in rows]
        shown = frozenset(i for i, t in enumerate(truths) if t is True)
        unsure = frozenset(i for i, t in enumerate(truths) if t is None)
        if shown and len(shown) < len(rows):
            found.append(Candidate(case, shown, unsure))
    return found


def _best(
    ones: list[Candidate], others: list[Candidate], *, alike: bool = False, killing: frozenset[str] = ALL
) -> list[Pair]:
    """The pair that kills these mutants, by default all; else two pairs that do together.

    Of two filters that both take any key they are `alike` if they are to have the same one.
    """
    wanted = set(killing)
    best: dict[frozenset[str], tuple[int, Pair]] = {}
    for one in ones:
        for other in others:
            if not together(one.case, other.case):
                continue
            if alike and one.case.key and other.case.key and one.case.key != other.case.key:
                continue
            told = _told(one, other)
            size = len(one.shown & other.shown)
            if told and (told not in best or size < best[told][0]):
                best[told] = (size, Pair(one.case, other.case))
    pairs: list[Pair] = []
    for told in sorted(best, key=lambda t: -len(t)):
        if told & wanted and len(pairs) < 2:
            pairs.append(best[told][1])
            wanted -= told
    return pairs if not wanted else []


def together(one: Case, other: Case) -> bool:
    """False for two cases that ask under one name, unless it may stand several times with other prefixes."""
    return one.query[0][0] != other.query[0][0] or (one.filter.repeats and one.filter is not other.filter)


def _told(one: Candidate, other: Candidate) -> frozenset[str]:
    """The mutants of two filters that show other rows than both filters do."""
    unsure = one.open | other.open
    both = (one.shown & other.shown) - unsure
    first, second = one.shown - other.shown - unsure, other.shown - one.shown - unsure
    return frozenset(
        name
        for name, differs in (
            ("first alone", first),
            ("second alone", second),
            ("either", first | second),
            ("none", both),
        )
        if differs
    )
