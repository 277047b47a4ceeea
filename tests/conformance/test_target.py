"""The target: retries, rate, budgets, redirects, where the key goes and where it doesn't."""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import itertools
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import spec
from conformance.transport import target as module
from conformance.transport.errors import NotSent, Stopped, Unreachable
from conformance.transport.exchange import MISSING, Credential, Request, Response, swap_case
from conformance.transport.pace import Limits, Pace
from conformance.transport.retries import ATTEMPTS, retry_after
from conformance.transport.target import Target, refuse_writes
from tests.clock import HANG, DrivenClock
from tests.conformance.loopback import CLOSE, Received, Respond, loopback, response
from tests.conformance.other_servers import DOCUMENTS

CONTRACT = spec.load()
KEY = 'canary-5f0e/é"K'
GET = Request("PRD102", "GET", "/api/i2/products/")
POST = Request("PRD101", "POST", "/api/i2/products/", body=b"[]")


@pytest.fixture
def clock() -> DrivenClock:
    """The clock of the targets of a test."""
    return DrivenClock()


@contextlib.contextmanager
def at(respond: Respond, **more: Any) -> Iterator[tuple[Target, list[Received]]]:
    """A target for a server whose responses `respond` makes, and the requests that the server received."""
    more.setdefault("guard", lambda request: None)
    more.setdefault("clock", DrivenClock())
    with loopback(respond) as server:
        target = Target(server.url + "/", CONTRACT, more.pop("key", KEY), **more)
        try:
            yield target, server.received
        finally:
            target.close()


def in_turn(*answers: bytes) -> Respond:
    """One answer after the other, the last for ever."""
    waiting = itertools.chain(answers, itertools.repeat(answers[-1]))
    return lambda _: next(waiting)


# -- retries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_that_is_put_off_is_sent_again(status: int) -> None:
    with at(in_turn(response(status), response(status), response(200, b"[1]"))) as (target, received):
        assert target.send(GET).json == [1]
        assert len(received) == 3 == target.total


@pytest.mark.parametrize(("status", "sent"), [(429, 2), (503, 2), (502, 1), (504, 1)])
def test_a_write_is_sent_again_only_where_it_surely_did_nothing(status: int, sent: int) -> None:
    with at(in_turn(response(status), response(202))) as (target, received):
        assert target.send(POST).status == (202 if sent == 2 else status)
        assert len(received) == sent


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 404, 500, 501])
def test_every_other_answer_stands(status: int) -> None:
    with at(in_turn(response(status, b""), response(299))) as (target, received):
        assert target.send(GET).status == status
        assert len(received) == 1


def test_a_server_that_puts_off_for_ever_is_shown_as_it_is() -> None:
    observed = []
    with at(in_turn(response(503)), observe=lambda request, found: observed.append(found.status)) as (target, received):
        assert target.send(GET).status == 503
        assert len(received) == ATTEMPTS
        assert observed == [503]


@pytest.mark.parametrize(("asked", "least"), [("7", 7), ("0", 0.25), ("-3", 0.25), ("soon", 0.25), ("9999", 30)])
def test_retry_after_is_obeyed_within_bounds(clock: DrivenClock, asked: str, least: float) -> None:
    with at(in_turn(response(503, b"", f"Retry-After: {asked}"), response()), clock=clock) as (target, _):
        target.send(GET)
    assert clock.slept == [pytest.approx(least)]


def test_waits_grow_where_the_server_names_none(clock: DrivenClock) -> None:
    with at(in_turn(response(503)), clock=clock) as (target, _):
        target.send(GET)
    assert clock.slept == [0.25, 0.5, 1, 2, 4]


def test_a_date_is_a_retry_after_too(clock: DrivenClock) -> None:
    later = email.utils.format_datetime(clock.now() + timedelta(seconds=20), usegmt=True)
    assert retry_after(Response(429, {"retry-after": later}, b"", 0), clock) == 20
    assert retry_after(Response(429, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"", 0), clock) == 0
    assert retry_after(Response(429, {}, b"", 0), clock) == 0
    assert retry_after(Response(429, {"retry-after": " 1.5 "}, b"", 0), clock) == 1.5


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ .*", fullmatch=True))
@example("1 Dec 30000000000 0:0:0")
@example("1 Dec 30000000000 0:0:0 +0100")
def test_every_retry_after_is_read(text: str) -> None:
    assert retry_after(Response(429, {"retry-after": text}, b"", 0), DrivenClock()) >= 0


def test_after_a_429_it_goes_slower() -> None:
    with at(in_turn(*[response()] * 10, response(429), response())) as (target, _):
        for _ in range(11):
            target.send(GET)
        assert target.pace._rate is not None
        assert 1 <= target.pace._rate <= 0.8 * 11 * 1.01


@pytest.mark.parametrize(("asked", "most"), [(None, 1_000_000.0), (12.0, 12.0)])
def test_after_some_answers_it_goes_faster_again_but_not_than_it_was_asked_to(asked: float | None, most: float) -> None:
    with at(in_turn(*[response()] * 10, response(429), response()), limits=Limits(rate=asked)) as (target, _):
        rates = []
        for _ in range(80):
            target.send(GET)
            rates.append(target.pace._rate or most)
        assert rates[10] < rates[20] < rates[40] <= rates[79] <= most
        assert rates[79] > 1.2 * rates[10]
        assert all(rate == (asked or most) for rate in rates[:10])


def test_a_connection_that_breaks_is_tried_again_for_a_read_and_never_for_a_write() -> None:
    with at(in_turn(CLOSE, CLOSE, response())) as (target, received):
        assert target.send(GET).status == 200
        assert len(received) == 3
    for broken in (CLOSE, b"HTTP/1.1 202 X\r\nContent-Length: 99\r\n\r\nab", b"junk\r\n\r\n"):
        with at(in_turn(_then_close(broken))) as (target, received):
            with pytest.raises(Unreachable):
                target.send(POST)
            assert len(received) == 1


def _wait(event: threading.Event) -> None:
    event.wait(HANG)


def _then_close(found: bytes) -> Any:
    return lambda connection: connection.sendall(found)


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        target = Target(url, CONTRACT, KEY, guard=lambda request: None, clock=DrivenClock())
        for request in (GET, POST):
            with pytest.raises(Unreachable, match="connect"):
                target.send(request)
        assert target.total == 2 * ATTEMPTS
        target.close()


def test_an_answer_that_never_ends_ends_with_the_timeout() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\n\r\n[")
        with contextlib.suppress(OSError):  # the other side has had enough
            while True:
                connection.sendall(b" " * 1024)

    # By this clock ten seconds pass from one piece to the next.
    with at(lambda _: drip, limits=Limits(timeout=30), clock=DrivenClock(step=10)) as (target, received):
        with pytest.raises(Unreachable, match=r"doesn't end within 30 s"):
            target.send(GET)
        assert len(received) == 2


def test_an_answer_that_never_comes_is_waited_for_twice() -> None:
    judged = threading.Event()
    with at(lambda _: lambda connection: _wait(judged), limits=Limits(timeout=1)) as (target, received):
        with pytest.raises(Unreachable, match="timeout"):
            target.send(GET)
        assert len(received) == 2
        judged.set()


# -- bodies -------------------------------------------------------------------------------------------------


def test_a_large_body_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_BODY", 200_000)
    with at(in_turn(response(200, b"[" + b"1," * 1_000_000 + b"1]"))) as (target, _):
        found = target.send(GET)
        assert 200_000 < len(found.body) < 500_000
        assert found.json is MISSING


def test_a_compressed_body_is_read_and_a_bad_one_is_no_json() -> None:
    packed = gzip.compress(b'{"count": 1}')
    with at(in_turn(response(200, packed, "Content-Encoding: gzip"))) as (target, _):
        assert target.send(GET).json == {"count": 1}
    with at(in_turn(response(200, b'{"count": 1}', "Content-Encoding: gzip"))) as (target, _):
        assert target.send(GET).json is MISSING


# -- redirects and the key ----------------------------------------------------------------------------------


def test_no_redirect_is_followed() -> None:
    with (
        loopback(in_turn(response())) as elsewhere,
        at(in_turn(response(302, b"", f"Location: {elsewhere.url}/login"))) as (target, received),
    ):
        assert target.send(GET).status == 302
        assert (len(received), elsewhere.received) == (1, [])


@pytest.mark.parametrize(
    ("variant", "value"),
    [
        (Credential.RIGHT, KEY),
        (Credential.MISSING, None),
        (Credential.EMPTY, ""),
        (Credential.WRONG, "not-the-key"),
        (Credential.TRUNCATED, KEY[:-1]),
        (Credential.EXTENDED, f"{KEY} {KEY}"),
        (Credential.SWAPPED_CASE, swap_case(KEY)),
    ],
)
def test_the_key_is_in_its_header_and_nowhere_else(variant: Credential, value: str | None) -> None:
    request = Request(
        "PRD101", "POST", "/p", (("a", "b c&+é"),), (("Accept-Language", "tr"),), b'[{"a":"\xc3\xa9"}]', variant
    )
    with at(in_turn(response())) as (target, received):
        target.send(request)
    (got,) = received
    assert got.header("Authorization") == value
    assert got.target == "/p?a=b%20c%26%2B%C3%A9"
    assert got.body == request.body
    assert got.header("Content-Type") == "application/json"
    assert got.header("Accept-Language") == "tr"
    elsewhere = [v for n, v in got.headers if n.lower() != "authorization"] + [got.target, got.body.decode()]
    assert not any("canary" in text.lower() for text in elsewhere)


def test_without_a_key_no_header_is_sent() -> None:
    with at(in_turn(response()), key=None) as (target, received):
        target.send(GET)
        assert received[0].header("Authorization") is None


def test_a_content_type_of_the_requests_own_stands() -> None:
    with at(in_turn(response())) as (target, received):
        target.send(Request("PRD101", "POST", "/p", (), (("content-type", "text/plain"),), b"x"))
        assert [v for n, v in received[0].headers if n.lower() == "content-type"] == ["text/plain"]


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        KEY[:-1],
        swap_case(KEY),
        KEY + "x",
        'canary-5f0e/\\u00e9\\"K',
        'canary-5f0e/é\\"K',
        'canary-5f0e\\/\\u00e9\\"K',
        "canary-5f0e/é&quot;K",
        "canary-5f0e/%C3%A9%22K",
        "canary-5f0e%2F%C3%A9%22K",
        'canary-5f0e/\\xc3\\xa9"K',
        'canary-5f0e/Ã©"K',
    ],
)
def test_the_key_is_taken_out_however_it_is_written(text: str) -> None:
    target = Target("http://127.0.0.1:1", CONTRACT, KEY)
    assert "canary" not in target.redact(f"the key {text} is").lower()
    assert target.redact("nothing here") == "nothing here"
    assert "canary" not in repr(target)


def test_a_very_short_key_is_not_redacted() -> None:
    assert Target("http://127.0.0.1:1", CONTRACT, "a").redact("banana") == "banana"
    assert Target("http://127.0.0.1:1", CONTRACT, None).redact("banana") == "banana"
    assert Target("http://127.0.0.1:1", CONTRACT, "abcd").redact("abc abcd") == "abc $PRD_API_KEY"


@pytest.mark.parametrize("most", range(8, 40))
def test_a_text_is_cut_after_the_key_is_out_of_it(most: int) -> None:
    found = Target("http://127.0.0.1:1", CONTRACT, "canary-5f0e").redact("the key canary-5f0e is wrong, it says", most)
    assert "can" not in found
    whole = "the key $PRD_API_KEY is wrong, it says"
    assert found == (whole if most >= len(whole) else f"{whole[:most]}... ({len(whole)} characters)")


def test_a_server_that_breaks_the_parser_with_the_key_doesnt_get_it_into_the_message() -> None:
    def echo(received: Received) -> Any:
        return _then_close((received.header("Authorization") or "").encode() + b"\r\n\r\n")

    with at(echo) as (target, _), pytest.raises(Unreachable) as caught:
        target.send(POST)
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


# -- guard and budgets ------------------------------------------------------------------------------------


def test_what_the_guard_holds_back_isnt_sent_nor_counted() -> None:
    with at(in_turn(response()), guard=refuse_writes) as (target, received):
        with pytest.raises(NotSent, match="read-only"):
            target.send(POST)
        target.send(GET)
        target.send(Request("PRD101", "POST", "/p", body=b"[]", credential=Credential.WRONG))
        assert [r.method for r in received] == ["GET", "POST"]
        assert target.total == 2


@pytest.mark.parametrize("threads", [1, 8])
def test_the_budget_of_requests_is_exact(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    monkeypatch.setattr(Pace, "slow_down", lambda self: None)
    with at(in_turn(response(429, b""), response()), limits=Limits(requests=25)) as (target, received):

        def context(_: int) -> int | str:
            try:
                return target.send(GET).status
            except Stopped as stopped:
                return str(stopped)

        with ThreadPoolExecutor(threads) as pool:
            statuses = list(pool.map(context, range(60)))
        assert len(received) == 25 == target.total == target.sent["PRD102"]
        assert statuses.count(200) == 24
        assert set(statuses) == {200, "the budget of 25 requests is spent"}


def test_the_budget_of_seconds_stops_a_run_before_it_is_overdrawn(clock: DrivenClock) -> None:
    with at(in_turn(response(503, b"", "Retry-After: 10")), limits=Limits(seconds=5)) as (target, received):
        with pytest.raises(Stopped, match="5 seconds"):
            target.send(GET)
        assert len(received) == 1
    with at(in_turn(response()), limits=Limits(seconds=60), clock=clock) as (target, received):
        clock.sleep(61)
        with pytest.raises(Stopped, match="60 seconds"):
            target.send(GET)
        assert received == []


@pytest.mark.parametrize("threads", [1, 4])
def test_the_rate_is_kept_between_threads(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    moments: list[float] = []
    wait = Pace.wait_for_slot

    def noted(pace: Pace, operation: str) -> None:
        wait(pace, operation)
        moments.extend(pace._recent)

    monkeypatch.setattr(Pace, "wait_for_slot", noted)
    with at(in_turn(response()), limits=Limits(rate=50)) as (target, _), ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: target.send(GET), range(20)))
    moments = sorted(set(moments))
    assert len(moments) == 20
    assert all(later - earlier >= 0.0199 for earlier, later in itertools.pairwise(moments))


def test_several_answers_come_in_the_order_of_the_requests() -> None:
    def slow_first(received: Received) -> bytes:
        number = int(received.target.rpartition("=")[2])
        threading.Event().wait(0.03 if number % 3 == 0 else 0)
        return response(200, str(number).encode())

    requests = [Request("PRD102", "GET", "/p", (("n", str(n)),)) for n in range(12)]
    with at(slow_first) as (target, _):
        assert [found.json for found in target.send_all(requests)] == list(range(12))
        assert [found.json for found in target.send_all(requests[:1])] == [0]
        assert target.send_all([]) == []


SCHEMES = {
    "query": ("type: apiKey, in: query, name: api key", None, "/p?a=b&api%20key=", None),
    "cookie": ("type: apiKey, in: cookie, name: session", "Cookie", "/p?a=b", "session="),
    "basic": ("type: http, scheme: basic", "Authorization", "/p?a=b", "Basic "),
    "token": ("type: oauth2, flows: {}", "Authorization", "/p?a=b", "Bearer "),
}


@pytest.mark.parametrize(("scheme", "header", "target", "begins"), SCHEMES.values(), ids=SCHEMES.keys())
def test_the_key_goes_where_the_operation_wants_it(
    scheme: str, header: str | None, target: str, begins: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "document.yaml"
    file.write_text(DOCUMENTS["a user and a password"].replace("type: http, scheme: basic", scheme), "utf-8")
    contract = spec.load(file)
    code = contract.operations[0].code
    with loopback(in_turn(response())) as server:
        sender = Target(server.url, contract, KEY, clock=DrivenClock())
        try:
            sender.send(Request(code, "GET", "/p", (("a", "b"),)))
        finally:
            sender.close()
        received = server.received
    assert "canary" not in sender.redact(received[0].target)
    assert received[0].target.startswith(target)
    if header and begins:
        value = received[0].header(header) or ""
        assert value.startswith(begins)
        assert sender.redact(value) == f"{begins}${sender.key_variable}"
    assert header == "Authorization" or received[0].header("Authorization") is None
