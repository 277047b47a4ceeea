"""A small shop in memory, called without a network. It is honest; a test can override each of its steps.

It shares no code with the laws or the sandbox: it implements the meaning of lookups a third time.
"""

from __future__ import annotations

import json
import re
import urllib.parse
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import spec
from conformance.laws import LAWS
from conformance.oracle.awkward import WITNESSES
from conformance.oracle.budget import NORMAL, Budget
from conformance.reading.context import RunContext
from conformance.runner.run import try_clause
from conformance.transport.exchange import Request, Response
from conformance.transport.guard import Ownership
from conformance.transport.key_place import KeyPlace
from conformance.transport.pace import Limits
from conformance.transport.target import Target
from conformance.verdict import Outcome
from spec import Contract, Operation
from tests.clock import DrivenClock

CONTRACT: Contract = spec.load()
KEY = "Right-Key-1"
BASE = "http://shop.test"
BEGAN = datetime(2025, 5, 22, 11, 42, 32, 935_000, UTC)

Row = dict[str, Any]
Query = list[tuple[str, str]]


class Refused(Exception):
    """A request that is answered with an error: (status, what is wrong)."""

    def __init__(self, status: int, wrong: str) -> None:
        super().__init__(wrong)
        self.status = status


def moment(at: datetime) -> str:
    """A time as the shop shows it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def when(text: str) -> datetime:
    """A time as the shop reads it."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        raise Refused(400, f"not a time: {text}")
    return datetime.fromisoformat(text)


@cache
def item_of(code: str) -> tuple[Mapping[str, Mapping[str, Any]], tuple[str, ...]]:
    """The fields of an operation's items with their schemas, and those that are required."""
    schema = CONTRACT.items(CONTRACT.by_code[code])
    return CONTRACT.properties(schema), CONTRACT.required(schema)


class Shop:
    """Rows, batches, and what is answered."""

    def __init__(self, count: int = 45) -> None:
        self.rows = [self.make(n) for n in range(count)]
        self.hidden = {row["sku"]: n % 9 != 4 for n, row in enumerate(self.rows)}
        self.catalog = [{**{k: v for k, v in row.items() if k not in ("prices", "stocks")}} for row in self.rows]
        for n, row in enumerate(self.catalog):
            row["id"] = f"{n:08x}-1111-4000-8000-000000000000"
        self.batches: dict[str, dict[str, Any]] = {}
        self.clock = BEGAN + timedelta(days=30)
        self.asked = 0

    def make(self, n: int) -> Row:
        """A row of the catalog as it is at first."""
        category = f"{n % 4:08x}-0000-4000-8000-000000000000"
        colors = ("Red", "red", "Dark Red", "Göz", "Reddish Brown", "50% _grey")
        entry = f"{n % 2:08x}-2222-4000-8000-000000000000"
        price = {"price_list": entry, "currency_type": "USD", "retail_price": "99.99", "price": "89.90"}
        return {
            "name": WITNESSES[n % len(WITNESSES)] + (f" {n}" if n >= len(WITNESSES) else ""),
            "base_code": f"BC-{n // 3}",
            "sku": f"Sku {n}+x" if n % 7 == 0 else f"SKU-{n}",
            "category": category,
            "attributes": {"COLOR": colors[n % 6], "SIZE": n % 5, "color": "Blue bag", "COLOR_2": colors[n % 4]},
            "images": [f"https://img.example/{n}"],
            "videos": [],
            "prices": [{**price, "tax_rate": "0.08"}],
            "stocks": [{"stock_list": entry, "unit_type": "qty", "stock": "90", "sold_quantity_unreported": "0"}],
            "updated_at": moment(BEGAN + timedelta(milliseconds=997 * (n // 2))),
            "created_at": moment(BEGAN - timedelta(hours=n)),
        }

    # -- HTTP ------------------------------------------------------------------------------------------------

    def response(self, request: Request, key: str | None) -> Response:
        """The answer to any request."""
        self.asked += 1
        operation = CONTRACT.by_code[request.operation]
        try:
            if not self.allowed(operation, key):
                raise Refused(401, "no")
            status, data = self.handle(operation, request)
        except Refused as refused:
            status, data = refused.status, {"detail": str(refused)}
        return self.respond(operation, status, data)

    def respond(self, operation: Operation, status: int, data: Any) -> Response:
        """An answer out of its data."""
        return Response(status, {"content-type": "application/json"}, json.dumps(data).encode(), 0.001)

    def allowed(self, operation: Operation, key: str | None) -> bool:
        """True when the key is accepted."""
        return key == KEY

    def handle(self, operation: Operation, request: Request) -> tuple[int, Any]:
        """Status and data."""
        if operation.pagination:
            return self.listed(operation, request)
        if operation.batch:
            return self.looked_up(request.path.rstrip("/").rpartition("/")[2])
        return self.submitted(operation, request.body or b"")

    # -- lists ------------------------------------------------------------------------------------------------

    def listed(self, operation: Operation, request: Request) -> tuple[int, Any]:
        """A page."""
        query = list(request.query)
        page, limit = self.number(query, "page", 1), self.number(query, "limit", 10)
        rows = self.order(self.chosen(operation, query, request), limit)
        count = self.count(rows, limit)
        shown = self.cut(rows, page, limit)
        following = self.link(request, page + 1, limit) if self.has_next(page, limit, count) else None
        preceding = self.link(request, page - 1, limit) if self.has_previous(page, limit, count) else None
        return 200, {"count": count, "next": following, "previous": preceding, "results": shown}

    def number(self, query: Query, name: str, default: int) -> int:
        """The page or the limit."""
        text = dict(query).get(name, str(default))
        if not re.fullmatch(r"\d+", text) or int(text) < 1:
            raise Refused(400, f"{name} {text}")
        return int(text)

    def chosen(self, operation: Operation, query: Query, request: Request) -> list[Row]:
        """The rows that a query is about."""
        if operation.code == "PRD108":
            words = dict(query).get("query")
            if not words:
                raise Refused(400, "query is required")
            return [row for row in self.catalog if self.found(row, words)]
        return [row for row in self.rows if self.fits(operation, query, row)]

    def found(self, row: Row, words: str) -> bool:
        """Does a search find the row?"""
        return any(words.casefold() in str(row[f]).casefold() for f in ("name", "base_code", "sku"))

    def fits(self, operation: Operation, query: Query, row: Row) -> bool:
        """Do all filters of a query show the row?"""
        told = [self.shows(name, value, row) for name, value in query if name not in ("page", "limit")]
        if "approved" not in dict(query):
            told.append(self.approved(row, True))
        return all(told)

    def approved(self, row: Row, wanted: bool) -> bool:
        """Has the row this state of approval?"""
        return self.hidden.get(row["sku"], True) is wanted

    def shows(self, name: str, value: str, row: Row) -> bool:
        """Does one filter show the row?"""
        if name == "approved":
            if value not in ("true", "false"):
                raise Refused(400, "approved")
            return self.approved(row, value == "true")
        field, _, rest = name.partition("__")
        if field == "attribute":
            key, _, lookup = rest.rpartition("__")
            if not key or lookup not in LOOKUPS:
                key, lookup = rest, "exact"
            return self.attribute(row, key, lookup, value)
        if field not in row:
            raise Refused(400, f"{name} isn't known")
        if field.endswith("_at"):
            if rest not in ("", "gt", "gte", "lt", "lte"):
                raise Refused(400, f"{name} isn't known")
            try:
                operand = when(value)
            except (ValueError, OverflowError):
                raise Refused(400, name) from None
            return self.ordered(rest or "exact", when(row[field]), operand)
        if field == "category":
            values = value.split(",") if rest == "in" else [value]
            if not all(re.fullmatch(r"[0-9a-f-]{36}", v.lower()) for v in values):
                raise Refused(400, name)
            return row[field] in [v.lower() for v in values]
        if rest and rest not in LOOKUPS:
            raise Refused(400, f"{name} isn't known")
        return self.matches(rest or "exact", str(row[field]), value)

    def attribute(self, row: Row, key: str, lookup: str, value: str) -> bool:
        """Does a free key's value fit?"""
        return key in (row["attributes"] or ()) and self.matches(lookup, str(row["attributes"][key]), value)

    def matches(self, lookup: str, value: str, operand: str) -> bool:
        """A lookup on texts."""
        if lookup.startswith("i"):
            value, operand, lookup = value.casefold(), operand.casefold(), lookup[1:]
        return LOOKUPS[lookup](value, operand)

    def ordered(self, lookup: str, value: datetime, operand: datetime) -> bool:
        """A lookup on times."""
        return {
            "exact": value == operand,
            "gt": value > operand,
            "gte": value >= operand,
            "lt": value < operand,
            "lte": value <= operand,
        }[lookup]

    def order(self, rows: list[Row], limit: int) -> list[Row]:
        """The rows in the list's order."""
        return rows

    def cut(self, rows: list[Row], page: int, limit: int) -> list[Row]:
        """The rows of a page."""
        return rows[(page - 1) * limit : page * limit]

    def count(self, rows: list[Row], limit: int) -> int:
        """What is said of how many there are."""
        return len(rows)

    def has_next(self, page: int, limit: int, count: int) -> bool:
        """Is another page announced?"""
        return page * limit < count

    def has_previous(self, page: int, limit: int, count: int) -> bool:
        """Is a page before announced?"""
        return page > 1

    def link(self, request: Request, page: int, limit: int) -> str:
        """The address of another page of the same query."""
        kept = [(n, v) for n, v in request.query if n not in ("page", "limit")]
        return f"{BASE}{request.path}?" + urllib.parse.urlencode([*kept, ("page", page), ("limit", limit)])

    # -- writes -----------------------------------------------------------------------------------------------

    def submitted(self, operation: Operation, body: bytes) -> tuple[int, Any]:
        """A batch, done at once."""
        items = self.items(body)
        done = [self.taken(operation, item) for item in items]
        self.clock += timedelta(seconds=1)
        ticket = str(uuid.UUID(int=len(self.batches) + 1, version=4))
        state = {"total": len(items), "succeeded": sum(done), "failed": len(items) - sum(done)}
        self.batches[ticket] = {
            "id": ticket,
            "registry": "r",
            "request_file": f"{BASE}/q",
            "success_file": f"{BASE}/s",
            "error_file": f"{BASE}/e",
            "status": 1,
            "state": state,
            "processed_in": 1,
            "updated_at": moment(self.clock),
            "created_at": moment(self.clock),
        }
        return 202, {"batch_request_id": ticket}

    def items(self, body: bytes) -> list[Any]:
        """The items of a batch."""
        try:
            items = json.loads(body)
        except ValueError:
            raise Refused(400, "not JSON") from None
        if not isinstance(items, list):
            raise Refused(400, "not a list")
        return items

    def looked_up(self, ticket: str) -> tuple[int, Any]:
        """A batch by its ticket."""
        if ticket not in self.batches:
            raise Refused(404, "no such batch")
        return 200, self.batches[ticket]

    def taken(self, operation: Operation, item: Any) -> bool:
        """Apply an item, or don't."""
        if not isinstance(item, dict) or not self.valid(operation, item):
            return False
        row = self.row(item["sku"])
        if operation.method == "DELETE":
            return self.delete(item["sku"])
        if operation.code == "PRD101":
            self.upsert(row, item)
            return True
        return row is not None and self.write_parts(operation, row, item)

    def valid(self, operation: Operation, item: Row) -> bool:
        """The mistakes of an item, by the document."""
        fields, required = item_of(operation.code)
        if any(name not in item for name in required):
            return False
        for part, key in (("prices", "price_list"), ("stocks", "stock_list")):
            entries = item.get(part, [])
            if not isinstance(entries, list) or any(not isinstance(e, dict) or key not in e for e in entries):
                return False
        return all(self.typed(fields[n], v) for n, v in item.items() if n in fields)

    def typed(self, schema: Mapping[str, Any], value: Any) -> bool:
        """Is the value of the field's type?"""
        types = schema.get("type", "string")
        types = [types] if isinstance(types, str) else types
        named = {"string": str, "array": list, "object": dict, "boolean": bool, "integer": int, "null": type(None)}
        if not any(isinstance(value, named[t]) for t in types):
            return False
        if isinstance(value, list) and schema.get("items", {}).get("type") == "string":
            return all(isinstance(one, str) for one in value)
        if schema.get("format") == "uuid":
            return re.fullmatch(r"[0-9a-fA-F-]{36}", str(value)) is not None and not str(value).startswith("7d9a0c64")
        return schema.get("format") != "decimal" or re.fullmatch(r"\d+(\.\d+)?", str(value)) is not None

    def row(self, sku: str) -> Row | None:
        """The row with a key."""
        return next((row for row in self.rows if row["sku"] == sku), None)

    def upsert(self, row: Row | None, item: Row) -> None:
        """Make a row of an item, or change the one that there is."""
        if row is None:
            row = {
                **self.make(0),
                "images": [],
                "videos": [],
                "prices": [],
                "stocks": [],
                "created_at": moment(self.clock),
            }
            row["sku"] = item["sku"]
            self.rows.append(row)
            self.hidden[item["sku"]] = True
        row.update({n: v for n, v in item.items() if n in row and n not in ("prices", "stocks")})
        for part, key in (("prices", "price_list"), ("stocks", "stock_list")):
            for entry in item.get(part, ()):
                self.put(row, part, key, entry)
        row["updated_at"] = moment(self.clock)

    def write_parts(self, operation: Operation, row: Row, item: Row) -> bool:
        """Prices and stocks of a row."""
        for part, key in (("prices", "price_list"), ("stocks", "stock_list")):
            if key in item:
                names = PRICE if part == "prices" else STOCK
                self.put(row, part, key, {n: v for n, v in item.items() if n in names})
        row["updated_at"] = moment(self.clock)
        return True

    def put(self, row: Row, part: str, key: str, entry: Row) -> None:
        """One entry of a row, in the place of the one with its id."""
        rest = {"sold_quantity_unreported": "0"} if part == "stocks" else {}
        row[part] = [e for e in row[part] if e[key] != entry[key]] + [{**rest, **entry}]

    def delete(self, sku: str) -> bool:
        """Delete a row."""
        before = len(self.rows)
        self.rows = [row for row in self.rows if row["sku"] != sku]
        return len(self.rows) < before


LOOKUPS: dict[str, Callable[[str, str], bool]] = {
    "exact": lambda value, operand: value == operand,
    "contains": lambda value, operand: operand in value,
    "startswith": lambda value, operand: value.startswith(operand),
    "endswith": lambda value, operand: value.endswith(operand),
    "iexact": lambda value, operand: value == operand,
    "icontains": lambda value, operand: operand in value,
    "istartswith": lambda value, operand: value.startswith(operand),
    "iendswith": lambda value, operand: value.endswith(operand),
}
PRICE = ("price_list", "currency_type", "retail_price", "price", "tax_rate")
STOCK = ("stock_list", "unit_type", "stock")


class Direct(Target):
    """A target whose requests go to a shop without a network, and the evidence in its responses."""

    shop: Shop
    log: list[Request]

    def _send_once(self, request: Request) -> Response:
        self.log.append(request)
        return self.shop.response(request, KeyPlace("header", "Authorization").value(self.key, request.credential))


TOKEN = "c0ffee1234"
"""The same for every run, so that runs differ in nothing."""


LIGHT = replace(NORMAL, large_batch=400, large_text=10_000)
"""The budget of a run, with smaller bodies where it sends the largest: they take longer than all else together."""


def ask_of(shop: Shop, folder: Path | None = None, seed: int = 0, budget: Budget = LIGHT) -> RunContext:
    """The context of a run on a shop; with writes where there is a folder for the journal."""
    ownership = Ownership(CONTRACT, BASE, folder / "journal.ndjson", TOKEN) if folder else None
    # Nothing goes over a wire, so certificates needn't be loaded.
    target = Direct(
        BASE, CONTRACT, KEY, Limits(batch=0.02, lag=0.0), ownership=ownership, verify=False, clock=DrivenClock()
    )
    target.shop, target.log = shop, []
    context = RunContext(CONTRACT, target, seed, BEGAN + timedelta(days=30), budget=budget)
    target.observe = context.evidence.observe
    return context


def log_of(context: RunContext) -> list[Request]:
    """The requests that a context of `ask_of` has sent."""
    return context.target.log if isinstance(context.target, Direct) else []


def outcome(context: RunContext, clause_id: str) -> Outcome:
    """The verdict on one clause."""
    clause = CONTRACT.clause(clause_id)
    if clause is None:
        raise KeyError(clause_id)
    if clause.kind.startswith("response."):
        # What speaks from all answers needs some.
        try_clause(context, LAWS["response.status"], CONTRACT.clause(f"{clause.operation}.response.status") or clause)
    return try_clause(context, LAWS[clause.kind], clause)
