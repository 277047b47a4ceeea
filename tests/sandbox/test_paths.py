"""Filters on related rows and lists, as every database of the sandbox finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

import spec
from tests.sandbox.conftest import Serving

LIBRARY = Path(__file__).parent.parent / "conformance" / "library.yaml"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def library(serving: Serving) -> Iterator[httpx2.Client]:
    with serving(contract=spec.load(LIBRARY), products=80) as client:
        yield client


def books(client: httpx2.Client, **query: Any) -> list[Row]:
    """The books of a query, by their number."""
    response = client.get("/books", params={"size": 100, **query})
    assert response.status_code == 200, response.text
    rows: list[Row] = response.json()["books"]
    return sorted(rows, key=lambda row: int(row["id"]))


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ({"tag": "rare"}, lambda row: "rare" in row["tags"]),
        ({"tag__ne": "rare"}, lambda row: "rare" not in row["tags"]),
        ({"tags__all": "new,old"}, lambda row: {"new", "old"} <= {*row["tags"]}),
        ({"authors__name__icontains": "A"}, lambda row: any("a" in one["name"].casefold() for one in row["authors"])),
        ({"authors__born__year__gte": "2024"}, lambda row: any((a["born"] or "") >= "2024" for a in row["authors"])),
        ({"publisher__city__isnull": "true"}, lambda row: row["publisher"]["city"] is None),
        ({"publisher__city__isnull": "false"}, lambda row: row["publisher"]["city"] is not None),
    ],
)
def test_what_is_found(library: httpx2.Client, query: dict[str, str], right: Callable[[Row], bool]) -> None:
    everything = books(library)
    expected = [row for row in everything if right(row)]
    assert books(library, **query) == expected
    assert 0 < len(expected) < len(everything)
