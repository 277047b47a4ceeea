"""The client of an API whose writes are done at once: typed rows, partial updates, errors by their status."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import spec
from conformance import sandbox

GARDEN = Path(__file__).parents[1] / "conformance" / "garden.yaml"
CONTRACT = spec.load(GARDEN)


@pytest.fixture(scope="module")
def garden(make: Callable[..., ModuleType]) -> ModuleType:
    """The client's package."""
    return make(dict(CONTRACT.document))


@pytest.fixture
def client(garden: ModuleType) -> Iterator[Any]:
    """A client of a sandbox."""
    settings = sandbox.Settings(products=5)
    with (
        sandbox.serve(CONTRACT, settings) as url,
        garden.Client(base_url=url, api_key=settings.api_key) as client,
    ):
        yield client


def test_a_row_is_created_read_changed_and_deleted(client: Any, garden: ModuleType) -> None:
    bed = client.list_beds()[0].code
    made = client.create_plant(name="Rose", bed=bed, note="by the wall", price="9.50", height=40)
    assert isinstance(made, garden.models.Plant)
    assert (made.name, made.price, made.light) == ("Rose", Decimal("9.50"), "any")
    assert client.get_plant(made.id) == made
    assert made.id in [plant.id for plant in client.list_plants()]
    assert client.remove_plant(made.id) is None
    with pytest.raises(garden.errors.NotFoundError):
        client.get_plant(made.id)


def test_a_patch_sends_what_is_given_and_nothing_else(client: Any) -> None:
    made = client.create_plant(name="Rose", bed=client.list_beds()[0].code, note="by the wall", height=40)
    changed = client.change_plant(made.id, height=41)
    assert (changed.height, changed.note, changed.name) == (41, "by the wall", "Rose")
    assert client.change_plant(made.id, note=None).note is None
    assert client.get_plant(made.id).height == 41


def test_a_put_replaces_the_row(client: Any) -> None:
    made = client.create_plant(name="Rose", bed=client.list_beds()[0].code, note="by the wall", height=40)
    replaced = client.replace_plant(made.id, name="Tulip", bed=made.bed)
    assert (replaced.name, replaced.note) == ("Tulip", None)


def test_errors_have_the_type_of_their_status(client: Any, garden: ModuleType) -> None:
    made = client.create_plant(name="Rose", bed=client.list_beds()[0].code)
    with pytest.raises(garden.errors.APIStatusError) as stale:
        client.change_plant(made.id, if_match='"another"', height=1)
    assert stale.value.status == 412
    client.create_bed(code="A1", title="By the gate")
    with pytest.raises(garden.errors.ConflictError):
        client.create_bed(code="A1", title="By the shed")
