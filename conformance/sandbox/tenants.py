"""One seller: a key, a catalog of its own, and a queue of its own."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from conformance.sandbox import batches, catalog, databases, store
from conformance.sandbox.databases.records import without_indexes
from conformance.sandbox.settings import Settings
from conformance.sandbox.state import State
from conformance.sandbox.tables import Shape
from conformance.sandbox.worker import Worker
from spec import Contract

READ_ONLY_ROWS = 64
"""The most rows of a collection that nobody can write."""
_SMALL = 2000
"""Rows of a made-up catalog that is copied rather than made up once more, and whose indexes grow with it."""


class Tenant:
    """What belongs to one key. Nothing of it can be reached with another."""

    def __init__(self, contract: Contract, settings: Settings, state: State, number: int) -> None:
        """Open the database and fill it. Raises StoreError."""
        self.number = number
        """1 or 2."""
        self.key = settings.keys[number - 1]
        self.looks: dict[str, int] = {}
        """How often each batch was looked at."""
        self._contract = contract
        self._settings = settings
        self._snapshots: dict[str, databases.Saved] = {}
        self._fresh: databases.Saved | None = None
        self.store = store.Store(contract, databases.opened(settings.db, number), batches.TABLES, self._fill)
        self.worker = Worker(contract, state, self.store)

    def reset(self) -> None:
        """The made-up catalog again, no batches, no snapshots."""
        if self._fresh is None:
            self.store.refill(self._fill)
            if self._settings.products <= _SMALL:
                self._fresh = self.store.save()
        else:
            self.store.restore(self._fresh)
        self._forget_snapshots()
        self._begin_anew()

    @property
    def snapshots(self) -> tuple[str, ...]:
        """The names of the snapshots that there are."""
        return tuple(self._snapshots)

    def save(self, name: str) -> None:
        """Keep all rows and batches as they are now."""
        saved = self.store.save()
        if name in self._snapshots:
            self.drop(name)
        self._snapshots[name] = saved

    def restore(self, name: str) -> None:
        """Put all rows and batches as they were. Raises KeyError where there is no such snapshot."""
        self.store.restore(self._snapshots[name])
        self._begin_anew()

    def drop(self, name: str) -> None:
        """Forget a snapshot. Raises KeyError where there is no such one."""
        self._snapshots.pop(name).drop()

    def close(self) -> None:
        """Close the database."""
        self._forget_snapshots()
        if self._fresh:
            self._fresh.drop()
        self.store.close()

    def _forget_snapshots(self) -> None:
        for name in self.snapshots:
            self.drop(name)

    def _begin_anew(self) -> None:
        self.looks.clear()
        self.worker.forget()

    def _fill(self, connection: Connection, shapes: Mapping[str, Shape]) -> None:
        contract, settings = self._contract, self._settings
        written = written_collections(contract)
        tables = [table for shape in shapes.values() for table in shape.tables] if settings.products > _SMALL else []
        with without_indexes(connection, tables):
            for name, shape in shapes.items():
                count = settings.products if name in written else min(READ_ONLY_ROWS, settings.products)
                store.add(connection, shape, catalog.generate(contract, shape, count, settings.seed))


def written_collections(contract: Contract) -> list[str]:
    """The names of the collections that somebody can write."""
    accesses = (operation.access for operation in contract.operations)
    return list(dict.fromkeys(a.collection.name for a in accesses if a and a.writes))
