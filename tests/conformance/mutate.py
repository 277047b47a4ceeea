"""How a shop is mutated: some of its steps replaced, or their results changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conformance.fake import Row, Shop

Mistake = tuple[str, str, type[Shop]]
"""The clause that it breaks, its name, and the shop that makes it."""


def mutated(**steps: Callable[..., Any]) -> type[Shop]:
    """A shop with some of its steps replaced."""
    return type("Spoilt", (Shop,), steps)


def changed(name: str, change: Callable[..., Any]) -> type[Shop]:
    """A shop whose step's result is changed: `change(result, shop, *arguments)`."""
    honest = getattr(Shop, name)
    return mutated(**{name: lambda self, *a: change(honest(self, *a), self, *a)})


def putting(change: Callable[[Shop, Row, str, str, Row], None]) -> type[Shop]:
    """A shop that writes the entry of a part in another way."""
    return mutated(put=change)


def with_entry(part: str, **other: Any) -> type[Shop]:
    """A shop that writes other values into the entries of a part."""

    def put(self: Shop, row: Row, name: str, key: str, entry: Row) -> None:
        Shop.put(self, row, name, key, {**entry, **other} if name == part else entry)

    return putting(put)


def writing_parts(part: str, change: Callable[[Shop, Row, Row], object]) -> type[Shop]:
    """A shop that does more than to write a row's parts."""

    def write_parts(self: Shop, operation: Any, row: Row, item: Row) -> bool:
        if part in item:
            change(self, row, item)
        return Shop.write_parts(self, operation, row, item)

    return mutated(write_parts=write_parts)


def names_none(self: Shop, item: Any) -> bool:
    """Does an item name a row that there isn't?"""
    return isinstance(item, dict) and isinstance(item.get("sku"), str) and self.row(item["sku"]) is None
