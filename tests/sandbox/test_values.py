"""The values of parameters: what a text means by its schema."""

from __future__ import annotations

import pytest

from conformance.sandbox.values import typed
from spec.model import JSON


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "number"}, "9007199254740993", 9007199254740993),  # a float would make it another number
        ({"type": "number"}, "1.5", 1.5),
        ({"type": ["integer", "null"]}, "12", 12),
        ({"type": "boolean"}, "true", True),
        ({"type": ["string", "number"]}, "12", "12"),
    ],
)
def test_a_text_is_read_by_its_schema(schema: dict[str, JSON], text: str, value: JSON) -> None:
    found = typed(schema, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("type", "text"), [("integer", "1.5"), ("number", "1,5"), ("boolean", "True")])
def test_a_text_that_is_no_such_value_is_refused(type: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        typed({"type": type}, text)
