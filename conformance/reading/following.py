"""Reading a list page after page, where no count says how many pages there are, or only a page leads to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.reading.page import Page, Query, identity, led_to, paged, read_page
from conformance.transport.exchange import Exchange
from spec import Cursor, Operation


@dataclass(frozen=True)
class Followed:
    """The pages of a list from the first one on."""

    pages: tuple[Page, ...]
    ended: bool
    """True when the last of them is the list's last."""
    beyond: Page | None = None
    """What came after the last one: a page without rows, one with rows that were shown before, or no page."""

    @property
    def count(self) -> int | None:
        """How many rows the list has, once all of it was read."""
        return sum(len(page.rows) for page in self.pages) if self.ended else None


def must_follow(operation: Operation, first: Page) -> bool:
    """True for a list whose pages can't be asked for all at once."""
    paging = operation.pagination
    if paging is None or not first.rows:
        return False
    return isinstance(paging.form, Cursor) or paging.count is None


def follow(
    operation: Operation,
    query: Query,
    first: Page,
    ask: Callable[[Query], Exchange],
    *,
    limit: int,
    most: int | None = None,
    size: int | None = None,
    full: int | None = None,
) -> Followed:
    """The pages of a list from its first one on, so many at most.

    `size` is how many rows the server shows of a limit, where it caps that; by default as many as the first page has.
    `full` is how many rows a page surely holds: a shorter one is the last.
    """
    pages = [first]
    seen = {identity(operation, row) for row in pages[0].rows}
    by_cursor = operation.pagination is not None and isinstance(operation.pagination.form, Cursor)
    while pages[-1].rows and (most is None or len(pages) < most):
        if not by_cursor and full is not None and len(pages[-1].rows) < min(limit, full):
            return Followed(tuple(pages), True)
        after = _after(operation, query, pages, limit, size or len(first.rows))
        if after is None:
            return Followed(tuple(pages), True)
        page = read_page(operation, ask(after))
        names = {identity(operation, row) for row in page.rows}
        if not names - seen:
            # A number past the end may be refused, or show the last page again; a cursor must not lead there.
            ended = not page.rows and page.is_page if by_cursor else page.is_page or page.exchange.response.refused
            return Followed(tuple(pages), ended, page)
        seen |= names
        pages.append(page)
    return Followed(tuple(pages), not pages[-1].rows)


def _after(operation: Operation, query: Query, pages: list[Page], limit: int, size: int) -> Query | None:
    """The query of the page after the last one; None where the server says that there is none."""
    if operation.pagination is None or isinstance(operation.pagination.form, Cursor):
        return led_to(operation, pages[-1].next, paged(operation, query, page=1, limit=limit))
    return paged(operation, query, page=len(pages) + 1, limit=limit, size=size)
