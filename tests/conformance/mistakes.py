"""Mistakes of servers, as overrides of the honest shop's steps, by the clause that each breaks."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from conformance.exchange import Answer
from tests.conformance.fake import BASE, KEY, Refused, Row, Shop, moment

Mistake = tuple[str, str, type[Shop]]


def spoilt(**steps: Callable[..., Any]) -> type[Shop]:
    """A shop with some of its steps replaced."""
    return type("Spoilt", (Shop,), steps)


def _changed(name: str, change: Callable[..., Any]) -> type[Shop]:
    """A shop whose step's result is changed: `change(result, shop, *arguments)`."""
    honest = getattr(Shop, name)
    return spoilt(**{name: lambda self, *a: change(honest(self, *a), self, *a)})


def _state(**other: Callable[[dict[str, int]], int]) -> type[Shop]:
    """A shop whose batches say other numbers."""

    def looked_up(found: tuple[int, Any], shop: Shop, ticket: str) -> tuple[int, Any]:
        state = dict(found[1]["state"])
        return 200, {**found[1], "state": {**state, **{name: make(state) for name, make in other.items()}}}

    return _changed("looked_up", looked_up)


def _batch(**other: Any) -> type[Shop]:
    return _changed("looked_up", lambda found, shop, ticket: (200, {**found[1], **other}))


def _by_looks(make: Callable[[int, dict[str, int]], dict[str, int]]) -> type[Shop]:
    """A shop whose batches say something else each time."""

    def looked_up(self: Shop, ticket: str) -> tuple[int, Any]:
        _, data = Shop.looked_up(self, ticket)
        looks = self.__dict__.setdefault("looks", {})
        looks[ticket] = looks.get(ticket, 0) + 1
        return 200, {**data, "state": make(looks[ticket], dict(data["state"]))}

    return spoilt(looked_up=looked_up)


def _upsert(change: Callable[[Shop, Row | None, Row], None]) -> type[Shop]:
    return spoilt(upsert=change)


def _stored(change: Callable[[Row], None]) -> type[Shop]:
    """A shop that keeps rows otherwise than they were sent."""

    def upsert(self: Shop, row: Row | None, item: Row) -> None:
        Shop.upsert(self, row, item)
        kept = self.row(item["sku"])
        if kept:
            change(kept)

    return spoilt(upsert=upsert)


def _twice(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, None, item)


def _clears(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, {"attributes": {}, "images": [], "videos": [], "product": None, **item})


def _lists_lost(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    if row and "prices" not in item:
        row["prices"] = []


def _first_wins(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    items = json.loads(body) if body.startswith(b"[") else None
    keys = [item.get("sku") for item in items if isinstance(item, dict)] if items else []
    if len(keys) > 1 and len(set(map(str, keys))) < len(keys):
        body = json.dumps(items[::-1]).encode()
    return Shop.submitted(self, operation, body)


def _same_created(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    kept = self.row(item["sku"])
    if kept:
        kept.update(created_at=moment(self.clock))


def _put(change: Callable[[Shop, Row, str, str, Row], None]) -> type[Shop]:
    return spoilt(put=change)


def _entry(part: str, **other: Any) -> type[Shop]:
    def put(self: Shop, row: Row, name: str, key: str, entry: Row) -> None:
        Shop.put(self, row, name, key, {**entry, **other} if name == part else entry)

    return _put(put)


def _replaces(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    row[part] = [entry]


def _adds(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    row[part] = [*row[part], entry]


def _keeps(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    if all(e[key] != entry[key] for e in row[part]):
        Shop.put(self, row, part, key, entry)


def _loses(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    pass


def _parts(part: str, change: Callable[[Shop, Row, Row], None]) -> type[Shop]:
    """A shop that does more than to write a row's parts."""

    def write_parts(self: Shop, operation: Any, row: Row, item: Row) -> bool:
        if part in item:
            change(self, row, item)
        return Shop.write_parts(self, operation, row, item)

    return spoilt(write_parts=write_parts)


def _deleting(which: Callable[[str, Row], bool], rows: Callable[[Shop, str], Row | None] = Shop.row) -> type[Shop]:
    """A shop that deletes the rows that `which(sku, row)` says."""

    def delete(self: Shop, sku: str) -> bool:
        before = len(self.rows)
        self.rows = [row for row in self.rows if not which(sku, row)]
        return len(self.rows) < before

    return spoilt(delete=delete)


def _delete_alike(self: Shop, sku: str) -> bool:
    found = self.row(sku)
    self.rows = [row for row in self.rows if found is None or row["base_code"] != found["base_code"]]
    return found is not None


def _invents(self: Shop, operation: Any, item: Any) -> bool:
    if operation.code == "PRD105" and isinstance(item, dict) and self.row(item.get("sku", "")) is None:
        Shop.upsert(self, None, {"sku": item["sku"]})
        return False
    return Shop.taken(self, operation, item)


def _new_batch(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    self.__dict__["bad"] = False
    return Shop.submitted(self, operation, body)


def _lost_after_bad(self: Shop, operation: Any, item: Any) -> bool:
    if self.__dict__.get("bad"):
        return True
    done = Shop.taken(self, operation, item)
    self.__dict__["bad"] = not done
    return done


def _neighbours_too(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    for other in self.rows if row else ():
        if other["sku"].startswith(item["sku"]) and other is not row:
            Shop.upsert(self, other, {**item, "sku": other["sku"]})


def _double(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    if row is None:
        Shop.upsert(self, None, item)


def _status(*, of: int, instead: int) -> type[Shop]:
    """A shop that answers one status in the place of another."""
    return _changed(
        "respond",
        lambda found, shop, operation, status, data: Answer(
            instead if status == of else status, found.headers, found.body, found.elapsed
        ),
    )


def _valid(field: str, operation: str) -> type[Shop]:
    """A shop that doesn't check one field."""

    def valid(self: Shop, op: Any, item: Row) -> bool:
        if op.code == operation and "sku" in item and (field not in item or not isinstance(item[field], (int, float))):
            good = {"name": "n", "base_code": "b", "category": "07be580a-ad72-4778-b309-1d02d6c2acec", "attributes": {}}
            return Shop.valid(self, op, {**good, **{n: v for n, v in item.items() if n != field}})
        return Shop.valid(self, op, item)

    return spoilt(valid=valid)


def _bodies(takes: Callable[[bytes], bool], status: int = 202) -> type[Shop]:
    """A shop that takes bodies for an empty list, or fails on them."""

    def submitted(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
        if not takes(body):
            return Shop.submitted(self, operation, body)
        return Shop.submitted(self, operation, b"[]") if status == 202 else (status, {})

    return spoilt(submitted=submitted)


def _half(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    """Refuses a batch for one of its items, after it has applied those before it."""
    items = json.loads(body) if body.startswith(b"[") else None
    if items and any(not isinstance(i, dict) or "sku" not in i for i in items):
        for one in items:
            if not isinstance(one, dict) or "sku" not in one:
                raise Refused(400, "bad item")
            self.taken(operation, one)
    return Shop.submitted(self, operation, body)


def _ignoring(name: str) -> type[Shop]:
    return spoilt(shows=lambda self, n, value, row: True if n == name else Shop.shows(self, n, value, row))


def _reading(name: str, other: str, change: Callable[[str], str] = str) -> type[Shop]:
    """A shop that reads one parameter as another, its value changed."""
    return spoilt(
        shows=lambda self, n, value, row: (
            Shop.shows(self, other if n == name else n, change(value), row)
            if n == name
            else Shop.shows(self, n, value, row)
        )
    )


def _either(self: Shop, operation: Any, query: list[tuple[str, str]], row: Row) -> bool:
    told = [self.shows(n, v, row) for n, v in query if n not in ("page", "limit", "approved")]
    return (any(told) or not told) and self.approved(row, dict(query).get("approved", "true") == "true")


def _only(last: bool) -> type[Shop]:
    """A shop where of several filters only the first or the last counts."""

    def fits(self: Shop, operation: Any, query: list[tuple[str, str]], row: Row) -> bool:
        filters = [q for q in query if q[0] not in ("page", "limit", "approved")]
        others = [q for q in query if q not in filters]
        return Shop.fits(self, operation, [*others, *(filters[-1:] if last else filters[:1])], row)

    return spoilt(fits=fits)


def _link(change: Callable[[str], str]) -> type[Shop]:
    return _changed("link", lambda found, *_: change(found))


def _lets_in(key: Callable[[str | None], bool]) -> type[Shop]:
    return spoilt(allowed=lambda self, operation, given: given == KEY or key(given))


def _filtered(**steps: Callable[..., Any]) -> type[Shop]:
    """A shop that makes a mistake only in filtered lists."""

    def listed(self: Shop, operation: Any, request: Any) -> tuple[int, Any]:
        narrowed = any(n not in ("page", "limit", "approved") for n, _ in request.query) and operation.code == "PRD102"
        shop = copy.copy(self)
        shop.__class__ = spoilt(**steps) if narrowed else Shop
        return Shop.listed(shop, operation, request)

    return spoilt(listed=listed)


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
        spoilt(number=lambda s, q, n, d: Shop.number(s, q, n, 2 if n == "page" else d)),
    ),
    (
        "PRD102.page.default-limit",
        "nine",
        spoilt(number=lambda s, q, n, d: Shop.number(s, q, n, 9 if n == "limit" else d)),
    ),
    ("PRD108.page.limit", "one more", spoilt(cut=lambda s, rows, page, n: rows[(page - 1) * n : page * n + 1])),
    (
        "PRD102.page.limit",
        "one short",
        spoilt(cut=lambda s, rows, page, n: Shop.cut(s, rows, page, n)[: max(1, n - 1)]),
    ),
    (
        "PRD102.page.limit",
        "fewer for more",
        spoilt(cut=lambda s, rows, page, n: Shop.cut(s, rows, page, 10 if n > 40 else n)),
    ),
    ("PRD102.page.disjoint", "overlap", spoilt(cut=lambda s, rows, p, n: rows[max(0, (p - 1) * n - (p > 1)) : p * n])),
    (
        "PRD102.page.disjoint",
        "twice on a page",
        spoilt(cut=lambda s, rows, p, n: Shop.cut(s, rows, p, n)[:-1] + Shop.cut(s, rows, p, n)[:1]),
    ),
    ("PRD102.page.complete", "row lost", spoilt(cut=lambda s, rows, p, n: rows[(p - 1) * n + (p > 1) : p * n])),
    (
        "PRD102.page.complete",
        "last empty",
        spoilt(cut=lambda s, rows, p, n: Shop.cut(s, rows, p, n) if p * n < len(rows) or p == 1 else []),
    ),
    (
        "PRD102.page.complete",
        "row hidden by one limit",
        spoilt(
            order=lambda s, rows, n: rows[1:] + rows[:1] if n == 7 else rows,
            cut=lambda s, rows, p, n: [r for r in Shop.cut(s, rows, p, n) if n != 7 or r["sku"] != "SKU-1"],
        ),
    ),
    ("PRD102.page.count", "of the page", spoilt(count=lambda s, rows, n: min(len(rows), n))),
    ("PRD102.page.count", "one less", spoilt(count=lambda s, rows, n: len(rows) - 1)),
    ("PRD108.page.count", "by limit", spoilt(count=lambda s, rows, n: len(rows) + (n == 7))),
    ("PRD102.page.stable", "turning", spoilt(order=_turning)),
    ("PRD102.page.same-order", "by limit", spoilt(order=lambda s, rows, n: rows[::-1] if n == 7 else rows)),
    ("PRD102.page.next", "always", spoilt(has_next=lambda s, p, n, c: True)),
    ("PRD102.page.next", "never", spoilt(has_next=lambda s, p, n, c: False)),
    ("PRD102.page.next", "on a full last page", spoilt(has_next=lambda s, p, n, c: p * n <= c)),
    ("PRD102.page.previous", "always", spoilt(has_previous=lambda s, p, n, c: True)),
    ("PRD108.page.previous", "never", spoilt(has_previous=lambda s, p, n, c: False)),
    ("PRD102.page.next-link", "the page after it", spoilt(link=lambda s, r, p, n: Shop.link(s, r, p + 1, n))),
    ("PRD102.page.next-link", "another limit", spoilt(link=lambda s, r, p, n: Shop.link(s, r, p, n + 1))),
    (
        "PRD108.page.next-link",
        "without the query",
        _link(lambda link: f"{BASE}/api/i2/products/search/?" + link[link.rfind("page=") :]),
    ),
    ("PRD102.page.previous-link", "without the limit", _link(lambda link: link[: link.rfind("&limit")])),
    (
        "PRD102.page.previous-link",
        "the same page",
        spoilt(link=lambda s, r, p, n: Shop.link(s, r, s.number(list(r.query), "page", 1), n)),
    ),
    ("PRD102.page.past-end", "the last again", spoilt(cut=lambda s, rows, p, n: Shop.cut(s, rows, p, n) or rows[-n:])),
    ("PRD102.page.filtered", "counts all", _filtered(count=lambda s, rows, n: len(s.rows))),
    (
        "PRD102.page.filtered",
        "overlaps",
        _filtered(cut=lambda s, rows, p, n: rows[max(0, (p - 1) * n - (p > 1)) : p * n]),
    ),
    (
        "PRD102.page.filtered",
        "drops the filter",
        _filtered(link=lambda s, r, p, n: f"{BASE}{r.path}?page={p}&limit={n}"),
    ),
    ("PRD102.page.filtered", "announces none", _filtered(has_next=lambda s, p, n, c: False)),
    ("PRD102.page.filtered", "announces one before", _filtered(has_previous=lambda s, p, n, c: True)),
    # filters
    ("PRD102.filter.name", "ignored", _ignoring("name")),
    ("PRD102.filter.name", "empty", spoilt(shows=lambda s, n, v, row: n != "name" and Shop.shows(s, n, v, row))),
    (
        "PRD102.filter.name",
        "fails",
        spoilt(shows=lambda s, n, v, row: Shop.shows(s, "no" if n == "name" else n, v, row)),
    ),
    ("PRD102.filter.name", "any case", _reading("name", "name__icontains")),
    ("PRD102.filter.name__icontains", "case counts", _reading("name__icontains", "name__contains")),
    ("PRD102.filter.sku__contains", "another column", _reading("sku__contains", "name__contains")),
    ("PRD102.filter.category", "ignored", _ignoring("category")),
    ("PRD102.filter.category__in", "first only", _reading("category__in", "category__in", lambda v: v.split(",")[0])),
    (
        "PRD102.filter.attribute__KEY",
        "any key",
        spoilt(
            attribute=lambda s, row, key, lookup, v: any(
                s.matches(lookup, str(a), v) for a in row["attributes"].values()
            )
        ),
    ),
    (
        "PRD102.filter.attribute__KEY__istartswith",
        "key's case",
        spoilt(
            attribute=lambda s, row, key, lookup, v: any(
                s.matches(lookup, str(a), v) for k, a in row["attributes"].items() if k.lower() == key.lower()
            )
        ),
    ),
    (
        "PRD102.filter.updated_at",
        "fraction lost",
        spoilt(
            ordered=lambda s, lookup, a, b: Shop.ordered(s, lookup, a.replace(microsecond=0), b.replace(microsecond=0))
        ),
    ),
    ("PRD102.filter.updated_at__gt", "equal too", _reading("updated_at__gt", "updated_at__gte")),
    (
        "PRD102.filter.created_at__lte",
        "a millisecond off",
        spoilt(ordered=lambda s, lookup, a, b: Shop.ordered(s, lookup, a + timedelta(milliseconds=1), b)),
    ),
    (
        "PRD102.filter.created_at__gte",
        "offset lost",
        _reading("created_at__gte", "created_at__gte", lambda v: v[:19] + "Z"),
    ),
    ("PRD102.filter.approved", "ignored", spoilt(approved=lambda s, row, wanted: True)),
    (
        "PRD102.filter.approved",
        "fails",
        spoilt(approved=lambda s, row, wanted: Shop.shows(s, "no" if not wanted else "name__contains", "", row)),
    ),
    (
        "PRD102.default.approved",
        "all",
        spoilt(
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
        spoilt(
            fits=lambda s, o, q, row: Shop.fits(
                s, o, q if "approved" in dict(q) else [*q, ("approved", "true"), ("sku__contains", "K")], row
            )
        ),
    ),
    (
        "PRD102.wire",
        "plus is a space",
        spoilt(matches=lambda s, lookup, v, o: Shop.matches(s, lookup, v, o.replace("+", " "))),
    ),
    (
        "PRD102.wire",
        "escaped",
        spoilt(matches=lambda s, lookup, v, o: Shop.matches(s, lookup, v, o.replace("&", "&amp;"))),
    ),
    # together
    ("PRD102.combine.name__icontains", "either", spoilt(fits=_either)),
    ("PRD102.combine.category", "first only", _only(last=False)),
    ("PRD102.combine.sku__contains", "last only", _only(last=True)),
    (
        "PRD102.combine.approved",
        "approval forgotten",
        spoilt(
            fits=lambda s, o, q, row: (
                Shop.fits(s, o, q, row)
                if all(n in ("page", "limit", "approved") for n, _ in q)
                else all(s.shows(n, v, row) for n, v in q if n not in ("page", "limit", "approved"))
            )
        ),
    ),
    ("PRD102.relation.name", "icontains narrower", _reading("name__icontains", "name")),
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
        spoilt(found=lambda s, row, words: words.casefold() in row["base_code"].casefold()),
    ),
    ("PRD108.search.selective", "everything", spoilt(found=lambda s, row, words: True)),
    (
        "PRD108.search.sound",
        "any word",
        spoilt(found=lambda s, row, words: any(Shop.found(s, row, w) for w in words.split())),
    ),
    ("PRD108.search.sound", "half", spoilt(found=lambda s, row, words: Shop.found(s, row, words[: len(words) // 2]))),
    (
        "PRD108.search.complete",
        "whole value",
        spoilt(found=lambda s, row, words: words in (row["name"], row["sku"], row["base_code"])),
    ),
    ("PRD108.search.complete", "nothing", spoilt(found=lambda s, row, words: False)),
    (
        "PRD108.search.case",
        "told apart",
        spoilt(found=lambda s, row, words: any(words in row[f] for f in ("name", "base_code", "sku"))),
    ),
    # parameters
    (
        "PRD102.param.invalid.page",
        "default",
        spoilt(number=lambda s, q, n, d: int(dict(q).get(n, d)) if dict(q).get(n, "1").lstrip("-").isdigit() else d),
    ),
    (
        "PRD102.param.bounds.limit",
        "default",
        spoilt(number=lambda s, q, n, d: Shop.number(s, [p for p in q if p[1] not in ("0", "-1")], n, d)),
    ),
    (
        "PRD102.param.invalid.category",
        "ignored",
        spoilt(shows=lambda s, n, v, row: v == "not-a-uuid" or Shop.shows(s, n, v, row)),
    ),
    (
        "PRD102.param.invalid.updated_at__gt",
        "crash",
        spoilt(
            shows=lambda s, n, v, row: 1 // (v != "not-a-date") and Shop.shows(s, n, v, row),
            answer=lambda s, r, k: (
                Shop.answer(s, r, k) if "not-a-date" not in dict(r.query).values() else Answer(500, {}, b"", 0)
            ),
        ),
    ),
    (
        "PRD102.param.unknown-key.attribute__KEY",
        "all",
        spoilt(attribute=lambda s, row, key, lookup, v: key.startswith("ZZ") or Shop.attribute(s, row, key, lookup, v)),
    ),
    ("PRD102.param.misspelt", "ignored", spoilt(shows=lambda s, n, v, row: n[-1] in "xy" or Shop.shows(s, n, v, row))),
    (
        "PRD108.param.required.query",
        "optional",
        spoilt(
            chosen=lambda s, o, q, r: Shop.chosen(s, o, q, r) if o.code != "PRD108" or "query" in dict(q) else s.catalog
        ),
    ),
    ("PRD102.param.accepted.Accept-Language", "fewer", spoilt(listed=_language)),
    (
        "PRD102.param.accepted.Accept-Language",
        "crash",
        spoilt(
            answer=lambda s, r, k: (
                Answer(500, {}, b"", 0) if dict(r.headers).get("Accept-Language") == "*" else Shop.answer(s, r, k)
            )
        ),
    ),
    (
        "PRD101.param.accepted.Accept-Language",
        "refused",
        spoilt(
            answer=lambda s, r, k: (
                Answer(406, {}, b"", 0) if dict(r.headers).get("Accept-Language") == "xx" else Shop.answer(s, r, k)
            )
        ),
    ),
    (
        "PRD107.param.invalid.id",
        "found",
        spoilt(looked_up=lambda s, t: Shop.looked_up(s, t) if len(t) == 36 else (200, {})),
    ),
    ("PRD107.batch.unknown-id", "found", spoilt(looked_up=lambda s, t: (200, {}))),
    ("PRD102.response.status", "201", _status(of=200, instead=201)),
    ("PRD101.response.status", "200", _status(of=202, instead=200)),
    # the key
    ("PRD102.auth.missing-key", "let in", _lets_in(lambda key: key is None)),
    ("PRD102.auth.empty-key", "let in", _lets_in(lambda key: key == "")),
    ("PRD103.auth.wrong-key", "let in", _lets_in(lambda key: key == "not-the-key")),
    ("PRD101.auth.truncated-key", "by prefix", _lets_in(lambda key: bool(key) and KEY.startswith(str(key)))),
    ("PRD107.auth.extended-key", "by beginning", _lets_in(lambda key: str(key).startswith(KEY))),
    ("PRD105.auth.swapped-case-key", "in any case", _lets_in(lambda key: str(key).lower() == KEY.lower())),
    ("PRD102.auth.wrong-key", "403", _status(of=401, instead=403)),
    # batches
    ("PRD101.batch.ticket", "missing", _changed("submitted", lambda found, *_: (202, {}))),
    ("PRD101.batch.found", "lost", spoilt(looked_up=lambda s, t: (404, {}))),
    ("PRD101.batch.own-id", "another", _batch(id="00000000-0000-4000-8000-000000000001")),
    ("PRD101.batch.ends", "never", _state(succeeded=lambda s: 0, failed=lambda s: 0)),
    ("PRD101.batch.total", "one more", _state(total=lambda s: s["total"] + 1, succeeded=lambda s: s["succeeded"] + 1)),
    ("PRD103.batch.total", "good only", _state(total=lambda s: s["succeeded"], failed=lambda s: 0)),
    (
        "PRD101.batch.monotone",
        "falls back",
        _by_looks(
            lambda n, s: (
                [{"total": s["total"], "succeeded": s["succeeded"] - n % 2, "failed": 0}, s][n > 3]
                if n != 2
                else {**s, "succeeded": 0, "failed": 0}
            )
        ),
    ),
    ("PRD101.batch.monotone", "too many", _by_looks(lambda n, s: {**s, "failed": s["failed"] + (2 if n == 1 else 0)})),
    (
        "PRD101.batch.final",
        "moves on",
        _by_looks(lambda n, s: s if n == 1 else {**s, "succeeded": s["succeeded"] - 1, "failed": s["failed"] + 1}),
    ),
    (
        "PRD101.batch.all-good",
        "one failed",
        _state(succeeded=lambda s: s["succeeded"] - 1, failed=lambda s: s["failed"] + 1),
    ),
    ("PRD105.batch.mixed", "none failed", _state(succeeded=lambda s: s["total"], failed=lambda s: 0)),
    ("PRD101.batch.isolated", "lost after bad", spoilt(submitted=_new_batch, taken=_lost_after_bad)),
    ("PRD101.batch.times", "backwards", _batch(created_at="2030-01-01T00:00:00Z", updated_at="2029-01-01T00:00:00Z")),
    # rows
    ("PRD101.write.inserts", "twice", _upsert(_double)),
    ("PRD101.write.inserts", "lost", _upsert(lambda s, row, item: None)),
    (
        "PRD101.write.key",
        "lower case",
        _upsert(lambda s, row, item: Shop.upsert(s, row, {**item, "sku": item["sku"].lower()})),
    ),
    ("PRD101.write.field.name", "spaces squeezed", _stored(lambda row: row.update(name=" ".join(row["name"].split())))),
    (
        "PRD101.write.field.name",
        "Latin only",
        _stored(lambda row: row.update(name=row["name"].encode("latin-1", "ignore").decode("latin-1"))),
    ),
    (
        "PRD101.write.field.category",
        "lost",
        _stored(lambda row: row.update(category="00000000-0000-4000-8000-000000000000")),
    ),
    (
        "PRD101.write.field.attributes",
        "integers as texts",
        _stored(lambda row: row.update(attributes={k: str(v) for k, v in row["attributes"].items()})),
    ),
    ("PRD101.write.field.images", "sorted", _stored(lambda row: row.update(images=sorted(row["images"])))),
    ("PRD101.write.field.prices", "rounded", _entry("prices", price="1")),
    ("PRD101.write.field.stocks", "lost", _stored(lambda row: row.update(stocks=[]))),
    ("PRD101.write.updates", "ignored", _upsert(lambda s, row, item: None if row else Shop.upsert(s, row, item))),
    (
        "PRD101.write.filters",
        "old name found",
        spoilt(
            upsert=lambda s, row, item: (
                s.__dict__.setdefault("old", {}).update({item["sku"]: row["name"]} if row else {}),
                Shop.upsert(s, row, item),
            )[1],
            matches=Shop.matches,
            shows=lambda s, n, v, row: (
                s.__dict__.get("old", {}).get(row["sku"]) == v
                if n == "name" and row["sku"] in s.__dict__.get("old", {})
                else Shop.shows(s, n, v, row)
            ),
        ),
    ),
    ("PRD101.write.one-row", "twice", _upsert(_twice)),
    ("PRD101.write.exact-key", "neighbours too", _upsert(_neighbours_too)),
    ("PRD101.write.created-stays", "moves", _upsert(_same_created)),
    ("PRD101.write.updated-moves", "stays", _stored(lambda row: row.update(updated_at=row["created_at"]))),
    ("PRD101.write.others-stay", "prices lost", _upsert(_lists_lost)),
    ("PRD101.write.absent", "cleared", _upsert(_clears)),
    ("PRD101.write.last-wins", "first wins", spoilt(submitted=_first_wins)),
    ("PRD101.write.edges", "trimmed", _stored(lambda row: row.update(name=row["name"].strip()))),
    # parts
    ("PRD105.write.inserts.prices", "lost", _put(_loses)),
    ("PRD104.write.inserts.stocks", "twice", _put(lambda s, row, part, key, e: row.update({part: [*row[part], e, e]}))),
    ("PRD105.write.updates.prices", "ignored", _put(_keeps)),
    ("PRD106.write.one-row.stocks", "added", _put(_adds)),
    ("PRD105.write.other-entries.prices", "replaced", _put(_replaces)),
    (
        "PRD105.write.other-entries.prices",
        "overwritten",
        _put(
            lambda s, row, part, key, e: row.update(
                {part: [{**e, key: old[key]} for old in row[part] if old[key] != e[key]] + [e]}
            )
        ),
    ),
    ("PRD105.write.field.price", "rounded", _entry("prices", price="89")),
    ("PRD106.write.field.unit_type", "another", _entry("stocks", unit_type="box")),
    ("PRD105.write.others-stay", "name lost", _parts("price_list", lambda s, row, item: row.update(name=""))),
    ("PRD105.write.others-stay", "stocks lost", _parts("price_list", lambda s, row, item: row.update(stocks=[]))),
    (
        "PRD106.write.others-stay",
        "neighbour",
        _parts(
            "stock_list",
            lambda s, row, item: (
                [r.update(name="x") for r in s.rows if r is not row and r["sku"].startswith("PRDCT")] and None
            ),
        ),
    ),
    (
        "PRD105.write.unknown-row",
        "succeeds",
        spoilt(taken=lambda s, o, item: Shop.taken(s, o, item) or (o.code == "PRD105" and "nosuch" in str(item))),
    ),
    ("PRD105.write.unknown-row", "made", spoilt(taken=_invents)),
    (
        "PRD105.write.unknown-row",
        "refused",
        spoilt(submitted=lambda s, o, body: (400, {}) if b"nosuch" in body else Shop.submitted(s, o, body)),
    ),
    ("PRD101.write.history", "twice", _upsert(_double)),
    ("PRD102.explore", "long texts cut", spoilt(matches=lambda s, lookup, v, o: Shop.matches(s, lookup, v, o[:2]))),
    # deletes
    ("PRD103.write.deletes", "ignored", spoilt(delete=lambda s, sku: s.row(sku) is not None)),
    (
        "PRD103.write.deletes",
        "still filtered",
        spoilt(
            delete=lambda s, sku: bool(s.row(sku)) and s.row(sku).update(gone=True) is None,
            fits=lambda s, o, q, row: ("gone" not in row or "name" in dict(q)) and Shop.fits(s, o, q, row),
            upsert=lambda s, row, item: ((row or {}).pop("gone", 0), Shop.upsert(s, row, item))[1],
        ),
    ),
    ("PRD103.write.exact-key", "by prefix", _deleting(lambda sku, row: row["sku"].startswith(sku))),
    ("PRD103.write.exact-key", "any case", _deleting(lambda sku, row: row["sku"].lower() == sku.lower())),
    ("PRD103.write.exact-key", "by base code", spoilt(delete=_delete_alike)),
    ("PRD103.write.unknown-row", "succeeds", _changed("delete", lambda found, *_: True)),
    (
        "PRD103.write.recreate",
        "stays gone",
        spoilt(
            delete=lambda s, sku: s.__dict__.setdefault("gone", set()).add(sku) is None and Shop.delete(s, sku),
            upsert=lambda s, row, item: (
                None if item["sku"] in s.__dict__.get("gone", ()) else Shop.upsert(s, row, item)
            ),
        ),
    ),
    # bodies
    ("PRD101.body.required.name", "optional", _valid("name", "PRD101")),
    (
        "PRD101.body.required.sku",
        "made up",
        spoilt(taken=lambda s, o, item: "sku" not in item or Shop.taken(s, o, item)),
    ),
    (
        "PRD105.body.type.price",
        "unchecked",
        spoilt(typed=lambda s, schema, v: v == "not-one" or Shop.typed(s, schema, v)),
    ),
    (
        "PRD101.body.type.sku",
        "unchecked",
        spoilt(taken=lambda s, o, item: isinstance(item["sku"], list) or Shop.taken(s, o, item)),
    ),
    (
        "PRD101.body.type.name",
        "half taken",
        spoilt(
            taken=lambda s, o, item: (
                not (isinstance(item.get("name"), dict) and Shop.upsert(s, None, {**item, "name": "x"}) is None)
                and Shop.taken(s, o, item)
            )
        ),
    ),
    ("PRD103.body.not-array", "taken", _bodies(lambda body: body == b'"text"')),
    ("PRD103.body.not-array", "null fails", _bodies(lambda body: body == b"null", 500)),
    ("PRD101.body.object", "taken", _bodies(lambda body: body.startswith(b"{"))),
    ("PRD101.body.malformed", "taken", _bodies(lambda body: body == b'[{"x": ')),
    ("PRD101.body.empty", "fails", _bodies(lambda body: body == b"[]", 500)),
    ("PRD101.body.large", "fails", _bodies(lambda body: len(body) > 900_000, 500)),
    ("PRD103.body.large", "fails on many", _bodies(lambda body: body.count(b"{") > 5_000, 503)),
    ("PRD101.body.whole", "half applied", spoilt(submitted=_half)),
    ("PRD103.body.whole", "half applied", spoilt(submitted=_half)),
    ("PRD105.body.whole", "half applied", spoilt(submitted=_half)),
]
