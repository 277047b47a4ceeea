"""The arithmetic of pages, the links between them, and where a response shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlencode

from conformance.sandbox.cursors import BEGINNING, PARAMETER, token
from conformance.sandbox.query import Pairs, Query
from conformance.sandbox.store import Row
from spec import Cursor, Member, Pagination
from spec.model import JSON

_RELATIONS: Mapping[str, str] = {"next": "next", "previous": "prev"}
"""The names of links in a Link header (RFC 8288)."""


@dataclass(frozen=True)
class Window:
    """Which of the ordered rows a page shows."""

    offset: int
    size: int


@dataclass(frozen=True)
class Page:
    """A page before it is serialised: `next` and `previous` count the rows before those pages."""

    count: int
    next: int | None
    previous: int | None
    rows: list[Row]


@dataclass(frozen=True)
class Shown:
    """The body and the headers of a list's response."""

    body: JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def window(query: Query, count: int) -> Window:
    """The rows of the page that is asked for."""
    offset = min(query.start, count)
    return Window(offset, min(query.limit, count - offset))


def neighbours(query: Query, count: int) -> tuple[int | None, int | None]:
    """How many rows are before the next and before the previous page, None where there is no such page."""
    following = query.start + query.limit
    return following if following < count else None, max(0, query.start - query.limit) if query.start else None


def link(paging: Pagination, query: Query, start: int, size: int, mark: str) -> Pairs:
    """The query string of another page of the same list: all of this one's, with another page.

    `size` is how many rows a page really has; `mark` is the cursor that leads there, for a list that has such.
    """
    names = paging.parameters or (PARAMETER,)
    kept = tuple((name, value) for name, value in query.written if name not in (*names, PARAMETER))
    limit = ((paging.limit.parameter, str(query.limit)),) if paging.limit else ()
    if isinstance(paging.form, Cursor):
        return (*kept, (paging.form.parameter or PARAMETER, mark), *limit)
    return (*kept, *(paging.form.at(start, size) or ()), *limit)


def url(base: str, pairs: Pairs) -> str:
    """An absolute URL, every name and value escaped."""
    return f"{base}?{urlencode(pairs, quote_via=quote)}"


def leading(paging: Pagination, role: Literal["next", "previous"], pairs: Pairs, base: str) -> str | int:
    """What next or previous holds: a link, or what the parameter takes."""
    form = paging.form
    if paging.leading[role].holds == "link":
        return url(base, pairs)
    value = dict(pairs).get(form.parameter or PARAMETER)
    if isinstance(form, Cursor):
        return value or token(BEGINNING)
    return form.first if value is None else int(value)


def shown(
    paging: Pagination, page: Page, following: str | int | None, preceding: str | int | None, others: Mapping[str, JSON]
) -> Shown:
    """A page as the response shows it, each part at the place that the document gives it."""
    values = {"count": page.count, "next": following, "previous": preceding, "results": page.rows}
    body: JSON = dict(others)
    headers: dict[str, list[str]] = {}
    for role, member in paging.members.items():
        value = values[role]
        if member.header is None:
            body = _placed(body, member.path, value)
        elif value is not None:
            linked = member.holds == "link" and member.header.lower() == "link"
            text = f'<{value}>; rel="{_RELATIONS[role]}"' if linked else str(value)
            headers.setdefault(member.header, []).append(text)
    return Shown(body, {name: ", ".join(parts) for name, parts in headers.items()})


def _placed(body: JSON, path: tuple[str, ...], value: JSON) -> JSON:
    if not path:
        return value
    inner: Mapping[str, Any] = body if isinstance(body, dict) else {}
    return {**inner, path[0]: _placed(inner.get(path[0]), path[1:], value)}


def value_at(member: Member, body: JSON) -> JSON:
    """What a body has at the place of a member; None where it has nothing there."""
    for name in member.path:
        body = body.get(name) if isinstance(body, dict) else None
    return body


def put(member: Member, body: JSON, value: JSON) -> JSON:
    """A body with another value at the place of a member."""
    return _placed(body, member.path, value)
