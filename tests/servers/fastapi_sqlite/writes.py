"""What each item does to the rows."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .filters import ascii_fold, like
from .items import BothItem, DeleteItem, Item, PriceFields, PriceItem, ProductItem, StockFields, StockItem
from .models import CatalogProduct, Price, Product, Stock
from .setup import on


class Failed(Exception):
    """An item that can't be done."""


def now() -> int:
    """Microseconds since 1970, to the millisecond."""
    return time.time_ns() // 1_000_000 * 1000


_orphans: dict[str, list[dict[str, str]]] = {}
_buried: set[str] = set()


def find(session: Session, sku: str) -> Product | None:
    """The product with a sku."""
    query = select(Product).where(Product.hidden.is_(False), Product.sku == sku)
    if on("nocase-sku"):
        query = select(Product).where(Product.hidden.is_(False), func.lower(Product.sku) == ascii_fold(sku))
    if on("autoflush"):
        with session.no_autoflush:
            return session.scalars(query).first()
    return session.scalars(query).first()


def known(session: Session, sku: str) -> Product:
    """The product with a sku, or the item fails."""
    row = find(session, sku)
    if row is None:
        raise Failed(f"unknown sku {sku}")
    return row


def _attributes(value: dict[str, Any]) -> dict[str, Any]:
    def one(member: Any) -> Any:
        if on("attributes-coerced") and not isinstance(member, str):
            return json.dumps(member)
        if on("attributes-bool-int") and isinstance(member, bool):
            return int(member)
        if on("attributes-float") and isinstance(member, int | str) and not isinstance(member, bool):
            try:
                return float(member)
            except ValueError:
                return member
        return member

    kept = {key: one(member) for key, member in value.items() if not (on("attributes-none-lost") and member is None)}
    return dict(sorted(kept.items())[:20]) if on("attributes-sorted-cut") else kept


def _images(value: list[str]) -> list[str]:
    if on("images-set"):
        return [*set(value)]
    if on("images-http-url"):
        return [_http_url(image) for image in value]
    return list(value)


def _http_url(text: str) -> str:
    scheme, mark, rest = text.partition("://")
    host, _, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}/{path.replace(' ', '%20')}" if mark else text


def upsert_product(session: Session, item: Item) -> None:
    """Update a product, or insert it."""
    assert isinstance(item, ProductItem)
    given = item.model_dump(exclude_unset=not on("exclude-none"), exclude_defaults=on("exclude-defaults"))
    if item.product and session.get(CatalogProduct, str(uuid.UUID(item.product))) is None:
        raise Failed("unknown catalog product")
    row = None if on("insert-always") else find(session, item.sku)
    if row is not None and on("insert-or-ignore"):
        return
    fresh = row is None
    if row is None:
        if on("delete-flag") and item.sku in _buried:
            return
        at = now()
        row = Product(
            id=str(uuid.uuid4()),
            sku=item.sku,
            images=[],
            videos=[],
            created=at,
            updated=at,
            number=at,
            approved=True,
            hidden=False,
        )
        row.prices, row.stocks = [], []
        session.add(row)
        row.prices = [Price(**fields) for fields in _orphans.pop(item.sku, [])]
    if "name" in given:
        name = given["name"]
        row.name = name[:50] if on("name-varchar") else name.title() if on("name-title") else name
    row.base_code = item.sku.split("-")[0] if on("base-code-derived") else given.get("base_code", row.base_code or "")
    if "category" in given:
        row.category = str(uuid.UUID(given["category"]))
    if "attributes" in given:
        attributes = _attributes(given["attributes"])
        if on("attributes-mutable") and not fresh:
            row.attributes.update(attributes)
        elif on("attributes-update") and not fresh:
            row.attributes = {**row.attributes, **attributes}
        else:
            row.attributes = attributes
    elif fresh:
        row.attributes = {}
    if "images" in given:
        row.images = _images(given["images"])
    if on("mutable-default") and "images" in given:
        _shared.extend(given["images"])
        row.images = list(dict.fromkeys(_shared))
    if "videos" in given:
        row.videos = list(given["videos"])
    if "prices" in given:
        row.prices = [Price(price_list=p.price_list) for p in item.prices]
        for price, fields in zip(row.prices, item.prices, strict=True):
            set_price(price, fields)
    if "stocks" in given:
        sold = {stock.stock_list: stock.sold_quantity_unreported for stock in row.stocks}
        row.stocks = [
            Stock(stock_list=s.stock_list, sold_quantity_unreported=sold.get(s.stock_list, "0")) for s in item.stocks
        ]
        for stock, more in zip(row.stocks, item.stocks, strict=True):
            set_stock(stock, more)
    if not fresh:
        touch(row)
        if on("insert-or-replace"):
            row.created = row.updated


_shared: list[str] = []


def touch(row: Product, part: bool = False) -> None:
    """The row has changed."""
    if not on("onupdate-missing") and not (part and on("onupdate-parts")):
        row.updated = max(now(), row.created)


def amount(value: str, old: str | None) -> str:
    """An amount as its column keeps it."""
    if on("amount-falsy") and not float(value):
        return old or "0"
    if on("amount-float"):
        return repr(float(value)).removesuffix(".0")
    if on("amount-quantized"):
        return str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_EVEN))
    return value


def set_price(price: Price, fields: PriceFields) -> None:
    """Set the fields of a price that were sent."""
    for name in ("currency_type", "retail_price", "price", "tax_rate"):
        if name not in fields.model_fields_set and not on("part-resets") and getattr(price, name, None) is not None:
            continue
        if name == "tax_rate" and on("part-tax-lost"):
            price.tax_rate = price.tax_rate or "0"
            continue
        value = getattr(fields, name)
        setattr(price, name, value if name == "currency_type" else amount(value, getattr(price, name, None)))


def set_stock(stock: Stock, fields: StockFields) -> None:
    """Set the fields of a stock that were sent."""
    if "unit_type" in fields.model_fields_set or stock.unit_type is None:
        stock.unit_type = fields.unit_type
    if "stock" in fields.model_fields_set or stock.stock is None:
        value = amount(fields.stock, stock.stock)
        if on("stock-increment") and stock.stock is not None:
            value = str(Decimal(stock.stock) + Decimal(value))
        stock.stock = str(int(Decimal(value))) if on("stock-int") else value


def put_price(session: Session, row: Product, fields: PriceFields) -> None:
    """Update the price of a list, or insert it."""
    price = next((p for p in row.prices if p.price_list == fields.price_list), None)
    if on("part-first") and row.prices:
        price = row.prices[0]
    if on("part-replaced"):
        row.prices = [price] if price else []
    if price is None or on("part-added"):
        price = Price(price_list=fields.price_list)
        row.prices.append(price)
    set_price(price, fields)
    if on("part-global"):
        for other in session.scalars(select(Price).where(Price.price_list == fields.price_list)):
            set_price(other, fields)
    if on("part-stock-counts"):
        for stock in row.stocks:
            stock.stock = "0"


def put_stock(session: Session, row: Product, fields: StockFields) -> None:
    """Update the stock of a list, or insert it."""
    stock = next((s for s in row.stocks if s.stock_list == fields.stock_list), None)
    if stock is None:
        stock = Stock(stock_list=fields.stock_list)
        row.stocks.append(stock)
    set_stock(stock, fields)


def _part(session: Session, item: Any, *puts: Callable[[Session, Product, Any], None]) -> None:
    if on("part-unknown-commits") and find(session, item.sku) is None:
        return
    row = known(session, item.sku)
    for put in puts:
        put(session, row, item)
    touch(row, part=True)


def upsert_price(session: Session, item: Item) -> None:
    """Update or insert a price."""
    assert isinstance(item, PriceItem)
    _part(session, item, put_price)


def upsert_stock(session: Session, item: Item) -> None:
    """Update or insert a stock."""
    assert isinstance(item, StockItem)
    _part(session, item, put_stock)


def upsert_both(session: Session, item: Item) -> None:
    """Update or insert a price and a stock."""
    assert isinstance(item, BothItem)
    if on("stock-price-swapped"):
        item = item.model_copy(update={"price": item.retail_price, "retail_price": item.price})
    _part(session, item, put_price, put_stock)


def delete_product(session: Session, item: Item) -> None:
    """Delete a product."""
    assert isinstance(item, DeleteItem)
    sku = item.sku
    rows: list[Product] = []
    if on("delete-like") or on("delete-nocase") or on("delete-startswith"):
        rows = [*session.scalars(select(Product).where(Product.hidden.is_(False)))]
    gone = [row for row in [find(session, sku)] if row is not None]
    if on("delete-like"):
        gone = [row for row in rows if like(row.sku, sku, exact_case=True)]
    if on("delete-nocase"):
        gone = [row for row in rows if row.sku.lower() == sku.lower()]
    if on("delete-startswith"):
        gone = [row for row in rows if row.sku.startswith(sku)]
    if not gone:
        if on("delete-idempotent"):
            return
        raise Failed(f"unknown sku {sku}")
    for row in gone:
        if on("delete-no-cascade"):
            names = ("price_list", "currency_type", "retail_price", "price", "tax_rate")
            _orphans[row.sku] = [{name: getattr(price, name) for name in names} for price in row.prices]
        _buried.add(row.sku)
        if on("delete-identity-map"):
            row.hidden = True
        else:
            session.delete(row)


WORK: dict[str, Callable[[Session, Item], None]] = {
    "products": upsert_product,
    "delete": delete_product,
    "prices": upsert_price,
    "stocks": upsert_stock,
    "both": upsert_both,
}
