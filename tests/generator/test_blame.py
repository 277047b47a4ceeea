"""Which rows a server complains about, in the formats of several frameworks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.runtime.blame import blamed, entries_of

ROWS = [{"sku": f"S{n}", "price_list": "L1" if n % 2 else "L2", "price": "1"} for n in range(4)]
KEYS = [("sku", "price_list")]


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ([{}, {"sku": ["is unknown"]}, {}, {}], {1: '{"sku":["is unknown"]}'}),  # a list serializer of Django's
        ({"2": {"price": ["too low"]}}, {2: '{"price":["too low"]}'}),
        ({"detail": [{"loc": ["body", 3, "sku"], "msg": "too short"}]}, {3: "too short"}),  # FastAPI
        ({"errors": [{"pointer": "#/1/price", "detail": "too low"}]}, {1: "too low"}),  # RFC 9457
        ({"errors": [{"source": {"pointer": "/data/1/price"}, "detail": "low"}]}, {1: "low"}),  # JSON:API
        ({"errors": [{"field": "[2].price", "message": "no"}]}, {2: "no"}),
        ({"errors": ["[0].sku: unknown", "items[3]: too old"]}, {0: "[0].sku: unknown", 3: "items[3]: too old"}),
        ({"errors": [{"index": 0, "reason": "x"}]}, {0: "x"}),
        ([{"item": {"sku": "S2", "price_list": "L2"}, "errors": {"price": "low"}}], {2: '{"price":"low"}'}),
        ([{"sku": "S3", "error": "gone"}], {3: "gone"}),
        ({"sku": "S1", "detail": "unknown"}, {1: "unknown"}),
        ({"detail": "invalid"}, {}),
        ({"status": 400, "error": "Bad Request", "path": "/api/1/products"}, {}),
        ({"errors": [{"path": "/api/v2/products/1", "message": "no"}]}, {}),
        ({"errors": [{"index": 9, "reason": "beyond"}]}, {}),
        ({"errors": [{"sku": "S9"}]}, {}),
        ("invalid", {}),
        (None, {}),
        ([], {}),
    ],
)  # fmt: skip
def test_rows_are_named_in_many_manners(body: Any, places: dict[int, str]) -> None:
    found = blamed(body, ROWS, KEYS)
    assert {place: blame.text for place, blame in found.items()} == places


def test_two_rows_of_one_key_are_distinguished_by_place_alone() -> None:
    rows = [*ROWS, ROWS[0]]
    assert list(blamed([{"sku": "S0", "price_list": "L2", "error": "x"}], rows, KEYS)) == []
    assert list(blamed([{"index": 4, "sku": "S0", "price_list": "L2", "error": "x"}], rows, KEYS)) == [4]


@pytest.mark.parametrize(
    ("content", "entries"),
    [
        (b'[{"sku": "a"}]', [{"sku": "a"}]),
        (b'{"sku": "a"}\n{"sku": "b"}\n', [{"sku": "a"}, {"sku": "b"}]),
        (b"sku;error\na;too low, far too low\n", [{"sku": "a", "error": "too low, far too low"}]),
        (b"sku,error\na,low\n", [{"sku": "a", "error": "low"}]),
        (b"<html>\n<a,b>", None),
        (b"", []),
        (b"\xff\xfe", None),
    ],
)
def test_files_of_failed_rows_are_read(content: bytes, entries: Any) -> None:
    assert entries_of(content) == entries


def test_a_long_reason_is_cut() -> None:
    body = json.loads(json.dumps([{"index": 0, "reason": "x" * 1000}]))
    assert len(blamed(body, ROWS, KEYS)[0].text) == 300
