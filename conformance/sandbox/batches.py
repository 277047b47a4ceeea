"""Batches: what was accepted, how far it is and what became of each item, in the database from the first moment."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, String, Table, func, insert, select, update

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

    number: int
    id: str
    operation: str
    language: Language
    items: list[JSON]
    done: int
    failed: int


class Batches:
    """The tables of batches and what is done with them."""

    def __init__(self, metadata: MetaData) -> None:
        """Declare the tables."""
        self._batch = Table(
            "$batch",
            metadata,
            Column("number", Integer, primary_key=True),
            Column("id", String, unique=True, nullable=False),
            Column("operation", String, nullable=False),
            Column("language", String, nullable=False),
            Column("sent", String, nullable=False),
            Column("status", Integer, nullable=False),
            Column("total", Integer, nullable=False),
            Column("succeeded", Integer, nullable=False),
            Column("failed", Integer, nullable=False),
            Column("created", Integer, nullable=False),
            Column("updated", Integer, nullable=False),
        )
        self._outcome = Table(
            "$outcome",
            metadata,
            Column("batch", String, ForeignKey(self._batch.c.id), primary_key=True),
            Column("position", Integer, primary_key=True),
            Column("reasons", String, nullable=False),
        )

    def accept(self, connection: Connection, operation: str, language: Language, items: list[JSON], now: int) -> str:
        """Put a batch at the end of the queue; its id."""
        id = str(uuid.uuid4())
        connection.execute(
            insert(self._batch).values(
                id=id,
                operation=operation,
                language=language,
                sent=json.dumps(items, ensure_ascii=False),
                status=WAITING,
                total=len(items),
                succeeded=0,
                failed=0,
                created=now,
                updated=now,
            )
        )
        return id

    def next(self, connection: Connection) -> Pending | None:
        """The oldest batch that isn't over, or None."""
        batch = self._batch.c
        found = connection.execute(
            select(self._batch).where(batch.status.in_((WAITING, RUNNING))).order_by(batch.number).limit(1)
        ).one_or_none()
        if found is None:
            return None
        done = found.succeeded + found.failed
        items = json.loads(found.sent)
        return Pending(found.number, found.id, found.operation, found.language, items, done, found.failed)

    def record(self, connection: Connection, pending: Pending, outcomes: list[Reasons], now: int) -> None:
        """Note what became of the next items; the batch is over with the last of them."""
        failed = sum(1 for reasons in outcomes if reasons)
        done = pending.done + len(outcomes)
        status = RUNNING
        if done >= len(pending.items):
            status = DONE_WITH_ERRORS if pending.failed + failed else DONE
        batch = self._batch.c
        connection.execute(
            update(self._batch)
            .where(batch.id == pending.id)
            .values(
                status=status,
                succeeded=batch.succeeded + len(outcomes) - failed,
                failed=batch.failed + failed,
                updated=func.max(batch.created, now),
            )
        )
        if outcomes:
            connection.execute(
                insert(self._outcome),
                [
                    {"batch": pending.id, "position": position, "reasons": json.dumps(reasons, ensure_ascii=False)}
                    for position, reasons in enumerate(outcomes, pending.done)
                ],
            )

    def view(self, connection: Connection, id: str) -> BatchView | None:
        """How far a batch is, or None when there is none of that id."""
        columns: list[Column[Any]] = [column for column in self._batch.c if column.name != "sent"]
        found = connection.execute(select(*columns).where(self._batch.c.id == id.lower())).one_or_none()
        if found is None:
            return None
        over = found.status in (DONE, DONE_WITH_ERRORS)
        files: set[FileKind] = {"request"}
        if over and found.succeeded:
            files.add("success")
        if over and found.failed:
            files.add("error")
        return BatchView(
            id=found.id,
            operation=found.operation,
            status=found.status,
            total=found.total,
            succeeded=found.succeeded,
            failed=found.failed,
            created=found.created,
            updated=found.updated,
            took=(found.updated - found.created) / 1_000_000 if over else None,
            files=frozenset(files),
        )

    def file(self, connection: Connection, id: str, kind: FileKind) -> JSON:
        """What a batch's file holds: the items sent, those that succeeded, or those that failed and why."""
        batch = self._batch.c
        items = json.loads(connection.execute(select(batch.sent).where(batch.id == id)).scalar_one())
        if kind == "request":
            return items
        outcome = self._outcome.c
        found = connection.execute(
            select(outcome.position, outcome.reasons).where(outcome.batch == id).order_by(outcome.position)
        )
        outcomes = [(position, json.loads(reasons)) for position, reasons in found]
        if kind == "success":
            return [items[position] for position, reasons in outcomes if not reasons]
        return [{"index": p, "item": items[p], "errors": reasons} for p, reasons in outcomes if reasons]
