"""Whatever way a condition is asked in, it finds the same rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import ClauseElement
from sqlalchemy.dialects import sqlite

from conformance.sandbox import Settings, app, conditions, lookups, plans, store
from conformance.sandbox import query as queries
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.store import Store
from conformance.sandbox.tables import Shape
from spec import Contract
from tests.sandbox.conftest import Database

QUERIES = (
    "",
    "name__icontains=a",
    "name__icontains=qzqzq",
    "attribute__COLOR__icontains=e",
    "attribute__COLOR=nothing",
    "attribute__COLOR__icontains=e&attribute__SIZE__contains=S&approved=false",
    "attribute__COLOR__icontains=e&sku=AKN-TSHRT",
    "sku=AKN-TSHRT",
    "attribute__COLOR__startswith=R",
    "name__icontains=%F4%8F%BF%BF",
    "attribute__COLOR__istartswith=r&name__icontains=i",
)


@pytest.fixture(scope="module")
def filled(contract: Contract, database: Database) -> Iterator[tuple[Store, Shape]]:
    """A store of some products."""
    sandbox = app(contract, Settings(products=300, db=database()))
    rows = sandbox.tenants[0].store
    yield rows, rows.shapes["products"]
    sandbox.close()


def written(statement: ClauseElement) -> str:
    """The SQL of SQLite's."""
    return str(statement.compile(dialect=sqlite.dialect()))


def where(contract: Contract, shape: Shape, text: str) -> Predicate:
    """The condition of a query."""
    operation = contract.by_code["PRD102"]
    pairs = queries.pairs(text.encode(), "en")
    query = queries.read(queries.signature(contract, operation, shape), pairs, pairs, {}, "en")
    return conditions.combine([(one, conditions.condition(shape, one)) for one in query.conditions])


@pytest.mark.parametrize("text", QUERIES)
def test_every_way_finds_the_same_rows(contract: Contract, filled: tuple[Store, Shape], text: str) -> None:
    rows, shape = filled
    asked, order = where(contract, shape, text), store.default_order(shape)
    with rows.work() as connection:
        everything = store.rows(connection, shape, asked, order)
        for way in (plans.one_by_one, plans.by_index):
            assert store.rows(connection, shape, way(asked), order) == everything
    for counted_first in (False, True):
        with rows.reading() as connection:
            if counted_first:
                assert store.count(connection, shape, asked) == len(everything)
            for offset, size in ((0, 1), (0, 10), (7, 3), (0, 300)):
                found = store.rows(connection, shape, asked, order, offset, size)
                assert found == everything[offset : offset + size]


@pytest.mark.parametrize(
    "texts", [["", "a", "b", "ab", "a\U0010ffff", "a\U0010ffffx", "a\ud7ff", "a\ud7ff\0", "a\ue000", "\U0010ffff"]]
)
def test_texts_that_begin_alike_stand_together(filled: tuple[Store, Shape], texts: list[str]) -> None:
    rows, _ = filled
    column = sa.Column("text", sa.Text)
    table = sa.Table("texts", sa.MetaData(), column, prefixes=["TEMPORARY"])
    with rows.work() as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("PostgreSQL finds the short way itself")
        table.create(connection)
        connection.execute(sa.insert(table), [{"text": text} for text in texts])
        for start in texts:
            asked = plans.by_index(lookups.predicate(column, "text", "startswith", start))
            found = connection.scalars(sa.select(column).where(asked)).all()
            assert found == [text for text in texts if text.startswith(start)]
        table.drop(connection)


def test_a_condition_on_free_keys_can_be_asked_of_each_row(contract: Contract, filled: tuple[Store, Shape]) -> None:
    _, shape = filled
    listed = where(contract, shape, "attribute__COLOR__icontains=e")
    assert " IN (" in written(listed)
    assert " IN (" not in written(plans.one_by_one(listed))
    assert "EXISTS" in written(plans.one_by_one(listed))


def test_one_list_is_made_and_the_narrowest(contract: Contract, filled: tuple[Store, Shape]) -> None:
    _, shape = filled
    asked = plans.by_index(where(contract, shape, "attribute__COLOR__icontains=e&attribute__SIZE=S"))
    (listed,) = written(asked).split(" IN (")[1:]
    assert "EXISTS" in written(asked)
    assert "instr" not in listed.partition(")")[0]


def test_what_names_one_row_is_asked_of_that_row(contract: Contract, filled: tuple[Store, Shape]) -> None:
    rows, shape = filled
    with rows.work() as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("PostgreSQL finds the short way itself")
        both = [
            "EXISTS"
            in written(plans.counting(connection, shape, where(contract, shape, f"attribute__COLOR=Red{more}")))
            for more in ("&sku=A", "&sku__contains=A")
        ]
    assert both == [True, False]


def test_few_rows_are_found_first_and_sorted_then(contract: Contract, filled: tuple[Store, Shape]) -> None:
    rows, shape = filled
    order = store.default_order(shape)
    with rows.reading() as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("PostgreSQL finds the short way itself")
        many, few = where(contract, shape, "name__icontains=a"), where(contract, shape, "name__icontains=qzqzq")
        for one in (many, few):
            store.count(connection, shape, one)
        assert plans.sorting(connection, shape, many, order, 1) == order
        sorted_by = sa.select(shape.key.column).order_by(*plans.sorting(connection, shape, few, order, 1))
        assert "ORDER BY + products.created_at, + products.sku" in written(sorted_by)
        backwards = [sa.desc(one).nulls_last() for one in order]
        sorted_by = sa.select(shape.key.column).order_by(*plans.sorting(connection, shape, few, backwards, 1))
        assert "ORDER BY (+ products.created_at) DESC NULLS LAST, (+ products.sku)" in written(sorted_by)
