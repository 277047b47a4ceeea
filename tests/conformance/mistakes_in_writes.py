"""Mistakes of servers in what they write, by the clause that each breaks."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from tests.conformance.fake import Row, Shop, moment
from tests.conformance.mutate import Mistake, changed, mutated


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


def _put(change: Callable[[Shop, Row, str, str, Row], None]) -> type[Shop]:
    return mutated(put=change)


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


def _first_in_its_place(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    if any(e[key] == entry[key] for e in row[part]):
        entry = {**entry, key: min(e[key] for e in row[part])}
    Shop.put(self, row, part, key, entry)


def _last_in_its_place(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    if any(e[key] == entry[key] for e in row[part]):
        entry = {**entry, key: max(e[key] for e in row[part])}
    Shop.put(self, row, part, key, entry)


def _name_too(self: Shop, row: Row, item: Row) -> None:
    for other in self.rows:
        if other["sku"].startswith(row["sku"]):
            other.update(name=row["name"])


def _last_of_a_field(self: Shop, operation: Any, query: list[tuple[str, str]], row: Row) -> bool:
    kept = {name.rpartition("__")[0] or name: (name, value) for name, value in query}
    return Shop.fits(self, operation, list(kept.values()), row)


def _loses(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    pass


def _parts(part: str, change: Callable[[Shop, Row, Row], object]) -> type[Shop]:
    """A shop that does more than to write a row's parts."""

    def write_parts(self: Shop, operation: Any, row: Row, item: Row) -> bool:
        if part in item:
            change(self, row, item)
        return Shop.write_parts(self, operation, row, item)

    return mutated(write_parts=write_parts)


def _stamped(stamp: Callable[[Row, Row], None]) -> type[Shop]:
    """A shop that stamps a row in a way of its own when its parts are written: (row, the row before)."""

    def write_parts(self: Shop, operation: Any, row: Row, item: Row) -> bool:
        before = dict(row)
        done = Shop.write_parts(self, operation, row, item)
        stamp(row, before)
        return done

    return mutated(write_parts=write_parts)


def _deleting(which: Callable[[str, Row], bool], rows: Callable[[Shop, str], Row | None] = Shop.row) -> type[Shop]:
    """A shop that deletes the rows for which `which(sku, row)` is true."""

    def delete(self: Shop, sku: str) -> bool:
        before = len(self.rows)
        self.rows = [row for row in self.rows if not which(sku, row)]
        return len(self.rows) < before

    return mutated(delete=delete)


def _delete_alike(self: Shop, sku: str) -> bool:
    found = self.row(sku)
    self.rows = [row for row in self.rows if found is None or row["base_code"] != found["base_code"]]
    return found is not None


def _invents(self: Shop, operation: Any, item: Any) -> bool:
    if operation.code == "PRD105" and isinstance(item, dict) and self.row(item.get("sku", "")) is None:
        Shop.upsert(self, None, {"sku": item["sku"]})
        return False
    return Shop.taken(self, operation, item)


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


def _remembered_counts() -> type[Shop]:
    """A shop that counts once for each query."""

    def listed(self: Shop, operation: Any, request: Any) -> tuple[int, Any]:
        status, page = Shop.listed(self, operation, request)
        counts = self.__dict__.setdefault("counts", {})
        return status, {**page, "count": counts.setdefault(request.query, page["count"])}

    return mutated(listed=listed)


def _same_price_skipped() -> type[Shop]:
    """A shop that finds nothing to do where the price is what it was."""

    def write_parts(self: Shop, operation: Any, row: Row, item: Row) -> bool:
        prices = [e["price"] for e in row["prices"] if e["price_list"] == item.get("price_list")]
        return prices == [item.get("price")] or Shop.write_parts(self, operation, row, item)

    return mutated(write_parts=write_parts)


def _comes_back(field: str) -> type[Shop]:
    """A shop in which a row that is made again has a field of the deleted one."""

    def delete(self: Shop, sku: str) -> bool:
        row = self.row(sku)
        if row:
            self.__dict__.setdefault("kept", {})[sku] = row[field]
        return Shop.delete(self, sku)

    def upsert(self: Shop, row: Row | None, item: Row) -> None:
        Shop.upsert(self, row, item)
        made = self.row(item["sku"])
        if row is None and made:
            made[field] = self.__dict__.get("kept", {}).get(item["sku"], made[field])

    return mutated(delete=delete, upsert=upsert)


PAGING = {"page", "limit"}


def _twice_of_many(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    """One row of very many is there twice."""
    there = {row["sku"] for row in self.rows}
    found = Shop.submitted(self, operation, body)
    new = [row for row in self.rows if row["sku"] not in there]
    if len(new) > 20:
        self.rows.append(dict(new[7]))
    return found


def _names_none(self: Shop, item: Any) -> bool:
    """Does an item name a row that there isn't?"""
    return isinstance(item, dict) and isinstance(item.get("sku"), str) and self.row(item["sku"]) is None


def _not_twice_the_same(self: Shop, row: Row | None, item: Row) -> None:
    written = self.__dict__.setdefault("written", set())
    text = json.dumps(item, sort_keys=True)
    if row is None or text not in written:
        Shop.upsert(self, row, item)
    written.add(text)


def _first_delete_only(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    items = json.loads(body) if body.startswith(b"[{") else []
    if operation.method != "DELETE" or len(items) < 3:
        return Shop.submitted(self, operation, body)
    status, data = Shop.submitted(self, operation, json.dumps(items[:1]).encode())
    self.batches[data["batch_request_id"]]["state"] = {"total": len(items), "succeeded": len(items), "failed": 0}
    return status, data


def _counted_still(self: Shop, sku: str) -> bool:
    gone = Shop.delete(self, sku)
    self.__dict__["gone"] = self.__dict__.get("gone", 0) + gone
    return gone


def _count_of_gone(self: Shop, rows: list[Row], limit: int) -> int:
    return len(rows) + int(self.__dict__.get("gone", 0))


def _deleting_like(fold: Callable[[str], str]) -> type[Shop]:
    """A shop that deletes the rows whose key is nearly the one that no row has."""

    def delete(self: Shop, sku: str) -> bool:
        if self.row(sku):
            return Shop.delete(self, sku)
        self.rows = [row for row in self.rows if fold(row["sku"]) != fold(sku)]
        return False

    return mutated(delete=delete)


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


def _two_at_most(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    Shop.put(self, row, part, key, entry)
    row[part] = row[part][-2:]


def _separated(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    price = {"price": f"{Decimal(entry['price']):,}"} if "price" in entry else {}
    Shop.put(self, row, part, key, {**entry, **price})


def _as_powers(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    stock = {"stock": str(Decimal(entry["stock"]).normalize())} if "stock" in entry else {}
    Shop.put(self, row, part, key, {**entry, **stock})


def _row_in_any_case(self: Shop, sku: str) -> Row | None:
    exact = Shop.row(self, sku)
    return exact or next((row for row in self.rows if row["sku"].lower() == sku.lower()), None)


MISTAKES: list[Mistake] = [
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
    # parts
    ("PRD105.write.inserts.prices", "lost", _put(_loses)),
    ("PRD104.write.inserts.stocks", "twice", _put(lambda s, row, part, key, e: row.update({part: [*row[part], e, e]}))),
    ("PRD105.write.updates.prices", "ignored", _put(_keeps)),
    ("PRD105.write.updates.prices", "first in its place", _put(_first_in_its_place)),
    ("PRD106.write.other-entries.stocks", "last in its place", _put(_last_in_its_place)),
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
    ("PRD105.write.updated-moves", "stays", _stamped(lambda row, old: row.update(updated_at=old["updated_at"]))),
    ("PRD106.write.created-stays", "moves", _stamped(lambda row, old: row.update(created_at=row["updated_at"]))),
    ("PRD105.write.others-stay", "name lost", _parts("price_list", lambda s, row, item: row.update(name=""))),
    ("PRD105.write.others-stay", "stocks lost", _parts("price_list", lambda s, row, item: row.update(stocks=[]))),
    ("PRD105.write.others-stay", "name of the next", _parts("price_list", _name_too)),
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
        mutated(taken=lambda s, o, item: Shop.taken(s, o, item) or (o.code == "PRD105" and _names_none(s, item))),
    ),
    ("PRD105.write.unknown-row", "made", mutated(taken=_invents)),
    (
        "PRD103.write.unknown-row",
        "refused",
        mutated(
            submitted=lambda s, o, body: (
                (400, {})
                if o.method == "DELETE" and any(_names_none(s, one) for one in json.loads(body))
                else Shop.submitted(s, o, body)
            )
        ),
    ),
    ("PRD101.write.history", "twice", _upsert(_double)),
    ("PRD101.write.history", "back to what it was", _upsert(_not_twice_the_same)),
    ("PRD101.write.history", "deletes count and nothing goes", mutated(delete=lambda s, sku: s.row(sku) is not None)),
    (
        "PRD101.write.history",
        "stocks overwrite prices",
        _parts("stock_list", lambda s, row, item: row.update(prices=[])),
    ),
    ("PRD102.explore", "long texts cut", mutated(matches=lambda s, lookup, v, o: Shop.matches(s, lookup, v, o[:2]))),
    ("PRD102.explore", "last of a field", mutated(fits=_last_of_a_field)),
    ("PRD103.write.recreate", "prices come back", _comes_back("prices")),
    ("PRD103.write.recreate", "as old as the deleted one", _comes_back("created_at")),
    ("PRD101.write.inserts", "twice of very many", mutated(submitted=_twice_of_many)),
    (
        "PRD103.write.deletes",
        "shown where nothing is asked for",
        mutated(
            delete=lambda s, sku: bool(s.row(sku)) and s.row(sku).update(gone=True) is None,
            fits=lambda s, o, q, row: ("gone" not in row or not dict(q).keys() - PAGING) and Shop.fits(s, o, q, row),
            upsert=lambda s, row, item: ((row or {}).pop("gone", 0), Shop.upsert(s, row, item))[1],
        ),
    ),
    ("PRD103.write.deletes", "the first of many only", mutated(submitted=_first_delete_only)),
    ("PRD103.write.deletes", "counted still", mutated(delete=_counted_still, count=_count_of_gone)),
    ("PRD103.write.exact-key", "what is unknown by its case", _deleting_like(str.lower)),
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
    ("PRD105.write.inserts.prices", "two at most", _put(_two_at_most)),
    ("PRD105.write.field.price", "separated thousands", _put(_separated)),
    ("PRD106.write.field.stock", "as powers", _put(_as_powers)),
    ("PRD106.write.others-stay", "what is unknown by its case", mutated(row=_row_in_any_case)),
    # deletes
    ("PRD103.write.deletes", "ignored", mutated(delete=lambda s, sku: s.row(sku) is not None)),
    (
        "PRD103.write.deletes",
        "still filtered",
        mutated(
            delete=lambda s, sku: bool(s.row(sku)) and s.row(sku).update(gone=True) is None,
            fits=lambda s, o, q, row: ("gone" not in row or "name" in dict(q)) and Shop.fits(s, o, q, row),
            upsert=lambda s, row, item: ((row or {}).pop("gone", 0), Shop.upsert(s, row, item))[1],
        ),
    ),
    ("PRD103.write.exact-key", "by prefix", _deleting(lambda sku, row: row["sku"].startswith(sku))),
    ("PRD103.write.exact-key", "any case", _deleting(lambda sku, row: row["sku"].lower() == sku.lower())),
    ("PRD103.write.exact-key", "by base code", mutated(delete=_delete_alike)),
    ("PRD103.write.unknown-row", "succeeds", changed("delete", lambda found, *_: True)),
    (
        "PRD103.write.recreate",
        "stays gone",
        mutated(
            delete=lambda s, sku: s.__dict__.setdefault("gone", set()).add(sku) is None and Shop.delete(s, sku),
            upsert=lambda s, row, item: (
                None if item["sku"] in s.__dict__.get("gone", ()) else Shop.upsert(s, row, item)
            ),
        ),
    ),
    # bodies
    (
        "PRD101.auth.before-body",
        "validated first",
        mutated(allowed=lambda s, o, key: True, submitted=lambda s, o, body: (400, {})),
    ),
    ("PRD104.write.field.stock", "skipped where the price is the same", _same_price_skipped()),
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
    ("PRD103.write.deletes", "count remembered", _remembered_counts()),
]
