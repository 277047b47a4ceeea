"""A filter leads to its rows by an index, and the pages of all rows follow one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from conformance.sandbox import Settings, app, listing
from conformance.sandbox import query as queries
from conformance.sandbox.behaviour import HONEST
from conformance.sandbox.store import Store
from conformance.sandbox.tables import THESE
from spec import Contract
from tests.sandbox.conftest import Database

Plans = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def plans(contract: Contract, database: Database) -> Iterator[Plans]:
    """How the database carries out what a query of the products comes to: a text for each statement."""
    sandbox = app(contract, Settings(products=2000, db=database()))
    store = sandbox.tenants[0].store
    operation = contract.by_code["PRD102"]
    shape = store.shapes["products"]
    signature = queries.signature(contract, operation, shape)

    def ask(query: str) -> list[str]:
        pairs = queries.pairs(query.encode(), "en")
        wanted = queries.read(signature, pairs, pairs, {}, "en")
        with explained(store) as found:
            listing.answer(listing.Listing(contract, operation, shape, HONEST), store, wanted, "/")
        return found

    yield ask
    sandbox.close()


@contextmanager
def explained(store: Store) -> Iterator[list[str]]:
    """The plans of the statements on products or books that are executed in the block."""
    found: list[str] = []
    with store.work() as connection:
        explain = "EXPLAIN QUERY PLAN "
        if connection.dialect.name == "postgresql":
            explain = "EXPLAIN "
            # So few rows are read one after the other, if that isn't forbidden.
            connection.exec_driver_sql("SET enable_seqscan TO off")

    def note(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        if re.search(r"FROM (products|books)\s", statement):
            cursor.execute(explain + statement, parameters)
            found.append(" / ".join(str(row[-1]) for row in cursor.fetchall()))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("", "products$order"),
        ("page=4&limit=10", "products$order"),
        ("name=x", "products.name$value"),
        ("updated_at=2025-01-01T00:00:00Z", "products.updated_at$value"),
        ("attribute__COLOR=x", "products/attributes$key"),
    ],
)
def test_an_index_is_used(plans: Plans, query: str, index: str) -> None:
    for plan in plans(query):
        assert index in plan


def test_rows_are_not_counted_where_nothing_is_filtered(plans: Plans) -> None:
    # The one statement is that of the page.
    assert [len(plans(query)) for query in ("", "page=4&limit=10", "approved=false")] == [1, 1, 1]


def test_rows_are_not_found_by_the_trigrams_of_their_keys(contract: Contract, database: Database) -> None:
    sandbox = app(contract, Settings(products=2000, db=database()))
    store = sandbox.tenants[0].store
    with explained(store) as found, store.work() as connection:
        connection.execute(store.shapes["products"].known, {THESE: [f"bench-{number}" for number in range(100)]})
    sandbox.close()
    (plan,) = found
    assert "pkey" in plan or "autoindex" in plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("name__icontains=qzqzq", "products.name$folded"),
        ("base_code__icontains=qzqzq", "products.base_code$folded"),
        ("attribute__COLOR__iendswith=qzqzq", "products/attributes$folded"),
    ],
)
def test_pieces_are_found_in_an_index(plans: Plans, database: Database, query: str, index: str) -> None:
    kept = f"{index}-pieces" if database() else index
    for plan in plans(query):
        assert kept in plan
