"""The rows that items touch: read with one statement for many items, and written with few."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Dialect, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

from conformance.sandbox.databases.records import insert
from conformance.sandbox.tables import NOW, ROW, STEP, THESE, THIS, PartShape, Shape
from spec.model import JSON

Record = dict[str, Any]
"""A row of a table, by column."""
One = TypeVar("One")

_MOST_KEYS = 5000
"""Keys in one IN list."""
_MILLISECOND = 1000
"""In microseconds: how much later the time of a change is at least than the one before."""


@dataclass
class _Entry:
    """An entry of a part that is to be added, or changed where there is one."""

    sent: Record
    blanks: Record


@dataclass
class _Row:
    """A row in the database, and what is to become of it."""

    key: JSON
    there: bool
    """True while the database has it."""
    removed: bool = False
    record: Record | None = None
    """All columns of a row that is to be inserted."""
    changes: Record = field(default_factory=dict)
    """Columns of a row that is to be updated."""
    steps: int = 0
    """How often it is updated."""
    now: int = 0
    """What the time of change is at least after these updates."""
    lists: dict[Table, Sequence[Record]] = field(default_factory=dict)
    """For each table of values: the records that take the place of those that there are."""
    cleared: set[str] = field(default_factory=set)
    """The parts whose entries are to be deleted."""
    entries: dict[str, dict[Hashable, _Entry]] = field(default_factory=dict)
    """For each part: the entries to write, by key, in the order in which they came."""

    @property
    def known(self) -> bool:
        """True when there is a row with this key by now."""
        return self.record is not None or (self.there and not self.removed)

    @property
    def kept(self) -> bool:
        """True when the database has the row, and keeps it."""
        return self.there and not self.removed

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that change."""
        return tuple(sorted(self.changes))


class Touched:
    """The rows that the items of one transaction touch. What becomes of them is written by `write`."""

    def __init__(self, connection: Connection, *, at_once: bool = True) -> None:
        """Nothing is read yet. `at_once` says that each item is written before the next one is applied."""
        self.at_once = at_once
        self._connection = connection
        self._rows: dict[str, dict[Hashable, _Row]] = {}
        self._shapes: dict[str, Shape] = {}
        self._entries: dict[tuple[str, str], set[tuple[Hashable, Hashable]]] = {}

    @property
    def connection(self) -> Connection:
        """The connection, for one who reads or writes rows directly: nothing is pending or remembered then."""
        self.write()
        return self._connection

    # -- reading -----------------------------------------------------------------------------------

    def read(self, shape: Shape, keys: Iterable[JSON]) -> None:
        """Find out which of these rows there are."""
        known = self._of(shape)
        identity = self._identity(shape.key.column)
        wanted = {id: key for key in keys if (id := identity(key)) not in known}
        those = list(wanted.values())
        for start in range(0, len(those), _MOST_KEYS):
            found = set(self._connection.scalars(shape.known, {THESE: those[start : start + _MOST_KEYS]}))
            for key in those[start : start + _MOST_KEYS]:
                known[identity(key)] = _Row(key, identity(key) in found)

    def has(self, shape: Shape, key: JSON) -> bool:
        """True when there is a row with this key."""
        return self._row(shape, key).known

    def has_entry(self, shape: Shape, part: PartShape, key: JSON, entry: JSON) -> bool:
        """True when a row has an entry with this key."""
        row, name = self._row(shape, key), part.part.field
        id = self._identity(part.key.column)(entry)
        if id in row.entries.get(name, ()):
            return True
        if not row.kept or name in row.cleared:
            return False
        owner = self._identity(shape.key.column)(key)
        return (owner, id) in self._entries_of(shape, part)

    def _entries_of(self, shape: Shape, part: PartShape) -> set[tuple[Hashable, Hashable]]:
        """The keys of all entries of the rows that were read, each beside its row's."""
        place = (shape.collection.name, part.part.field)
        if place not in self._entries:
            there = [row.key for row in self._of(shape).values() if row.there]
            found: set[tuple[Hashable, Hashable]] = set()
            for start in range(0, len(there), _MOST_KEYS):
                some = self._connection.execute(part.known, {THESE: there[start : start + _MOST_KEYS]})
                found.update((owner, key) for owner, key in some)
            self._entries[place] = found
        return self._entries[place]

    def _of(self, shape: Shape) -> dict[Hashable, _Row]:
        self._shapes[shape.collection.name] = shape
        return self._rows.setdefault(shape.collection.name, {})

    def _row(self, shape: Shape, key: JSON) -> _Row:
        id = self._identity(shape.key.column)(key)
        known = self._of(shape)
        if id not in known:
            self.read(shape, [key])
            self._entries.clear()
        return known[id]

    # -- changing ----------------------------------------------------------------------------------

    def insert(self, shape: Shape, key: JSON, record: Record) -> None:
        """Add a row with all its columns."""
        self._row(shape, key).record = record

    def change(self, shape: Shape, key: JSON, changes: Record, now: int) -> None:
        """Change fields of a row, and move its time of change on, also within the same millisecond."""
        row, updated = self._row(shape, key), shape.collection.updated
        if row.record is not None:
            if updated:
                changes = {**changes, updated: max(now, row.record[updated] + _MILLISECOND)}
            row.record |= changes
            return
        row.changes |= changes
        row.now = max(now, row.now + _MILLISECOND) if row.steps else now
        row.steps += 1

    def remove(self, shape: Shape, key: JSON) -> None:
        """Delete a row with all that hangs on it."""
        row = self._row(shape, key)
        self._of(shape)[self._identity(shape.key.column)(key)] = _Row(key, row.there, removed=row.there)

    def put_values(self, shape: Shape, key: JSON, table: Table, records: Sequence[Record]) -> None:
        """Let a row have these records in a table of values, and no others."""
        self._row(shape, key).lists[table] = records

    def clear(self, shape: Shape, key: JSON, part: PartShape) -> None:
        """Delete all entries of a part of a row."""
        row = self._row(shape, key)
        row.cleared.add(part.part.field)
        row.entries.pop(part.part.field, None)

    def set_entry(self, shape: Shape, key: JSON, part: PartShape, sent: Record, blanks: Record) -> None:
        """Update a row's entry with the same key, or add one."""
        entries = self._row(shape, key).entries.setdefault(part.part.field, {})
        id = self._identity(part.key.column)(sent.get(part.key.name))
        before = entries.get(id)
        entries[id] = _Entry({**before.sent, **sent} if before else sent, blanks)

    # -- writing -----------------------------------------------------------------------------------

    def write(self) -> None:
        """Write what is pending, and forget what was read."""
        for name, shape in self._shapes.items():
            rows = list(self._rows[name].values())
            self._write_rows(shape, rows)
            self._write_values(rows)
            for part in shape.parts.values():
                self._write_entries(part, rows)
        self._rows.clear()
        self._shapes.clear()
        self._entries.clear()

    def _write_rows(self, shape: Shape, rows: list[_Row]) -> None:
        self._delete(shape.table, shape.key.name, [row.key for row in rows if row.removed])
        fresh = [row.record for row in rows if row.record is not None]
        for alike in _groups(fresh, lambda record: tuple(sorted(record))):
            insert(self._connection, shape.table, alike)
        moves = shape.collection.updated is not None
        for changed in _groups([row for row in rows if row.kept and row.steps], lambda row: row.columns):
            if moves or changed[0].changes:
                clocks = [{NOW: row.now, STEP: row.steps * _MILLISECOND} if moves else {} for row in changed]
                records = [{**row.changes, **clock, THIS: row.key} for row, clock in zip(changed, clocks, strict=True)]
                self._connection.execute(shape.changes, records)

    def _write_values(self, rows: list[_Row]) -> None:
        for table in {table: None for row in rows for table in row.lists}:
            those = [row for row in rows if table in row.lists]
            self._delete(table, ROW, [row.key for row in those if row.kept])
            insert(self._connection, table, [record for row in those for record in row.lists[table]])

    def _write_entries(self, part: PartShape, rows: list[_Row]) -> None:
        name = part.part.field
        self._delete(part.table, ROW, [row.key for row in rows if row.kept and name in row.cleared])
        # Entries of one row are shown in the order in which they are added.
        of_rows = [[(row.key, entry) for entry in row.entries[name].values()] for row in rows if row.entries.get(name)]
        of_rows.sort(key=lambda entries: [tuple(entry.sent) for _, entry in entries])
        in_order = [entry for entries in of_rows for entry in entries]
        for sent, alike in groupby(in_order, lambda entry: tuple(entry[1].sent)):
            statement = _upsert(self._connection.dialect.name, part.table, part.key.name, sent)
            records = [{ROW: key, **entry.blanks, **entry.sent} for key, entry in alike]
            self._connection.execute(statement, records)

    def _delete(self, table: Table, column: str, keys: list[JSON]) -> None:
        for start in range(0, len(keys), _MOST_KEYS):
            self._connection.execute(_deletion(table, column), {THESE: keys[start : start + _MOST_KEYS]})

    def _identity(self, column: Column[Any]) -> Callable[[JSON], Hashable]:
        return _identity(column, self._connection.dialect)


def _groups(many: Sequence[One], alike: Callable[[One], tuple[str, ...]]) -> Iterator[list[One]]:
    """Those that have the same columns, together."""
    for _, group in groupby(sorted(many, key=alike), alike):
        yield list(group)


# Building a statement takes longer than to execute it.


@lru_cache
def _upsert(dialect: str, table: Table, key: str, sent: tuple[str, ...]) -> Executable:
    """Insert an entry, or where there is one, update what is sent."""
    added = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return added.on_conflict_do_update(index_elements=[ROW, key], set_={name: added.excluded[name] for name in sent})


@lru_cache
def _deletion(table: Table, column: str) -> Executable:
    return sa.delete(table).where(table.c[column].in_(sa.bindparam(THESE, expanding=True)))


@lru_cache
def _identity(column: Column[Any], dialect: Dialect) -> Callable[[JSON], Hashable]:
    """From a value to what the database keeps of it, so that equal keys are equal."""
    return column.type.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)
