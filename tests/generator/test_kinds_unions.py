"""Unions and base classes: sent, received, distinguished, and with variants that the document lacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType

import pytest

from .documents import document, get, post, ref
from .kinds import MOMENT, Talk

Made = Callable[..., ModuleType]
Start = Callable[..., Talk]

TAGGED = {
    "Ach": {"properties": {"type": {"enum": ["ach", "ach_plaid"]}, "number": {"type": "string"}}},
    "Card": {"properties": {"type": {"enum": ["scheme"]}, "number": {"type": "string"}}},
    "One": {"required": ["version"], "properties": {"version": {"const": 1}, "a": {"type": "string"}}},
    "Two": {"required": ["version"], "properties": {"version": {"const": 2}, "a": {"type": "string"}}},
    "Text": {"type": "object", "required": ["type"], "properties": {"type": {"type": "string", "enum": ["text"]}}},
    "Image": {"type": "object", "required": ["type"], "properties": {"type": {"const": "image_url"}}},
    "Part": {"oneOf": [ref("Text"), ref("Image")], "discriminator": {"propertyName": "type"}},
    "Animal": {
        "type": "object",
        "required": ["kind"],
        "discriminator": {"propertyName": "kind", "mapping": {"d": ref("Dog")["$ref"]}},
        "properties": {"kind": {"type": "string"}, "friend": ref("Animal")},
    },
    "Cat": {"allOf": [ref("Animal"), {"properties": {"lives": {"type": "integer"}}}]},
    "Dog": {"allOf": [ref("Animal"), {"required": ["tricks"], "properties": {"tricks": {"type": "integer"}}}]},
    "Puppy": {"allOf": [ref("Dog"), {"properties": {"age": {"type": "integer"}}}]},
    "Pet": {"type": "object", "title": "Pet", "oneOf": [ref("Left"), ref("Right")]},
    "Left": {"type": "object", "properties": {"left": {"type": "integer"}}},
    "Right": {"properties": {"right": {"type": "integer"}, "deep": {"properties": {"a": {"type": "string"}}}}},
    "Holder": {
        "properties": {
            "pay": {"oneOf": [ref("Ach"), ref("Card")]},
            "version": {"oneOf": [ref("One"), ref("Two")]},
            "parts": {"type": "array", "items": ref("Part")},
            "pet": ref("Pet"),
            "any": {"anyOf": [MOMENT, {"type": "string"}, {"type": "integer"}]},
            "maybe": {"oneOf": [ref("Ach"), ref("Card"), {"type": "null"}]},
        },
    },
}


@pytest.fixture(scope="module")
def unions(make: Made) -> ModuleType:
    paths = {
        "/h": {"get": get(ref("Holder"), operationId="read"), "post": post(ref("Holder"), operationId="send")},
        "/a": {"get": get(ref("Animal"), operationId="animal"), "post": post(ref("Animal"), operationId="take")},
        "/l": {"get": get(ref("Left"), operationId="left")},
    }
    return make(document(paths, TAGGED))


def test_a_tag_selects_the_class_of_a_value(unions: ModuleType, talk: Start) -> None:
    sent = {
        "pay": {"type": "scheme", "number": "1"}, "version": {"version": 2, "a": "x"}, "any": "2026-01-01",
        "parts": [{"type": "image_url"}, {"type": "text"}], "pet": {"right": 1, "deep": {"a": "b"}}, "maybe": None,
    }  # fmt: skip
    t = talk(unions, sent)
    models, got = unions.models, t.client.read()
    assert [type(each) for each in (got.pay, got.version, *got.parts, got.pet)] == [
        models.Card, models.Two, models.Image, models.Text, models.Right,
    ]  # fmt: skip
    assert got.any == "2026-01-01"
    assert json.loads(got.model_dump_json()) == sent
    t.client.send(sent)
    t.client.send(got)
    t.client.send(pay=models.Card(number="2"), parts=[models.Image()], version=models.One(a="y"))
    bodies = [json.loads(peer.body) for peer in t.seen if peer.body]
    assert bodies == [
        sent, sent,
        {
            "pay": {"type": "scheme", "number": "2"}, "parts": [{"type": "image_url"}],
            "version": {"version": 1, "a": "y"},
        },
    ]  # fmt: skip
    with pytest.raises(ValueError, match="'type' must be one of 'ach', 'ach_plaid', 'scheme'"):
        t.client.send(pay={"type": "cash"})


def test_a_variant_that_the_document_lacks_is_data(unions: ModuleType, talk: Start) -> None:
    sent = {"pay": {"type": "cash", "till": 3}, "parts": [{"type": "text"}, {"type": "audio"}], "pet": {"up": 1}}
    t = talk(unions, sent)
    got = t.client.read()
    assert [type(each).__name__ for each in (got.pay, got.parts[1], got.pet)] == ["Unknown"] * 3
    assert got.pay.till == 3
    assert json.loads(got.model_dump_json()) == sent
    t.client.send(got)
    assert json.loads(t.seen[-1].body) == sent


def test_names_of_members_are_tags_beside_those_of_a_mapping(make: Made, talk: Start) -> None:
    named = {"type": "object", "required": ["pet"], "properties": {"pet": {"type": "string"}, "n": {"type": "integer"}}}
    pet = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "pet", "mapping": {"kitty": "Cat"}}}
    either = {"get": get(ref("Pet"), operationId="read"), "put": post(ref("Pet"), operationId="write")}
    package = make(document({"/pet": either}, {"Cat": named, "Dog": named, "Pet": pet}))
    tags = ("kitty", "Cat", "Dog", "Bird")
    t = talk(package, *[{"pet": tag, "n": 1} for tag in tags])
    assert [type(t.client.read()).__name__ for _ in tags] == ["Cat", "Cat", "Dog", "Unknown"]
    t.client.write(package.models.Cat(n=1))
    assert t.bodies == [{"pet": "kitty", "n": 1}]


def test_a_constant_tells_classes_apart_that_have_the_same_properties(make: Made, talk: Start) -> None:
    def of(*kinds: str, **more: object) -> dict[str, object]:
        kind = {"type": "string", "enum": list(kinds)}
        return {
            "type": "object",
            "required": ["object"],
            "properties": {"object": kind, "n": {"type": "integer"}, **more},
        }

    deleted = {"deleted": {"const": True}, "at": {"type": "string"}}
    schemas = {
        "Customer": of("customer"), "Gone": {**of("customer", **deleted), "required": ["object", "deleted"]},
        "Company": of("company"), "Charge": {"properties": {"of": {"anyOf": [
            {"type": "string"}, ref("Gone"), ref("Customer"), ref("Company"),
        ]}}},
    }  # fmt: skip
    package = make(document({"/c": {"get": get(ref("Charge"), operationId="read")}}, schemas))
    values = [
        "cus_1", {"object": "customer", "n": 1}, {"object": "customer", "deleted": True, "at": "x"},
        {"object": "company", "n": 1}, {"object": "alien", "n": 1},
    ]  # fmt: skip
    t = talk(package, *[{"of": value} for value in values])
    found = [t.client.read() for _ in values]
    assert [type(each.of).__name__ for each in found] == ["str", "Customer", "Gone", "Company", "Unknown"]
    assert [json.loads(each.model_dump_json()) for each in found] == [{"of": value} for value in values]


def test_a_base_class_stands_for_its_children(unions: ModuleType, talk: Start) -> None:
    models = unions.models
    friend = {"kind": "Puppy", "tricks": 0, "age": 1}
    t = talk(unions, {"kind": "Cat", "lives": 9, "friend": friend}, {"kind": "bird", "wings": 2})
    cat, bird = t.client.animal(), t.client.animal()
    assert (type(cat), type(cat.friend), type(bird)) == (models.Cat, models.Puppy, models.Animal)
    assert (cat.friend.age, bird.wings) == (1, 2)
    t.client.take({"kind": "d", "tricks": 2, "friend": {"kind": "Cat", "lives": 1}})
    t.client.take(models.Dog(tricks=3))
    t.client.take(cat)
    assert [json.loads(peer.body) for peer in t.seen if peer.body] == [
        {"kind": "d", "tricks": 2, "friend": {"kind": "Cat", "lives": 1}},
        {"kind": "d", "tricks": 3},
        {"kind": "Cat", "lives": 9, "friend": friend},
    ]
    with pytest.raises(ValueError, match="tricks: Field required"):
        t.client.take({"kind": "d"})
