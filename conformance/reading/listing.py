"""Checking a list against the rows that are known: it shows no wrong row and leaves out no right one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.oracle.lookups import Truth
from conformance.oracle.operands import pairs
from conformance.reading.context import Page, Query, RunContext, extended, read_page
from conformance.reading.following import follow, must_follow
from conformance.reading.sample import Sample, identity, sample_of
from conformance.transport.exchange import Exchange
from conformance.verdict import Finding
from spec import Filter, Operation

Judge = Callable[[Mapping[str, Any]], Truth]


@dataclass(frozen=True)
class Listing:
    """The pages of one list, as far as they were read."""

    pages: tuple[Page, ...]
    rows: Mapping[str, Mapping[str, Any]]
    whole: bool
    """True when every row of the list was read."""

    @property
    def first(self) -> Page:
        """The first page."""
        return self.pages[0]


def listing(context: RunContext, operation: Operation, query: Query, most_pages: int | None = None) -> Listing:
    """The rows that a query shows, on so many large pages at most."""
    first = context.large_page(operation, query)
    if must_follow(operation, first):
        return _followed(context, operation, query, first, most_pages or context.budget.result_pages)
    pages = [first]
    size = len(first.rows)
    if size and first.count and first.count > size:
        last = min(-(-first.count // size), most_pages or context.budget.result_pages)
        wanted = [context.large_page_request(operation, query, page=n, size=size) for n in range(2, last + 1)]
        context.prefetch(wanted)
        pages += [read_page(operation, context.send(request)) for request in wanted]
    rows = {identity(operation, row): row for page in pages for row in page.rows}
    shown = sum(len(page.rows) for page in pages)
    return Listing(tuple(pages), rows, first.is_page and first.count is not None and shown >= first.count)


def _followed(context: RunContext, operation: Operation, query: Query, first: Page, most: int) -> Listing:
    """The same, from each page to the next."""
    full, ask = sample_of(context, operation).page_size, context.asking(operation)
    found = follow(operation, query, first, ask, limit=context.budget.page_rows, most=most, full=full)
    rows = {identity(operation, row): row for page in found.pages for row in page.rows}
    return Listing(found.pages, rows, found.ended or len(rows) == found.pages[0].count)


def mismatch(
    context: RunContext,
    operation: Operation,
    known: Sample,
    query: Query,
    judge: Judge,
    wanted: str,
    *,
    about: tuple[str, ...],
) -> Finding | None:
    """The mistake in the rows that `query` shows, by `known` and `judge`; None when there is none.

    `wanted` describes the right rows in words; `about` names the fields that a person needs to check it.
    """
    shown = listing(context, operation, extended(known.base, query))
    first = shown.first
    if not first.is_page:
        return Finding(f"200 with {wanted}", response_excerpt(first.exchange), (first.exchange,))
    for page in shown.pages:
        for row in page.rows:
            if judge(row) is False:
                return Finding(
                    wanted, f"a row that isn't one of them: {row_excerpt(operation, row, about)}", (page.exchange,)
                )
    for name, row in known.rows.items():
        if judge(row) is not True or name in shown.rows:
            continue
        seen = known.shown_by[name]
        if shown.whole:
            lacks = f"{counted(len(shown.rows))}; missing: {row_excerpt(operation, row, about)}"
            return Finding(wanted, lacks, (seen, *(page.exchange for page in shown.pages)), symptom="missing-rows")
    if not shown.whole:
        return _missing_from_many(context, operation, known, query, judge, wanted, about)
    return None


def _missing_from_many(
    context: RunContext,
    operation: Operation,
    known: Sample,
    query: Query,
    judge: Judge,
    wanted: str,
    about: tuple[str, ...],
) -> Finding | None:
    """The same for a list too long to read: two of its rows are sought by their key as well."""
    by_key = key_filter(operation)
    if by_key is None or any(name == by_key.name() for name, _ in query):
        return None
    right = [(name, row) for name, row in known.rows.items() if judge(row) is True]
    for name, row in right[:: max(1, len(right) // 2)][:2]:
        narrow = context.page(operation, extended(extended(known.base, query), pairs(by_key, None, name)))
        if narrow.is_page and not narrow.rows:
            lacks = f"no row, though {row_excerpt(operation, row, about)} is one"
            return Finding(wanted, lacks, (known.shown_by[name], narrow.exchange), symptom="missing-rows")
    return None


def counted(rows: int) -> str:
    """A number of rows, in words."""
    return {0: "no row", 1: "1 row"}.get(rows, f"{rows} rows")


def key_filter(operation: Operation) -> Filter | None:
    """The filter that picks one row by the collection's key, if the operation has one."""
    key = operation.access.collection.key if operation.access else None
    return next((f for f in operation.filters if f.field == key and f.lookup == "exact"), None)


def row_excerpt(operation: Operation, row: Mapping[str, Any], about: tuple[str, ...]) -> str:
    """A row by its key and the fields that matter, for a person."""
    key = operation.access.collection.key if operation.access else ""
    names = dict.fromkeys(n for n in (key, *about) if n in row)
    return ", ".join(f"{name}={json.dumps(row[name], ensure_ascii=False)[:300]}" for name in names) or str(row)[:300]


def response_excerpt(exchange: Exchange) -> str:
    """A response in words: its status, its type, its body."""
    response = exchange.response
    return f"{response.status} {response.content_type or 'without a content type'}: {response.text}".rstrip(": ")
