"""Mistakes of servers in what they answer, by the clause that each breaks."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from conformance.laws.parameters import ODD_LANGUAGES as ODD
from conformance.transport.exchange import Response
from tests.conformance.fake import BASE, KEY, Row, Shop
from tests.conformance.mutate import Mistake, changed, mutated


def _status(*, of: int, instead: int) -> type[Shop]:
    """A shop that answers one status in the place of another."""
    return changed(
        "respond",
        lambda found, shop, operation, status, data: Response(
            instead if status == of else status, found.headers, found.body, found.elapsed
        ),
    )


def _ignoring(name: str) -> type[Shop]:
    return mutated(shows=lambda self, n, value, row: True if n == name else Shop.shows(self, n, value, row))


def _reading(name: str, other: str, change: Callable[[str], str] = str) -> type[Shop]:
    """A shop that reads one parameter as another, its value changed."""
    return mutated(
        shows=lambda self, n, value, row: (
            Shop.shows(self, other if n == name else n, change(value), row)
            if n == name
            else Shop.shows(self, n, value, row)
        )
    )


def _is_first(shop: Shop, row: Row) -> bool:
    return row["sku"] == next(other["sku"] for other in shop.rows if other["base_code"] == row["base_code"])


def _either(self: Shop, operation: Any, query: list[tuple[str, str]], row: Row) -> bool:
    told = [self.shows(n, v, row) for n, v in query if n not in ("page", "limit", "approved")]
    return (any(told) or not told) and self.approved(row, dict(query).get("approved", "true") == "true")


def _last_of_a_key(self: Shop, operation: Any, query: list[tuple[str, str]], row: Row) -> bool:
    """Of several lookups on one key of the attributes only the last counts."""
    last = {name.split("__")[1]: (name, value) for name, value in query if name.startswith("attribute__")}
    others = [pair for pair in query if not pair[0].startswith("attribute__")]
    return Shop.fits(self, operation, [*others, *last.values()], row)


def _only(last: bool) -> type[Shop]:
    """A shop where of several filters only the first or the last counts."""

    def fits(self: Shop, operation: Any, query: list[tuple[str, str]], row: Row) -> bool:
        filters = [q for q in query if q[0] not in ("page", "limit", "approved")]
        others = [q for q in query if q not in filters]
        return Shop.fits(self, operation, [*others, *(filters[-1:] if last else filters[:1])], row)

    return mutated(fits=fits)


def _link(change: Callable[[str], str]) -> type[Shop]:
    return changed("link", lambda found, *_: change(found))


def _lets_in(key: Callable[[str | None], bool]) -> type[Shop]:
    return mutated(allowed=lambda self, operation, given: given == KEY or key(given))


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


def _language(self: Shop, operation: Any, request: Any) -> tuple[int, Any]:
    status, data = Shop.listed(self, operation, request)
    return status, {**data, "results": data["results"][1:]} if dict(request.headers).get(
        "Accept-Language"
    ) == "tr" else data


MISTAKES: list[Mistake] = [
    # pages
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
    (
        "PRD102.filter.category",
        "by its first block",
        mutated(
            shows=lambda s, name, value, row: (
                row["category"][:8] == value[:8]
                if name == "category" and re.fullmatch(r"[0-9a-f-]{36}", value)
                else Shop.shows(s, name, value, row)
            )
        ),
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
    # filters
    ("PRD102.filter.name", "ignored", _ignoring("name")),
    ("PRD102.filter.name", "empty", mutated(shows=lambda s, n, v, row: n != "name" and Shop.shows(s, n, v, row))),
    (
        "PRD102.filter.name",
        "fails",
        mutated(shows=lambda s, n, v, row: Shop.shows(s, "no" if n == "name" else n, v, row)),
    ),
    (
        "PRD102.filter.base_code",
        "one of several",
        mutated(
            fits=lambda s, o, q, row: Shop.fits(s, o, q, row) and ("base_code" not in dict(q) or _is_first(s, row))
        ),
    ),
    ("PRD102.filter.name", "any case", _reading("name", "name__icontains")),
    ("PRD102.filter.name__icontains", "case counts", _reading("name__icontains", "name__contains")),
    ("PRD102.filter.sku__contains", "another column", _reading("sku__contains", "name__contains")),
    ("PRD102.filter.category", "ignored", _ignoring("category")),
    ("PRD102.filter.category__in", "first only", _reading("category__in", "category__in", lambda v: v.split(",")[0])),
    (
        "PRD102.filter.attribute__KEY",
        "any key",
        mutated(
            attribute=lambda s, row, key, lookup, v: any(
                s.matches(lookup, str(a), v) for a in row["attributes"].values()
            )
        ),
    ),
    (
        "PRD102.filter.attribute__KEY__istartswith",
        "key's case",
        mutated(
            attribute=lambda s, row, key, lookup, v: any(
                s.matches(lookup, str(a), v) for k, a in row["attributes"].items() if k.lower() == key.lower()
            )
        ),
    ),
    (
        "PRD102.filter.updated_at",
        "fraction lost",
        mutated(
            ordered=lambda s, lookup, a, b: Shop.ordered(s, lookup, a.replace(microsecond=0), b.replace(microsecond=0))
        ),
    ),
    ("PRD102.filter.updated_at__gt", "equal too", _reading("updated_at__gt", "updated_at__gte")),
    (
        "PRD102.filter.created_at__lte",
        "a millisecond off",
        mutated(ordered=lambda s, lookup, a, b: Shop.ordered(s, lookup, a + timedelta(milliseconds=1), b)),
    ),
    (
        "PRD102.filter.created_at__gte",
        "offset lost",
        _reading("created_at__gte", "created_at__gte", lambda v: v[:19] + "Z"),
    ),
    (
        "PRD102.filter.approved",
        "empty",
        mutated(fits=lambda s, o, q, row: "approved" not in dict(q) and Shop.fits(s, o, q, row)),
    ),
    ("PRD102.filter.approved", "ignored", mutated(approved=lambda s, row, wanted: True)),
    (
        "PRD102.filter.approved",
        "fails",
        mutated(approved=lambda s, row, wanted: Shop.shows(s, "no" if not wanted else "name__contains", "", row)),
    ),
    (
        "PRD102.default.approved",
        "all",
        mutated(
            fits=lambda s, o, q, row: (
                Shop.fits(s, o, q, row)
                if "approved" in dict(q)
                else all(s.shows(n, v, row) for n, v in q if n not in ("page", "limit"))
            )
        ),
    ),
    (
        "PRD102.default.approved",
        "others",
        mutated(
            fits=lambda s, o, q, row: Shop.fits(
                s, o, q if "approved" in dict(q) else [*q, ("approved", "true"), ("sku__contains", "K")], row
            )
        ),
    ),
    (
        "PRD102.wire",
        "plus is a space",
        mutated(matches=lambda s, lookup, v, o: Shop.matches(s, lookup, v, o.replace("+", " "))),
    ),
    (
        "PRD102.wire",
        "escaped",
        mutated(matches=lambda s, lookup, v, o: Shop.matches(s, lookup, v, o.replace("&", "&amp;"))),
    ),
    ("PRD102.edges", "trimmed", mutated(matches=lambda s, lookup, v, o: Shop.matches(s, lookup, v, o.strip()))),
    (
        "PRD102.edges",
        "trimmed in attributes",
        mutated(attribute=lambda s, row, key, lookup, v: Shop.attribute(s, row, key, lookup, v.strip())),
    ),
    # together
    ("PRD102.combine.name__icontains", "either", mutated(fits=_either)),
    ("PRD102.combine.category", "first only", _only(last=False)),
    ("PRD102.combine.attribute__KEY__icontains", "last of a key", mutated(fits=_last_of_a_key)),
    ("PRD102.combine.sku__contains", "last only", _only(last=True)),
    (
        "PRD102.combine.approved",
        "approval forgotten",
        mutated(
            fits=lambda s, o, q, row: (
                Shop.fits(s, o, q, row)
                if all(n in ("page", "limit", "approved") for n, _ in q)
                else all(s.shows(n, v, row) for n, v in q if n not in ("page", "limit", "approved"))
            )
        ),
    ),
    ("PRD102.relation.name", "icontains narrower", _reading("name__icontains", "name")),
    (
        "PRD102.relation.name",
        "contains without equal",
        mutated(shows=lambda s, n, v, row: (n != "name__contains" or row["name"] != v) and Shop.shows(s, n, v, row)),
    ),
    ("PRD102.relation.updated_at", "lte without equal", _reading("updated_at__lte", "updated_at__lt")),
    ("PRD102.relation.created_at", "gte without equal", _reading("created_at__gte", "created_at__gt")),
    (
        "PRD102.relation.category",
        "list of all but one",
        _reading("category__in", "category__in", lambda v: v.rpartition(",")[0] or v),
    ),
    # search
    (
        "PRD108.search.finds",
        "by code alone",
        mutated(found=lambda s, row, words: words.casefold() in row["base_code"].casefold()),
    ),
    ("PRD108.search.selective", "everything", mutated(found=lambda s, row, words: True)),
    (
        "PRD108.search.sound",
        "any word",
        mutated(found=lambda s, row, words: any(Shop.found(s, row, w) for w in words.split())),
    ),
    (
        "PRD108.search.sound",
        "wildcards",
        mutated(found=lambda s, row, words: Shop.found(s, row, words) or ("%" in words and "_" in words)),
    ),
    ("PRD108.search.sound", "half", mutated(found=lambda s, row, words: Shop.found(s, row, words[: len(words) // 2]))),
    (
        "PRD108.search.complete",
        "whole value",
        mutated(found=lambda s, row, words: words in (row["name"], row["sku"], row["base_code"])),
    ),
    ("PRD108.search.complete", "nothing", mutated(found=lambda s, row, words: False)),
    (
        "PRD108.search.case",
        "case-sensitive",
        mutated(found=lambda s, row, words: any(words in row[f] for f in ("name", "base_code", "sku"))),
    ),
    # parameters
    (
        "PRD102.param.invalid.page",
        "default",
        mutated(number=lambda s, q, n, d: int(dict(q).get(n) or d) if dict(q).get(n, "1").lstrip("-").isdigit() else d),
    ),
    (
        "PRD102.param.bounds.limit",
        "default",
        mutated(number=lambda s, q, n, d: Shop.number(s, [p for p in q if p[1] not in ("0", "-1")], n, d)),
    ),
    (
        "PRD102.param.invalid.category",
        "ignored",
        mutated(shows=lambda s, n, v, row: v == "not-a-uuid" or Shop.shows(s, n, v, row)),
    ),
    (
        "PRD102.param.invalid.updated_at__gte",
        "crash",
        mutated(
            shows=lambda s, n, v, row: 1 // (v != "not-a-date") and Shop.shows(s, n, v, row),
            response=lambda s, r, k: (
                Shop.response(s, r, k) if "not-a-date" not in dict(r.query).values() else Response(500, {}, b"", 0)
            ),
        ),
    ),
    (
        "PRD102.param.unknown-key.attribute__KEY",
        "all",
        mutated(
            attribute=lambda s, row, key, lookup, v: key.startswith("ZZ") or Shop.attribute(s, row, key, lookup, v)
        ),
    ),
    ("PRD102.param.misspelt", "ignored", mutated(shows=lambda s, n, v, row: n[-1] in "xy" or Shop.shows(s, n, v, row))),
    (
        "PRD108.param.required.query",
        "optional",
        mutated(
            chosen=lambda s, o, q, r: Shop.chosen(s, o, q, r) if o.code != "PRD108" or "query" in dict(q) else s.catalog
        ),
    ),
    ("PRD102.param.accepted.Accept-Language", "fewer", mutated(listed=_language)),
    (
        "PRD102.param.accepted.Accept-Language",
        "crash",
        mutated(
            response=lambda s, r, k: (
                Response(500, {}, b"", 0) if dict(r.headers).get("Accept-Language") in ODD else Shop.response(s, r, k)
            )
        ),
    ),
    (
        "PRD101.param.accepted.Accept-Language",
        "refused",
        mutated(
            response=lambda s, r, k: (
                Response(406, {}, b"", 0) if dict(r.headers).get("Accept-Language") == "xx" else Shop.response(s, r, k)
            )
        ),
    ),
    (
        "PRD107.param.invalid.id",
        "found",
        mutated(looked_up=lambda s, t: Shop.looked_up(s, t) if len(t) == 36 else (200, {})),
    ),
    ("PRD107.batch.unknown-id", "found", mutated(looked_up=lambda s, t: (200, {}))),
    (
        "PRD108.page.next-link",
        "the first word of what is searched for only",
        _link(lambda link: re.sub(r"(query=[^&+%]+)(\+|%20)[^&]*", r"\1", link)),
    ),
    ("PRD102.response.status", "201", _status(of=200, instead=201)),
    ("PRD101.response.status", "200", _status(of=202, instead=200)),
    (
        "PRD102.response.content-type",
        "a web page",
        changed("respond", lambda a, *_: Response(a.status, {"content-type": "text/html"}, a.body, a.elapsed)),
    ),
    (
        "PRD102.response.schema",
        "count as text",
        changed("listed", lambda found, *_: (found[0], {**found[1], "count": str(found[1]["count"])})),
    ),
    (
        "PRD108.response.schema",
        "no JSON",
        changed("respond", lambda a, *_: Response(a.status, a.headers, a.body[1:], a.elapsed)),
    ),
    ("PRD101.response.schema", "no uuid", changed("submitted", lambda found, *_: (202, {"batch_request_id": "7"}))),
    (
        "PRD102.response.no-server-error",
        "on NUL",
        mutated(
            response=lambda s, r, k: (
                Response(500, {}, b"", 0) if any("\0" in v for _, v in r.query) else Shop.response(s, r, k)
            )
        ),
    ),
    (
        "PRD102.response.no-server-error",
        "on special characters in keys",
        mutated(
            response=lambda s, r, k: (
                Response(502, {}, b"", 0) if any("'" in n for n, _ in r.query) else Shop.response(s, r, k)
            )
        ),
    ),
    (
        "PRD102.response.no-server-error",
        "on a value twice in a list",
        mutated(
            response=lambda s, r, k: (
                Response(500, {}, b"", 0)
                if any(len({*v.split(",")}) < len(v.split(",")) for n, v in r.query if n == "category__in")
                else Shop.response(s, r, k)
            )
        ),
    ),
    ("PRD102.response.declared-status", "206", _status(of=200, instead=206)),
    # the key
    ("PRD102.auth.missing-key", "let in", _lets_in(lambda key: key is None)),
    (
        "PRD102.auth.missing-key",
        "let in on a later page",
        mutated(response=lambda s, r, k: Shop.response(s, r, KEY if k is None and ("page", "2") in r.query else k)),
    ),
    ("PRD102.auth.empty-key", "let in", _lets_in(lambda key: key == "")),
    ("PRD103.auth.wrong-key", "let in", _lets_in(lambda key: key == "not-the-key")),
    ("PRD101.auth.truncated-key", "by prefix", _lets_in(lambda key: bool(key) and KEY.startswith(str(key)))),
    ("PRD107.auth.extended-key", "by beginning", _lets_in(lambda key: str(key).startswith(KEY))),
    ("PRD105.auth.swapped-case-key", "in any case", _lets_in(lambda key: str(key).lower() == KEY.lower())),
    ("PRD102.auth.wrong-key", "403", _status(of=401, instead=403)),
]
