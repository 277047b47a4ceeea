"""Writing one row and looking at it: by its key, and in the list."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from conformance.reading.context import Query, RunContext, decided, get
from conformance.reading.listing import listing
from conformance.reading.sample import base_query, sample_of
from conformance.transport.errors import NotPermitted, NotSent
from conformance.transport.exchange import Exchange
from conformance.transport.guard import Ownership
from conformance.transport.keys import key_is_given, unmarkable
from conformance.transport.made_rows import new_key
from conformance.writing.read_back import settled, unchanged, with_hidden
from conformance.writing.row_values import ABSENT, types_of, value
from spec import Collection, Operation
from spec.model import JSON, Action

Row = Mapping[str, Any]

Richness = Literal["rich", "known", "bare"]
RICHNESS: tuple[Richness, ...] = ("rich", "known", "bare")
"""All fields, made up; texts made up and other values as rows show them; only what is required."""


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


# -- what is sent ----------------------------------------------------------------------------------


def body(
    context: RunContext, operation: Operation, mark: str, variant: int, richness: Richness = "rich"
) -> dict[str, JSON]:
    """A row to send: its texts hold the mark, and variants differ in every field."""
    access = operation.access
    if access is None:
        return {}
    needed, made = context.contract.needed_fields(operation), dict[str, JSON]()
    for name, schema in context.contract.body_fields(operation).items():
        if name == access.collection.key:
            if access.action == "creates" and key_is_given(context.contract, operation):
                made[name] = mark
            continue
        whole = context.contract.whole(schema)
        if richness == "bare" and name not in needed:
            continue
        known = _known(context, operation, name)
        refers = name in access.references
        texts = types_of(whole)[:1] == ("string",) and not whole.keys() & {"format", "enum"}
        if (richness == "rich" and not refers) or (texts and not refers):
            known = known if name in needed and richness == "bare" and not texts else ()
        elif not known and name not in needed:
            continue
        found = value(context.contract, schema, name, mark, variant, known)
        if found is not ABSENT:
            made[name] = found
    return made


def _known(context: RunContext, operation: Operation, name: str) -> tuple[JSON, ...]:
    """Values of a field that the server has accepted: other rows' keys, rows' values, the document's example."""
    access = operation.access
    if access is None:
        return ()
    other = access.references.get(name)
    if other is not None:
        return _keys_of(context, other)
    reader = list_of(context, access.collection)
    rows = sample_of(context, reader).bounded if reader else ()
    shown = [row[name] for row in rows if row.get(name) not in (None, "", [], {})][:60]
    media = operation.body.json if operation.body else None
    examples = [one[name] for one in (media.examples if media else ()) if isinstance(one, Mapping) and name in one]
    different = [one for n, one in enumerate(shown) if one not in shown[:n]]
    return (*different, *examples)


@decided
def _keys_of(context: RunContext, name: str) -> tuple[JSON, ...]:
    """Keys of rows of another collection: of those that are listed, or of one that is created for it."""
    collection = context.contract.collection(name)
    reader = list_of(context, collection) if collection else None
    if collection is None:
        return ()
    rows = sample_of(context, reader).bounded if reader else ()
    keys = [row[collection.key] for row in rows if row.get(collection.key) is not None][:4]
    maker = operation_for(context, collection, "creates") if not keys and context.target.ownership else None
    if maker is None:
        return tuple(keys)
    made = create(context, maker, 0)
    seen = look(context, collection, made.key) if made.key else None
    return (seen.row[collection.key],) if seen and seen.row and collection.key in seen.row else ()


@decided
def richness_of(context: RunContext, operation: Operation) -> Richness | None:
    """How rich a new row may be that the server accepts; None where it accepts none."""
    for richness in RICHNESS:
        if create(context, operation, 0, richness).done:
            return richness
    return None


def create(context: RunContext, operation: Operation, variant: int, richness: Richness | None = None) -> Written:
    """Create a row, as rich as the server accepts unless it is said how rich. Raises NotPermitted."""
    style = richness or richness_of(context, operation) or "bare"
    row = body(context, operation, owned(context).mint("R"), variant, style)
    return send(context, operation, row)


def send(
    context: RunContext,
    operation: Operation,
    row: Row | None,
    key: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Written:
    """Send a write of one row. Raises NotPermitted when the key may not write."""
    content = None if row is None else json.dumps(row, ensure_ascii=False).encode()
    exchange = context.resend(request(context, operation, key, content, headers))
    if exchange.response.status == 403:
        raise NotPermitted("the key may not write (403)")
    return Written(exchange, row or {}, key or _key(context, operation, exchange, row or {}))


def request(
    context: RunContext,
    operation: Operation,
    key: str,
    content: bytes | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Any:
    """The request of an operation on the row with a key."""
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
        data, status = exchange.response.json, exchange.response.status
        row = data if exchange.response.ok and isinstance(data, Mapping) else None
        return Look(_unwrapped(row, collection.key), (exchange,), row is not None or status in (404, 410))

    return settled(context, once, lambda seen: _as_wanted(seen, expected, unlike, collection))


def _unwrapped(row: Row | None, key: str) -> Row | None:
    """A row, also where it stands alone under one name."""
    if row is None or key in row:
        return row
    inner = [one for one in row.values() if isinstance(one, Mapping) and key in one]
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
    queries: list[Query] = [(*base, (by_key.parameter, key))] if by_key and not by_key.free_key else []

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
