"""Date-times without an offset: what the clocks of a zone show, as the sandbox keeps, shows and finds them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest

import spec
from conformance.sandbox import values
from tests.sandbox.conftest import Serving

HARBOUR = Path(__file__).parent.parent / "conformance" / "harbour.yaml"
ZONE = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def harbour(serving: Serving) -> Iterator[httpx2.Client]:
    with serving(contract=spec.load(HARBOUR), products=80) as client:
        yield client


def arrivals(client: httpx2.Client, **query: str) -> list[str]:
    response = client.get("/calls", params={"size": "100", **query})
    assert response.status_code == 200, response.text
    return sorted(call["arrives"] for call in response.json()["calls"])


def test_they_are_shown_and_found_by_the_clocks(harbour: httpx2.Client) -> None:
    everything = arrivals(harbour)
    middle = everything[len(everything) // 2]
    moment = datetime.datetime.fromisoformat(middle).replace(tzinfo=ZONE)
    later = [one for one in everything if one >= middle]
    assert arrivals(harbour, arrives__gte=middle) == later
    assert arrivals(harbour, arrives__lt=moment.astimezone(datetime.UTC).isoformat()) == everything[: -len(later)]


@pytest.mark.parametrize("query", ["arrives=2024-01-15T12:00:00Z", "arrives__lt=2024-01-15T12:00:00"])
def test_a_time_of_the_other_kind_is_refused(harbour: httpx2.Client, query: str) -> None:
    assert harbour.get(f"/calls?{query}").status_code == 400


def test_a_time_of_a_zone_is_a_moment() -> None:
    noon = int(values.instant("2024-07-15T12:00:00.5", "America/New_York"))
    assert noon == values.instant("2024-07-15T16:00:00.500Z")
    assert values.shown_by_clocks(noon, "America/New_York") == "2024-07-15T12:00:00.500"
