"""Where the rows are: one SQLite database, one connection, one unit of work at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.sandbox import lookups, values
from conformance.sandbox.sql import Sql, joined, row, run
from conformance.sandbox.sql import name as quoted
from conformance.sandbox.tables import KEY, ROW, TEXT, Field, PartShape, Shape, shapes
from spec import Contract
from spec.model import JSON

Row = dict[str, JSON]

_MOST_KEYS = 5000
"""Keys in one IN list; SQLite allows some 32,000 values in a statement."""


class StoreError(Exception):
    """A database file that can't be used, with the reason."""


class Store:
    """The database of one sandbox. Any thread may ask for a unit of work; it gets its turn."""

    def __init__(self, contract: Contract, file: Path | None, others: Iterable[str] = ()) -> None:
        """Open `file`, or a database in memory; `others` are statements that make further tables.

        Raises StoreError when the file isn't a database of this contract.
        """
        self.shapes = shapes(contract)
        self._lock = threading.Lock()
        wanted = [*others, *(statement for shape in self.shapes.values() for statement in shape.statements())]
        try:
            # Units of work begin where we say so, not where the driver guesses: hence no isolation level.
            self._connection = sqlite3.connect(
                file or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=512
            )
            lookups.register(self._connection)
            self._connection.execute("PRAGMA foreign_keys = ON")
            if file:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
            self.is_new = self._create(wanted)
        except sqlite3.Error as error:
            raise StoreError(f"{file} can't be used as a database: {error}") from None

    def _create(self, wanted: list[str]) -> bool:
        """Make the tables; False when they were there, as an earlier run left them."""
        with self.work() as connection:
            query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
            there = [statement for (statement,) in connection.execute(query)]
            if there and there != wanted:
                raise StoreError("the file holds other data than this document describes; take another file")
            for statement in wanted if not there else ():
                connection.execute(statement)
        return not there

    @contextmanager
    def work(self) -> Iterator[sqlite3.Connection]:
        """One unit of work: what is changed in it is kept as a whole, or not at all when it fails."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._connection.close()


def insert(connection: sqlite3.Connection, table: str, records: Sequence[dict[str, Any]]) -> None:
    """Insert records that have the same columns; the names of columns are quoted."""
    if records:
        statement = joined("INSERT INTO", table, f"({', '.join(records[0])}) VALUES", row(records[0]))
        connection.executemany(statement.text, (tuple(record.values()) for record in records))


def update(connection: sqlite3.Connection, table: str, changes: dict[str, Any], where: Sql) -> None:
    """Change columns, their names quoted, of the records for which `where` is true."""
    if changes:
        columns = Sql(", ".join(f"{column} = ?" for column in changes), tuple(changes.values()))
        run(connection, "UPDATE", table, "SET", columns, "WHERE", where)


def count(connection: sqlite3.Connection, shape: Shape, where: Sql) -> int:
    """How many rows there are for which `where` is true."""
    return int(run(connection, "SELECT count(*) FROM", shape.table, "WHERE", where).fetchone()[0])


def rows(
    connection: sqlite3.Connection,
    shape: Shape,
    where: Sql,
    order: Sequence[str],
    offset: int = 0,
    size: int = -1,
) -> list[Row]:
    """The rows for which `where` is true, as responses show them."""
    columns = ", ".join(field.column for field in (shape.key, *shape.shown))
    page = Sql("LIMIT ? OFFSET ?", (size, offset))
    found = run(
        connection, "SELECT", columns, "FROM", shape.table, "WHERE", where, "ORDER BY", ", ".join(order), page
    ).fetchall()
    keys = [record[0] for record in found]
    entries = {name: _entries(connection, part, keys) for name, part in shape.parts.items()}
    shown = []
    for key, *record in found:
        one = _shown(shape.shown, record)
        for name, of_row in entries.items():
            one[name] = of_row.get(key, [])
        shown.append({name: one[name] for name in shape.order if name in one})
    return shown


def _entries(connection: sqlite3.Connection, part: PartShape, keys: list[str]) -> dict[str, list[Row]]:
    columns = ", ".join((ROW, *(field.column for field in part.fields)))
    found: dict[str, list[Row]] = {}
    for start in range(0, len(keys), _MOST_KEYS):
        some = row(keys[start : start + _MOST_KEYS])
        # The table's own order is that in which entries were added.
        for key, *record in run(
            connection, "SELECT", columns, "FROM", part.table, "WHERE", ROW, "IN", some, "ORDER BY rowid"
        ):
            found.setdefault(key, []).append(_shown(part.fields, record))
    return found


def _shown(fields: Sequence[Field], record: Sequence[Any]) -> Row:
    return {
        field.name: values.shown(field.kind, value)
        for field, value in zip(fields, record, strict=True)
        if value is not None or field.required or field.nullable
    }


def add(connection: sqlite3.Connection, shape: Shape, many: Iterable[Row], hidden: Iterable[Row] = ()) -> None:
    """Insert whole new rows, fast: `hidden` holds, for each, what no response shows."""
    table: list[dict[str, Any]] = []
    parts: dict[str, list[dict[str, Any]]] = {name: [] for name in shape.parts}
    keyed: dict[str, list[dict[str, Any]]] = {name: [] for name in shape.keyed}
    unseen = iter(hidden)
    for one in many:
        key = values.stored(shape.key.kind, one[shape.key.name])
        table.append(_stored(shape.fields.values(), {**one, **next(unseen, {})}))
        for name, part in shape.parts.items():
            parts[name] += [{ROW: key, **_stored(part.fields, entry)} for entry in one.get(name, ())]
        for name in keyed:
            keyed[name] += keyed_records(key, one.get(name))
    insert(connection, shape.table, table)
    for name, part in shape.parts.items():
        insert(connection, part.table, parts[name])
    for name, records in keyed.items():
        insert(connection, shape.keyed[name], records)


def _stored(fields: Iterable[Field], row: Row) -> dict[str, Any]:
    return {field.column: values.stored(field.kind, row.get(field.name)) for field in fields}


def keyed_records(key: str, value: JSON) -> list[dict[str, Any]]:
    """What free keys find of a field's object: each of its keys with the value's text."""
    members = value.items() if isinstance(value, dict) else ()
    found = ((name, values.attribute_text(sub)) for name, sub in members)
    return [{ROW: key, KEY: name, TEXT: text} for name, text in found if text is not None]


def default_order(shape: Shape) -> list[str]:
    """Oldest first; the key tells apart what was made at the same time."""
    return [quoted(name) for name in (shape.collection.created, shape.collection.key) if name]
