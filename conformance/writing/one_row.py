"""Sending a write of one row, and looking at the row: by its key, and in the list."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.oracle.operands import pairs
from conformance.reading.context import Query, RunContext, get
from conformance.reading.listing import listing
from conformance.reading.sample import base_query
from conformance.transport.errors import NotPermitted, NotSent
from conformance.transport.exchange import Exchange, Request
from conformance.transport.guard import Ownership
from conformance.transport.keys import unmarkable
from conformance.transport.made_rows import new_key
from conformance.writing.read_back import settled, unchanged, with_hidden
from spec import Collection, Operation
from spec.model import Action

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Written:
    """One row that was sent, and the answer."""

    exchange: Exchange
    sent: Row
    key: str
    """Empty where the answer names no row of this run's own."""

    @property
    def done(self) -> bool:
        """True when the server says that it is done."""
        return self.exchange.response.ok


@dataclass(frozen=True)
class Look:
    """What is shown of one row."""

    row: Row | None
    chain: tuple[Exchange, ...]
    known: bool
    """False where it can't be seen whether there is such a row."""
    times: int = 1
    """How often it is shown: a list may show it twice."""


def operation_for(context: RunContext, collection: Collection, action: Action) -> Operation | None:
    """The first operation with an action on a collection that this run can send."""
    foreign = unmarkable(context.contract)
    return next(
        (
            o
            for o in context.contract.operations
            if o.access and o.access.action == action and o.access.collection == collection and o.code not in foreign
        ),
        None,
    )


def list_of(context: RunContext, collection: Collection) -> Operation | None:
    """The operation that lists a collection."""
    readers = (o for o in context.contract.operations if o.access and o.access.action == "reads")
    listing_it = (o for o in readers if o.access and o.access.collection == collection)
    return next((o for o in listing_it if o.pagination or o.bare_list), None)


def owned(context: RunContext) -> Ownership:
    """The rows that this run may write. Raises NotSent in a read-only run."""
    if context.target.ownership is None:
        raise NotSent("this run is read-only")
    return context.target.ownership


def send(
    context: RunContext,
    operation: Operation,
    row: Row | None,
    key: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Written:
    """Send a write of one row. Raises NotPermitted when the key may not write."""
    content = None if row is None else body(operation, [row])
    exchange = context.resend(request(context, operation, key, content, headers))
    if exchange.response.status == 403:
        raise NotPermitted("the key may not write (403)")
    return Written(exchange, row or {}, key or _key(context, operation, exchange, row or {}))


def body(operation: Operation, rows: Sequence[Row]) -> bytes:
    """The body that sends a row, or a list of some."""
    data = operation.access.written(rows) if operation.access else rows[0]
    return json.dumps(data, ensure_ascii=False).encode()


def request(
    context: RunContext,
    operation: Operation,
    key: str,
    content: bytes | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Request:
    """The request of an operation on the row with a key."""
    media = operation.body.json if operation.body else None
    if content is not None and media and media.content_type != "application/json":
        headers = (*headers, ("Content-Type", media.content_type))
    by = operation.access.by if operation.access else ""
    path = {by: urllib.parse.quote(key, safe="")} if by else {}
    return get(operation, base_query(context, operation), path=path, headers=headers, body=content)


def _key(context: RunContext, operation: Operation, exchange: Exchange, row: Row) -> str:
    """The key of a new row, where this run knows it for its own."""
    collection = operation.access.collection if operation.access else None
    if collection is None or not exchange.response.ok:
        return ""
    key = new_key(context.contract, operation, exchange.response) or str(row.get(collection.key, ""))
    return key if key and owned(context).made.owns(collection.name, key) else ""


# -- what is shown ---------------------------------------------------------------------------------


def look(
    context: RunContext,
    collection: Collection,
    key: str,
    *,
    expected: bool | None = True,
    unlike: Row | None = None,
) -> Look:
    """The row with a key as it is shown now, by the operation that gets it, else in the list.

    It is looked at again while it isn't as it must be: missing though `expected`, there though not, or still what
    it must be `unlike`.
    """
    getter = operation_for(context, collection, "gets")
    if getter is None:
        return look_in_list(context, collection, key, expected=expected, unlike=unlike)

    def once() -> Look:
        exchange = context.resend(request(context, getter, key))
        row, status = row_in(getter, exchange), exchange.response.status
        return Look(row, (exchange,), row is not None or status in (404, 410))

    return settled(context, once, lambda seen: _as_wanted(seen, expected, unlike, collection))


def row_in(operation: Operation, exchange: Exchange) -> Row | None:
    """The row that a successful answer shows, also where it stands alone under one name; the first of several."""
    access = operation.access
    if access is None or not exchange.response.ok:
        return None
    data = access.answered_in(exchange.response.json)
    row = data[0] if access.many and isinstance(data, list) and data else data
    if not isinstance(row, Mapping) or access.collection.key in row or access.answer_at:
        return row if isinstance(row, Mapping) else None
    inner = [one for one in row.values() if isinstance(one, Mapping) and access.collection.key in one]
    return inner[0] if len(inner) == 1 else row


def _as_wanted(seen: Look, expected: bool | None, unlike: Row | None, collection: Collection) -> bool:
    there = expected is None or bool(seen.row) == expected or not seen.known
    return there and not unchanged(seen.row, unlike, collection.updated)


def look_in_list(
    context: RunContext,
    collection: Collection,
    key: str,
    *,
    expected: bool | None = True,
    unlike: Row | None = None,
) -> Look:
    """The row with a key as the list shows it: under a filter on its key, else among all rows."""
    reader = list_of(context, collection)
    if reader is None:
        return Look(None, (), known=False)
    base = base_query(context, reader)
    by_key = next((f for f in reader.filters if f.field == collection.key and f.lookup == "exact"), None)
    queries: list[Query] = [(*base, *pairs(by_key, None, key))] if by_key and not by_key.free_key else []

    def once() -> Look:
        missing: list[Look] = []
        for query in (*queries, base):
            for each in (query, *with_hidden(reader, query)):
                seen = _listed(context, reader, collection.key, key, each)
                if seen.row:
                    return seen
                missing.append(seen)
        return next((seen for seen in missing if seen.known), missing[-1])

    return settled(context, once, lambda seen: _as_wanted(seen, expected, unlike, collection))


def _listed(context: RunContext, reader: Operation, field: str, key: str, query: Query) -> Look:
    """The row with a key among those that a query shows."""
    shown = listing(context.replay_context(), reader, query, most_pages=context.budget.own_pages)
    found = [(row, page.exchange) for page in shown.pages for row in page.rows if str(row.get(field)) == key]
    if not found:
        return Look(None, (shown.pages[0].exchange,), known=shown.whole)
    return Look(found[0][0], (found[0][1],), known=True, times=len(found))
