"""The lookups as SQL, against the same lookups in plain Python over the rows that responses show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, MetaData, Table, func, insert, select

from conformance.sandbox import databases, lookups, texts, values
from conformance.sandbox.columns import TYPES
from tests.sandbox.conftest import Database

TEXT: dict[str, Callable[[str, str], bool]] = {
    "exact": lambda row, value: row == value,
    "contains": lambda row, value: value in row,
    "startswith": lambda row, value: row.startswith(value),
    "endswith": lambda row, value: row.endswith(value),
}
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda row, value: row == value,
    "gt": lambda row, value: row > value,
    "gte": lambda row, value: row >= value,
    "lt": lambda row, value: row < value,
    "lte": lambda row, value: row <= value,
}


NOT_KEPT = "\0\ufdd0\ufdd1\ufdd2ab"
"""NUL, the characters that it is spelt with, and others."""
METADATA = MetaData()
TABLES = {kind: Table(kind, METADATA, Column("c", type)) for kind, type in TYPES.items()}
Matches = Callable[[values.Kind, str, Any, Any], bool]


@pytest.fixture(scope="module")
def connection(database: Database) -> Iterator[Connection]:
    """A database with the tables in it."""
    opened = databases.opened(database(), 1)
    opened.create(METADATA)
    yield opened.connection
    opened.close()


@pytest.fixture(scope="module")
def matches(connection: Connection) -> Matches:
    """The database's result for one row."""

    def ask(kind: values.Kind, lookup: str, row: Any, value: Any) -> bool:
        table = TABLES[kind]
        listed, flag = isinstance(value, list), isinstance(value, bool)
        bound = [values.bound(kind, one) for one in value] if listed else value if flag else values.bound(kind, value)
        with connection.begin() as transaction:
            connection.execute(insert(table), {"c": row})
            found = connection.execute(select(table).where(lookups.predicate(table.c.c, kind, lookup, bound))).all()
            assert [kept for (kept,) in connection.execute(select(table))] == [row]
            transaction.rollback()
        return bool(found)

    return ask


discriminating = st.one_of(st.sampled_from(texts.NAMES), st.text(st.characters(exclude_categories=["Cs"]), max_size=6))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """A text and another that is often a piece of it, in other letters or with a wildcard in it."""
    row = draw(discriminating)
    start = draw(st.integers(0, len(row)))
    piece = row[start : draw(st.integers(start, len(row)))]
    kinds = [
        lambda t: t,
        str.swapcase,
        str.upper,
        str.lower,
        lambda t: t + " ",
        lambda t: "%" + t[1:],
        lambda t: "_" + t[1:],
    ]
    return row, draw(st.one_of(st.just(draw(st.sampled_from(kinds))(piece)), discriminating))


@pytest.mark.parametrize("lookup", TEXT)
@settings(max_examples=60)
@given(both=pairs())
def test_text(matches: Matches, lookup: str, both: tuple[str, str]) -> None:
    row, value = both
    assert matches("text", lookup, row, value) == TEXT[lookup](row, value)
    assert matches("text", f"i{lookup}", row, value) == TEXT[lookup](row.casefold(), value.casefold())


moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize("lookup", ORDER)
@settings(max_examples=60)
@given(row=moments, step=st.sampled_from([0, 1, -1, 999, 1000, -1000, 86_400_000_000]), offset=offsets)
def test_instants(matches: Matches, lookup: str, row: datetime, step: int, offset: timezone) -> None:
    row = row.replace(microsecond=row.microsecond // 1000 * 1000)
    value = row + timedelta(microseconds=step)
    shown = row.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sent = value.astimezone(offset).isoformat()
    assert values.rendered(int(values.instant(shown))) == shown
    assert matches("instant", lookup, shown, sent) == ORDER[lookup](row, value)


decimals = st.decimals(-1000, 1000, places=3).map(lambda number: f"{number:f}")


@pytest.mark.parametrize("kind", ["decimal", "number"])
@pytest.mark.parametrize("lookup", ORDER)
@settings(max_examples=40)
@given(row=decimals, value=decimals, zeros=st.integers(0, 3))
def test_numbers(matches: Matches, kind: values.Kind, lookup: str, row: str, value: str, zeros: int) -> None:
    of_row: Any = row if kind == "decimal" else float(row)
    for one in (value, row + "0" * zeros):
        assert matches(kind, lookup, of_row, one) == ORDER[lookup](Decimal(row), Decimal(one))


@settings(max_examples=60)
@given(row=discriminating, many=st.lists(discriminating, max_size=4))
def test_in(matches: Matches, row: str, many: list[str]) -> None:
    assert matches("text", "in", row, many) == (row in many)


@settings(max_examples=40)
@given(row=decimals, first=decimals, last=decimals)
def test_range(matches: Matches, row: str, first: str, last: str) -> None:
    for low, high in ((first, last), (row, last), (first, row)):
        assert matches("decimal", "range", row, [low, high]) == (Decimal(low) <= Decimal(row) <= Decimal(high))
        assert matches("decimal", "not_range", row, [low, high]) != matches("decimal", "range", row, [low, high])


@settings(max_examples=40)
@given(both=pairs())
def test_negations(matches: Matches, both: tuple[str, str]) -> None:
    row, value = both
    for lookup in ("exact", "icontains", "startswith"):
        assert matches("text", f"not_{lookup}", row, value) != matches("text", lookup, row, value)
    assert matches("text", "not_in", row, [value, "?"]) != matches("text", "in", row, [value, "?"])


@pytest.mark.parametrize(
    ("row", "expression", "exactly", "folded"),
    [
        ("The sea", "^The", True, True),
        ("The sea", "SEA$", False, True),
        ("The sea", "s.a|sun", True, True),
        ("The sea", "^sea", False, False),
        ("The sea", "(", False, False),
        (None, "sea", False, False),
    ],
)
def test_regular_expressions(matches: Matches, row: str | None, expression: str, exactly: bool, folded: bool) -> None:
    assert matches("text", "regex", row, expression) == exactly
    assert matches("text", "iregex", row, expression) == folded
    assert matches("text", "not_regex", row, expression) != exactly


@pytest.mark.parametrize(("kind", "value"), [("text", ""), ("number", 0), ("boolean", False), ("json", [])])
def test_null(matches: Matches, kind: values.Kind, value: Any) -> None:
    assert [matches(kind, "isnull", row, wanted) for row in (None, value) for wanted in (True, False)] == [
        True,
        False,
        False,
        True,
    ]
    assert matches("text", "not_exact", None, "x")  # as Django does; the checks leave it open


PARTS: dict[str, Callable[[datetime], Any]] = {
    "date": lambda moment: moment.date().isoformat(),
    "year": lambda moment: moment.year,
    "quarter": lambda moment: (moment.month + 2) // 3,
    "month": lambda moment: moment.month,
    "day": lambda moment: moment.day,
    "week_day": lambda moment: moment.isoweekday() % 7 + 1,
    "hour": lambda moment: moment.hour,
    "minute": lambda moment: moment.minute,
}


@settings(max_examples=40)
@given(
    row=st.datetimes(datetime(1970, 1, 2), datetime(2037, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    zone=st.sampled_from(["UTC", "Europe/Istanbul", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_parts_of_instants(connection: Connection, row: datetime, zone: str) -> None:
    local = row.replace(microsecond=0).astimezone(ZoneInfo(zone))
    table = TABLES["instant"]
    with connection.begin() as transaction:
        connection.execute(insert(table), {"c": row.replace(microsecond=0).isoformat()})
        for part, of in PARTS.items():
            kind = lookups.part_kind(part)
            same, other = (values.bound(kind, one) for one in (of(local), "2000-01-01" if part == "date" else 99))
            for lookup, value, shown in (
                (part, same, True),
                (part, other, of(local) == other),
                (f"{part}__in", [same], True),
            ):
                found = select(table).where(lookups.predicate(table.c.c, "instant", lookup, value, zone))
                assert bool(connection.execute(found).all()) is shown, (part, lookup, value)
        transaction.rollback()


@pytest.mark.parametrize(("lookup", "value"), [("year", "2024"), ("month__gte", "2"), ("week_day", "5"), ("day", "29")])
def test_parts_of_dates(matches: Matches, lookup: str, value: str) -> None:
    assert matches("text", lookup, "2024-02-29", value)
    assert not matches("text", f"not_{lookup}", "2024-02-29", value)
    assert not matches("text", lookup, None, value)


def test_integers_beyond_64_bits_are_compared_by_value(matches: Matches) -> None:
    assert matches("number", "lt", 10**30, str(10**30 + 1))
    assert not matches("number", "gt", 9007199254740992, "9007199254740993")
    assert matches("number", "exact", 9007199254740993, "9007199254740993")


def test_an_instant_between_two_microseconds_is_equal_to_none(matches: Matches) -> None:
    row, value = "2025-05-22T11:42:32.935Z", "2025-05-22T11:42:32.9350001Z"
    found = {lookup: matches("instant", lookup, row, value) for lookup in ORDER}
    assert found == {"exact": False, "gt": False, "gte": False, "lt": True, "lte": True}
    assert not matches("instant", "in", row, [value])
    assert matches("instant", "in", row, [value, "2025-05-22T14:42:32.935+03:00"])


@pytest.mark.parametrize(
    "text",
    [
        "2025-05-22", "2025-05-22T11:42:32", "2025-05-22 11:42:32Z", "2025-02-30T00:00:00Z", "2025-05-22T24:00:00Z",
        "2025-05-22T11:42:61Z", "2025-05-22T11:42:32+24:00", "2025-05-22T11:42:32 03:00", "٢٠٢٥-05-22T11:42:32Z", "",
    ],
)  # fmt: skip
def test_what_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r"^|day|month|hour"):
        values.instant(text)


def test_an_instant_at_the_edges() -> None:
    assert values.instant("0001-01-01T00:00:00+14:00") < values.instant("0001-01-01T00:00:00Z")
    assert values.instant("9999-12-31T23:59:59.999999-14:00") > values.instant("9999-12-31T23:59:59.999999Z")
    assert values.rendered(int(values.instant("0001-01-01T00:00:00+14:00"))) == "0001-01-01T00:00:00.000Z"
    assert values.rendered(int(values.instant("9999-12-31T23:59:59.999-14:00"))) == "9999-12-31T23:59:59.999Z"
    assert values.shown_by_clocks(values.LAST, "Asia/Tokyo") == "9999-12-31T08:59:59.999"
    assert values.instant("2016-12-31T23:59:60Z") == values.instant("2017-01-01T00:00:00Z")
    assert values.instant("2025-05-22t11:42:32z") == values.instant("2025-05-22T11:42:32Z")


def test_case_is_folded_as_python_folds_it(connection: Connection) -> None:
    letters = [one for one in map(chr, range(1, sys.maxunicode + 1)) if not "\ud800" <= one <= "\udfff"]
    changed = " ".join(one for one in letters if one.casefold() != one)
    for text in (changed, "".join(letters[:40_000]), "".join(letters[:0x17F]), "", "ASCII Only"):
        with connection.begin():
            assert connection.scalars(select(func.fold(text))).one() == text.casefold()


@settings(max_examples=60)
@given(
    text=st.text(st.sampled_from("\0\ufdd0\ufdd1\ufdd2ab"), max_size=6),
    piece=st.text("\0\ufdd0\ufdd1\ufdd2ab", max_size=2),
)
def test_characters_that_a_database_may_not_keep(matches: Matches, text: str, piece: str) -> None:
    for lookup, expected in TEXT.items():
        assert matches("text", lookup, text, piece) == expected(text, piece)
