"""Small pure parts of laws, each by its own cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.laws.filters import may_be_refused
from conformance.laws.parameters import outside
from conformance.laws.readback import of_this_run
from conformance.laws.walks import limits
from conformance.oracle.cases import Case
from tests.conformance.mutant_filters import text_filter


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


@pytest.mark.parametrize(
    ("lookup", "operand", "expected"),
    [("exact", "red", False), ("exact", "green", True), ("not_exact", "green", True), ("icontains", "green", False)],
)
def test_a_value_that_no_row_has_may_be_refused_as_no_choice(lookup: str, operand: str, expected: bool) -> None:
    known: Any = SimpleNamespace(rows={"1": {"name": "red"}, "2": {"name": None}})
    assert may_be_refused(known, Case(text_filter(lookup), None, operand, ())) is expected


@pytest.mark.parametrize(("minutes", "expected"), [(-11, False), (-9, True), (0, True), (69, True), (71, False)])
def test_a_time_of_a_run_of_an_hour_lies_within_it_but_for_what_clocks_differ(minutes: int, expected: bool) -> None:
    began = datetime(2025, 5, 22, tzinfo=UTC)
    context: Any = SimpleNamespace(began=began, target=SimpleNamespace(age=3600.0))
    assert of_this_run(context, Decimal((began + timedelta(minutes=minutes)).timestamp())) is expected
