"""Walking a list from page to page, for the laws about pages and links."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.laws.filters import cases_of
from conformance.oracle.cases import Case
from conformance.oracle.lookups import kind_of
from conformance.reading.context import Page, Query, RunContext, decided, extended, get, paged, read_page
from conformance.reading.listing import response_excerpt
from conformance.reading.sample import Sample, identity, sample_of
from conformance.verdict import Finding, NotExercised, not_exercised
from spec import Filter, Operation


@dataclass(frozen=True)
class Walk:
    """Pages of one list with one limit, by number."""

    pages: dict[int, Page]
    size: int
    """Rows on a full page: the limit, or the server's cap where that is lower."""
    last: int
    """Number of the last page, by the count."""
    count: int

    @property
    def whole(self) -> bool:
        """True when every page was read."""
        return len(self.pages) == self.last

    def neighbours(self) -> Iterator[tuple[int, Page, Page]]:
        """(number, page, the page after it), wherever both were read."""
        for number, page in self.pages.items():
            if number + 1 in self.pages:
                yield number, page, self.pages[number + 1]


def walk(context: RunContext, operation: Operation, base: Query, limit: int) -> Walk | None:
    """The pages of a list; None when the first one isn't a page with rows."""
    first = context.page(operation, paged(operation, base, page=1, limit=limit))
    if not first.rows or not first.count:
        return None
    size = min(limit, len(first.rows)) if first.count > len(first.rows) else limit
    last = -(-first.count // size)
    middle = last // 2
    some = sorted({1, 2, 3, middle, middle + 1, last - 1, last})
    numbers = list(range(1, last + 1)) if last <= context.budget.walked_pages else some
    requests = {n: get(operation, paged(operation, base, page=n, limit=limit)) for n in numbers}
    context.prefetch(requests.values())
    return Walk({n: read_page(operation, context.send(r)) for n, r in requests.items()}, size, last, first.count)


def limits(count: int) -> tuple[int, int]:
    """Two limits that cut a list of so many rows differently, with several pages each where there are rows for it."""
    return (10, 7) if count > 20 else (max(1, count // 3), max(1, count // 2))


def walks(context: RunContext, operation: Operation) -> list[Walk]:
    """Walks of an operation's list with two limits, and with one that is large."""
    known = sample_of(context, operation)
    found = [
        walk(context, operation, known.base, limit) for limit in (*limits(known.count or 0), context.budget.page_rows)
    ]
    return [w for w in found if w]


def lone_end(context: RunContext, operation: Operation) -> Walk | None:
    """A last page of a single row, which a server may leave out or show with the page before it."""
    known = sample_of(context, operation)
    others = (known.count or 0) - 1
    limit = next((n for n in range(min(others, known.page_size), 1, -1) if others % n == 0), None)
    if limit is None:
        return None
    last = others // limit + 1
    page = context.page(operation, paged(operation, known.base, page=last, limit=limit))
    return Walk({last: page}, limit, last, others + 1) if page.count in (None, known.count) else None


def even_ends(context: RunContext, operation: Operation) -> list[tuple[int, int, Page]]:
    """(number, last number, page) of last pages that are full to the row, where an off-by-one shows."""
    known = sample_of(context, operation)
    count = known.count or 0
    found = []
    for limit in (1, count):
        if count > 0 and 0 < limit <= known.page_size:
            last = count // limit
            page = context.page(operation, paged(operation, known.base, page=last, limit=limit))
            found.append((last, last, page))
    return found


def needs_two_pages(found: list[Walk]) -> NotExercised | None:
    """The reason for not-exercised, where no walk has a second page."""
    if not found:
        return not_exercised("no-data", "the list shows no rows")
    return (
        None if any(w.last > 1 for w in found) else not_exercised("no-data", "there are fewer rows than two pages need")
    )


def same_rows(operation: Operation, got: Page, wanted: Page, expected: str) -> Finding | None:
    """What is wrong with a page that should show the rows of another one."""
    if not got.is_page:
        return Finding(expected, response_excerpt(got.exchange), (got.exchange,))
    mine, theirs = ([identity(operation, row) for row in page.rows] for page in (got, wanted))
    if mine == theirs:
        return None
    return Finding(f"{expected}: {', '.join(theirs)}", ", ".join(mine), (wanted.exchange, got.exchange))


@dataclass(frozen=True)
class Narrowed:
    """A query that shows several rows of a list and leaves others out."""

    query: Query
    limit: int
    """Rows of a page, so that there are some three pages."""
    cases: tuple[Case, ...] = ()
    """The filters in it."""

    def walk(self, context: RunContext, operation: Operation) -> Walk | None:
        """Its pages."""
        return walk(context, operation, self.query, self.limit)


@decided
def narrowed(context: RunContext, operation: Operation) -> tuple[Narrowed, ...]:
    """Queries that narrow a list, those preferred that don't arrive unless they are escaped."""
    return (*_by_filters(context, operation), *_by_search(context, operation))


def _by_filters(context: RunContext, operation: Operation) -> list[Narrowed]:
    """Up to three queries: a text filter, a non-text filter, two filters on different fields."""
    known = sample_of(context, operation)
    several: list[tuple[Case, frozenset[str]]] = []
    for filter in operation.filters:
        for case in () if filter.hidden else cases_of(context, operation, filter).chosen:
            shown = frozenset(name for name, row in known.rows.items() if case.judge(row) is True)
            if 1 < len(shown) < len(known.rows):
                several.append((case, shown))
    several.sort(
        key=lambda found: (-_fragile(found[0].operand), len(found[1]) < context.budget.narrowed_rows, len(found[1]))
    )
    of_text = [found for found in several if _is_plain_text(found[0].filter)]
    of_others = [found for found in several if not _is_plain_text(found[0].filter)]
    queries = [_with(known, len(shown), case) for case, shown in (*of_text[:1], *of_others[:1])]
    for (one, first), (other, second) in itertools.combinations(several, 2):
        both = len(first & second)
        if both > 1 and one.filter.field != other.filter.field:
            return [*queries, _with(known, both, one, other)]
    return queries


def _with(known: Sample, shown: int, *cases: Case) -> Narrowed:
    return Narrowed(extended(known.base, tuple(pair for case in cases for pair in case.query)), _third(shown), cases)


def _third(shown: int) -> int:
    return -(-shown // 3)


def _is_plain_text(filter: Filter) -> bool:
    return kind_of(filter.schema) == "text" and not filter.free_key


def _by_search(context: RunContext, operation: Operation) -> list[Narrowed]:
    """A text to search for that has a meaning of its own in a query: a word and such a character, or that alone."""
    known = sample_of(context, operation)
    for parameter in (p for p in operation.parameters if p.search):
        base = tuple(pair for pair in known.base if pair[0] != parameter.name)
        texts = ["\n".join(str(row.get(field)) for field in parameter.search) for row in known.bounded]
        worded = {found for text in texts for found in re.findall(rf"\b\w{{1,40}} [{FRAGILE}]", text)}
        for asked in (sorted(worded), FRAGILE):
            holders = {one: sum(one in text for text in texts) for one in asked}
            best = max(holders, key=holders.__getitem__, default="")
            if holders.get(best, 0) > 1:
                return [Narrowed((*base, (parameter.name, best)), _third(holders[best]))]
    return []


FRAGILE = "+%&#"
"""Characters that mean something else in a query unless they are escaped."""


def _fragile(operand: str) -> int:
    return sum(c in operand for c in FRAGILE)
