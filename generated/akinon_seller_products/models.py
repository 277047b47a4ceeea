"""What is sent and received.

Generated from openapi.yaml (Akinon Seller Center Products API 1.0.0); not to be edited: _patch.py is yours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ._runtime.types import DecimalString, Model, NotNull, Number, RequestModel


class CatalogProduct(Model):
    """A product of the marketplace's catalog."""

    id: UUID
    """The catalog product's own identifier, which PRD101 links to."""
    name: str
    """Name of the product."""
    base_code: str
    """Base code associated with the product."""
    sku: str
    """Stock Keeping Unit (SKU) code for the product."""
    category: UUID
    """Unique identifier for the category associated with the product."""
    attributes: dict[str, Any]
    """Attributes associated with the product."""
    images: list[str]
    """Images associated with the product."""
    videos: list[str]
    """Videos associated with the product."""
    updated_at: datetime
    """When the row last changed, in UTC."""
    created_at: datetime
    """When the row was made, in UTC."""


class CatalogPage(Model):
    """One page of the marketplace's catalog."""

    count: int
    """How many rows all pages together hold."""
    next: str | None = None
    """Where the next page is; null on the last one."""
    previous: str | None = None
    """Where the previous page is; null on the first one."""
    results: list[CatalogProduct]
    """The rows of this page."""


class Price(Model):
    """A price as it is shown."""

    price_list: UUID
    """The price list that the price stands in."""
    currency_type: str
    """The currency, as USD."""
    retail_price: DecimalString
    """The price before any discount."""
    price: DecimalString
    """The price that is asked."""
    tax_rate: DecimalString
    """How much of the price is tax."""


class Stock(Model):
    """A stock as it is shown."""

    stock_list: UUID
    """The stock list that the stock stands in."""
    unit_type: str
    """What is counted, as qty."""
    stock: DecimalString
    """How many there are."""
    sold_quantity_unreported: DecimalString
    """How many were sold and not yet taken off the stock."""


class Product(Model):
    """One of the seller's own products. Unlike the catalog's, it shows no id."""

    name: str
    """Name of the product."""
    base_code: str
    """Base code associated with the product."""
    sku: str
    """Stock Keeping Unit (SKU) code for the product."""
    category: UUID
    """Unique identifier for the category associated with the product."""
    attributes: dict[str, Any]
    """Attributes associated with the product."""
    images: list[str]
    """Images associated with the product."""
    videos: list[str]
    """Videos associated with the product."""
    prices: list[Price]
    """What the product costs, one entry for each price list."""
    stocks: list[Stock]
    """How many there are, one entry for each stock list."""
    updated_at: datetime
    """When the row last changed, in UTC."""
    created_at: datetime
    """When the row was made, in UTC."""


class ProductPage(Model):
    """One page of a seller's products."""

    count: int
    """How many rows all pages together hold."""
    next: str | None = None
    """Where the next page is; null on the last one."""
    previous: str | None = None
    """Where the previous page is; null on the first one."""
    results: list[Product]
    """The rows of this page."""


class AcceptedBatch(Model):
    """A write was taken and will be worked on."""

    batch_request_id: UUID
    """The id to ask PRD107 with."""


class BatchRequestState(Model):
    """How many items there are, and how many of them are done."""

    total: int
    succeeded: int
    failed: int


class BatchRequest(Model):
    """How far a batch is and what became of its items."""

    id: UUID
    """The id that was asked for."""
    registry: str | None = None
    """What the batch is about."""
    request_file: str | None = None
    """Where the request's items can be fetched."""
    success_file: str | None = None
    """Where the items that succeeded can be fetched."""
    error_file: str | None = None
    """Where the items that failed can be fetched, with the reasons."""
    status: int
    """A code whose values the page doesn't list; any integer is taken."""
    state: BatchRequestState
    """How many items there are, and how many of them are done."""
    processed_in: Number | None = None
    """How long the work took."""
    updated_at: datetime
    """When the row last changed, in UTC."""
    created_at: datetime
    """When the row was made, in UTC."""


class ProductPrice(RequestModel):
    """A price sent with its product."""

    price_list: UUID
    """The price list that the price stands in."""
    currency_type: Annotated[str | None, NotNull] = None
    """The currency, as USD."""
    retail_price: Annotated[DecimalString | None, NotNull] = None
    """The price before any discount."""
    price: Annotated[DecimalString | None, NotNull] = None
    """The price that is asked."""
    tax_rate: Annotated[DecimalString | None, NotNull] = None
    """How much of the price is tax."""


class ProductStock(RequestModel):
    """A stock sent with its product."""

    stock_list: UUID
    """The stock list that the stock stands in."""
    unit_type: Annotated[str | None, NotNull] = None
    """What is counted, as qty."""
    stock: Annotated[DecimalString | None, NotNull] = None
    """How many there are."""


class ProductUpsert(RequestModel):
    """A product to update, or to insert where its sku is new."""

    name: str
    """Name of the product."""
    base_code: str
    """Base code associated with the product."""
    sku: str
    """Stock Keeping Unit (SKU) code for the product."""
    category: UUID
    """Unique identifier for the category associated with the product."""
    product: Annotated[UUID | None, NotNull] = None
    """Unique identifier for the product can be found in the catalog (PRD108). This value is used to link the product
    that is being processed to the given catalog product."""
    attributes: dict[str, Any]
    """Attributes associated with the product."""
    images: Annotated[list[str] | None, NotNull] = None
    """Images associated with the product."""
    videos: Annotated[list[str] | None, NotNull] = None
    """Videos associated with the product."""
    prices: Annotated[list[ProductPrice] | None, NotNull] = None
    """Prices to set with the product."""
    stocks: Annotated[list[ProductStock] | None, NotNull] = None
    """Stocks to set with the product."""
    restrict_for_others: bool | None = None
    """Determines whether the product, once approved, will be restricted to the other sellers. If set to false, the
    product will be available to all sellers."""


class ProductDelete(RequestModel):
    """The product to delete."""

    sku: str
    """Stock Keeping Unit (SKU) code for the product."""


class PriceAndStockUpsert(RequestModel):
    """A price and a stock of one product."""

    price_list: UUID
    """The price list that the price stands in."""
    currency_type: Annotated[str | None, NotNull] = None
    """The currency, as USD."""
    retail_price: Annotated[DecimalString | None, NotNull] = None
    """The price before any discount."""
    price: Annotated[DecimalString | None, NotNull] = None
    """The price that is asked."""
    tax_rate: Annotated[DecimalString | None, NotNull] = None
    """How much of the price is tax."""
    sku: str
    """Stock Keeping Unit (SKU) code for the product."""
    stock_list: UUID
    """The stock list that the stock stands in."""
    unit_type: Annotated[str | None, NotNull] = None
    """What is counted, as qty."""
    stock: Annotated[DecimalString | None, NotNull] = None
    """How many there are."""


class PriceUpsert(RequestModel):
    """A price to update, or to insert where the product has none in that list."""

    price_list: UUID
    """The price list that the price stands in."""
    currency_type: Annotated[str | None, NotNull] = None
    """The currency, as USD."""
    retail_price: Annotated[DecimalString | None, NotNull] = None
    """The price before any discount."""
    price: Annotated[DecimalString | None, NotNull] = None
    """The price that is asked."""
    tax_rate: Annotated[DecimalString | None, NotNull] = None
    """How much of the price is tax."""
    sku: str
    """Stock Keeping Unit (SKU) code for the product."""


class StockUpsert(RequestModel):
    """A stock to update, or to insert where the product has none in that list."""

    stock_list: UUID
    """The stock list that the stock stands in."""
    unit_type: Annotated[str | None, NotNull] = None
    """What is counted, as qty."""
    stock: Annotated[DecimalString | None, NotNull] = None
    """How many there are."""
    sku: str
    """Stock Keeping Unit (SKU) code for the product."""
