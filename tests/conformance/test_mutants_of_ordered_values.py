"""Mutants of numbers and instants: a value that kills each."""

from __future__ import annotations

import pytest

from conformance.oracle.lookups import satisfies
from tests.conformance.mutant_filters import FILTERS, named, number_filter

NOON = "2025-05-22T12:00:00.500Z"


ORDERED = [
    (lookup, f"read as {other}", value, "7")
    for lookup, other, value in [
        ("gt", "gte", 7),
        ("gt", "lt", 8),
        ("gt", "lte", 6),
        ("gt", "exact", 7),
        ("gte", "gt", 7),
        ("lt", "lte", 7),
        ("lte", "lt", 7),
        ("lte", "gte", 8),
        ("exact", "gte", 8),
        ("exact", "lte", 6),
    ]
]


@pytest.mark.parametrize(("lookup", "name", "value", "operand"), ORDERED)
def test_ordered_mutants(lookup: str, name: str, value: int, operand: str) -> None:
    filter = number_filter(lookup)
    assert named(name, filter).shows({"n": value}, operand, None) is not satisfies(filter, {"n": value}, operand)


TIMES = [
    # lookup, mutant, the row's instant, the operand
    ("exact", "the offset is dropped", NOON, "2025-05-22T15:00:00.500+03:00"),
    ("exact", "the offset counts the wrong way", NOON, "2025-05-22T15:00:00.500+03:00"),
    ("exact", "the value's fraction is dropped", NOON, NOON),
    ("exact", "the row's fraction is dropped", NOON, NOON),
    ("exact", "both fractions are dropped", NOON, "2025-05-22T12:00:00Z"),
    ("gt", "both fractions are dropped", NOON, "2025-05-22T12:00:00Z"),
    ("gt", "the row's fraction is dropped", NOON, "2025-05-22T12:00:00.499Z"),
    ("gte", "the value's fraction is dropped", "2025-05-22T12:00:00.100Z", NOON),
    ("gte", "the fraction is read as milliseconds", NOON, "2025-05-22T12:00:00.51Z"),
    ("gt", "the offset's minutes are dropped", NOON, "2025-05-22T17:15:00.500+05:30"),
    ("exact", "seconds don't count", NOON, "2025-05-22T12:00:30Z"),
    ("exact", "only the date counts", NOON, "2025-05-22T23:00:00Z"),
    ("exact", "compared as text", NOON, "2025-05-22T15:00:00.500+03:00"),
    ("gt", "compared as text", NOON, "2025-05-22T13:00:00.000+03:00"),
    ("exact", "+3 hours off", NOON, NOON),
    ("exact", "-3 hours off", NOON, NOON),
    ("gt", "+3 hours off", NOON, "2025-05-22T10:00:00Z"),
    ("gt", "-3 hours off", NOON, "2025-05-22T14:00:00Z"),
    ("lt", "+1 hours off", NOON, "2025-05-22T11:30:00Z"),
    ("gt", "-1 hours off", NOON, "2025-05-22T12:30:00Z"),
    ("gt", "+1 ms off", NOON, "2025-05-22T12:00:00.499Z"),
    ("gt", "-1 ms off", NOON, NOON),
    ("lt", "+1000 ms off", NOON, "2025-05-22T12:00:00Z"),
    ("gt", "-1000 ms off", NOON, "2025-05-22T12:00:01Z"),
    ("exact", "within 0.001 s counts as equal", NOON, "2025-05-22T12:00:00.501Z"),
    ("exact", "within 0.01 s counts as equal", NOON, "2025-05-22T12:00:00.509Z"),
    ("exact", "within 1 s counts as equal", NOON, "2025-05-22T12:00:01Z"),
    ("exact", "within 60 s counts as equal", NOON, "2025-05-22T12:01:00Z"),
    ("gt", "looks at created_at", NOON, "2025-05-22T11:00:00Z"),
]


@pytest.mark.parametrize(("lookup", "name", "value", "operand"), TIMES)
def test_time_mutants(lookup: str, name: str, value: str, operand: str) -> None:
    filter = FILTERS["updated_at" if lookup == "exact" else f"updated_at__{lookup}"]
    row = {"updated_at": value, "created_at": "2025-05-01T00:00:00Z"}
    mutant = named(name, filter)
    right = satisfies(filter, row, operand)
    assert right is not None
    assert mutant.shows(row, operand, None) is not right
    assert (mutant.reads(row, None) is None) is (not name.startswith("looks at"))


@pytest.mark.parametrize(
    ("name", "value", "operand"),
    [
        ("the offset is dropped", NOON, "2025-05-22T12:00:00.500Z"),
        ("the offset is dropped", NOON, "2025-05-22T12:00:00.500+00:00"),
        ("the offset counts the wrong way", NOON, NOON),
        ("the offset counts the wrong way", NOON, "2025-05-22T12:00:00.500+00:00"),
        ("the value's fraction is dropped", "2025-05-22T12:00:00Z", "2025-05-22T12:00:00Z"),
        ("seconds don't count", NOON, "2025-05-22T12:01:00Z"),
        ("only the date counts", NOON, "2025-05-23T12:00:00Z"),
        ("compared as text", NOON, NOON),
        ("+3 hours off", NOON, "2025-05-22T12:00:00Z"),
        ("+1 ms off", NOON, "2025-05-22T12:00:00.510Z"),
        ("within 0.001 s counts as equal", NOON, "2025-05-22T12:00:00.502Z"),
        ("within 0.01 s counts as equal", NOON, "2025-05-22T12:00:00.511Z"),
        ("within 1 s counts as equal", NOON, "2025-05-22T12:00:01.501Z"),
        ("within 60 s counts as equal", NOON, "2025-05-22T12:01:01Z"),
        ("the offset is dropped", NOON, "yesterday"),
        ("within 1 s counts as equal", NOON, "yesterday"),
        ("both fractions are dropped", "yesterday", NOON),
        ("+1 ms off", NOON, "yesterday"),
    ],
)
def test_time_mutants_agree_where_they_dont_matter(name: str, value: str, operand: str) -> None:
    row = {"updated_at": value}
    assert named(name, FILTERS["updated_at"]).shows(row, operand, None) is bool(
        satisfies(FILTERS["updated_at"], row, operand)
    )
