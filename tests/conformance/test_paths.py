"""Filters on fields of related rows, and on lists: one of the values must satisfy the lookup."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

import spec
from conformance.oracle.candidates import candidates
from conformance.oracle.lookups import satisfies, values_at
from conformance.oracle.mutants import Mutant, mutants
from spec import Filter

FILTERS = {f.parameter: f for f in spec.load(Path(__file__).with_name("library.yaml")).by_code["listBooks"].filters}
TAG, ALL, NAME, BORN = (
    FILTERS[n] for n in ("tag", "tags__all", "authors__name__icontains", "authors__born__year__gte")
)
CITY, NO_CITY, NOT_TAG = (FILTERS[n] for n in ("publisher__city", "publisher__city__isnull", "tag__ne"))
ROW = {
    "tags": ["new", "rare"],
    "authors": [{"name": "Ann Lee", "born": "1999-12-31"}, {"name": "Bo", "born": None}],
    "publisher": {"city": "Bonn"},
}


@pytest.mark.parametrize(
    ("filter", "row", "operand", "truth"),
    [
        (TAG, ROW, "rare", True),
        (TAG, ROW, "ne", False),
        (TAG, {"tags": []}, "rare", False),
        (TAG, {"tags": None}, "rare", False),
        (TAG, {}, "rare", None),
        (ALL, ROW, "new,rare", True),
        (ALL, ROW, "rare", True),
        (ALL, ROW, "new,old", False),
        (NAME, ROW, "NN", True),
        (NAME, ROW, "Cy", False),
        (NAME, {"authors": [{}]}, "Cy", False),
        (BORN, ROW, "1999", True),
        (BORN, ROW, "2000", False),
        (CITY, ROW, "BONN", True),
        (CITY, {"publisher": None}, "BONN", False),
        (NO_CITY, ROW, "false", True),
        (NO_CITY, {"publisher": {"city": None}}, "true", True),
        (NO_CITY, {"publisher": None}, "true", True),
        (NOT_TAG, ROW, "rare", False),
        (NOT_TAG, ROW, "old", True),
        (NOT_TAG, {"tags": []}, "old", None),
    ],
)
def test_meaning(filter: Filter, row: dict[str, Any], operand: str, truth: bool | None) -> None:
    assert satisfies(filter, row, operand) is truth


def test_the_way_through_lists_of_lists() -> None:
    row = {"a": [{"b": [1, [2]]}, {"b": 3}, {}, None]}
    assert values_at(row, ("a", "b")) == [1, 2, 3, None]


def named(name: str, filter: Filter) -> Mutant:
    return next(m for m in mutants(filter, ("title",), ("added",)) if m.name == name)


@pytest.mark.parametrize(
    ("filter", "name", "operand"),
    [
        (TAG, "ignored", "old"),
        (TAG, "read as contains", "ar"),
        (TAG, "only the first of a row's values counts", "rare"),
        (TAG, "only the last of a row's values counts", "new"),
        (TAG, "all of a row's values must match", "new"),
        (ALL, "one of the listed values is enough", "new,old"),
        (ALL, "only the first of the list counts", "new,old"),
        (NAME, "read as contains", "ANN"),
        (NAME, "only the last of a row's values counts", "ann"),
        (BORN, "read as gt", "1999"),
        (NOT_TAG, "the negation is lost", "new"),
        (NOT_TAG, "only the first of a row's values counts", "rare"),
    ],
)
def test_mutants(filter: Filter, name: str, operand: str) -> None:
    filter = replace(filter, schema={**filter.schema, "enum": []}) if "enum" in filter.schema else filter
    assert named(name, filter).shows(ROW, operand, None) is not satisfies(filter, ROW, operand)


def test_a_row_without_values_may_be_shown_by_mistake() -> None:
    mutant = named("a row without values matches", TAG)
    assert mutant.shows({"tags": []}, "new", None)
    assert not mutant.shows({"tags": ["old"]}, "new", None)


def test_values_that_one_row_has_together_are_sent() -> None:
    rows: list[dict[str, Any]] = [{"tags": ["new", "rare"]}, {"tags": ["old", "loan", "short"]}, {"tags": []}]
    found = {operand for _, operand in candidates(ALL, rows, Random(1))}
    assert {"new,rare", "old,loan,short", "new,old", "old,new"} <= found
