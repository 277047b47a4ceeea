"""Wrong pagination: offsets, counts, orders and links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Connection, func

from conformance.sandbox import conditions, store
from conformance.sandbox.cursors import PARAMETER, Place
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at, obeying
from conformance.sandbox.lookups import Predicate, every
from conformance.sandbox.pages import Page, Window
from conformance.sandbox.query import SIZE, Pairs, Query
from conformance.sandbox.store import Order
from conformance.sandbox.tables import Shape
from spec import Cursor, Limit, Pagination


def _paging(case: Case) -> Pagination:
    if case.operation.pagination is None:
        raise ValueError(f"{case.operation.code} has no pages")
    return case.operation.pagination


def _limit(case: Case) -> Limit:
    limit = _paging(case).limit
    if limit is None:
        raise ValueError(f"{case.operation.code} has pages of one size")
    return limit


def _size(case: Case) -> int:
    """The rows of a page where a request asks for no limit."""
    limit = _paging(case).limit
    return limit.usual if limit else SIZE


def _absent(case: Case, name: str, value: int) -> Change:
    """Where a parameter isn't given, another value than the declared default counts."""

    def add(pairs: Pairs) -> Pairs:
        return pairs if any(sent == name for sent, _ in pairs) else (*pairs, (name, str(value)))

    return obeying(case.operation, add)


def _limits(case: Case, rewrite: Callable[[int], int]) -> Change:
    """Another limit counts than the one that is asked for."""
    name = _limit(case).parameter

    def rewritten(pairs: Pairs) -> Pairs:
        return tuple(
            (sent, str(rewrite(int(value))) if sent == name and value.isdecimal() and len(value) < 10 else value)
            for sent, value in pairs
        )

    return obeying(case.operation, rewritten)


def _window(case: Case, wrong: Callable[[Window, Query, int], Window]) -> Change:
    return at(case.operation, "window", lambda right, query, count: wrong(right(query, count), query, count))


def _page(case: Case, wrong: Callable[[Page, Query], Page]) -> Change:
    return at(case.operation, "page", lambda right, query, page: wrong(right(query, page), query))


def _order(case: Case, wrong: Callable[[Order, Shape, Query], Order]) -> Change:
    return at(case.operation, "order", lambda right, shape, query: wrong(right(shape, query), shape, query))


def _link(case: Case, role: str, wrong: Callable[[Pairs, Query], Pairs]) -> Change:
    def step(right: Callable[..., Pairs], query: Query, called: str, pairs: Pairs) -> Pairs:
        honest = right(query, called, pairs)
        return wrong(honest, query) if called == role else honest

    return at(case.operation, "link", step)


def default_page(case: Case) -> Iterator[Named]:
    """Another page than the declared default."""
    form = _paging(case).form
    if isinstance(form, Cursor):
        return
    second = dict(form.at(_size(case), _size(case)) or ())
    yield (
        "second",
        "without a page number the second page is shown",
        _absent(case, form.parameter, int(second[form.parameter])),
    )


def default_limit(case: Case) -> Iterator[Named]:
    """Another limit than the declared default."""
    limit = _limit(case)
    name, default = limit.parameter, limit.usual
    yield "doubled", "without a limit twice the declared rows are shown", _absent(case, name, 2 * default)
    yield "all", "without a limit all rows are shown", _absent(case, name, 10**9)
    yield "one-more", "without a limit one row more is shown", _absent(case, name, default + 1)


def limit(case: Case) -> Iterator[Named]:
    """Pages of another length than was asked for."""
    default = _limit(case).usual
    yield (
        "large-falls-back",
        "a limit above 50 falls back to the default",
        _limits(case, lambda asked: default if asked > 50 else asked),
    )
    yield "ignored", "pages always have the default's length", _limits(case, lambda _: default)
    yield "one-short", "a page has one row less than asked for", _limits(case, lambda asked: max(1, asked - 1))
    yield "one-more", "a page has one row more than asked for", _limits(case, lambda asked: asked + 1)


def count(case: Case) -> Iterator[Named]:
    """A count that isn't the number of rows."""
    yield (
        "of-page",
        "the count is that of this page's rows",
        _page(case, lambda page, _: replace(page, count=len(page.rows))),
    )
    yield (
        "one-less",
        "the count is one too small",
        _page(case, lambda page, _: replace(page, count=max(0, page.count - 1))),
    )
    yield (
        "rounded",
        "the count is rounded up to tens",
        _page(case, lambda page, _: replace(page, count=-(-page.count // 10) * 10)),
    )
    yield (
        "of-pages",
        "the count is that of the pages",
        _page(case, lambda page, query: replace(page, count=-(-page.count // query.limit))),
    )


def disjoint(case: Case) -> Iterator[Named]:
    """Rows that are shown on two pages."""

    def overlap(right: Window, query: Query, count: int) -> Window:
        return Window(right.offset - 1, query.limit) if query.start and right.size else right

    def full_last(right: Window, query: Query, count: int) -> Window:
        last = query.start and 0 < right.size < query.limit
        return Window(max(0, count - query.limit), query.limit) if last else right

    yield "overlap", "each page begins with the last row of the one before", _window(case, overlap)
    yield "full-last-page", "the last page is filled up with rows of the one before", _window(case, full_last)


def complete(case: Case) -> Iterator[Named]:
    """Rows that no page shows."""

    def gap(right: Window, query: Query, count: int) -> Window:
        lost = query.start // query.limit
        return Window(right.offset + lost, max(0, min(query.limit, count - right.offset - lost)))

    def empty_last(right: Window, query: Query, count: int) -> Window:
        return Window(right.offset, 0) if query.start and 0 < right.size < query.limit else right

    yield "row-lost", "a row is lost between two pages", _window(case, gap)
    yield "last-page-empty", "the last page is empty unless it is full", _window(case, empty_last)


def stable(case: Case) -> Iterator[Named]:
    """An order that changes by itself."""

    def turning() -> Change:
        asked = iter(range(1_000_000_000))
        return _order(case, lambda right, *_: right if next(asked) % 2 else [column.desc() for column in right])

    yield "random", "the order is another for each request", _order(case, lambda *_: [func.random()])
    yield "turning", "every other request gets the opposite order", afresh(turning)


def same_order(case: Case) -> Iterator[Named]:
    """An order that depends on the limit."""
    default = _size(case)

    def by_limit(right: Order, shape: Shape, query: Query) -> Order:
        return right if query.limit == default else [shape.key.column]

    def backwards(right: Order, shape: Shape, query: Query) -> Order:
        return right if query.limit <= default else [column.desc() for column in right]

    if case.operation.access and case.operation.access.collection.created:  # else the key is the order anyway
        yield "by-limit", "rows are ordered by key unless the limit is the default", _order(case, by_limit)
    yield "large-backwards", "the order is turned round for a limit above the default", _order(case, backwards)


def following(case: Case) -> Iterator[Named]:
    """A next that is wrongly null, or wrongly not null."""

    def early_end(page: Page, query: Query) -> Page:
        full = page.count // query.limit * query.limit
        return replace(page, next=None) if full and _end(query) >= full else page

    def always(page: Page, query: Query) -> Page:
        return replace(page, next=_end(query))

    yield "on-last-page", "the last page links to one after it", _page(case, always)
    yield (
        "on-full-last-page",
        "a last page that is full links to one after it",
        _page(case, lambda page, query: always(page, query) if _end(query) == page.count else page),
    )
    yield "rest-lost", "nothing leads to a last page that isn't full", _page(case, early_end)
    yield "null", "no page links to the next", _page(case, lambda page, _: replace(page, next=None))
    yield (
        "null-early",
        "the last page but one links to nothing",
        _page(case, lambda page, query: replace(page, next=None) if _end(query) + query.limit >= page.count else page),
    )


def _end(query: Query) -> int:
    """How many rows there are up to the end of a page."""
    return query.start + query.limit


def preceding(case: Case) -> Iterator[Named]:
    """The same for previous."""
    yield "null", "no page links to the previous", _page(case, lambda page, _: replace(page, previous=None))
    yield (
        "on-first-page",
        "the first page links to one before it",
        _page(case, lambda page, query: replace(page, previous=max(0, query.start - query.limit))),
    )
    yield (
        "null-on-second",
        "the second page links to nothing",
        _page(case, lambda page, query: page if query.start > query.limit else replace(page, previous=None)),
    )


def _links(role: Literal["next", "previous"], step: int) -> Family:
    def family(case: Case) -> Iterator[Named]:
        paging, own = _paging(case), {*_paging(case).parameters, PARAMETER}

        def moved(pages: int) -> Change:
            """The link leads so many pages further."""

            def wrong(page: Page, query: Query) -> Page:
                start = page.next if role == "next" else page.previous
                if start is None:
                    return page
                other = max(0, start + pages * query.limit)
                return replace(page, next=other) if role == "next" else replace(page, previous=other)

            return _page(case, wrong)

        if paging.leading[role].holds == "link":
            yield from _lost(case, role, own)
            if role == "next" and not isinstance(paging.form, Cursor):
                yield "rewritten", "where a request names no page, its next names none either", _rewritten(case)
        yield "same-page", "the link leads back to the same page", moved(-step)
        yield "one-too-far", "the link leaves out a page", moved(step)

    return family


def _rewritten(case: Case) -> Change:
    """The link is the request's address with another number in the place of its own: where it had none, nothing."""
    name = _paging(case).form.parameter

    def wrong(pairs: Pairs, query: Query) -> Pairs:
        return pairs if name in dict(query.written) else tuple(pair for pair in pairs if pair[0] != name)

    return _link(case, "next", wrong)


def _lost(case: Case, role: str, own: set[str]) -> Iterator[Named]:
    """What a link must carry of the request, and doesn't."""
    limit = _paging(case).limit
    yield (
        "drops-query",
        "the link loses the rest of the query",
        _link(case, role, lambda pairs, _: tuple(pair for pair in pairs if pair[0] in own)),
    )
    if limit is not None:
        yield (
            "drops-limit",
            "the link loses the limit",
            _link(case, role, lambda pairs, _: tuple(pair for pair in pairs if pair[0] != limit.parameter)),
        )
        yield (
            "default-limit",
            "the link carries the default limit",
            _link(
                case,
                role,
                lambda pairs, _: tuple((n, str(limit.usual) if n == limit.parameter else v) for n, v in pairs),
            ),
        )
    yield (
        "unescaped",
        "a plus or a percent sign in the query isn't escaped in the link",
        _link(
            case,
            role,
            lambda pairs, _: tuple((name, value.replace("+", " ").replace("%", "")) for name, value in pairs),
        ),
    )
    delimiters = {f.parameter: f.delimiter for f in case.operation.filters if f.many and f.delimiter}
    if delimiters:
        yield (
            "first-of-list",
            "the link keeps only the first value of a list",
            _link(
                case,
                role,
                lambda pairs, _: tuple((n, v.partition(delimiters[n])[0] if n in delimiters else v) for n, v in pairs),
            ),
        )
    if any(f.free_key for f in case.operation.filters):
        declared = {f.parameter for f in case.operation.filters if not f.free_key}
        yield (
            "declared-only",
            "the link is made of the declared names, and a free key isn't one",
            _link(case, role, lambda pairs, _: tuple(pair for pair in pairs if pair[0] in declared | own)),
        )
    if case.operation.filters:
        yield (
            "first-value-only",
            "the link keeps only the first of the query's filters",
            _link(
                case,
                role,
                lambda pairs, _: (
                    *[pair for pair in pairs if pair[0] not in own][:1],
                    *(pair for pair in pairs if pair[0] in own),
                ),
            ),
        )


def filtered(case: Case) -> Iterator[Named]:
    """Pages that are wrong only where a filter narrows the rows."""
    paging = _paging(case)

    def unfiltered_count(
        _: Callable[..., int], connection: Connection, shape: Shape, query: Query, where: Predicate
    ) -> int:
        silent = every(conditions.condition(shape, one) for one in query.conditions if one.by_default)
        return store.count(connection, shape, silent)

    form, kept = paging.form, {*paging.parameters, PARAMETER}
    first = None if isinstance(form, Cursor) else str(form.first)

    def first_page_only(pairs: Pairs) -> Pairs:
        pages = [value for name, value in pairs if name == (form.parameter or PARAMETER)]
        if not pages or pages == [first]:
            return pairs
        return tuple(pair for pair in pairs if pair[0] in kept)

    def after_paging(right: Window, query: Query, count: int) -> Window:
        return Window(right.offset, right.size // 2) if _is_filtered(query) and right.size > 1 else right

    if paging.count is not None:
        yield "count-unfiltered", "the count is that of all rows", at(case.operation, "count", unfiltered_count)
    yield "first-page-only", "filters count on the first page only", obeying(case.operation, first_page_only)
    yield "thinned-out", "the filter is applied after the page is cut, so pages are short", _window(case, after_paging)


def _is_filtered(query: Query) -> bool:
    return any(not condition.by_default for condition in query.conditions)


def insert(case: Case) -> Iterator[Named]:
    """A cursor that counts the rows before it."""

    def counted(_: Callable[..., int], *there: Any) -> int:
        place: Place = there[-1]
        return place.start

    yield "offset", "a cursor is the number of the rows before it", at(case.operation, "start", counted)


def unasked(case: Case) -> Iterator[Named]:
    """A list that is paged though nothing asks for it."""

    def cut(page: Page, query: Query) -> Page:
        return page if query.asked else replace(page, rows=page.rows[: _size(case)])

    yield "first-page", "without the parameters only the first page is shown", _page(case, cut)


def past_end(case: Case) -> Iterator[Named]:
    """Rows past the last page."""

    def last_again(right: Window, query: Query, count: int) -> Window:
        if right.offset < count or not count:
            return right
        offset = (count - 1) // query.limit * query.limit
        return Window(offset, count - offset)

    def first_again(right: Window, query: Query, count: int) -> Window:
        return Window(0, min(query.limit, count)) if right.offset >= count else right

    yield "last-page-again", "a page past the end shows the last one", _window(case, last_again)
    yield "first-page-again", "a page past the end shows the first one", _window(case, first_again)


FAMILIES: Mapping[str, Family] = {
    "page.default-page": default_page,
    "page.default-limit": default_limit,
    "page.limit": limit,
    "page.count": count,
    "page.disjoint": disjoint,
    "page.complete": complete,
    "page.stable": stable,
    "page.same-order": same_order,
    "page.next": following,
    "page.next-link": _links("next", 1),
    "page.previous": preceding,
    "page.previous-link": _links("previous", -1),
    "page.filtered": filtered,
    "page.insert": insert,
    "page.unasked": unasked,
    "page.past-end": past_end,
}
