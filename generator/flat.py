"""The keywords of a schema without `$ref` and `allOf`, interpreted one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator import names
from generator.types import ANYTHING, NOTHING, Bounds, Kind, Scalar, Type, union
from spec import walk

Schema = Mapping[str, Any]

_TOLD = frozenset({"description", "title", "default", "example", "examples", "deprecated"})
_DIRECTIONS = frozenset({"readOnly", "writeOnly", "nullable"})
_NUMERIC = {"minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}
_NUMERIC |= {"multipleOf": "multiple_of"}
_TEXTUAL = {"minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"}
_COUNTED = {"minItems": "min_length", "maxItems": "max_length"}
_FORMATS: Mapping[str, Kind] = {
    "date": "date",
    "date-time": "aware",
    "date-time-local": "clock",
    "uuid": "uuid",
    "decimal": "decimal",
}
_TYPES: Mapping[str, Kind] = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}


def unwrapped(schema: Schema) -> Schema:
    """`allOf` around a single `$ref`, as 3.0 needs it to describe a reference, is that reference."""
    branches = schema.get("allOf")
    if not isinstance(branches, Sequence) or len(branches) != 1 or not isinstance(branches[0], Mapping):
        return schema
    if "$ref" in branches[0] and all(_says_nothing(key) for key in schema if key != "allOf"):
        return {**{key: value for key, value in schema.items() if key != "allOf"}, **branches[0]}
    return schema


def _says_nothing(key: str) -> bool:
    """True for a keyword that leaves open which values are valid, null apart."""
    return key in _TOLD or key in _DIRECTIONS or key.startswith("x-")


def types_of(flat: Schema) -> list[str]:
    """The types that a schema allows."""
    kind = flat.get("type")
    return [kind] if isinstance(kind, str) else [t for t in kind or () if isinstance(t, str)]


def nullable(flat: Schema) -> bool:
    """True when null is allowed, in any of the ways of saying so."""
    if flat.get("nullable") is True or ("null" in types_of(flat) and len(types_of(flat)) > 1):
        return True
    values = flat.get("enum")
    return isinstance(values, list) and None in values


def values(flat: Schema) -> tuple[Any, ...]:
    """The values that a schema lists by `enum` or `const`, null and what has parts apart; for Python, True is 1."""
    listed = flat.get("enum", [flat["const"]] if "const" in flat else ())
    plain = [v for v in listed if isinstance(v, (str, int, float))] if isinstance(listed, (list, tuple)) else []
    return tuple(value for _, value in dict.fromkeys((type(v), v) for v in plain))


def alternatives(flat: Schema) -> list[Any]:
    """The branches of `oneOf` and `anyOf`, without those that only list which properties occur together."""
    branches = [*(flat.get("oneOf") or ()), *(flat.get("anyOf") or ())]
    return [b for b in branches if not (isinstance(b, Mapping) and _is_condition(b))]


def _is_condition(branch: Schema) -> bool:
    return branch.keys() <= {"required", "not", "title"} and not branch.keys() <= {"title"}


def is_object(flat: Schema) -> bool:
    """True for a schema that makes a class: an object with properties."""
    kinds = types_of(flat)
    fits = (not kinds or "object" in kinds) and len([k for k in kinds if k != "null"]) <= 1
    return bool(flat.get("properties")) and not alternatives(flat) and fits


def inferred(flat: Schema) -> str:
    """The type that the other keywords of a schema imply, or an empty string."""
    if flat.get("properties") or "additionalProperties" in flat or "patternProperties" in flat:
        return "object"
    if "items" in flat or "prefixItems" in flat:
        return "array"
    textual = flat.get("format") in (*_FORMATS, "binary") or flat.keys() & {"pattern", "minLength", "maxLength"}
    if textual or flat.get("contentMediaType"):
        return "string"
    return "null" if types_of(flat) == ["null"] else ""


def scalar(kind: str, flat: Schema, *, strict: bool, sent: bool) -> Type:
    """The type of a string, number, boolean or null; anything for any other kind.

    One that is sent has bounds. A strict one is only sent, and takes no date-time without an offset.
    """
    if kind == "null":
        return NOTHING
    if kind not in _TYPES:
        return ANYTHING
    plain: Kind = _TYPES[kind]
    if kind == "string":
        if is_binary(flat):
            return union([Scalar("upload")] if strict else [Scalar("text"), *([Scalar("upload")] if sent else [])])
        known = _FORMATS.get(str(flat.get("format")))
        encoded = flat.get("format") == "byte" or flat.get("contentEncoding") == "base64"
        if encoded and sent:
            return Scalar("base64")
        if known:
            read: Mapping[Kind, Kind] = {"aware": "moment", "clock": "moment", "date": "day"}
            return Scalar(known if strict else read.get(known, known))
    if kind == "number" and strict:
        plain = "finite"
    words = {} if kind == "boolean" or not sent else _TEXTUAL if kind == "string" else _NUMERIC
    found = bounds(flat, words)
    return Scalar(plain, found, lenient=bool(found) and not strict)


def is_binary(flat: Schema) -> bool:
    """True for bytes as they are (3.0 declares it by a format, 3.1 by a media type that isn't encoded)."""
    return flat.get("format") == "binary" or (bool(flat.get("contentMediaType")) and not flat.get("contentEncoding"))


def counted(flat: Schema) -> Bounds:
    """The bounds of a list."""
    return bounds(flat, _COUNTED)


def bounds(flat: Schema, words: Mapping[str, str]) -> Bounds:
    """Bounds as keywords of pydantic's `Field`."""
    found: dict[str, Any] = {}
    for word, keyword in words.items():
        value = flat.get(word)
        if is_number(value) or (word == "pattern" and isinstance(value, str) and compiles(value)):
            found[keyword] = value
        elif value is True and word.startswith("exclusive"):  # OpenAPI 3.0 declares this beside the bound
            bound = word.replace("exclusiveM", "m")
            if is_number(flat.get(bound)):
                found[keyword] = flat[bound]
                found.pop(words[bound], None)
    return tuple(found.items())


def is_number(value: Any) -> bool:
    """True for a number, which `True` is not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def compiles(pattern: str) -> bool:
    """True for a pattern that both Python and pydantic's own engine take."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return not re.search(r"\(\?[=!<]|\\[1-9pPkZ]|\(\?P=|\\u|\\c", pattern)


def member(value: Any) -> str:
    """A name for an enum's member, still in lower case."""
    if isinstance(value, int):
        return f"value_minus_{-value}" if value < 0 else f"value_{value}"
    name = names.snake(value, "value") if value else "empty"
    return name.strip("_") or "value"


def described(schema: Any) -> str:
    """A schema's description, on one line."""
    text = schema.get("description") if isinstance(schema, Mapping) else None
    return " ".join(text.split()) if isinstance(text, str) else ""


def refs(schema: Any) -> Iterator[str]:
    """Every `$ref` in a schema."""
    for node in inner(schema):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]


def inner(schema: Any) -> Iterator[Schema]:
    """Every schema in a schema, itself first."""
    if isinstance(schema, Mapping):
        for _, node, _ in walk.objects(schema, schema=True):
            yield node
