"""The arithmetic of pages and the links between them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from conformance.sandbox.query import Pairs, Query
from conformance.sandbox.store import Row
from spec import Pagination
from spec.model import JSON


@dataclass(frozen=True)
class Window:
    """Which of the ordered rows a page shows."""

    offset: int
    size: int


@dataclass(frozen=True)
class Page:
    """A page before it is serialised: `next` and `previous` are page numbers."""

    count: int
    next: int | None
    previous: int | None
    rows: list[Row]


def window(query: Query, count: int) -> Window:
    """The rows of the page that is asked for."""
    offset = min((query.page - 1) * query.limit, count)
    return Window(offset, min(query.limit, count - offset))


def neighbours(query: Query, count: int) -> tuple[int | None, int | None]:
    """The numbers of the next and the previous page, None where there is none."""
    following = query.page + 1 if query.page * query.limit < count else None
    return following, query.page - 1 if query.page > 1 else None


def link(paging: Pagination, query: Query, number: int, limit: int) -> Pairs:
    """The query string of another page of the same list: all of this one's, with another page."""
    kept = tuple((name, value) for name, value in query.pairs if name not in (paging.page, paging.limit))
    return (*kept, (paging.page, str(number)), (paging.limit, str(limit)))


def url(base: str, pairs: Pairs) -> str:
    """An absolute URL, every name and value escaped."""
    return f"{base}?{urlencode(pairs, quote_via=quote)}"


def envelope(
    paging: Pagination, page: Page, following: str | int | None, preceding: str | int | None
) -> dict[str, JSON]:
    """A page as the response shows it, under the names that the document gives its fields."""
    return {
        paging.count: page.count,
        paging.next: following,
        paging.previous: preceding,
        paging.results: page.rows,
    }
