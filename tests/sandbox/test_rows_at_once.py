"""Rows that are read and written one at a time, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

import spec
from conformance.sandbox import DEFAULT_KEY, Settings, serve
from tests.sandbox.conftest import Database

GARDEN = spec.load(Path(__file__).parents[1] / "conformance" / "garden.yaml")


@pytest.fixture(scope="module")
def garden(database: Database) -> Iterator[httpx2.Client]:
    """A client of a garden with twelve plants."""
    with (
        serve(GARDEN, Settings(db=database(), products=12)) as url,
        httpx2.Client(base_url=url, headers={"X-Key": DEFAULT_KEY}, timeout=30) as client,
    ):
        yield client


@pytest.fixture
def bed(garden: httpx2.Client) -> str:
    """The code of a bed."""
    code: str = garden.get("/beds").json()[0]["code"]
    return code


def test_the_server_counts_its_keys_on(garden: httpx2.Client, bed: str) -> None:
    one, other = (garden.post("/plants/", json={"name": "Rose", "bed": bed}) for _ in range(2))
    assert (one.status_code, other.json()["id"]) == (201, one.json()["id"] + 1)
    assert garden.get(f"/plants/{one.json()['id']}/").json() == one.json()


def test_what_is_left_out_has_its_default_or_nothing(garden: httpx2.Client, bed: str) -> None:
    row = garden.post("/plants/", json={"name": "Rose", "bed": bed}).json()
    assert (row["light"], row["watered"], row["note"]) == ("any", True, None)


def test_a_put_clears_and_a_patch_keeps(garden: httpx2.Client, bed: str) -> None:
    row = garden.post("/plants/", json={"name": "Rose", "bed": bed, "note": "red", "height": 3}).json()
    path = f"/plants/{row['id']}/"
    assert garden.patch(path, json={"height": 4}).json()["note"] == "red"
    assert garden.put(path, json={"name": "Rose", "bed": bed}).json()["note"] is None


def test_a_deleted_row_is_gone(garden: httpx2.Client, bed: str) -> None:
    path = f"/plants/{garden.post('/plants/', json={'name': 'Rose', 'bed': bed}).json()['id']}/"
    assert [garden.delete(path).status_code, garden.delete(path).status_code] == [204, 404]
    assert garden.get(path).status_code == 404


def test_a_change_names_the_state_that_it_is_for(garden: httpx2.Client, bed: str) -> None:
    made = garden.post("/plants/", json={"name": "Rose", "bed": bed})
    path, tag = f"/plants/{made.json()['id']}/", made.headers["ETag"]
    assert garden.patch(path, json={"height": 4}, headers={"If-Match": tag}).status_code == 200
    assert garden.patch(path, json={"height": 5}, headers={"If-Match": tag}).status_code == 412
    assert garden.get(path).json()["height"] == 4


def test_a_key_that_is_taken_is_refused(garden: httpx2.Client) -> None:
    first = garden.post("/beds", json={"code": "A 1", "title": "Gate"})
    assert (first.status_code, first.headers["Location"].endswith("/beds/A%201")) == (201, True)
    assert garden.post("/beds", json={"code": "A 1", "title": "Shed"}).status_code == 409
    assert garden.get("/beds/A%201").json()["title"] == "Gate"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/plants/", {"bed": "x"}, 400),
        ("POST", "/plants/", {"name": "Rose", "bed": "nowhere"}, 400),
        ("POST", "/plants/", [], 400),
        ("POST", "/beds", {"code": "B"}, 422),
        ("PATCH", "/plants/1/", {"height": 501}, 400),
        ("PATCH", "/plants/999999/", {"height": 1}, 404),
    ],
)
def test_what_is_wrong_is_refused_as_declared(
    garden: httpx2.Client, method: str, path: str, body: object, status: int
) -> None:
    assert garden.request(method, path, json=body).status_code == status
