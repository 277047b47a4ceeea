"""The background work: batches in order, each with its duration, and approvals after their delay."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from conformance.sandbox import batches, store, writing
from conformance.sandbox.batches import Pending, Reasons
from conformance.sandbox.messages import say
from conformance.sandbox.state import State
from conformance.sandbox.tables import DUE, Shape
from conformance.sandbox.touched import Touched
from conformance.sandbox.writing import Step
from spec import Contract, Operation
from spec.model import JSON

_SLICE = 0.03
"""Seconds of work between two looks at what else the server has to do."""
_AT_ONCE = (100, 1000)
"""The fewest and the most items that are applied together."""
_TAKEN = 20_000
"""Microseconds until a process asks again that found others at work on the batches."""
_UNSEEN = 500_000
"""Microseconds after which a process looks for batches that another one took in, and may have left."""
_STEPS = 4
"""The most parts in which a delayed batch is done, so that its progress can be watched."""


@dataclass(frozen=True)
class _Work:
    """The batch that is worked on."""

    pending: Pending
    since: int
    """When the last part was done, or when the work began."""
    goal: int
    """How many items are done at the end of this part."""


class Worker:
    """Works on the queue of batches, one at a time, first come first served. Other processes may do the same."""

    def __init__(self, contract: Contract, state: State, rows: store.Store) -> None:
        """Nothing is done until `run`, or `step`."""
        self._operations = contract.by_code
        self._state = state
        self._store = rows
        self._approved = {name: approved(contract, shape) for name, shape in rows.shapes.items()}
        self._work: _Work | None = None
        self._hurried = 0
        self._at_once = _AT_ONCE[0]
        """Items that were found to take about a slice of time when they are applied together."""

    async def run(self, others: bool = False) -> None:
        """Work until cancelled, first on the batches of an earlier run.

        `others` says that further processes take batches in, which may be killed before they work on them.
        """
        clock = self._state.clock
        while True:
            due = self.due()
            if due is not None and due <= clock.now():
                due = clock.now() if self.step() else clock.now() + _TAKEN
            elif others:
                due = min(clock.now() + _UNSEEN, clock.now() + _UNSEEN if due is None else due)
            await clock.wait(due)

    def due(self) -> int | None:
        """The time of the next work; None where nothing waits."""
        if self._work is None:
            with self._store.work() as connection:
                pending = batches.next_pending(connection)
                if pending is None:
                    return self._state.clock.now() + _TAKEN if batches.are_waiting(connection) else None
            operation = self._operations[pending.operation]
            pending = replace(pending, items=self._state.behaviour.sequence(operation, pending.items))
            self._work = self._part(pending)
        return self._work.since + self._pause(self._work.pending)

    def step(self) -> bool:
        """Do what is due: a part of a batch, as far as a slice of time allows. False where somebody else does."""
        work = self._work
        if work is None:
            return True
        if not self._pause(work.pending):
            # What was slow at first isn't any more.
            work = replace(work, goal=len(work.pending.items))
        pending = work.pending
        with self._store.work() as connection:
            if not batches.claim(connection, pending):
                self._work = None
                return False
            outcomes = self._outcomes(connection, self._operations[pending.operation], pending, work.goal)
            pending = batches.record(connection, pending, outcomes, self._state.clock.now())
        if pending.done >= len(pending.items):
            self._work = None
            self._store.tidy()
        elif pending.done >= work.goal:
            self._work = self._part(pending)
        else:
            self._work = replace(work, pending=pending)
        return True

    def finish(self, number: int) -> None:
        """Do at once what is left of the batches up to this one."""
        self._hurried = max(self._hurried, number)
        while self.due() is not None and self._work and self._work.pending.number <= number:
            self.step()

    def forget(self) -> None:
        """Read the queue again, because it was replaced."""
        self._work, self._hurried = None, 0
        self._state.clock.notify()

    def _part(self, pending: Pending) -> _Work:
        goal = min(len(pending.items), pending.done + _part_size(pending))
        return _Work(pending, self._state.clock.now(), goal)

    def _pause(self, pending: Pending) -> int:
        """How long each part of a batch takes, in microseconds."""
        if pending.number <= self._hurried:
            return 0
        parts = max(1, -(-len(pending.items) // _part_size(pending)))
        return int(self._state.switches.batch_delay * 1_000_000 / parts)

    def _outcomes(self, connection: Connection, operation: Operation, pending: Pending, goal: int) -> list[Reasons]:
        """Work on the next items, as many as a slice of time allows."""
        items = pending.items[pending.done : goal]
        if self._state.behaviour.applies_honestly:
            began = time.monotonic()
            some = items[: self._at_once]
            try:
                outcomes = self._together(connection, operation, pending, some)
            except Exception:
                # Some item can't be worked on. Which one, they show when they are applied one by one.
                items = some
            else:
                self._at_once = _fitting(len(some), time.monotonic() - began)
                return outcomes
        return list(self._one_by_one(connection, operation, pending, items))

    def _together(
        self, connection: Connection, operation: Operation, pending: Pending, items: list[JSON]
    ) -> list[Reasons]:
        rows = Touched(connection, at_once=False)
        with _savepoint(connection):
            steps = [self._step(rows, operation, pending, item, 0) for item in items]
            writing.read(steps)
            outcomes = [writing.apply(step) for step in steps]
            rows.write()
        return outcomes

    def _one_by_one(
        self, connection: Connection, operation: Operation, pending: Pending, items: list[JSON]
    ) -> Iterator[Reasons]:
        until = time.monotonic() + _SLICE
        failed = pending.failed
        for item in items:
            reasons = self._apply(operation, self._step(Touched(connection), operation, pending, item, failed))
            failed += bool(reasons)
            yield reasons
            if time.monotonic() > until:
                return

    def _step(self, rows: Touched, operation: Operation, pending: Pending, item: JSON, failed: int) -> Step:
        if operation.access is None:
            raise ValueError(f"{operation.code} writes nothing")
        now = self._state.clock.now()
        wait = self._state.switches.approve_after
        return Step(
            rows=rows,
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
            with _savepoint(step.connection):
                reasons = self._state.behaviour.apply(operation, step)
                if reasons:
                    raise _FailedError(reasons)
                return {}
        except _FailedError as failed:
            return failed.reasons
        except Exception:
            # One item that can't be worked on must not stop the queue.
            traceback.print_exc(file=sys.stderr)
            return {"item": [say(step.language, "internal")]}


class _FailedError(Exception):
    """An item that failed: what was written of it has to go."""

    def __init__(self, reasons: Reasons) -> None:
        self.reasons = reasons
        super().__init__()


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """All that is written in the block, or nothing where it raises.

    As text, for a nested transaction would compile its two statements anew each time.
    """
    connection.exec_driver_sql("SAVEPOINT item")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK TO item")
        raise
    finally:
        connection.exec_driver_sql("RELEASE item")


def _fitting(items: int, seconds: float) -> int:
    """How many items take about a slice of time, where so many took so long."""
    fewest, most = _AT_ONCE
    return min(most, max(fewest, min(2 * items, int(items * _SLICE / max(seconds, 1e-6)))))


def _part_size(pending: Pending) -> int:
    return max(1, -(-len(pending.items) // _STEPS))


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
