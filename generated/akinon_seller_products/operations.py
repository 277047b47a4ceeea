"""What a call needs to know of each operation, from the document.

Generated from openapi.yaml (Akinon Seller Center Products API 1.0.0); not to be edited: _patch.py is yours.
"""

from __future__ import annotations

import uuid
from typing import Annotated

from pydantic import Field

from . import models
from ._runtime import types
from ._runtime.base import Api
from ._runtime.batches import Polling, Write
from ._runtime.body import Body
from ._runtime.call import Operation
from ._runtime.credentials import Scheme
from ._runtime.decode import Answers, Content
from ._runtime.walks import Paging
from ._runtime.wire import Parameter

SEARCH_CATALOG: Operation[models.CatalogPage] = Operation(
    "search_catalog",
    "GET",
    "/api/i2/products/search/",
    parameters=(
        Parameter("page", "query", lambda: Annotated[int, Field(ge=1)]),
        Parameter("limit", "query", lambda: Annotated[int, Field(ge=1)]),
        Parameter("query", "query", lambda: types.Text, required=True),
        Parameter("Accept-Language", "header", lambda: types.Text, argument="accept_language"),
    ),
    answers=Answers({"200": (Content("application/json", "json", lambda: models.CatalogPage),)}),
    security=(("ApiKey",),),
    repeatable=True,
)
SEARCH_CATALOG_PAGING: Paging[models.CatalogProduct] = Paging(
    page="page", count="count", next="next", results="results", key="id"
)

GET_PRODUCTS: Operation[models.ProductPage] = Operation(
    "get_products",
    "GET",
    "/api/i2/products/",
    parameters=(
        Parameter("page", "query", lambda: Annotated[int, Field(ge=1)]),
        Parameter("limit", "query", lambda: Annotated[int, Field(ge=1)]),
        Parameter("name", "query", lambda: types.Text),
        Parameter("name__contains", "query", lambda: types.Text),
        Parameter("name__icontains", "query", lambda: types.Text),
        Parameter("base_code", "query", lambda: types.Text),
        Parameter("base_code__contains", "query", lambda: types.Text),
        Parameter("base_code__icontains", "query", lambda: types.Text),
        Parameter("sku", "query", lambda: types.Text),
        Parameter("sku__contains", "query", lambda: types.Text),
        Parameter("sku__icontains", "query", lambda: types.Text),
        Parameter("category", "query", lambda: uuid.UUID),
        Parameter("category__in", "query", lambda: list[uuid.UUID], explode=False),
        Parameter(
            "attribute",
            "query",
            lambda: dict[str, str],
            keys=(
                "^attribute__[^\\s_\\x00-\\x1f]+(_[^\\s_\\x00-\\x1f]+)*$",
                "^attribute__[^\\s_\\x00-\\x1f]+(_[^\\s_\\x00-\\x1f]+)*__iexact$",
                "^attribute__[^\\s_\\x00-\\x1f]+(_[^\\s_\\x00-\\x1f]+)*__contains$",
                "^attribute__[^\\s_\\x00-\\x1f]+(_[^\\s_\\x00-\\x1f]+)*__icontains$",
                "^attribute__[^\\s_\\x00-\\x1f]+(_[^\\s_\\x00-\\x1f]+)*__startswith$",
                "^attribute__[^\\s_\\x00-\\x1f]+(_[^\\s_\\x00-\\x1f]+)*__istartswith$",
                "^attribute__[^\\s_\\x00-\\x1f]+(_[^\\s_\\x00-\\x1f]+)*__endswith$",
                "^attribute__[^\\s_\\x00-\\x1f]+(_[^\\s_\\x00-\\x1f]+)*__iendswith$",
            ),
        ),
        Parameter("approved", "query", lambda: bool),
        Parameter("updated_at", "query", lambda: types.UtcDatetime),
        Parameter("updated_at__gt", "query", lambda: types.UtcDatetime),
        Parameter("updated_at__gte", "query", lambda: types.UtcDatetime),
        Parameter("updated_at__lt", "query", lambda: types.UtcDatetime),
        Parameter("updated_at__lte", "query", lambda: types.UtcDatetime),
        Parameter("created_at", "query", lambda: types.UtcDatetime),
        Parameter("created_at__gt", "query", lambda: types.UtcDatetime),
        Parameter("created_at__gte", "query", lambda: types.UtcDatetime),
        Parameter("created_at__lt", "query", lambda: types.UtcDatetime),
        Parameter("created_at__lte", "query", lambda: types.UtcDatetime),
        Parameter("Accept-Language", "header", lambda: types.Text, argument="accept_language"),
    ),
    answers=Answers({"200": (Content("application/json", "json", lambda: models.ProductPage),)}),
    security=(("ApiKey",),),
    repeatable=True,
)
GET_PRODUCTS_PAGING: Paging[models.Product] = Paging(
    page="page", count="count", next="next", results="results", key="sku"
)

UPSERT_PRODUCTS: Operation[models.AcceptedBatch] = Operation(
    "upsert_products",
    "POST",
    "/api/i2/products/",
    parameters=(Parameter("Accept-Language", "header", lambda: types.Text, argument="accept_language"),),
    bodies=(Body("application/json", "json", lambda: list[models.ProductUpsert]),),
    body_required=True,
    answers=Answers({"202": (Content("application/json", "json", lambda: models.AcceptedBatch),)}),
    security=(("ApiKey",),),
    repeatable=True,
)

DELETE_PRODUCTS: Operation[models.AcceptedBatch] = Operation(
    "delete_products",
    "DELETE",
    "/api/i2/products/",
    parameters=(Parameter("Accept-Language", "header", lambda: types.Text, argument="accept_language"),),
    bodies=(Body("application/json", "json", lambda: list[models.ProductDelete]),),
    body_required=True,
    answers=Answers({"202": (Content("application/json", "json", lambda: models.AcceptedBatch),)}),
    security=(("ApiKey",),),
)

UPSERT_PRICES_AND_STOCKS: Operation[models.AcceptedBatch] = Operation(
    "upsert_prices_and_stocks",
    "POST",
    "/api/i2/products/prices-and-stocks/",
    parameters=(Parameter("Accept-Language", "header", lambda: types.Text, argument="accept_language"),),
    bodies=(Body("application/json", "json", lambda: list[models.PriceAndStockUpsert]),),
    body_required=True,
    answers=Answers({"202": (Content("application/json", "json", lambda: models.AcceptedBatch),)}),
    security=(("ApiKey",),),
    repeatable=True,
)

UPSERT_PRICES: Operation[models.AcceptedBatch] = Operation(
    "upsert_prices",
    "POST",
    "/api/i2/products/prices/",
    parameters=(Parameter("Accept-Language", "header", lambda: types.Text, argument="accept_language"),),
    bodies=(Body("application/json", "json", lambda: list[models.PriceUpsert]),),
    body_required=True,
    answers=Answers({"202": (Content("application/json", "json", lambda: models.AcceptedBatch),)}),
    security=(("ApiKey",),),
    repeatable=True,
)

UPSERT_STOCKS: Operation[models.AcceptedBatch] = Operation(
    "upsert_stocks",
    "POST",
    "/api/i2/products/stocks/",
    parameters=(Parameter("Accept-Language", "header", lambda: types.Text, argument="accept_language"),),
    bodies=(Body("application/json", "json", lambda: list[models.StockUpsert]),),
    body_required=True,
    answers=Answers({"202": (Content("application/json", "json", lambda: models.AcceptedBatch),)}),
    security=(("ApiKey",),),
    repeatable=True,
)

GET_BATCH_REQUEST: Operation[models.BatchRequest] = Operation(
    "get_batch_request",
    "GET",
    "/api/i2/products/batch-requests/{id}",
    parameters=(Parameter("id", "path", lambda: uuid.UUID, required=True),),
    answers=Answers({"200": (Content("application/json", "json", lambda: models.BatchRequest),)}),
    security=(("ApiKey",),),
    repeatable=True,
)

POLLING: Polling[models.BatchRequest] = Polling(
    ticket="/batch_request_id",
    status=GET_BATCH_REQUEST,
    parameter="id",
    id="/id",
    total="/state/total",
    succeeded="/state/succeeded",
    failed="/state/failed",
    error_file="/error_file",
)

UPSERT_PRODUCTS_WRITE = Write(UPSERT_PRODUCTS, POLLING, (("sku",),))
DELETE_PRODUCTS_WRITE = Write(DELETE_PRODUCTS, POLLING, (("sku",),))
UPSERT_PRICES_AND_STOCKS_WRITE = Write(
    UPSERT_PRICES_AND_STOCKS, POLLING, (("sku", "price_list"), ("sku", "stock_list"))
)
UPSERT_PRICES_WRITE = Write(UPSERT_PRICES, POLLING, (("sku", "price_list"),))
UPSERT_STOCKS_WRITE = Write(UPSERT_STOCKS, POLLING, (("sku", "stock_list"),))

API = Api(
    package="akinon-seller-products/1.0.0",
    env="PRD",
    server="https://sandbox.akinon.com",
    schemes={"ApiKey": Scheme("key", "header", "Authorization")},
    writes={
        "upsert_products": UPSERT_PRODUCTS_WRITE,
        "delete_products": DELETE_PRODUCTS_WRITE,
        "upsert_prices_and_stocks": UPSERT_PRICES_AND_STOCKS_WRITE,
        "upsert_prices": UPSERT_PRICES_WRITE,
        "upsert_stocks": UPSERT_STOCKS_WRITE,
    },
    security=(("ApiKey",),),
)
