"""Many records at once, in the way in which each database takes them soonest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Dialect, Table

Kept = Callable[[Any], Any]
"""From a value to what the database keeps of it."""


def insert(connection: Connection, table: Table, records: Sequence[Mapping[str, Any]]) -> None:
    """Insert records that have the same columns, in their order."""
    if not records:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(sa.insert(table), records)
        return
    # Of a statement with thousands of values, most of the time would go into reading it.
    statement, columns = _copying(connection.dialect, table, tuple(records[0]))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for record in records:
            copy.write_row([kept(record[name]) for name, kept in columns])


@contextmanager
def without_indexes(connection: Connection, tables: Iterable[Table]) -> Iterator[None]:
    """Make the indexes of tables when the block is over: to sort all records takes less than to place each."""
    indexes = [index for table in tables for index in sorted(table.indexes, key=lambda index: str(index.name))]
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


@lru_cache
def _copying(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[str, list[tuple[str, Kept]]]:
    quote = dialect.identifier_preparer.quote
    columns: list[tuple[str, Kept]] = [
        (name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is) for name in names
    ]
    # No parameter is in it, so nothing takes a % for the sign of one.
    return f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN", columns


def _as_it_is(value: Any) -> Any:
    return value
