"""The lists that filters show for a row after it was written, changed or deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from conformance.oracle.dates import as_compared
from conformance.oracle.lookups import MOMENTS, in_offset, in_zone, instant, kind_of
from conformance.oracle.operands import pairs, sayable
from conformance.reading.context import Page, Query, RunContext, get, paged, read_page
from conformance.reading.following import follow, must_follow
from conformance.reading.sample import base_query
from conformance.transport.exchange import Exchange, Request
from conformance.writing.chosen import in_own_order
from conformance.writing.read_back import picks, reader_of, settled
from spec import Operation

LOOKED_UP = ("exact", "iexact", "contains", "icontains", "startswith", "endswith", "in", "gt", "gte", "lt", "lte")
"""Lookups that find a row by its own values."""

OUTDATED = ("exact", "icontains", "in", "lte")
"""Lookups that must no longer find a row by its former values."""

AFTER_DELETE = ("exact", "icontains", "in", "gte")
"""Lookups that must not find a deleted row."""


TOGETHER, ALONE = 2, 1
"""Keys of an object that get a filter of each lookup: in one request, or with a request for each filter."""
EXACT_ALONE = 2
"""Keys that get a request with the exact lookup. In one request the exact lookup is tried with all of them."""


def under_filters(
    context: RunContext,
    operation: Operation,
    key: str,
    values: Mapping[str, Any],
    lookups: Sequence[str],
    *,
    shown: bool,
) -> Iterator[Exchange]:
    """The lists under filters by a row's values, once they show the row or omit it, as expected.

    After the first list that fails, no other is read. Where the row must be shown, one request with all filters
    comes first: if it shows the row, each filter finds it.
    """
    reader, access = reader_of(context, operation), operation.access
    if reader is None or access is None:
        return

    def read(request: Request) -> Page:
        return read_page(reader, context.resend(request))

    def here(page: Page) -> bool:
        return any(row.get(access.collection.key) == key for row in page.rows)

    def right(page: Page) -> bool:
        # The row may be on another page of a long list.
        return here(page) == shown or page.partial

    by_key = next(f for f in reader.filters if picks(f, access.collection.key))
    queries = list(_by_values(reader, values, lookups, TOGETHER if shown else ALONE))
    if shown and queries:
        together = settled(
            context, partial(read, get(reader, paged(reader, tuple(dict(queries).items()), limit=50))), right
        )
        if together.is_page and right(together):
            yield together.exchange
            return
    for query in queries:
        page = settled(context, partial(read, get(reader, paged(reader, (query,), limit=50))), right)
        if page.partial and not here(page):
            narrowed = paged(reader, (query, *pairs(by_key, None, key)), limit=50)
            page = settled(context, partial(read, get(reader, narrowed)), right)
        yield page.exchange
        if not right(page):
            return


def unfiltered(context: RunContext, operation: Operation, key: str) -> Iterator[Exchange]:
    """Both ends of the unfiltered list, once they no longer show the row with a key."""
    reader, access = reader_of(context, operation), operation.access
    if reader is None or access is None:
        return

    base, rows = base_query(context, reader), context.budget.page_rows

    def ask(query: Query) -> Exchange:
        return context.resend(get(reader, query))

    def page(number: int, size: int | None = None) -> Page:
        return read_page(reader, ask(paged(reader, base, page=number, limit=rows, size=size)))

    def both_ends() -> list[Page]:
        first = page(1)
        if must_follow(reader, first):
            return list(follow(reader, base, first, ask, limit=rows, most=context.budget.sample_pages).pages)
        last = -(-(first.count or 0) // max(1, len(first.rows)))
        numbers = range(max(2, last - context.budget.last_pages + 1), last + 1)
        return [first, *(page(number, len(first.rows)) for number in numbers)]

    def right(pages: list[Page]) -> bool:
        return not any(row.get(access.collection.key) == key for page in pages for row in page.rows)

    for shown in settled(context, both_ends, right):
        yield shown.exchange


def _by_values(
    reader: Operation, values: Mapping[str, Any], lookups: Sequence[str], free_keys: int
) -> Iterator[tuple[str, str]]:
    """Filters by a row's values, each with the value that finds it."""
    for filter in reader.filters:
        if filter.hidden or filter.lookup not in lookups:
            continue
        value = values.get(filter.field)
        if filter.many and not sayable(filter, str(value)):
            continue
        if kind_of(filter.schema) in MOMENTS:
            operand = _beside(str(as_compared(filter, value)), filter.lookup)
            if operand:
                yield pairs(filter, None, operand)[0]
            continue
        if kind_of(filter.schema) not in ("text", "uuid"):
            continue
        texts: Mapping[str | None, Any] = value if isinstance(value, Mapping) and filter.free_key else {None: value}
        exact = len(texts) if free_keys == TOGETHER else EXACT_ALONE
        names = in_own_order(filter.field, [*texts])[: exact if filter.lookup == "exact" else free_keys]
        for name, text in ((name, texts[name]) for name in names):
            if isinstance(text, str) and (name is not None) == filter.free_key:
                yield pairs(filter, name, text)[0]


def margin(time: str) -> Decimal:
    """Seconds by which the stored time may differ from the shown one: two units of its last digit."""
    _, _, fraction = time.rstrip("Zz").partition("+")[0].partition(".")
    return Decimal(2).scaleb(-len(fraction))


def _beside(time: str, lookup: str) -> str | None:
    """A moment just before or after a time, so that the lookup finds it; None for a lookup without order."""
    moment, off = in_zone(time, None), {"g": -margin(time), "l": margin(time)}.get(lookup[0])
    if moment is None or off is None:
        return None
    beside = in_offset(datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int((moment + off) * 1_000_000)), 0)
    return beside if instant(time) is not None else beside.removesuffix("Z")


def otherwise(row: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in which two states of a row differ; of an object only the keys that differ."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and isinstance(other.get(name), Mapping):
            found[name] = {k: v for k, v in value.items() if other[name].get(k) != v}
        elif value != other.get(name):
            found[name] = value
    return found


def lost_keys(row: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of objects that a later state of a row no longer has, with their values."""
    both = {n: (v, later[n]) for n, v in row.items() if isinstance(v, Mapping) and isinstance(later.get(n), Mapping)}
    return {name: {k: v for k, v in old.items() if k not in new} for name, (old, new) in both.items()}
