"""What the tests ask of a sandbox, in few words."""

from __future__ import annotations

import time
from typing import Any

import httpx2

from tests.clock import HANG

PRODUCTS = "/api/i2/products/"
SEARCH = "/api/i2/products/search/"
PRICES = "/api/i2/products/prices/"
STOCKS = "/api/i2/products/stocks/"
BOTH = "/api/i2/products/prices-and-stocks/"
LISTS = ("4c7c6e4e-2655-4e9b-8012-69395b40b0cf", "11111111-2222-4333-8444-555555555555")


def page(client: httpx2.Client, path: str = PRODUCTS, **query: Any) -> Any:
    """The body of a 200."""
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    return response.json()


def rows(client: httpx2.Client, path: str = PRODUCTS, **query: Any) -> list[dict[str, Any]]:
    """All rows of a query, on one page."""
    found: list[dict[str, Any]] = page(client, path, limit=100_000, **query)["results"]
    return found


def everything(client: httpx2.Client) -> list[dict[str, Any]]:
    """All products, approved or not."""
    return rows(client, approved="true") + rows(client, approved="false")


def product(sku: str, **changes: Any) -> dict[str, Any]:
    """An item of an upsert."""
    return {
        "name": "Ürün  A",
        "base_code": "B",
        "sku": sku,
        "category": LISTS[0],
        "attributes": {"COLOR": "Red", "N": 1},
        **changes,
    }


def price(sku: str, one: str = LISTS[0], **changes: Any) -> dict[str, Any]:
    """An item of a price upsert."""
    amounts = {"currency_type": "TRY", "retail_price": "99.90", "price": "89.9000", "tax_rate": "0.18"}
    return {"sku": sku, "price_list": one, **amounts, **changes}


def write(client: httpx2.Client, method: str, path: str, items: Any, wait: float = HANG) -> Any:
    """Send a batch and wait until it is over; what the status operation shows then."""
    response = client.request(method, path, json=items)
    assert response.status_code == 202, response.text
    until = time.monotonic() + wait
    while True:
        batch = look(client, response.json()["batch_request_id"])
        state = batch["state"]
        if state["succeeded"] + state["failed"] == state["total"] and batch["processed_in"] is not None:
            return batch
        assert time.monotonic() < until, batch
        time.sleep(0.005)


def look(client: httpx2.Client, id: str) -> Any:
    """What the status operation shows of a batch."""
    response = client.get(f"{PRODUCTS}batch-requests/{id}")
    assert response.status_code == 200, response.text
    return response.json()


def one(client: httpx2.Client, sku: str) -> dict[str, Any] | None:
    """The product with that sku, or None."""
    found = rows(client, sku=sku)
    assert len(found) < 2
    return found[0] if found else None
