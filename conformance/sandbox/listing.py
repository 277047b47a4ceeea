"""The response of an operation that reads a collection: from a query to rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy import Connection

from conformance.sandbox import cursors, lookups, pages, store
from conformance.sandbox.behaviour import Behaviour
from conformance.sandbox.cursors import Place
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.pages import Shown
from conformance.sandbox.query import Pairs, Query
from conformance.sandbox.tables import Shape
from spec import Contract, Cursor, Operation, Pagination
from spec.model import JSON


class PastEnd(LookupError):
    """A page past the last one, on a sandbox that answers those with 404."""


@dataclass(frozen=True)
class Listing:
    """The context of a response, beside the query."""

    contract: Contract
    operation: Operation
    shape: Shape
    behaviour: Behaviour
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    """All tables, for rows in place of keys."""
    others: Mapping[str, JSON] = field(default_factory=dict)
    """Members of a page that the document requires beside those that describe it."""
    bare_unasked: bool = False
    """True where a list that isn't paged is answered as the list of its rows, and a page as an object."""
    page_cap: int | None = None
    past_end_is_404: bool = False


def answer(listing: Listing, work: store.Store, query: Query, base: str) -> Shown:
    """The answer; `base` is the request's URL without its query.

    Raises LookupError when the operation shows one row and there is none, and PastEnd.
    """
    operation, shape, behaviour = listing.operation, listing.shape, listing.behaviour
    asked = query
    if listing.page_cap and query.asked:
        query = replace(query, limit=min(query.limit, listing.page_cap))
    where = _where(listing, query)
    order = behaviour.order(operation, shape, query)
    with work.reading() as connection:
        paging = operation.pagination
        if paging is None:
            found = [_shown(listing, connection, asked, row) for row in store.rows(connection, shape, where, order)]
            return Shown(_unpaged(listing, found))
        count = behaviour.count(operation, connection, shape, query, where)
        if not query.asked:
            query = replace(query, limit=max(1, count))
        if query.place is not None:
            query = replace(query, offset=behaviour.start(operation, connection, shape, where, order, query.place))
        window = behaviour.window(operation, query, count)
        rows = store.rows(connection, shape, where, order, window.offset, window.size) if window.size > 0 else []
        if listing.past_end_is_404 and query.start and window.offset >= count:
            raise PastEnd
        following, preceding = pages.neighbours(query, count)
        page = pages.Page(count, following, preceding, [_shown(listing, connection, asked, row) for row in rows])
        page = behaviour.page(operation, query, page)
        if not query.asked and listing.bare_unasked:
            return Shown(page.rows)

        def mark(start: int) -> str:
            """The cursor of the page with so many rows before it, where the list has such."""
            if not isinstance(paging.form, Cursor):
                return ""
            return cursors.token(Place(store.key_before(connection, shape, where, order, start), start))

        return _page(
            listing, paging, page, asked, base, lambda start: pages.link(paging, asked, start, query.limit, mark(start))
        )


def _shown(listing: Listing, connection: Connection, query: Query, row: store.Row) -> store.Row:
    """A row with the fields that are asked for, and rows in place of keys."""
    behaviour, operation = listing.behaviour, listing.operation
    chosen = behaviour.fields(operation, query, behaviour.row(operation, row))
    found = {
        name: _row_of(listing.shapes[collection], connection, chosen[name])
        for name, collection in query.expanded.items()
        if chosen.get(name) is not None
    }
    return behaviour.expanded(operation, {**chosen, **found}, chosen) if query.expanded else chosen


def _row_of(shape: Shape, connection: Connection, key: JSON) -> JSON:
    """The row with a key; the key alone where there is none."""
    rows = store.rows(connection, shape, shape.key.column == key, ())
    return rows[0] if rows else {shape.key.name: key}


def _page(
    listing: Listing, paging: Pagination, page: pages.Page, asked: Query, base: str, linked: Callable[[int], Pairs]
) -> Shown:
    def link(role: Literal["next", "previous"], start: int | None) -> str | int | None:
        if start is None or role not in paging.leading:
            return None
        pairs = listing.behaviour.link(listing.operation, asked, role, linked(start))
        return pages.leading(paging, role, pairs, base)

    return pages.shown(paging, page, link("next", page.next), link("previous", page.previous), listing.others)


def _unpaged(listing: Listing, rows: list[store.Row]) -> JSON:
    if listing.operation.bare_list:
        return rows
    if not rows:
        raise LookupError(listing.shape.collection.name)
    return rows[0]


def _where(listing: Listing, query: Query) -> Predicate:
    operation, shape, behaviour = listing.operation, listing.shape, listing.behaviour
    conditions = [(c, behaviour.condition(operation, shape, c)) for c in query.conditions]
    searches = [behaviour.search(operation, shape, s) for s in query.searches]
    return lookups.every([behaviour.combine(operation, conditions), *searches])
