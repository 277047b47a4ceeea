"""Sorted lists, as every database of the sandbox sorts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

import spec
from conformance.sandbox import Settings, app, store
from spec.model import keys_of
from tests.sandbox.conftest import Database, Serving
from tests.sandbox.test_indexes import explained

LIBRARY = Path(__file__).parent.parent / "conformance" / "library.yaml"


@pytest.fixture(scope="module")
def library(serving: Serving) -> Iterator[httpx2.Client]:
    with serving(contract=spec.load(LIBRARY), products=60) as client:
        yield client


def asked(client: httpx2.Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """The rows of a list."""
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    body = response.json()
    rows: list[dict[str, Any]] = body["books"] if isinstance(body, dict) else body
    return rows


def test_an_order_is_read_from_an_index(database: Database) -> None:
    contract = spec.load(LIBRARY)
    sandbox = app(contract, Settings(products=100, db=database()))
    rows, operation = sandbox.tenants[0].store, contract.by_id["listBooks"]
    shape = rows.shapes["books"]
    assert operation.ordering
    key = next(key for key in keys_of(operation.ordering) if key.sorts == "copies")
    for descending, name in ((False, "books.copies$up"), (True, "books.copies$down")):
        order = store.order(shape, [replace(key, descending=descending)])
        with explained(rows) as plans, rows.work() as connection:
            store.rows(connection, shape, sa.true(), order, size=5)
        assert name in plans[0]
    sandbox.close()


def test_numbers_stand_by_value_and_null_comes_last(library: httpx2.Client) -> None:
    for ordering, turn in (("copies", 1), ("-copies", -1)):
        shown = [row["copies"] for row in asked(library, "/books", ordering=ordering, size=60)]
        values = [value for value in shown if value is not None]
        assert values == sorted(values, key=lambda value: turn * value)
        assert None in shown
        assert shown[: len(values)] == values


def test_a_field_inside_an_object_sorts(library: httpx2.Client) -> None:
    shown = [row["publisher"]["city"] for row in asked(library, "/books", ordering="-city", size=60)]
    values = [value for value in shown if value is not None]
    assert values == sorted(values, reverse=True)
    assert shown[: len(values)] == values
    assert None in shown


def test_the_second_key_decides_among_equal_ones(library: httpx2.Client) -> None:
    rows = asked(library, "/desks", sort=["floor:desc", "width:asc"])
    places = [(-row["floor"], Decimal(row["width"])) for row in rows]
    assert places == sorted(places)


def test_the_direction_may_be_a_parameter_of_its_own(library: httpx2.Client) -> None:
    for order in ("asc", "desc"):
        shown = [row["joined"] for row in asked(library, "/readers", sort="joined", order=order)]
        assert shown == sorted(shown, reverse=order == "desc")


def test_a_name_that_no_field_has(library: httpx2.Client) -> None:
    assert library.get("/books", params={"ordering": "added"}).status_code == 400
    assert asked(library, "/desks", sort=["colour:asc"]) == asked(library, "/desks")
