"""What filters show of a row once it was written, changed or deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from conformance.ask import Ask, Page, get, read_page
from conformance.batches import reader_of, settled
from conformance.exchange import Exchange, Request
from conformance.lookups import kind_of
from conformance.universe import paged
from spec import Operation

LOOKED_UP = ("exact", "iexact", "contains", "icontains", "startswith", "endswith", "in", "gte", "lte")
"""Lookups under which a row is found by its own values."""

OUTDATED = ("exact", "icontains", "in")
"""Lookups that don't find a row any more by values that it had."""

GHOSTS = (*OUTDATED, "contains", "gte")
"""Lookups that don't find a row that is gone."""


def under_filters(
    ask: Ask, operation: Operation, key: str, values: Mapping[str, Any], lookups: Sequence[str], *, shown: bool
) -> Iterator[Exchange]:
    """The lists under filters by a row's values, once they show the row or don't; none after a list that never does.

    Where the row must be shown all filters are asked together first: if they show it, each of them does.
    """
    reader, access = reader_of(ask, operation), operation.access
    if reader is None or access is None:
        return

    def look(request: Request) -> Page:
        return read_page(reader, ask.again(request))

    def right(page: Page) -> bool:
        here = any(row.get(access.collection.key) == key for row in page.rows)
        # A long answer may show the row on another page.
        return here == shown or (page.count or 0) > len(page.rows)

    queries = list(_by_values(reader, values, lookups))
    if shown and queries:
        together = settled(
            ask, partial(look, get(reader, paged(reader, tuple(dict(queries).items()), limit=50))), right
        )
        if together.is_page and right(together):
            yield together.exchange
            return
    for query in queries:
        page = settled(ask, partial(look, get(reader, paged(reader, (query,), limit=50))), right)
        yield page.exchange
        if not right(page):
            return


def _by_values(reader: Operation, values: Mapping[str, Any], lookups: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Filters by a row's values, each with the value that finds it."""
    for filter in reader.filters:
        kind = kind_of(filter.schema)
        # A time may be kept more exactly than it is shown.
        usable = kind in ("text", "uuid") or (kind == "date-time" and filter.lookup == "gte")
        if filter.hidden or filter.lookup not in lookups or not usable:
            continue
        value = values.get(filter.field)
        texts: Mapping[str | None, Any] = value if isinstance(value, Mapping) and filter.free_key else {None: value}
        for name, text in list(texts.items())[:2]:
            if isinstance(text, str) and (name is not None) == filter.free_key:
                yield filter.name(name), text


def otherwise(row: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What of a row is otherwise in another look at it; of an object in it only the keys that are."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and isinstance(other.get(name), Mapping):
            found[name] = {k: v for k, v in value.items() if other[name].get(k) != v}
        elif value != other.get(name):
            found[name] = value
    return found
