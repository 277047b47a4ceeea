"""Mistakes in pages and their links."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from tests.conformance.fake import BASE, Row, Shop
from tests.conformance.mutate import Mistake, changed, mutated


def _link(change: Callable[[str], str]) -> type[Shop]:
    return changed("link", lambda found, *_: change(found))


def _filtered(**steps: Callable[..., Any]) -> type[Shop]:
    """A shop that makes a mistake only in filtered lists."""

    def listed(self: Shop, operation: Any, request: Any) -> tuple[int, Any]:
        narrowed = any(n not in ("page", "limit", "approved") for n, _ in request.query) and operation.code == "PRD102"
        shop = copy.copy(self)
        shop.__class__ = mutated(**steps) if narrowed else Shop
        return Shop.listed(shop, operation, request)

    return mutated(listed=listed)


def _turning(self: Shop, rows: list[Row], limit: int) -> list[Row]:
    turn = self.asked % max(1, len(rows))
    return rows[turn:] + rows[:turn]


MISTAKES: list[Mistake] = [
    (
        "PRD102.page.default-page",
        "second",
        mutated(number=lambda s, q, n, d: Shop.number(s, q, n, 2 if n == "page" else d)),
    ),
    (
        "PRD102.page.default-limit",
        "nine",
        mutated(number=lambda s, q, n, d: Shop.number(s, q, n, 9 if n == "limit" else d)),
    ),
    ("PRD108.page.limit", "one more", mutated(cut=lambda s, rows, page, n: rows[(page - 1) * n : page * n + 1])),
    (
        "PRD102.page.limit",
        "one short",
        mutated(cut=lambda s, rows, page, n: Shop.cut(s, rows, page, n)[: max(1, n - 1)]),
    ),
    (
        "PRD102.page.limit",
        "fewer for more",
        mutated(cut=lambda s, rows, page, n: Shop.cut(s, rows, page, 10 if n > 40 else n)),
    ),
    ("PRD102.page.disjoint", "overlap", mutated(cut=lambda s, rows, p, n: rows[max(0, (p - 1) * n - (p > 1)) : p * n])),
    (
        "PRD102.page.disjoint",
        "twice on a page",
        mutated(cut=lambda s, rows, p, n: Shop.cut(s, rows, p, n)[:-1] + Shop.cut(s, rows, p, n)[:1]),
    ),
    ("PRD102.page.complete", "row lost", mutated(cut=lambda s, rows, p, n: rows[(p - 1) * n + (p > 1) : p * n])),
    (
        "PRD102.page.complete",
        "last empty",
        mutated(cut=lambda s, rows, p, n: Shop.cut(s, rows, p, n) if p * n < len(rows) or p == 1 else []),
    ),
    ("PRD102.page.count", "always 0", mutated(count=lambda *_: 0)),
    (
        "PRD102.page.previous-link",
        "the page before is the first",
        _filtered(
            link=lambda s, r, page, n: Shop.link(s, r, 9 if page < int(dict(r.query).get("page", 1)) else page, n)
        ),
    ),
    (
        "PRD102.page.complete",
        "a single last row lost",
        mutated(cut=lambda s, rows, p, n: Shop.cut(s, rows, p, n) if p == 1 or len(rows) - (p - 1) * n != 1 else []),
    ),
    (
        "PRD102.page.complete",
        "row hidden by one limit",
        mutated(
            order=lambda s, rows, n: rows[1:] + rows[:1] if n == 7 else rows,
            cut=lambda s, rows, p, n: [r for r in Shop.cut(s, rows, p, n) if n != 7 or r["sku"] != "SKU-1"],
        ),
    ),
    ("PRD102.page.count", "of the page", mutated(count=lambda s, rows, n: min(len(rows), n))),
    ("PRD102.page.count", "one less", mutated(count=lambda s, rows, n: len(rows) - 1)),
    ("PRD108.page.count", "by limit", mutated(count=lambda s, rows, n: len(rows) + (n == 7))),
    ("PRD102.page.stable", "turning", mutated(order=_turning)),
    ("PRD102.page.same-order", "by limit", mutated(order=lambda s, rows, n: rows[::-1] if n == 7 else rows)),
    ("PRD102.page.next", "always", mutated(has_next=lambda s, p, n, c: True)),
    ("PRD102.page.next", "never", mutated(has_next=lambda s, p, n, c: False)),
    ("PRD102.page.next", "on a full last page", mutated(has_next=lambda s, p, n, c: p * n <= c)),
    ("PRD102.page.previous", "always", mutated(has_previous=lambda s, p, n, c: True)),
    ("PRD108.page.previous", "never", mutated(has_previous=lambda s, p, n, c: False)),
    ("PRD102.page.next-link", "the page after it", mutated(link=lambda s, r, p, n: Shop.link(s, r, p + 1, n))),
    ("PRD102.page.next-link", "another limit", mutated(link=lambda s, r, p, n: Shop.link(s, r, p, n + 1))),
    (
        "PRD108.page.next-link",
        "without the query",
        _link(lambda link: f"{BASE}/api/i2/products/search/?" + link[link.rfind("page=") :]),
    ),
    ("PRD102.page.previous-link", "without the limit", _link(lambda link: link[: link.rfind("&limit")])),
    (
        "PRD102.page.previous-link",
        "the same page",
        mutated(link=lambda s, r, p, n: Shop.link(s, r, s.number(list(r.query), "page", 1), n)),
    ),
    (
        "PRD102.page.next-link",
        "without the filter",
        _link(lambda link: f"{BASE}/api/i2/products/?" + link[link.rfind("page=") :]),
    ),
    (
        "PRD108.page.previous-link",
        "unescaped",
        _link(lambda link: link.replace("%25", "").replace("%2B", "+")),
    ),
    ("PRD102.page.past-end", "the last again", mutated(cut=lambda s, rows, p, n: Shop.cut(s, rows, p, n) or rows[-n:])),
    ("PRD102.page.filtered", "counts all", _filtered(count=lambda s, rows, n: len(s.rows))),
    (
        "PRD102.page.filtered",
        "overlaps",
        _filtered(cut=lambda s, rows, p, n: rows[max(0, (p - 1) * n - (p > 1)) : p * n]),
    ),
    (
        "PRD102.page.next-link",
        "drops the filter",
        _filtered(link=lambda s, r, p, n: f"{BASE}{r.path}?page={p}&limit={n}"),
    ),
    ("PRD102.page.filtered", "announces none", _filtered(has_next=lambda s, p, n, c: False)),
    ("PRD102.page.filtered", "announces one before", _filtered(has_previous=lambda s, p, n, c: True)),
    (
        "PRD108.page.next-link",
        "the first word of what is searched for only",
        _link(lambda link: re.sub(r"(query=[^&+%]+)(\+|%20)[^&]*", r"\1", link)),
    ),
]
