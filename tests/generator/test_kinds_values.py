"""Values that JSON, URLs and headers write in ways of their own."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from .documents import Document, document, get, json_of, ref
from .kinds import Talk, body_of

Start = Callable[..., Talk]

_LIST = {"type": "array", "items": {"type": "string"}}
_SIZES = {"type": "object", "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}}}
_JSON = {
    "oneOf": [
        *({"type": kind} for kind in ("string", "number", "null")),
        {"type": "array", "items": ref("Json")},
        {"type": "object", "additionalProperties": ref("Json")},
    ]
}
_FIELDS: Document = {"number": {"type": "number"}, "bytes": {"type": "string", "format": "byte"}}
_VALUES = {"type": "object", "properties": _FIELDS}


def _in(place: str, name: str, schema: Document, **more: Any) -> Document:
    return {"name": name, "in": place, "schema": schema, **more}


@pytest.fixture(scope="module")
def values(make: Callable[..., ModuleType]) -> ModuleType:
    cookies = [
        *(_in("cookie", "ids", _LIST), _in("cookie", "csv", _LIST, explode=False)),
        *(_in("cookie", "sizes", _SIZES), _in("cookie", "flat", _SIZES, explode=False)),
    ]
    null = {"type": ["string", "null"]}
    plain = [_in("query", name, schema) for name, schema in _FIELDS.items()]
    paths = {
        "/cookies": {"get": get(parameters=cookies, operationId="cookies")},
        "/fixed?version=1#part": {"get": get(parameters=[_in("query", "q", _LIST)], operationId="fixed")},
        "/plain": {"get": get(parameters=plain, operationId="plain")},
        "/reserved": {
            "get": get(
                parameters=[_in("query", "url", {"type": "string"}, allowReserved=True), _in("query", "usual", {})],
                operationId="reserved",
            )
        },
        "/sent": body_of(json_of(ref("Values")), operationId="sent"),
        "/shown": {"get": get(ref("Values"), operationId="shown")},
        "/in/{path}": {
            "get": get(
                parameters=[_in("path", "path", {"type": "string"}, required=True, allowReserved=True)],
                operationId="inside",
            )
        },
        "/label/{name}": {
            "get": get(
                parameters=[_in("path", "name", {"type": "string"}, required=True, style="label")],
                operationId="label",
            )
        },
        "/nulls": body_of(
            {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"f": null, "g": null}}}},
            parameters=[_in(place, f"in-{place}", null) for place in ("query", "header", "cookie")],
            operationId="nulls",
        ),
        "/alike": {
            "get": get(ref("Alike"), parameters=[_in("query", "x-y", {}), _in("query", "x_y", {})], operationId="alike")
        },
        "/json": {"get": get(ref("Json"), operationId="any_json")},
    }
    anything = {"anyOf": [{"title": "Any"}, {"type": "null"}]}
    alike = {"properties": {"@id": {"type": "string"}, "id": {"type": "integer"}, "any": anything}}
    return make(document(paths, {"Values": _VALUES, "Json": _JSON, "Alike": alike}))


def test_lists_and_objects_in_cookies(values: ModuleType, talk: Start) -> None:
    talking = talk(values)
    talking.client.cookies(ids=["a", "b c"], csv=["a", "b"], sizes={"R": 1, "G": 2}, flat={"R": 1})
    assert talking.seen[0].head.endswith("cookie: ids=a; ids=b%20c; csv=a,b; R=1; G=2; flat=R,1")


def test_a_path_with_a_query_of_its_own(values: ModuleType, talk: Start) -> None:
    talking = talk(values)
    talking.client.fixed(q=["a"], extra_query={"more": 1})
    talking.client.fixed()
    assert [peer.target for peer in talking.seen] == ["/fixed?version=1&q=a&more=1", "/fixed?version=1"]


def test_numbers_keep_their_digits(values: ModuleType, talk: Start) -> None:
    large = 12345678901234567890
    talking = talk(values, {}, (200, f'{{"number": {large}}}', "", ""), {"number": 1.5})
    talking.client.plain(number=3)
    assert talking.seen[0].target == "/plain?number=3"
    assert [talking.client.shown().number, talking.client.shown().number] == [large, 1.5]
    for number in (3, large, 0.1):
        talking.client.sent(number=number)
    assert [peer.body for peer in talking.seen[3:]] == [
        b'{"number":3}',
        b'{"number":12345678901234567890}',
        b'{"number":0.1}',
    ]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_json_has_no_infinity(values: ModuleType, talk: Start, number: float) -> None:
    talking = talk(values)
    with pytest.raises(values.InvalidRequestError, match="number: Input should be a valid finite number"):
        talking.client.plain(number=number)
    with pytest.raises(values.InvalidRequestError, match="number: Input should be a valid finite number"):
        talking.client.sent({"number": number})
    assert talking.seen == []


def test_reserved_characters_travel_as_they_are_where_the_document_says_so(values: ModuleType, talk: Start) -> None:
    talking = talk(values)
    talking.client.reserved(url="/a?b=c,d&e#f+g", usual="a=b")
    assert talking.seen[0].target == "/reserved?url=/a?b=c,d%26e%23f%2Bg&usual=a%3Db"


def test_bytes_travel_as_base64(values: ModuleType, talk: Start) -> None:
    talking = talk(values, {}, {}, {}, {"bytes": "/w=="})
    talking.client.plain(bytes=b"\xff")
    talking.client.sent({"bytes": b"\xff"})
    talking.client.sent({"bytes": "/w=="})
    assert talking.seen[0].target == "/plain?bytes=%2Fw%3D%3D"
    assert talking.bodies == [{"bytes": "/w=="}, {"bytes": "/w=="}]
    assert talking.client.shown().bytes_ == "/w=="


def test_a_schema_that_contains_itself_may_be_null(values: ModuleType, talk: Start) -> None:
    given = {"a": [1, {"b": None}], "c": "x"}
    talking = talk(values, given, (200, "null", "", ""))
    assert talking.client.any_json().model_dump() == given
    assert talking.client.any_json() in (None, values.models.Json(None))


def test_a_base_url_that_is_a_path_is_not_that_of_one_operation(
    make: Callable[..., ModuleType], talk: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {"get": get(operationId="elsewhere", servers=[{"url": "https://elsewhere.example"}])}
    package = make(document({"/here": {"get": get(operationId="here")}, "/there": elsewhere}))
    monkeypatch.delenv("ODD_API_BASE_URL", raising=False)
    with pytest.raises(package.ConfigurationError, match="no base_url was given"):
        package.Client()
    talking = talk(package, {}, {})
    talking.client.here()
    assert [peer.target for peer in talking.seen] == ["/here"]


def test_the_place_of_an_error_is_one_of_the_value(make: Callable[..., ModuleType], talk: Start) -> None:
    one, other = ({"type": "object", "required": [name], "properties": {name: {"type": "string"}}} for name in "ab")
    rows = {"oneOf": [one, other, {"type": "array", "items": {"type": "string"}}]}
    package = make(document({"/either": body_of(json_of(rows), operationId="either")}))
    with pytest.raises(package.InvalidRequestError) as caught:
        talk(package).client.either({"c": 1})
    assert "body.a: Field required" in str(caught.value)
    assert "function" not in str(caught.value)


def test_a_name_that_needs_no_other_is_kept(values: ModuleType, talk: Start) -> None:
    talking = talk(values, {"@id": "/rows/1", "id": 1, "any": [1]})
    row = talking.client.alike(x_y="b", x_y_2="a")
    assert row.any == [1]
    assert (row.id, row.id_2, talking.seen[0].target) == (1, "/rows/1", "/alike?x-y=a&x_y=b")


def test_a_path_stays_where_it_is(values: ModuleType, talk: Start) -> None:
    talking = talk(values)
    talking.client.inside("a/b?c")
    talking.client.label("..a")
    for call, value in ((talking.client.inside, "a/../../b"), (talking.client.label, ".")):
        with pytest.raises(values.InvalidRequestError, match="can't stand in a path"):
            call(value)
    assert [peer.target for peer in talking.seen] == ["/in/a/b%3Fc", "/label/...a"]


def test_null_is_sent_only_where_it_can_be(values: ModuleType, talk: Start) -> None:
    talking = talk(values)
    talking.client.nulls(f=None, g="x", in_query=None, in_header=None, in_cookie=None)
    assert (talking.seen[0].target, talking.seen[0].body) == ("/nulls", b"g=x")
    assert "in-" not in talking.seen[0].head
    with pytest.raises(values.InvalidRequestError, match="url: Input should be a valid string"):
        talking.client.reserved(url=None)
