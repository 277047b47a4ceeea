"""The lookups of the vocabulary: its JSON Schema and the table name the same ones."""

from __future__ import annotations

import re

import pytest

from spec import lookups, vocabulary

PATTERN = re.compile(vocabulary.schema()["$defs"]["lookup"]["pattern"])


@pytest.mark.parametrize("name", lookups.LOOKUPS)
def test_the_schema_allows_every_lookup(name: str) -> None:
    assert PATTERN.search(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "not_",
        "not_isnull",
        "not_not_in",
        "exakt",
        "gt ",
        "in,gt",
        "year__exact",
        "year__contains",
        "year__isnull",
        "second",
    ],
)
def test_the_schema_allows_no_other(name: str) -> None:
    assert not PATTERN.search(name)
    assert name not in lookups.LOOKUPS


def test_a_negation_has_the_kinds_and_the_operand_of_what_it_negates() -> None:
    for each in lookups.LOOKUPS.values():
        positive = lookups.LOOKUPS[each.positive]
        assert (each.kinds, each.operand, each.many) == (positive.kinds, positive.operand, positive.many)
        assert each.negated == each.name.startswith("not_")


def test_the_lookups_of_a_kind() -> None:
    assert lookups.of_kind("boolean") == ("exact", "isnull")
    assert lookups.of_kind("object") == ("isnull",)
    assert lookups.of_kind("date")[-5:] == ("year", "quarter", "month", "day", "week_day")
    assert "hour" in lookups.of_kind("date-time")
    assert "in" not in lookups.of_free_keys()
