"""SQLite, with Python's functions and collation in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, event
from sqlalchemy.exc import DBAPIError

from conformance.sandbox import values
from conformance.sandbox.databases.database import OTHER_DATA, Fill, Saved, StoreError, nothing


@dataclass(frozen=True)
class _Copy:
    connection: sqlite3.Connection = field(repr=False)

    def drop(self) -> None:
        self.connection.close()


class Sqlite:
    """A database in a file, or in memory."""

    def __init__(self, file: Path | None) -> None:
        """Open it. Raises StoreError when the file is none of SQLite's."""
        self._file = file
        self._restored = 0
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(file) if file else None),
            poolclass=sa.StaticPool,
            connect_args={"check_same_thread": False, "isolation_level": None},
        )
        event.listen(engine, "connect", _prepare)
        # Left to itself, the driver would begin only at the first change: after a SAVEPOINT or a CREATE TABLE.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        try:
            self.connection = engine.connect()
        except DBAPIError as error:
            raise self._unusable(error) from None

    def create(self, metadata: MetaData, fill: Fill = nothing) -> bool:
        """Make the tables, and fill them; False when they were there. Raises StoreError."""
        try:
            with self.connection.begin():
                there = _schema(self.connection)
                if not there:
                    metadata.create_all(self.connection)
                    fill(self.connection)
            # Only from here on: what is new would be written twice.
            self._driver.execute("PRAGMA journal_mode = WAL")
        except DBAPIError as error:
            raise self._unusable(error) from None
        if not there:
            return True
        engine = sa.create_engine("sqlite://")
        event.listen(engine, "connect", _prepare)
        with engine.connect() as fresh:
            metadata.create_all(fresh)
            if there != _schema(fresh):
                raise StoreError(f"{self._file} {OTHER_DATA}; take another file")
        return False

    def filled(self) -> None:
        """Count what is there, or an index that finds half of all rows looks as good as one that finds a few."""
        self._driver.execute("PRAGMA analysis_limit = 1000")
        self._driver.execute("ANALYZE")

    def tidy(self) -> None:
        """Nothing is left."""

    def see_one_moment(self) -> None:
        """Nobody else writes."""

    def state(self) -> Hashable:
        """How many records were changed from here, whether others changed some, and how often all was replaced."""
        driver = self._driver
        return driver.total_changes, driver.execute("PRAGMA data_version").fetchone(), self._restored

    def save(self) -> Saved:
        """A copy in memory."""
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        self._driver.backup(copy)
        return _Copy(copy)

    def restore(self, saved: Saved) -> None:
        """Put a copy in the place of what there is."""
        cast(_Copy, saved).connection.backup(self._driver)
        self._restored += 1

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()
        self.connection.engine.dispose()

    @property
    def _driver(self) -> sqlite3.Connection:
        return cast(sqlite3.Connection, self.connection.connection.driver_connection)

    def _unusable(self, error: DBAPIError) -> StoreError:
        return StoreError(f"{self._file} can't be used as a database: {error.orig}")


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions and the collation that lookups use."""
    connection.create_function("fold", 1, values.fold, deterministic=True)
    connection.create_function("matched_by", 3, values.matched, deterministic=True)
    connection.create_function("date_part_of", 3, values.date_part, deterministic=True)
    connection.create_collation("by_value", values.by_value)


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    register(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    # For files; in memory it changes nothing.
    connection.execute("PRAGMA synchronous = NORMAL")
    # In kibibytes: indexes that are read again and again.
    connection.execute("PRAGMA cache_size = -65536")


def _schema(connection: Connection) -> set[str]:
    made = sa.text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    return set(connection.scalars(made))
