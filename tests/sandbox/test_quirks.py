"""Quirks of real servers that can be switched on, and unexpected input."""

from __future__ import annotations

import re
import socket
import time

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.oracle.awkward import NOT_UNICODE, TEXTS
from conformance.sandbox import DEFAULT_KEY
from conformance.sandbox.control import PREFIX
from tests.clock import HANG
from tests.sandbox.asking import PRODUCTS, SEARCH, page, product, rows
from tests.sandbox.conftest import Serving


def test_a_rate_limit_says_when_to_come_back(serving: Serving) -> None:
    with serving(rate_limit=5, products=5) as client:
        client.put(f"{PREFIX}clock", json={"frozen": True}).raise_for_status()
        answers = [client.get(PRODUCTS) for _ in range(12)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) == 7
        assert refused[0].headers["retry-after"] == "1"
        client.post(f"{PREFIX}clock/advance", json={"seconds": 1}).raise_for_status()
        assert client.get(PRODUCTS).status_code == 200


def test_a_flaky_server_fails_its_share(serving: Serving) -> None:
    with serving(flaky=0.3, products=5) as client:
        answers = [client.get(PRODUCTS) for _ in range(100)]
        failed = [answer for answer in answers if answer.status_code == 503]
        assert 15 < len(failed) < 45
        assert failed[0].headers["retry-after"] == "0"
        assert {answer.status_code for answer in answers} == {200, 503}


def test_a_page_cap_is_kept_and_its_links_lead_on(serving: Serving) -> None:
    with serving(page_cap=7) as client:
        answer = page(client, limit=50)
        seen = list(answer["results"])
        assert len(seen) == 7
        while answer["next"]:
            assert "limit=50" in answer["next"]
            answer = client.get(answer["next"]).json()
            seen += answer["results"]
        assert len(seen) == answer["count"] == len({row["sku"] for row in seen})


def test_a_read_only_key(serving: Serving) -> None:
    with serving(read_only=True, products=5) as client:
        assert client.get(PRODUCTS).status_code == 200
        assert client.post(PRODUCTS, json=[product("x")]).status_code == 403
        assert client.post(PRODUCTS, headers={"Authorization": "wrong"}).status_code == 401


def test_links_behind_a_proxy(serving: Serving) -> None:
    with serving(link_base="https://shop.example/base") as client:
        assert page(client)["next"].startswith("https://shop.example/base/api/i2/products/?")


def test_latency(serving: Serving) -> None:
    with serving(latency=0.05, products=5) as client:
        began = time.monotonic()
        client.get(PRODUCTS)
        assert time.monotonic() - began > 0.05


texts = st.text(max_size=12) | st.sampled_from(
    ["%", "%zz", "%00", "９", "1" * 5000, "x" * 30_000, NOT_UNICODE, *TEXTS.values()]
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=texts | st.sampled_from(["page", "limit", "name", "category__in", "updated_at", "attribute__A"]), value=texts
)
def test_no_query_is_a_server_error(client: httpx2.Client, name: str, value: str) -> None:
    for path in (PRODUCTS, SEARCH, f"{PRODUCTS}batch-requests/x"):
        query = f"{_escaped(name)}={_escaped(value)}"
        assert _raw(client, f"GET {path}?{query} HTTP/1.1\r\n".encode("ascii")) < 500


def _escaped(text: str) -> str:
    """Percent-encoded byte by byte, halves of surrogate pairs included; a percent sign now and then as it is."""
    if text.startswith("%"):
        return "".join(re.findall("[%0-9A-Za-z]", text))
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "line",
    [
        b"GET /api/i2/products/?name=\xc5\x9f&x=\xff HTTP/1.1\r\n", b"GET /api/i2/products/%ff%00 HTTP/1.1\r\n",
        b"GET /api/i2/products/batch-requests/%2e%2e%2f HTTP/1.1\r\n", b"GET /../../etc/passwd HTTP/1.1\r\n",
        b"GET /api/i2/products/?" + b"&" * 5000 + b" HTTP/1.1\r\n", b"GET /batches/../x-s.json HTTP/1.1\r\n",
        b"GET /api/i2/products/?name=" + b"a" * 100_000 + b" HTTP/1.1\r\n", b"BREW /api/i2/products/ HTTP/1.1\r\n",
        b"GET /api/i2/products/?" + b"".join(b"a%d=1&" % n for n in range(3000)) + b" HTTP/1.1\r\n",
        b"GET /api/i2/products/?attribute__" + b"a_" * 20_000 + b"=1 HTTP/1.1\r\n",
    ],
)  # fmt: skip
def test_no_request_line_is_a_server_error(client: httpx2.Client, line: bytes) -> None:
    assert _raw(client, line) < 500


def _raw(client: httpx2.Client, line: bytes) -> int:
    """The status of a request that no client library would send; 400 where the connection is just closed."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=HANG) as connection:
        key = DEFAULT_KEY.encode()
        connection.sendall(line + b"Host: sandbox\r\nAuthorization: " + key + b"\r\nConnection: close\r\n\r\n")
        answer = connection.recv(64)
    return int(answer.split()[1]) if answer else 400


def test_unexpected_bodies_are_no_server_error(client: httpx2.Client) -> None:
    unexpected = [TEXTS["nul"], "x" * 100_000, {"a": [None, 1.5, {}]}, -(10**400), 1e308, [], {}, None, True, "1e9999"]
    for value in unexpected:
        item = {**product("odd"), "name": value, "attributes": {"k": value}, "images": [value], "unknown": value}
        assert client.post(PRODUCTS, json=[item]).status_code in (202, 400)
        assert client.request("DELETE", PRODUCTS, json=[{"sku": value}]).status_code in (202, 400)
    assert client.get(PRODUCTS).status_code == 200
    assert isinstance(rows(client), list)
