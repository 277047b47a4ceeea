"""Objects: further properties, one direction only, read and written back, changed in parts, and in parameters."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType

import pytest

from .documents import Document, document, get, json_of, post, query, ref
from .kinds import MOMENT, Talk, body_of

Made = Callable[..., ModuleType]
Start = Callable[..., Talk]

OBJECTS = {
    "Open": {"type": "object", "properties": {"size": {"type": "string"}}, "additionalProperties": True},
    "Typed": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "integer"}},
    "Unsaid": {"type": "object", "properties": {"quantity": {"type": "integer"}}},
    "Closed": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
    "Id": {"type": "integer", "readOnly": True},
    "Secret": {"type": "object", "properties": {"secret": {"type": "string", "writeOnly": True}}},
    "Inner": {"type": "object", "required": ["id"], "properties": {"id": ref("Id"), "at": MOMENT}},
    "Thing": {
        "required": ["id", "name"],
        "allOf": [
            ref("Secret"),
            {"properties": {
                "id": ref("Id"), "name": {"type": "string"}, "note": {"type": "string"},
                "made": {"allOf": [{"type": "string"}, {"readOnly": True}]},
                "inner": ref("Inner"), "state": {"type": "string", "enum": ["on", "off"]},
            }},
        ],
    },
    "Shared": {
        "required": ["site", "name"],
        "properties": {
            "site": {"type": "integer"},
            "name": {"type": "string"},
            "address": {"required": ["city"], "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}},
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def objects(make: Made) -> ModuleType:
    paths: Document = {
        f"/{name.lower()}": {"post": post(ref(name), operationId=f"send_{name.lower()}")}
        for name in ("Open", "Typed", "Unsaid", "Closed")
    }
    key = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    paths["/t/{id}"] = {
        "get": get(ref("Thing"), operationId="read", parameters=key),
        "put": post(ref("Thing"), operationId="write", parameters=key),
    }
    paths["/s/{id}"] = {
        "get": get(ref("Shared"), operationId="shared", parameters=key),
        "put": post(ref("Shared"), operationId="replace", parameters=key),
        "patch": post(ref("Shared"), operationId="change", parameters=key),
    }
    paths["/m"] = body_of({"application/merge-patch+json": {"schema": ref("Shared")}}, method="patch", operationId="m")
    return make(document(paths, OBJECTS))


def test_further_properties_are_sent_as_the_document_says(objects: ModuleType, talk: Start) -> None:
    t = talk(objects)
    t.client.send_open({"size": "1", "b": [1]})
    t.client.send_typed({"a": "x", "n": 3})
    t.client.send_unsaid({"quantity": 1, "other": True})
    assert [json.loads(peer.body) for peer in t.seen] == [
        {"size": "1", "b": [1]}, {"a": "x", "n": 3}, {"quantity": 1, "other": True},
    ]  # fmt: skip
    with pytest.raises(ValueError, match="n: Input should be a valid integer"):
        t.client.send_typed({"n": "x"})
    with pytest.raises(ValueError, match="b: Extra inputs are not permitted"):
        t.client.send_closed({"b": 1})
    with pytest.warns(objects.errors.UnknownFieldWarning, match="is 'quantity' meant"):
        t.client.send_unsaid({"quantitty": 1})


def test_what_was_read_can_be_changed_and_written(objects: ModuleType, talk: Start) -> None:
    inner = {"id": 2, "at": "2026-01-02T03:04:05"}
    answer = {"id": 1, "name": "n", "made": "m", "inner": inner, "state": "new", "later": 7}
    t = talk(objects, *[answer] * 5)
    thing = t.client.read(1)
    thing.name = "other"
    for given in (thing, thing.model_dump(), json.loads(thing.model_dump_json(exclude={"state"}))):
        t.client.write(1, given)
    again = type(thing).model_validate_json(thing.model_dump_json())
    assert again == thing
    sent = [json.loads(peer.body) for peer in t.seen if peer.head.startswith("PUT")]
    wanted = {"name": "other", "inner": {"at": "2026-01-02T03:04:05"}, "later": 7}
    assert sent[:1] == [{**wanted, "state": "new"}]
    assert all("id" not in each and "made" not in each and each["name"] == "other" for each in sent)
    assert "secret" not in type(thing).__annotations__
    t.client.write(1, name="n", secret="s")
    assert json.loads(t.seen[-1].body) == {"name": "n", "secret": "s"}
    with pytest.raises(ValueError, match="state: Input should be 'on' or 'off'"):
        t.client.write(1, name="n", state="onn")


def test_what_a_server_added_is_left_out_where_the_document_allows_nothing_more(make: Made, talk: Start) -> None:
    inner = {"additionalProperties": False, "properties": {"b": {"type": "integer"}}}
    closed = {"additionalProperties": False, "properties": {"a": {"type": "integer"}, "in": inner}}
    shelf = {"properties": {"rows": {"type": "array", "items": ref("Closed")}, "one": ref("Closed")}}
    both = {"get": get(ref("Shelf"), operationId="read"), "put": post(ref("Shelf"), operationId="write")}
    package = make(document({"/shelf": both}, {"Closed": closed, "Shelf": shelf}))
    t = talk(package, {"rows": [{"a": 1, "new": 2}], "one": {"in": {"b": 1, "newer": 3}, "new": 4}, "more": {"x": 1}})
    shelf_read = t.client.read()
    shelf_read.rows[0].a = 5
    with pytest.warns(package.UnknownFieldWarning, match="is left out"):
        t.client.write(shelf_read)
    assert t.bodies == [{"rows": [{"a": 5}], "one": {"in": {"b": 1}}, "more": {"x": 1}}]
    assert shelf_read.rows[0].new == 2
    assert shelf_read.one.in_.newer == 3
    with pytest.raises(package.InvalidRequestError, match="Closed has no property 'new'"):
        t.client.write(shelf_read.model_dump(by_alias=True))
    assert len(t.seen) == 2


def test_names_that_match_a_pattern_are_further_properties(make: Made, talk: Start) -> None:
    labels = {
        "properties": {"name": {"type": "string"}, "any": ref("Any")},
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": False,
    }
    operations = {"get": get(ref("Labels"), operationId="read"), "put": post(ref("Labels"), operationId="write")}
    sent = {"post": post(labels, operationId="send")}
    package = make(document({"/labels": operations, "/sent": sent}, {"Labels": labels, "Any": True}))
    given = {"name": "n", "any": [1], "x-a": 5}
    t = talk(package, given, (204, b"", "", ""), (204, b"", "", ""))
    t.client.write(t.client.read())
    t.client.write(given)
    t.client.send(given)
    assert t.bodies == [given] * 3


def test_a_part_can_be_changed(objects: ModuleType, talk: Start) -> None:
    t = talk(objects)
    t.client.change(1, {"name": "x"})
    t.client.change(1, site=2)
    t.client.m({"name": None, "address": {"zip": "1"}})
    changed = [{"name": "x"}, {"site": 2}, {"name": None, "address": {"zip": "1"}}]
    assert [json.loads(peer.body) for peer in t.seen] == changed
    with pytest.raises(ValueError, match="site: Field required"):
        t.client.replace(1, {"name": "x"})
    with pytest.raises(ValueError, match="site: Input should be a valid integer"):
        t.client.change(1, site="x")


def test_objects_in_parameters_leave_out_what_is_not_set(make: Made, talk: Start) -> None:
    limits = {"type": "object", "properties": {"gt": {"type": "integer"}, "lt": {"type": "integer"}}}
    listed = {"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}}}
    parameters = [
        query("created", limits, style="deepObject", explode=True), query("page", limits),
        {"name": "q", "in": "query", "content": json_of(limits)}, query("by", listed, style="deepObject", explode=True),
        {"name": "t", "in": "query", "content": {"text/plain": {"schema": {"type": "string"}}}},
        query("at<", {"type": "string"}), query("at>", {"type": "string"}),
        query("limit", {"type": "integer", "default": 5, "maximum": 9}),
    ]  # fmt: skip
    made = make(document({"/a/{undeclared}": {"get": get(parameters=parameters, operationId="a")}}))
    t = talk(made)
    t.client.a("u", created={"gt": 1}, page={"lt": 2}, q={"gt": 3}, by={"tags": ["x"]}, t="a b", at_lt=4, at_gt="5")
    assert t.seen[0].target == (
        "/a/u?created%5Bgt%5D=1&lt=2&q=%7B%22gt%22%3A3%7D&by%5Btags%5D%5B%5D=x&t=a%20b&at%3C=4&at%3E=5"
    )
    assert "limit: Default: 5, at most 9." in made.Client.a.__doc__


def test_a_list_may_hold_null_beside_objects(make: Made, talk: Start) -> None:
    row = {"type": "object", "properties": {"v": {"type": "string"}}}
    null = {"anyOf": [ref("Row"), {"type": "null"}]}
    rows = {"type": "object", "properties": {"rows": {"type": "array", "items": null}}}
    package = make(document({"/a": {"get": get(ref("Rows"), operationId="a")}}, {"Row": row, "Rows": rows}))
    t = talk(package, {"rows": [None, {"v": "x"}]}, (200, '{"rows": [null, {"v": "x", "v": "y"}]}', "", ""))
    assert t.client.a().rows == [None, package.models.Row(v="x")]
    with pytest.raises(package.APIResponseError, match="'v' twice"):
        t.client.a()
