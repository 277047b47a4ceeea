"""The tables, their rows, and how a row is shown."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.pool import StaticPool

from .setup import on

Json = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Base(DeclarativeBase):
    """The declarative base."""


class Fields:
    """The columns that products and the catalog share. Date-times are microseconds since 1970."""

    id: Mapped[str] = mapped_column(String, primary_key=True)
    name: Mapped[str]
    base_code: Mapped[str] = mapped_column(index=True)
    sku: Mapped[str] = mapped_column(index=True)
    category: Mapped[str] = mapped_column(index=True)
    attributes: Mapped[Json] = mapped_column(JSON)
    images: Mapped[list[str]] = mapped_column(JSON)
    videos: Mapped[list[str]] = mapped_column(JSON)
    created: Mapped[int]
    updated: Mapped[int]
    number: Mapped[int]


class CatalogProduct(Fields, Base):
    """A product of the catalog."""

    __tablename__ = "catalog"


class Product(Fields, Base):
    """A product of the seller."""

    __tablename__ = "product"
    approved: Mapped[bool]
    hidden: Mapped[bool] = mapped_column(default=False)
    prices: Mapped[list[Price]] = relationship(cascade="all, delete-orphan", order_by="Price.number", lazy="selectin")
    stocks: Mapped[list[Stock]] = relationship(cascade="all, delete-orphan", order_by="Stock.number", lazy="selectin")


class Price(Base):
    """A price of a product in a list."""

    __tablename__ = "price"
    number: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"))
    price_list: Mapped[str]
    currency_type: Mapped[str] = mapped_column(default="USD")
    retail_price: Mapped[str] = mapped_column(default="0")
    price: Mapped[str] = mapped_column(default="0")
    tax_rate: Mapped[str] = mapped_column(default="0")


class Stock(Base):
    """A stock of a product in a list."""

    __tablename__ = "stock"
    number: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"))
    stock_list: Mapped[str]
    unit_type: Mapped[str] = mapped_column(default="qty")
    stock: Mapped[str] = mapped_column(default="0")
    sold_quantity_unreported: Mapped[str] = mapped_column(default="0")


engine = create_engine(
    "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}, json_serializer=None
)

WORDS = ("Linen", "Velvet", "Groß", "Denim", "Şal", "Merino", "Crème", "50% Silk")
KINDS = ("Shirt", "Coat", "Apron", "Scarf", "Belt, wide", "Socks (3 pairs)", "O'Neill Cap")
TONES = ("red", "Red", "BLUE", "olive", "sky blue", "écru")


def named(text: str) -> str:
    """A uuid that is the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def seeded(number: int, prefix: str) -> Json:
    """The columns of the row with this number."""
    attributes: Json = {"COLOR": TONES[number % 6], "SIZE": ("36", "38", "M", "L")[number % 4]}
    if number % 2:
        attributes["ESTIMATED_SHIPPING_DURATION"] = number % 5
    if number % 3 == 1:
        attributes["fit"] = "slim" if number % 2 else "Slim Fit"
    if number % 6 == 0:
        attributes["ORGANIC"] = number % 4 == 0
    created = datetime(2024, 11, 3, 7, 15, 9, 120_000, tzinfo=UTC) + timedelta(
        days=40 * (number // 20), minutes=37 * (number // 4), seconds=number // 4 // 9
    )
    at = (created - EPOCH) // timedelta(microseconds=1)
    return {
        "id": named(f"{prefix} {number}"),
        "name": f"{WORDS[number % 8]} {KINDS[number % 7]} {TONES[number % 6]}",
        "base_code": f"{prefix}{number // 4:03}",
        "sku": f"{number:05}" if number % 30 == 7 else f"{prefix}{number // 4:03}/{number % 4}{'abCD'[number % 4]}",
        "category": named(f"category {number % 9}"),
        "attributes": attributes,
        "images": [f"https://cdn.example/{prefix}/{number}.png"] * (1 + number % 2),
        "videos": [],
        "created": at,
        "updated": at + (number // 4 % 7) * 5_000_250_000,
        "number": number,
    }


def fill(count: int) -> None:
    """Make the tables and their rows."""
    Base.metadata.create_all(engine)
    lists = [named("list a"), named("list b")]
    with Session(engine) as session:
        session.add_all(CatalogProduct(**seeded(number * 3, "C")) for number in range(45))
        for number in range(count):
            row = Product(**seeded(number, "F"), approved=number % 11 != 3)
            row.prices = [
                Price(
                    price_list=each,
                    currency_type="USD",
                    retail_price=f"{30 + number}.90",
                    price=f"{25 + number}.9",
                    tax_rate="0.1",
                )
                for each in lists[: 1 + number % 2]
            ]
            row.stocks = [Stock(stock_list=each, stock=str(number % 40)) for each in lists[: number % 3]]
            session.add(row)
        session.commit()


def uuid_shown(text: str) -> str:
    """A uuid as this server spells it."""
    if on("uuid-hex"):
        return text.replace("-", "")
    return text.upper() if on("uuid-upper") else text


def instant_shown(at: int) -> str:
    """A date-time as this server spells it."""
    moment = EPOCH + timedelta(microseconds=at)
    if on("local-as-utc"):
        moment += timedelta(hours=2)
    if on("summer-time") and 4 <= moment.month <= 10:
        moment += timedelta(hours=1)
    if on("shown-rounded"):
        moment = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    if on("isoformat"):
        return moment.isoformat()
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")
    text = text if moment.microsecond % 1000 else text[:-3]
    return text if on("shown-naive") else text + "Z"


def amount_shown(text: str) -> str:
    """An amount as this server spells it."""
    if on("amount-normalize"):
        return str(Decimal(text).normalize())
    if on("amount-scientific"):
        return str(float(text))
    if on("amounts-two-digits") and not re.search(r"\.\d\d", text):
        return f"{Decimal(text):.2f}"
    return f"{Decimal(text):.6f}" if on("amounts-six-digits") else text


def shown(row: CatalogProduct | Product) -> Json:
    """A row as JSON."""
    body: Json = {
        "name": row.name,
        "base_code": row.base_code,
        "sku": row.sku,
        "category": uuid_shown(row.category),
        "attributes": row.attributes,
        "images": row.images,
        "videos": row.videos,
        "updated_at": instant_shown(row.updated),
        "created_at": instant_shown(row.created),
    }
    if isinstance(row, CatalogProduct):
        return {"id": uuid_shown(row.id), **body}
    prices = [
        {
            "price_list": uuid_shown(price.price_list),
            "currency_type": price.currency_type,
            **{name: amount_shown(getattr(price, name)) for name in ("retail_price", "price", "tax_rate")},
        }
        for price in row.prices
    ]
    stocks = [
        {
            "stock_list": uuid_shown(stock.stock_list),
            "unit_type": stock.unit_type,
            **{name: amount_shown(getattr(stock, name)) for name in ("stock", "sold_quantity_unreported")},
        }
        for stock in row.stocks
    ]
    return {**body, "prices": prices, "stocks": stocks}
