"""What a client offers beside its operations: keys that change, middleware, streams, spans, undocumented requests."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import akinon_seller_products as package
import httpx2
import pytest
import trio
from akinon_seller_products import AsyncClient, Client, Event, Hooks, Request, errors, models
from akinon_seller_products._runtime.base import Api, secrets
from akinon_seller_products._runtime.credentials import Credentials, Scheme
from opentelemetry import propagate, trace

from tests.clock import HANG
from tests.generator.copies import copies

from .conftest import KEY, ROOT, Driver
from .raw import TICKET, Peer, batch, page, product, server

Drive = Callable[..., Driver]
ERRORS = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error")]


# Errors and models


def test_every_error_is_exported_at_the_top() -> None:
    assert {kind.__name__ for kind in ERRORS} <= set(package.__all__)
    assert all(getattr(package, kind.__name__) is kind for kind in ERRORS)


def made(kind: type[Exception]) -> Exception:
    exchange = errors.Exchange("get_products", "GET", "/products", 2)
    answer = errors.Answer(404, {"x-request-id": "r1"}, b'{"detail": "gone"}')
    if issubclass(kind, errors.APIStatusError):
        return kind("HTTP 404", exchange, answer, {"detail": "gone"})
    if issubclass(kind, errors.APIResponseError):
        return kind("odd", exchange, answer)
    if issubclass(kind, errors.BatchTimeoutError):
        return kind("late", "a checkpoint")
    if issubclass(kind, errors.InvalidRequestError):
        return kind("get_products", ("limit: too low", "page: too low"))
    if issubclass(kind, errors.APIConnectionError):
        return kind("broken", exchange, sent=False)
    return kind("wrong", exchange) if issubclass(kind, errors.APIError) else kind("wrong")


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_are_copied_and_pickled_whole(kind: type[Exception]) -> None:
    error = made(kind)
    for other in copies(error):
        assert type(other) is kind
        assert (str(other), vars(other), other.args) == (str(error), vars(error), error.args)


def test_models_are_copied_and_pickled_with_what_the_document_lacks() -> None:
    row = models.Product.model_validate(product(1) | {"extra": {"x": 1}})
    sent = models.StockUpsert.model_validate({"sku": "a", "stock_list": TICKET, "stock": "1"})
    for model in (row, sent):
        for other in copies(model):
            assert other == model
            assert other.model_dump(exclude_unset=True) == model.model_dump(exclude_unset=True)


FAILS = """
import sys
from concurrent.futures import ProcessPoolExecutor
from akinon_seller_products import Client, NotFoundError
def ask(url):
    return Client("key", base_url=url, max_retries=0).get_products()
if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        try:
            pool.submit(ask, sys.argv[1]).result()
        except NotFoundError as error:
            print(error.status_code, error.body)
"""


def test_an_error_comes_back_from_a_pool_of_processes(tmp_path: Any) -> None:
    (tmp_path / "fails.py").write_text(FAILS)
    with server(lambda peer: peer.answer({"detail": "gone"}, 404)) as there:
        command = [sys.executable, str(tmp_path / "fails.py"), there.url]
        paths = {"PYTHONPATH": str(ROOT / "generated")}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=paths)
    assert done.stdout == "404 {'detail': 'gone'}\n", done.stderr


def test_a_status_code_has_one_name(drive: Drive) -> None:
    events: list[Event] = []
    with server(lambda peer: peer.answer({}, 404, headers="X-Request-Id: r7\r\n")) as there:
        driver = drive(there.url, hooks=Hooks(on_response=events.append))
        with pytest.raises(errors.NotFoundError) as caught:
            driver.do(driver.client.get_products())
    assert caught.value.status_code == events[0].status_code == 404
    assert caught.value.request_id == events[0].request_id == "r7"


def test_the_request_id_of_a_success_is_at_hand(drive: Drive) -> None:
    def handler(peer: Peer) -> None:
        body = page([product(1)], 1) if peer.head.startswith("GET") else {"batch_request_id": TICKET}
        peer.answer(body, 200 if peer.head.startswith("GET") else 202, headers="X-Request-Id: r7\r\n")

    with server(handler) as there:
        driver = drive(there.url)
        assert driver.do(driver.client.get_products()).request_id == "r7"
        assert driver.do(driver.client.delete_products([{"sku": "a"}])).request_id == "r7"
        assert driver.do(driver.client.with_raw_response(driver.client.get_products)).request_id == "r7"


# Asynchronous methods


def test_asynchronous_methods_are_coroutine_functions() -> None:
    assert inspect.iscoroutinefunction(AsyncClient.get_batch_request)
    assert inspect.iscoroutinefunction(AsyncClient.upsert_products)
    assert inspect.signature(AsyncClient.get_batch_request) == inspect.signature(Client.get_batch_request)
    assert AsyncClient.get_batch_request.__doc__ == Client.get_batch_request.__doc__


def test_asynchronous_methods_can_be_tasks() -> None:
    async def together(url: str) -> int:
        client = AsyncClient("key", base_url=url)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.get_batch_request(uuid.UUID(TICKET))) for _ in range(3)]
        await client.aclose()
        return sum(task.result().state.total for task in tasks)

    with server(lambda peer: peer.answer(batch(2, 1))) as there:
        assert asyncio.run(together(there.url)) == 6


def test_a_batch_shows_whether_it_is_done(drive: Drive) -> None:
    progress = iter([(2, 1), (2, 2)])
    with server(lambda peer: peer.answer(batch(*next(progress)))) as there:
        driver = drive(there.url)
        handle = driver.client.resume_batch(json.dumps({"batch": TICKET, "rows": 2}))
        assert [driver.do(handle.done()), driver.do(handle.done())] == [False, True]


def test_an_asynchronous_client_works_under_trio() -> None:
    async def walk(url: str, **settings: Any) -> int:
        async with AsyncClient("key", base_url=url, **settings) as client:
            return len([row async for row in client.get_products()])

    refusals = iter([429, 200])

    def handler(peer: Peer) -> None:
        peer.answer(page([product(1)], 1), next(refusals), headers="Retry-After: 0\r\n")

    with server(handler) as there:
        assert trio.run(walk, there.url) == 1

    def silent(peer: Peer) -> None:
        over.wait(HANG)

    over = threading.Event()
    with server(silent) as there, pytest.raises(errors.ReadTimeoutError):
        trio.run(lambda: walk(there.url, timeout=2.0, max_retries=0))
    over.set()


# What the document lacks


def test_a_request_that_the_document_lacks(drive: Drive) -> None:
    def handler(peer: Peer) -> None:
        if peer.number == 0:
            peer.answer({}, 503, headers="Retry-After: 0\r\n")
        elif peer.target.startswith("/text"):
            peer.answer("plain", type="text/plain")
        elif peer.target.startswith("/gone"):
            peer.answer({"detail": "gone"}, 404)
        else:
            peer.answer({"got": peer.target}, headers="X-Request-Id: r1\r\n")

    with server(handler) as there:
        driver = drive(f"{there.url}/api", accept_language="tr")
        client = driver.client
        raw = driver.do(client.request("get", "reports/", query={"a": "b c", "n": 1}))
        assert (raw.status_code, raw.parsed, raw.request_id) == (200, {"got": "/api/reports/?a=b%20c&n=1"}, "r1")
        driver.do(client.request("POST", "/reports", json={"x": [1]}, extra_headers={"X-A": "b"}))
        driver.do(client.request("PUT", "/reports", content=b"a;b", content_type="text/csv"))
        assert driver.do(client.request("GET", f"{there.url}/text?x=1", query={"y": 2})).parsed == "plain"
        with pytest.raises(errors.NotFoundError):
            driver.do(client.request("DELETE", f"{there.url}/gone"))
        for refused in ("http://elsewhere.example/x", f"{there.url}0/x", "https" + there.url[4:]):
            with pytest.raises(errors.InvalidRequestError, match="it isn't on http"):
                driver.do(client.request("GET", refused))
        with pytest.raises(errors.InvalidRequestError, match="not both"):
            driver.do(client.request("POST", "/x", json=1, content=b"1"))
    sent = there.seen[2:]
    assert sent[0].body == b'{"x":[1]}'
    assert "content-type: application/json" in sent[0].head.lower()
    assert "content-type: text/csv" in sent[1].head.lower()
    assert sent[2].target == "/text?x=1&y=2"
    assert all(f"authorization: {KEY}" in peer.head.lower() for peer in there.seen)
    assert len(there.seen) == 6


def test_members_of_a_body_that_the_document_lacks(drive: Drive) -> None:
    with server(lambda peer: peer.answer({})) as there:
        driver = drive(there.url)
        client = driver.client
        driver.do(client.request("POST", "/x", json={"a": 1}, extra_body={"b": None}))
        driver.do(client.request("POST", "/x", extra_body={"b": 1.5}))
        driver.do(client.request("POST", "/x", json={}, extra_body={"b": "x"}))
        for refused in (
            lambda: client.request("POST", "/x", json={"a": 1}, extra_body={"a": 2}),
            lambda: client.request("POST", "/x", json=[1], extra_body={"a": 2}),
            lambda: client.delete_products([{"sku": "a"}], extra_body={"dry_run": True}),
        ):
            with pytest.raises(errors.InvalidRequestError, match="extra_body: "):
                driver.do(refused())
    assert [json.loads(peer.body) for peer in there.seen] == [{"a": 1, "b": None}, {"b": 1.5}, {"b": "x"}]


# Keys, middleware, proxies


def test_a_key_may_come_from_a_function_and_change(drive: Drive) -> None:
    keys = iter(["first-key", "second-key", "third-key"])
    statuses = iter([503, 200, 401])

    def handler(peer: Peer) -> None:
        peer.answer({"detail": "third-key is over"}, next(statuses), headers="Retry-After: 0\r\n")

    with server(handler) as there:
        driver = drive(there.url, api_key=lambda: next(keys))
        driver.do(driver.client.request("GET", "/x"))
        with pytest.raises(errors.AuthenticationError) as caught:
            driver.do(driver.client.request("GET", "/x"))
    assert [peer.head.lower().partition("authorization: ")[2][:9] for peer in there.seen] == [
        "first-key", "second-ke", "third-key",
    ]  # fmt: skip
    assert "third-key" not in str(caught.value) + repr(caught.value.body)


def test_a_key_may_be_awaited() -> None:
    async def key() -> str:
        await asyncio.sleep(0)
        return "awaited-key"

    async def ask(url: str) -> None:
        async with AsyncClient(key, base_url=url) as client:
            await client.request("GET", "/x")

    with server(lambda peer: peer.answer({})) as there:
        asyncio.run(ask(there.url))
        for wrong, says in ((key, "use AsyncClient"), (lambda: "a\nb", "a header can't carry")):
            with (
                Client(wrong, base_url=there.url) as client,
                pytest.raises(errors.ConfigurationError, match=says),
            ):
                client.request("GET", "/x")
    assert "authorization: awaited-key" in there.seen[0].head.lower()
    assert len(there.seen) == 1


def test_middleware_may_change_each_attempt(drive: Drive) -> None:
    seen: list[Request] = []

    def sign(request: Request) -> Request:
        seen.append(request)
        return request.with_header("X-Signature", f"{len(seen)}:{len(cast(bytes, request.body or b''))}")

    statuses = iter([503, 202])

    def handler(peer: Peer) -> None:
        peer.answer({"batch_request_id": TICKET}, next(statuses), headers="Retry-After: 0\r\n")

    with server(handler) as there:
        driver = drive(there.url, middleware=[sign, lambda request: request.with_header("x-second", "2")])
        driver.do(driver.client.delete_products([{"sku": "a"}]))
    assert [peer.head.lower().partition("x-signature: ")[2][:4] for peer in there.seen] == ["1:13", "2:13"]
    assert all("x-second: 2" in peer.head.lower() for peer in there.seen)
    assert KEY not in repr(seen)


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        (lambda r: replace(r, url="http://x.example/"), errors.InvalidRequestError, "another host"),
        (lambda r: r.with_header("X-A", "b\r\nX: y"), errors.InvalidRequestError, "a header can't carry"),
        (lambda r: None, TypeError, "gives a Request"),
    ],
)  # fmt: skip
def test_middleware_cannot_take_the_key_elsewhere(
    drive: Drive, change: Callable[[Request], Any], kind: type[Exception], says: str
) -> None:
    with server(lambda peer: peer.answer({})) as there:
        driver = drive(there.url, middleware=[change])
        with pytest.raises(kind, match=says):
            driver.do(driver.client.request("GET", "/x"))
        assert there.seen == []


def test_requests_go_through_a_proxy(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    with server(lambda peer: peer.answer(page([product(1)], 1))) as proxy:
        driver = drive("http://shop.example", proxy=proxy.url)
        assert driver.do(driver.client.get_products()).count == 1
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        driver = drive("http://shop.example")
        assert driver.do(driver.client.get_products()).count == 1
        with server(lambda peer: peer.answer(page([], 0))) as there:
            driver = drive(there.url)
            assert driver.do(driver.client.get_products()).count == 0
    assert [peer.target for peer in proxy.seen] == ["http://shop.example/api/i2/products/"] * 2


def test_a_proxy_or_certificates_beside_a_transport_could_not_be_used() -> None:
    for settings in ({"proxy": "http://127.0.0.1:1"}, {"verify": False}):
        with pytest.raises(TypeError, match="proxy and verify are for the client's own connections"):
            Client("key", transport=httpx2.MockTransport(lambda _: httpx2.Response(200)), **settings)


# Deadlines


def test_a_deadline_holds_for_a_transport_of_the_callers_own() -> None:
    over = threading.Event()

    class Stuck(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            over.wait(HANG)
            return httpx2.Response(200)

    with Client("key", transport=Stuck(), deadline=0.2) as client, pytest.raises(errors.APITimeoutError):
        client.get_products()
    over.set()


def test_a_deadline_leaves_errors_of_a_transport_as_they_are() -> None:
    def broken(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no")

    with (
        Client("key", transport=httpx2.MockTransport(broken), deadline=30, max_retries=0) as client,
        pytest.raises(errors.APIConnectionError, match="no connection: no"),
    ):
        client.get_products()


@pytest.mark.parametrize("deadline", [0, -1])
def test_a_deadline_that_cannot_be(drive: Drive, deadline: float) -> None:
    with pytest.raises(ValueError, match="a deadline must be more than 0 seconds"):
        drive("http://127.0.0.1:9", deadline=deadline)


# Streams

EVENTS = (
    ': hello\n\nevent: add\ndata: {"n": 1}\nid: 7\n\ndata: a\r\ndata: b\r\n\r\nretry: 10\ndata: c\n\ndata: unfinished'
)


def streaming(peer: Peer) -> None:
    match peer.target.partition("?")[0]:
        case "/events":
            peer.answer(EVENTS, type="text/event-stream")
        case "/lines":
            packed = gzip.compress(b'{"n": 1}\n\n{"n": "\xc3\xa7"}\n[2]')
            peer.answer(packed, headers="Content-Encoding: gzip\r\n", type="application/x-ndjson")
        case "/missing":
            peer.answer({"detail": "gone"}, 404)
        case _:
            peer.answer(page([product(1)], 1))


def stream(driver: Driver, *arguments: Any, **keywords: Any) -> Any:
    return driver.do(driver.client.stream(*arguments, **keywords))


def test_bodies_are_read_as_they_come(drive: Drive) -> None:
    with server(streaming) as there:
        driver = drive(there.url, max_response_bytes=30)
        events = driver.all(stream(driver, driver.client.request, "GET", "/events").events())
        assert [(e.event, e.data, e.id, e.retry) for e in events] == [
            ("add", '{"n": 1}', "7", None), ("message", "a\nb", "7", None), ("message", "c", "7", 10),
        ]  # fmt: skip
        assert events[0].json() == {"n": 1}
        lines = stream(driver, driver.client.request, "GET", "/lines")
        assert (lines.status_code, lines.headers["content-type"]) == (200, "application/x-ndjson")
        assert driver.all(lines.json_lines()) == [{"n": 1}, {"n": "ç"}, [2]]
        checked = stream(driver, driver.client.request, "GET", "/lines").json_lines(dict[str, Any])
        with pytest.raises(errors.APIResponseError, match="a line isn't what was asked for"):
            driver.all(checked)
        listed = stream(driver, driver.client.get_products, limit=2)
        assert json.loads(b"".join(driver.all(listed.iter_bytes())))["count"] == 1
        assert there.seen[-1].target.endswith("?limit=2")
        with pytest.raises(errors.NotFoundError, match="gone"):
            stream(driver, driver.client.with_options(max_retries=0).request, "GET", "/missing")
        with pytest.raises(TypeError, match="asks the server when it is called"):
            stream(driver, driver.client.resume_batch, json.dumps({"batch": "x", "rows": 1}))


def test_a_stream_that_breaks_off_is_an_error(drive: Drive) -> None:
    def cut(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nfirst\nsecond")
        peer.socket.shutdown(2)

    with server(cut) as there:
        driver = drive(there.url)
        lines = stream(driver, driver.client.request, "GET", "/x").iter_lines()
        with pytest.raises(errors.APIConnectionError):
            driver.all(lines)


# Spans


class Tracer(trace.NoOpTracer):
    """Keeps the spans that it made."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, dict[str, Any], Any]] = []

    def start_span(self, name: str, *args: Any, attributes: Any = None, **more: Any) -> Any:
        context = trace.SpanContext(0xA1 + len(self.spans), 0xB2, False, trace.TraceFlags(1))
        span = Span(context)
        span.attributes.update(attributes)
        self.spans.append((name, span.attributes, span))
        return span


class Span(trace.NonRecordingSpan):
    """Keeps its attributes."""

    def __init__(self, context: trace.SpanContext) -> None:
        super().__init__(context)
        self.attributes: dict[str, Any] = {}
        self.ended = False

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def end(self, end_time: int | None = None) -> None:
        self.ended = True


@pytest.fixture
def tracer(monkeypatch: pytest.MonkeyPatch) -> Tracer:
    found = Tracer()
    monkeypatch.setattr(trace, "get_tracer", lambda *_: found)
    return found


def test_attempts_are_spans_where_opentelemetry_is_used(drive: Drive, tracer: Tracer) -> None:
    assert propagate.get_global_textmap()
    statuses = iter([503, 200])
    with server(lambda peer: peer.answer(page([], 0), next(statuses), headers="Retry-After: 0\r\n")) as there:
        driver = drive(there.url)
        driver.do(driver.client.get_products(name="a secret name"))
    first, second = (attributes for _, attributes, _ in tracer.spans)
    assert tracer.spans[0][0] == "GET /api/i2/products/"
    assert first["http.response.status_code"] == 503
    assert first["error.type"] == "503"
    assert second["http.response.status_code"] == 200
    assert second["http.request.resend_count"] == 1
    assert "error.type" not in second
    assert second["server.address"] == "127.0.0.1"
    assert "secret" not in repr(tracer.spans)
    assert all(span.ended for _, _, span in tracer.spans)
    assert "traceparent: 00-000000000000000000000000000000a1-" in there.seen[0].head.lower()


def test_a_failed_attempt_is_a_span_with_its_error(drive: Drive, tracer: Tracer) -> None:
    with server(lambda peer: peer.socket.shutdown(2)) as there:
        driver = drive(there.url, max_retries=0)
        with pytest.raises(errors.APIConnectionError):
            driver.do(driver.client.get_products())
    assert tracer.spans[0][1]["error.type"] == "APIConnectionError"
    assert tracer.spans[0][2].ended


# Schemes


def test_one_key_serves_schemes_that_share_a_place() -> None:
    bearer = Scheme("bearer")
    schemes = {"a": bearer, "b": Scheme("bearer", "header", "authorization"), "c": Scheme("key", "header", "X-Key")}
    credentials = Credentials(schemes, {"a": "token", "b": "token", "c": "key"}, "X")
    assert credentials.keys(("a", "b", "c")).headers() == [("Authorization", "Bearer token"), ("X-Key", "key")]
    api = Api("p/1", "X", None, {"a": bearer, "b": bearer, "c": schemes["c"]}, {})
    assert secrets(api, "token") == {"a": "token", "b": "token"}
    assert credentials.fingerprint(("a",), "salt") != credentials.fingerprint(("a",), "pepper")
