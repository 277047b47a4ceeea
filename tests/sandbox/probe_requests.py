"""Probe requests: they show a sandbox's behaviour, as a transcript that doesn't depend on the clock or on chance.

Two sandboxes with the same transcript are the same to a client who asks these things; a fault that no
transcript shows would be none.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2

from conformance.sandbox import DEFAULT_KEY, app, batches
from conformance.sandbox.api import Sandbox
from conformance.sandbox.settings import Settings
from spec import Contract, Filter, Operation

HEADERS = {"Authorization": DEFAULT_KEY}
STAMP = re.compile(r"20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ")
ID = re.compile(r"\([0-9a-f]{8}\)|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def transcript(contract: Contract, operation: Operation, subject: str = "", fault: str | None = None) -> list[str]:
    """What an operation of a sandbox answers to what is asked here: of its filters only to `subject`, if it is one."""
    settings = Settings(products=45, faults=(fault,) if fault else ())
    return asyncio.run(_transcript(contract, operation, subject, settings))


async def _transcript(contract: Contract, operation: Operation, subject: str, settings: Settings) -> list[str]:
    sandbox = app(contract, settings)
    worker = asyncio.create_task(sandbox.tenants[0].worker.run())
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(sandbox), base_url="http://sandbox", timeout=60)
    asked = _Asked(client, sandbox)
    try:
        await _keys(asked, operation)
        if operation.pagination:
            await _reads(asked, operation, subject)
        elif operation.batch:
            await _batches(asked, contract, operation)
        else:
            await _writes(asked, contract, operation)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A client that stumbles over an answer has seen that it is wrong.
        asked.note(repr(error))
    finally:
        worker.cancel()
        await client.aclose()
        sandbox.close()
    return asked.lines


class _Asked:
    """Sends requests and writes down what comes back."""

    def __init__(self, client: httpx2.AsyncClient, sandbox: Sandbox) -> None:
        self.client = client
        self.sandbox = sandbox
        self.lines: list[str] = []

    async def __call__(
        self, method: str, url: str, *, note: bool = True, headers: dict[str, str] | None = None, **sent: Any
    ) -> httpx2.Response:
        response = await self.client.request(method, url, headers=HEADERS if headers is None else headers, **sent)
        if note:
            content_type = response.headers.get("content-type")
            self.note(method, url, response.status_code, content_type, response.text)
        return response

    async def worked(self) -> None:
        """Wait until no batch is left to work on."""
        while True:
            await asyncio.sleep(0)
            with self.sandbox.tenants[0].store.work() as connection:
                if batches.next_pending(connection) is None:
                    return

    def note(self, *what: Any) -> None:
        self.lines.append(" ".join(ID.sub("<id>", str(one)) for one in what))


async def _keys(asked: _Asked, operation: Operation) -> None:
    url = operation.path.replace("{id}", "00000000-0000-0000-0000-000000000001")
    for key in (None, "", "wrong", DEFAULT_KEY[:-1], DEFAULT_KEY + "x", DEFAULT_KEY.swapcase()):
        headers = {} if key is None else {"Authorization": key}
        body: dict[str, Any] = {} if operation.safe else {"json": "nothing"}
        await asked(operation.method, url, headers=headers, **body)


async def _reads(asked: _Asked, operation: Operation, subject: str) -> None:
    search = next((p.name for p in operation.parameters if p.search), None)
    base = f"{operation.path}?{search}=a" if search else f"{operation.path}?"
    rows = []
    for approved in ("&approved=true", "&approved=false") if operation.filters else ("",):
        rows += (await asked("GET", f"{base}&limit=100{approved}")).json()["results"]
    for query in (
        "", "&page=2", "&page=3&limit=7", "&page=5&limit=15", "&limit=1", "&limit=60", "&limit=13", "&page=99",
        "&page=0", "&page=-1", "&limit=0", "&limit=x", "&page=x", f"&page={10**30}", "&limit=20", "&limit=20&page=2",
        "&page=4&limit=20",
    ):  # fmt: skip
        for _ in range(2 if query == "" else 1):
            await asked("GET", base + query)
    count = (await asked("GET", base)).json()["count"]
    for limit in (5, 7, count // 2, count):
        for page in (-(-count // limit) - 1, -(-count // limit), -(-count // limit) + 1):
            await asked("GET", f"{base}&limit={limit}&page={max(1, page)}")
    await asked("GET", operation.path)
    for language in ("tr", "de", "en", ";;"):
        await asked("GET", base, headers={**HEADERS, "Accept-Language": language})
    if search:
        for row in rows[::3]:
            for value in (row["name"], row["sku"], row["base_code"].upper(), row["name"].swapcase(), row["name"][2:5]):
                await asked("GET", f"{operation.path}?limit=100&{search}={quote(value)}")
        for page in (1, 2):
            await asked("GET", f"{operation.path}?limit=1&page={page}&{search}=%2B")
        for value in ("zzz no such", "%00", "%F0%9F%A7%A2", "zzz Red", "Şapka", "şapka", "ŞAPKA", "ÇANTA BÜYÜK"):
            await asked("GET", f"{operation.path}?limit=100&{search}={value}")
        return
    await asked("GET", f"{base}&name=%00")
    await asked("GET", f"{base}&name=%F0%9F%A7%A2")
    about = [f for f in operation.filters if subject in (f.parameter, f.field)] or operation.filters[6:7]
    for filter in about:
        for name, value in _values(filter, rows):
            await asked("GET", f"{base}&limit=100&{name}={quote(value)}")
        name, value = next(_values(filter, rows))
        await asked("GET", f"{base}&limit=3&page=2&{name}={quote(value)}")
        for other in ("name__icontains=a", "updated_at__gt=2024-01-01T00:00:00Z", "sku__icontains=t"):
            await asked("GET", f"{base}&limit=100&{name}={quote(value)}&{other}")
            await asked("GET", f"{base}&limit=100&{other}&{name}={quote(value)}")
        await asked("GET", f"{base}&{name[:-1]}={quote(value)}")
        await asked("GET", f"{base}&{name}=no-such-value")
    for query in ("name__icontains=a", "name__icontains=a&sku__icontains=t", "attribute__COLOR__icontains=%2B"):
        for page in ("&page=1&limit=2", "&page=2&limit=2", "&page=3&limit=2"):
            await asked("GET", f"{base}&{query}{page}")


def _values(filter: Filter, rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    if filter.free_key:
        for key in ("COLOR", "COL", "WEIGHT"):
            seen = dict.fromkeys(str(row["attributes"].get(key, "")) for row in rows)
            for value in list(seen)[:5]:
                yield from ((filter.name(key), one) for one in _variants(value))
        yield filter.name("NO_SUCH_KEY"), "x"
        return
    if filter.hidden:
        yield from ((filter.parameter, value) for value in ("true", "false", "maybe"))
        return
    shown = list(dict.fromkeys(str(row[filter.field]) for row in rows))
    if filter.many:
        yield filter.parameter, shown[0]
        yield filter.parameter, ",".join(shown[:2])
        yield filter.parameter, ",".join(shown[1:4])
    elif filter.schema.get("format") == "date-time":
        for value in shown[:10]:
            yield filter.parameter, value
            yield filter.parameter, value.replace("Z", "+03:00")
    else:
        for value in shown[:24]:
            yield from ((filter.parameter, one) for one in _variants(value))


def _variants(value: str) -> Iterator[str]:
    yield value
    yield value.swapcase()
    yield value[: max(1, len(value) // 2)]
    yield value[len(value) // 2 :]
    yield "_" + value[1:]
    yield value[:2] + "%"
    yield value + " "


async def _batches(asked: _Asked, contract: Contract, operation: Operation) -> None:
    for id in ("00000000-0000-0000-0000-000000000001", "not-a-uuid", "1"):
        await asked("GET", operation.path.replace("{id}", id))
    writer = contract.by_code["PRD103"]
    ticket = (await asked("DELETE", writer.path, note=False, json=[{"sku": "A"}])).json()["batch_request_id"]
    await asked.worked()
    response = await asked("GET", operation.path.replace("{id}", ticket), note=False)
    body = response.json() if "json" in response.headers["content-type"] else response.text
    asked.note(response.status_code, response.headers["content-type"], _shape(body))
    if isinstance(body, dict):
        asked.note([name for name in body if name.endswith("_file") and body[name]])
        for name in ("request_file", "success_file", "error_file"):
            if body.get(name):
                await asked("GET", body[name])


def _shape(value: Any) -> Any:
    """What a value looks like, without what depends on the clock."""
    if isinstance(value, dict):
        return {name: _shape(sub) for name, sub in value.items()}
    if isinstance(value, str):
        return "<time>" if STAMP.fullmatch(value) else ID.sub("<id>", value)
    return "<number>" if isinstance(value, float) else value


PRICE = {"currency_type": "USD", "retail_price": "99.9949", "price": "89.94", "tax_rate": "0.085"}
STOCK = {"stock": "1234567890.123", "unit_type": "Qty x"}
LISTS = ["4c7c6e4e-2655-4e9b-8012-69395b40b0cf", "11111111-2222-4333-8444-555555555555"]


def product(sku: str, **changes: Any) -> dict[str, Any]:
    """A product whose fields would show if they were written any other way."""
    return {
        "name": " Çok  <b>Uzun</b> & Adı Olan Ürün ",
        "base_code": "Bc-é  1 and more than twenty letters ",
        "sku": sku,
        "category": LISTS[0],
        "attributes": {"COLOR": "Red", "N": 7, "T": "7"},
        "images": ["https://x.example/1", "https://x.example/2"],
        "videos": ["https://x.example/b", "https://x.example/a"],
        "prices": [{"price_list": one, **PRICE} for one in LISTS],
        "stocks": [{"stock_list": one, **STOCK} for one in LISTS],
        **changes,
    }


async def _writes(asked: _Asked, contract: Contract, operation: Operation) -> None:
    upsert = contract.by_code["PRD101"]
    both = {"price_list": LISTS[0], "stock_list": LISTS[0], **PRICE, **STOCK}
    changed = {
        name: {"currency_type": "Trş  <b>&</b> and more than twenty"}.get(name, f"{turn}5.49")
        for turn, name in enumerate((*PRICE, *STOCK))
    }
    changed = {**both, **changed, "unit_type": changed["currency_type"]}
    keys = ["Sku é-1", "Sku é-1-X", "SKU É-1", " Sku é-1"]

    async def send(operation: Operation, items: Any, *, note: bool = True, **sent: Any) -> None:
        sent = sent or {"content": json.dumps(items), "headers": {**HEADERS, "Content-Type": "application/json"}}
        response = await asked(operation.method, operation.path, note=False, **sent)
        body = response.json() if "json" in response.headers["content-type"] else response.text
        if note:
            asked.note(response.status_code, response.headers["content-type"], _shape(body))
        ticket = body.get("batch_request_id") if isinstance(body, dict) else None
        await asked.worked()
        stamps = None
        for _ in range(3 if ticket else 0):
            batch = (await asked("GET", f"/api/i2/products/batch-requests/{ticket}", note=False)).json()
            if note:
                ordered = batch.get("created_at", "") <= batch.get("updated_at", "")
                asked.note(batch.get("id") == ticket, batch.get("state"), ordered, stamps == batch.get("updated_at"))
                stamps = batch.get("updated_at")

    before: dict[str, Any] = {}

    async def look() -> None:
        for query in ("&limit=500", "&sku__contains=-1"):
            page = (await asked("GET", f"{upsert.path}?{query}", note=False)).json()
            asked.note(page["count"])
            for row in page["results"]:
                stamps = row["created_at"], row["updated_at"]
                known = before.get(row["sku"], stamps)
                before[row["sku"]] = stamps
                row["created_at"], row["updated_at"] = stamps[0] == known[0], stamps[1] > known[1]
                asked.note(json.dumps(row, ensure_ascii=False))

    for turn, key in enumerate(keys):
        await send(upsert, [product(key, name=f" Çok  <b>Uzun</b> & Adı Olan Ürün {turn} ")], note=operation is upsert)
    await look()
    items: dict[str, list[Any]] = {
        "PRD101": [product(keys[0], name="Other", base_code="2", category=LISTS[1], attributes={"A": 1}, images=[])],
        "PRD103": [{"sku": keys[0]}],
    }
    good = items.get(operation.code, [{"sku": keys[0], **changed}])
    bad = {"PRD101": product("Bad", product=LISTS[0])}.get(operation.code, {**good[0], "sku": "no such"})
    fresh = {
        "PRD101": [product("New 1", prices=[], stocks=[])],
        "PRD103": [{"sku": keys[1]}],
    }.get(operation.code, [{"sku": keys[0], **both, "price_list": LISTS[1][::-1], "stock_list": LISTS[1][::-1]}])
    fresh = json.loads(json.dumps(fresh).replace(LISTS[1][::-1], "99999999-2222-4333-8444-555555555555"))
    await send(operation, good)
    await look()
    await send(operation, good, headers={**HEADERS, "Accept-Language": "tr"}, json=good)
    await send(operation, good, headers={**HEADERS, "Accept-Language": "de"}, json=good)
    await look()
    await send(operation, [bad, *fresh])
    await look()
    await send(operation, [*good, *fresh])
    await send(operation, [bad])
    await look()
    if operation is upsert:
        await send(operation, [product("New 1", name="first"), product("New 1", name="second")])
        without = product(keys[0])
        del without["images"], without["prices"]
        await send(operation, [without])
    await send(upsert, [product(keys[0]), product(keys[1])], note=False)
    await look()
    for body in ("{", "{}", "null", "[]", "[1]", '"x"', "[" + "1," * 600 + "1]"):
        await send(operation, None, content=body, headers=HEADERS)
    await send(operation, [{**good[0], "pad": "x" * 120_000}])
    await send(operation, [bad] * 600)
    await look()
    await send(operation, [{**fresh[0], "name": "77", "price": "77", "stock": "77"}, {}])
    await look()
    for name in good[0]:
        await send(operation, [{n: v for n, v in good[0].items() if n != name}])
        await send(operation, [{**good[0], name: 5 if not isinstance(good[0][name], int) else "x"}])
    for name in ("product", "restrict_for_others", "videos"):
        await send(operation, [{**good[0], name: 5}])
    await look()
