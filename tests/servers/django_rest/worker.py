"""The queue: a thread does batches one after the other."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .caching import forget
from .models import Batch
from .serializers import ShownInstant, uuid_shown
from .setup import on
from .writes import WORK, Failed

Task = tuple[uuid.UUID, str, list[Any]]
tasks: queue.Queue[Task] = queue.LifoQueue() if on("lifo") else queue.Queue()

DELAYS = {
    "worker-slow": 0.25,
    "lifo": 0.25,
    "queue-full": 0.5,
    "status-cached": 1,
    "state-null": 1,
    "row-late": 2,
    "state-early": 3,
}
"""Seconds before a batch begins, where the mistake is one of time."""


def submit(kind: str, items: list[Any]) -> uuid.UUID:
    """Accept a write; gives the batch's id."""
    total = len({str(item.get("sku")) for item in items}) if on("dedupe-total") else len(items)
    batch = Batch(id=uuid.uuid4(), total=total, created_at=timezone.now(), updated_at=timezone.now())
    if on("state-early"):
        batch.succeeded = total
    if not on("row-late"):
        batch.save()
    if on("on-commit") and tasks.empty() and total > 1:
        return batch.id
    if not (on("queue-full") and tasks.unfinished_tasks):
        tasks.put((batch.id, kind, items))
    return batch.id


def start() -> None:
    """Begin with the work."""
    threading.Thread(target=_work, daemon=True).start()


def _work() -> None:
    while True:
        id, kind, items = tasks.get()
        time.sleep(sum(delay for name, delay in DELAYS.items() if on(name)))
        if on("row-late"):
            Batch.objects.create(id=id, total=len(items))
        run(Batch.objects.get(pk=id), kind, items)
        tasks.task_done()


def run(batch: Batch, kind: str, items: list[Any]) -> None:
    """Do the items of a batch."""
    chosen = list(items)
    if on("chunk-tail") and len(items) > 5:
        chosen = items[: len(items) // 5 * 5]
    if on("chunk-edge"):
        chosen = [item for place, item in enumerate(items) if place % 6 != 5]
    if on("delete-first") and kind == "delete":
        chosen = items[:1]
    if on("order-set"):
        chosen = sorted(items, key=lambda item: str(sorted(item.items(), key=str)))
    succeeded, failed = len(items) - len(chosen), 0
    with transaction.atomic():
        for place, item in enumerate(chosen):
            point = transaction.savepoint()
            try:
                succeeded += _do(kind, item)
            except Failed:
                transaction.savepoint_rollback(point)
                if on("failure-stops"):
                    return
                if on("failure-success"):
                    succeeded += 1
                    continue
                failed += 1
                if on("atomic-rollback"):
                    transaction.set_rollback(True)
                    failed = len(chosen) - place
                    break
                if on("failure-skips"):
                    failed = len(chosen) - place
                    break
                if on("all-or-nothing"):
                    transaction.set_rollback(True)
                    succeeded, failed = 0, len(items)
                    break
    if on("retry-counts") and failed:
        succeeded *= 2
    if on("state-early"):
        succeeded, failed = batch.total, 0
    if on("dedupe-total"):
        succeeded = batch.total - min(failed, batch.total)
        failed = batch.total - succeeded
    forget()
    _over(batch, succeeded, failed)


def _do(kind: str, item: Any) -> int:
    if not isinstance(item, dict):
        raise Failed("an invalid item")
    done = WORK[kind](item)
    return done if kind == "delete" and isinstance(done, int) else 1


def _over(batch: Batch, succeeded: int, failed: int) -> None:
    if on("f-again"):
        batch.succeeded = F("succeeded") + succeeded
        batch.failed = F("failed") + failed
        batch.save()
        batch.save()
        return
    batch.succeeded, batch.failed = succeeded, failed
    batch.save()


def shown(batch: Batch, id: uuid.UUID) -> dict[str, Any]:
    """How far a batch is."""
    over = batch.succeeded + batch.failed >= batch.total
    instant = ShownInstant()
    state = {"total": batch.total, "succeeded": batch.succeeded, "failed": batch.failed}
    spent = (batch.updated_at - batch.created_at).total_seconds()
    zone = timezone.get_current_timezone() if settings.USE_TZ else None
    instant.timezone = zone
    return {
        "id": uuid_shown(id),
        "registry": "Products",
        "request_file": None,
        "success_file": None,
        "error_file": None,
        "status": 3 if over else 1,
        "state": None if on("state-null") and not over else state,
        "processed_in": round(spent, 3) if over else None,
        "updated_at": instant.to_representation(batch.updated_at),
        "created_at": instant.to_representation(batch.created_at),
    }
