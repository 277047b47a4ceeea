"""What one would write by hand with pydantic for a page of products."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel


class Price(BaseModel):
    """A price."""

    price_list: UUID
    currency_type: str
    retail_price: Decimal
    price: Decimal
    tax_rate: Decimal


class Stock(BaseModel):
    """A stock."""

    stock_list: UUID
    unit_type: str
    stock: Decimal
    sold_quantity_unreported: Decimal


class Product(BaseModel):
    """A product."""

    name: str
    base_code: str
    sku: str
    category: UUID
    attributes: dict[str, Any]
    images: list[str]
    videos: list[str]
    prices: list[Price]
    stocks: list[Stock]
    updated_at: AwareDatetime
    created_at: AwareDatetime


class Page(BaseModel):
    """A page."""

    count: int
    next: str | None
    previous: str | None
    results: list[Product]
