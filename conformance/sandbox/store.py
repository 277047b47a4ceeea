"""Where the rows are: one SQLite database, one connection, one unit of work at a time.

The server's event loop and its worker share the connection; `work` lets one of them in, and its changes are
all there or not at all.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    String,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from conformance.sandbox import lookups, values
from conformance.sandbox.tables import KEY, ROW, TEXT, PartShape, Shape, shapes
from spec import Contract
from spec.model import JSON

Row = dict[str, JSON]

_MOST_KEYS = 5000
"""Keys in one IN list; SQLite allows some 32,000 values in a statement."""


class StoreError(Exception):
    """A database file that can't be used, with the reason."""


class Store:
    """The database of one sandbox."""

    def __init__(self, contract: Contract, file: Path | None, metadata: MetaData) -> None:
        """Open `file`, or a database in memory; `metadata` may hold tables of others already.

        Raises StoreError when the file isn't a database of this contract.
        """
        self.shapes: Mapping[str, Shape] = shapes(contract, metadata)
        self._meta = Table("$contract", metadata, Column("tables", String, primary_key=True))
        self._lock = threading.RLock()
        self._engine = create_engine(
            f"sqlite:///{file}" if file else "sqlite://",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
        event.listen(self._engine, "connect", lambda connection, _: _prepare(connection, file))
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        try:
            self._connection = self._engine.connect()
            self.is_new = self._create(metadata)
        except DatabaseError as error:
            raise StoreError(f"{file} can't be used: {error.orig}") from None

    def _create(self, metadata: MetaData) -> bool:
        """Make the tables; False when they were there, as an earlier run left them."""
        fingerprint = _fingerprint(metadata)
        with self.work() as connection:
            names = [name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master")]
            if names:
                left = [t for (t,) in connection.execute(select(self._meta))] if self._meta.name in names else []
                if left != [fingerprint]:
                    raise StoreError("the file holds the data of another document; take another file")
                return False
            metadata.create_all(connection)
            connection.execute(insert(self._meta).values(tables=fingerprint))
        return True

    @contextmanager
    def work(self) -> Iterator[Connection]:
        """One unit of work: what is changed in it is kept as a whole, or not at all when it fails."""
        with self._lock, self._connection.begin():
            yield self._connection

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._connection.close()
            self._engine.dispose()


def _prepare(connection: Any, file: Path | None) -> None:
    raw: sqlite3.Connection = connection
    # Units of work begin where we say so, not where the driver guesses.
    raw.isolation_level = None
    lookups.register(raw)
    raw.execute("PRAGMA foreign_keys = ON")
    if file:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = NORMAL")


def _fingerprint(metadata: MetaData) -> str:
    return ";".join(
        f"{table.name}({','.join(f'{c.name} {c.type}' for c in table.columns)})" for table in metadata.sorted_tables
    )


def count(connection: Connection, shape: Shape, where: ColumnElement[bool]) -> int:
    """How many rows there are for which `where` is true."""
    return connection.execute(select(func.count()).select_from(shape.table).where(where)).scalar_one()


def rows(
    connection: Connection,
    shape: Shape,
    where: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]],
    offset: int = 0,
    size: int | None = None,
) -> list[Row]:
    """The rows for which `where` is true, as responses show them."""
    statement: Select[Any] = select(*(field.column for field in shape.shown)).where(where).order_by(*order)
    found = connection.execute(statement.offset(offset).limit(size)).all()
    place = next(index for index, field in enumerate(shape.shown) if field.name == shape.key.name)
    keys = [row[place] for row in found]
    entries = {name: _entries(connection, part, keys) for name, part in shape.parts.items()}
    shown = []
    for key, columns in zip(keys, found, strict=True):
        row: Row = {}
        for field, value in zip(shape.shown, columns, strict=True):
            if value is not None or field.required or field.nullable:
                row[field.name] = values.shown(field.kind, value)
        for name, of_row in entries.items():
            row[name] = of_row.get(key, [])
        shown.append({name: row[name] for name in shape.order if name in row})
    return shown


def _entries(connection: Connection, part: PartShape, keys: list[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for start in range(0, len(keys), _MOST_KEYS):
        some = keys[start : start + _MOST_KEYS]
        statement = select(part.row, *(f.column for f in part.fields)).where(part.row.in_(some)).order_by(part.position)
        for key, *columns in connection.execute(statement):
            entry = {
                field.name: values.shown(field.kind, value)
                for field, value in zip(part.fields, columns, strict=True)
                if value is not None or field.required or field.nullable
            }
            found.setdefault(key, []).append(entry)
    return found


def add(connection: Connection, shape: Shape, many: Iterable[Row], hidden: Iterable[Row] = ()) -> None:
    """Insert whole new rows, fast: `hidden` holds, for each, what no response shows."""
    table: list[dict[str, Any]] = []
    parts: dict[str, list[dict[str, Any]]] = {name: [] for name in shape.parts}
    keyed: dict[str, list[dict[str, Any]]] = {name: [] for name in shape.keyed}
    unseen = iter(hidden)
    for row in many:
        everything = {**row, **next(unseen, {})}
        key = values.stored(shape.key.kind, row[shape.key.name])
        table.append({f.name: values.stored(f.kind, everything.get(f.name)) for f in shape.fields.values()})
        for name, part in shape.parts.items():
            for entry in row.get(name, ()):
                stored = {f.name: values.stored(f.kind, entry.get(f.name)) for f in part.fields}
                parts[name].append({ROW: key, **stored})
        for name in keyed:
            keyed[name] += keyed_rows(key, row.get(name))
    for target, records in (
        (shape.table, table),
        *((part.table, parts[name]) for name, part in shape.parts.items()),
        *((shape.keyed[name], records) for name, records in keyed.items()),
    ):
        if records:
            connection.execute(insert(target), records)


def keyed_rows(key: str, value: JSON) -> list[dict[str, Any]]:
    """What free keys find of a field's object: each of its keys with the value's text."""
    found = ((name, values.attribute_text(sub)) for name, sub in (value or {}).items())
    return [{ROW: key, KEY: name, TEXT: text} for name, text in found if text is not None]


def default_order(shape: Shape) -> list[ColumnElement[Any]]:
    """Oldest first; the key tells apart what was made at the same time."""
    names = (shape.collection.created, shape.collection.key)
    return [shape.fields[name].column for name in names if name]
