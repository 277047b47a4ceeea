"""Shops with quirks that the document allows."""

from __future__ import annotations

from typing import Any

from tests.conformance.fake import BASE, Shop
from tests.conformance.mutate import changed, mutated


def _short(link: str, *_: Any) -> str:
    """The first page and the default limit go without saying."""
    path, query = link.split("?", 1)
    return f"{path}?{'&'.join(part for part in query.split('&') if part not in ('page=1', 'limit=10'))}"


def _turned(link: str, *_: Any) -> str:
    """Paging comes first."""
    path, query = link.split("?", 1)
    return f"{path}?{'&'.join(reversed(query.split('&')))}"


def _twenty_at_most(self: Shop, query: Any, name: str, default: int) -> int:
    number = Shop.number(self, query, name, default)
    return min(number, 20) if name == "limit" else number


SHOPS = {
    "that says in links only what isn't so by default": changed("link", _short),
    "whose links lead with the limit": changed("link", _turned),
    "whose links are relative": changed("link", lambda link, *_: link.removeprefix(BASE)),
    "whose links name another host": changed("link", lambda link, *_: link.replace(BASE, "http://inner.test:81")),
    "that shows twenty rows at most": mutated(number=_twenty_at_most),
    "that lists the newest first": changed("order", lambda rows, *_: rows[::-1]),
    "that says more of itself": changed("listed", lambda found, *_: (found[0], {**found[1], "took": 3})),
}
