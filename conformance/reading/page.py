"""A page of a list: the request for one, and what its response says, read as leniently as can be."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.transport.exchange import MISSING, Exchange, Response
from spec import Cursor, Member, Operation, Pagination

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """A page of a list: what isn't there is None or empty."""

    exchange: Exchange
    rows: tuple[Mapping[str, Any], ...]
    count: int | None
    """The number of rows on all pages: the server's count, or what a first page without a next one shows."""
    next: str | int | None
    previous: str | int | None
    is_page: bool
    """True for a 2xx with a list of rows."""
    partial: bool = False
    """True where the list may have rows that a first page doesn't show."""

    @property
    def status(self) -> int:
        """The response's status."""
        return self.exchange.response.status


def identity(operation: Operation, row: Mapping[str, Any]) -> str:
    """The identity of a row: its key, or the whole row where it lacks one."""
    key = operation.access.collection.key if operation.access else ""
    return str(row[key]) if key in row else repr(sorted(row.items(), key=lambda item: item[0]))


def extended(base: Query, more: Query) -> Query:
    """A query with further parameters, which stand in place of those of the same name."""
    names = {name for name, _ in more}
    return tuple(pair for pair in base if pair[0] not in names) + more


def paged(
    operation: Operation, base: Query, *, page: int | None = None, limit: int | None = None, size: int | None = None
) -> Query:
    """A query with the parameters for a page, counted from 1, and for a limit, which is no larger than it may be.

    `size` is the number of rows on the pages before, where the server gives fewer than the limit. Raises ValueError
    for a later page of a list that is walked by cursors: only the page before knows it.
    """
    paging = operation.pagination
    if paging is None:
        return base
    sized: Query = ()
    if paging.limit is not None and limit is not None:
        limit = min(limit, paging.limit.largest or limit)
        sized = ((paging.limit.parameter, str(limit)),)
    if page is None and paging.unasked is not None and limit is not None:
        page = 1
    if page is None:
        return extended(base, sized)
    size = size or limit or (paging.limit.usual if paging.limit else 1)
    position = paging.form.at((page - 1) * size, size)
    if position is None:
        raise ValueError(f"page {page} of {operation.code} can't be asked for: only the page before leads to it")
    return extended(base, (*position, *sized))


_LINK = re.compile(r"[a-z][a-z0-9+.-]*://|[/?]", re.IGNORECASE)


def led_to(operation: Operation, leading: str | int | None, base: Query) -> Query | None:
    """The query that a link leads to, or the one with a cursor or a number in it."""
    form = operation.pagination.form if operation.pagination else None
    if leading is None or form is None:
        return None
    if isinstance(leading, str) and (form.parameter is None or _LINK.match(leading)):
        query = urllib.parse.urlsplit(leading).query
        return tuple(urllib.parse.parse_qsl(query, keep_blank_values=True)) if query else None
    return extended(base, ((form.parameter, str(leading)),)) if form.parameter else None


def read_page(operation: Operation, exchange: Exchange) -> Page:
    """A page out of a response, with None and nothing for what it lacks."""
    response, paging = exchange.response, operation.pagination
    data = response.json if response.ok else MISSING
    if paging is None:
        if not operation.bare_list or not isinstance(data, list):
            return Page(exchange, (), None, None, None, False)
        rows = _rows(data)
        return Page(exchange, rows, len(data), None, None, True)
    results = value_of(paging.results, response)
    if paging.unasked is not None and isinstance(data, list) and not isinstance(results, list):
        return Page(exchange, _rows(data), len(data), None, None, True)
    if data is MISSING or not isinstance(results, list):
        return Page(exchange, (), None, None, None, False)
    rows, count = _rows(results), _number(value_of(paging.count, response))
    after, before = (_leading(paging, role, response) for role in ("next", "previous"))
    partial = (count > len(rows)) if count is not None else _goes_on(paging, after, rows)
    if paging.count is None and not partial and _is_first(paging, exchange.request.query):
        count = len(rows)
    return Page(exchange, rows, count, after, before, True, partial)


def _rows(results: list[Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple(row for row in results if isinstance(row, Mapping))


def _goes_on(paging: Pagination, after: str | int | None, rows: tuple[Mapping[str, Any], ...]) -> bool:
    """Whether more may follow where nothing counts the rows: a page without a next may be a full one."""
    return after is not None if "next" in paging.leading else bool(rows)


def _is_first(paging: Pagination, query: Query) -> bool:
    """True for the request for a list's first page."""
    asked = [value for name, value in query if name == paging.form.parameter]
    return not asked or (not isinstance(paging.form, Cursor) and asked == [str(paging.form.first)])


def value_of(member: Member | None, response: Response) -> Any:
    """What a response has at the place of a member; None where it has nothing there."""
    if member is None:
        return None
    if member.header is not None:
        return response.headers.get(member.header.lower())
    data: Any = response.json
    for name in member.path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return None if data is MISSING else data


def has(member: Member, response: Response) -> bool:
    """True where a response has something, even null, at the place of a member."""
    if member.header is not None:
        return member.header.lower() in response.headers
    data: Any = response.json
    for name in member.path:
        if not isinstance(data, Mapping) or name not in data:
            return False
        data = data[name]
    return True


def _number(value: Any) -> int | None:
    """A count, which is a text in a header."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _leading(paging: Pagination, role: str, response: Response) -> str | int | None:
    """A link, or the number or the cursor of a page; None for anything else. In a header nothing is null."""
    member = next((m for known, m in paging.leading.items() if known == role), None)
    found = value_of(member, response)
    if member is not None and member.header is not None and isinstance(found, str):
        found = linked(found, role) if member.holds == "link" and "<" in found else found.strip() or None
    if isinstance(paging.form, Cursor) and found == "":
        return None  # so do many APIs end
    return found if isinstance(found, (str, int)) and not isinstance(found, bool) else None


_RELATIONS = {"next": ("next",), "previous": ("prev", "previous")}


def linked(header: str, role: str) -> str | None:
    """The target of a Link header's relation (RFC 8288)."""
    for target, parameters in re.findall(r"<([^>]*)>([^<]*)", header):
        relation = re.search(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', parameters, re.IGNORECASE)
        named = (relation[1] or relation[2]).lower().split() if relation else ()
        if any(name in named for name in _RELATIONS[role]):
            return str(target)
    return None
