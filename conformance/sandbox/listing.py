"""The response of an operation that reads a collection: from a query to rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conformance.sandbox import lookups, pages, store
from conformance.sandbox.behaviour import Behaviour
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.query import Query
from conformance.sandbox.tables import Shape
from spec import Contract, Operation, Pagination
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
    others: Mapping[str, JSON] = field(default_factory=dict)
    """Members of a page that the document requires beside those that describe it."""
    page_cap: int | None = None
    past_end_is_404: bool = False


def answer(listing: Listing, work: store.Store, query: Query, base: str) -> JSON:
    """The body of the answer; `base` is the request's URL without its query.

    Raises LookupError when the operation shows one row and there is none, and PastEnd.
    """
    operation, shape, behaviour = listing.operation, listing.shape, listing.behaviour
    asked = query
    if listing.page_cap:
        query = replace(query, limit=min(query.limit, listing.page_cap))
    where = _where(listing, query)
    order = behaviour.order(operation, shape, query)
    with work.reading() as connection:
        if operation.pagination is None:
            found = [behaviour.row(operation, row) for row in store.rows(connection, shape, where, order)]
            return _unpaged(listing, found)
        count = behaviour.count(operation, connection, shape, query, where)
        window = behaviour.window(operation, query, count)
        rows = store.rows(connection, shape, where, order, window.offset, window.size) if window.size > 0 else []
    if listing.past_end_is_404 and query.page > 1 and window.offset >= count:
        raise PastEnd
    following, preceding = pages.neighbours(query, count)
    page = pages.Page(count, following, preceding, [behaviour.row(operation, row) for row in rows])
    return _page(listing, operation.pagination, behaviour.page(operation, query, page), asked, base)


def _page(listing: Listing, paging: Pagination, page: pages.Page, asked: Query, base: str) -> JSON:
    def link(role: str, number: int | None) -> str | int | None:
        if number is None:
            return None
        pairs = pages.link(paging, asked, number, asked.limit)
        followed = listing.behaviour.link(listing.operation, asked, role, pairs)
        if role in paging.numbers:
            return int(dict(followed).get(paging.page, paging.default_page))
        return pages.url(base, followed)

    shown = pages.envelope(paging, page, link("next", page.next), link("previous", page.previous))
    return {**listing.others, **shown}


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
