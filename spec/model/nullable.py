"""Schemas whose value may be null."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spec.model.origin import JSON, Schema


def with_null(schema: Schema, resolve: Callable[[Schema], Schema]) -> Schema:
    """A schema that is `anyOf` or `oneOf` something and null as one whose `type` may be null; any other as it is."""
    for word in ("anyOf", "oneOf"):
        branches = schema.get(word)
        if not isinstance(branches, list) or not all(isinstance(branch, Mapping) for branch in branches):
            continue
        others = [branch for branch in branches if branch.get("type") != "null"]
        if len(others) != 1 or len(branches) < 2:
            continue
        inner = resolve(others[0])
        types = inner.get("type")
        if types is None:
            continue
        nullable: dict[str, JSON] = {"type": [*(types if isinstance(types, list) else [types]), "null"]}
        if isinstance(inner.get("enum"), list):
            nullable["enum"] = [*inner["enum"], None]
        return {**inner, **{key: value for key, value in schema.items() if key != word}, **nullable}
    return schema


def without_null(schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A schema without null among its types and choices."""
    types = schema.get("type")
    if not isinstance(types, list) or "null" not in types:
        return schema
    left = [name for name in types if name != "null"]
    found = {**schema, "type": left[0] if len(left) == 1 else left}
    if isinstance(schema.get("enum"), list):
        found["enum"] = [choice for choice in schema["enum"] if choice is not None]
    return found
