"""The background: batches worked on in order, approvals that take their time, another writer."""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from conformance.sandbox import batches, store, values
from conformance.sandbox.batches import Pending, Reasons
from conformance.sandbox.behaviour import Behaviour
from conformance.sandbox.messages import say
from conformance.sandbox.settings import Settings
from conformance.sandbox.tables import DUE, Shape
from conformance.sandbox.writing import Step
from spec import Contract, Operation
from spec.model import JSON

_SLICE = 0.01
"""Seconds of work between two looks at what else the server has to do."""
_STEPS = 4
"""Parts in which a delayed batch is done, so that its progress can be watched."""


class Worker:
    """Works on the queue of batches, one at a time, first come first served."""

    def __init__(self, contract: Contract, settings: Settings, rows: store.Store, behaviour: Behaviour) -> None:
        """Nothing is done until `run`."""
        self._operations = contract.by_code
        self._settings = settings
        self._store = rows
        self._behaviour = behaviour
        self._approved = {name: approved(contract, shape) for name, shape in rows.shapes.items()}
        self._new = asyncio.Event()

    def wake(self) -> None:
        """Say that there is a new batch."""
        self._new.set()

    async def run(self) -> None:
        """Work until cancelled. What was left by an earlier run comes first."""
        while True:
            self._new.clear()
            with self._store.work() as connection:
                pending = batches.next_pending(connection)
            if pending is None:
                await self._new.wait()
            else:
                await self._work(pending)

    async def _work(self, pending: Pending) -> None:
        operation = self._operations[pending.operation]
        pending = replace(pending, items=self._behaviour.sequence(operation, pending.items))
        total, delay = len(pending.items), self._settings.batch_delay
        most = -(-total // _STEPS) if delay else total
        over = False
        while not over:
            await asyncio.sleep(delay / _STEPS)
            with self._store.work() as connection:
                outcomes = list(self._outcomes(connection, operation, pending, most))
                pending = batches.record(connection, pending, outcomes, values.now())
            over = pending.done >= total

    def _outcomes(self, connection: Connection, operation: Operation, pending: Pending, most: int) -> Iterator[Reasons]:
        """Work on the next items, as many as a slice of time allows."""
        until = time.monotonic() + _SLICE
        failed = pending.failed
        for item in pending.items[pending.done : pending.done + most]:
            reasons = self._apply(operation, self._step(connection, operation, pending, item, failed))
            failed += bool(reasons)
            yield reasons
            if time.monotonic() > until:
                return

    def _step(self, connection: Connection, operation: Operation, pending: Pending, item: JSON, failed: int) -> Step:
        if operation.access is None:
            raise ValueError(f"{operation.code} writes nothing")
        now = values.now()
        wait = self._settings.approve_after
        return Step(
            connection=connection,
            shapes=self._store.shapes,
            access=operation.access,
            item=item,
            language=pending.language,
            now=now,
            unapproved_until=now + int(wait * 1_000_000) if wait else None,
            approved=self._approved[operation.access.collection.name],
            failed_before=failed,
        )

    def _apply(self, operation: Operation, step: Step) -> Reasons:
        # As text, for a nested transaction would compile its two statements anew for every item.
        step.connection.exec_driver_sql("SAVEPOINT item")
        try:
            reasons = self._behaviour.apply(operation, step)
        except Exception:
            # One item that can't be worked on must not stop the queue.
            traceback.print_exc(file=sys.stderr)
            reasons = {"item": [say(step.language, "internal")]}
        if reasons:
            step.connection.exec_driver_sql("ROLLBACK TO item")
        step.connection.exec_driver_sql("RELEASE item")
        return reasons


def approved(contract: Contract, shape: Shape) -> Mapping[str, JSON]:
    """The hidden fields of a row that is approved: what filters on them show when they aren't given."""
    return {
        filter.field: filter.default
        for operation in contract.operations
        if operation.access and operation.access.collection.name == shape.collection.name
        for filter in operation.filters
        if filter.hidden and filter.default is not None
    }


def approve_due(connection: Connection, shape: Shape, approved: Mapping[str, JSON], now: int) -> None:
    """Approve the new rows whose time has come."""
    store.update(connection, shape.table, {**approved, DUE: None}, shape.table.c[DUE] <= now)
