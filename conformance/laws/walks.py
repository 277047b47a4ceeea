"""Walking a list from page to page, for the laws about pages and links."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.laws.filters import cases_of
from conformance.oracle.cases import Case
from conformance.oracle.lookups import kind_of
from conformance.oracle.operands import listed
from conformance.reading.context import Page, Query, RunContext, decided, extended, get, paged, read_page
from conformance.reading.following import follow, must_follow
from conformance.reading.listing import response_excerpt
from conformance.reading.sample import Sample, base_query, identity, sample_of
from conformance.verdict import Finding, NotExercised, not_exercised
from spec import Cursor, Filter, Offset, Operation


@dataclass(frozen=True)
class Walk:
    """Pages of one list with one limit, by their place in it, from 1 on."""

    pages: dict[int, Page]
    size: int
    """Rows on a full page: the limit, or the server's cap where that is lower."""
    last: int
    """The last page: by the count, or as the walk came to an end; one more than was read where it didn't."""
    count: int | None
    """The number of rows: by the server's count, or counted here; None where neither is known."""
    beyond: Page | None = None
    """What the page after the last one was, where the walk went there."""

    @property
    def whole(self) -> bool:
        """True when every page was read."""
        return len(self.pages) == self.last

    def neighbours(self) -> Iterator[tuple[int, Page, Page]]:
        """(number, page, the page after it), wherever both were read."""
        for number, page in self.pages.items():
            if number + 1 in self.pages:
                yield number, page, self.pages[number + 1]

    def places(self, *, by_cursor: bool) -> Iterator[tuple[int, Page, Mapping[str, Any]]]:
        """(place in the list, page, row). The pages of cursors may be of any length, but were read from the first."""
        start = 0
        for number, page in self.pages.items():
            start = start if by_cursor else (number - 1) * self.size
            for index, row in enumerate(page.rows):
                yield start + index, page, row
            start += len(page.rows)


def by_cursor(operation: Operation) -> bool:
    """True for a list in which only a page leads to the next."""
    return operation.pagination is not None and isinstance(operation.pagination.form, Cursor)


def has_limit(operation: Operation) -> bool:
    """True where a request chooses how many rows a page has."""
    return operation.pagination is not None and operation.pagination.limit is not None


def walk(context: RunContext, operation: Operation, base: Query, limit: int) -> Walk | None:
    """The pages of a list; None when the first one isn't a page with rows."""
    first = context.page(operation, paged(operation, base, page=1, limit=limit))
    if not first.rows:
        return None
    if must_follow(operation, first):
        return _followed(context, operation, base, first, limit)
    if not first.count:
        return None
    size = _size(context, operation, first, limit)
    last = -(-first.count // size)
    middle = last // 2
    some = sorted({1, 2, 3, middle, middle + 1, last - 1, last})
    numbers = list(range(1, last + 1)) if last <= context.budget.walked_pages else some
    requests = {n: get(operation, paged(operation, base, page=n, limit=limit, size=size)) for n in numbers}
    context.prefetch(requests.values())
    return Walk({n: read_page(operation, context.send(r)) for n, r in requests.items()}, size, last, first.count)


def _followed(context: RunContext, operation: Operation, base: Query, first: Page, limit: int) -> Walk:
    """The same, from each page to the next."""
    size, ask = _size(context, operation, first, limit), context.asking(operation)
    found = follow(operation, base, first, ask, limit=limit, most=context.budget.walked_pages, size=size)
    pages = dict(enumerate(found.pages, 1))
    last = len(pages) if found.ended else len(pages) + 1
    return Walk(pages, size, last, found.count if first.count is None else first.count, found.beyond)


def _size(context: RunContext, operation: Operation, first: Page, limit: int) -> int:
    """How many rows a full page has: as many as were asked for, fewer where the server caps that."""
    if not has_limit(operation):
        return len(first.rows)
    if isinstance(operation.pagination and operation.pagination.form, Offset):
        # A client steps by the limit, however many rows a page shows.
        return min(limit, sample_of(context, operation).page_size or limit)
    return min(limit, len(first.rows)) if first.count is None or first.count > len(first.rows) else limit


def limits(count: int, usual: int = 10) -> tuple[int, int]:
    """Two limits that cut a list of so many rows differently, with several pages each where there are rows for it.

    One is the usual limit, where that isn't too large: a server may treat it in its own way.
    """
    if count <= 20:
        return max(1, count // 3), max(1, count // 2)
    return (usual if 7 < usual <= min(count // 2, 50) else 10), 7


def limits_of(context: RunContext, operation: Operation) -> tuple[int, int]:
    """The two limits for the list of an operation."""
    limit = operation.pagination.limit if operation.pagination else None
    return limits(sample_of(context, operation).least, limit.usual if limit else 10)


def walks(context: RunContext, operation: Operation) -> list[Walk]:
    """Walks of an operation's list with two limits, and with one that is large; one walk where pages have one size."""
    known = sample_of(context, operation)
    chosen = limits_of(context, operation) if has_limit(operation) else ()
    found = [walk(context, operation, known.base, limit) for limit in (*chosen, context.budget.page_rows)]
    return [w for w in found if w]


def unnumbered(context: RunContext, operation: Operation) -> Page | None:
    """The first page, by a request that names no page; None where no parameter names one."""
    form = operation.pagination.form if operation.pagination else None
    if form is None or isinstance(form, Cursor):
        return None
    query = paged(operation, base_query(context, operation), page=1, limit=limits_of(context, operation)[0])
    return context.page(operation, tuple(pair for pair in query if pair[0] != form.parameter))


def lone_end(context: RunContext, operation: Operation) -> Walk | None:
    """A last page of a single row, which a server may leave out or show with the page before it."""
    known = sample_of(context, operation)
    others = (known.count or 0) - 1
    limit = next((n for n in range(min(others, known.page_size), 1, -1) if others % n == 0), None)
    if limit is None or by_cursor(operation) or not has_limit(operation):
        return None
    last = others // limit + 1
    page = context.page(operation, paged(operation, known.base, page=last, limit=limit))
    return Walk({last: page}, limit, last, others + 1) if page.count in (None, known.count) else None


def even_ends(context: RunContext, operation: Operation) -> list[tuple[int, int, Page]]:
    """(number, last number, page) of last pages that are full to the row, where an off-by-one shows."""
    known = sample_of(context, operation)
    count = known.count or 0
    found = []
    for limit in ((count,) if by_cursor(operation) else (1, count)) if has_limit(operation) else ():
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
    """Up to three queries: a text filter, a non-text filter, two filters on different fields.

    The two are a free key and a list, where there are any: a link may be made of the declared parameters alone, or
    of single values.
    """
    known = sample_of(context, operation)
    several: list[tuple[Case, frozenset[str]]] = []
    for filter in operation.filters:
        for case in () if filter.hidden else cases_of(context, operation, filter).chosen:
            shown = frozenset(name for name, row in known.rows.items() if case.judge(row) is True)
            if 1 < len(shown) < len(known.rows):
                several.append((case, shown))
    enough = context.budget.narrowed_rows if has_limit(operation) else known.page_size + 1
    several.sort(key=lambda found: (-_fragile(found[0].operand), len(found[1]) < enough, len(found[1])))
    of_text = [found for found in several if _is_plain_text(found[0].filter)]
    of_others = [found for found in several if not _is_plain_text(found[0].filter)]
    queries = [_with(known, len(shown), case) for case, shown in (*of_text[:1], *of_others[:1])]
    free = [found for found in several if found[0].filter.free_key]
    lists = sorted((found for found in several if _has_list(found[0])), key=lambda found: len(found[0].operand))
    pairs = (itertools.product(free, lists), itertools.product(free, several), itertools.product(lists, several))
    for (one, first), (other, second) in itertools.chain(*pairs, itertools.combinations(several, 2)):
        both = len(first & second)
        if both > 1 and one.filter.field != other.filter.field:
            return [*queries, _with(known, both, one, other)]
    return queries


def _with(known: Sample, shown: int, *cases: Case) -> Narrowed:
    return Narrowed(extended(known.base, tuple(pair for case in cases for pair in case.query)), _third(shown), cases)


def _third(shown: int) -> int:
    return -(-shown // 3)


def _has_list(case: Case) -> bool:
    return case.filter.many and len(listed(case.filter, case.operand)) > 1


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
