"""A sample: a bounded part of the rows that a server shows.

A small list is read whole. Of a large one the first, the middle and the last pages are read, never all of
somebody's million rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.oracle.bounds import bounded
from conformance.reading.context import Page, Query, RunContext, decided, observed, read_page
from conformance.reading.following import follow, must_follow
from conformance.reading.page import identity
from conformance.transport.exchange import Exchange
from spec import Cursor, Operation, Parameter

__all__ = [
    "NO_SUCH_ID",
    "Sample",
    "base_query",
    "identity",
    "sample_of",
    "search_values",
    "valid_value",
]

NO_SUCH_ID = "00000000-0000-4000-8000-000000000000"
"""A valid uuid that names nothing."""


@dataclass(frozen=True)
class Sample:
    """The sampled rows of one list, with the query that was sent."""

    base: Query
    rows: Mapping[str, Mapping[str, Any]]
    """By the value of the collection's key, as JSON text for other than strings."""
    shown_by: Mapping[str, Exchange]
    """The response that showed each row."""
    count: int | None
    """The number of rows: by the server's own count, or counted here where it has none and all rows are known."""
    complete: bool
    """True when every row is known."""
    page_size: int
    """Rows on the largest page that the server gave; 0 when it gave none."""

    @property
    def least(self) -> int:
        """How many rows there are at least."""
        return len(self.rows) if self.count is None else self.count

    def as_many(self, page: Page) -> bool:
        """True for a first page of a list with as many rows: by its count, else by a full page."""
        if page.count is None or self.count is None:
            return page.partial and len(page.rows) >= min(self.page_size, len(self.rows))
        return page.count == self.count

    @cached_property
    def bounded(self) -> tuple[Mapping[str, Any], ...]:
        """The rows without over-long values: those that values to send are made of."""
        return tuple(bounded(row) for row in self.rows.values())


@observed
def sample_of(context: RunContext, operation: Operation, narrowed: Query = ()) -> Sample:
    """The sample of an operation's list. `narrowed` is added to the query."""
    base = base_query(context, operation) + narrowed
    first = context.large_page(operation, base, page=1)
    rows: dict[str, Mapping[str, Any]] = {}
    shown_by: dict[str, Exchange] = {}

    def take(page: Page) -> None:
        for row in page.rows:
            rows.setdefault(identity(operation, row), row)
            shown_by.setdefault(identity(operation, row), page.exchange)

    take(first)
    size = len(first.rows)
    if must_follow(operation, first):
        budget = context.budget
        most = max(1, min(budget.sample_pages, budget.whole_list // size))
        ask = context.asking(operation)
        found = follow(operation, base, first, ask, limit=budget.page_rows, most=most)
        for page in found.pages:
            take(page)
        count = found.count if first.count is None else first.count
        longest = max(len(page.rows) for page in found.pages)
        return Sample(base, rows, shown_by, count, len(rows) == count, longest)
    if size and first.count and first.count > size:
        pages = -(-first.count // size)
        if first.count <= context.budget.whole_list and pages <= context.budget.sample_pages:
            numbers = list(range(2, pages + 1))
        else:
            middle = pages // 2
            numbers = sorted({2, middle, middle + 1, pages - 1, pages} - {0, 1})
        wanted = [context.large_page_request(operation, base, page=n, size=size) for n in numbers]
        context.prefetch(wanted)
        for request in wanted:
            take(read_page(operation, context.send(request)))
    complete = first.is_page and first.count is not None and len(rows) == first.count
    return Sample(base, rows, shown_by, first.count, complete, size)


def base_query(context: RunContext, operation: Operation) -> Query:
    """The query that a list needs at least: its required parameters, with values that show many rows."""
    needed = [p for p in operation.parameters if p.required and p.place == "query"]
    return _base(context, operation) if needed else ()


@decided
def _base(context: RunContext, operation: Operation) -> Query:
    needed = [p for p in operation.parameters if p.required and p.place == "query" and not p.free_keys]
    fixed = tuple((p.name, _needed(context, operation, p)) for p in needed if not p.search)
    searches = [p for p in needed if p.search]
    if not searches:
        return fixed
    best: tuple[int, Query] = (-1, fixed + tuple((p.name, valid_value(context, p)) for p in searches))
    for value in search_values(context, searches[0]):
        query = fixed + tuple((p.name, value) for p in searches)
        page = context.page(operation, query)
        count = len(page.rows) if page.count is None else page.count
        if count > best[0]:
            best = (count, query)
        if count > 40:
            break
    return best[1]


def _needed(context: RunContext, operation: Operation, parameter: Parameter) -> str:
    """A value of a required parameter: of page and limit, the first page of the usual length."""
    paging = operation.pagination
    if paging and paging.limit and parameter.pagination == "limit":
        return str(paging.limit.usual)
    if paging and parameter.pagination and not isinstance(paging.form, Cursor):
        return str(paging.form.first)
    return valid_value(context, parameter)


def valid_value(context: RunContext, parameter: Parameter) -> str:
    """A valid value of a parameter: its example or default, else something plain of its type."""
    schema = context.contract.sent(parameter.schema)
    for value in (*schema.get("examples", ()), schema.get("example"), schema.get("default")):
        if isinstance(value, (str, int, float)):
            return str(value).lower() if isinstance(value, bool) else str(value)
    if schema.get("type") == "array":
        schema = context.contract.sent(schema.get("items", {}))
    if schema.get("enum"):
        return str(schema["enum"][0])
    if schema.get("format") == "uuid":
        return NO_SUCH_ID
    return {"integer": "1", "number": "1", "boolean": "true"}.get(str(schema.get("type")), "a")


def search_values(context: RunContext, parameter: Parameter) -> list[str]:
    """Values that are likely to find much: a letter, the document's examples, words of rows seen elsewhere."""
    schema = context.contract.resolve(parameter.schema)
    examples = [str(value) for value in schema.get("examples", ())]
    words: dict[str, int] = {}
    for other in context.contract.operations:
        if other.pagination and not any(p.required for p in other.parameters):
            for row in sample_of(context, other).bounded:
                for field in parameter.search:
                    for word in str(row.get(field) or "").split():
                        if word.isascii() and word.isalnum() and len(word) > 2:
                            words[word] = words.get(word, 0) + 1
    common = sorted(words, key=lambda word: (-words[word], word))[:4]
    return list(dict.fromkeys(["a", *examples, *common, "e", "1"]))
