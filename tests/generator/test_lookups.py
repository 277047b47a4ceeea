"""Lookups that take more than a value of the field: as keywords, in the filter builder, and on the wire."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest
import yaml

from .kinds import Talk

LIBRARY = Path(__file__).parent.parent / "conformance" / "library.yaml"
NOTHING: dict[str, Any] = {"count": 0, "next": None, "previous": None, "books": []}
DAY = datetime.date(2024, 2, 29)


@pytest.fixture(scope="module")
def library(make: Callable[..., ModuleType]) -> ModuleType:
    return make(yaml.safe_load(LIBRARY.read_text("utf-8")))


@pytest.mark.parametrize(
    ("condition", "keywords", "query"),
    [
        (lambda F: F.subtitle.isnull(True), {"subtitle__isnull": True}, "subtitle__isnull=true"),
        (lambda F: F.pages.range((10, 20)), {"pages__range": (10, 20)}, "pages__range=10,20"),
        (
            lambda F: F.published.range((DAY, DAY)),
            {"published__between": [DAY, DAY]},
            "published__between=2024-02-29&published__between=2024-02-29",
        ),
        (lambda F: F.genre.not_exact("novel"), {"genre__ne": "novel"}, "genre__ne=novel"),
        (lambda F: F.genre.not_in(["novel", "essay"]), {"genre__nin": ["novel", "essay"]}, "genre__nin=novel,essay"),
        (lambda F: F.title.not_icontains("a b"), {"title__not_icontains": "a b"}, "title__not_icontains=a%20b"),
    ],
)
def test_on_the_wire(
    library: ModuleType, talk: Callable[..., Talk], condition: Any, keywords: dict[str, Any], query: str
) -> None:
    spoken = talk(library, NOTHING, NOTHING)
    list(spoken.client.list_books(where=condition(library.F)))
    list(spoken.client.list_books(**keywords))
    assert [peer.target for peer in spoken.seen] == [f"/books?{query}"] * 2


def test_members_of_a_deep_object(library: ModuleType, talk: Callable[..., Talk]) -> None:
    joined = library.F_LIST_READERS.joined
    spoken = talk(library, [], [])
    spoken.client.list_readers(where=joined.gte(DAY) & joined.not_exact(DAY))
    spoken.client.list_readers(joined={"gte": DAY, "ne": DAY})
    query = "joined%5Bgte%5D=2024-02-29&joined%5Bne%5D=2024-02-29"
    assert [peer.target.replace("[", "%5B").replace("]", "%5D") for peer in spoken.seen] == [f"/readers?{query}"] * 2


@pytest.mark.parametrize(
    ("ordering", "query"),
    [("-pages", "ordering=-pages"), (["pages", "-new"], "ordering=pages,-new"), (("title",), "ordering=title")],
)
def test_an_order_on_the_wire(library: ModuleType, talk: Callable[..., Talk], ordering: Any, query: str) -> None:
    spoken = talk(library, NOTHING)
    list(spoken.client.list_books(ordering=ordering))
    assert [peer.target for peer in spoken.seen] == [f"/books?{query}"]


def test_an_order_that_the_document_doesnt_have_isnt_sent(library: ModuleType, talk: Callable[..., Talk]) -> None:
    spoken = talk(library, NOTHING)
    with pytest.raises(ValueError, match="ordering"):
        list(spoken.client.list_books(ordering="added"))
    assert spoken.seen == []


def test_a_pair_is_typed_as_one(library: ModuleType) -> None:
    assert "tuple[int, int]" in Path(str(library.filters.__file__)).read_text("utf-8")
    assert bool in get_args(get_type_hints(library.Client.list_books)["subtitle__isnull"])


def test_a_prefix_before_the_value(make: Callable[..., ModuleType], talk: Callable[..., Talk]) -> None:
    harbour = make(yaml.safe_load(LIBRARY.with_name("harbour.yaml").read_text("utf-8")))
    length, built = harbour.F.length, harbour.F.built
    page: dict[str, Any] = {"count": 0, "next": None, "previous": None, "ships": []}
    spoken = talk(harbour, page, page)
    list(spoken.client.list_ships(where=length.gte(5) & length.in_([7, 9]) & built.range((DAY, DAY))))
    list(spoken.client.list_ships(length=["gte:5", "in:7|9"], built="between:2024-02-29,2024-02-29"))
    query = "length=gte%3A5&length=in%3A7%7C9&built=between%3A2024-02-29%2C2024-02-29"
    assert [peer.target for peer in spoken.seen] == [f"/ships?{query}"] * 2
    with pytest.raises(ValueError, match="built stands in both conditions"):
        _ = built.gte(DAY) & built.lt(DAY)


def test_a_date_time_without_an_offset(make: Callable[..., ModuleType], talk: Callable[..., Talk]) -> None:
    harbour = make(yaml.safe_load(LIBRARY.with_name("harbour.yaml").read_text("utf-8")))
    noon = datetime.datetime(2024, 1, 15, 12)
    call = {"id": 1, "arrives": "2024-01-15T12:00:00", "leaves": None, "changed": "2024-01-15T12:00:00.5"}
    spoken = talk(harbour, {"count": 1, "next": None, "previous": None, "calls": [call]})
    (found,) = list(spoken.client.list_calls(arrives__gte=noon))
    assert spoken.seen[0].target == "/calls?arrives__gte=2024-01-15T12%3A00%3A00"
    assert found.arrives == noon
    with pytest.raises(harbour.errors.InvalidRequestError, match="no timezone info"):
        list(spoken.client.list_calls(arrives__gte=noon.replace(tzinfo=datetime.UTC)))


def test_a_row_with_some_of_its_fields(make: Callable[..., ModuleType], talk: Callable[..., Talk]) -> None:
    harbour = make(yaml.safe_load(LIBRARY.with_name("harbour.yaml").read_text("utf-8")))
    spoken = talk(harbour, {"count": 1, "next": None, "previous": None, "ships": [{"id": 1, "name": "Ida"}]})
    (found,) = list(spoken.client.list_ships(fields="id,name", omit=["built", "length"]))
    assert spoken.seen[0].target == "/ships?fields=id%2Cname&omit=built&omit=length"
    assert (found.id, found.name) == (1, "Ida")
