"""Reading back the effect of a write: the rows that lists show for its keys, once they have settled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from conformance.oracle.lookups import hidden_values
from conformance.oracle.operands import pairs
from conformance.reading.context import Page, Query, RunContext, get, paged, read_page
from conformance.reading.listing import listing
from conformance.transport.exchange import Exchange
from spec import Filter, Operation

T = TypeVar("T")


def reader_of(context: RunContext, operation: Operation) -> Operation | None:
    """The list operation for the collection that an operation writes to, with a filter on its key."""
    if operation.access is None:
        return None
    collection = operation.access.collection
    for other in context.contract.operations:
        reads_it = other.access and other.access.action == "reads" and other.access.collection == collection
        if reads_it and any(picks(f, collection.key) for f in other.filters):
            return other
    return None


def picks(filter: Filter, key: str) -> bool:
    """True for the filter that selects a row by its key."""
    return filter.field == key and filter.lookup == "exact" and not filter.free_key


@dataclass(frozen=True)
class ReadBack:
    """The rows that a list shows for one key, under every value of its hidden fields."""

    rows: tuple[Mapping[str, Any], ...]
    chain: tuple[Exchange, ...]

    @property
    def row(self) -> Mapping[str, Any] | None:
        """The one row, or None."""
        return self.rows[0] if self.rows else None


def find(
    context: RunContext,
    operation: Operation,
    key: str,
    *,
    expected: bool | None = True,
    unlike: Mapping[str, Any] | None = None,
) -> ReadBack:
    """The rows with a key, as a list shows them now.

    A new row may need approval, so the values of hidden fields are tried as well. The list is read again while
    the row is not as it must be: missing though `expected`, there though not, or still what it must be
    `unlike`.
    """
    reader, access = reader_of(context, operation), operation.access
    if reader is None or access is None:
        return ReadBack((), ())
    return settled(
        context,
        lambda: _find_once(context, reader, access.collection.key, key),
        lambda seen: expected in (None, bool(seen.rows)) and not unchanged(seen.row, unlike, access.collection.updated),
    )


def find_all(
    context: RunContext,
    operation: Operation,
    stem: str,
    keys: Collection[str],
    *,
    expected: bool = True,
    unlike: Mapping[str, Mapping[str, Any] | None] | None = None,
) -> Mapping[str, ReadBack]:
    """The rows whose key holds `stem`, by key: those of `keys`, and any others that lists show now.

    The lists are read again while one of `keys` is missing though `expected`, or is still what it must be
    `unlike`. Rows that stay missing are then looked up by their own keys. So a filter that drops rows isn't
    mistaken for a failed write. A key that neither way settles is left out.
    """
    reader, access = reader_of(context, operation), operation.access
    together = containing(reader, access.collection.key) if reader and access else None
    if reader is None or access is None or together is None:
        return {key: find(context, operation, key, expected=None) for key in keys}
    query: Query = pairs(together, None, stem)

    def right(read: _Together) -> bool:
        there = not expected or all(key in read.found for key in keys)
        moved = {key: row for key, row in (unlike or {}).items() if key in read.found}
        return there and not any(
            unchanged(read.found[key].row, row, access.collection.updated) for key, row in moved.items()
        )

    read = settled(context, lambda: _find_together(context, reader, access.collection.key, query, keys), right)
    lost = [key for key in keys if key not in read.found]
    nothing = dict.fromkeys(lost, ReadBack((), read.asked)) if read.whole else {}
    if nothing and not expected:
        return {**nothing, **read.found}
    few = lost[: context.budget.alone if read.whole else context.budget.alone_unshared]
    alone = {key: find(context, operation, key, expected=None) for key in few}
    filtered_out = any(one.rows for one in alone.values())
    return {**({} if filtered_out else nothing), **alone, **read.found}


@dataclass(frozen=True)
class _Together:
    """Rows that a list shows together, by key; whether it was read to its end, and the requests."""

    found: Mapping[str, ReadBack]
    whole: bool
    asked: tuple[Exchange, ...]


def _find_together(
    context: RunContext, reader: Operation, field: str, query: Query, keys: Collection[str]
) -> _Together:
    found: dict[str, ReadBack] = {}
    asked: tuple[Exchange, ...] = ()
    whole = True
    for each in (query, *with_hidden(reader, query)):
        shown = listing(context.replay_context(), reader, each, most_pages=context.budget.own_pages)
        whole = whole and shown.whole
        for page in shown.pages:
            for row in page.rows:
                name = str(row.get(field))
                seen = found.get(name, ReadBack((), asked))
                chain = seen.chain if page.exchange in seen.chain else (*seen.chain, page.exchange)
                found[name] = ReadBack((*seen.rows, row), chain)
        asked = (*asked, shown.first.exchange)
        if all(key in found for key in keys):
            break
    return _Together(found, whole, asked)


def unchanged(row: Mapping[str, Any] | None, before: Mapping[str, Any] | None, updated: str | None) -> bool:
    """True for a row that hasn't changed, except for its time of change: a write without effect may set that."""
    if not row or not before:
        return False
    return all(row.get(name) == before.get(name) for name in {**row, **before} if name != updated)


def containing(reader: Operation, key: str) -> Filter | None:
    """The filter that finds the rows whose key holds a text, or None. It prefers one that ignores case."""
    found = [f for f in reader.filters if f.field == key and f.lookup in ("icontains", "contains")]
    return next((f for f in found if f.lookup == "icontains"), found[0] if found else None)


def settled(context: RunContext, read: Callable[[], T], right: Callable[[T], bool]) -> T:
    """Read a list, and read it again after short waits until it is right: a list may lag behind its batches."""
    seen, late = read(), False
    pauses = [part * context.target.limits.lag for part in context.budget.settling]
    for pause in pauses:
        if right(seen):
            break
        context.target.clock.sleep(pause)
        seen, late = read(), True
    if late and right(seen):
        # The list has just been updated, so it may not show all rows yet.
        context.target.clock.sleep(pauses[0])
        seen = read()
    return seen


def _find_once(context: RunContext, reader: Operation, field: str, key: str) -> ReadBack:
    by_key = next(f for f in reader.filters if picks(f, field))
    plain: Query = pairs(by_key, None, key)
    pages: list[Page] = []
    rows: list[Mapping[str, Any]] = []
    for query in (plain, *with_hidden(reader, plain)):
        page = read_page(reader, context.resend(get(reader, paged(reader, query))))
        pages.append(page)
        rows += [row for row in page.rows if row.get(field) == key]
        if rows:
            break
    return ReadBack(tuple(rows), tuple(p.exchange for p in pages))


def with_hidden(reader: Operation, query: Query) -> list[Query]:
    """The query for rows whose hidden fields have other values than the list's defaults."""
    return [
        (*query, *pairs(filter, None, value))
        for filter in reader.filters
        if filter.hidden
        for value in hidden_values(filter)
        if value != str(filter.default).lower()
    ]
