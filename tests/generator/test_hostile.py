"""Broken and hostile servers: each is a typed error within the time-out, and nobody else is given the key."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import time
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from akinon_seller_products import errors

from tests.clock import HANG

from .conftest import KEY, Driver
from .raw import Handler, Peer, Server, page, product, server

Drive = Callable[..., Driver]
ROWS = [product(n) for n in range(3)]
FINE = '{"count": 0, "next": null, "previous": null, "results": []}'


@contextlib.contextmanager
def raises(kind: type[Exception], match: str | None = None) -> Iterator[pytest.ExceptionInfo[Any]]:
    """An error of the kind, whose traceback shows no key."""
    with pytest.raises(kind, match=match) as caught:
        yield caught
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert KEY not in shown.replace(f"api_key = '{KEY}'", "")


def fails(drive: Drive, handler: Handler, kind: type[Exception], match: str | None = None, **settings: Any) -> Server:
    """One call to such a server, without retries."""
    with server(handler) as made:
        driver = drive(made.url, **{"timeout": HANG, "max_retries": 0, **settings})
        with raises(kind, match):
            driver.do(driver.client.get_products())
        return made


def test_a_redirect_to_another_host_is_not_followed(drive: Drive) -> None:
    with server(lambda peer: peer.answer(FINE)) as other:

        def handler(peer: Peer) -> None:
            peer.answer(status=302, headers=f"Location: {other.url}/x\r\n")

        fails(drive, handler, errors.RedirectError, "redirects aren't followed")
        assert other.seen == []


def test_a_key_that_a_server_quotes_is_not_shown(drive: Drive) -> None:
    def handler(peer: Peer) -> None:
        peer.answer({"detail": f"no such key: {KEY}"}, 401, headers=f"WWW-Authenticate: Key {KEY}\r\n")

    with server(handler) as made:
        driver = drive(made.url)
        with raises(errors.AuthenticationError, match=r"no such key: \*\*\*") as caught:
            driver.do(driver.client.get_products())
    error = caught.value
    assert KEY not in f"{error.body}{error.content!r}{error.headers}{error}"


def test_next_on_another_host_is_never_asked(drive: Drive) -> None:
    with server(lambda peer: peer.answer(FINE)) as other:

        def handler(peer: Peer) -> None:
            last = "page=3" in peer.target
            rows = [product(peer.number)]
            peer.answer(page(rows, 3, None if last else f"{other.url}/api?page=2"))

        with server(handler) as made:
            driver = drive(made.url)
            assert len(driver.all(driver.client.get_products(limit=1))) == 3
            assert [peer.target.partition("?")[2] for peer in made.seen] == [
                "limit=1",
                "page=2&limit=1",
                "page=3&limit=1",
            ]
        assert other.seen == []


@pytest.mark.parametrize("circle", [1, 2, 3, 7])
def test_pages_that_go_round_in_a_circle_are_noticed(drive: Drive, circle: int) -> None:
    with server(lambda peer: peer.answer(page([product(peer.number % circle)], 10**6, "http://x/?page=2"))) as made:
        driver = drive(made.url)
        with raises(errors.PaginationError, "came twice"):
            driver.all(driver.client.get_products())
        assert len(made.seen) <= 4 * circle + 2


def test_pages_without_end_are_noticed_by_their_own_count(drive: Drive) -> None:
    with server(lambda peer: peer.answer(page([product(peer.number)], 3, "http://x/?page=2"))) as made:
        driver = drive(made.url)
        with raises(errors.PaginationError, "still a next page"):
            driver.all(driver.client.get_products())
        assert len(made.seen) == 3 + 100 + 1


def test_an_empty_page_with_a_next_one_is_noticed(drive: Drive) -> None:
    with server(lambda peer: peer.answer(page([], 3, "http://x/?page=2"))) as made:
        driver = drive(made.url)
        with raises(errors.PaginationError, "empty page"):
            driver.all(driver.client.get_products())


def cut(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n" + FINE.encode())
    peer.socket.shutdown(socket.SHUT_RDWR)


def reset(peer: Peer) -> None:
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.socket.close()


def no_http(peer: Peer) -> None:
    peer.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


def cut_chunk(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{")
    peer.socket.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("handler", [cut, reset, no_http, cut_chunk])
def test_a_broken_connection(drive: Drive, handler: Handler) -> None:
    fails(drive, handler, errors.APIConnectionError)


def test_nobody_listens(drive: Drive) -> None:
    with server(lambda peer: None) as made:
        pass
    driver = drive(made.url, max_retries=0)
    with raises(errors.APIConnectionError, "no connection") as caught:
        driver.do(driver.client.get_products())
    assert caught.value.sent is False


def silent(peer: Peer) -> None:
    time.sleep(3)


def dripping_body(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(400):
        peer.send(b" ")
        time.sleep(0.1)


def dripping_head(peer: Peer) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Long-Header: " + b"x" * 400:
        peer.send(bytes([byte]))
        time.sleep(0.1)


@pytest.mark.parametrize("handler", [silent, dripping_body, dripping_head])
def test_a_slow_server_is_late_by_the_total(drive: Drive, handler: Handler) -> None:
    fails(drive, handler, errors.ReadTimeoutError, "within 0.5 s", timeout=0.5)


@pytest.mark.parametrize(
    ("type_", "body", "kind"),
    [
        ("text/html", "<html>Bad gateway</html>", errors.ContentTypeError),
        ("application/xml", "<a/>", errors.ContentTypeError),
        ("application/json; charset=iso-8859-9", FINE, errors.ContentTypeError),
        ("application/json", "<html>", errors.APIResponseError),
        ("application/json", "", errors.APIResponseError),
        ("application/json", "[" * 5_000_000, errors.APIResponseError),
        ("application/json", '{"a":' * 1_000_000, errors.APIResponseError),
        ("application/json", '{"count": 0}', errors.APIResponseError),
        ("application/json", FINE + FINE, errors.APIResponseError),
        ("application/json", FINE.replace("null", "NaN"), errors.APIResponseError),
        ("application/json", b'{"count": 0, "next": "\xff", "previous": null, "results": []}', errors.APIResponseError),
        ("application/json", FINE.replace('"next"', '"count": 1, "next"'), errors.APIResponseError),
        ("application/json", FINE.replace("[]", '[{"sku": 1}]'), errors.APIResponseError),
        ("application/json", FINE.encode("utf-16"), errors.APIResponseError),
    ],
)  # fmt: skip
def test_a_body_that_is_not_what_was_promised(
    drive: Drive, type_: str, body: bytes | str, kind: type[Exception]
) -> None:
    fails(drive, lambda peer: peer.answer(body, type=type_), kind)


def test_a_name_twice_deep_inside(drive: Drive) -> None:
    row = '{"a": 1, "b": {"c": [{"d": 1, "d": 2}]}}'
    whole = FINE.replace(
        "[]", "[" + str(product(1)).replace("'", '"').replace('"attributes": {}', f'"attributes": {row}') + "]"
    )
    fails(drive, lambda peer: peer.answer(whole), errors.APIResponseError, "names 'd' twice")


def test_colons_in_strings_are_no_names(drive: Drive) -> None:
    row = product(1) | {"name": '":":', "attributes": {'a":': '":x', "b": {"c": ['d":']}}, "extra": {"e": {"f": 1}}}
    with server(lambda peer: peer.answer(page([row], 1))) as made:
        driver = drive(made.url)
        found = driver.all(driver.client.get_products())
    assert found[0].name == '":":'
    assert found[0].model_extra == {"extra": {"e": {"f": 1}}}


def test_no_content_where_a_body_is_due(drive: Drive) -> None:
    fails(drive, lambda peer: peer.answer(status=204), errors.APIResponseError, "without the body that is due")


def test_a_compressed_bomb_does_not_fill_the_memory(drive: Drive) -> None:
    bomb = gzip.compress(b" " * 50_000_000)

    def handler(peer: Peer) -> None:
        peer.answer(bomb, headers="Content-Encoding: gzip\r\n")

    tracemalloc.start()
    try:
        fails(drive, handler, errors.ResponseTooLargeError, max_response_bytes=1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_broken_content_encoding(drive: Drive, encoding: str) -> None:
    fails(drive, lambda peer: peer.answer(FINE, headers=f"Content-Encoding: {encoding}\r\n"), errors.ContentTypeError)


def test_a_compressed_body_is_read(drive: Drive) -> None:
    with server(lambda p: p.answer(gzip.compress(FINE.encode()), headers="Content-Encoding: gzip\r\n")) as made:
        driver = drive(made.url)
        assert driver.do(driver.client.get_products()).count == 0


def test_what_a_server_adds_is_kept(drive: Drive) -> None:
    row = product(1) | {"new_field": {"x": 1}}
    with server(lambda peer: peer.answer(page([row], 1) | {"took": 3})) as made:
        driver = drive(made.url)
        found = driver.do(driver.client.get_products())
    assert found.body.model_extra == {"took": 3}
    assert found.results[0].model_extra == {"new_field": {"x": 1}}


@pytest.mark.parametrize("body", ["", "<html>", '{"detail": "x"}', "\xff", '{"detail": {"deep": [1, 2]}}'])
@pytest.mark.parametrize("status", [400, 403, 418, 500, 599])
def test_an_error_status_is_a_status_error_whatever_its_body(drive: Drive, status: int, body: str) -> None:
    fails(drive, lambda peer: peer.answer(body.encode("latin-1"), status), errors.APIStatusError, f"HTTP {status}")
