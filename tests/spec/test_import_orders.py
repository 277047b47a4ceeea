"""`spec import`: by which fields a parameter orders the rows, and how it writes the direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from spec import Location, Parameter, Provenance
from spec.importing.orders import ordering

FIELDS = ("id", "title", "made_at")


def _parameter(name: str, schema: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=name,
        place="query",
        required=False,
        schema=schema,
        style="form",
        explode=True,
        reserved=False,
        content_type=None,
        deprecated=False,
        description="",
        pagination=None,
        search=(),
        ordering=None,
        filters=(),
        provenance=Provenance("documented", ""),
        pointer="",
        location=Location("", 1, 1),
    )


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


def test_the_direction_may_be_a_parameter_of_its_own() -> None:
    others = [
        _parameter("title", {"enum": ["asc", "desc"]}),
        _parameter("order", {"type": "string", "enum": ["ASC", "DESC"]}),
    ]
    found = ordering(FIELDS, {"enum": ["title", "id"]}, "", others)
    assert found
    assert found["direction"] == {"parameter": "order", "ascending": "ASC", "descending": "DESC"}
