"""A method for each operation, blocking and for asyncio.

Generated from openapi.yaml (Akinon Seller Center Products API 1.0.0); not to be edited: _patch.py is yours.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Unpack

from . import models, operations
from ._runtime import async_methods
from ._runtime.batches import AsyncBatch, Batch, resumed
from ._runtime.call import RequestOptions
from ._runtime.client import SyncBase
from ._runtime.client_async import AsyncBase
from ._runtime.filters import Condition
from ._runtime.pages import Page
from ._runtime.types import UNSET, Unset


class Client(SyncBase):
    """Akinon Seller Center Products API, blocking."""

    _api = operations.API

    def search_catalog(
        self,
        /,
        *,
        query: str | int,
        page: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        accept_language: str | int | Unset = UNSET,
        checkpoint: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> Page[models.CatalogProduct]:
        """Search Catalog (PRD108).

        Args:
            query: Value to search in the marketplace catalog.
            page: Specifies the page number of the current dataset. Default: 1, at least 1.
            limit: Specifies the row count of the current page. Default: 10, at least 1.
            accept_language: Specifies the communication language of the API.
            checkpoint: Go on where a page's `checkpoint()` was taken.
            **options: This call's own `timeout`, `max_retries`, `extra_headers` and `extra_query`.

        Raises InvalidRequestError before anything is sent, and APIError.
        """
        return self._page(
            operations.SEARCH_CATALOG,
            operations.SEARCH_CATALOG_PAGING,
            {"query": query, "page": page, "limit": limit, "accept_language": accept_language},
            options,
            None,
            checkpoint,
        )

    def get_products(
        self,
        /,
        where: Condition[Literal["get_products"]] | None = None,
        *,
        page: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        name: str | int | Unset = UNSET,
        name__contains: str | int | Unset = UNSET,
        name__icontains: str | int | Unset = UNSET,
        base_code: str | int | Unset = UNSET,
        base_code__contains: str | int | Unset = UNSET,
        base_code__icontains: str | int | Unset = UNSET,
        sku: str | int | Unset = UNSET,
        sku__contains: str | int | Unset = UNSET,
        sku__icontains: str | int | Unset = UNSET,
        category: uuid.UUID | Unset = UNSET,
        category__in: list[uuid.UUID] | Unset = UNSET,
        attribute: dict[str, str] | Unset = UNSET,
        approved: bool | Unset = UNSET,
        updated_at: datetime.datetime | Unset = UNSET,
        updated_at__gt: datetime.datetime | Unset = UNSET,
        updated_at__gte: datetime.datetime | Unset = UNSET,
        updated_at__lt: datetime.datetime | Unset = UNSET,
        updated_at__lte: datetime.datetime | Unset = UNSET,
        created_at: datetime.datetime | Unset = UNSET,
        created_at__gt: datetime.datetime | Unset = UNSET,
        created_at__gte: datetime.datetime | Unset = UNSET,
        created_at__lt: datetime.datetime | Unset = UNSET,
        created_at__lte: datetime.datetime | Unset = UNSET,
        accept_language: str | int | Unset = UNSET,
        checkpoint: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> Page[models.Product]:
        """Get Products (PRD102).

        Args:
            where: Conditions, joined by `&`, made with `F`.
            page: Specifies the page number of the current dataset. Default: 1, at least 1.
            limit: Specifies the row count of the current page. Default: 10, at least 1.
            name: Filter by exact value of the name field.
            name__contains: Filter by values in the name field that contain the specified string (case-sensitive).
            name__icontains: Filter by values in the name field that contain the specified string
                (case-insensitive).
            base_code: Filter by exact value of the base_code field.
            base_code__contains: Filter by values in the base_code field that contain the specified string
                (case-sensitive).
            base_code__icontains: Filter by values in the base_code field that contain the specified string
                (case-insensitive).
            sku: Filter by exact value of the sku field.
            sku__contains: Filter by values in the sku field that contain the specified string (case-sensitive).
            sku__icontains: Filter by values in the sku field that contain the specified string
                (case-insensitive).
            category: Filter by exact value of the category field.
            category__in: Filter by category field using a comma-separated list (CSV format).
            attribute: Filters on an attribute; the key stands in the parameter's own name.
            approved: Indicates whether the product is approved. Default: true.
            updated_at: Filters data where the "updated_at" field is exactly equal to a specified value.
            updated_at__gt: Filters data where the "updated_at" field is greater than a specified value.
            updated_at__gte: Filters data where the "updated_at" field is greater than or equal to a specified
                value.
            updated_at__lt: Filters data where the "updated_at" field is less than a specified value.
            updated_at__lte: Filters data where the "updated_at" field is less than or equal to a specified value.
            created_at: Filters data where the "created_at" field is exactly equal to a specified value.
            created_at__gt: Filters data where the "created_at" field is greater than a specified value.
            created_at__gte: Filters data where the "created_at" field is greater than or equal to a specified
                value.
            created_at__lt: Filters data where the "created_at" field is less than a specified value.
            created_at__lte: Filters data where the "created_at" field is less than or equal to a specified value.
            accept_language: Specifies the communication language of the API.
            checkpoint: Go on where a page's `checkpoint()` was taken.
            **options: This call's own `timeout`, `max_retries`, `extra_headers` and `extra_query`.

        Raises InvalidRequestError before anything is sent, and APIError.
        """
        return self._page(
            operations.GET_PRODUCTS,
            operations.GET_PRODUCTS_PAGING,
            {
                "page": page,
                "limit": limit,
                "name": name,
                "name__contains": name__contains,
                "name__icontains": name__icontains,
                "base_code": base_code,
                "base_code__contains": base_code__contains,
                "base_code__icontains": base_code__icontains,
                "sku": sku,
                "sku__contains": sku__contains,
                "sku__icontains": sku__icontains,
                "category": category,
                "category__in": category__in,
                "attribute": attribute,
                "approved": approved,
                "updated_at": updated_at,
                "updated_at__gt": updated_at__gt,
                "updated_at__gte": updated_at__gte,
                "updated_at__lt": updated_at__lt,
                "updated_at__lte": updated_at__lte,
                "created_at": created_at,
                "created_at__gt": created_at__gt,
                "created_at__gte": created_at__gte,
                "created_at__lt": created_at__lt,
                "created_at__lte": created_at__lte,
                "accept_language": accept_language,
            },
            options,
            where,
            checkpoint,
        )

    def upsert_products(
        self,
        /,
        items: Iterable[models.ProductUpsert | Mapping[str, Any]],
        *,
        accept_language: str | int | Unset = UNSET,
        **options: Unpack[RequestOptions],
    ) -> Batch[models.BatchRequest]:
        """Upsert Products (PRD101).

        Args:
            items: The products to update or insert.
            accept_language: Specifies the communication language of the API.
            **options: This call's own `timeout`, `max_retries`, `extra_headers` and `extra_query`.

        Raises InvalidRequestError before anything is sent, and APIError.
        """
        return self._submit(operations.UPSERT_PRODUCTS_WRITE, {"accept_language": accept_language}, options, items)

    def delete_products(
        self,
        /,
        items: Iterable[models.ProductDelete | Mapping[str, Any]],
        *,
        accept_language: str | int | Unset = UNSET,
        **options: Unpack[RequestOptions],
    ) -> Batch[models.BatchRequest]:
        """Delete Products (PRD103).

        Args:
            items: The products to delete, by SKU.
            accept_language: Specifies the communication language of the API.
            **options: This call's own `timeout`, `max_retries`, `extra_headers` and `extra_query`.

        Raises InvalidRequestError before anything is sent, and APIError.
        """
        return self._submit(operations.DELETE_PRODUCTS_WRITE, {"accept_language": accept_language}, options, items)

    def upsert_prices_and_stocks(
        self,
        /,
        items: Iterable[models.PriceAndStockUpsert | Mapping[str, Any]],
        *,
        accept_language: str | int | Unset = UNSET,
        **options: Unpack[RequestOptions],
    ) -> Batch[models.BatchRequest]:
        """Upsert Prices & Stocks (PRD104).

        Args:
            items: Prices and stocks by SKU.
            accept_language: Specifies the communication language of the API.
            **options: This call's own `timeout`, `max_retries`, `extra_headers` and `extra_query`.

        Raises InvalidRequestError before anything is sent, and APIError.
        """
        return self._submit(
            operations.UPSERT_PRICES_AND_STOCKS_WRITE, {"accept_language": accept_language}, options, items
        )

    def upsert_prices(
        self,
        /,
        items: Iterable[models.PriceUpsert | Mapping[str, Any]],
        *,
        accept_language: str | int | Unset = UNSET,
        **options: Unpack[RequestOptions],
    ) -> Batch[models.BatchRequest]:
        """Upsert Prices (PRD105).

        Args:
            items: Prices by SKU and price list.
            accept_language: Specifies the communication language of the API.
            **options: This call's own `timeout`, `max_retries`, `extra_headers` and `extra_query`.

        Raises InvalidRequestError before anything is sent, and APIError.
        """
        return self._submit(operations.UPSERT_PRICES_WRITE, {"accept_language": accept_language}, options, items)

    def upsert_stocks(
        self,
        /,
        items: Iterable[models.StockUpsert | Mapping[str, Any]],
        *,
        accept_language: str | int | Unset = UNSET,
        **options: Unpack[RequestOptions],
    ) -> Batch[models.BatchRequest]:
        """Upsert Stocks (PRD106).

        Args:
            items: Stocks by SKU and stock list.
            accept_language: Specifies the communication language of the API.
            **options: This call's own `timeout`, `max_retries`, `extra_headers` and `extra_query`.

        Raises InvalidRequestError before anything is sent, and APIError.
        """
        return self._submit(operations.UPSERT_STOCKS_WRITE, {"accept_language": accept_language}, options, items)

    def get_batch_request(self, /, id: uuid.UUID, **options: Unpack[RequestOptions]) -> models.BatchRequest:
        """Get Batch Request (PRD107).

        Args:
            id: The batch_request_id that a write was answered with.
            **options: This call's own `timeout`, `max_retries`, `extra_headers` and `extra_query`.

        Raises InvalidRequestError before anything is sent, and APIError.
        """
        return self._send(operations.GET_BATCH_REQUEST, {"id": id}, options)

    def resume_batch(self, checkpoint: str) -> Batch[models.BatchRequest]:
        """The handle of a batch, from its `checkpoint()` or a BatchTimeoutError's. Raises InvalidRequestError."""
        return self._batch(operations.POLLING, *resumed(checkpoint))


class AsyncClient(AsyncBase):
    """Akinon Seller Center Products API, for asyncio: the methods of `Client`, to be awaited or iterated."""

    _api = operations.API

    search_catalog = async_methods.pager(Client.search_catalog)
    get_products = async_methods.pager(Client.get_products)
    upsert_products = async_methods.batch(Client.upsert_products)
    delete_products = async_methods.batch(Client.delete_products)
    upsert_prices_and_stocks = async_methods.batch(Client.upsert_prices_and_stocks)
    upsert_prices = async_methods.batch(Client.upsert_prices)
    upsert_stocks = async_methods.batch(Client.upsert_stocks)
    get_batch_request = async_methods.value(Client.get_batch_request)

    def resume_batch(self, checkpoint: str) -> AsyncBatch[models.BatchRequest]:
        """The handle of a batch, from its `checkpoint()` or a BatchTimeoutError's. Raises InvalidRequestError."""
        return self._batch(operations.POLLING, *resumed(checkpoint))


__all__ = ["AsyncClient", "Client"]
