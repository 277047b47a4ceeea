"""The background: batches worked on in order, approvals that take their time, another writer."""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from collections.abc import Mapping

from sqlalchemy import Connection, update

from conformance.sandbox import values
from conformance.sandbox.batches import Batches, Pending, Reasons
from conformance.sandbox.behaviour import Behaviour
from conformance.sandbox.messages import say
from conformance.sandbox.settings import Settings
from conformance.sandbox.store import Store
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

    def __init__(
        self, contract: Contract, settings: Settings, store: Store, batches: Batches, behaviour: Behaviour
    ) -> None:
        """Nothing is done until `run`."""
        self._operations = contract.by_code
        self._settings = settings
        self._store = store
        self._batches = batches
        self._behaviour = behaviour
        self._approved = {name: approved(contract, shape) for name, shape in store.shapes.items()}
        self._new = asyncio.Event()

    def wake(self) -> None:
        """Say that there is a new batch."""
        self._new.set()

    async def run(self) -> None:
        """Work until cancelled. What was left by an earlier run comes first."""
        while True:
            self._new.clear()
            with self._store.work() as connection:
                pending = self._batches.next(connection)
            if pending is None:
                await self._new.wait()
            else:
                await self._work(pending)

    async def _work(self, pending: Pending) -> None:
        operation = self._operations[pending.operation]
        items = self._behaviour.sequence(operation, pending.items)
        done, failed, delay = pending.done, pending.failed, self._settings.batch_delay
        while True:
            await asyncio.sleep(delay / _STEPS)
            most = -(-len(items) // _STEPS) if delay else len(items)
            with self._store.work() as connection:
                outcomes: list[Reasons] = []
                until = time.monotonic() + _SLICE
                while done + len(outcomes) < len(items) and len(outcomes) < most and time.monotonic() < until:
                    step = self._step(connection, operation, pending, items[done + len(outcomes)], failed)
                    outcomes.append(self._apply(operation, step))
                    failed += bool(outcomes[-1])
                now = Pending(**{**vars(pending), "done": done, "failed": failed - sum(map(bool, outcomes))})
                self._batches.record(connection, now, outcomes, values.now())
            done += len(outcomes)
            if done >= len(items):
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
        try:
            with step.connection.begin_nested() as savepoint:
                reasons = self._behaviour.apply(operation, step)
                if reasons:
                    savepoint.rollback()
                return reasons
        except Exception:
            # One item that can't be worked on must not stop the queue; the savepoint took back what it did.
            traceback.print_exc(file=sys.stderr)
            return {"item": [say(step.language, "internal")]}


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
    due = shape.table.c[DUE]
    kept = {name: values.stored(shape.fields[name].kind, value) for name, value in approved.items()}
    connection.execute(update(shape.table).where(due <= now).values({**kept, DUE: None}))
