"""The plain list before and after an insert: a cache may show it as it was, while filters find the new rows."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.reading.context import Page, RunContext, get, read_page
from conformance.reading.sample import base_query
from conformance.scenarios.trace import Step
from conformance.writing.read_back import reader_of, settled
from spec import Operation


@dataclass(frozen=True)
class WholeList:
    """One list, asked for in the same words before and after new rows."""

    before: Page
    after: Page
    added: int
    """How many of the new rows it must count: those that a list shows without a word on hidden fields."""


def plain_list(context: RunContext, writer: Operation) -> Page | None:
    """The list that an operation writes to, as a client asks for it who says nothing more; None without a count."""
    reader = reader_of(context, writer)
    if reader is None or reader.pagination is None or reader.pagination.count is None:
        return None
    page = read_page(reader, context.resend(get(reader, base_query(context, reader))))
    return page if page.is_page and page.count is not None else None


def after_insert(context: RunContext, writer: Operation, before: Page | None, insert: Step) -> WholeList | None:
    """The list again; None where it doesn't show the new rows of itself."""
    reader = reader_of(context, writer)
    if before is None or reader is None:
        return None
    hidden = {f.parameter for f in reader.filters if f.hidden}
    found = [seen for seen in insert.read_backs.values() if seen.rows and seen.chain]
    added = sum(not hidden & {name for name, _ in seen.chain[-1].request.query} for seen in found)
    if not added:
        return None
    request = before.exchange.request
    after = settled(
        context, lambda: read_page(reader, context.resend(request)), lambda page: page.count != before.count
    )
    return WholeList(before, after, added) if after.is_page and after.count is not None else None
