"""Every keyword of a schema, both ways round, sent and shown.

Each row is a pair: what fits the first also fits the second, and not the other way round. So the step from the
first to the second is relief for senders and breaks readers, and the step back is the opposite.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.spec.diff.documents import JSON, compared, told, with_schemas

OBJECT: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}
CAT: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "lives"],
    "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}},
}
DOG: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "barks"],
    "properties": {"kind": {"const": "dog"}, "barks": {"type": "boolean"}},
}
LIST = {"type": "array", "items": {"type": "string"}}

# title: narrower, wider, the aspect that is reported
WIDER: dict[str, tuple[JSON, JSON, str]] = {
    "null": ({"type": "string"}, {"type": ["string", "null"]}, "null"),
    "null in anyOf": (OBJECT, {"anyOf": [OBJECT, {"type": "null"}]}, "null"),
    "another type": ({"type": "string"}, {"type": ["string", "integer"]}, "type"),
    "integer and number": ({"type": "integer"}, {"type": "number"}, "type"),
    "no type": ({"type": "string"}, {}, "type"),
    "boolean schema": (False, {"type": "string"}, "never"),
    "const goes": ({"const": "a"}, {"type": "string"}, "const"),
    "enum to anything": ({"type": "string", "enum": ["a"]}, {"type": "string"}, "enum"),
    "const to enum": ({"const": 1}, {"enum": [1, 2]}, "const"),
    "format goes": ({"type": "string", "format": "uuid"}, {"type": "string"}, "format"),
    "int32 and int64": ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int64"}, "format"),
    "float and double": ({"type": "number", "format": "float"}, {"type": "number", "format": "double"}, "format"),
    "minimum": ({"type": "integer", "minimum": 2}, {"type": "integer", "minimum": 1}, "minimum"),
    "minimum goes": ({"type": "number", "minimum": 2}, {"type": "number"}, "minimum"),
    "exclusiveMinimum": ({"type": "number", "exclusiveMinimum": 2}, {"type": "number", "minimum": 2}, "minimum"),
    "maximum": ({"type": "number", "maximum": 2}, {"type": "number", "maximum": 2.5}, "maximum"),
    "exclusiveMaximum": ({"type": "number", "exclusiveMaximum": 2}, {"type": "number", "maximum": 2}, "maximum"),
    "maximum goes": ({"type": "number", "maximum": 2}, {"type": "number"}, "maximum"),
    "multipleOf": ({"type": "integer", "multipleOf": 6}, {"type": "integer", "multipleOf": 3}, "multipleOf"),
    "multipleOf of decimals": (
        {"type": "number", "multipleOf": 0.1},
        {"type": "number", "multipleOf": 0.01},
        "multipleOf",
    ),
    "multipleOf goes": ({"type": "integer", "multipleOf": 6}, {"type": "integer"}, "multipleOf"),
    "minLength": ({"type": "string", "minLength": 2}, {"type": "string", "minLength": 1}, "minLength"),
    "maxLength": ({"type": "string", "maxLength": 2}, {"type": "string", "maxLength": 3}, "maxLength"),
    "maxLength goes": ({"type": "string", "maxLength": 2}, {"type": "string"}, "maxLength"),
    "pattern goes": ({"type": "string", "pattern": "^a$"}, {"type": "string"}, "pattern"),
    "pattern to anything": ({"type": "string", "pattern": "^a$"}, {"type": "string", "pattern": "^.*$"}, "pattern"),
    "minItems": ({**LIST, "minItems": 2}, {**LIST, "minItems": 1}, "minItems"),
    "maxItems": ({**LIST, "maxItems": 2}, {**LIST, "maxItems": 3}, "maxItems"),
    "uniqueItems": ({**LIST, "uniqueItems": True}, LIST, "uniqueItems"),
    "items": (LIST, {"type": "array", "items": {"type": ["string", "integer"]}}, "type"),
    "items go": (LIST, {"type": "array"}, "type"),
    "prefixItems": (
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]},
        "type",
    ),
    "prefixItems go": (
        {"type": "array", "prefixItems": [{"type": "string"}]},
        {"type": "array"},
        "type",
    ),
    "a longer tuple": (
        {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}], "items": False},
        "never",
    ),
    "contains goes": ({"type": "array", "contains": {"type": "string"}}, {"type": "array"}, "contains"),
    "contains": (
        {"type": "array", "contains": {"type": "string", "minLength": 2}},
        {"type": "array", "contains": {"type": "string"}},
        "contains",
    ),
    "minContains": (
        {"type": "array", "contains": {"type": "string"}, "minContains": 3},
        {"type": "array", "contains": {"type": "string"}, "minContains": 2},
        "minContains",
    ),
    "maxContains": (
        {"type": "array", "contains": {"type": "string"}, "maxContains": 3},
        {"type": "array", "contains": {"type": "string"}, "maxContains": 4},
        "maxContains",
    ),
    "minProperties": ({"type": "object", "minProperties": 2}, {"type": "object", "minProperties": 1}, "minProperties"),
    "maxProperties": ({"type": "object", "maxProperties": 2}, {"type": "object", "maxProperties": 3}, "maxProperties"),
    "required": ({**OBJECT, "required": ["a", "b"]}, {**OBJECT, "required": ["a"]}, "required"),
    "required without a property": ({"type": "object", "required": ["z"]}, {"type": "object"}, "required"),
    "a property's type": (OBJECT, {**OBJECT, "properties": {**OBJECT["properties"], "b": {"type": "number"}}}, "type"),
    "additionalProperties": ({**OBJECT, "additionalProperties": False}, OBJECT, "additionalProperties"),
    "a schema of additionalProperties": (
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object", "additionalProperties": {"type": "number"}},
        "type",
    ),
    "patternProperties": (
        {"type": "object", "patternProperties": {"^x": {"type": "integer"}}},
        {"type": "object", "patternProperties": {"^x": {"type": "number"}}},
        "type",
    ),
    "patternProperties go": (
        {"type": "object", "patternProperties": {"^x": {"type": "integer"}}},
        {"type": "object"},
        "type",
    ),
    "patternProperties of a closed object": (
        {"type": "object", "additionalProperties": False},
        {"type": "object", "additionalProperties": False, "patternProperties": {"^x": {"type": "integer"}}},
        "never",
    ),
    "propertyNames": (
        {"type": "object", "propertyNames": {"maxLength": 2}},
        {"type": "object", "propertyNames": {"maxLength": 3}},
        "propertyNames",
    ),
    "propertyNames go": ({"type": "object", "propertyNames": {"maxLength": 2}}, {"type": "object"}, "propertyNames"),
    "dependentRequired": (
        {**OBJECT, "dependentRequired": {"a": ["b"]}},
        OBJECT,
        "dependentRequired",
    ),
    "dependentRequired asks for less": (
        {"type": "object", "dependentRequired": {"a": ["b", "c"]}},
        {"type": "object", "dependentRequired": {"a": ["b"]}},
        "dependentRequired",
    ),
    "dependentSchemas go": (
        {"type": "object", "dependentSchemas": {"a": {"required": ["b"]}}},
        {"type": "object"},
        "dependentSchemas",
    ),
    "dependentSchemas": (
        {"type": "object", "dependentSchemas": {"a": {"required": ["b", "c"]}}},
        {"type": "object", "dependentSchemas": {"a": {"required": ["b"]}}},
        "required",
    ),
    "unevaluatedProperties": (
        {"allOf": [OBJECT], "unevaluatedProperties": False},
        {"allOf": [OBJECT]},
        "unevaluatedProperties",
    ),
    "unevaluatedItems": (
        {"type": "array", "prefixItems": [{"type": "string"}], "unevaluatedItems": False},
        {"type": "array", "prefixItems": [{"type": "string"}]},
        "unevaluatedItems",
    ),
    "not goes": ({"type": "string", "not": {"const": "a"}}, {"type": "string"}, "not"),
    "not": (
        {"type": "string", "not": {"enum": ["a", "b"]}},
        {"type": "string", "not": {"enum": ["a"]}},
        "not",
    ),
    "if goes": (
        {**OBJECT, "if": {"required": ["a"]}, "then": {"required": ["b"]}},
        OBJECT,
        "if",
    ),
    "then": (
        {**OBJECT, "if": {"required": ["a"]}, "then": {"required": ["b", "c"]}},
        {**OBJECT, "if": {"required": ["a"]}, "then": {"required": ["b"]}},
        "then",
    ),
    "else": (
        {**OBJECT, "if": {"required": ["a"]}, "else": {"required": ["b", "c"]}},
        {**OBJECT, "if": {"required": ["a"]}, "else": {"required": ["b"]}},
        "else",
    ),
    "allOf asks for less": (
        {"allOf": [OBJECT, {"required": ["a"]}]},
        {"allOf": [OBJECT]},
        "required",
    ),
    "one alternative more": ({"oneOf": [CAT]}, {"oneOf": [CAT, DOG]}, "alternatives"),
    "an alternative of three more": (
        {"anyOf": [CAT, DOG]},
        {"anyOf": [CAT, DOG, {"type": "string"}]},
        "alternatives",
    ),
    "what becomes one of two": (CAT, {"anyOf": [DOG, CAT]}, "alternatives"),
    "inside an alternative": (
        {"oneOf": [CAT, {**DOG, "required": ["kind", "barks", "name"]}]},
        {"oneOf": [DOG, CAT]},
        "required",
    ),
    "exactly one": (
        {"oneOf": [{**OBJECT, "required": ["a"]}, {**OBJECT, "required": ["b"]}]},
        {"anyOf": [{**OBJECT, "required": ["a"]}, {**OBJECT, "required": ["b"]}]},
        "oneOf",
    ),
    "contentEncoding goes": ({"type": "string", "contentEncoding": "base64"}, {"type": "string"}, "contentEncoding"),
    "contentMediaType goes": (
        {"type": "string", "contentMediaType": "application/json"},
        {"type": "string"},
        "contentMediaType",
    ),
    "contentSchema goes": (
        {"type": "string", "contentMediaType": "application/json", "contentSchema": {"type": "object"}},
        {"type": "string", "contentMediaType": "application/json"},
        "type",
    ),
}


@pytest.mark.parametrize(("narrow", "wide", "aspect"), WIDER.values(), ids=WIDER.keys())
def test_what_is_wider_is_relief_for_senders_and_breaks_readers(narrow: JSON, wide: JSON, aspect: str) -> None:
    steps = (
        ("sent", narrow, wide, "minor", "major"),
        ("sent", wide, narrow, "major", "minor"),
        ("shown", narrow, wide, "minor" if aspect == "enum" else "major", "minor"),
        ("shown", wide, narrow, "minor", "major"),
    )
    for place, old, new, callers, servers in steps:
        found = compared(with_schemas(**{place: old}), with_schemas(**{place: new}))
        # A value becomes fixed as values become fewer; that it is fixed no more is another matter than one value more.
        told_as = "enum" if (aspect, old) == ("const", wide) else aspect
        assert [c.rule.split(".")[1] for c in found.changes] == [told_as], told(found)
        assert (found.callers, found.servers) == (callers, servers), told(found)


# title: schemas of which neither holds the other, and the aspect
CHANGED: dict[str, tuple[JSON, JSON, str]] = {
    "type": ({"type": "string"}, {"type": "integer"}, "type"),
    "format": ({"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}, "format"),
    "pattern": ({"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}, "pattern"),
    "multipleOf": ({"type": "integer", "multipleOf": 2}, {"type": "integer", "multipleOf": 3}, "multipleOf"),
    "const": ({"const": "a"}, {"const": "b"}, "enum"),
    "an array in place of its item": ({"type": "string"}, LIST, "type"),
    "if": (
        {**OBJECT, "if": {"required": ["a"]}, "then": {"required": ["b"]}},
        {**OBJECT, "if": {"required": ["b"]}, "then": {"required": ["b"]}},
        "if",
    ),
    "dependentRequired": (
        {"type": "object", "dependentRequired": {"a": ["b"]}},
        {"type": "object", "dependentRequired": {"b": ["a"]}},
        "dependentRequired",
    ),
    "contentEncoding": (
        {"type": "string", "contentEncoding": "base64"},
        {"type": "string", "contentEncoding": "base32"},
        "contentEncoding",
    ),
    "a discriminator's property": (
        {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind"}},
        {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "type"}},
        "discriminator",
    ),
    "xml": ({"type": "object", "xml": {"name": "a"}}, {"type": "object", "xml": {"name": "b"}}, "xml"),
    "a misspelt keyword": ({"type": "object", "requird": ["a"]}, {"type": "object", "requird": ["b"]}, "unknown"),
}


@pytest.mark.parametrize(("old", "new", "aspect"), CHANGED.values(), ids=CHANGED.keys())
@pytest.mark.parametrize("place", ["sent", "shown"])
def test_what_is_neither_breaks_both(place: str, old: JSON, new: JSON, aspect: str) -> None:
    for one, other in ((old, new), (new, old)):
        found = compared(with_schemas(**{place: one}), with_schemas(**{place: other}))
        assert {c.rule.split(".")[1] for c in found.changes} == {aspect}, told(found)
        assert found.callers == "major", told(found)


# title: old, new, callers' level when sent, when shown
OTHERS: dict[str, tuple[JSON, JSON, str, str]] = {
    "a property comes": ({"type": "object"}, {"type": "object", "properties": {"a": {}}}, "minor", "minor"),
    "a required property comes": (
        {"type": "object"},
        {"type": "object", "properties": {"a": {}}, "required": ["a"]},
        "major",
        "minor",
    ),
    "a property goes": (OBJECT, {**OBJECT, "properties": {"a": {"type": "string"}}}, "major", "major"),
    "a default": ({"type": "string", "default": "a"}, {"type": "string", "default": "b"}, "major", "minor"),
    "deprecated": ({"type": "string"}, {"type": "string", "deprecated": True}, "minor", "minor"),
    "reinstated": ({"type": "string", "deprecated": True}, {"type": "string"}, "minor", "minor"),
    "a title": ({"title": "A"}, {"title": "B"}, "patch", "patch"),
    "a description": ({"description": "A"}, {"description": "B"}, "patch", "patch"),
    "an example": ({"examples": [1]}, {"examples": [2]}, "patch", "patch"),
    "a comment": ({"$comment": "a"}, {"$comment": "b"}, "patch", "patch"),
    "external documentation": ({"externalDocs": {"url": "a"}}, {"externalDocs": {"url": "b"}}, "patch", "patch"),
    "somebody's extension": ({"x-nice": 1}, {"x-nice": 2}, "patch", "patch"),
    "an anchor": ({"$anchor": "a"}, {"$anchor": "b"}, "patch", "patch"),
    "one more value": ({"enum": ["a"]}, {"enum": ["a", "b"]}, "minor", "minor"),
    "one value less": ({"enum": ["a", "b"]}, {"enum": ["a"]}, "major", "minor"),
    "another value": ({"enum": ["a", "b"]}, {"enum": ["a", "c"]}, "major", "minor"),
    "a known value of an open enum": (
        {"type": "string", "x-extensible-enum": ["a", "b"]},
        {"type": "string", "x-extensible-enum": ["a"]},
        "major",
        "minor",
    ),
    "a discriminator comes": (
        {"oneOf": [CAT, DOG]},
        {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind"}},
        "minor",
        "minor",
    ),
    "a discriminator goes": (
        {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind"}},
        {"oneOf": [CAT, DOG]},
        "major",
        "major",
    ),
    "a keyword without effect": ({"minContains": 2}, {"minContains": 3}, "patch", "patch"),
    "a bound that its type makes idle": (
        {"type": "array", "maximum": 2},
        {"type": "array", "maximum": 1},
        "major",
        "minor",
    ),
    "password": ({"type": "string"}, {"type": "string", "format": "password"}, "patch", "patch"),
}


@pytest.mark.parametrize(("old", "new", "sent", "shown"), OTHERS.values(), ids=OTHERS.keys())
def test_what_only_direction_decides(old: JSON, new: JSON, sent: str, shown: str) -> None:
    for place, level in (("sent", sent), ("shown", shown)):
        found = compared(with_schemas(**{place: old}), with_schemas(**{place: new}))
        assert found.callers == level, told(found)


def _with(prop: JSON, *, required: bool) -> JSON:
    return {"type": "object", "properties": {"a": prop}, "required": ["a"] if required else []}


# title: old, new, callers' level when sent, when shown; None where nothing is reported
DIRECTIONS: dict[str, tuple[JSON, JSON, str, str]] = {
    "becomes read-only": (_with({}, required=False), _with({"readOnly": True}, required=False), "major", "none"),
    "is read-only no more": (_with({"readOnly": True}, required=False), _with({}, required=False), "minor", "none"),
    "is read-only no more, and required": (
        _with({"readOnly": True}, required=True),
        _with({}, required=True),
        "major",
        "none",
    ),
    "becomes write-only": (_with({}, required=False), _with({"writeOnly": True}, required=False), "none", "major"),
    "is write-only no more": (_with({"writeOnly": True}, required=False), _with({}, required=False), "none", "minor"),
    "a read-only property comes": ({"type": "object"}, _with({"readOnly": True}, required=True), "none", "minor"),
    "a read-only property goes": (_with({"readOnly": True}, required=True), {"type": "object"}, "none", "major"),
    "a read-only property is narrowed": (
        _with({"readOnly": True, "enum": ["a", "b"]}, required=True),
        _with({"readOnly": True, "enum": ["a"]}, required=True),
        "none",
        "minor",
    ),
    "a write-only property is widened": (
        _with({"writeOnly": True, "type": "string"}, required=True),
        _with({"writeOnly": True, "type": ["string", "null"]}, required=True),
        "minor",
        "none",
    ),
    "a read-only property becomes required": (
        _with({"readOnly": True}, required=False),
        _with({"readOnly": True}, required=True),
        "none",
        "minor",
    ),
}


@pytest.mark.parametrize(("old", "new", "sent", "shown"), DIRECTIONS.values(), ids=DIRECTIONS.keys())
def test_read_only_is_not_sent_and_write_only_is_not_shown(old: JSON, new: JSON, sent: str, shown: str) -> None:
    for place, level in (("sent", sent), ("shown", shown)):
        found = compared(with_schemas(**{place: old}), with_schemas(**{place: new}))
        assert found.callers == level or (level == "none" and found.callers == "patch"), told(found)


def test_a_component_behind_alternatives_is_seen() -> None:
    components = {"Cat": CAT, "Dog": DOG}
    union = {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]}
    narrower = {**components, "Dog": {**DOG, "properties": {**DOG["properties"], "barks": {"const": True}}}}
    found = compared(
        with_schemas(sent=union, shown=union, components=components),
        with_schemas(sent=union, shown=union, components=narrower),
    )
    (change,) = found.changes
    assert (change.callers, change.servers) == ("major", "major"), told(found)
    assert change.old is not None
    assert change.old.pointer == "/components/schemas/Dog/properties/barks"


def test_both_directions_of_one_edit_are_one_line() -> None:
    old = with_schemas(
        sent={"$ref": "#/components/schemas/A"}, shown={"$ref": "#/components/schemas/A"}, components={"A": OBJECT}
    )
    wider = {**OBJECT, "properties": {**OBJECT["properties"], "a": {"type": ["string", "null"]}}}
    (change,) = compared(old, {**old, "components": {"schemas": {"A": wider}}}).changes
    assert (change.rule, change.callers, change.servers) == ("response.null.wider", "major", "major")
    assert change.subjects == ("make_thing request a", "make_thing answer 200 a")
