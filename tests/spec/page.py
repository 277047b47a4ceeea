"""The vendor's page as a table, copied from it by hand and independently of the document.

The document is compared with this table; where the two differ, the page decides.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Fact(NamedTuple):
    """One parameter or body field as the page shows it; `type` in the page's own words."""

    name: str
    type: str
    required: bool
    sentence: str
    default: Any = None
    minimum: int | None = None


_WRITES = ("PRD101", "PRD103", "PRD104", "PRD105", "PRD106")
OPERATIONS = {
    "PRD108": ("GET", "/api/i2/products/search/", "Search Catalog"),
    "PRD102": ("GET", "/api/i2/products/", "Get Products"),
    "PRD101": ("POST", "/api/i2/products/", "Upsert Products"),
    "PRD103": ("DELETE", "/api/i2/products/", "Delete Products"),
    "PRD104": ("POST", "/api/i2/products/prices-and-stocks/", "Upsert Prices & Stocks"),
    "PRD105": ("POST", "/api/i2/products/prices/", "Upsert Prices"),
    "PRD106": ("POST", "/api/i2/products/stocks/", "Upsert Stocks"),
    "PRD107": ("GET", "/api/i2/products/batch-requests/{id}", "Get Batch Request"),
}

PAGING = (
    Fact("page", "integer", False, "Specifies the page number of the current dataset.", 1, 1),
    Fact("limit", "integer", False, "Specifies the row count of the current page.", 10, 1),
)
LANGUAGE = Fact("Accept-Language", "string", False, "Specifies the communication language of the API.")


def _text_filters(field: str) -> tuple[Fact, ...]:
    containing = f"Filter by values in the {field} field that contain the specified string"
    return (
        Fact(field, "string", False, f"Filter by exact value of the {field} field."),
        Fact(f"{field}__contains", "string", False, f"{containing} (case-sensitive)."),
        Fact(f"{field}__icontains", "string", False, f"{containing} (case-insensitive)."),
    )


def _time_filters(field: str) -> tuple[Fact, ...]:
    said = f'Filters data where the "{field}" field is '
    return tuple(
        Fact(field + suffix, "string · date-time", False, said + relation)
        for suffix, relation in (
            ("", "exactly equal to a specified value."),
            ("__gt", "greater than a specified value."),
            ("__gte", "greater than or equal to a specified value."),
            ("__lt", "less than a specified value."),
            ("__lte", "less than or equal to a specified value."),
        )
    )


_HAVING = "Filter by values in the attribute with the specified key that"
ATTRIBUTES = tuple(
    Fact(f"attribute__KEY{suffix}", "string", False, sentence)
    for suffix, sentence in (
        ("", "Filter by exact value of the attribute with the specified key."),
        ("__iexact", "Filter by exact (case-insensitive) value of the attribute with the specified key."),
        ("__contains", f"{_HAVING} contain the specified string (case-sensitive)."),
        ("__icontains", f"{_HAVING} contain the specified string (case-insensitive)."),
        ("__startswith", f"{_HAVING} start with the specified string."),
        ("__istartswith", f"{_HAVING} start with the specified string (case-insensitive)."),
        ("__endswith", f"{_HAVING} end with the specified string."),
        ("__iendswith", f"{_HAVING} end with the specified string (case-insensitive)."),
    )
)

PARAMETERS: dict[str, tuple[Fact, ...]] = {
    "PRD108": (*PAGING, Fact("query", "string", True, "Value to search in the marketplace catalog."), LANGUAGE),
    "PRD102": (
        *PAGING,
        *_text_filters("name"),
        *_text_filters("base_code"),
        *_text_filters("sku"),
        Fact("category", "string · uuid", False, "Filter by exact value of the category field."),
        Fact(
            "category__in",
            "string · uuid[]",
            False,
            "Filter by category field using a comma-separated list (CSV format).",
        ),
        *ATTRIBUTES,
        Fact("approved", "boolean", False, "Indicates whether the product is approved.", True),
        *_time_filters("updated_at"),
        *_time_filters("created_at"),
        LANGUAGE,
    ),
    "PRD101": (LANGUAGE,),
    "PRD103": (LANGUAGE,),
    "PRD104": (LANGUAGE,),
    "PRD105": (LANGUAGE,),
    "PRD106": (LANGUAGE,),
    "PRD107": (Fact("id", "string · uuid", True, ""),),
}

LOOKUPS = ("exact", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith")

FIELDS: dict[str, tuple[Fact, ...]] = {
    "PRD101": (
        Fact("name", "string", True, "Name of the product."),
        Fact("base_code", "string", True, "Base code associated with the product."),
        Fact("sku", "string", True, "Stock Keeping Unit (SKU) code for the product."),
        Fact("category", "string · uuid", True, "Unique identifier for the category associated with the product."),
        Fact(
            "product",
            "string · uuid",
            False,
            "Unique identifier for the product can be found in the catalog (PRD108). This value is used to link the "
            "product that is being processed to the given catalog product.",
        ),
        Fact("attributes", "object", True, "Attributes associated with the product.", {}),
        Fact("images", "string[]", False, "Images associated with the product."),
        Fact("videos", "string[]", False, "Videos associated with the product."),
        Fact(
            "restrict_for_others",
            "bool",
            False,
            "Determines whether the product, once approved, will be restricted to the other sellers. If set to false, "
            "the product will be available to all sellers.",
        ),
    ),
    "PRD103": (Fact("sku", "string", True, "Stock Keeping Unit (SKU) code for the product."),),
}

_READ = {"200": "OK", "401": "Unauthorized", "500": "Unexpected error."}
_WRITE = {
    "202": "OK",
    "400": "Missing required field(s), invalid data or invalid action.",
    "401": "Unauthorized",
    "500": "Unexpected error.",
}
RESPONSES = {
    "PRD108": _READ,
    "PRD102": _READ,
    "PRD107": {**_READ, "404": "Given resource or object is not found or available."},
    **dict.fromkeys(_WRITES, _WRITE),
}

_PRICE = {"currency_type": "USD", "retail_price": "99.99", "price": "89.99", "tax_rate": "0.08"}
_LIST = "4c7c6e4e-2655-4e9b-8012-69395b40b0cf"
_TIMES = {"updated_at": "2025-05-22T11:42:32.935Z", "created_at": "2025-05-22T11:42:32.935Z"}
_PRODUCT = {
    "name": "Akinon Red T-shirt",
    "base_code": "AKN-TSHRT",
    "sku": "AKN-TSHRT",
    "category": "07be580a-ad72-4778-b309-1d02d6c2acec",
    "attributes": {"COLOR": "Red", "SIZE": "S", "ESTIMATED_SHIPPING_DURATION": 1},
    "images": ["https://placehold.co/1920x1080?text=Akinon%20Red%20T-shirt"],
    "videos": ["https://placehold.co/1920x1080.mp4?text=Akinon%20Red%20T-shirt"],
}


def _page_of(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "count": 1,
        "next": "https://seller-center.akinon.com/api/i2/resource?page=2&limit=10",
        "previous": None,
        "results": [row],
    }


_BATCH = "f3909f53-a535-40cc-8d50-de0cd047aedd"
ANSWERS: dict[str, Any] = {
    "PRD108": _page_of({"id": "9db60fcc-90ff-4ce3-9761-57d8bdf138d4", **_PRODUCT, **_TIMES}),
    "PRD102": _page_of(
        {
            **_PRODUCT,
            "prices": [{"price_list": _LIST, **_PRICE}],
            "stocks": [{"stock_list": _LIST, "unit_type": "qty", "stock": "90", "sold_quantity_unreported": "10"}],
            **_TIMES,
        }
    ),
    "PRD107": {
        "id": _BATCH,
        "registry": "Resource (Reference Number)",
        "request_file": f"https://akinon.com/imports/{_BATCH}.json",
        "success_file": f"https://akinon.com/imports/{_BATCH}-s.json",
        "error_file": f"https://akinon.com/imports/{_BATCH}-e.json",
        "status": 1,
        "state": {"total": 1, "succeeded": 1, "failed": 1},
        "processed_in": 1,
        **_TIMES,
    },
    **{code: {"batch_request_id": "4b306686-cabb-4dd4-bf28-31679957c229"} for code in _WRITES},
}

_STOCK = {"stock_list": _LIST, "stock": "90", "unit_type": "qty"}
BODIES: dict[str, list[dict[str, Any]]] = {
    "PRD101": [
        {
            **_PRODUCT,
            "product": "e7ff9b80-6c00-4730-b99c-d9c5d0ba4a30",
            "prices": [{"price_list": _LIST, **_PRICE}],
            "stocks": [_STOCK],
            "restrict_for_others": None,
        }
    ],
    "PRD103": [{"sku": "AKN-TSHRT-RD"}],
    "PRD104": [{"sku": "AKN-TSHRT-RD", "price_list": _LIST, **_PRICE, **_STOCK}],
    "PRD105": [{"sku": "AKN-TSHRT-RD", "price_list": _LIST, **_PRICE}],
    "PRD106": [{"sku": "AKN-TSHRT-RD", **_STOCK}],
}

QUOTES = (
    "Products",
    "Host: sandbox.akinon.com",
    "Authorization: YOUR_API_KEY",
    "Responseall of",
    "idstring · uuidRequired",
    "Unique identifier for the product can be found in the catalog (PRD108).",
    "Value to search in the marketplace catalog.",
    *(f"{code}: {title}" for code, (_, _, title) in OPERATIONS.items()),
    "Get Batch Request",
)
"""The page's words outside of parameters, fields and examples that the document quotes."""
