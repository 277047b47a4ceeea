"""Parts of dates: what the clocks of a time zone show, and what is open where no zone is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import spec
from conformance.oracle.lookups import satisfies
from conformance.oracle.mutants import Mutant, mutants
from spec import Filter

CREATED = next(f for f in spec.load().by_code["PRD102"].filters if f.field == "created_at")
NIGHT = {"created_at": "2023-12-31T22:30:00Z"}
"""In Istanbul it is half past one on Monday, the first of January 2024."""


def of(lookup: str, zone: str | None = "Europe/Istanbul", **more: Any) -> Filter:
    """A filter on a part of a date-time."""
    part = lookup.removeprefix("not_").partition("__")[0]
    schema = {"type": "string", "format": "date"} if part == "date" else {"type": "integer"}
    return replace(CREATED, lookup=lookup, part=part, zone=zone, schema=schema, **more)


@pytest.mark.parametrize(
    ("lookup", "operand", "truth"),
    [
        ("date", "2024-01-01", True),
        ("date", "2023-12-31", False),
        ("date__gt", "2023-12-31", True),
        ("year", "2024", True),
        ("year__lte", "2023", False),
        ("quarter", "1", True),
        ("month", "1", True),
        ("day", "1", True),
        ("week_day", "2", True),
        ("week_day", "1", False),
        ("hour", "1", True),
        ("hour__lt", "1", False),
        ("minute", "30", True),
        ("not_year", "2024", False),
        ("not_hour__gte", "2", True),
    ],
)
def test_parts(lookup: str, operand: str, truth: bool) -> None:
    assert satisfies(of(lookup), NIGHT, operand) is truth
    assert satisfies(of(lookup), {"created_at": None}, operand) is (None if lookup.startswith("not_") else False)


def test_a_list_and_a_range_of_parts() -> None:
    for lookup, operand in (("month__in", "12,1"), ("month__range", "1,3")):
        assert satisfies(of(lookup, many=True, delimiter=","), NIGHT, operand)
    assert satisfies(of("not_month__in", many=True, delimiter=","), NIGHT, "12,1") is False


@pytest.mark.parametrize(
    ("lookup", "value", "operand", "truth"),
    [
        ("year", "2023-12-31T22:30:00Z", "2023", None),
        ("year", "2023-06-01T22:30:00Z", "2023", True),
        ("month", "2023-06-15T22:30:00Z", "6", True),
        ("month__lt", "2023-06-15T22:30:00Z", "6", False),
        ("date", "2023-06-15T22:30:00Z", "2023-06-15", None),
        ("hour", "2023-06-15T12:30:00Z", "12", None),
        ("not_date", "2023-06-15T12:30:00Z", "2023-06-15", None),
        ("year", "9999-12-31T23:59:59Z", "9999", None),
        ("year", "no date", "2023", False),
        ("year", "no date at all", "2023", None),
    ],
)
def test_without_a_zone_only_what_all_zones_agree_on_is_decided(
    lookup: str, value: str, operand: str, truth: bool | None
) -> None:
    assert satisfies(of(lookup, None), {"created_at": value}, operand) is truth


def test_a_date_needs_no_zone() -> None:
    day = {"created_at": "2024-02-29"}
    assert [
        satisfies(of(part, None), day, one) for part, one in (("day", "29"), ("week_day", "5"), ("year", "2023"))
    ] == [
        True,
        True,
        False,
    ]


def named(name: str, filter: Filter) -> Mutant:
    return next(m for m in mutants(filter, (), ("created_at", "updated_at")) if m.name == name)


@pytest.mark.parametrize(
    ("lookup", "mutant", "operand"),
    [
        ("date", "the part is that in UTC", "2023-12-31"),
        ("hour", "the part is that in America/New_York", "17"),
        ("date__lt", "read as lte", "2024-01-01"),
        ("week_day", "Monday is day 1", "1"),
        ("week_day", "Monday is day 0", "0"),
        ("week_day", "Sunday is day 0", "1"),
        ("month", "months count from 0", "0"),
        ("quarter", "quarters count from 0", "0"),
        ("day__gte", "days are those of the year", "2"),
        ("hour", "hours go to 12", "13"),
        ("year", "years have two digits", "24"),
        ("day", "looks at updated_at", "17"),
        ("not_year", "the negation is lost", "2024"),
        ("not_year", "the part is that in UTC", "2023"),
    ],
)
def test_mutants(lookup: str, mutant: str, operand: str) -> None:
    row = {**NIGHT, "updated_at": "2024-05-17T08:00:00Z"}
    if mutant == "days are those of the year":
        row["created_at"] = "2024-02-01T12:00:00Z"
    if mutant == "hours go to 12":
        row["created_at"] = "2024-02-01T10:00:00Z"
    filter = of(lookup)
    assert named(mutant, filter).shows(row, operand, None) is not satisfies(filter, row, operand)
