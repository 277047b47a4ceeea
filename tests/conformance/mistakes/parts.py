"""Mistakes in the parts of rows, such as their prices and stocks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.conformance.fake import Row, Shop
from tests.conformance.mutate import Mistake, mutated, names_none, putting, with_entry, writing_parts


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


def _loses(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
    pass


def _stamped(stamp: Callable[[Row, Row], None]) -> type[Shop]:
    """A shop that stamps a row in a way of its own when its parts are written: (row, the row before)."""

    def write_parts(self: Shop, operation: Any, row: Row, item: Row) -> bool:
        before = dict(row)
        done = Shop.write_parts(self, operation, row, item)
        stamp(row, before)
        return done

    return mutated(write_parts=write_parts)


def _invents(self: Shop, operation: Any, item: Any) -> bool:
    if operation.code == "PRD105" and isinstance(item, dict) and self.row(item.get("sku", "")) is None:
        Shop.upsert(self, None, {"sku": item["sku"]})
        return False
    return Shop.taken(self, operation, item)


def _same_price_skipped() -> type[Shop]:
    """A shop that finds nothing to do where the price is what it was."""

    def write_parts(self: Shop, operation: Any, row: Row, item: Row) -> bool:
        prices = [e["price"] for e in row["prices"] if e["price_list"] == item.get("price_list")]
        return prices == [item.get("price")] or Shop.write_parts(self, operation, row, item)

    return mutated(write_parts=write_parts)


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
    ("PRD105.write.inserts.prices", "lost", putting(_loses)),
    (
        "PRD104.write.inserts.stocks",
        "twice",
        putting(lambda s, row, part, key, e: row.update({part: [*row[part], e, e]})),
    ),
    ("PRD105.write.updates.prices", "ignored", putting(_keeps)),
    ("PRD105.write.updates.prices", "first in its place", putting(_first_in_its_place)),
    ("PRD106.write.other-entries.stocks", "last in its place", putting(_last_in_its_place)),
    ("PRD106.write.one-row.stocks", "added", putting(_adds)),
    ("PRD105.write.other-entries.prices", "replaced", putting(_replaces)),
    (
        "PRD105.write.other-entries.prices",
        "overwritten",
        putting(
            lambda s, row, part, key, e: row.update(
                {part: [{**e, key: old[key]} for old in row[part] if old[key] != e[key]] + [e]}
            )
        ),
    ),
    ("PRD105.write.field.price", "rounded", with_entry("prices", price="89")),
    ("PRD106.write.field.unit_type", "another", with_entry("stocks", unit_type="box")),
    ("PRD105.write.updated-moves", "stays", _stamped(lambda row, old: row.update(updated_at=old["updated_at"]))),
    ("PRD106.write.created-stays", "moves", _stamped(lambda row, old: row.update(created_at=row["updated_at"]))),
    ("PRD105.write.others-stay", "name lost", writing_parts("price_list", lambda s, row, item: row.update(name=""))),
    (
        "PRD105.write.others-stay",
        "stocks lost",
        writing_parts("price_list", lambda s, row, item: row.update(stocks=[])),
    ),
    ("PRD105.write.others-stay", "name of the next", writing_parts("price_list", _name_too)),
    (
        "PRD106.write.others-stay",
        "neighbour",
        writing_parts(
            "stock_list",
            lambda s, row, item: (
                [r.update(name="x") for r in s.rows if r is not row and r["sku"].startswith("PRDCT")] and None
            ),
        ),
    ),
    (
        "PRD105.write.unknown-row",
        "succeeds",
        mutated(taken=lambda s, o, item: Shop.taken(s, o, item) or (o.code == "PRD105" and names_none(s, item))),
    ),
    ("PRD105.write.unknown-row", "made", mutated(taken=_invents)),
    ("PRD105.write.inserts.prices", "two at most", putting(_two_at_most)),
    ("PRD105.write.field.price", "separated thousands", putting(_separated)),
    ("PRD106.write.field.stock", "as powers", putting(_as_powers)),
    ("PRD106.write.others-stay", "what is unknown by its case", mutated(row=_row_in_any_case)),
    ("PRD104.write.field.stock", "skipped where the price is the same", _same_price_skipped()),
]
