"""A document like the large public ones: hundreds of operations, megabytes, every kind of reference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_PROSE = "What a person wrote about it: two sentences, with 'quotes', a colon: here, and a # in the middle. "


_FIRST = "#/paths/~1api~1v1~1things0~1%7Bthing.id%7D~1/parameters/0"


def document(version: str, operations: int) -> dict[str, Any]:
    """An OpenAPI document of some 3.7 kB for each operation, valid, and without the vocabulary.

    It has path-level parameters, references to references, references with `~1` and `%7B` in them, siblings
    beside `$ref` (3.1), recursive schemas, and extensions that are called as ours and mean nothing.
    """
    paths, schemas = {}, dict(_shared(version))
    for number in range(operations):
        schemas[f"Thing{number}"] = _thing(number)
        paths[f"/api/v1/things{number}/{{thing.id}}/"] = {
            "parameters": [{"$ref": _FIRST if number else "#/components/parameters/Alias"}],
            ("get", "post", "put", "delete")[number % 4]: _operation(number),
        }
    return {
        "openapi": version,
        "info": {"title": "Large", "version": "1"},
        "paths": paths,
        "components": {
            "parameters": {
                "Alias": {"$ref": "#/components/parameters/ThingId"},
                "ThingId": {"name": "thing.id", "in": "path", "required": True, "schema": {"$ref": _ref("Id")}},
            },
            "responses": {"Gone": {"$ref": "#/components/responses/NotFound"}, "NotFound": {"description": "None."}},
            "schemas": schemas,
        },
    }


def _ref(name: str) -> str:
    return f"#/components/schemas/{name}"


def _shared(version: str) -> Iterator[tuple[str, Any]]:
    yield "Id", {"type": "string", "format": "uuid"}
    yield "Tree", {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": _ref("Tree")}}}}
    described = {"$ref": _ref("Id"), "description": "Its own words."} if version > "3.1" else {"$ref": _ref("Id")}
    yield "Node", {"allOf": [{"$ref": _ref("Tree")}, {"properties": {"id": described, "next": {"$ref": _ref("Node")}}}]}


def _thing(number: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        f"field_{i}": {"type": ("string", "integer", "boolean")[i % 3], "description": _PROSE} for i in range(9)
    }
    fields["$ref"] = {"type": "string", "description": "A property that is called so."}
    fields["example"] = {"$ref": _ref("Node")}
    fields["other"] = {"$ref": _ref(f"Thing{number // 2}")}
    return {"type": "object", "required": ["field_0"], "properties": fields, "x-filter": "not ours"}


def _operation(number: int) -> dict[str, Any]:
    query = [
        {"name": f"f{i}__icontains", "in": "query", "description": _PROSE, "schema": {"type": "string"}}
        for i in range(5)
    ]
    answer = {"schema": {"$ref": _ref(f"Thing{number}")}, "example": {"$ref": "plain data", "field_0": "x"}}
    return {
        "operationId": f"things_{number}",
        "x-reads": {"collection": "no such"},
        "x-code": 7,
        "tags": ["things"],
        "parameters": [*query, {"name": "page", "in": "query", "x-pagination": 1, "schema": {"type": "integer"}}],
        "responses": {
            "200": {"description": "OK", "content": {"application/json": answer}},
            "404": {"$ref": "#/components/responses/Gone"},
        },
    }


def as_yaml(value: Any, indent: int = 0) -> str:
    """Block style, as people and tools write it."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"\n{pad}{json.dumps(key)}: {as_yaml(inner, indent + 1)}" for key, inner in value.items())
    if isinstance(value, list) and value:
        return "".join(f"\n{pad}- {as_yaml(inner, indent + 1)}" for inner in value)
    return json.dumps(value)
