"""The forms that schemas are brought down to, and the small steps on the way there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from generator import names

Schema = Mapping[str, Any]
Form = dict[str, Any]
"""A reference to a definition, a primitive, a list, a map, a union, null, or anything: still JSON Schema."""

REFS = "#/components/schemas/"
NULL: Form = {"type": "null"}
_CONSTRAINTS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems"),
)
_FORMATS = frozenset({"date", "date-time", "uuid", "decimal", "binary"})
MOST_BRANCHES = 64


def merge(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """What two branches of `allOf` say together; where they can't both hold, the second counts."""
    merged = {**first, **second}
    if "properties" in first and "properties" in second:
        properties = dict(first["properties"])
        for name, schema in second["properties"].items():
            properties[name] = both(properties[name], schema) if name in properties else schema
        merged["properties"] = properties
    if "required" in first and "required" in second:
        merged["required"] = [*first["required"], *second["required"]]
    for word in ("oneOf", "anyOf"):
        if first.get(word) and second.get(word):
            pairs = [{"allOf": [a, b]} for a, b in product(first[word], second[word])]
            merged[word] = pairs[:MOST_BRANCHES]
    return merged


def both(first: Any, second: Any) -> Any:
    """What two schemas of one property say together."""
    if not isinstance(first, Mapping) or not first or first == second:
        return second
    if not isinstance(second, Mapping) or not second:
        return first
    if "$ref" in first and not (second.keys() & {"$ref", "type", "properties", "enum", "allOf", "oneOf", "anyOf"}):
        return {"allOf": [first], **second}
    return {"allOf": [first, second]}


def unwrapped(schema: Schema) -> Schema:
    """`allOf` around a single `$ref`, as 3.0 needs it to describe a reference, is that reference."""
    branches = schema.get("allOf")
    told = {"description", "title", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "nullable"}
    if not isinstance(branches, Sequence) or len(branches) != 1 or not isinstance(branches[0], Mapping):
        return schema
    if "$ref" in branches[0] and all(k in told or k.startswith("x-") for k in schema if k != "allOf"):
        return {**{k: v for k, v in schema.items() if k != "allOf"}, **branches[0]}
    return schema


def types_of(flat: Schema) -> list[str]:
    """The types that a schema allows."""
    kind = flat.get("type")
    return [kind] if isinstance(kind, str) else [t for t in kind or () if isinstance(t, str)]


def nullable(flat: Schema) -> bool:
    """True when null is allowed, in any of the ways of saying so."""
    if flat.get("nullable") is True or ("null" in types_of(flat) and len(types_of(flat)) > 1):
        return True
    return None in (flat.get("enum") or ())


def is_enum(flat: Schema) -> bool:
    """True for a schema that lists its values."""
    values = flat.get("enum", [flat["const"]] if "const" in flat else ())
    return any(isinstance(v, (str, int, float)) for v in values or ())


def is_object(flat: Schema) -> bool:
    """True for a schema that makes a class: an object with properties."""
    unions = flat.get("oneOf") or flat.get("anyOf")
    alternatives = [b for b in unions or () if isinstance(b, Mapping) and not b.keys() <= {"required", "not", "title"}]
    kinds = types_of(flat)
    fits = not kinds or "object" in kinds
    return bool(flat.get("properties")) and not alternatives and fits and len([k for k in kinds if k != "null"]) <= 1


def inferred(flat: Schema) -> str:
    """The type that the other words of a schema mean, or an empty string."""
    if flat.get("properties") or "additionalProperties" in flat or "patternProperties" in flat:
        return "object"
    if "items" in flat or "prefixItems" in flat:
        return "array"
    if flat.get("format") in _FORMATS or flat.keys() & {"pattern", "minLength", "maxLength"}:
        return "string"
    return "null" if types_of(flat) == ["null"] else ""


def primitive(kind: str, flat: Schema) -> Form:
    """The form of a string, number, boolean or null, with its bounds; of anything else, the form of anything."""
    if kind not in ("string", "integer", "number", "boolean", "null"):
        return {}
    form: Form = {"type": kind}
    if kind == "string" and (flat.get("format") in _FORMATS or flat.get("contentMediaType")):
        form["format"] = flat.get("format") or "binary"
    if form.get("format"):
        return form
    for word in _CONSTRAINTS:
        value = flat.get(word)
        textual = word in ("minLength", "maxLength", "pattern")
        if word.endswith("Items") or textual != (kind == "string") or kind in ("boolean", "null"):
            continue
        if is_number(value) or (word == "pattern" and isinstance(value, str) and compiles(value)):
            form[word] = value
        elif value is True and word.startswith("exclusive"):  # OpenAPI 3.0 says so beside the bound
            bound = word.replace("exclusiveM", "m")
            if is_number(flat.get(bound)):
                form[word] = flat[bound]
                form.pop(bound, None)
    return form


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


def union(forms: Sequence[Form]) -> Form:
    """Any of several forms, each once; anything at all where one of them is."""
    flat: list[Form] = []
    for form in forms:
        flat.extend(form["anyOf"] if set(form) == {"anyOf"} else [form])
    if not all(flat):
        return {}
    unique: list[Form] = []
    unique.extend(form for form in flat if form not in unique and form != NULL)
    unique = list({repr(form): form for form in unique}.values())
    if NULL in flat:
        unique.append(NULL)
    return unique[0] if len(unique) == 1 else {"anyOf": unique}


def described(form: Form, schema: Any, *, strict: bool) -> Form:
    """The form with what a reader is told, and with bounds only where they are to be checked."""
    told = dict(form) if strict else unbounded(form)
    if isinstance(schema, Mapping) and isinstance(schema.get("description"), str) and schema["description"].strip():
        told["description"] = " ".join(schema["description"].split())
    return told


def unbounded(form: Form) -> Form:
    """The form without bounds, at any depth."""
    bare = {k: v for k, v in form.items() if k not in _CONSTRAINTS}
    if "anyOf" in bare:
        bare["anyOf"] = [unbounded(f) for f in bare["anyOf"]]
    for word in ("items", "additionalProperties"):
        if isinstance(bare.get(word), dict):
            bare[word] = unbounded(bare[word])
    return bare


def member(value: Any) -> str:
    """A name for an enum's member, still in lower case."""
    if isinstance(value, int):
        return f"value_minus_{-value}" if value < 0 else f"value_{value}"
    name = names.snake(value, "value") if value else "empty"
    return name.strip("_") or "value"


def refs(schema: Any) -> Iterator[str]:
    """Every `$ref` in a schema."""
    for node in walk(schema):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]


def walk(value: Any) -> Iterator[Schema]:
    """Every object in a schema, itself first; examples, defaults and enums are data and are passed over."""
    todo = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, Mapping):
            yield node
            todo.extend(v for k, v in node.items() if k not in ("example", "examples", "default", "enum"))
        elif isinstance(node, (list, tuple)):
            todo.extend(node)


def has_direction(schema: Any) -> bool:
    """True when some property travels in one direction only."""
    return any(n.get("readOnly") is True or n.get("writeOnly") is True for n in walk(schema))


def escaped(token: str) -> str:
    """A token of a JSON pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1")
