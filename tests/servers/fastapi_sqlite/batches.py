"""The queue: batches are done a moment after they were accepted, one after the other."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from .items import Invalid, item
from .lists import forget
from .models import Json, Product, engine, instant_shown, uuid_shown
from .setup import on
from .writes import WORK, Failed, now


@dataclass
class Batch:
    """What became of a write."""

    id: str
    total: int
    succeeded: int = 0
    failed: int = 0
    created: int = field(default_factory=now)
    updated: int = field(default_factory=now)


batches: dict[str, Batch] = {}
tasks: set[asyncio.Task[None]] = set()
lock = asyncio.Lock()


def submit(kind: str, items: list[Any]) -> str:
    """Accept a write; gives the batch's id."""
    batch = Batch(str(uuid.uuid4()), 0 if on("state-late") else len(items))
    if on("unknown-not-counted"):
        batch.total = -1
    twin = next((other for other in batches.values() if other.created // 1_000_000 == batch.created // 1_000_000), None)
    batches[batch.id] = twin if on("state-merged") and twin else batch
    task = asyncio.create_task(run(batches[batch.id], kind, items))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return batch.id


async def run(batch: Batch, kind: str, items: list[Any]) -> None:
    """Do a batch when it is its turn."""
    if on("background-order"):
        await asyncio.sleep(0.02 * len(items))
    if on("stale-object"):
        await perform_late(batch, kind, items)
        return
    async with lock:
        if on("state-before"):
            batch.succeeded = batch.total
            await asyncio.sleep(6)
        await asyncio.sleep(0.25 if on("worker-slow") or on("status-cache") else 0.15 if on("state-late") else 0.005)
        await perform(batch, kind, items)


async def perform(batch: Batch, kind: str, items: list[Any]) -> None:
    """Do the items of a batch."""
    chosen = list(items)
    if on("bulk-chunk") and len(items) > 5:
        chosen = items[: len(items) // 5 * 5]
    if on("delete-approved-only") and kind == "delete":
        chosen = items[::2]
    if on("gather"):
        chosen = sorted(chosen, key=lambda one: -len(str(one)))
    succeeded, failed = len(items) - len(chosen), 0
    with Session(engine) as session:
        for place, given in enumerate(chosen, 1):
            if place % 50 == 0:
                session.commit()
                await asyncio.sleep(0)
            try:
                WORK[kind](session, item(kind, given))
                if not on("rollback-loses") and not on("autoflush"):
                    session.flush()
                succeeded += 1
            except (Failed, Invalid):
                if on("task-exception"):
                    session.commit()
                    return
                if on("unknown-succeeds"):
                    succeeded += 1
                    continue
                failed += 1
                if on("rollback-loses"):
                    session.rollback()
                if on("rollback-all") or (on("delete-all-missing") and kind == "delete"):
                    session.rollback()
                    succeeded, failed = 0, len(items)
                    break
        if on("commit-missing"):
            session.rollback()
        session.commit()
    if on("unknown-not-counted"):
        batch.total, failed = succeeded, 0
    if on("delete-rowcount") and kind == "delete":
        failed = 0
    if on("task-twice"):
        succeeded, failed = succeeded * 2, failed * 2
    batch.total = len(items) if on("state-late") else batch.total
    batch.succeeded, batch.failed, batch.updated = succeeded, failed, now()
    forget()


async def perform_late(batch: Batch, kind: str, items: list[Any]) -> None:
    """Read rows, wait, and write the whole of them back."""
    before = _snapshot()
    await asyncio.sleep(0.06)
    after = _snapshot()
    await perform(batch, kind, items)
    changed = {sku for sku, row in after.items() if sku in before and before[sku] != row}
    touched = {str(one.get("sku")) for one in items if isinstance(one, dict)}
    _restore({sku: before[sku] for sku in changed & touched}, kind)


def _snapshot() -> dict[str, dict[str, Any]]:
    with Session(engine) as session:
        return {
            row.sku: {
                "name": row.name,
                "attributes": row.attributes,
                "images": row.images,
                "prices": {p.price_list: (p.price, p.retail_price, p.tax_rate, p.currency_type) for p in row.prices},
                "stocks": {s.stock_list: (s.stock, s.unit_type) for s in row.stocks},
            }
            for row in session.query(Product)
        }


def _restore(rows: dict[str, dict[str, Any]], kind: str) -> None:
    with Session(engine) as session:
        for row in session.query(Product).where(Product.sku.in_(rows)):
            old = rows[row.sku]
            if kind != "products":
                row.name, row.attributes, row.images = old["name"], old["attributes"], old["images"]
            if kind == "stocks":
                row.prices = [p for p in row.prices if p.price_list in old["prices"]]
                for price in row.prices:
                    price.price, price.retail_price, price.tax_rate, price.currency_type = old["prices"][
                        price.price_list
                    ]
            if kind in ("prices", "products"):
                row.stocks = [s for s in row.stocks if s.stock_list in old["stocks"]]
                for stock in row.stocks:
                    stock.stock, stock.unit_type = old["stocks"][stock.stock_list]
        session.commit()


_first: dict[str, Json] = {}


def status(id: str) -> Json | None:
    """How far a batch is."""
    batch = batches.get(id)
    if batch is None:
        return None
    over = batch.succeeded + batch.failed == batch.total and batch.total >= 0
    body = {
        "id": uuid_shown(id),
        "registry": "Product",
        "request_file": None,
        "success_file": None,
        "error_file": None,
        "status": 3 if over else 1,
        "state": {"total": max(0, batch.total), "succeeded": batch.succeeded, "failed": batch.failed},
        "processed_in": round((batch.updated - batch.created) / 1_000_000, 3) if over else None,
        "updated_at": instant_shown(batch.updated),
        "created_at": instant_shown(batch.created),
    }
    return _first.setdefault(id, body) if on("status-cache") else body
