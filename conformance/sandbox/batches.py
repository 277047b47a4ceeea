"""Batches: what was accepted, how far it is and what became of each item, in the database from the first moment."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from sqlite3 import Connection
from typing import Literal

from conformance.sandbox.messages import Language
from spec.model import JSON

Reasons = dict[str, list[str]]
"""Why an item failed, by field; empty when it didn't."""
FileKind = Literal["request", "success", "error"]

WAITING, RUNNING, DONE, DONE_WITH_ERRORS = 0, 1, 2, 3
"""The status integers. They are ours: the page lists none."""


@dataclass(frozen=True)
class BatchView:
    """What one look at a batch shows."""

    id: str
    operation: str
    """Code of the operation that made it."""
    status: int
    total: int
    succeeded: int
    failed: int
    created: int
    updated: int
    took: float | None
    """Seconds of work, once it is over."""
    files: frozenset[FileKind]
    """The files that there are by now."""
    looks: int = 0
    """How often it was looked at before."""

    def seen(self, looks: int) -> BatchView:
        """The same after so many looks."""
        return replace(self, looks=looks)

    @property
    def over(self) -> bool:
        """True when nothing is left to do."""
        return self.status in (DONE, DONE_WITH_ERRORS)


@dataclass(frozen=True)
class Pending:
    """A batch that isn't over."""

    id: str
    operation: str
    language: Language
    items: list[JSON]
    done: int
    failed: int


STATEMENTS = (
    "CREATE TABLE batch (number INTEGER PRIMARY KEY, id TEXT UNIQUE, operation TEXT, language TEXT, items TEXT, "
    "status INTEGER, total INTEGER, succeeded INTEGER, failed INTEGER, created INTEGER, updated INTEGER)",
    "CREATE TABLE outcome (batch TEXT REFERENCES batch(id), position INTEGER, reasons TEXT, "
    "PRIMARY KEY (batch, position))",
)
"""What makes the tables."""


def accept(connection: Connection, operation: str, language: Language, items: list[JSON], now: int) -> str:
    """Put a batch at the end of the queue; its id."""
    id = str(uuid.uuid4())
    connection.execute(
        "INSERT INTO batch (id, operation, language, items, status, total, succeeded, failed, created, updated) "
        "VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?)",
        (id, operation, language, json.dumps(items, ensure_ascii=False), WAITING, len(items), now, now),
    )
    return id


def next_pending(connection: Connection) -> Pending | None:
    """The oldest batch that isn't over, or None."""
    found = connection.execute(
        "SELECT id, operation, language, items, succeeded + failed, failed FROM batch "
        "WHERE status IN (?, ?) ORDER BY number LIMIT 1",
        (WAITING, RUNNING),
    ).fetchone()
    if found is None:
        return None
    id, operation, language, items, done, failed = found
    return Pending(id, operation, language, json.loads(items), done, failed)


def record(connection: Connection, pending: Pending, outcomes: list[Reasons], now: int) -> Pending:
    """Note what became of the next items, and give what is left; the batch is over with the last of them."""
    failed = pending.failed + sum(1 for reasons in outcomes if reasons)
    done = pending.done + len(outcomes)
    status = RUNNING
    if done >= len(pending.items):
        status = DONE_WITH_ERRORS if failed else DONE
    connection.execute(
        "UPDATE batch SET status = ?, succeeded = ?, failed = ?, updated = max(created, ?) WHERE id = ?",
        (status, done - failed, failed, now, pending.id),
    )
    connection.executemany(
        "INSERT INTO outcome VALUES (?, ?, ?)",
        (
            (pending.id, position, json.dumps(reasons, ensure_ascii=False))
            for position, reasons in enumerate(outcomes, pending.done)
        ),
    )
    return replace(pending, done=done, failed=failed)


def view(connection: Connection, id: str) -> BatchView | None:
    """How far a batch is, or None when there is none of that id."""
    found = connection.execute(
        "SELECT id, operation, status, total, succeeded, failed, created, updated FROM batch WHERE id = ?",
        (id.lower(),),
    ).fetchone()
    if found is None:
        return None
    id, operation, status, total, succeeded, failed, created, updated = found
    over = status in (DONE, DONE_WITH_ERRORS)
    files: set[FileKind] = {"request"}
    if over and succeeded:
        files.add("success")
    if over and failed:
        files.add("error")
    took = (updated - created) / 1_000_000 if over else None
    return BatchView(id, operation, status, total, succeeded, failed, created, updated, took, frozenset(files))


def file(connection: Connection, id: str, kind: FileKind) -> JSON:
    """What a batch's file holds: the items sent, those that succeeded, or those that failed and why."""
    (text,) = connection.execute("SELECT items FROM batch WHERE id = ?", (id,)).fetchone()
    items = json.loads(text)
    if kind == "request":
        return items
    found = connection.execute("SELECT position, reasons FROM outcome WHERE batch = ? ORDER BY position", (id,))
    outcomes = [(position, json.loads(reasons)) for position, reasons in found]
    if kind == "success":
        return [items[position] for position, reasons in outcomes if not reasons]
    return [{"index": p, "item": items[p], "errors": reasons} for p, reasons in outcomes if reasons]
