"""The oracle: what a lookup means, three-valued, by examples and by laws that hold for any text and instant."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import spec
from conformance.oracle.lookups import (
    ORDER,
    PLAIN,
    Kind,
    all_of,
    any_of,
    compare,
    hidden_values,
    instant,
    kind_of,
    parse,
    same_id,
    satisfies,
    text,
    turkish_lower,
    turkish_upper,
)
from conformance.oracle.many import over

FILTERS = {f.parameter: f for f in spec.load().by_code["PRD102"].filters}
LETTERS = "aAbBkKsSzZ éÉñÑüÜçÇğĞ ßẞ ŞşΣσς 日 🎒 %_\\'\"*.+&, 0129"
TURKISH = "iIİı"
words = st.text(LETTERS, max_size=8)
turkish = st.text(LETTERS + TURKISH, max_size=8)
anything = st.text(max_size=8)


# -- text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lookup", "value", "operand", "truth"),
    [
        ("exact", "Red", "Red", True),
        ("exact", "Red", "red", False),
        ("exact", "Red", "Re", False),
        ("iexact", "Red", "rED", True),
        ("iexact", "Red", "rE", False),
        ("contains", "Red bag", "d b", True),
        ("contains", "Red bag", "D b", False),
        ("icontains", "Red bag", "D B", True),
        ("icontains", "Red bag", "bags", False),
        ("startswith", "Red bag", "Re", True),
        ("startswith", "Red bag", "re", False),
        ("startswith", "Red bag", "ed", False),
        ("istartswith", "Red bag", "rE", True),
        ("istartswith", "Red bag", "bag", False),
        ("endswith", "Red bag", "ag", True),
        ("endswith", "Red bag", "Ag", False),
        ("endswith", "Red bag", "Red", False),
        ("iendswith", "Red bag", "BAG", True),
        ("iendswith", "Red bag", "RED", False),
        # nothing is a wildcard, and nothing is trimmed
        ("contains", "50 percent", "50%", False),
        ("contains", "a_b", "_", True),
        ("exact", "a.b", "a_b", False),
        ("exact", "Red ", "Red", False),
        ("icontains", "Red", ".*", False),
        # other scripts fold too
        ("iexact", "Söğüt", "SÖĞÜT", True),
        ("icontains", "Ñandú", "ñANDÚ", True),
        ("iexact", "Söğüt", "sogut", False),
        # what locales and versions of Unicode fold differently is left open
        ("iexact", "Kirmizi", "KIRMIZI", None),
        ("icontains", "KIRMIZI", "kirmizi", None),
        ("iexact", "ışık", "IŞIK", None),
        ("iexact", "İz", "iz", None),
        ("icontains", "İstanbul", "i", None),
        ("iexact", "Straße", "STRASSE", None),
        ("iexact", "Straße", "Straße", True),
        ("iexact", "bit", "bit", True),
        ("icontains", "bit", "BAT", False),
        # composed and decomposed letters may count as the same
        ("exact", "e\u0301", "é", None),
        ("exact", "é", "e\u0301", None),
        ("exact", "e\u0301", "e\u0301", True),
        ("contains", "cafe\u0301", "cafe", None),
        ("contains", "café", "cafe", False),
        ("icontains", "CAFE\u0301", "café", None),
    ],
)
def test_texts(lookup: str, value: str, operand: str, truth: bool | None) -> None:
    assert text(lookup, value, operand) is truth
    assert compare(lookup, "text", value, operand) is truth


IMPLIES = [
    ("exact", "startswith"),
    ("exact", "endswith"),
    ("startswith", "contains"),
    ("endswith", "contains"),
    ("exact", "iexact"),
    ("contains", "icontains"),
    ("startswith", "istartswith"),
    ("endswith", "iendswith"),
    ("iexact", "istartswith"),
    ("iexact", "iendswith"),
    ("istartswith", "icontains"),
    ("iendswith", "icontains"),
]


@pytest.mark.parametrize(("narrow", "wide"), IMPLIES)
@given(value=anything | turkish, operand=anything | turkish)
def test_what_a_narrow_lookup_surely_shows_a_wide_one_doesnt_surely_hide(
    narrow: str, wide: str, value: str, operand: str
) -> None:
    for found in (operand, value[: len(operand)], value[len(operand) :], value):
        if text(narrow, value, found) is True:
            assert text(wide, value, found) is not False
        if text(wide, value, found) is False:
            assert text(narrow, value, found) is not True


@given(turkish | anything, st.integers(0, 8), st.integers(0, 8))
def test_a_part_is_found_where_it_is(value: str, start: int, end: int) -> None:
    assume(unicodedata.is_normalized("NFC", value) and value.isprintable())
    part = value[start:end]
    assume(unicodedata.is_normalized("NFC", part))
    assert text("contains", value, part) is True
    assert text("startswith", value, value[:end]) is not False
    assert text("endswith", value, value[start:]) is not False
    assert text("icontains", value, part) is not False


@given(st.text("abkszABKSZ 09", max_size=8), st.text("abkszABKSZ 09", max_size=4))
def test_ascii_without_the_turkish_letters_is_always_decided(value: str, operand: str) -> None:
    for base in ("exact", "contains", "startswith", "endswith"):
        assert text(base, value, operand) is text(base, value, operand) is not None
        assert text(f"i{base}", value, operand) is text(base, value.lower(), operand.lower())
        assert text(f"i{base}", value, value.swapcase()) is True


@given(
    st.text("AbcÇç", max_size=4), st.text("AbcÇç", max_size=4), st.sampled_from(["iI", "Ii", "İi", "ıI", "iİ", "Iı"])
)
def test_no_case_insensitive_answer_rests_on_the_turkish_letters(before: str, after: str, pair: str) -> None:
    left, right = before + pair[0] + after, before + pair[1] + after
    for lookup in ("iexact", "icontains", "istartswith", "iendswith"):
        assert text(lookup, left, right) is None
        assert text(lookup, left, left) is True


@given(words)
def test_turkish_case_is_turkish(value: str) -> None:
    assert turkish_lower("Iİ") == "ıi"
    assert turkish_upper("ıi") == "Iİ"
    assert turkish_lower(value) == value.lower() or any(c in value for c in "Iİ")


@given(anything, anything)
def test_a_text_is_judged_alike_however_often_it_is_asked(value: str, operand: str) -> None:
    for lookup in ("iexact", "icontains", "istartswith", "iendswith"):
        assert text(lookup, value, operand) is text(lookup, value, operand)
        if text(lookup, value, operand) is True:
            assert value.casefold() == operand.casefold() or lookup != "iexact"


# -- integers and other values of a free field --------------------------------------------------------------


@pytest.mark.parametrize(
    ("lookup", "value", "operand", "truth"),
    [
        ("exact", 7, "7", True),
        ("iexact", 7, "7", True),
        ("exact", 7, "8", False),
        ("exact", 7, "seven", False),
        ("exact", 7, "07", None),
        ("exact", 7, "7.0", None),
        ("exact", 70, "7", False),
        ("contains", 70, "7", None),
        ("istartswith", 70, "7", None),
        ("exact", -7, "-7", True),
        ("exact", True, "true", None),
        ("exact", 1.5, "1.5", None),
        ("exact", ["a"], "a", None),
        ("exact", {}, "", None),
        ("exact", None, "", False),
        ("icontains", None, "a", False),
        ("in", None, "a,b", False),
        ("gt", "b", "a", None),
        ("lte", "b", "a", None),
    ],
)
def test_other_values_in_a_text_field(lookup: str, value: Any, operand: str, truth: bool | None) -> None:
    assert compare(lookup, "text", value, operand) is truth


def test_three_valued_logic() -> None:
    assert [any_of(t) for t in ([], [False], [False, None], [None, True], [True, False])] == [
        False,
        False,
        None,
        True,
        True,
    ]
    assert [all_of(t) for t in ([], [True], [True, None], [None, False], [True, False])] == [
        True,
        True,
        None,
        False,
        False,
    ]


# -- ordered values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "operand", "exact", "greater"),
    [
        ("number", 7, "7.00", True, False),
        ("number", "89.90", "89.9000", True, False),
        ("number", "89.94", "89.9", False, True),
        ("number", 7, "x", None, None),
        ("number", True, "1", None, None),
        ("number", "", "1", None, None),
        ("boolean", True, "TRUE", True, False),
        ("boolean", True, "false", False, True),
        ("boolean", True, "maybe", None, None),
        ("boolean", "False", "false", True, False),
        ("date", "2025-05-22", "2025-05-22", True, False),
        ("date", "2025-05-23", "2025-05-22", False, True),
        ("date", "2025-05-23", "yesterday", None, None),
        ("date", 7, "2025-05-22", None, None),
        ("date-time", "2025-05-22T11:42:32.935Z", "2025-05-22T14:42:32.935+03:00", True, False),
        ("date-time", "2025-05-22T11:42:32.935Z", "2025-05-22t11:42:32.935z", True, False),
        ("date-time", "2025-05-22 11:42:32.935Z", "2025-05-22T17:12:32.935+0530", True, False),
        ("date-time", "2025-05-22T11:42:32.935Z", "2025-05-22T11:42:32.934Z", False, True),
        ("date-time", "2025-05-22T11:42:32.9350000001Z", "2025-05-22T11:42:32.935Z", False, True),
        ("date-time", "2025-05-22T11:42:32Z", "2025-05-22T11:42:32.000Z", True, False),
        ("date-time", "2025-05-22T11:42:32Z", "2025-05-22T11:42:32", None, None),
        ("date-time", "2025-05-22T11:42:32Z", "2025-13-22T11:42:32Z", None, None),
        ("date-time", "2025-05-22T11:42:32Z", "x2025-05-22T11:42:32Z", None, None),
        ("date-time", 7, "2025-05-22T11:42:32Z", None, None),
        ("date-time", "1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59Z", False, True),
        ("uuid", "07BE580a-ad72-4778-b309-1d02d6c2acec", "07be580a-AD72-4778-b309-1d02d6c2acec", True, False),
        ("uuid", "07be580a-ad72-4778-b309-1d02d6c2acec", "17be580a-ad72-4778-b309-1d02d6c2acec", False, False),
    ],
)
def test_values_that_compare(kind: Any, value: Any, operand: str, exact: bool | None, greater: bool | None) -> None:
    assert compare("exact", kind, value, operand) is exact
    assert compare("gt", kind, value, operand) is greater
    assert compare("icontains", kind, value, operand) is None


moments = st.datetimes(
    datetime.datetime(1, 1, 3), datetime.datetime(9999, 12, 29), timezones=st.just(datetime.UTC)
) | st.sampled_from([datetime.datetime(2025, 5, 22, 11, 42, 32, 935000, datetime.UTC)])
offsets = st.integers(-14 * 60, 14 * 60)


def written(moment: datetime.datetime, minutes: int) -> str:
    """An instant in an offset."""
    return moment.astimezone(datetime.timezone(datetime.timedelta(minutes=minutes))).isoformat()


@given(moments, offsets, offsets)
@example(datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, datetime.UTC), 0, 60)
def test_an_instant_is_the_same_in_every_offset(moment: datetime.datetime, one: int, other: int) -> None:
    found = instant(written(moment, one))
    assert found == instant(written(moment, other))
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    exact = Decimal(since.days * 86_400 + since.seconds) + Decimal(since.microseconds) / 1_000_000
    assert found == exact


@pytest.mark.parametrize("text", ["2025-02-30T10:00:00Z", "2025-01-01T25:00:00Z", "2025-01-01T10:00:00+99:00", ""])
def test_a_day_or_an_hour_that_there_is_not_is_no_instant(text: str) -> None:
    assert instant(text) is None


@given(moments, moments, offsets)
def test_halves_are_complements_and_ends_belong_to_one(
    one: datetime.datetime, other: datetime.datetime, minutes: int
) -> None:
    for value, operand in ((one, other), (one, one)):
        told = {name: compare(name, "date-time", written(value, 0), written(operand, minutes)) for name in ORDER}
        assert told["gt"] is not told["lte"]
        assert told["lt"] is not told["gte"]
        assert told["gte"] is (told["gt"] or told["exact"])
        assert told["lte"] is (told["lt"] or told["exact"])
        assert told["exact"] is (value == operand)
        assert told["gt"] is (value > operand)


@given(
    st.integers() | st.decimals(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
)
def test_numbers_compare_exactly(value: Any, operand: Decimal) -> None:
    for name, decide in ORDER.items():
        assert compare(name, "number", str(value), str(operand)) is decide(Decimal(value), operand)


@given(
    st.sampled_from(["text", "uuid", "number", "boolean", "date-time", "date"]),
    st.sampled_from([*ORDER, "in", "icontains", "iexact"]),
    st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()),
    st.text(),
)
def test_every_value_can_be_judged(kind: Any, lookup: str, value: Any, operand: str) -> None:
    assert compare(lookup, kind, value, operand) in (True, False, None)


# -- filters ------------------------------------------------------------------------------------------------


def test_a_list_shows_what_one_of_its_values_shows() -> None:
    one, other = "07be580a-ad72-4778-b309-1d02d6c2acec", "17be580a-ad72-4778-b309-1d02d6c2acec"
    listed = FILTERS["category__in"]
    assert satisfies(listed, {"category": one}, f"{other},{one.upper()}") is True
    assert satisfies(listed, {"category": one}, other) is False
    assert compare("in", "text", "KIRMIZI", "a,b") is False
    assert compare("in", "text", "e\u0301", "a,é") is None


def test_a_row_without_the_field_is_left_open_and_one_with_null_is_out() -> None:
    assert satisfies(FILTERS["name"], {}, "a") is None
    assert satisfies(FILTERS["name"], {"name": None}, "a") is False
    free = FILTERS["attribute__KEY__icontains"]
    assert satisfies(free, {}, "a", "COLOR") is None
    assert satisfies(free, {"attributes": []}, "a", "COLOR") is None
    assert satisfies(free, {"attributes": None}, "a", "COLOR") is None
    assert satisfies(free, {"attributes": {}}, "a", "COLOR") is False
    assert satisfies(free, {"attributes": {"COLOR": "Sand"}}, "A", "COLOR") is True
    assert satisfies(free, {"attributes": {"color": "Sand"}}, "A", "COLOR") is False


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "text"),
        ({}, "text"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": "integer"}, "number"),
        ({"type": ["number", "null"]}, "number"),
        ({"type": "string", "format": "decimal"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": ["boolean", "null"]}, "boolean"),
        ({"type": "string", "format": "uuid"}, "uuid"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"type": "string", "format": "date"}, "date"),
        ({"type": "string", "format": "email"}, "text"),
    ],
)
def test_kinds(schema: dict[str, Any], kind: str) -> None:
    assert kind_of(schema) == kind


def test_hidden_values() -> None:
    assert hidden_values(FILTERS["approved"]) == ("true", "false")
    assert hidden_values(replace(FILTERS["name"], schema={"enum": ["a", 1]})) == ("a", "1")
    assert hidden_values(FILTERS["name"]) == ()


def test_what_cant_be_read_is_none() -> None:
    assert parse("number", "1e999999999999999999999") is None or parse("number", "7") == 7
    assert parse("text", 7) == "7"
    assert parse("date-time", None) is None


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(0, 9), st.sampled_from(["Iris", "iris", "İRİS", "é", "2", ""])
)


@given(
    st.sampled_from([*PLAIN, *(f"i{name}" for name in PLAIN), "gt", "lte"]),
    st.sampled_from(["text", "uuid", "number"]),
    st.lists(_VALUES, max_size=6),
    st.sampled_from(["i", "I", "Iris", "RIS", "é", "2", "2.0", "ı", "None"]),
)
def test_many_values_at_once_compare_as_one_by_one(lookup: str, kind: Kind, values: list[Any], operand: str) -> None:
    assert over(lookup, kind, values)(operand) == [compare(lookup, kind, value, operand) for value in values]


# -- lookups of other operands, and negations ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("lookup", "kind", "value", "operand", "truth"),
    [
        ("isnull", "boolean", None, "true", True),
        ("isnull", "boolean", None, "false", False),
        ("isnull", "boolean", 0, "true", False),
        ("isnull", "boolean", "", "false", True),
        ("isnull", "boolean", [], "true", False),
        ("isnull", "boolean", None, "maybe", None),
        ("range", "number", 3, "3,5", True),
        ("range", "number", 5, "3,5", True),
        ("range", "number", 5.5, "3,5", False),
        ("range", "number", 4, "5,3", None),
        ("range", "number", 4, "3", None),
        ("range", "number", 4, "3,5,7", None),
        ("range", "number", None, "3,5", False),
        ("range", "date", "2024-02-29", "2024-02-29,2024-03-01", True),
        ("range", "date-time", "2024-01-01T00:00:00Z", "2024-01-01T03:00:00+03:00,2024-01-02T00:00:00Z", True),
        ("not_exact", "text", "Red", "Red", False),
        ("not_exact", "text", "red", "Red", True),
        ("not_exact", "text", None, "Red", None),
        ("not_in", "text", "Red", "Blue,Red", False),
        ("not_in", "text", "Green", "Blue,Red", True),
        ("not_icontains", "text", "Kirmizi", "IRM", None),
        ("not_range", "number", 3, "3,5", False),
        ("not_gt", "number", 3, "3", True),
        ("empty", "text", "", "true", True),
        ("empty", "text", "The sea", "true", False),
        ("empty", "text", "", "false", False),
        ("empty", "text", "The sea", "false", True),
        ("empty", "text", None, "true", None),
        ("after", "number", 3, "2", True),
        ("after", "number", 3, "3", None),
        ("after", "number", 3, "4", False),
        ("before", "date", "2024-05-02", "2024-05-02", None),
        ("before", "date", "2024-05-01", "2024-05-02", True),
        ("before", "date", None, "2024-05-02", False),
        ("matches", "text", "The sea", "The sea", True),
        ("matches", "text", "The sea", "the sea", None),
        ("matches", "text", "The sea", "SEA", None),
        ("matches", "text", "The sea", "lake", False),
        ("matches", "text", "Iris", "IR", None),
        ("matches", "text", None, "sea", False),
        ("not_matches", "text", "The sea", "lake", True),
        ("regex", "text", "The sea", "^The", True),
        ("regex", "text", "The sea", "^sea", False),
        ("regex", "text", "The sea", "s.a$", True),
        ("regex", "text", "The sea", "sun|sea", True),
        ("regex", "text", "The sea", "SEA", False),
        ("regex", "text", None, "sea", False),
        ("iregex", "text", "The sea", "SEA", True),
        # what languages and databases read differently
        ("iregex", "text", "Iris", "IR", None),
        ("regex", "text", "Çay", "ay", None),
        ("regex", "text", "The sea", r"\\w+", None),
        ("regex", "text", "The sea", "(sea", None),
        ("regex", "text", "The\nsea", "^sea", None),
        ("not_regex", "text", "The sea", "sun", True),
    ],
)
def test_other_operands(lookup: str, kind: Any, value: Any, operand: str, truth: bool | None) -> None:
    assert compare(lookup, kind, value, operand) is truth


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("0b6a0000-aaaa-4000-8000-00000000000f", "0B6A0000-AAAA-4000-8000-00000000000F", True),
        ("0b6a0000-aaaa-4000-8000-00000000000f", "0b6a0000aaaa4000800000000000000f", True),
        ("0b6a0000-aaaa-4000-8000-00000000000f", "0b6a0000-aaaa-4000-8000-00000000000e", False),
        ("AKN-1", "akn-1", False),
        ("AKN-1", "AKN-1", True),
        (1, True, True),
        ("1", 1, False),
        (None, None, True),
    ],
)
def test_an_id_is_the_same_however_it_is_spelled(one: Any, other: Any, equal: bool) -> None:
    assert same_id(one, other) is equal
    assert same_id(other, one) is equal
