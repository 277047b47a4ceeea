"""Mistakes in filters, alone and together, and in searches."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.conformance.fake import Row, Shop
from tests.conformance.mutate import Mistake, mutated


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


def _last_of_a_field(self: Shop, operation: Any, query: list[tuple[str, str]], row: Row) -> bool:
    kept = {name.rpartition("__")[0] or name: (name, value) for name, value in query}
    return Shop.fits(self, operation, list(kept.values()), row)


MISTAKES: list[Mistake] = [
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
    ("PRD102.explore", "long texts cut", mutated(matches=lambda s, lookup, v, o: Shop.matches(s, lookup, v, o[:2]))),
    ("PRD102.explore", "last of a field", mutated(fits=_last_of_a_field)),
]
