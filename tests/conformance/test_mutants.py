"""Mutants: each differs from the right meaning where it should, and agrees elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spec
from conformance.oracle.lookups import satisfies
from conformance.oracle.mutants import (
    Mutant,
    all_or_none,
    first_only,
    for_strange_keys,
    mutants,
    nothing_as_text,
    shared_mutants,
    value_of,
    wire_mutants,
    without_accents,
)
from spec import Filter

FILTERS = {f.parameter: f for f in spec.load().by_code["PRD102"].filters}
A, B, C, D = (f"{n}0000000-0000-4000-8000-000000000000" for n in "abcd")
NOON = "2025-05-22T12:00:00.500Z"


def named(name: str, filter: Filter) -> Mutant:
    own = mutants(filter, ("name", "sku", "base_code"), ("created_at", "updated_at"))
    found = (*own, *shared_mutants(filter), *wire_mutants(filter))
    return next(mutant for mutant in found if mutant.name == name)


def text_filter(lookup: str) -> Filter:
    """A filter on `name` with any lookup."""
    return replace(FILTERS["name"], parameter=f"name__{lookup}", lookup=lookup)


def number_filter(lookup: str) -> Filter:
    return replace(FILTERS["name"], parameter=f"n__{lookup}", field="n", lookup=lookup, schema={"type": "integer"})


def row_of(filter: Filter, value: Any) -> dict[str, Any]:
    return {filter.field: {"COLOR": value}} if filter.free_key else {filter.field: value}


TEXTS = [
    # lookup, mutant, value, an operand that kills it, an operand that doesn't
    ("exact", "ignored", "Red", "Blue", "Red"),
    ("exact", "always empty", "Red", "Red", "Blue"),
    ("exact", "read as iexact", "Red", "RED", "Red"),
    ("exact", "read as contains", "Redder", "Red", "Redder"),
    ("exact", "read as icontains", "Redder", "rED", "Redder"),
    ("exact", "read as startswith", "Redder", "Red", "der"),
    ("exact", "read as istartswith", "Redder", "rED", "der"),
    ("exact", "read as endswith", "Redder", "der", "Red"),
    ("exact", "read as iendswith", "Redder", "DER", "Red"),
    ("contains", "read as exact", "Redder", "edd", "Redder"),
    ("contains", "read as icontains", "Redder", "EDD", "edd"),
    ("contains", "read as startswith", "Redder", "edd", "Red"),
    ("contains", "read as endswith", "Redder", "Red", "der"),
    ("icontains", "read as contains", "Redder", "EDD", "edd"),
    ("icontains", "read as iexact", "Redder", "edd", "REDDER"),
    ("startswith", "read as contains", "Redder", "der", "Red"),
    ("istartswith", "read as startswith", "Redder", "rED", "Red"),
    ("endswith", "read as iendswith", "Redder", "DER", "der"),
    ("iendswith", "read as endswith", "Redder", "DER", "der"),
    ("icontains", "only ASCII letters fold", "ÇANTA", "çanta", "Çan"),
    ("icontains", "only ASCII letters fold", "ÇAZ", "çaz", "az"),
    ("icontains", "only the value is folded", "CANTA", "canta", "xyz"),
    ("icontains", "only the row is folded", "canta", "CANTA", "can"),
    ("contains", "accents don't count", "Çanta", "Canta", "anta"),
    ("icontains", "accents don't count", "Çanta", "CANTA", "ANTA"),
    ("exact", "spaces and punctuation are all the same", "AKN-T_1", "AKN T-1", "AKN T 2"),
    ("iexact", "spaces and punctuation are all the same", "Dark, Red", "dark_red", "DARK, RED"),
    ("exact", "only 8 characters count", "Dark Red", "Dark Red!", "Dark Re"),
    ("iexact", "only 8 characters count", "Dark Red bag", "dark red bin", "dark re"),
    ("contains", "a match at the very beginning isn't found", "Red bag", "Red", "bag"),
    ("icontains", "a match at the very beginning isn't found", "Red bag", "RED", "BAG"),
    ("endswith", "a value longer by one letter matches", "Red", "Redx", "Redxy"),
    ("exact", "texts that are numbers compare as numbers", "7", "007", "8"),
    ("iexact", "texts that are numbers compare as numbers", "1.5", "15e-1", "red"),
    ("contains", "null is no value, so it doesn't filter", "Red", "null", "Blue"),
    ("startswith", "undefined is no value, so it doesn't filter", "Red", "undefined", "null"),
    ("contains", "a number doesn't filter a text", "Red", "40.5", "40.5x"),
    ("contains", "% and _ are wildcards", "Red bag", "R_d%g", "Red"),
    ("contains", "% and _ are wildcards", "Red bag", "R_d", "Red"),
    ("contains", "% is a wildcard", "Red bag", "R%g", "R_d"),
    ("contains", "_ is a wildcard", "Red bag", "R_d", "R%g"),
    ("icontains", "_ is a wildcard", "Red bag", "r_D", "r%g"),
    ("contains", "* is a wildcard", "Red bag", "R*g", "R_d"),
    ("exact", "* is a wildcard", "Red bag", "R*", "R*b"),
    ("startswith", "% is a wildcard", "Red bag", "R%b", "%b?"),
    ("endswith", "% is a wildcard", "Red bag", "d%g", "d%b"),
    ("contains", "% is a wildcard", "Red\nbag", "R%g", "R.g"),
    ("contains", "read as a regular expression", "Red bag", "R.d", "Red"),
    ("exact", "read as a regular expression", "Red", "R[e]d", "R["),
    ("endswith", "read as a regular expression", "Red", "e.", "R."),
    ("startswith", "read as a regular expression", "Red", "R.", "e."),
    ("icontains", "read as a regular expression", "Red bag", "r.D", "red"),
    ("exact", "looks at sku", "Red", "Red", "x"),
    ("exact", "looks at sku too", "Red", "S-1", "Red"),
    ("contains", "only whole words match", "Redder bag", "edd", "bag"),
    ("icontains", "only whole words match", "Redder bag", "REDD", "BAG"),
    ("contains", "only beginnings of words match", "Redder bag", "edd", "Redd"),
    ("contains", "[...] is a set of letters", "Red bag", "R[ae]d", "R[x"),
    ("icontains", "[...] is a set of letters", "Red bag", "r[AE]d", "r[x"),
    ("contains", "the words may stand in any order", "Red bag", "bag Red", "Red bag"),
    ("exact", "the words may stand in any order", "Red bag", "bag Red", "Red"),
    ("endswith", "only its first occurrence counts", "cabin in", "in", "n in"),
    ("exact", "0 is no value, so it doesn't filter", "Red", "0", "Red"),
    ("icontains", "0 is no value, so it doesn't filter", "Red", "0", "10"),
    ("exact", "a text that is no number equals 0", "Red", "0", "1"),
    ("exact", "a text that is no number equals 0", "12 bags", "12", "13"),
    # on the way
    ("contains", "backslashes are lost", "Red", "R\\ed", "Red"),
    ("contains", "backslashes are doubled", "R\\ed", "R\\ed", "ed"),
    ("contains", "+ is read as a space", "a b", "a+b", "a"),
    ("contains", "spaces become +", "a b", "a b", "a"),
    ("contains", "percent-decoded twice", "a b", "a%20b", "a"),
    ("contains", "cut at &", "Salt", "Salt&x", "Salt"),
    ("contains", "cut at ;", "Salt", "Salt;x", "Salt"),
    ("contains", "cut at #", "Salt", "Salt#x", "Salt"),
    ("contains", "only the part before a comma counts", "Salt", "Salt,x", "Salt"),
    ("contains", "quotes are lost", "Salt", "Sa\"l't", "Salt"),
    ("contains", "read as Latin-1", "Çanta", "Ça", "an"),
    ("contains", "non-ASCII is lost", "anta", "Çanta", "anta"),
    ("contains", "only the first word counts", "Red bag", "Red hat", "Red"),
    ("contains", "spaces inside are squeezed", "Red bag", "Red  bag", "Red bag"),
    ("contains", "spaces are lost", "Redbag", "Red bag", "Red"),
    ("contains", "cut at 20 characters", "x" * 20, "x" * 21, "x" * 20),
    ("contains", "HTML-escaped", "a&b", "a&b", "a"),
    ("contains", "HTML-escaped", "a'b", "a'b", "a"),
    ("contains", "HTML-escaped", 'a"b', 'a"b', "a"),
    ("contains", "characters beyond the BMP are lost", "bag", "bag🎒", "bag"),
    ("contains", "nothing is found with quotes", 'a "b"', '"b"', "b"),
    ("contains", "nothing is found with quotes", "it's", "t's", "it"),
    ("contains", "nothing is found with a backslash", "a\\b", "a\\", "a"),
    ("contains", "nothing is found with a percent sign", "50%", "0%", "50"),
    ("contains", "nothing is found with an ampersand", "a&b", "a&", "a"),
    ("contains", "nothing is found with a plus", "a+b", "a+", "a"),
    ("contains", "any word may match", "Red bag", "Red hat", "Red"),
    ("contains", "any part between commas may match", "Red", "Blue,Red", "Red"),
]


@pytest.mark.parametrize(("lookup", "name", "value", "discriminating", "same"), TEXTS)
def test_text_mutants(lookup: str, name: str, value: str, discriminating: str, same: str) -> None:
    filter = text_filter(lookup)
    mutant, row = named(name, filter), {"name": value, "sku": "S-1", "base_code": "x"}
    right = satisfies(filter, row, discriminating)
    assert right is not None
    assert mutant.differs(discriminating)
    assert mutant.shows(row, discriminating, None) is not right
    assert not mutant.differs(same) or mutant.shows(row, same, None) is satisfies(filter, row, same)


def test_every_text_mutant_is_tried_above() -> None:
    for lookup in ("exact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iexact"):
        filter = text_filter(lookup)
        found = (*mutants(filter, (), ()), *shared_mutants(filter), *wire_mutants(filter))
        names = {mutant.name for mutant in found}
        assert {n for n in names if not n.startswith("read as i")} <= {name for _, name, *_ in TEXTS}


def test_a_lookup_is_no_mutant_of_itself_and_names_are_unique() -> None:
    for filter in [*FILTERS.values(), *map(number_filter, ("exact", "gt", "gte", "lt", "lte"))]:
        names = [r.name for r in mutants(filter, ("name", "sku"), ("created_at", "updated_at")) + wire_mutants(filter)]
        assert len(set(names)) == len(names)
        assert f"read as {filter.lookup}" not in names
        assert f"looks at {filter.field}" not in names
        assert {"ignored", "always empty"} <= set(names)


@given(st.text("aAbBçÇ %_*.+&;#,\\'\"🎒", max_size=6), st.text("aAbBçÇ %_*.+&;#,\\'\"🎒", min_size=1, max_size=6))
def test_a_mutant_knows_where_it_makes_no_difference(value: str, operand: str) -> None:
    for lookup in ("exact", "icontains", "startswith"):
        filter = text_filter(lookup)
        for mutant in mutants(filter, (), ()) + wire_mutants(filter):
            right = satisfies(filter, {"name": value}, operand)
            if not mutant.differs(operand) and right is not None:
                assert mutant.shows({"name": value}, operand, None) is right


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
def test_mutants_of_regular_expressions(lookup: str, name: str, value: str, discriminating: str, same: str) -> None:
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
