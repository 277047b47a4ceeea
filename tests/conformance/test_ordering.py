"""What it means that rows are sorted: decided where all databases agree, open elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spec
from conformance.oracle.ordering import apart, as_text_differs, by_keys, compared, misplaced
from spec import SortKey

CONTRACT = spec.load(Path(__file__).with_name("library.yaml"))
(ORDERING,) = (p.ordering for p in CONTRACT.by_code["listBooks"].parameters if p.ordering)
TITLE, PAGES = SortKey(ORDERING, "title"), SortKey(ORDERING, "pages")


@pytest.mark.parametrize(
    ("kind", "one", "other", "order"),
    [
        ("number", 9, 10, -1),
        ("number", "9.50", "9.5", 0),
        ("number", True, 1, None),
        ("date", "2024-02-29", "2024-03-01", -1),
        ("date-time", "2024-01-01T02:00:00+03:00", "2023-12-31T23:30:00Z", -1),
        ("boolean", False, True, -1),
        ("text", "apple", "banana", -1),
        ("text", "b", "a", 1),
        ("text", "a", "a", 0),
        ("text", "", "a", -1),
        # upper and lower case, accents, punctuation, numbers: every database has a way of its own
        ("text", "Banana", "apple", None),
        ("text", "É", "Z", None),
        ("text", "co-op", "cooking", None),
        ("text", "item 9", "item 10", None),
        ("text", "cz", "ch", None),
        ("text", "\uffff", "\U0001f600", None),
        ("number", None, 1, None),
        ("number", 1, None, None),
    ],
)
def test_which_of_two_values_comes_first(kind: Any, one: Any, other: Any, order: int | None) -> None:
    assert compared(kind, one, other) == order
    assert compared(kind, other, one) == (None if order is None else -order)


@given(st.text(max_size=6), st.text(max_size=6))
def test_texts_are_decided_the_same_both_ways(one: str, other: str) -> None:
    order, turned = compared("text", one, other), compared("text", other, one)
    assert (order is None and turned is None) or order == -(turned or 0)
    if order:
        assert order == (one > other) - (one < other)


def test_a_second_key_counts_among_equal_ones() -> None:
    down = replace(PAGES, descending=True)
    short, long, other = ({"title": t, "pages": p} for t, p in (("a", 9), ("a", 10), ("b", 10)))
    assert by_keys((TITLE, PAGES), short, long) == -1
    assert by_keys((TITLE, down), short, long) == 1
    assert by_keys((TITLE, down), long, other) == -1
    assert by_keys((TITLE, PAGES), long, dict(long)) == 0
    assert by_keys((TITLE, PAGES), {"title": None, "pages": 1}, long) is None


def test_rows_that_stand_the_wrong_way_round() -> None:
    rows = [{"pages": value} for value in (1, None, 2, 2, 3)]
    assert misplaced((PAGES,), rows) is None
    assert misplaced((PAGES,), [*rows, {"pages": None}, {"pages": 2}]) == ({"pages": 3}, {"pages": 2})
    assert misplaced((replace(PAGES, descending=True),), rows) == ({"pages": 2}, {"pages": 3})
    assert apart((PAGES,), rows)
    assert not apart((PAGES,), rows[2:4])


def test_the_values_of_an_enum_may_stand_as_they_are_declared() -> None:
    genre = {"type": "string", "enum": ["novel", "essay", "poetry"]}
    key = SortKey(replace(ORDERING, fields={"g": "genre"}, schemas={"g": genre}), "g")
    novel, essay, poetry = ({"genre": value} for value in genre["enum"])
    assert by_keys((key,), essay, poetry) == -1
    assert by_keys((key,), essay, novel) is None


def test_a_field_inside_an_object() -> None:
    city = SortKey(ORDERING, "city")
    bonn, ulm, none = ({"publisher": {"city": name}} for name in ("bonn", "ulm", None))
    assert by_keys((city,), bonn, ulm) == -1
    assert by_keys((city,), bonn, none) is None
    assert by_keys((city,), bonn, {"publisher": None}) is None


def test_numbers_that_would_be_sorted_otherwise_as_texts() -> None:
    assert as_text_differs(PAGES, [{"pages": 9}, {"pages": 10}])
    assert not as_text_differs(PAGES, [{"pages": 11}, {"pages": 12}, {"pages": None}])
