"""Mutants: each differs from the right meaning where it should, and agrees elsewhere."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import Any

import pytest

from conformance.oracle.candidates import candidates
from conformance.oracle.lookups import satisfies
from conformance.oracle.mutants import (
    all_or_none,
    first_only,
    for_strange_keys,
    mutants,
    nothing_as_text,
    value_of,
    wire_mutants,
    without_accents,
)
from tests.conformance.fake import Shop
from tests.conformance.mutant_filters import FILTERS, named, number_filter, text_filter

A, B, C, D = (f"{n}0000000-0000-4000-8000-000000000000" for n in "abcd")


def test_a_lookup_is_no_mutant_of_itself_and_names_are_unique() -> None:
    for filter in [*FILTERS.values(), *map(number_filter, ("exact", "gt", "gte", "lt", "lte"))]:
        names = [r.name for r in mutants(filter, ("name", "sku"), ("created_at", "updated_at")) + wire_mutants(filter)]
        assert len(set(names)) == len(names)
        assert f"read as {filter.lookup}" not in names
        assert f"looks at {filter.field}" not in names
        assert {"ignored", "always empty"} <= set(names)


LISTS = [
    ("only the first of the list counts", B, f"{A},{B}", f"{B},{A}"),
    ("only the last of the list counts", A, f"{A},{B}", f"{B},{A}"),
    ("only the first two of the list count", C, f"{A},{B},{C}", f"{A},{C},{B}"),
    ("only the first three of the list count", D, f"{A},{B},{C},{D}", f"{A},{B},{D},{C}"),
    ("all but the first of the list count", A, f"{A},{B}", A),
    ("all but the last of the list count", B, f"{A},{B}", B),
    ("a list of one is empty", A, A, f"{A},{B}"),
    ("the list is one value", A, f"{A},{B}", A),
    ("all but the listed ones", A, f"{A},{B}", None),
    ("ignored", A, B, A),
]


@pytest.mark.parametrize(("name", "value", "discriminating", "same"), LISTS)
def test_list_mutants(name: str, value: str, discriminating: str, same: str | None) -> None:
    filter = FILTERS["category__in"]
    mutant, row = named(name, filter), {"category": value}
    assert mutant.differs(discriminating)
    assert mutant.shows(row, discriminating, None) is not satisfies(filter, row, discriminating)
    assert same is None or mutant.shows(row, same, None) is satisfies(filter, row, same)


KEYS = [
    ("upper and lower case of the key don't count", {"color": "Red"}, {"COLOR": "Red"}, "Red"),
    ("upper and lower case of the key don't count", {"Color": "Red"}, {"A": "Red", "Z": "Red"}, "Red"),
    ("any key may match", {"SIZE": "Red"}, {"COLOR": "Red"}, "Red"),
    ("a key that begins so may match", {"COLOR_2": "Red"}, {"XCOLOR": "Red"}, "Red"),
    ("having the key is enough", {"COLOR": "Blue"}, {"SIZE": "Blue"}, "Red"),
    ("integers never match", {"COLOR": 7}, {"COLOR": "7"}, "7"),
    ("only integers match", {"COLOR": "7"}, {"COLOR": 7}, "7"),
]


@pytest.mark.parametrize(("name", "discriminating", "same", "operand"), KEYS)
def test_key_mutants(name: str, discriminating: dict[str, Any], same: dict[str, Any], operand: str) -> None:
    filter = FILTERS["attribute__KEY"]
    mutant = named(name, filter)
    for attributes, differs in ((discriminating, True), (same, False)):
        right = satisfies(filter, {"attributes": attributes}, operand, "COLOR")
        assert (mutant.shows({"attributes": attributes}, operand, "COLOR") is not right) is differs


def test_a_key_that_is_cut() -> None:
    filter = FILTERS["attribute__KEY"]
    row = {"attributes": {"COLOR": "Red", "COLOR_2": "Blue"}}
    cut = named("only the key's first part counts", filter)
    assert cut.shows(row, "Red", "COLOR_2") is True
    assert cut.shows(row, "Blue", "COLOR_2") is False
    assert cut.shows(row, "Red", "COLOR") is True


def test_integers_are_left_out_by_any_lookup_and_alone_by_those_of_whole_values() -> None:
    names = {p: {r.name for r in mutants(FILTERS[p], (), ())} for p in FILTERS if p.startswith("attribute")}
    assert all("integers never match" in found for found in names.values())
    assert {p for p, found in names.items() if "only integers match" in found} == {
        "attribute__KEY",
        "attribute__KEY__iexact",
    }


@pytest.mark.parametrize("row", [{}, {"name": None}, {"attributes": None}, {"attributes": []}, {"attributes": {}}])
def test_a_row_without_the_value_is_shown_only_by_what_looks_elsewhere(row: dict[str, Any]) -> None:
    for parameter in ("name", "attribute__KEY", "updated_at", "category__in"):
        for mutant in mutants(FILTERS[parameter], ("sku",), ("created_at",)) + wire_mutants(FILTERS[parameter]):
            assert mutant.shows(row, "a", "COLOR") is (mutant.name == "ignored")


def test_filters_that_arent_text_arrive_as_they_are() -> None:
    assert wire_mutants(FILTERS["category__in"]) == wire_mutants(FILTERS["updated_at"]) == ()
    assert {r.name for r in mutants(text_filter("gt"), (), ())} == {"ignored", "always empty"}


def test_only_times_are_misread_as_times() -> None:
    assert {r.name for r in mutants(number_filter("gt"), ("sku",), ("created_at",))} == {
        "ignored",
        "always empty",
        "numbers are compared as text",
        *(f"read as {other}" for other in ("exact", "gte", "lt", "lte")),
    }


def test_other_columns_are_looked_at_instead_or_too() -> None:
    row = {"name": "Red", "sku": "Blue"}
    instead, too = named("looks at sku", FILTERS["name"]), named("looks at sku too", FILTERS["name"])
    assert [instead.shows(row, operand, None) for operand in ("Red", "Blue", "Green")] == [False, True, False]
    assert [too.shows(row, operand, None) for operand in ("Red", "Blue", "Green")] == [True, True, False]
    # For an attribute or a time, any value of another column is possible too, so "too" is hard to kill.
    for parameter in ("attribute__KEY", "updated_at__gt"):
        found = mutants(FILTERS[parameter], ("sku",), ("created_at", "updated_at"))
        assert not [mutant.name for mutant in found if mutant.name.endswith("too")]


def test_one_of_several_matches() -> None:
    rows: list[dict[str, Any]] = [{"name": "Blue"}, {"name": "Red"}, {"name": "Red"}, {"name": None}]
    mutant = first_only(FILTERS["name"], rows)
    assert [mutant.shows(row, "Red", None) for row in rows] == [False, True, False, False]
    assert [mutant.shows(row, "Green", None) for row in rows] == [False] * 4


def test_a_list_with_a_value_that_no_row_has() -> None:
    rows: list[dict[str, Any]] = [{"category": "a"}, {"category": "b"}, {"category": None}]
    (mutant,) = all_or_none(FILTERS["category__in"], rows)
    assert [mutant.shows(row, "a,b", None) for row in rows] == [True, True, False]
    assert [mutant.shows(row, "a,c", None) for row in rows] == [False, False, False]
    assert not mutant.differs("c")
    assert all_or_none(FILTERS["name"], rows) == ()


def test_the_value_that_is_compared() -> None:
    assert value_of(FILTERS["name"], {"name": "a"}, None) == "a"
    assert value_of(FILTERS["attribute__KEY"], {"attributes": {"A": 1}}, "A") == 1
    assert value_of(FILTERS["attribute__KEY"], {"attributes": 7}, "A") is None
    assert without_accents("Çiğ ı é ß") == "Cig ı e ß"


@pytest.mark.parametrize(("nothing", "operand"), [("undefined", "unde"), ("null", "ul"), ("None", "on")])
def test_a_value_that_isnt_there_may_be_read_as_a_text(nothing: str, operand: str) -> None:
    rows: list[dict[str, Any]] = [{"name": "Red"}, {"name": None}, {}]
    filter = text_filter("contains")
    mutant = next(m for m in nothing_as_text(filter, rows) if m.name == f"nothing is read as {nothing}")
    assert mutant.shows(rows[1], operand, None)
    assert satisfies(filter, rows[1], operand) is False
    assert mutant.shows(rows[0], "Re", None)
    assert list(nothing_as_text(filter, rows[:1])) == []


def test_a_list_may_be_searched_for_the_value() -> None:
    filter = replace(FILTERS["category__in"], schema={"type": "string"})
    sought = next(m for m in mutants(filter, (), ()) if m.name == "the value is sought in the list's text")
    assert sought.shows({"category": "A-1"}, "A-10,B", None)
    assert satisfies(filter, {"category": "A-1"}, "A-10,B") is False
    folded = next(m for m in mutants(filter, (), ()) if m.name == "upper and lower case don't count")
    assert folded.shows({"category": "A-1"}, "a-1", None)
    assert satisfies(filter, {"category": "A-1"}, "a-1") is False


def test_numbers_may_be_compared_as_text() -> None:
    mutant = named("numbers are compared as text", number_filter("lt"))
    assert mutant.shows({"n": 10}, "9", None)
    assert satisfies(number_filter("lt"), {"n": 10}, "9") is False


def test_falsy_values_may_never_match() -> None:
    filter = FILTERS["attribute__KEY"]
    mutant = named("falsy values never match", filter)
    assert not mutant.shows({"attributes": {"COLOR": 0}}, "0", "COLOR")
    assert satisfies(filter, {"attributes": {"COLOR": 0}}, "0", "COLOR") is True


NEGATED_AND_DERIVED = [
    # lookup, mutant, value, an operand that kills it, an operand that doesn't
    ("not_exact", "the negation is lost", 5, "4", None),
    ("not_gt", "read as gte", 5, "5", "4"),
    ("not_in", "only the first of the list counts", 5, "4,5", "5,4"),
    ("isnull", "true and false are swapped", 5, "true", None),
    ("isnull", "any value counts as true", 5, "false", "true"),
    ("isnull", "any value counts as false", 5, "true", "false"),
    ("isnull", "false doesn't filter", None, "false", "true"),
    ("isnull", "true doesn't filter", 5, "true", "false"),
    ("isnull", "an empty value counts as null", 0, "true", None),
    ("range", "the first value is left out", 5, "5,6", "4,6"),
    ("range", "the last value is left out", 5, "4,5", "4,6"),
    ("range", "both values are left out", 5, "5,5", "4,6"),
    ("range", "only the first value counts", 5, "3,4", "4,6"),
    ("range", "only the last value counts", 5, "6,7", "4,6"),
    ("range", "only the first value itself is found", 5, "4,6", "5,6"),
    ("range", "read as in", 5, "4,6", "5,6"),
    ("range", "the rows outside are shown", 5, "4,6", None),
    ("range", "numbers are compared as text", 9, "5,10", "5,9"),
]


@pytest.mark.parametrize(("lookup", "name", "value", "discriminating", "same"), NEGATED_AND_DERIVED)
def test_mutants_of_negations_ranges_and_nulls(
    lookup: str, name: str, value: Any, discriminating: str, same: str | None
) -> None:
    schema = {"type": "boolean"} if lookup == "isnull" else {"type": "integer"}
    many = lookup in ("range", "not_in")
    filter = replace(number_filter(lookup), schema=schema, many=many, delimiter="," if many else None)
    mutant, row = named(name, filter), {"n": value}
    assert mutant.shows(row, discriminating, None) is not satisfies(filter, row, discriminating)
    if same is not None:
        assert mutant.shows(row, same, None) is satisfies(filter, row, same)


def test_a_range_of_instants_is_misread_at_both_ends() -> None:
    schema = {"type": "string", "format": "date-time"}
    filter = replace(number_filter("range"), schema=schema, many=True, delimiter=",")
    mutant, row = named("the offset is dropped", filter), {"n": "2025-05-22T12:00:00Z"}
    operand = "2025-05-22T13:00:00+03:00,2025-05-22T14:00:00Z"
    assert satisfies(filter, row, operand)
    assert not mutant.shows(row, operand, None)
    assert mutant.differs(operand)
    assert not mutant.differs("2025-05-22T10:00:00Z,2025-05-22T14:00:00Z")


PATTERNS = [
    ("matches", "the first half is enough", "Red bag", "Red sun", "Red bag"),
    # lookup, mutant, value, an operand that kills it, an operand that doesn't
    ("regex", "read as exact", "Red bag", "Red", "Red bag"),
    ("regex", "read as contains", "Red bag", "R.d", "Red"),
    ("regex", "read as icontains", "Red bag", "RED", "Red"),
    ("regex", "read as startswith", "Red bag", "bag", "Red"),
    ("regex", "upper and lower case don't count", "Red bag", "RED", "Red"),
    ("iregex", "upper and lower case count", "Red bag", "RED", "Red"),
    ("regex", "the whole text must match", "Red bag", "Red", "^Red bag$"),
    ("regex", "only the beginning is searched", "Red bag", "bag", "Red"),
    ("regex", "anchors don't count", "Red bag", "^bag", "^Red"),
    ("regex", "a dot stands for itself", "Red bag", "R.d", "Red"),
    ("regex", "only the first alternative counts", "Red bag", "sun|bag", "bag|sun"),
]


@pytest.mark.parametrize(("lookup", "name", "value", "discriminating", "same"), PATTERNS)
def test_mutants_of_searched_texts(lookup: str, name: str, value: str, discriminating: str, same: str) -> None:
    filter = text_filter(lookup)
    mutant, row = named(name, filter), {"name": value}
    assert mutant.shows(row, discriminating, None) is not satisfies(filter, row, discriminating)
    assert mutant.shows(row, same, None) is satisfies(filter, row, same)


STRANGE = [
    # mutant, key, operand, whether the mutant shows the row
    ("a key beyond ASCII doesn't filter", "ölçü", "x", True),
    ("a key beyond ASCII doesn't filter", "SIZE", "x", False),
    ("a key with a dot doesn't filter", "a.b", "x", True),
    ("a key that begins with $ doesn't filter", "$a", "x", True),
    ("a key that begins with $ doesn't filter", "a$", "x", False),
    ("what every object inherits counts", "constructor", "native code", True),
    ("what every object inherits counts", "COLOR", "native code", False),
    ("a key that names a field finds the field", "name", "Bag", True),
    ("a key that names a field finds the field", "COLOR", "Bag", False),
]


@pytest.mark.parametrize(("name", "key", "operand", "shown"), STRANGE)
def test_strange_keys(name: str, key: str, operand: str, shown: bool) -> None:
    filter = FILTERS["attribute__KEY__contains"]
    row = {"name": "Bag", "attributes": {"COLOR": "Red"}}
    assert satisfies(filter, row, operand, key) is False
    assert named(name, filter).shows(row, operand, key) is shown


def test_an_own_entry_hides_what_an_object_inherits() -> None:
    mutant = named("what every object inherits counts", FILTERS["attribute__KEY__contains"])
    assert not mutant.shows({"attributes": {"constructor": "Ada"}}, "native code", "constructor")
    assert mutant.shows({"attributes": {"constructor": "Ada"}}, "Ad", "constructor")


def test_a_key_and_a_value_of_different_entries() -> None:
    mutant = named("the key of one entry and the value of another", FILTERS["attribute__KEY"])
    row = {"attributes": {"COLOR": "Red", "SIZE": "M"}}
    assert mutant.shows(row, "M", "COLOR")
    assert not mutant.shows(row, "M", "FIT")


@pytest.mark.parametrize(
    ("name", "operand", "shown"),
    [
        ("only the first 10 of the list count", ",".join([D] * 10 + [A]), False),
        ("only the first 30 of the list count", ",".join([D] * 29 + [A]), True),
        ("rows of a value that is listed twice come twice", f"{A},{A},{B}", False),
        ("rows of a value that is listed twice come twice", f"{A},{B}", True),
        ("ids compare as text", A.upper(), False),
        ("ids compare as text", f"{A},{B.upper()}", True),
    ],
)
def test_lists_that_stores_cut_or_count_twice(name: str, operand: str, shown: bool) -> None:
    assert named(name, FILTERS["category__in"]).shows({"category": A}, operand, None) is shown


def test_a_strange_key_is_sent_where_the_document_allows_it() -> None:
    filter, rows = FILTERS["attribute__KEY__contains"], [{"name": "Some bag", "attributes": {"COLOR": "Red"}}]
    found = list(for_strange_keys(filter, rows, lambda value, lookup: value[1:-1]))
    assert found == [("$ölçü.b", "x"), ("constructor", "native code"), ("name", "ome ba")]


@pytest.mark.parametrize("parameter", [name for name, filter in FILTERS.items() if not filter.hidden])
def test_a_mutant_shows_the_same_of_many_rows_as_of_each(parameter: str) -> None:
    filter, rows = FILTERS[parameter], Shop(24).rows
    found = (*mutants(filter, ("name", "sku"), ("created_at", "updated_at")), *wire_mutants(filter))
    compared = 0
    for key, operand in itertools.islice(candidates(filter, rows, random.Random(0)), 12):
        present = [row for row in rows if value_of(filter, row, key) is not None]
        for mutant in found:
            one_by_one = [mutant.shows(row, operand, key) for row in present]
            if mutant.over:
                at_once = mutant.over([value_of(filter, row, key) for row in present])(operand)
            elif mutant.over_rows:
                at_once = mutant.over_rows(present, key)(operand)
            else:
                continue
            compared += len(present)
            assert [bool(shown) for shown in at_once] == one_by_one, (mutant.name, operand)
    assert compared
