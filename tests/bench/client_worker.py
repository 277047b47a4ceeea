"""One client in a process of its own: `client_worker.py CONTESTANT BASE_URL MEASURE`.

Measures: `sync` and `async` (each line on standard input is a number of calls; answered with the seconds that they
took), `first` (import and one call; prints seconds), `walk` (100,000 products; prints the peak memory in MB).
"""

from __future__ import annotations

import asyncio
import importlib
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

BASE = sys.argv[2]
Sync = Callable[[int], Any]
Async = Callable[[int], Awaitable[Any]]


def ours(name: str = "akinon_seller_products") -> tuple[Sync, Async]:
    package = importlib.import_module(name)
    client, aclient = package.Client("key", base_url=BASE), package.AsyncClient("key", base_url=BASE)
    return (
        lambda page: client.get_products(page=page, limit=100).results,
        lambda page: aclient.get_products(page=page, limit=100),
    )


def structs() -> tuple[Sync, Async]:
    return ours("structs")


def hand() -> tuple[Sync, Async]:
    httpx2 = importlib.import_module("httpx2")
    models = importlib.import_module("client_by_hand")
    headers = {"Authorization": "key"}
    client, aclient = httpx2.Client(base_url=BASE, headers=headers), httpx2.AsyncClient(base_url=BASE, headers=headers)

    def sync(page: int) -> Any:
        answer = client.get("/api/i2/products/", params={"page": page, "limit": 100})
        answer.raise_for_status()
        return models.Page.model_validate_json(answer.content).results

    async def asynchronous(page: int) -> Any:
        answer = await aclient.get("/api/i2/products/", params={"page": page, "limit": 100})
        answer.raise_for_status()
        return models.Page.model_validate_json(answer.content).results

    return sync, asynchronous


def dcg() -> tuple[Sync, Async]:
    package = importlib.import_module("dcg_client")
    client, aclient = package.Client(base_url=BASE, api_key="key"), package.AsyncClient(base_url=BASE, api_key="key")
    return (
        lambda page: client.products.get_products(page=page, limit=100).results,
        lambda page: aclient.products.get_products(page=page, limit=100),
    )


def opc() -> tuple[Sync, Async]:
    package = importlib.import_module("opc_client")
    call = importlib.import_module("opc_client.api.products.get_products")
    client = package.AuthenticatedClient(base_url=BASE, token="key", prefix="")
    aclient = package.AuthenticatedClient(base_url=BASE, token="key", prefix="")
    return (
        lambda page: call.sync(client=client, page=page, limit=100).results,
        lambda page: call.asyncio(client=aclient, page=page, limit=100),
    )


def main() -> None:
    """Carry out one measure."""
    kind = {"ours": ours, "structs": structs, "hand": hand, "dcg": dcg, "opc": opc}[sys.argv[1]]
    match sys.argv[3]:
        case "first":
            began = time.perf_counter()
            kind()[0](1)
            print(time.perf_counter() - began)
        case "walk":
            call = kind()[0]
            if sys.argv[1] in ("ours", "structs"):
                package = importlib.import_module({"ours": "akinon_seller_products"}.get(sys.argv[1], "structs"))
                rows = sum(1 for _ in package.Client("key", base_url=BASE).get_products(limit=100))
            else:
                rows = sum(len(call(page)) for page in range(1, 1001))
            assert rows == 100_000, rows
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        case "sync":
            call = kind()[0]
            for line in sys.stdin:
                began = time.process_time()
                for _ in range(int(line)):
                    call(1)
                print(time.process_time() - began, flush=True)
        case "async":
            asyncio.run(answering(kind()[1]))


async def answering(call: Async) -> None:
    """The same as `sync` in one event loop."""
    for line in sys.stdin:
        began = time.process_time()
        for _ in range(int(line)):
            await call(1)
        print(time.process_time() - began, flush=True)


if __name__ == "__main__":
    main()
