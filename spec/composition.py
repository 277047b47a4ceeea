"""Schemas that are made of others: `$ref` and `allOf`, followed in one place.

Who follows a reference differs (a reader notes what is wrong, a contract raises), so that is a function
that the caller gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from spec import pointers

Schema = Mapping[str, Any]
Follow = Callable[[Any, str], tuple[Schema, str]]
"""A schema and its pointer to the schema behind its `$ref`s, siblings included, and where that stands."""

MOST_BRANCHES = 64
"""More alternatives than that, made by unions inside `allOf`, are left out."""


def branches(
    follow: Follow, schema: Any, pointer: str, seen: frozenset[str] = frozenset()
) -> Iterator[tuple[Any, str]]:
    """A schema after every schema that it is `allOf`, each with its own pointer; circles are left out."""
    node, here = follow(schema, pointer)
    if here in seen:
        return
    listed = node.get("allOf")
    for index, branch in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(branch, Mapping):
            yield from branches(follow, branch, f"{here}/allOf/{index}", seen | {here})
    yield node, here


def flattened(
    target: Callable[[str, str], Any], schema: Schema, pointer: str, seen: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """One schema without `$ref` and `allOf`: everything that its branches say, together.

    `target` gives what stands at a `$ref` that stands at a pointer.
    """
    made: dict[str, Any] = {}
    ref = schema.get("$ref")
    if isinstance(ref, str) and ref not in seen:
        found = target(ref, pointer)
        if isinstance(found, Mapping):
            made = flattened(target, found, pointers.of_ref(ref), seen | {ref})
    listed = schema.get("allOf")
    for index, branch in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(branch, Mapping):
            made = merged(made, flattened(target, branch, f"{pointer}/allOf/{index}", seen))
    return merged(made, {key: value for key, value in schema.items() if key not in ("allOf", "$ref")})


def merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """What two branches of `allOf` say together; where they can't both hold, the second counts."""
    made = {**first, **second}
    if isinstance(first.get("properties"), Mapping) and isinstance(second.get("properties"), Mapping):
        properties = dict(first["properties"])
        for name, schema in second["properties"].items():
            properties[name] = both(properties[name], schema) if name in properties else schema
        made["properties"] = properties
    if isinstance(first.get("required"), list) and isinstance(second.get("required"), list):
        made["required"] = [*first["required"], *second["required"]]
    for word in ("oneOf", "anyOf"):
        if isinstance(first.get(word), list) and isinstance(second.get(word), list):
            pairs = [{"allOf": [a, b]} for a, b in product(first[word], second[word])]
            made[word] = pairs[:MOST_BRANCHES]
    return made


def both(first: Any, second: Any) -> Any:
    """What two schemas of one property say together."""
    if not isinstance(first, Mapping) or not first or first == second:
        return second
    if not isinstance(second, Mapping) or not second:
        return first
    if "$ref" in first and not (second.keys() & {"$ref", "type", "properties", "enum", "allOf", "oneOf", "anyOf"}):
        return {"allOf": [first], **second}
    return {"allOf": [first, second]}
