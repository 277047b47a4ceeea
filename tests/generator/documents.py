"""Documents that are not ours: the odd things that real ones say, and a large one made on the spot."""

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


STYLES = document(
    {
        "/simple/{a}/{b}": {
            "parameters": [
                {"name": "a", "in": "path", "required": True, "schema": {"type": "array", "items": {"type": "integer"}}}
            ],
            "get": get(
                {"type": "object"},
                operationId="simple",
                parameters=[
                    {
                        "name": "b", "in": "path", "required": True, "explode": True,
                        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
                    }
                ],
            ),
        },
        "/label/{a}": {
            "get": get(
                operationId="label",
                parameters=[
                    {
                        "name": "a", "in": "path", "required": True, "style": "label", "explode": True,
                        "schema": {"type": "array", "items": {"type": "string"}},
                    }
                ],
            )
        },
        "/matrix{a}": {
            "get": get(
                operationId="matrix",
                parameters=[
                    {
                        "name": "a", "in": "path", "required": True, "style": "matrix",
                        "schema": {"type": "string"},
                    }
                ],
            )
        },
        "/query": {
            "get": get(
                operationId="queries",
                parameters=[
                    query("form", {"type": "array", "items": {"type": "string"}}),
                    query("csv", {"type": "array", "items": {"type": "string"}}, explode=False),
                    query("space", {"type": "array", "items": {"type": "string"}}, style="spaceDelimited", explode=False),
                    query("pipe", {"type": "array", "items": {"type": "string"}}, style="pipeDelimited", explode=False),
                    query("deep", {"type": "object", "properties": {"a": {"type": "string"}}}, style="deepObject"),
                    query("free", {"type": "object", "additionalProperties": {"type": "integer"}}),
                    query("raw", allowReserved=True),
                    query("when", {"type": "string", "format": "date-time"}),
                    query("day", {"type": "string", "format": "date"}),
                    query("maybe", {"type": ["boolean", "null"]}),
                    {"name": "as-json", "in": "query", "content": json_of({"type": "object", "properties": {"x": {}}})},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "array", "items": {"type": "integer"}}},
                    {"name": "session id", "in": "cookie", "schema": {"type": "string"}},
                    {"name": "Accept", "in": "header", "schema": {"type": "string"}},
                ],
            )
        },
    }
)  # fmt: skip

NAMES = document(
    {
        "/{class}/": {
            "parameters": [{"name": "class", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": get(
                ref("2nd.Model"),
                parameters=[
                    query("from"), query("self"), query("timeout"), query("order[by]"), query("größe"), query("名前"),
                    query("filter.name"), query("filter-name"), query("filter_name"), query("2fa"), query("list"),
                    query("+1"), query("-1"), query("$top"), query("pageSize"), query("where"), query("models"),
                ],
            ),
            "delete": {"responses": {"204": {"description": "gone"}}},
        },
        "/list": {"get": get({"type": "array", "items": ref("list")}, operationId="list")},
        "/dict": {"get": get({"type": "array", "items": ref("List")}, operationId="dict")},
        "/close": {"get": get({"type": "array", "items": {"type": "integer"}}, operationId="close")},
        "/a": {"get": get(operationId="get-thing")},
        "/b": {"get": get(operationId="get.thing")},
        "/c": {"get": get(operationId="getThing")},
        "/d": {"get": get(ref("Überraschung"), operationId="Получить данные")},
        "/e": {"get": get(ref("Any"), operationId="2fa")},
        "/f": {"post": post(ref("Model"), ref("Field"), operationId="import")},
    },
    {
        "2nd.Model": {
            "type": "object",
            "required": ["class", "model_config"],
            "properties": {
                "class": {"type": "string"}, "model_config": {"type": "string"}, "json": {"type": "integer"},
                "copy": {"type": "boolean"}, "date": {"type": "string", "format": "date"}, "a.b": {"type": "string"},
                "other_date": {"type": "string", "format": "date"}, "list": {"type": "array", "items": {"type": "string"}},
                "_private": {"type": "string"}, "__dunder__": {"type": "string"}, "1st": {"type": "string"},
                "a-b": {"type": "string"}, "a_b": {"type": "string"}, "": {"type": "string"}, "@type": {"type": "string"},
                "schema": {"type": "object"}, "str": {"type": "string"}, "int": {"type": "integer"}, "名": {"type": "string"},
                "validate": {"type": "string"}, "self": {"type": "string"}, "None": {"type": "string"}, "A.B": {},
                "petType": {"type": "string", "description": 'Says "hi" and \\d+ and """ and ends with "quote"'},
            },
        },
        "list": {"type": "object", "properties": {"x": {"type": "integer"}}},
        "List": {"type": "object", "properties": {"y": {"type": "integer"}}},
        "Überraschung": {"type": "object", "properties": {"größe": {"type": "number"}}},
        "Any": {"type": "object", "properties": {"Any": ref("Model"), "any": {}}},
        "Model": {"type": "object", "properties": {"uuid": {"type": "string", "format": "uuid"}}},
        "Field": {"type": "object", "properties": {"decimal": {"type": "string", "format": "decimal"}}},
    },
)  # fmt: skip

SCHEMAS_31 = document(
    {
        "/shapes": {
            "get": get({"type": "array", "items": ref("Shape")}, operationId="list_shapes"),
            "post": post(ref("Shape"), ref("Shape"), operationId="make_shape"),
        },
        "/tree": {"get": get(ref("Tree"), operationId="tree"), "post": post(ref("Tree"), operationId="plant")},
        "/json": {"get": get(ref("Json"), operationId="anything")},
        "/users": {
            "get": get({"type": "array", "items": ref("User")}, operationId="users"),
            "post": post(ref("User"), ref("User"), operationId="make_user"),
        },
        "/odd": {"get": get(ref("Odd"), operationId="odd"), "post": post(ref("OddIn"), operationId="make_odd")},
    },
    {
        "Shape": {
            "oneOf": [ref("Circle"), ref("Square")],
            "discriminator": {"propertyName": "kind", "mapping": {"circle": "#/components/schemas/Circle", "sq": "Square"}},
        },
        "Circle": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "size": {"type": "number"}}},
        "Square": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "size": {"type": "number"}}},
        "Tree": {
            "type": "object",
            "properties": {"left": ref("Tree"), "right": {"anyOf": [ref("Tree"), {"type": "null"}]}, "leaves": {
                "type": "array", "items": ref("Tree")}, "by": {"type": "object", "additionalProperties": ref("Tree")}},
        },
        "Json": {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "array", "items": ref("Json")},
                           {"type": "object", "additionalProperties": ref("Json")}]},
        "User": {
            "allOf": [ref("Named"), {"type": "object", "required": ["id", "password"], "properties": {
                "id": {"type": "integer", "readOnly": True}, "password": {"type": "string", "writeOnly": True, "minLength": 3},
                "role": {"type": "string", "enum": ["admin", "user", "", "2nd", "a b", "a-b"]},
                "friend": {"anyOf": [{"$ref": "#/components/schemas/User"}, {"type": "null"}]}}}],
        },
        "Named": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "minLength": 1}}},
        "Odd": {
            "type": "object",
            "properties": {
                "const": {"const": "x"}, "mixed": {"enum": [1, "a", None, True, 1.5]}, "ints": {"enum": [1, -1, 2]},
                "either": {"type": ["string", "integer", "null"]}, "nothing": {"type": "null"}, "anything": True,
                "never": False, "tuple": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
                "patterns": {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}},
                "both": {"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [
                    {"required": ["a"]}, {"required": ["b"]}]},
                "joined": {"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [
                    {"properties": {"b": {"type": "string"}}}, {"properties": {"c": {"type": "string"}}}]},
                "inline": {"type": "object", "properties": {"deep": {"type": "object", "properties": {"er": {"type": "string"}}}}},
                "free": {"type": "object"}, "empty": {}, "dates": {"type": "array", "items": {"type": "string", "format": "date-time"}},
                "bits": {"enum": [True]}, "nullable_enum": {"type": ["string", "null"], "enum": ["a", None]},
            },
        },
        "OddIn": {
            "type": "object",
            "required": ["n"],
            "additionalProperties": False,
            "properties": {
                "n": {"type": "integer", "minimum": 1, "exclusiveMaximum": 10}, "s": {"type": "string", "pattern": "^a(?=b)"},
                "t": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5}, "l": {"type": "array", "items": {
                    "type": "integer", "minimum": 0}, "maxItems": 2}, "m": {"type": "number", "multipleOf": 0.5},
            },
        },
    },
)  # fmt: skip

SCHEMAS_30 = document(
    {
        "/pets": {
            "get": get({"type": "array", "items": ref("Pet")}, operationId="pets"),
            "put": post(ref("Pet"), ref("Pet"), operationId="put_pet"),
        }
    },
    {
        "Pet": {
            "type": "object",
            "required": ["name", "tag"],
            "properties": {
                "name": {"type": "string"}, "tag": {"type": "string", "nullable": True},
                "owner": {"allOf": [ref("Owner")], "nullable": True, "description": "Who pays."},
                "status": {"oneOf": [ref("Status"), ref("Blank"), ref("Null")], "nullable": True},
                "weight": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            },
        },
        "Owner": {"type": "object", "nullable": True, "properties": {"name": {"type": "string"}}},
        "Status": {"type": "string", "enum": ["sold", "free"]},
        "Blank": {"enum": [""]},
        "Null": {"enum": [None]},
    },
    "3.0.3",
)  # fmt: skip

BODIES = document(
    {
        "/form": {"post": {"operationId": "form", "responses": {"200": {"description": "", "content": {
            "text/plain": {"schema": {"type": "string"}}}}}, "requestBody": {"content": {
                "application/x-www-form-urlencoded": {"schema": ref("Form")},
                "multipart/form-data": {"schema": ref("Form")}, "application/json": {"schema": ref("Form")}}}}},
        "/upload": {"post": {"operationId": "upload", "responses": {"201": {"description": ""}}, "requestBody": {
            "required": True, "content": {"multipart/form-data": {"schema": {"type": "object", "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}, "note": {"type": "string"},
                    "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    "meta": {"type": "object", "properties": {"x": {"type": "integer"}}}}}}}}}},
        "/raw": {"put": {"operationId": "raw", "responses": {"200": {"description": "", "content": {
            "image/png": {"schema": {"type": "string", "format": "binary"}}}}, "204": {"description": ""}},
            "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}},
        "/text": {"post": {"operationId": "text", "responses": {"default": {"description": "", "content": {
            "*/*": {"schema": ref("Form")}}}}, "requestBody": {"content": {"text/csv": {}, "application/xml": {}}}}},
        "/error": {"get": {"operationId": "only_errors", "responses": {"400": {"description": "bad"}}}},
        "/two": {"get": {"operationId": "two", "responses": {
            "200": {"description": "", "content": json_of(ref("Form"))},
            "202": {"description": "", "content": json_of({"type": "string"})}, "2XX": {"description": ""}}}},
    },
    {"Form": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}}, "when": {"type": "string", "format": "date-time"}}}},
)  # fmt: skip

SECURITY = document(
    {
        "/both": {"get": get(operationId="both", security=[{"Key": [], "Basic": []}])},
        "/one": {"get": get(operationId="one", security=[{"Bearer": []}, {"Query": []}, {"Cookie": []}])},
        "/none": {"get": get(operationId="none", security=[])},
        "/maybe": {"get": get(operationId="maybe", security=[{}, {"Key": []}])},
    },
    components={
        "securitySchemes": {
            "Key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "Query": {"type": "apiKey", "in": "query", "name": "key"},
            "Cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "Basic": {"type": "http", "scheme": "basic"},
            "Bearer": {"type": "http", "scheme": "bearer"},
        }
    },
)

CORPUS = {
    "styles": STYLES, "names": NAMES, "schemas31": SCHEMAS_31, "schemas30": SCHEMAS_30, "bodies": BODIES,
    "security": SECURITY,
}  # fmt: skip


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
