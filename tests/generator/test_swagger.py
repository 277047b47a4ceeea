"""Swagger 2.0: the client of a document that is read as OpenAPI 3.0."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from generator.__main__ import main

from .kinds import Talk, kind_of

Start = Callable[..., Talk]


def _in(place: str, name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    listed = {"items": {"type": "string"}} if kind == "array" else {}
    return {"name": name, "in": place, "type": kind, **listed, **more}


def _pet(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Old", "version": "1"},
    "host": "old.example", "basePath": "/v1/",
    "securityDefinitions": {
        "Key": {"type": "apiKey", "in": "query", "name": "key"}, "User": {"type": "basic"},
    },
    "security": [{"Key": []}],
    "parameters": {"Limit": _in("query", "limit", "integer", maximum=9)},
    "responses": {"Wrong": {"description": "", "schema": _pet("Problem")}},
    "definitions": {
        "Problem": {"type": "object", "properties": {"title": {"type": "string"}}},
        "Pet": {
            "type": "object", "required": ["kind"], "discriminator": "kind",
            "properties": {
                "kind": {"type": "string"}, "nick": {"type": "string", "x-nullable": True},
                "id": {"type": "integer", "readOnly": True},
            },
        },
        "Cat": {"allOf": [_pet("Pet"), {"type": "object", "properties": {"lives": {"type": "integer"}}}]},
    },
    "paths": {
        "/pets/{id}": {
            "parameters": [_in("path", "id", required=True)],
            "get": {
                "operationId": "read",
                "parameters": [
                    {"$ref": "#/parameters/Limit"}, _in("query", "csv", "array"),
                    _in("query", "multi", "array", collectionFormat="multi"),
                    _in("query", "pipes", "array", collectionFormat="pipes"), _in("header", "X-Tags", "array"),
                ],
                "responses": {"200": {"description": "", "schema": _pet("Pet")}, "404": {"$ref": "#/responses/Wrong"}},
            },
            "put": {
                "operationId": "write", "security": [{"User": []}],
                "parameters": [{"name": "pet", "in": "body", "required": True, "schema": _pet("Pet")}],
                "responses": {"204": {"description": ""}},
            },
        },
        "/form": {
            "post": {
                "operationId": "form", "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [
                    _in("formData", "Full-Name", required=True), _in("formData", "csv", "array"),
                    _in("formData", "multi", "array", collectionFormat="multi"),
                ],
                "responses": {"204": {"description": ""}},
            },
        },
        "/file": {
            "post": {
                "operationId": "upload",
                "parameters": [_in("formData", "file", "file"), _in("formData", "note")],
                "responses": {"200": {"description": "", "schema": {"type": "file"}}},
            },
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def old(make: Callable[..., ModuleType]) -> ModuleType:
    return make(SWAGGER)


def test_parameters_and_answers(old: ModuleType, talk: Start) -> None:
    wrong = (404, b'{"title": "t"}', "application/json", "")
    t = talk(old, {"kind": "Cat", "lives": 9, "nick": None}, wrong, api_key={"Key": "k", "User": ("u", "p")})
    got = t.client.read("1", limit=5, csv=["a", "b"], multi=["a", "b"], pipes=["a", "b"], x_tags=["a", "b"])
    assert t.seen[0].target == "/pets/1?limit=5&csv=a,b&multi=a&multi=b&pipes=a%7Cb&key=k"
    assert "x-tags: a,b" in t.seen[0].head
    assert (type(got), got.lives, got.nick) == (old.models.Cat, 9, None)
    with pytest.raises(old.errors.NotFoundError) as caught:
        t.client.read("1")
    assert caught.value.body == old.models.Problem(title="t")
    with pytest.raises(old.InvalidRequestError, match="limit"):
        t.client.read("1", limit=10)


def test_bodies(old: ModuleType, talk: Start) -> None:
    file = (200, b"\x00", "image/png", "")
    nothing = (204, b"", "", "")
    t = talk(old, nothing, nothing, file, api_key={"Key": "k", "User": ("u", "p")})
    t.client.write("1", {"kind": "Cat", "lives": 1, "nick": None})
    t.client.form(full_name="a b", csv=["x", "y"], multi=["x", "y"])
    assert t.client.upload(file=b"F", note="n") == b"\x00"
    assert json.loads(t.seen[0].body) == {"kind": "Cat", "lives": 1, "nick": None}
    assert "authorization: basic" in t.seen[0].head.lower()
    assert t.seen[1].body == b"Full-Name=a+b&csv=x,y&multi=x&multi=y"
    assert kind_of(t.seen[2]).startswith("multipart/form-data")
    assert b'name="file"; filename="file"' in t.seen[2].body


def test_its_base_url_and_its_places(old: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert old.Client(api_key={"Key": "k"}).base_url == "https://old.example/v1"
    broken = {**SWAGGER, "definitions": {**SWAGGER["definitions"], "Cat": {"allOf": [_pet("No")]}}}
    path = tmp_path / "old.json"
    path.write_text(json.dumps(broken, indent=1), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    line = 1 + next(number for number, text in enumerate(lines) if '"#/definitions/No"' in text)
    assert main(["--spec", str(path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "warning: Swagger 2.0 is read as OpenAPI 3.0" in said
    assert f"old.json:{line}:" in said
    assert not (tmp_path / "out").exists()
    path.write_text('{"swagger": "1.2", "info": {}, "paths": {}}', encoding="utf-8")
    assert main(["--spec", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "python -m spec import" not in capsys.readouterr().err
