"""Batches: the accepted items, the progress and each item's outcome, kept in the database from the start."""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Column, Connection, MetaData, Table

from conformance.sandbox.columns import Json, later
from conformance.sandbox.databases.records import insert
from conformance.sandbox.messages import Language
from spec.model import JSON

Reasons = dict[str, list[str]]
"""Why an item failed, by field; empty when it didn't."""
FileKind = Literal["request", "success", "error"]

WAITING, RUNNING, DONE, DONE_WITH_ERRORS = 0, 1, 2, 3
"""The status integers. They are ours: the page lists none."""


@dataclass(frozen=True)
class BatchView:
    """The state of a batch at one poll."""

    number: int
    """Its place in the queue."""
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
    """How often it was polled before."""

    def seen(self, looks: int) -> BatchView:
        """The same after so many polls."""
        return replace(self, looks=looks)

    @property
    def over(self) -> bool:
        """True when nothing is left to do."""
        return self.status in (DONE, DONE_WITH_ERRORS)


@dataclass(frozen=True)
class Pending:
    """A batch that isn't over."""

    number: int
    """Its place in the queue."""
    id: str
    operation: str
    language: Language
    items: list[JSON]
    done: int
    failed: int


TABLES = MetaData()
BATCH = Table(
    "batch",
    TABLES,
    Column("number", sa.Integer, primary_key=True),
    Column("id", sa.Text, unique=True),
    Column("operation", sa.Text),
    Column("language", sa.Text),
    *(Column(name, sa.Integer) for name in ("status", "total", "succeeded", "failed")),
    *(Column(name, sa.BigInteger) for name in ("created", "updated")),
)
SENT = Table(
    "sent",
    TABLES,
    Column("batch", sa.ForeignKey(BATCH.c.id), primary_key=True),
    Column("items", Json),
    Column("keys", Json),
)
"""What was sent, and a number for each key in it. Beside the progress, SQLite would write it anew at each step."""
OUTCOME = Table(
    "outcome",
    TABLES,
    Column("batch", sa.ForeignKey(BATCH.c.id), primary_key=True),
    Column("position", sa.Integer, primary_key=True),
    Column("reasons", Json),
)

_AHEAD = 50
"""The batches among which a process looks for one that it may work on."""
_QUEUE = (
    sa.select(*BATCH.c["number", "id", "status"])
    .where(BATCH.c.status.in_((WAITING, RUNNING)))
    .order_by(BATCH.c.number)
    .limit(_AHEAD)
)
_FREE = sa.select(BATCH.c.number).where(BATCH.c.id == sa.bindparam("id")).with_for_update(skip_locked=True)
_KEYS = sa.select(SENT.c["keys"]).where(SENT.c.batch == sa.bindparam("id"))
_PENDING = (
    sa.select(
        *BATCH.c["number", "id", "operation", "language", "failed"],
        SENT.c["items"],
        (BATCH.c.succeeded + BATCH.c.failed).label("done"),
    )
    .join_from(BATCH, SENT)
    .where(BATCH.c.id == sa.bindparam("id"))
)
_STATES = sa.select(
    *BATCH.c["number", "id", "operation", "status", "total", "succeeded", "failed", "created", "updated"]
).order_by(BATCH.c.number)
_STATE = _STATES.where(BATCH.c.id == sa.bindparam("id"))
_MOVES = (
    sa.update(BATCH)
    .where(BATCH.c.id == sa.bindparam("batch"))
    .values(updated=later(sa.bindparam("now", type_=sa.BigInteger), BATCH.c.created))
)


def accept(
    connection: Connection, operation: str, language: Language, items: list[JSON], now: int, keys: Iterable[JSON] = ()
) -> str:
    """Put a batch at the end of the queue; its id. `keys` are those of all rows that its items read or write."""
    id = str(uuid.uuid4())
    fresh = {"id": id, "operation": operation, "language": language, "total": len(items)}
    numbers = {"status": WAITING, "succeeded": 0, "failed": 0, "created": now, "updated": now}
    connection.execute(sa.insert(BATCH), {**fresh, **numbers})
    marks = sorted({_mark(key) for key in keys})
    connection.execute(sa.insert(SENT), {"batch": id, "items": items, "keys": marks})
    return id


def _mark(key: JSON) -> int:
    """A number that is the same for every spelling of a key; others may have it, too."""
    return zlib.crc32(json.dumps(key).casefold().encode())


def next_pending(connection: Connection) -> Pending | None:
    """The oldest batch that isn't over, that nobody works on, and that needn't wait for another; None where none is.

    A batch waits for those before it that share a key with it, so that each row gets its items in their order.
    """
    queue = connection.execute(_QUEUE).all()
    keys: dict[str, set[int]] = {}

    def touched(id: str) -> set[int]:
        if id not in keys:
            keys[id] = set(connection.scalars(_KEYS, {"id": id}).one())
        return keys[id]

    for place, (_, id, status) in enumerate(queue):
        # One that came to light late may be older than one that is worked on.
        others = [*queue[:place], *(one for one in queue[place + 1 :] if one.status == RUNNING and status == WAITING)]
        if all(touched(id).isdisjoint(touched(other.id)) for other in others) and _is_free(connection, id):
            return Pending(**connection.execute(_PENDING, {"id": id}).mappings().one())
    return None


def _is_free(connection: Connection, id: str) -> bool:
    """Lock a batch until the transaction ends; False where another process holds the lock."""
    return connection.execute(_FREE, {"id": id}).first() is not None


def are_waiting(connection: Connection) -> bool:
    """True when some batch isn't over."""
    return connection.execute(_QUEUE).first() is not None


def claim(connection: Connection, pending: Pending) -> bool:
    """Let nobody else work on a batch until the transaction ends; False where another process does, or did."""
    found = connection.execute(_STATE, {"id": pending.id}).first() if _is_free(connection, pending.id) else None
    return found is not None and found.succeeded + found.failed == pending.done and found.status in (WAITING, RUNNING)


def record(connection: Connection, pending: Pending, outcomes: list[Reasons], now: int) -> Pending:
    """Record the outcomes of the next items, and return the rest; the batch is over with the last of them."""
    failed = pending.failed + sum(1 for reasons in outcomes if reasons)
    done = pending.done + len(outcomes)
    status = RUNNING
    if done >= len(pending.items):
        status = DONE_WITH_ERRORS if failed else DONE
    changes = {"status": status, "succeeded": done - failed, "failed": failed}
    connection.execute(_MOVES, {"batch": pending.id, "now": now, **changes})
    numbered = enumerate(outcomes, pending.done)
    insert(connection, OUTCOME, [{"batch": pending.id, "position": n, "reasons": reasons} for n, reasons in numbered])
    return replace(pending, done=done, failed=failed)


def view(connection: Connection, id: str) -> BatchView | None:
    """The progress of a batch, or None for an unknown id."""
    found = connection.execute(_STATE, {"id": id.lower()}).first()
    return _view(*found) if found else None


def views(connection: Connection) -> list[BatchView]:
    """The progress of all batches, oldest first."""
    return [_view(*found) for found in connection.execute(_STATES)]


def _view(
    number: int,
    id: str,
    operation: str,
    status: int,
    total: int,
    succeeded: int,
    failed: int,
    created: int,
    updated: int,
) -> BatchView:
    over = status in (DONE, DONE_WITH_ERRORS)
    files: set[FileKind] = {"request"}
    if over and succeeded:
        files.add("success")
    if over and failed:
        files.add("error")
    took = (updated - created) / 1_000_000 if over else None
    return BatchView(number, id, operation, status, total, succeeded, failed, created, updated, took, frozenset(files))


def file(connection: Connection, id: str, kind: FileKind) -> JSON:
    """The content of a batch's file: the items sent, those that succeeded, or those that failed with reasons."""
    items = connection.scalars(sa.select(SENT.c["items"]).where(SENT.c.batch == id)).one()
    if kind == "request":
        return items
    outcomes = (
        sa.select(OUTCOME.c.position, OUTCOME.c.reasons).where(OUTCOME.c.batch == id).order_by(OUTCOME.c.position)
    )
    found = connection.execute(outcomes).all()
    if kind == "success":
        return [items[position] for position, reasons in found if not reasons]
    return [{"index": p, "item": items[p], "errors": reasons} for p, reasons in found if reasons]
