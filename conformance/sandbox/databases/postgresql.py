"""PostgreSQL, with functions that mean the same to the letter as SQLite's and Python's."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Column, Connection, MetaData, Table, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from conformance.sandbox import counts
from conformance.sandbox.databases import folding, nul
from conformance.sandbox.databases.database import OTHER_DATA, Fill, Saved, StoreError, nothing


@dataclass(frozen=True)
class _Copy:
    """Tables of a schema of their own."""

    connection: Connection = field(repr=False)
    schema: str

    def drop(self) -> None:
        with self.connection.begin():
            self.connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{self.schema}" CASCADE')


class Postgresql:
    """A schema of a PostgreSQL database."""

    def __init__(self, url: sa.URL, tenant: int) -> None:
        """Open it. Raises StoreError."""
        self._url = url.set(drivername="postgresql+psycopg")
        self._schema = "sandbox" if tenant == 1 else f"sandbox_{tenant}"
        self._tables: list[sa.Table] = []
        self._numbers = itertools.count(1)
        engine = sa.create_engine(self._url, poolclass=sa.StaticPool)
        # One statement for many records, where the driver would send one for each.
        engine.dialect.use_insertmanyvalues_wo_returning = True
        event.listen(engine, "connect", self._prepare)
        try:
            self.connection = engine.connect()
        except DBAPIError as error:
            raise StoreError(f"{self._named}: {str(error.orig).strip()}") from None

    def create(self, metadata: MetaData, fill: Fill = nothing) -> bool:
        """Make the tables, and fill them; False when they were there. Raises StoreError."""
        self._tables = metadata.sorted_tables
        connection, wanted = self.connection, self._fingerprint(metadata)
        with connection.begin():
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
            if encoding != "UTF8":
                raise StoreError(f"{self._named} keeps text as {encoding}; UTF8 is needed")
            # Two that start at the same time make the tables one after the other.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('sandbox'))")
            there = connection.exec_driver_sql(
                "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", (self._schema,)
            ).first()
            if there is not None and there[0] == wanted:
                return False
            if there is not None:
                raise StoreError(f"{self._named} {OTHER_DATA}; drop its schema {self._schema}, or take another")
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
            connection.exec_driver_sql(f'CREATE SCHEMA "{self._schema}"')
            connection.exec_driver_sql(folding.functions())
            metadata.create_all(connection)
            fill(connection)
            connection.exec_driver_sql(f"COMMENT ON SCHEMA \"{self._schema}\" IS '{wanted}'")
        return True

    def filled(self) -> None:
        """Count what is there, or queries are planned for empty tables."""
        self.tidy()
        with self.connection.begin():
            self.connection.exec_driver_sql(f"ANALYZE {', '.join(self._names())}")

    def tidy(self) -> None:
        """Make few records of many."""
        with self.connection.begin():
            for table in filter(counts.is_kept, self._tables):
                self.connection.execute(counts.summed_up(table))

    def see_one_moment(self) -> None:
        """As PostgreSQL does at this level."""
        self.connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def state(self) -> Hashable:
        """Which transactions it sees."""
        return str(self.connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one())

    def save(self) -> Saved:
        """A copy in a schema of its own."""
        copy = _Copy(self.connection, f"{self._schema}_copy_{next(self._numbers)}")
        copy.drop()
        with self.connection.begin():
            self.connection.exec_driver_sql(f'CREATE SCHEMA "{copy.schema}"')
            for table in self._copied():
                name = self._quoted(table.name)
                self.connection.exec_driver_sql(f'CREATE TABLE "{copy.schema}".{name} AS TABLE {name}')
                for column in filter(_is_made, table.columns):
                    made = self._quoted(column.name)
                    self.connection.exec_driver_sql(f'ALTER TABLE "{copy.schema}".{name} DROP COLUMN {made}')
        return copy

    def restore(self, saved: Saved) -> None:
        """Put a copy in the place of what there is."""
        copy = cast(_Copy, saved)
        with self.connection.begin():
            self.connection.exec_driver_sql(f"TRUNCATE {', '.join(self._names())}")
            for table in self._copied():
                name = self._quoted(table.name)
                columns = ", ".join(self._quoted(one.name) for one in table.columns if not _is_made(one))
                self.connection.exec_driver_sql(f'INSERT INTO {name} ({columns}) TABLE "{copy.schema}".{name}')

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()
        self.connection.engine.dispose()

    @property
    def _named(self) -> str:
        return self._url.set(drivername="postgresql").render_as_string(hide_password=True)

    def _names(self) -> list[str]:
        return [self._quoted(table.name) for table in self._tables]

    def _copied(self) -> list[Table]:
        """The tables that don't follow from others."""
        return [table for table in self._tables if not counts.is_kept(table)]

    def _quoted(self, name: str) -> str:
        return self.connection.dialect.identifier_preparer.quote(name).replace("%", "%%")

    def _prepare(self, connection: Any, _: Any) -> None:
        nul.register(connection)
        # Tables of a tenant are found without saying where, and so are the functions.
        connection.execute(f'SET search_path TO "{self._schema}", public')
        connection.execute("SET client_min_messages TO warning")
        # Compiling the plan of a query takes longer than most queries do.
        connection.execute("SET jit TO off")
        connection.commit()

    def _fingerprint(self, metadata: MetaData) -> str:
        """Of all that is made, so that other tables are seen for what they are."""
        dialect = self.connection.dialect
        made: list[str] = []
        for table in metadata.sorted_tables:
            indexes = sorted(table.indexes, key=lambda index: str(index.name))
            made.append(str(CreateTable(table).compile(dialect=dialect)))
            made += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
        return hashlib.sha256("\n".join([*made, folding.functions()]).encode()).hexdigest()


def _is_made(column: Column[Any]) -> bool:
    """True for a column that the database makes of others."""
    return column.computed is not None
