"""Bounds of what is sent and received: a caller is held to them, a server isn't."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from tests.generator.copies import pickled

from .documents import Document, document, get, json_of, ref
from .kinds import Talk, body_of

Start = Callable[..., Talk]

_THING: Document = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"},
        "price": {"type": "number", "minimum": 1, "nullable": True},
        "count": {"type": "integer", "exclusiveMaximum": 10},
        "tags": {"type": "array", "maxItems": 1, "items": {"type": "string", "maxLength": 3}},
        "state": {"type": "string", "enum": ["on", "off"]},
        "inner": ref("Inner"),
    },
}
_INNER: Document = {"type": "object", "properties": {"size": {"type": "integer", "minimum": 1}}}
_ODD = {"name": "X", "price": 0, "count": 10, "tags": ["long", "b"], "state": "gone", "inner": {"size": 0}}


@pytest.fixture(scope="module")
def shared(make: Callable[..., ModuleType]) -> ModuleType:
    item = {**body_of(json_of(ref("Thing")), "put", operationId="put"), "get": get(ref("Thing"), operationId="show")}
    return make(document({"/thing": item}, {"Thing": _THING, "Inner": _INNER}))


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"name": "x"}, "name"),
        ({"name": "abcdef"}, "name"),
        ({"name": "AB"}, "name"),
        ({"name": "ab", "price": 0.5}, "price"),
        ({"name": "ab", "count": 10}, "count"),
        ({"name": "ab", "tags": ["a", "b"]}, "tags"),
        ({"name": "ab", "tags": ["long"]}, "tags.0"),
        ({"name": "ab", "inner": {"size": 0}}, r"inner\.size"),
    ],
)
def test_what_a_caller_gives_is_checked(shared: ModuleType, talk: Start, given: dict[str, Any], where: str) -> None:
    t = talk(shared)
    for give in (lambda: given, lambda: shared.models.Thing(**given)):
        with pytest.raises(ValueError, match=where):  # models say it when they are made, the others when they are sent
            t.client.put(give())
    with pytest.raises(shared.InvalidRequestError, match=where):
        t.client.put(**given)
    assert t.seen == []


def test_what_a_server_sends_is_taken_and_can_be_sent_back(shared: ModuleType, talk: Start) -> None:
    t = talk(shared, _ODD, (204, b"", "", ""))
    thing = pickled(t.client.show())
    assert (thing.name, thing.price, thing.inner.size, thing.state.known) == ("X", 0, 0, False)
    thing.count = 1
    t.client.put(thing)
    t.client.put(shared.models.Thing(name="ab", state="gone"))
    t.client.put(shared.models.Thing(name="ab", price=2, count=3, tags=["abc"], inner={"size": 1}))
    assert t.bodies == [
        {**_ODD, "count": 1},
        {"name": "ab", "state": "gone"},
        {"name": "ab", "price": 2, "count": 3, "tags": ["abc"], "inner": {"size": 1}},
    ]
