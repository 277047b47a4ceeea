"""The made-up rows come whole or not at all, and indexes are the same whenever they are made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Connection

from conformance.sandbox import Settings, app, batches, databases
from conformance.sandbox.store import Store
from conformance.sandbox.tables import Shape
from spec import Contract
from tests.sandbox.conftest import Database


def _where(database: Database, folder: Path) -> str:
    return database() or str(folder / "sandbox.db")


def test_what_is_broken_off_leaves_nothing(contract: Contract, database: Database, tmp_path: Path) -> None:
    where = _where(database, tmp_path)
    filled: list[int] = []

    def broken_off(connection: Connection, shapes: Mapping[str, Shape]) -> None:
        filled.append(0)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        Store(contract, databases.opened(where, 1), batches.TABLES, broken_off)
    Store(contract, databases.opened(where, 1), batches.TABLES, lambda *_: filled.append(1)).close()
    assert filled == [0, 1]


def test_indexes_that_were_made_last_are_known_again(contract: Contract, database: Database, tmp_path: Path) -> None:
    settings = Settings(products=2001, db=_where(database, tmp_path))
    for _ in range(2):
        sandbox = app(contract, settings)
        with sandbox.tenants[0].store.reading() as connection:
            shape = sandbox.tenants[0].store.shapes["products"]
            assert connection.scalars(shape.counts).one() == 2001
        sandbox.close()
