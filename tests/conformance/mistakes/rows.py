"""Mistakes in upserts of whole rows."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from tests.conformance.fake import Row, Shop, moment
from tests.conformance.mutate import Mistake, mutated, with_entry, writing_parts


def _upsert(change: Callable[[Shop, Row | None, Row], None]) -> type[Shop]:
    return mutated(upsert=change)


def _stored(change: Callable[[Row], None]) -> type[Shop]:
    """A shop that keeps rows otherwise than they were sent."""

    def upsert(self: Shop, row: Row | None, item: Row) -> None:
        Shop.upsert(self, row, item)
        kept = self.row(item["sku"])
        if kept:
            change(kept)

    return mutated(upsert=upsert)


def _twice(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, None, item)


def _clears(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, {"attributes": {}, "images": [], "videos": [], "product": None, **item})


def _merges(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, {**item, "attributes": {**row["attributes"], **item["attributes"]}} if row else item)


def _lists_lost(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    if row and "prices" not in item:
        row["prices"] = []


def _first_wins(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    items = json.loads(body) if body.startswith(b"[") else None
    keys = [item.get("sku") for item in items if isinstance(item, dict)] if items else []
    if items and len(set(map(str, keys))) < len(keys):
        body = json.dumps(items[::-1]).encode()
    return Shop.submitted(self, operation, body)


def _bits_of_each(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    """Of two items with one key the name is the first one's, and all else the last one's."""
    items = [item for item in self.items(body) if isinstance(item, dict)]
    names = {str(item.get("sku")): item["name"] for item in reversed(items) if "name" in item}
    mixed = [{**item, "name": names[str(item.get("sku"))]} if "name" in item else item for item in items]
    return Shop.submitted(self, operation, json.dumps(mixed).encode() if len(mixed) > 1 else body)


def _same_created(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    kept = self.row(item["sku"])
    if kept:
        kept.update(created_at=moment(self.clock))


def _neighbours_too(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    for other in self.rows if row else ():
        if other["sku"].startswith(item["sku"]) and other is not row:
            Shop.upsert(self, other, {**item, "sku": other["sku"]})


def _double(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    if row is None:
        Shop.upsert(self, None, item)


def _by_first_time() -> type[Shop]:
    """A shop whose filter by the time of change knows that of making only."""

    def upsert(self: Shop, row: Row | None, item: Row) -> None:
        Shop.upsert(self, row, item)
        written = self.row(item["sku"]) or {}
        self.__dict__.setdefault("first", {}).setdefault(item["sku"], written["updated_at"])

    def shows(self: Shop, name: str, value: str, row: Row) -> bool:
        first = self.__dict__.get("first", {}).get(row["sku"], row["updated_at"])
        return Shop.shows(self, name, value, {**row, "updated_at": first} if name.startswith("updated_at") else row)

    return mutated(upsert=upsert, shows=shows)


def _old_category_among_many() -> type[Shop]:
    """A large shop whose filter by category knows the first one, too: what it finds fills more than a page."""

    def upsert(self: Shop, row: Row | None, item: Row) -> None:
        Shop.upsert(self, row, item)
        self.__dict__.setdefault("category", {}).setdefault(item["sku"], item["category"])

    def shows(self: Shop, name: str, value: str, row: Row) -> bool:
        first = self.__dict__.get("category", {}).get(row["sku"], row["category"])
        found = Shop.shows(self, name, value, row)
        return found or (name == "category__in" and Shop.shows(self, name, value, {**row, "category": first}))

    return mutated(__init__=lambda self: Shop.__init__(self, 240), upsert=upsert, shows=shows)


def _twice_of_many(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    """One row of very many is there twice."""
    there = {row["sku"] for row in self.rows}
    found = Shop.submitted(self, operation, body)
    new = [row for row in self.rows if row["sku"] not in there]
    if len(new) > 20:
        self.rows.append(dict(new[7]))
    return found


def _not_twice_the_same(self: Shop, row: Row | None, item: Row) -> None:
    written = self.__dict__.setdefault("written", set())
    text = json.dumps(item, sort_keys=True)
    if row is None or text not in written:
        Shop.upsert(self, row, item)
    written.add(text)


def _a_hundred(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    items = json.loads(body) if body.startswith(b"[{") else []
    if operation.code != "PRD101" or len(items) <= 100:
        return Shop.submitted(self, operation, body)
    status, data = Shop.submitted(self, operation, json.dumps(items[:100]).encode())
    self.batches[data["batch_request_id"]]["state"] = {"total": len(items), "succeeded": len(items), "failed": 0}
    return status, data


def _rounded(row: Row) -> None:
    row["attributes"] = {n: round(v, 2) if isinstance(v, float) else v for n, v in row["attributes"].items()}


def _booleans_as_numbers(row: Row) -> None:
    row["attributes"] = {n: int(v) if isinstance(v, bool) else v for n, v in row["attributes"].items()}


def _words_as_booleans(row: Row) -> None:
    row["attributes"] = {k: {"true": True, "no": False}.get(v, v) for k, v in row["attributes"].items()}


def _no_list_no_change(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, {n: v for n, v in item.items() if v != []} if row else item)


def _attributes_to_the_group(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    for other in self.rows if row else ():
        if other["base_code"] == item.get("base_code"):
            other["attributes"] = item["attributes"]


def _later(row: Row, hours: int) -> str:
    return moment(datetime.fromisoformat(row["updated_at"]) + timedelta(hours=hours))


def _in_whole_seconds(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    kept = self.row(item["sku"])
    if kept:
        kept["updated_at"] = f"{kept['updated_at'][:19]}.000Z"


def _both_of_a_batch(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    items = json.loads(body) if body.startswith(b"[{") else []
    if operation.code == "PRD101" and len(items) == 2 and items[0].get("sku") == items[1].get("sku"):
        Shop.upsert(self, None, items[0])
        Shop.upsert(self, None, items[1])
    return Shop.submitted(self, operation, body)


MISTAKES: list[Mistake] = [
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
    ("PRD101.write.field.prices", "rounded", with_entry("prices", price="1")),
    ("PRD101.write.field.stocks", "lost", _stored(lambda row: row.update(stocks=[]))),
    ("PRD101.write.updates", "ignored", _upsert(lambda s, row, item: None if row else Shop.upsert(s, row, item))),
    ("PRD101.write.filters", "old category found among many", _old_category_among_many()),
    (
        "PRD101.write.filters",
        "old name found",
        mutated(
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
    ("PRD101.write.replaces", "merged", _upsert(_merges)),
    ("PRD101.write.last-wins", "first wins", mutated(submitted=_first_wins)),
    ("PRD101.write.updates", "of the same twice a bit of each", mutated(submitted=_bits_of_each)),
    ("PRD101.write.edges", "trimmed", _stored(lambda row: row.update(name=row["name"].strip()))),
    ("PRD101.write.edges", "the code trimmed", _stored(lambda row: row.update(base_code=row["base_code"].strip()))),
    ("PRD101.write.history", "twice", _upsert(_double)),
    ("PRD101.write.history", "back to what it was", _upsert(_not_twice_the_same)),
    ("PRD101.write.history", "deletes count and nothing goes", mutated(delete=lambda s, sku: s.row(sku) is not None)),
    (
        "PRD101.write.history",
        "stocks overwrite prices",
        writing_parts("stock_list", lambda s, row, item: row.update(prices=[])),
    ),
    ("PRD101.write.inserts", "twice of very many", mutated(submitted=_twice_of_many)),
    ("PRD101.write.inserts", "a hundred at most", mutated(submitted=_a_hundred)),
    ("PRD101.write.key", "cut at 40 characters", _stored(lambda row: row.update(sku=row["sku"][:40]))),
    ("PRD101.write.field.name", "entities read", _stored(lambda row: row.update(name=html.unescape(row["name"])))),
    ("PRD101.write.field.name", "cut at 100", _stored(lambda row: row.update(name=row["name"][:100]))),
    ("PRD101.write.field.name", "in one line", _stored(lambda row: row.update(name=row["name"].replace("\n", " ")))),
    ("PRD101.write.field.name", "composed", _stored(lambda row: row.update(name=normalize("NFC", row["name"])))),
    ("PRD101.write.field.attributes", "rounded", _stored(_rounded)),
    ("PRD101.write.field.attributes", "booleans as numbers", _stored(_booleans_as_numbers)),
    ("PRD101.write.field.attributes", "words as booleans", _stored(_words_as_booleans)),
    ("PRD101.write.field.images", "five at most", _stored(lambda row: row.update(images=row["images"][:5]))),
    ("PRD101.write.field.images", "none is no change", _upsert(_no_list_no_change)),
    ("PRD101.write.exact-key", "attributes to the group", _upsert(_attributes_to_the_group)),
    ("PRD101.write.updated-moves", "in another zone", _stored(lambda row: row.update(updated_at=_later(row, 3)))),
    ("PRD101.write.updated-moves", "in whole seconds", _upsert(_in_whole_seconds)),
    ("PRD101.write.one-row", "two of a batch", mutated(submitted=_both_of_a_batch)),
    ("PRD101.write.filters", "by the time of the first write", _by_first_time()),
    (
        "PRD101.write.filters",
        "new rows not by when they were made",
        mutated(
            shows=lambda s, n, v, row: (
                (n != "created_at__gte" or not row["sku"].lower().startswith("prdct")) and Shop.shows(s, n, v, row)
            )
        ),
    ),
]
