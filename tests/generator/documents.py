"""A large, realistic document that is generated here; special documents are in corpus/."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def document(paths: Document, schemas: Document | None = None, version: str = "3.1.0", **more: Any) -> Document:
    """A whole document around paths and schemas."""
    components = {"schemas": schemas or {}, **more.pop("components", {})}
    head = {"openapi": version, "info": {"title": "Odd API", "version": "2.0-beta"}, "servers": [{"url": "/api"}]}
    return {**head, "paths": paths, "components": components, **more}


def json_of(schema: Document) -> Document:
    """The content of a JSON body."""
    return {"application/json": {"schema": schema}}


def get(schema: Document | None = None, *, parameters: list[Document] | None = None, **more: Any) -> Document:
    """An operation that gives a schema."""
    answer = {"description": "OK", **({"content": json_of(schema)} if schema is not None else {})}
    return {"parameters": parameters or [], "responses": {"200": answer}, **more}


def post(schema: Document, answer: Document | None = None, **more: Any) -> Document:
    """An operation that takes a schema."""
    return {**get(answer, **more), "requestBody": {"required": True, "content": json_of(schema)}}


def ref(name: str) -> Document:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def query(name: str, schema: Document | None = None, **more: Any) -> Document:
    """A query parameter."""
    return {"name": name, "in": "query", "schema": schema or {"type": "string"}, **more}


def django(resources: int = 160, lookups: int = 160) -> Document:
    """A document in the manner of Django REST framework: five operations a resource, lookups on a large list."""
    paths: Document = {}
    schemas: Document = {}
    names = ["exact", "iexact", "contains", "icontains", "startswith", "gt", "gte", "lt", "lte", "in"]
    for number in range(resources):
        name = f"Resource{number}"
        status = f"{name}StatusEnum"
        schemas[status] = {"type": "string", "enum": ["draft", "live", "gone"], "description": "* `draft` - Draft"}
        schemas[name] = {
            "type": "object",
            "required": ["id", "name", "created"],
            "properties": {
                "id": {"type": "integer", "readOnly": True},
                "name": {"type": "string", "maxLength": 200},
                "status": {"allOf": [ref(status)], "nullable": True},
                "parent": {"allOf": [ref(f"Resource{number // 2}")], "readOnly": True},
                "created": {"type": "string", "format": "date-time", "readOnly": True},
                "price": {"type": "string", "format": "decimal", "pattern": r"^-?\d{0,8}(?:\.\d{0,2})?$"},
            },
        }
        schemas[f"Paginated{name}List"] = {
            "type": "object",
            "properties": {
                "count": {"type": "integer"},
                "next": {"type": "string", "format": "uri", "nullable": True},
                "previous": {"type": "string", "format": "uri", "nullable": True},
                "results": {"type": "array", "items": ref(name)},
            },
        }
        extra = [query(f"field{n // 10}__{names[n % 10]}") for n in range(lookups if number == 0 else 4)]
        key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        base, one = f"/api/v1/resource{number}/", f"/api/v1/resource{number}/{{id}}/"
        paged = [query("page", {"type": "integer"}), query("page_size", {"type": "integer"}), *extra]
        paths[base] = {
            "get": get(ref(f"Paginated{name}List"), parameters=paged, operationId=f"api_v1_resource{number}_list"),
            "post": post(ref(name), ref(name), operationId=f"api_v1_resource{number}_create"),
        }
        paths[one] = {
            "parameters": [key],
            "get": get(ref(name), operationId=f"api_v1_resource{number}_retrieve"),
            "put": post(ref(name), ref(name), operationId=f"api_v1_resource{number}_update"),
            "delete": {"operationId": f"api_v1_resource{number}_destroy", "responses": {"204": {"description": ""}}},
        }
    return document(paths, schemas, "3.0.3", security=[{"Token": []}], components={
        "securitySchemes": {"Token": {"type": "apiKey", "in": "header", "name": "Authorization"}}})  # fmt: skip
