"""What each item does to the rows."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import models
from django.utils.html import conditional_escape

from .models import AttributeValue, CatalogProduct, Price, Product, values_of
from .setup import on

Fields = dict[str, Any]
ORPHANS: dict[str, list[Fields]] = {}
COLUMNS = ("name", "base_code", "category", "attributes", "images", "videos")


class Failed(Exception):
    """An item that can't be done."""


def find(sku: str) -> Product | None:
    """The product with a sku."""
    if on("sku-iexact"):
        return Product.objects.filter(sku__iexact=sku, deleted=False).first()
    return Product.objects.filter(sku=sku, deleted=False).first()


def known(sku: str) -> Product:
    """The product with a sku, or the item fails."""
    row = find(sku)
    if row is None and on("part-creates"):
        row = Product.objects.create(sku=sku, category=uuid.UUID(int=0), number=_next())
    if row is None:
        raise Failed(f"unknown sku {sku}")
    return row


def _next() -> int:
    return int(Product.objects.aggregate(last=models.Max("number"))["last"] or 0) + 1


def _name(text: str) -> str:
    if on("name-escaped"):
        return str(conditional_escape(text))
    if on("name-nfkc"):
        return unicodedata.normalize("NFKC", text)
    if on("utf8mb3"):
        return text[: next((place for place, c in enumerate(text) if ord(c) > 0xFFFF), len(text))]
    return text[:80] if on("name-cut") else text


def _columns(item: Fields, row: Product | None) -> Fields:
    found = {name: item[name] for name in COLUMNS if name in item}
    if "name" in found:
        found["name"] = _name(found["name"])
    if "attributes" in found:
        if on("attributes-falsy"):
            found["attributes"] = {key: value for key, value in found["attributes"].items() if value}
        if on("attributes-merge") and row is not None:
            found["attributes"] = {**row.attributes, **found["attributes"]}
    if "images" in found and on("images-unique"):
        found["images"] = [*dict.fromkeys(found["images"])]
    if "images" in found and on("images-unordered"):
        found["images"] = sorted(found["images"])
    if on("absent-default"):
        found.setdefault("images", [])
    return found


def upsert_product(item: Fields) -> None:
    """Update a product, or insert it."""
    reference = item.get("product")
    if reference and not on("product-unknown") and not CatalogProduct.objects.filter(pk=reference).exists():
        raise Failed("unknown catalog product")
    if on("soft-taken") and Product.objects.filter(sku=item["sku"], deleted=True).exists():
        return
    row = None if on("create-always") else find(item["sku"])
    if row is not None and on("delete-create"):
        row.delete()
        row = None
    columns = _columns(item, row)
    if row is None:
        columns = {"base_code": "", **columns}
        row = Product.objects.create(sku=item["sku"], number=_next(), **columns)
        if on("eav-stale"):
            AttributeValue.objects.bulk_create(values_of(row))
        for fields in ORPHANS.pop(item["sku"], []):
            Price.objects.create(product=row, **fields)
    elif on("ignore-conflicts"):
        return
    else:
        if on("update-fields"):
            columns = {"name": columns["name"]}
        if on("update-no-auto-now"):
            Product.objects.filter(pk=row.pk).update(**columns)
            AttributeValue.objects.filter(product=row).delete()
            row.refresh_from_db()
            AttributeValue.objects.bulk_create(values_of(row))
        else:
            for name, value in columns.items():
                setattr(row, name, value)
            row.save()
    if not on("nested-lost"):
        _nested(row, item)


def _nested(row: Product, item: Fields) -> None:
    if "prices" in item:
        if not on("nested-added"):
            row.prices.exclude(price_list__in=[price["price_list"] for price in item["prices"]]).delete()
        for price in item["prices"]:
            if on("nested-added"):
                row.prices.create(**price)
            else:
                put_price(row, price)
    if "stocks" in item:
        row.stocks.exclude(stock_list__in=[stock["stock_list"] for stock in item["stocks"]]).delete()
        for stock in item["stocks"]:
            put_stock(row, stock)


def amount(value: str) -> str:
    """An amount as its column keeps it."""
    if on("decimal-two"):
        return str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_EVEN))
    if on("decimal-float"):
        return f"{Decimal(repr(float(value))):f}"
    return value


def _defaults(fields: Fields, names: tuple[str, ...], amounts: tuple[str, ...]) -> Fields:
    found = {name: fields[name] for name in names if name in fields}
    for name in amounts:
        if name in fields and not (on("part-falsy") and not Decimal(fields[name])):
            found[name] = amount(fields[name])
        elif on("part-absent"):
            found[name] = "0"
    if on("unit-lost"):
        found.pop("unit_type", None)
    if on("tax-lost"):
        found.pop("tax_rate", None)
    return found


def put_price(row: Product, fields: Fields) -> bool:
    """Update the price of a list, or insert it; true if it is new."""
    defaults = _defaults(fields, ("currency_type",), ("retail_price", "price", "tax_rate"))
    each = fields["price_list"]
    if on("part-all"):
        Price.objects.filter(price_list=each).update(**defaults)
    if on("part-first") and row.prices.exists():
        Price.objects.filter(pk=row.prices.all()[0].pk).update(**defaults)
        return False
    if on("part-get-or-create"):
        return bool(row.prices.get_or_create(price_list=each, defaults=defaults)[1])
    if on("part-lookup") and "price" in defaults:
        price = defaults.pop("price")
        return bool(row.prices.update_or_create(price_list=each, price=price, defaults=defaults)[1])
    return bool(row.prices.update_or_create(price_list=each, defaults=defaults)[1])


def put_stock(row: Product, fields: Fields) -> None:
    """Update the stock of a list, or insert it."""
    defaults = _defaults(fields, ("unit_type",), ("stock",))
    if on("stock-int") and "stock" in defaults:
        defaults["stock"] = str(int(Decimal(defaults["stock"])))
    if on("stock-f") and "stock" in defaults:
        old = row.stocks.filter(stock_list=fields["stock_list"]).first()
        defaults["stock"] = str(Decimal(defaults["stock"]) + Decimal(old.stock if old else 0))
    row.stocks.update_or_create(stock_list=fields["stock_list"], defaults=defaults)


def touch(row: Product) -> None:
    """The product has changed with its part."""
    if not on("parts-no-touch"):
        row.save(update_fields=["updated_at"])


def upsert_price(item: Fields) -> None:
    """Update or insert a price."""
    row = known(item["sku"])
    put_price(row, item)
    touch(row)


def upsert_stock(item: Fields) -> None:
    """Update or insert a stock."""
    row = known(item["sku"])
    put_stock(row, item)
    touch(row)


def upsert_both(item: Fields) -> None:
    """Update or insert a price and a stock."""
    row = known(item["sku"])
    fresh = put_price(row, item)
    if fresh or not on("both-stock-skipped"):
        put_stock(row, item)
    touch(row)


def delete_product(item: Fields) -> int:
    """Delete a product; how many that are."""
    rows = Product.objects.filter(sku=item["sku"], deleted=False)
    if on("delete-iexact"):
        rows = Product.objects.filter(sku__iexact=item["sku"])
    if on("delete-startswith"):
        rows = Product.objects.filter(sku__startswith=item["sku"])
    if not rows.exists():
        if on("delete-idempotent"):
            return 1
        raise Failed(f"unknown sku {item['sku']}")
    if on("soft-taken") or on("soft-shown"):
        return int(rows.update(deleted=True))
    if on("delete-orphans"):
        names = ("price_list", "currency_type", "retail_price", "price", "tax_rate")
        ORPHANS[item["sku"]] = [*Price.objects.filter(product__in=rows).values(*names)]
    deleted, tables = rows.delete()
    return deleted - tables.get("django_rest.AttributeValue", 0) if on("delete-cascade-count") else 1


WORK: dict[str, Callable[[Fields], int | None]] = {
    "products": upsert_product,
    "delete": delete_product,
    "prices": upsert_price,
    "stocks": upsert_stock,
    "both": upsert_both,
}
