"""`spec import` of a Swagger 2.0 document: it is converted, and the result is valid OpenAPI 3.0."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import spec
from spec.commands import main
from spec.importing.swagger import converted

SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Shop", "version": "1"},
    "host": "shop.example",
    "basePath": "/api/",
    "schemes": ["https", "http"],
    "produces": ["application/json"],
    "consumes": ["application/json"],
    "x-origin": "a test",
    "paths": {
        "/books/": {
            "parameters": [{"$ref": "#/parameters/Wanted"}],
            "get": {
                "operationId": "books",
                "parameters": [
                    {
                        "name": "id__in",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "integer"},
                        "collectionFormat": "csv",
                    },
                    {
                        "name": "title",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "string"},
                        "collectionFormat": "multi",
                    },
                    {"name": "isbn__isnull", "in": "query", "type": "string"},
                ],
                "responses": {
                    "200": {
                        "description": "",
                        "headers": {"X-Rate": {"type": "integer"}},
                        "schema": {"type": "array", "items": {"$ref": "#/definitions/Book"}},
                        "examples": {"application/json": [{"id": 1}]},
                    },
                    "400": {"$ref": "#/responses/Wrong"},
                },
            },
            "post": {
                "operationId": "make",
                "parameters": [
                    {"name": "data", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Book"}}
                ],
                "responses": {"201": {"description": "", "schema": {"$ref": "#/definitions/Book"}}},
            },
            "put": {
                "operationId": "upload",
                "consumes": ["multipart/form-data"],
                "parameters": [
                    {"name": "cover", "in": "formData", "type": "file", "required": True, "description": "A picture."},
                    {"name": "note", "in": "formData", "type": "string"},
                ],
                "responses": {"204": {"description": ""}},
            },
        }
    },
    "parameters": {"Wanted": {"name": "X-Wanted", "in": "header", "type": "string", "enum": ["a", "b"]}},
    "responses": {"Wrong": {"description": "Wrong.", "schema": {"type": "object"}}},
    "definitions": {
        "Book": {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "title": {"type": "string"},
                "isbn": {"type": "string", "x-nullable": True},
                "properties": {"type": "object", "additionalProperties": {"$ref": "#/definitions/Book"}},
            },
        }
    },
    "securityDefinitions": {
        "basic": {"type": "basic"},
        "key": {"type": "apiKey", "name": "X-Key", "in": "header"},
        "oauth": {"type": "oauth2", "flow": "application", "tokenUrl": "https://shop.example/t", "scopes": {"a": "b"}},
    },
    "security": [{"basic": []}, {"key": []}],
}


def test_a_swagger_document_becomes_openapi() -> None:
    made = converted(SWAGGER)
    assert made["servers"] == [{"url": "https://shop.example/api"}, {"url": "http://shop.example/api"}]
    assert made["x-origin"] == "a test"
    get, post, put = (made["paths"]["/books/"][method] for method in ("get", "post", "put"))
    csv, multi, _ = get["parameters"]
    assert csv == {
        "name": "id__in",
        "in": "query",
        "schema": {"type": "array", "items": {"type": "integer"}},
        "style": "form",
        "explode": False,
    }
    assert multi["explode"] is True
    ok = get["responses"]["200"]
    items = {"$ref": "#/components/schemas/Book"}
    assert ok["content"] == {"application/json": {"schema": {"type": "array", "items": items}, "example": [{"id": 1}]}}
    assert ok["headers"] == {"X-Rate": {"schema": {"type": "integer"}}}
    assert get["responses"]["400"] == {"$ref": "#/components/responses/Wrong"}
    assert post["requestBody"] == {"required": True, "content": {"application/json": {"schema": items}}}
    assert post["parameters"] == []
    form = put["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["cover"]
    assert form["properties"]["cover"] == {"type": "string", "format": "binary", "description": "A picture."}
    book = made["components"]["schemas"]["Book"]
    assert book["properties"]["isbn"] == {"type": "string", "nullable": True}
    assert book["properties"]["properties"]["additionalProperties"] == items
    schemes = made["components"]["securitySchemes"]
    assert schemes["basic"] == {"type": "http", "scheme": "basic"}
    assert schemes["key"] == SWAGGER["securityDefinitions"]["key"]
    assert schemes["oauth"]["flows"]["clientCredentials"]["tokenUrl"] == "https://shop.example/t"


def test_it_is_imported_beside_the_original(tmp_path: Path) -> None:
    file = tmp_path / "swagger.json"
    file.write_text(json.dumps(SWAGGER), "utf-8")
    for _ in range(2):
        assert main(["import", str(file)]) == 0
        assert sorted(each.name for each in tmp_path.iterdir()) == [
            "swagger.json",
            "swagger.openapi.json",
            "swagger.overlay.yaml",
        ]
    out = tmp_path / "swagger.overlay.yaml"
    assert main([str(out)]) == 0
    lookups = {f.parameter: f.lookup for f in spec.load(out).operations[0].filters}
    assert lookups == {"id__in": "in", "title": "in", "isbn__isnull": "isnull"}
    assert json.loads(file.read_text("utf-8")) == SWAGGER


@pytest.mark.parametrize("broken", [{"parameters": 1}, {"get": None}, {"get": {"parameters": [3], "responses": []}}, 7])
def test_a_broken_one_is_refused_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], broken: object
) -> None:
    file = tmp_path / "swagger.json"
    file.write_text(json.dumps({**SWAGGER, "paths": {"/books/": broken}}), "utf-8")
    assert main(["import", str(file)]) in (0, 2)
    assert "Traceback" not in capsys.readouterr().err
