"""Walking lists: what leads to the next page, checkpoints, and counts that can't be taken at their word."""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import runpy
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from akinon_seller_products import Client, F, errors

from generator.__main__ import main

from .conftest import ROOT, Driver
from .raw import Peer, page, product, server

Drive = Callable[..., Driver]
CORPUS = Path(__file__).parent / "corpus"
ROWS = [{"id": f"r{number}", "name": f"Row {number}"} for number in range(5)]
ODD = "odd: {page: nr, first: 0, count: of, results: rows, key: name}\nunpaged: false\n"


@pytest.fixture(scope="module")
def paged(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The client of a document whose pages are recognised, except those that a file beside it declares."""
    folder = tmp_path_factory.mktemp("paged")
    (folder / "paged.yaml").write_bytes((CORPUS / "paged.yaml").read_bytes())
    (folder / "paged.pages.yaml").write_text(ODD)
    document, out = str(folder / "paged.yaml"), str(folder / "out")
    assert main(["--spec", document, "--out", out, "--package", "paged_lists"]) == 0
    sys.path.insert(0, out)
    return importlib.import_module("paged_lists")


def drf(begin: int, link: str) -> dict[str, Any]:
    following = f"http://elsewhere.example/x?{link}" if begin + 2 < len(ROWS) else None
    return {"count": len(ROWS), "next": following, "previous": None, "results": ROWS[begin : begin + 2]}


def answer(peer: Peer) -> None:
    """Two rows of five, in the manner of the path."""
    url = urlsplit(peer.target)
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    headers = ""
    body: Any
    match url.path.strip("/"):
        case "by-page":
            number = int(query.get("page", "1"))
            body = drf(2 * number - 2, f"page={number + 1}&tag=a")
        case "by-offset":
            begin = int(query.get("offset", "0"))
            body = drf(begin, f"limit=2&offset={begin + 2}")
        case "counted":
            begin = int(query.get("offset", "0"))
            body = {"total": len(ROWS), "items": ROWS[begin : begin + 2]}
        case "has-more":
            begin = next((n + 1 for n, row in enumerate(ROWS) if row["id"] == query.get("starting_after")), 0)
            body = {"has_more": begin + 2 < len(ROWS), "data": ROWS[begin : begin + 2]}
        case "token":
            begin = int(query.get("page_token", "t0")[1:])
            body = {"rows": ROWS[begin : begin + 2]}
            if begin + 2 < len(ROWS):
                body["next_page_token"] = f"t{begin + 2}"
        case "as-object":
            begin = int(query.get("After", "0"))
            following: Any = {"href": f"http://x/?After={begin + 2}"} if begin + 2 < len(ROWS) else None
            body = {"data": ROWS[begin : begin + 2], "next": following}
        case "in-links":
            begin = int(query.get("after", "0"))
            following = f"http://x/?after={begin + 2}" if begin + 2 < len(ROWS) else None
            body = {"data": ROWS[begin : begin + 2], "links": {"next": following}}
        case "in-meta":
            begin = int(query.get("cursor", "c0")[1:])
            more = {"next_cursor": f"c{begin + 2}"} if begin + 2 < len(ROWS) else {}
            body = {"data": ROWS[begin : begin + 2], "meta": {**more, "total": len(ROWS)}}
        case "link":
            begin = int(query.get("After", "0"))
            following = f"/elsewhere?After={begin + 2}" if begin + 2 < len(ROWS) else None
            body = {"records": ROWS[begin : begin + 2], "next_page_uri": following}
        case "header":
            number = int(query.get("page", "1"))
            body = ROWS[2 * number - 2 : 2 * number]
            if 2 * number < len(ROWS):
                headers = f'Link: <http://x/header?page=1>; rel="first", <http://x/?page={number + 1}>; rel="next"\r\n'
        case "odd":
            number = int(query.get("nr", "0"))
            body = {"of": len(ROWS), "rows": ROWS[2 * number : 2 * number + 2]}
        case _:
            body = {"of": len(ROWS), "rows": ROWS}
    peer.answer(body, headers=headers)


LISTS = [
    "by_page",
    "by_offset",
    "counted",
    "has_more",
    "token",
    "link",
    "as_object",
    "header",
    "odd",
    "in_links",
    "in_meta",
]


@pytest.mark.parametrize("name", LISTS)
def test_pages_of_every_manner_are_walked(paged: Any, name: str) -> None:
    async def walk(url: str) -> list[str]:
        async with paged.AsyncClient(base_url=url) as client:
            return [row.id async for row in getattr(client, name)()]

    with server(answer) as made, paged.Client(base_url=made.url) as client:
        assert [row.id for row in getattr(client, name)()] == [row["id"] for row in ROWS]
        assert {urlsplit(peer.target).path for peer in made.seen} == {"/" + name.replace("_", "-")}
        assert asyncio.run(walk(made.url)) == [row["id"] for row in ROWS]


@pytest.mark.parametrize("name", LISTS)
def test_a_checkpoint_of_every_manner_goes_on_after_its_page(paged: Any, name: str) -> None:
    with server(answer) as made, paged.Client(base_url=made.url) as client:
        rows: list[str] = []
        checkpoint: str | None = None
        for _ in range(4):
            found = getattr(client, name)(checkpoint=checkpoint)
            rows += [row.id for row in found.results]
            checkpoint = found.checkpoint()
    assert rows == [row["id"] for row in ROWS]


def test_an_answer_without_pages_is_no_page(paged: Any) -> None:
    with server(answer) as made, paged.Client(base_url=made.url) as client:
        assert client.unpaged().of == len(ROWS)


def test_what_is_recognised_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--spec", str(CORPUS / "paged.yaml"), "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "pages of by_page, by_offset: `next` leads on, rows in `results`\n" in printed
    assert "pages of counted: `offset` counts the rows before, rows in `items`\n" in printed
    assert "pages of has_more: `starting_after` takes the last row's `id`, rows in `data`\n" in printed
    assert "pages of header: the Link header leads on\n" in printed
    assert "unpaged" not in printed
    assert "odd" not in printed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("odd: {page: nope, results: rows}", "odd: page 'nope' isn't in the document; it has: nr"),
        ("odd: {page: nr, results: of}", "odd: results 'of' isn't a list in the answer; it has: rows"),
        ("odd: {size: nr}", "odd: size isn't one of by, page, first, count, next, results, key"),
        ("odd: {by: magic, page: nr, results: rows}", "pages by 'magic' aren't known"),
        ("none: {page: nr}", "pages of none: the document has no such operation"),
        ("odd: [1]", "odd: (no mapping)"),
        ("{", "it isn't YAML"),
        ("- x", "operations are needed"),
    ],
)
def test_a_file_of_pages_that_cannot_be_used(
    tmp_path: Path, text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    options = ["--spec", str(CORPUS / "paged.yaml"), "--out", str(tmp_path / "out")]
    assert main([*options, "--pages", str(tmp_path / "mine.yaml")]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_page_that_names_itself_is_noticed(paged: Any) -> None:
    with (
        server(lambda peer: peer.answer({"has_more": True, "data": []})) as made,
        paged.Client(base_url=made.url) as client,
        pytest.raises(paged.PaginationError, match="an empty page names a next one"),
    ):
        list(client.has_more())

    def same(peer: Peer) -> None:
        peer.answer({"rows": [ROWS[peer.number]], "next_page_token": "t2"})

    with server(same) as made, paged.Client(base_url=made.url) as client:
        with pytest.raises(paged.PaginationError, match="has a next page, but"):
            list(client.token())
        assert len(made.seen) <= 3


def shop(rows: int, size: int, count: int) -> Callable[[Peer], None]:
    """Serves pages of products and counts them in its own way."""

    def handler(peer: Peer) -> None:
        number = int(parse_qs(urlsplit(peer.target).query).get("page", ["1"])[0])
        found = [product(n) for n in range((number - 1) * size, min(number * size, rows))]
        peer.answer(page(found, count, f"http://x/?page={number + 1}" if number * size < rows else None))

    return handler


@pytest.mark.parametrize(("rows", "count"), [(250, 100), (13, 5), (1200, 1000), (300, 290)])
def test_a_count_that_stops_early_does_not_end_the_walk(drive: Drive, rows: int, count: int) -> None:
    with server(shop(rows, 50, count)) as made:
        driver = drive(made.url)
        assert len(driver.all(driver.client.get_products())) == rows


IDS = [uuid.UUID(int=number) for number in (3, 1, 2)]


@pytest.mark.parametrize("kind", [iter, lambda ids: (each for each in ids), lambda ids: map(str, ids)])
def test_an_iterator_in_a_filter_is_for_all_pages(drive: Drive, kind: Callable[[Any], Any]) -> None:
    with server(shop(6, 2, 6)) as made:
        driver = drive(made.url)
        assert len(driver.all(driver.client.get_products(category__in=kind(IDS)))) == 6
        condition = F.category.in_(kind(IDS))
        for _ in range(2):
            assert len(driver.all(driver.client.get_products(condition))) == 6
        assert {parse_qs(urlsplit(p.target).query)["category__in"][0] for p in made.seen} == {",".join(map(str, IDS))}


EAST = timezone(timedelta(hours=3))
MOMENT = datetime(2025, 5, 22, 11, 42, tzinfo=UTC)
SPELLINGS: list[tuple[list[Any], dict[str, Any]]] = [  # each means the same
    ([], {"name": "a b", "category__in": IDS, "updated_at__gt": MOMENT}),
    ([], {"category__in": [str(each).upper() for each in reversed(IDS)], "updated_at__gt": MOMENT.astimezone(EAST),
          "name": "a b"}),
    ([F.name.exact("a b") & F.category.in_(set(IDS))], {"updated_at__gt": MOMENT.isoformat()}),
    ([F.updated_at.gt(MOMENT) & F.name.exact("a b")], {"category__in": tuple(IDS), "accept_language": "tr"}),
]  # fmt: skip


def test_a_checkpoint_does_not_depend_on_how_a_filter_was_written(drive: Drive) -> None:
    with server(shop(6, 2, 6)) as made:
        driver = drive(made.url)
        for conditions, arguments in SPELLINGS:
            first = driver.do(driver.client.get_products(*conditions, **arguments))
            for others, further in SPELLINGS:
                again = driver.client.get_products(*others, **further, checkpoint=first.checkpoint())
                assert [row.sku for row in driver.take(again, 2)] == ["SKU-2", "SKU-3"]
        for other in ({"name": "a"}, {"name": "a b"}, {"name": "a b", "sku": "x"}):
            with pytest.raises(errors.InvalidRequestError, match="another list"):
                driver.all(driver.client.get_products(**other, checkpoint=first.checkpoint()))


def test_the_readmes_way_to_go_on_repeats_no_row_and_leaves_none_out(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "generated" / "README.md").read_text(), re.DOTALL)
    block = next(block for block in blocks if "saved = page.checkpoint()" in block)
    script = tmp_path / "readme.py"
    script.write_text(block, encoding="utf-8")
    seen: list[str] = []
    with server(shop(7, 2, 7)) as made, Client("key", base_url=made.url) as client:
        names = runpy.run_path(str(script), {"client": client, "print": lambda row: seen.append(row.sku)})
        assert seen == ["SKU-0", "SKU-1"]
        seen.extend(row.sku for row in names["rest"])
    assert seen == [f"SKU-{number}" for number in range(7)]


def test_a_checkpoint_of_the_last_page_shows_what_was_added_since(drive: Drive) -> None:
    size = iter([3, 3, 5])

    def handler(peer: Peer) -> None:
        shop(next(size), 2, 3)(peer)

    with server(handler) as made:
        driver = drive(made.url)
        first = driver.do(driver.client.get_products())
        last = driver.do(first.next_page())
        assert not last.has_next_page()
        later = driver.do(driver.client.get_products(checkpoint=last.checkpoint()))
        assert [row.sku for row in later.results] == ["SKU-3"]
        assert json.loads(last.checkpoint())["at"] == 2
