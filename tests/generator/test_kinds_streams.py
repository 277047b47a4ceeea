"""Answers and bodies that are streams of rows: server-sent events, and JSON a line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from .documents import Document, document, ref
from .kinds import Talk, body_of, kind_of

Start = Callable[..., Talk]

_EVENTS, _LINES, _SEQUENCE = "text/event-stream", "application/x-ndjson", "application/json-seq"
_ROWS = "application/vnd.acme.collection+json"
_TICK = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}


def _stream(kind: str, schema: Document | None = None, **more: Any) -> Document:
    media = {} if schema is None else {"schema": schema}
    return {"get": {"responses": {"200": {"description": "", "content": {kind: media, **more}}}}}


@pytest.fixture(scope="module")
def streams(make: Callable[..., ModuleType]) -> ModuleType:
    paths = {
        "/ticks": _stream(_EVENTS, ref("Tick")),
        "/log": _stream(_EVENTS, {"type": "string"}),
        "/raw": _stream(_EVENTS, {"type": "object", "properties": {"event": {"type": "string"}, "data": {}}}),
        "/lines": _stream(_LINES, ref("Tick")),
        "/listed": _stream("application/jsonl", {"type": "array", "items": ref("Tick")}),
        "/sequence": _stream(_SEQUENCE, ref("Tick")),
        "/either": _stream(_EVENTS, ref("Tick"), **{"application/json": {"schema": ref("Tick")}}),
        "/sent": body_of({_LINES: {"schema": ref("Tick")}}),
        "/rows": {
            "patch": {
                **_stream(_ROWS, ref("Done"))["get"],
                "requestBody": {"required": True, "content": {_ROWS: {"schema": ref("Tick")}}},
            }
        },
        "/catalog": _stream(_ROWS, ref("Tick")),
    }
    for path, item in paths.items():
        for operation in item.values():
            operation["operationId"] = path[1:]
    return make(document(paths, {"Tick": _TICK, "Done": {"properties": {"line": {"type": "integer"}}}}))


def _rows(client: Any, method: str) -> list[Any]:
    return list(getattr(client, method)())


async def _rows_async(package: ModuleType, url: str, method: str) -> list[Any]:
    async with package.AsyncClient(base_url=url, max_retries=0) as client:
        return [row async for row in getattr(client, method)()]


@pytest.mark.parametrize(
    ("method", "kind", "body"),
    [
        ("ticks", _EVENTS, ': hello\n\nevent: a\ndata: {"n":\ndata: 1}\n\ndata: {"n": 2}\r\n\r\ndata: [DONE]\n\n'),
        ("lines", _LINES, '{"n": 1}\n\n{"n": 2}'),
        ("listed", "application/jsonl", '{"n": 1}\r\n{"n": 2}\r\n'),
        ("sequence", _SEQUENCE, '\x1e{"n": 1}\n\x1e{"n": 2}\n'),
    ],
)
def test_rows_are_of_the_documents_class(streams: ModuleType, talk: Start, method: str, kind: str, body: str) -> None:
    answer = (200, body, kind, "")
    talking = talk(streams, answer, answer)
    ticks = [streams.models.Tick(n=1), streams.models.Tick(n=2)]
    assert _rows(talking.client, method) == ticks
    assert asyncio.run(_rows_async(streams, talking.client.base_url, method)) == ticks
    assert f"accept: {kind}" in talking.seen[0].head.lower()


def test_events_without_a_class_are_given_whole(streams: ModuleType, talk: Start) -> None:
    answer = (200, "id: 7\nevent: start\ndata: x\n\ndata: y\n\n", _EVENTS, "")
    talking = talk(streams, answer, answer)
    for method in ("log", "raw"):
        first, second = _rows(talking.client, method)
        assert (first.event, first.data, first.id) == ("start", "x", "7")
        assert (second.event, second.data) == ("message", "y")


def test_a_stream_is_closed_early_and_shows_its_answer(streams: ModuleType, talk: Start) -> None:
    answer = (200, '{"n": 1}\n{"n": 2}\n', _LINES, "X-Request-Id: r\r\n")
    talking = talk(streams, answer, answer)
    with talking.client.lines() as rows:
        assert next(rows).n == 1
        assert rows.response.request_id == "r"

    async def first() -> tuple[Any, str | None]:
        async with streams.AsyncClient(base_url=talking.client.base_url) as client, client.lines() as rows:
            return await anext(rows), rows.response.request_id

    row, id = asyncio.run(first())
    assert (row.n, id) == (1, "r")


def test_what_is_no_row_is_an_error(streams: ModuleType, talk: Start) -> None:
    bad, other = (200, '{"n": 1}\n{"n": "x"}\n', _LINES, ""), (200, "<html>", "text/html", "")
    talking = talk(streams, bad, bad, other, other, (404, {"a": 1}, "", ""))
    rows = talking.client.lines()
    assert next(rows).n == 1
    with pytest.raises(streams.APIResponseError, match=r"line\.n"):
        next(rows)
    with pytest.raises(streams.APIResponseError, match=r"line\.n"):
        asyncio.run(_rows_async(streams, talking.client.base_url, "lines"))
    with pytest.raises(streams.ContentTypeError, match="text/html, not application/x-ndjson"):
        talking.client.lines()
    with pytest.raises(streams.ContentTypeError, match="text/html, not application/x-ndjson"):
        asyncio.run(_rows_async(streams, talking.client.base_url, "lines"))
    with pytest.raises(streams.NotFoundError):
        talking.client.ticks()


def test_json_goes_first_where_both_are_documented(streams: ModuleType, talk: Start) -> None:
    talking = talk(streams, {"n": 1}, (200, 'data: {"n": 2}\n\n', _EVENTS, ""))
    assert talking.client.either().n == 1
    with talking.client.stream(talking.client.either) as response:
        assert [event.json() for event in response.events()] == [{"n": 2}]


def test_rows_are_sent_one_a_line(streams: ModuleType, talk: Start) -> None:
    talking = talk(streams)
    talking.client.sent(streams.models.Tick(n=n) for n in range(2))
    talking.client.sent([{"n": 3}])
    talking.client.sent('{"n": 4}\n')
    assert [peer.body for peer in talking.seen] == [b'{"n":0}\n{"n":1}\n', b'{"n":3}\n', b'{"n": 4}\n']
    assert {kind_of(peer) for peer in talking.seen} == {_LINES}
    with pytest.raises(streams.InvalidRequestError, match=r"body\[0\]\.n"):
        talking.client.sent([{"n": "x"}])


def test_rows_of_a_collection_travel_a_line_each(streams: ModuleType, talk: Start) -> None:
    done = (200, '{"line": 1}\n{"line": 2}', _ROWS, "")
    t = talk(streams, done, done, (200, '{\n"n": 5\n}', _ROWS, ""))
    rows = t.client.rows(iter([{"n": 1}, streams.models.Tick(n=2)]))
    assert rows == [streams.models.Done(line=1), streams.models.Done(line=2)]
    t.client.rows({"n": 3})
    assert [peer.body for peer in t.seen] == [b'{"n":1}\n{"n":2}\n', b'{"n":3}\n']
    assert kind_of(t.seen[0]) == _ROWS
    with pytest.raises(streams.InvalidRequestError, match=r"body\[1\]\.n"):
        t.client.rows([{"n": 1}, {"n": "x"}])
    assert t.client.catalog().n == 5
