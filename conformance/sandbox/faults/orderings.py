"""Wrong orders: of one field, of several, over pages, and with a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from conformance.sandbox import lookups, store, values
from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.faults.fault import Case, Change, Family, Named, at, obeying
from conformance.sandbox.pages import Window
from conformance.sandbox.query import Pairs, Query
from conformance.sandbox.store import Order
from conformance.sandbox.tables import Shape
from spec import Ordering, SortKey
from spec.model import JSON


def _order(case: Case, wrong: Callable[[Shape, Query], tuple[SortKey, ...]]) -> Change:
    """The rows are sorted by other keys than were asked for."""
    return at(
        case.operation, "order", lambda right, shape, query: right(shape, replace(query, order=wrong(shape, query)))
    )


def _ordering(case: Case) -> Ordering:
    return case.clause.speaks_of(Ordering)


def by_field(case: Case) -> Iterator[Named]:
    """One field that isn't sorted by, or in the wrong direction."""
    mine = case.clause.speaks_of(SortKey)

    def keys(change: Callable[[SortKey], SortKey | None]) -> Change:
        def wrong(shape: Shape, query: Query) -> tuple[SortKey, ...]:
            changed = (change(key) if key.name == mine.name else key for key in query.order)
            return tuple(key for key in changed if key)

        return _order(case, wrong)

    yield "ignored", f"{mine.name} doesn't sort", keys(lambda key: None)
    yield "upwards-only", "the direction is ignored", keys(lambda key: replace(key, descending=False))
    yield "turned", "both directions are swapped", keys(lambda key: replace(key, descending=not key.descending))

    def as_text(right: Callable[[Shape, Query], Order], shape: Shape, query: Query) -> Order:
        field = shape.fields[mine.sorts]
        if query.order[:1] and query.order[0].name == mine.name:
            column = lookups.as_kept(field.column)
            return [column.desc() if query.order[0].descending else column.asc(), *store.default_order(shape)]
        return right(shape, query)

    if values.kind(mine.schema) in ("number", "decimal") and not (
        _has_one_digit(mine.schema) or mine.sorts in mine.ordering.nested
    ):
        yield "as-text", "numbers are sorted as texts, so 10 stands before 9", at(case.operation, "order", as_text)


def _has_one_digit(schema: Mapping[str, JSON]) -> bool:
    """Of such numbers the order is that of their texts."""
    return bool(schema.get("minimum", -1) >= 0 and schema.get("maximum", 10) <= 9)


def same_rows(case: Case) -> Iterator[Named]:
    """Rows that sorting loses."""
    parameter = _ordering(case).parameter

    def uncounted(right: Callable[..., int], connection: Connection, shape: Shape, query: Query, where: Any) -> int:
        lost = any(name == parameter for name, _ in query.pairs)
        return max(0, right(connection, shape, query, where) - lost)

    def lost(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
        honest = right(asked, answer)
        is_sorted = honest.status == 200 and any(name == parameter for name, _ in asked.pairs)
        return replace(honest, body=honest.body[:-1]) if is_sorted else honest

    change = at(case.operation, "count", uncounted) if case.operation.pagination else at(case.operation, "answer", lost)
    yield "one-less", "a sorted list has one row less", change


def pages(case: Case) -> Iterator[Named]:
    """Orders that don't hold over several pages."""
    parameter = _ordering(case).parameter

    def asked(query: Query) -> bool:
        return any(name == parameter for name, _ in query.pairs)

    def overlap(right: Callable[[Query, int], Window], query: Query, count: int) -> Window:
        honest = right(query, count)
        moves = asked(query) and honest.offset and honest.size
        return Window(honest.offset - 1, honest.size) if moves else honest

    def first_page_only(right: Callable[[Shape, Query], Order], shape: Shape, query: Query) -> Order:
        return right(shape, replace(query, order=()) if asked(query) and query.page > 1 else query)

    def by_turns(right: Callable[[Shape, Query], Order], shape: Shape, query: Query) -> Order:
        keys = right(shape, query)
        if not asked(query):
            return keys
        key = shape.key.column
        return [*keys[: len(query.order)], key.desc() if query.page % 2 else key.asc()]

    yield (
        "overlap",
        "each page of a sorted list begins with the last row of the one before",
        at(case.operation, "window", overlap),
    )
    yield "first-page-only", "only the first page is sorted", at(case.operation, "order", first_page_only)
    yield (
        "ties-move",
        "rows of one value stand in another order on every other page",
        at(case.operation, "order", by_turns),
    )


def filtered(case: Case) -> Iterator[Named]:
    """Orders and filters that don't go together."""

    def is_filtered(query: Query) -> bool:
        return any(not condition.by_default for condition in query.conditions)

    def unsorted(shape: Shape, query: Query) -> tuple[SortKey, ...]:
        return () if is_filtered(query) else query.order

    yield "unsorted", "a filtered list isn't sorted", _order(case, unsorted)
    yield "unfiltered", "a sorted list isn't filtered", _unfiltered(case)


def _unfiltered(case: Case) -> Change:
    names = {filter.parameter for filter in case.operation.filters}
    ordering = _ordering(case).parameter

    def rewrite(pairs: Pairs) -> Pairs:
        is_sorted = any(name == ordering for name, _ in pairs)
        return tuple(pair for pair in pairs if pair[0] not in names) if is_sorted else pairs

    return obeying(case.operation, rewrite)


def keys(case: Case) -> Iterator[Named]:
    """Several keys of which not all count."""
    yield "first-only", "only the first key counts", _order(case, lambda _, query: query.order[:1])
    yield "last-only", "only the last key counts", _order(case, lambda _, query: query.order[-1:])
    yield "backwards", "the last key counts first", _order(case, lambda _, query: query.order[::-1])
    yield (
        "one-direction",
        "the first key's direction is that of all",
        _order(case, lambda _, query: tuple(replace(key, descending=query.order[0].descending) for key in query.order)),
    )


def default(case: Case) -> Iterator[Named]:
    """Another order than the declared default."""
    parameter = _ordering(case).parameter

    def by_default(right: Callable[[Shape, Query], Order], shape: Shape, query: Query) -> Order:
        given = any(name == parameter for name, _ in query.pairs)
        return right(shape, query if given else replace(query, order=()))

    yield "none", "without it the rows aren't sorted", at(case.operation, "order", by_default)


def unknown(case: Case) -> Iterator[Named]:
    """A name that no field has, treated otherwise than is declared."""
    ordering = _ordering(case)
    known = next(iter(ordering.fields))

    def rewrite(pairs: Pairs) -> Pairs:
        return tuple(pair for pair in pairs if pair[0] != ordering.parameter or _known(ordering, pair[1]))

    def taken(pairs: Pairs) -> Pairs:
        first = ordering.ascending.replace("{field}", known)
        return tuple((n, first if n == ordering.parameter and not _known(ordering, v) else v) for n, v in pairs)

    if ordering.unknown == "refused":
        yield "ignored", "a name that no field has is ignored", obeying(case.operation, rewrite)
    yield "another", "a name that no field has sorts by the first field", obeying(case.operation, taken)


def _known(ordering: Ordering, value: str) -> bool:
    return any(name in value for name in ordering.fields)


FAMILIES: Mapping[str, Family] = {
    "order.sorted": by_field,
    "order.same-rows": same_rows,
    "order.pages": pages,
    "order.filtered": filtered,
    "order.keys": keys,
    "order.default": default,
    "order.unknown": unknown,
}
