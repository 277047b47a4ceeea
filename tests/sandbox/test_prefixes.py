"""Operators before a value, as the sandbox reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

import spec
from tests.sandbox.conftest import Serving

HARBOUR = Path(__file__).parent.parent / "conformance" / "harbour.yaml"
Row = dict[str, Any]
Sent = list[tuple[str, str | int | float | bool | None]]


@pytest.fixture(scope="module")
def harbour(serving: Serving) -> Iterator[httpx2.Client]:
    with serving(contract=spec.load(HARBOUR), products=80) as client:
        yield client


def ships(client: httpx2.Client, *query: tuple[str, str]) -> list[Row]:
    response = client.get("/ships", params=[("size", "100"), *query])
    assert response.status_code == 200, response.text
    rows: list[Row] = response.json()["ships"]
    return rows


@pytest.mark.parametrize(
    ("operators", "right"),
    [
        (["gte:"], lambda value, middle: value >= middle),
        (["gt:"], lambda value, middle: value > middle),
        (["gte:", "lte:"], lambda value, middle: value == middle),
        (["gt:", "lt:"], lambda value, middle: False),
    ],
)
def test_all_conditions_of_an_array_hold(
    harbour: httpx2.Client, operators: list[str], right: Callable[[int, int], bool]
) -> None:
    everything = ships(harbour)
    middle = sorted(row["length"] for row in everything)[len(everything) // 2]
    found = ships(harbour, *(("length", f"{operator}{middle}") for operator in operators))
    expected = [row for row in everything if right(row["length"], middle)]
    assert sorted(row["id"] for row in found) == sorted(row["id"] for row in expected)


@pytest.mark.parametrize(
    "query",
    [
        [("length", "about:5")],
        [("length", "5")],
        [("length", "gte:five")],
        [("length", "in:5,6")],
        [("built", ">2024-01-01"), ("built", "<2024-02-01")],
        [("built", "2024-01-01")],
    ],
)
def test_what_the_document_doesnt_have_is_refused(harbour: httpx2.Client, query: Sent) -> None:
    assert harbour.get("/ships", params=query).status_code == 400


def test_links_are_written_as_the_query_was(harbour: httpx2.Client) -> None:
    body = harbour.get("/ships", params=[("size", "1"), ("length", "gte:0"), ("filter[name]", "!none")]).json()
    assert dict(httpx2.URL(body["next"]).params.multi_items()) == {
        "length": "gte:0",
        "filter[name]": "!none",
        "page": "2",
        "size": "1",
    }
