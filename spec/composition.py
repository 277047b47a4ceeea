"""Schemas that consist of others: `$ref` and `allOf`, followed in one place.

The caller gives a function that follows a reference, because callers differ: a reader notes a problem, a
contract raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from spec import pointers

Schema = Mapping[str, Any]
Follow = Callable[[Any, str], tuple[Schema, str]]
"""From a schema and its pointer to the schema behind its `$ref`s, siblings included, and its actual place."""

MOST_BRANCHES = 64
"""Further alternatives, made by unions inside `allOf`, are left out."""


def branches(
    follow: Follow, schema: Any, pointer: str, seen: frozenset[str] = frozenset()
) -> Iterator[tuple[Any, str]]:
    """The object schemas that `allOf` combines, each with its own pointer; circles are left out."""
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
    """One schema without `$ref` and `allOf`: the keywords of all its branches.

    `target` returns the value at a `$ref` and takes the pointer of the `$ref`.
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
    """The keywords of two branches of `allOf` together; where they conflict, the second counts."""
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
    """The keywords of two schemas of one property together."""
    if not isinstance(first, Mapping) or not first or first == second:
        return second
    if not isinstance(second, Mapping) or not second:
        return first
    if "$ref" in first and not (second.keys() & {"$ref", "type", "properties", "enum", "allOf", "oneOf", "anyOf"}):
        return {"allOf": [first], **second}
    return {"allOf": [first, second]}
