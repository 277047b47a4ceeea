"""The databases that keep rows: SQLite, in memory or in a file, and PostgreSQL."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from conformance.sandbox.databases.database import Database, Saved, StoreError
from conformance.sandbox.databases.sqlite import Sqlite

__all__ = ["Database", "Saved", "StoreError", "opened"]

_FORMS = "FILE, sqlite:///FILE or postgresql://USER@HOST/NAME"


def opened(where: Path | str | None, tenant: int) -> Database:
    """The database of a tenant: in memory, in a file, or at a URL. Raises StoreError."""
    if where is None:
        return Sqlite(None)
    if isinstance(where, Path) or "://" not in where:
        return Sqlite(_beside(Path(where), tenant))
    try:
        url = sa.make_url(where)
    except ArgumentError:
        # The text may hold a password, so it isn't repeated.
        raise StoreError(
            "the database's URL can't be read; write sqlite:///FILE or postgresql://USER@HOST/NAME"
        ) from None
    if url.get_backend_name() == "sqlite":
        return Sqlite(_beside(Path(url.database), tenant) if url.database else None)
    if url.get_backend_name() == "postgresql":
        # Its driver takes a while to import, and most sandboxes don't need it.
        database: Database = import_module("conformance.sandbox.databases.postgresql").Postgresql(url, tenant)
        return database
    raise StoreError(f"{url.get_backend_name()} isn't one of the databases that there are; write {_FORMS}")


def _beside(file: Path, tenant: int) -> Path:
    """Each tenant after the first has a file of its own beside the first one's."""
    return file if tenant == 1 else file.with_name(f"{file.name}.{tenant}")
