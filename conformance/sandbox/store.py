"""The store of rows: one database, one connection, one unit of work at a time."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, MetaData, Table

from conformance.sandbox import counts, deep, lookups, plans, values
from conformance.sandbox.cursors import Place
from conformance.sandbox.databases import Database, Saved
from conformance.sandbox.databases.records import insert
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.remembered import Remembered
from conformance.sandbox.tables import KEY, ROW, TEXT, THESE, VALUE, Field, PartShape, Reached, Shape, shapes
from spec import Contract, SortKey
from spec.model import JSON

Row = dict[str, JSON]
Order = Sequence[ColumnElement[Any]]
Fill = Callable[[Connection, Mapping[str, Shape]], None]
"""Puts rows into the collections' tables, which are empty."""

_MOST_KEYS = 5000
"""Keys in one IN list; SQLite allows some 32,000 values in a statement."""
_MOST_ROWS = 5000
"""Rows that are made ready for the database at once."""


class Store:
    """The database of one tenant. Any thread may ask for a unit of work; it gets its turn."""

    def __init__(self, contract: Contract, database: Database, others: MetaData, fill: Fill) -> None:
        """Make the tables where there are none, and fill them; `others` are further ones.

        Raises StoreError when the database is of another contract.
        """
        self._metadata = MetaData()
        for table in others.tables.values():
            table.to_metadata(self._metadata)
        self.shapes = shapes(contract, self._metadata)
        self.busy = 0.0
        """Seconds that units of work have taken, all together."""
        self._lock = threading.Lock()
        self._database = database
        self._remembered = Remembered(database.state)
        if database.create(self._metadata, lambda connection: fill(connection, self.shapes)):
            database.filled()

    @contextmanager
    def work(self) -> Iterator[Connection]:
        """One unit of work: its changes are kept as a whole, or none of them when it fails."""
        connection = self._database.connection
        with self._lock, connection.begin():
            began = time.perf_counter()
            try:
                yield connection
            finally:
                self.busy += time.perf_counter() - began

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One unit of work that changes nothing, and sees all as it is at one moment."""
        with self.work() as connection:
            self._database.see_one_moment()
            self._remembered.enter(connection)
            try:
                yield connection
            finally:
                self._remembered.leave(connection)

    def tidy(self) -> None:
        """Take note that a batch is over."""
        with self._lock:
            self._database.tidy()

    def save(self) -> Saved:
        """A copy of all that there is."""
        with self._lock:
            return self._database.save()

    def restore(self, saved: Saved) -> None:
        """Put a copy in the place of what there is."""
        with self._lock:
            self._database.restore(saved)

    def refill(self, fill: Fill) -> None:
        """Delete all rows and all batches, and fill the tables anew."""
        with self.work() as connection:
            for table in reversed(self._metadata.sorted_tables):
                if not counts.is_kept(table):
                    connection.execute(sa.delete(table))
            fill(connection, self.shapes)
        with self._lock:
            self._database.filled()

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()


def update(connection: Connection, table: Table, changes: Mapping[str, Any], where: Predicate) -> None:
    """Change columns of the records for which `where` is true."""
    if changes:
        connection.execute(sa.update(table).where(where), changes)


def count(connection: Connection, shape: Shape, where: Predicate) -> int:
    """How many rows there are for which `where` is true."""
    known = counts.known(shape.table, shape.number, where)
    if known is not None:
        return connection.scalars(known).one()

    def counted() -> int:
        return connection.scalars(shape.counts.where(plans.counting(connection, shape, where))).one()

    remembered = Remembered.of(connection)
    return remembered.count(where, counted) if remembered else counted()


def rows(
    connection: Connection,
    shape: Shape,
    where: Predicate,
    order: Order,
    offset: int = 0,
    size: int | None = None,
) -> list[Row]:
    """The rows for which `where` is true, as responses show them."""
    asked = where if size is None else plans.paging(connection, shape, where, offset + size)
    from_there, skipped = deep.beginning(connection, shape, asked, offset) if _own(shape, order) else (asked, offset)
    sorted_by = order if size is None else plans.sorting(connection, shape, where, order, offset + size)
    page = shape.shows.where(from_there).order_by(*sorted_by).limit(size).offset(skipped)
    found = connection.execute(page).all()
    keys = [record[0] for record in found]
    entries = {name: _entries(connection, part, keys) for name, part in shape.parts.items()}
    shown = []
    for key, *record in found:
        one = _shown(shape.shown, record)
        for name, of_row in entries.items():
            one[name] = of_row.get(key, [])
        shown.append({name: one[name] for name in shape.order if name in one})
    return shown


def start(connection: Connection, shape: Shape, where: Predicate, order: Order, place: Place) -> int:
    """How many of the rows are before a place, as they are now."""
    if place.key is None:
        return place.start
    if _own(shape, order) and deep.has_places(shape):
        passed = deep.passed(connection, shape, where, shape.key.column == place.key)
        return place.start if passed is None else passed
    key, numbered = shape.key.column, sa.func.row_number().over(order_by=order)
    rows = sa.select(key.label("key"), numbered.label("number")).where(where).subquery()
    found = connection.scalars(sa.select(rows.c.number).where(rows.c.key == place.key)).first()
    return place.start if found is None else int(found)


def key_before(connection: Connection, shape: Shape, where: Predicate, order: Order, start: int) -> JSON:
    """The key of the row before a place; None at the beginning."""
    if start < 1:
        return None
    last = start - 1
    from_there, skipped = deep.beginning(connection, shape, where, last) if _own(shape, order) else (where, last)
    return connection.scalars(
        sa.select(shape.key.column).where(from_there).order_by(*order).limit(1).offset(skipped)
    ).first()


def _entries(connection: Connection, part: PartShape, keys: list[JSON]) -> dict[JSON, list[Row]]:
    found: dict[JSON, list[Row]] = {}
    for start in range(0, len(keys), _MOST_KEYS):
        for key, *record in connection.execute(part.entries, {THESE: keys[start : start + _MOST_KEYS]}):
            found.setdefault(key, []).append(_shown(part.fields, record))
    return found


def _shown(fields: Sequence[Field], record: Sequence[Any]) -> Row:
    return {
        field.name: value
        for field, value in zip(fields, record, strict=True)
        if value is not None or field.required or field.nullable
    }


def add(connection: Connection, shape: Shape, many: Iterable[Row]) -> None:
    """Insert whole new rows, fast, with what no response shows of them."""
    rows = iter(many)
    while some := list(islice(rows, _MOST_ROWS)):
        insert(connection, shape.table, [_record(shape.fields, one) for one in some])
        for name, part in shape.parts.items():
            names = [field.name for field in part.fields]
            records = [
                {ROW: one[shape.key.name], **_record(names, entry)} for one in some for entry in one.get(name, ())
            ]
            insert(connection, part.table, records)
        for name, keyed in shape.keyed.items():
            records = [record for one in some for record in keyed_records(one[shape.key.name], one.get(name))]
            insert(connection, keyed, records)
        for reached in kept_apart(shape):
            insert(
                connection, reached.table, [record for one in some for record in reached_records(shape, reached, one)]
            )


def kept_apart(shape: Shape) -> list[Reached]:
    """The values with a table of their own, which is filled when the row is written."""
    return [reached for reached in shape.reached.values() if reached.path[0] not in shape.parts]


def reached_records(shape: Shape, reached: Reached, row: Row) -> list[dict[str, Any]]:
    """The values of a row at the end of a way; null where it ends early."""
    found: list[JSON] = [row.get(reached.path[0])]
    for name in (*reached.path[1:], None):
        found = [one for each in found for one in (each if isinstance(each, list) else [each])]
        if name is not None:
            found = [each.get(name) if isinstance(each, dict) else None for each in found]
    return [{ROW: row[shape.key.name], VALUE: value} for value in found]


def _record(names: Iterable[str], row: Row) -> dict[str, Any]:
    return {name: row.get(name) for name in names}


def new_key(connection: Connection, shape: Shape) -> JSON:
    """A key that no row has: the next number, or one that nobody can guess."""
    key = shape.key
    if key.kind != "number":
        return str(uuid.uuid4())
    as_number = sa.cast(sa.type_coerce(key.column, sa.Text), sa.BigInteger)
    last = connection.scalar(sa.select(sa.func.max(as_number)))
    return (last or 0) + 1


def keyed_records(key: JSON, value: JSON) -> list[dict[str, Any]]:
    """What free keys find of a field's object: each of its keys with the value's text."""
    members = value.items() if isinstance(value, dict) else ()
    found = ((name, values.attribute_text(sub)) for name, sub in members)
    return [{ROW: key, KEY: name, TEXT: text} for name, text in found if text is not None]


def order(shape: Shape, keys: Sequence[SortKey]) -> Order:
    """By these keys, rows without a value last; what they leave open is as it is without them."""
    return [*(_sorted(shape, key) for key in keys), *default_order(shape)]


def _sorted(shape: Shape, key: SortKey) -> ColumnElement[Any]:
    if key.sorts in shape.reached:
        reached = shape.reached[key.sorts]
        of_row: ColumnElement[Any] = (
            sa.select(reached.column).where(reached.owner == shape.key.column).scalar_subquery()
        )
        column = lookups.comparable(of_row, reached.kind)
    else:
        field = shape.fields[key.sorts]
        column = lookups.comparable(field.column, field.kind)
    return (column.desc() if key.descending else column.asc()).nulls_last()


def _own(shape: Shape, order: Order) -> bool:
    """True for the order that the rows have where nothing else is asked for."""
    own = default_order(shape)
    return len(order) == len(own) and all(one is other for one, other in zip(order, own, strict=True))


def default_order(shape: Shape) -> Order:
    """Oldest first; the key orders rows of the same time."""
    return [field.column for field in shape.ordered_by]
