"""Counts that are kept and pages that are found from remembered places: the same as when all rows are looked at."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from conformance.sandbox import Settings, app, counts, deep, store
from conformance.sandbox.control import rows as control_rows
from conformance.sandbox.cursors import Place
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.store import Store
from conformance.sandbox.tables import Shape
from spec import Contract
from tests.sandbox.conftest import Database

ROWS = 230


@pytest.fixture
def filled(contract: Contract, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Store, Shape]]:
    """A store of some products, in which each fortieth place is remembered."""
    monkeypatch.setattr(deep, "STRIDE", 40)
    sandbox = app(contract, Settings(products=ROWS, db=database()))
    rows = sandbox.tenants[0].store
    yield rows, rows.shapes["products"]
    sandbox.close()


def conditions(shape: Shape) -> list[Predicate]:
    """Nothing, what the defaults filter, what they hide, and what no index leads to."""
    approved, name = shape.fields["approved"].column, shape.fields["name"].column
    return [sa.true(), approved == 1, approved.is_(None), sa.and_(approved == 1, sa.func.length(name) > 9), name == "x"]


def counted(connection: Connection, shape: Shape, where: Predicate) -> int:
    return int(connection.scalars(sa.select(sa.func.count()).select_from(shape.table).where(where)).one())


def change(rows: Store, shape: Shape, rng: random.Random) -> None:
    """Delete some rows, hide some, show some, add some, and take one change back."""
    table, key = shape.table, shape.key.column
    with rows.work() as connection:
        keys = list(connection.scalars(sa.select(key).order_by(key)))
        connection.execute(sa.delete(table).where(key.in_(rng.sample(keys, 3))))
        for shown in (True, False):
            connection.execute(sa.update(table).where(key.in_(rng.sample(keys, 5))).values(approved=shown))
        again = store.rows(connection, shape, key == rng.choice(keys), ())
        new = [{**row, "sku": f"new {rng.random()}", "approved": rng.random() < 0.5} for row in again]
        store.add(connection, shape, new)
    with rows.work() as connection, connection.begin_nested() as taken_back:
        connection.execute(sa.delete(table).where(key.in_(rng.sample(keys, 9))))
        taken_back.rollback()


def test_counts_are_those_of_the_rows(filled: tuple[Store, Shape]) -> None:
    rows, shape = filled
    rng = random.Random(3)
    for _ in range(8):
        for _ in range(2):
            with rows.reading() as connection:
                for where in conditions(shape):
                    assert store.count(connection, shape, where) == counted(connection, shape, where)
        change(rows, shape, rng)
        rows.tidy()


def test_only_conditions_on_the_defaults_need_no_look(filled: tuple[Store, Shape]) -> None:
    _, shape = filled
    known = [counts.known(shape.table, shape.number, where) is not None for where in conditions(shape)]
    assert known == [True, True, True, False, False]


def test_counts_outlive_what_replaces_all_rows(filled: tuple[Store, Shape]) -> None:
    rows, shape = filled
    saved = rows.save()
    control_rows.load(rows, shape, control_rows.dump(rows, shape)[:7], replace=True)
    with rows.reading() as connection:
        assert store.count(connection, shape, sa.true()) == counted(connection, shape, sa.true()) == 7
    rows.restore(saved)
    with rows.reading() as connection:
        assert store.count(connection, shape, sa.true()) == counted(connection, shape, sa.true()) == ROWS
    saved.drop()
    rows.refill(lambda *_: None)
    with rows.reading() as connection:
        assert store.count(connection, shape, sa.true()) == counted(connection, shape, sa.true()) == 0


@pytest.mark.slow
def test_deep_pages_are_those_of_all_rows(filled: tuple[Store, Shape]) -> None:
    rows, shape = filled
    rng = random.Random(4)
    order = store.default_order(shape)
    for _ in range(6):
        with rows.work() as connection:
            everything = [store.rows(connection, shape, where, order) for where in conditions(shape)]
        for _ in range(12):
            offset, size = rng.randrange(ROWS + 60), rng.randrange(1, 30)
            with rows.reading() as connection:
                for where, found in zip(conditions(shape), everything, strict=True):
                    assert store.rows(connection, shape, where, order, offset, size) == found[offset : offset + size]
        change(rows, shape, rng)


def test_other_orders_have_no_places(filled: tuple[Store, Shape]) -> None:
    rows, shape = filled
    for order in ([shape.key.column.desc()], store.default_order(shape)[::-1]):
        with rows.reading() as connection:
            found = store.rows(connection, shape, sa.true(), order)
            assert store.rows(connection, shape, sa.true(), order, 120, 15) == found[120:135]


def test_a_place_is_found_by_its_row(filled: tuple[Store, Shape]) -> None:
    rows, shape = filled
    own = store.default_order(shape)
    for order in (own, own[::-1]):
        with rows.reading() as connection:
            for where in conditions(shape):
                keys = [row["sku"] for row in store.rows(connection, shape, where, order)]
                for number in range(1, len(keys) + 1, 23):
                    assert store.key_before(connection, shape, where, order, number) == keys[number - 1]
                    assert store.start(connection, shape, where, order, Place(keys[number - 1], 0)) == number
                assert store.start(connection, shape, where, order, Place("no such row", 7)) == 7
