"""Small pure parts of laws, each by its own cases."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.laws.parameters import outside
from conformance.laws.walks import limits


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"type": "integer"}, []),
        ({"minimum": 1}, [0, -1]),
        ({"exclusiveMinimum": 1}, [1]),
        ({"maximum": 100}, [101]),
        ({"exclusiveMaximum": 100}, [100]),
        ({"minimum": 1, "maximum": 9}, [0, -1, 10]),
    ],
)
def test_what_is_outside_of_bounds(schema: dict[str, Any], values: list[int]) -> None:
    assert outside(schema) == values


@pytest.mark.parametrize(
    ("count", "expected"), [(0, (1, 1)), (1, (1, 1)), (2, (1, 1)), (4, (1, 2)), (20, (6, 10)), (21, (10, 7))]
)
def test_two_limits_cut_a_list_differently(count: int, expected: tuple[int, int]) -> None:
    assert limits(count) == expected
