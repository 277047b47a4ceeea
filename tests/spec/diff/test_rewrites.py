"""A rewrite without effect shows no difference, whichever tool wrote it."""

from __future__ import annotations

import pytest

from tests.spec.diff.documents import JSON, compared, document, told, with_schemas

A = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
REF = {"$ref": "#/components/schemas/A"}

# title: spellings of the same schema
SAME: dict[str, list[JSON]] = {
    "null": [
        {"type": ["string", "null"]},
        {"type": ["null", "string"]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"oneOf": [{"type": "null"}, {"type": "string"}]},
        {"anyOf": [{"type": "string"}, {"const": None}]},
        {"anyOf": [{"type": "string"}, {"enum": [None]}]},
        {"type": "string", "nullable": True},
    ],
    "null beside a component": [
        {"anyOf": [REF, {"type": "null"}]},
        {"oneOf": [REF, {"type": "null"}]},
        {"oneOf": [{"type": "null"}, REF]},
        {"nullable": True, "allOf": [REF]},
        {"anyOf": [{"allOf": [REF]}, {"type": "null"}]},
    ],
    "null among listed values": [
        {"enum": ["a", None]},
        {"type": ["string", "null"], "enum": ["a", None]},
        {"anyOf": [{"const": "a"}, {"type": "null"}]},
        {"oneOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
    ],
    "wrappers of one": [REF, {"allOf": [REF]}, {"anyOf": [REF]}, {"oneOf": [REF]}, {"allOf": [{"allOf": [REF]}]}, A],
    "allOf is an intersection": [
        {**A, "maxProperties": 3},
        {"allOf": [REF, {"maxProperties": 3}]},
        {"allOf": [{"maxProperties": 3}, {"maxProperties": 5}, REF]},
        {"allOf": [REF], "maxProperties": 3},
        {**REF, "maxProperties": 3},
    ],
    "a property said twice": [
        {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}},
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "string"}}},
                {"type": "object", "properties": {"a": {"maxLength": 3}}},
            ]
        },
    ],
    "bounds": [
        {"type": "integer", "minimum": 1},
        {"type": "integer", "minimum": 1.0},
        {"type": "integer", "exclusiveMinimum": 0},
        {"type": "integer", "minimum": 0.5},
        {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
    ],
    "bounds of numbers": [
        {"type": "number", "exclusiveMaximum": 2},
        {"type": "number", "exclusiveMaximum": 2, "maximum": 3},
        {"type": "number", "maximum": 2, "exclusiveMaximum": True},
    ],
    "values": [
        {"enum": ["a", "b"]},
        {"enum": ["b", "a"]},
        {"type": "string", "enum": ["a", "b"]},
        {"oneOf": [{"const": "a"}, {"const": "b"}]},
        {"anyOf": [{"enum": ["a"]}, {"const": "b"}]},
    ],
    "one value": [{"const": "a"}, {"enum": ["a"]}, {"type": "string", "enum": ["a"]}],
    "booleans": [{"type": "boolean"}, {"enum": [True, False]}, {"type": "boolean", "enum": [True, False]}],
    "types": [{"type": ["string", "integer"]}, {"anyOf": [{"type": "integer"}, {"type": "string"}]}],
    "numbers": [{"type": "number"}, {"type": ["integer", "number"]}],
    "alternatives in another order": [
        {"oneOf": [A, {"type": "string", "maxLength": 2}]},
        {"oneOf": [{"type": "string", "maxLength": 2}, REF]},
        {"anyOf": [{"type": "string", "maxLength": 2}, A]},
    ],
    "nested alternatives": [
        {"anyOf": [{"anyOf": [A, {"type": "string"}]}, {"type": "integer"}]},
        {"anyOf": [A, {"type": "string"}, {"type": "integer"}]},
    ],
    "defaults of keywords": [
        {"type": "array"},
        {"type": "array", "items": {}},
        {"type": "array", "items": True, "minItems": 0, "uniqueItems": False},
    ],
    "an open object": [
        A,
        {**A, "additionalProperties": True},
        {**A, "additionalProperties": {}, "minProperties": 0, "deprecated": False, "readOnly": False},
    ],
    "required in another order": [
        {"type": "object", "required": ["a", "b"]},
        {"type": "object", "required": ["b", "a"]},
    ],
    "dependencies": [
        {"type": "object", "dependencies": {"a": ["b"]}},
        {"type": "object", "dependentRequired": {"a": ["b"]}},
    ],
    "anything": [{}, True, {"$schema": "https://json-schema.org/draft/2020-12/schema"}],
    "a pattern that everything fits": [{"type": "string", "minLength": 0}, {"type": "string"}],
    "discriminators": [
        {"oneOf": [REF, {"$ref": "#/components/schemas/B"}], "discriminator": {"propertyName": "a"}},
        {
            "oneOf": [REF, {"$ref": "#/components/schemas/B"}],
            "discriminator": {"propertyName": "a", "mapping": {"A": "A", "B": "#/components/schemas/B"}},
        },
    ],
}
COMPONENTS = {"A": A, "B": {**A, "minProperties": 2}}
PAIRS = {f"{title}: {i}": (forms[0], form) for title, forms in SAME.items() for i, form in enumerate(forms[1:], 2)}


@pytest.mark.parametrize(("one", "other"), PAIRS.values(), ids=PAIRS.keys())
def test_another_spelling_is_no_difference(one: JSON, other: JSON) -> None:
    for old, new in ((one, other), (other, one)):
        found = compared(
            with_schemas(sent=old, shown=old, components=COMPONENTS),
            with_schemas(sent=new, shown=new, components=COMPONENTS),
        )
        assert not found.changes, told(found)


# 3.0's spelling, and 3.1's
UPGRADES: dict[str, tuple[JSON, JSON]] = {
    "nullable": ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    "nullable component": ({"nullable": True, "allOf": [REF]}, {"oneOf": [REF, {"type": "null"}]}),
    "nullable values, null listed": (
        {"type": "string", "nullable": True, "enum": ["a", None]},
        {"type": ["string", "null"], "enum": ["a", None]},
    ),
    "nullable values, null added": (
        {"type": "string", "nullable": True, "enum": ["a"]},
        {"type": ["string", "null"], "enum": ["a", None]},
    ),
    "nullable values, null left out": (
        {"type": "string", "nullable": True, "enum": ["a"]},
        {"type": ["string", "null"], "enum": ["a"]},
    ),
    "exclusive bounds": (
        {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 1, "exclusiveMaximum": False},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    ),
    "an example": ({"type": "string", "example": "a"}, {"type": "string", "examples": ["a"]}),
    "base64": ({"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}),
    "binary": (
        {"type": "string", "format": "binary"},
        {"type": "string", "contentMediaType": "application/octet-stream"},
    ),
    "binary without a type": (
        {"type": "string", "format": "binary"},
        {"contentMediaType": "application/octet-stream"},
    ),
    "one value": ({"type": "string", "enum": ["a"]}, {"const": "a"}),
}


@pytest.mark.parametrize(("old", "new"), UPGRADES.values(), ids=UPGRADES.keys())
def test_an_upgrade_to_31_is_no_difference(old: JSON, new: JSON) -> None:
    wrapped = {"type": "object", "properties": {"p": old}}, {"type": "object", "properties": {"p": new}}
    for before, after in ((old, new), wrapped):
        found = compared(
            with_schemas(sent=before, shown=before, components=COMPONENTS, version="3.0.3"),
            with_schemas(sent=after, shown=after, components=COMPONENTS, version="3.1.0"),
        )
        assert not found.changes, told(found)


@pytest.mark.parametrize(
    "bytes_",
    [{"schema": {}}, {}, {"schema": {"type": "string", "format": "binary"}}],
    ids=["any schema", "no schema", "as before"],
)
def test_a_body_of_bytes(bytes_: JSON) -> None:
    def served(version: str, media: JSON) -> JSON:
        operation = {
            "requestBody": {"content": {"application/octet-stream": media}},
            "responses": {"200": {"description": "", "content": {"image/png": media}}},
        }
        return document(version, paths={"/file": {"put": operation}})

    old = served("3.0.3", {"schema": {"type": "string", "format": "binary"}})
    assert not compared(old, served("3.1.0", bytes_)).changes


def _with_operation(**operation: JSON) -> JSON:
    return document(paths={"/things": {"get": {"responses": {"200": {"description": ""}}, **operation}}})


def _answer(**answer: JSON) -> JSON:
    return _with_operation(responses={"200": {"description": "", **answer}})


TEXT = {"type": "string"}
# title: two forms of the same operation
OPERATIONS: dict[str, tuple[JSON, JSON]] = {
    "case of header parameters": (
        _with_operation(parameters=[{"name": "X-A", "in": "header", "schema": TEXT}]),
        _with_operation(parameters=[{"name": "x-a", "in": "header", "schema": TEXT, "required": False}]),
    ),
    "explode of a single value": (
        _with_operation(parameters=[{"name": "a", "in": "query", "schema": TEXT}]),
        _with_operation(parameters=[{"name": "a", "in": "query", "schema": TEXT, "explode": False, "style": "form"}]),
    ),
    "defaults of style": (
        _with_operation(parameters=[{"name": "a", "in": "query", "schema": {"type": "array"}}]),
        _with_operation(
            parameters=[{"name": "a", "in": "query", "schema": {"type": "array"}, "style": "form", "explode": True}]
        ),
    ),
    "parameters in another order": (
        _with_operation(parameters=[{"name": n, "in": "query", "schema": TEXT} for n in ("a", "b")]),
        _with_operation(parameters=[{"name": n, "in": "query", "schema": TEXT} for n in ("b", "a")]),
    ),
    "case of response headers": (
        _answer(headers={"X-Left": {"schema": TEXT}}),
        _answer(headers={"x-left": {"schema": TEXT}}),
    ),
    "case of media types": (
        _answer(content={"application/json": {"schema": TEXT}}),
        _answer(content={"Application/JSON": {"schema": TEXT}}),
    ),
    "JSON's charset": (
        _answer(content={"application/json": {"schema": TEXT}}),
        _answer(content={"application/json; charset=utf-8": {"schema": TEXT}}),
    ),
    "spaces of a media type": (
        _answer(content={"text/plain; charset=UTF-8": {"schema": TEXT}}),
        _answer(content={"text/plain;charset=utf-8": {"schema": TEXT}}),
    ),
    "case of a range of statuses": (
        _with_operation(responses={"4XX": {"description": ""}}),
        _with_operation(responses={"4xx": {"description": ""}}),
    ),
    "no security": (_with_operation(), _with_operation(security=[])),
    "the version of OpenAPI": (document("3.1.0"), document("3.1.1")),
    "the server at the root": ({**document(), "servers": [{"url": "/"}]}, {**document(), "servers": []}),
}


@pytest.mark.parametrize(("one", "other"), OPERATIONS.values(), ids=OPERATIONS.keys())
def test_the_same_operation_is_no_difference(one: JSON, other: JSON) -> None:
    for old, new in ((one, other), (other, one)):
        found = compared(old, new)
        assert not found.changes, told(found)


def test_a_new_component_for_the_same_schema_is_no_difference() -> None:
    inline = document(
        paths={
            "/a": {
                "post": {
                    "parameters": [{"name": "q", "in": "query", "schema": TEXT}],
                    "requestBody": {"content": {"application/json": {"schema": A}}},
                    "responses": {"200": {"description": "", "headers": {"X": {"schema": TEXT}}}},
                }
            }
        }
    )
    shared = document(
        paths={
            "/a": {
                "parameters": [{"$ref": "#/components/parameters/q"}],
                "post": {
                    "requestBody": {"$ref": "#/components/requestBodies/b"},
                    "responses": {"200": {"$ref": "#/components/responses/r"}},
                },
            }
        },
        components={
            "parameters": {"q": {"name": "q", "in": "query", "schema": {"$ref": "#/components/schemas/T"}}},
            "requestBodies": {"b": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}},
            "responses": {"r": {"description": "", "headers": {"X": {"$ref": "#/components/headers/x"}}}},
            "headers": {"x": {"schema": TEXT}},
            "schemas": {"A": A, "T": TEXT},
        },
    )
    for old, new in ((inline, shared), (shared, inline)):
        found = compared(old, new)
        assert not found.changes, told(found)


def test_a_renamed_component_is_no_difference() -> None:
    def named(name: str) -> JSON:
        ref = {"$ref": f"#/components/schemas/{name}"}
        tree = {
            "type": "object",
            "properties": {"children": {"type": "array", "items": ref}, "either": {"anyOf": [ref, TEXT]}},
        }
        return with_schemas(sent=ref, shown=ref, components={name: tree})

    found = compared(named("Tree"), named("Node"))
    assert not found.changes, told(found)
