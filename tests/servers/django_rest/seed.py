"""The rows that are there from the start."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from .models import MODELS, AttributeValue, CatalogProduct, Price, Product, Stock, kept, values_of

KINDS = ("Kettle", "Teapot", "Çaydanlık", "Mug", "Sieve, fine", "Tray (oak)", "Spoon & Fork", "Karaffe 100%")
TONES = ("white", "White", "BLACK", "moss green", "Grün", "rosé", "o'clock blue")
SIZES: tuple[Any, ...] = ("S", "m", "1/2 l", 36, "XL", 2.5, "36")


def named(text: str) -> uuid.UUID:
    """A uuid that is the same in every run."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, text)


def row(number: int, prefix: str) -> dict[str, Any]:
    """The columns of the row with this number."""
    attributes: dict[str, Any] = {"COLOR": TONES[number % 7], "SIZE": SIZES[number // 3 % 7]}
    if number % 2 == 0:
        attributes["ESTIMATED_SHIPPING_DURATION"] = number % 6
    if number % 4 == 1:
        attributes["Material"] = "Stoneware" if number % 8 == 1 else "stone ware"
    if number % 5 == 0:
        attributes["dishwasher"] = number % 10 == 0
    if number % 9 == 4:
        attributes["VOLUME_ML"] = 250 * (number % 7)
    created = datetime(2025, 1, 6, 21, 40, 3, 250_500, tzinfo=UTC) + timedelta(
        hours=5 * (number // 3), microseconds=1_117 * (number // 3)
    )
    return {
        "id": named(f"{prefix} {number}"),
        "name": f"{KINDS[number % 8]} {TONES[(number + number // 8) % 7]} {number // 40 + 1}",
        "base_code": f"{prefix}-{number // 3:03}",
        "sku": f"{prefix}-{number // 3:03}-{'aBc'[number % 3]}{number % 3}",
        "category": named(f"category {number % 8}"),
        "attributes": attributes,
        "images": [f"https://images.example/{prefix}/{number}.jpg", "https://images.example/all.jpg"][: 1 + number % 2],
        "videos": [],
        "created_at": created,
        "updated_at": created + timedelta(seconds=977 * (number % 5), microseconds=333 * (number % 2)),
        "number": number,
    }


def fill(count: int) -> None:
    """Make the tables and their rows."""
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    catalog = [CatalogProduct(**row(number * 2, "CAT")) for number in range(48)]
    products = [Product(**row(number, "TEA"), approved=number % 9 != 5) for number in range(count)]
    for rows in (catalog, products):
        _save(rows)
    lists = [named("list one"), named("list two")]
    Price.objects.bulk_create(
        Price(
            product=product,
            price_list=each,
            currency_type="EUR",
            retail_price=f"{20 + product.number}.50",
            price=f"{18 + product.number}.25",
            tax_rate="0.18",
        )
        for product in products
        for each in lists[: 1 + product.number % 2]
    )
    Stock.objects.bulk_create(
        Stock(product=product, stock_list=each, stock=str(product.number % 30))
        for product in products
        for each in lists[: product.number % 3]
    )
    AttributeValue.objects.bulk_create(value for product in products for value in values_of(product))


def _save(rows: list[Any]) -> None:
    times = [(one.created_at, one.updated_at) for one in rows]
    model = type(rows[0])
    model.objects.bulk_create(rows)
    for one, (created, updated) in zip(rows, times, strict=True):
        one.created_at, one.updated_at = kept(created), kept(updated)
    model.objects.bulk_update(rows, ["created_at", "updated_at"], batch_size=100)
