"""The examples of documents go through the clients of these documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import spec
from generator.__main__ import main

from .documents import Document, document, ref
from .examples import fed

_ID = {"type": "string"}


def _kind(name: str, **properties: Any) -> Document:
    kind = {"type": "string", "enum": [name]}
    return {"type": "object", "required": ["kind", *properties], "properties": {"kind": kind, **properties}}


_SCHEMAS: Document = {
    "Thing": {
        "type": "object",
        "required": ["id", "parent", "parts", "seen"],
        "properties": {
            "id": {"type": "integer"},
            "parent": _ID,
            "data": {"type": "object"},
            "label": {"type": "string"},
            "note": {"type": "string"},
            "seen": {"type": "string", "format": "date-time"},
            "parts": {"type": "array", "items": {"oneOf": [ref("Wheel"), ref("Door")]}},
            "by_name": {"type": "object", "additionalProperties": ref("Door")},
            "more": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    },
    "Wheel": _kind("wheel", size={"type": "integer"}, made={"type": "string", "format": "date-time"}),
    "Door": _kind("door", colour=_ID),
    "Plain": {"type": "object", "required": ["id", "name"], "properties": {"id": _ID, "name": _ID}},
}
_SCHEMAS["Plain"]["example"] = {"id": "a"}

_SENT = {
    "id": 1,
    "parent": None,
    "data": "text",
    "label": 5,
    "note": "as documented",
    "seen": "2026-01-02T03:04:05",
    "parts": [{"kind": "door"}, {"kind": "wheel", "size": 3, "made": "2026-01-02T03:04:05Z"}],
    "by_name": {"left": {"kind": "door", "colour": None}},
    "more": {"code": 5, "text": "a", "nothing": None},
}
_RECEIVED = [{"id": 2, "parts": [], "seen": "2026-01-02T03:04:05Z"}, {"id": 3, "parent": "2", "data": [1], "parts": []}]


def _with(schema: Document, example: Any = None) -> Document:
    return {"content": {"application/json": {"schema": schema, **({} if example is None else {"example": example})}}}


def test_our_own_document(tmp_path: Path) -> None:
    found = fed(spec.DEFAULT, tmp_path)
    assert found.failures == []
    assert found.requests >= 5
    assert found.responses >= 5


def test_examples_that_contradict_their_schemas(tmp_path: Path) -> None:
    listed = {"type": "array", "items": ref("Thing")}
    change = {"operationId": "change", "requestBody": {"required": True, **_with(ref("Thing"), _SENT)}}
    change["responses"] = {"200": {"description": "", **_with(listed, _RECEIVED)}}
    show = {"operationId": "show", "responses": {"200": {"description": "", **_with(ref("Plain"))}}}
    path = tmp_path / "contrary.json"
    path.write_text(json.dumps(document({"/things": {"post": change}, "/plain": {"get": show}}, _SCHEMAS)))
    found = fed(path, tmp_path)
    assert found.failures == []
    assert (found.requests, found.responses) == (1, 2)
    models = (tmp_path / "fed_contrary" / "models.py").read_text(encoding="utf-8")
    for line in (
        "parent: str | None = None",
        "data: dict[str, Any] | str | list[Any] | None = None",
        "note: str | None = None",
        "more: dict[str, str | int | None] | None = None",
        "id: int\n",
        "size: int\n",
    ):
        assert line in models


def test_what_examples_change_is_named_and_can_be_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    thing = {"required": ["id"], "properties": {"id": {"type": "integer"}, "note": {"type": "string"}}}
    shown = {"operationId": "show", "responses": {"200": {"description": "", **_with(thing, {"note": None})}}}
    path, out = tmp_path / "contrary.json", tmp_path / "out"
    path.write_text(json.dumps(document({"/thing": {"get": shown}}), indent=1))
    command = ["--spec", str(path), "--out", str(out), "--package", "contrary"]
    lines = path.read_text().splitlines()
    assert main(command) == 0
    said = capsys.readouterr().err.splitlines()
    for name, why in (("id", "may be missing: an example leaves it out"), ("note", "may be null: it is in an example")):
        line = 1 + next(number for number, text in enumerate(lines) if f'"{name}": {{' in text)
        assert any(f":{line}:" in each and f"note: '{name}' {why}" in each for each in said)
    assert "    id: int | None = None" in (out / "contrary" / "models.py").read_text()
    assert main([*command, "--ignore-examples"]) == 0
    assert capsys.readouterr().err == ""
    assert "    id: int\n" in (out / "contrary" / "models.py").read_text()
