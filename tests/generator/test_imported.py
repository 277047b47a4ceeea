"""The client of a document that was imported, used as a developer would, against a server that knows no contract."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from spec.importing.importing import import_document

from .raw import Peer, server

DOCUMENT = Path(__file__).parents[1] / "spec" / "makers" / "netbox.yaml"


@pytest.fixture(scope="module")
def inventory(make: Callable[..., ModuleType], tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The client's package, made of what an import recognises."""
    copy = shutil.copy(DOCUMENT, tmp_path_factory.mktemp("imported"))
    return make(dict(import_document(str(copy), None).contract.document))


class Inventory:
    """Devices, locations and platforms in memory: pages by limit and offset, and the filters that the tests use."""

    def __init__(self) -> None:
        self.platforms = [{"id": n, "name": f"System {n}", "slug": f"system-{n}"} for n in range(1, 4)]
        self.locations = [{"id": 1, "name": "Hall", "slug": "hall", "parent": None, "_depth": 0}]
        self.devices = [self._device(number) for number in range(1, 121)]

    def _device(self, number: int) -> dict[str, Any]:
        return {
            "id": number,
            "name": f"{'Switch' if number % 4 else 'router'} {number}",
            "asset_tag": None,
            "status": {"value": "planned", "label": "Planned"}
            if number % 3
            else {"value": "active", "label": "Active"},
            "platform": self.platforms[number % 3] if number % 2 else None,
            "position": None if number % 5 else number / 2,
            "tags": [],
            "created": f"2026-01-{number % 28 + 1:02d}T00:00:00Z",
        }

    def answer(self, peer: Peer) -> None:
        """Answer one request."""
        method, target = peer.head.split(" ", 2)[:2]
        url = urlsplit(target)
        asked: dict[str, list[str]] = {}
        for name, value in parse_qsl(url.query):
            asked.setdefault(name, []).append(value)
        pieces = url.path.strip("/").split("/")
        rows = getattr(self, pieces[2])
        if method == "POST":
            rows.append({**self._device(len(rows) + 1), **json.loads(peer.body), "status": rows[0]["status"]})
            peer.answer(rows[-1], 201)
            return
        if len(pieces) == 3:
            peer.answer(self._page(f"http://{_host(peer)}{url.path}", rows, asked))
            return
        row = next((each for each in rows if each["id"] == int(pieces[3])), None)
        if row is None:
            peer.answer({"detail": "Not found."}, 404)
        elif method == "DELETE":
            rows.remove(row)
            peer.answer(status=204)
        else:
            row.update(json.loads(peer.body) if method == "PATCH" else {})
            peer.answer(row)

    def _page(self, url: str, rows: list[dict[str, Any]], asked: dict[str, list[str]]) -> dict[str, Any]:
        shown = [row for row in rows if all(self._shows(row, name, values) for name, values in asked.items())]
        limit, offset = (int(asked.get(name, [default])[0]) for name, default in (("limit", "50"), ("offset", "0")))
        kept = "".join(f"&{n}={v}" for n, values in asked.items() if n not in ("limit", "offset") for v in values)
        follows = f"{url}?limit={limit}&offset={offset + limit}{kept}" if offset + limit < len(shown) else None
        return {"count": len(shown), "next": follows, "previous": None, "results": shown[offset : offset + limit]}

    @staticmethod
    def _shows(row: dict[str, Any], name: str, values: list[str]) -> bool:
        match name:
            case "name__ic":
                return any(value.lower() in row["name"].lower() for value in values)
            case "id__n":
                return str(row["id"]) not in values
            case "platform":
                return row["platform"] is not None and row["platform"]["slug"] in values
            case "status":
                return row["status"]["value"] in values
            case "position__empty":
                return (row["position"] is None) == (values == ["true"])
        return name in ("limit", "offset")


def _host(peer: Peer) -> str:
    return next(line.partition(": ")[2] for line in peer.head.splitlines() if line.lower().startswith("host:"))


@pytest.fixture
def rows() -> Inventory:
    """What the server has."""
    return Inventory()


@pytest.fixture
def client(inventory: ModuleType, rows: Inventory) -> Iterator[Any]:
    """A client of the server."""
    with server(rows.answer) as started, inventory.Client(base_url=started.url) as client:
        yield client


def test_a_list_is_an_iterator_over_all_its_pages(client: Any) -> None:
    devices = list(client.dcim_devices_list(limit=25))
    assert [each.id for each in devices] == list(range(1, 121))
    assert devices[0].platform.slug == "system-2"
    first = client.dcim_devices_list()
    assert (first.count, len(first.results)) == (120, 50)
    assert [each.slug for each in client.tenancy_platforms_list()] == ["system-1", "system-2", "system-3"]
    assert [each.name for each in client.dcim_locations_list()] == ["Hall"]


def test_filters_are_keywords_and_conditions_on_the_fields(client: Any, inventory: ModuleType, rows: Inventory) -> None:
    by_keyword = client.dcim_devices_list(name__ic="SWITCH", platform=["system-1", "system-2"], id__n=[1, 3], limit=7)
    F = inventory.filters.F
    condition = F.name.icontains("SWITCH") & F.platform_slug.in_(["system-1", "system-2"]) & F.id.not_in([1, 3])
    by_condition = client.dcim_devices_list(condition, limit=7)
    wanted = [
        row["id"]
        for row in rows.devices
        if "switch" in row["name"].lower() and (row["platform"] or {}).get("slug") in ("system-1", "system-2")
    ]
    assert [each.id for each in by_keyword] == [each.id for each in by_condition] == wanted[2:]
    assert len(wanted) > 7 + 2
    assert {each.position for each in client.dcim_devices_list(F.position.isnull(True))} == {None}


def test_rows_are_made_changed_and_removed(client: Any, inventory: ModuleType, rows: Inventory) -> None:
    made = client.dcim_devices_create(name="New", position=1.5)
    assert client.dcim_devices_retrieve(made.id).name == "New"
    changed = client.dcim_devices_partial_update(made.id, asset_tag="A1")
    assert (changed.name, changed.asset_tag) == ("New", "A1")
    assert client.dcim_devices_partial_update(made.id, asset_tag=None).asset_tag is None
    client.dcim_devices_destroy(made.id)
    with pytest.raises(inventory.errors.NotFoundError):
        client.dcim_devices_retrieve(made.id)
