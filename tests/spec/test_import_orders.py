"""`spec import`: by which fields a parameter orders the rows, and how it writes the direction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import spec
from spec.importing.orders import ordering, turns

FIELDS = ("id", "title", "made_at")


@pytest.mark.parametrize(
    ("schema", "text", "expected"),
    [
        ({"enum": ["title", "-title", "id", "-id"]}, "", {"fields": ["id", "title"], "descending": "-{field}"}),
        (
            {"type": "array", "items": {"enum": ["made_at", "-made_at"]}},
            "",
            {"fields": ["made_at"], "descending": "-{field}"},
        ),
        (
            {"enum": ["title:asc", "title:desc"]},
            "",
            {"fields": ["title"], "ascending": "{field}:asc", "descending": "{field}:desc"},
        ),
        ({"enum": ["title", "random"]}, "", {"fields": ["title"]}),
        ({}, "Sort by title or id; -title for the other way.", {"fields": ["id", "title"], "descending": "-{field}"}),
        (
            {},
            "One of title and made_at, with '-' before it to turn it.",
            {"fields": ["title", "made_at"], "descending": "-{field}"},
        ),
    ],
)
def test_an_order_is_recognised(schema: dict[str, Any], text: str, expected: dict[str, Any]) -> None:
    found = ordering(FIELDS, schema, text, ())
    assert found
    assert found.pop("x-provenance")
    assert found == expected


@pytest.mark.parametrize(
    ("values", "both"),
    [(["a", "-a"], True), (["a", "-a", "b"], False), (["-a"], False), (["a"], False), ([], False)],
)
def test_values_in_pairs_are_an_order(values: list[str], both: bool) -> None:
    assert turns({"type": "array", "items": {"enum": values}}) is both


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({}, "Which field to use when ordering the results."),
        ({}, "By title."),
        ({"enum": ["random"]}, ""),
        ({"enum": [None]}, ""),
    ],
)
def test_an_order_without_fields_or_directions_is_none(schema: dict[str, Any], text: str) -> None:
    assert ordering(FIELDS, schema, text, ()) is None


def test_the_direction_may_be_a_parameter_of_its_own(tmp_path: Path) -> None:
    asked = [
        {"name": "title", "in": "query", "schema": {"enum": ["asc", "desc"]}},
        {"name": "order", "in": "query", "schema": {"type": "string", "enum": ["ASC", "DESC"]}},
    ]
    operation = {"parameters": asked, "responses": {"200": {"description": ""}}}
    file = tmp_path / "a.json"
    info = {"title": "a", "version": "1"}
    file.write_text(json.dumps({"openapi": "3.1.0", "info": info, "paths": {"/": {"get": operation}}}), "utf-8")
    others = spec.load(file).operations[0].parameters
    found = ordering(FIELDS, {"enum": ["title", "id"]}, "", others)
    assert found
    assert found["direction"] == {"parameter": "order", "ascending": "ASC", "descending": "DESC"}
