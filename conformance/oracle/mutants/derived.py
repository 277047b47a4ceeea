"""Mutants of lookups that are made of others: a negation, a range, and whether there is a value at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.oracle import patterns
from conformance.oracle.dates import local
from conformance.oracle.lookups import MOMENTS, compare, kind_of, meaning, parse, text
from conformance.oracle.mutants.mutant import Mutant, Row, reading, value_of, values_of
from conformance.oracle.mutants.ordered import ordered_mutants, time_mutants
from conformance.oracle.operands import listed, separator
from spec import Filter


def negated(filter: Filter, found: Iterable[Mutant]) -> Iterator[Mutant]:
    """Mutants of a negation: it is lost, or its positive lookup is read as one of `found`.

    `filter` has the positive lookup.
    """
    yield Mutant("the negation is lost", lambda row, operand, key: meaning(filter, operand, key)(row) is True)
    for mutant in found:
        yield replace(mutant, shows=partial(_other_rows, mutant), over=None, over_rows=None)


def _other_rows(mutant: Mutant, row: Row, operand: str, key: str | None) -> bool:
    return not mutant.shows(row, operand, key)


def part_mutants(filter: Filter, time_fields: Sequence[str]) -> Iterator[Mutant]:
    """Mutants of a part of a date: another time zone, another part, another way to count, another column.

    `filter` has the lookup that compares the part.
    """
    for zone in _OTHER_ZONES:
        if zone != (filter.zone or "UTC"):
            yield _by_part(replace(filter, zone=zone), f"the part is that in {zone}")
    part = filter.part or ""
    for name, change in _MISCOUNTED.get(part, ()):
        yield _by_part(filter, name, partial(_miscounted, filter, change))
    for column in time_fields:
        if column != filter.field:
            yield _by_part(replace(filter, field=column), f"looks at {column}")


_OTHER_ZONES = ("UTC", "Asia/Tokyo", "America/New_York")

_MISCOUNTED: Mapping[str, Sequence[tuple[str, Callable[[Any], Any]]]] = {
    "week_day": (
        ("Monday is day 1", lambda day: day and day.isoweekday()),
        ("Monday is day 0", lambda day: day and day.weekday()),
        ("Sunday is day 0", lambda day: day and day.isoweekday() % 7),
    ),
    "month": (("months count from 0", lambda day: day and day.month - 1),),
    "quarter": (("quarters count from 0", lambda day: day and (day.month - 1) // 3),),
    "day": (("days are those of the year", lambda day: day and day.timetuple().tm_yday),),
    "hour": (("hours go to 12", lambda day: day and ((day.hour - 1) % 12 + 1)),),
    "year": (("years have two digits", lambda day: day and day.year % 100),),
}
"""By part: names of mistakes, and the part that they make of what the clocks show."""


def _miscounted(filter: Filter, change: Callable[[Any], Any], row: Row) -> Any:
    return change(local(row.get(filter.field), filter.zone or "UTC"))


def _by_part(filter: Filter, name: str, part: Callable[[Row], Any] | None = None) -> Mutant:
    def read(row: Row) -> Any:
        return part(row) if part else value_of(filter, row, None)

    kind, between = kind_of(filter.schema), separator(filter)

    def shows(row: Row, operand: str, key: str | None) -> bool:
        return compare(filter.lookup, kind, read(row), operand, between) is True

    return Mutant(name, shows, reads=lambda row, key: read(row))


def several_mutants(filter: Filter) -> Iterator[Mutant]:
    """Mutants of a field of which a row may have several values: which of them count."""
    kind, between = kind_of(filter.schema), separator(filter)
    lookup = "in" if filter.lookup == "all" else filter.lookup

    def among(name: str, decide: Callable[[list[bool]], bool], pick: slice = slice(None)) -> Mutant:
        def shows(row: Row, operand: str, key: str | None) -> bool:
            values = values_of(filter, row, key)[pick]
            return decide([compare(lookup, kind, value, operand, between) is True for value in values])

        return Mutant(name, shows)

    yield among("only the first of a row's values counts", any, slice(1))
    yield among("only the last of a row's values counts", any, slice(-1, None))
    yield among("all of a row's values must match", lambda found: bool(found) and all(found))
    yield among("a row without values matches", lambda found: any(found) or not found)
    if filter.lookup == "all":
        yield among("one of the listed values is enough", any)


def flag_mutants(filter: Filter) -> Iterator[Mutant]:
    """Mutants of `isnull` and `empty`."""
    nothing = None if filter.lookup == "isnull" else ""

    def shown(name: str, decide: Callable[[bool, bool], bool]) -> Mutant:
        """A mutant that decides by whether the value is null, or empty, and whether that is wanted."""
        return Mutant(name, lambda row, operand, key: decide(value_of(filter, row, key) == nothing, _flag(operand)))

    def empty(row: Row, operand: str, key: str | None) -> bool:
        return (not value_of(filter, row, key)) == _flag(operand)

    yield shown("true and false are swapped", lambda null, wanted: null != wanted)
    yield shown("any value counts as true", lambda null, wanted: null)
    yield shown("any value counts as false", lambda null, wanted: not null)
    yield shown("false doesn't filter", lambda null, wanted: null or not wanted)
    yield shown("true doesn't filter", lambda null, wanted: not null or wanted)
    if filter.lookup == "isnull":
        yield Mutant("an empty value counts as null", empty)
    else:
        is_null = Mutant(
            "only null counts as empty",
            lambda row, operand, key: (value_of(filter, row, key) is None) == _flag(operand),
        )
        yield is_null


def _flag(operand: str) -> bool:
    return parse("boolean", operand) is True


def _as_text(lookup: str, value: Any, operand: str) -> bool | None:
    return text(lookup, str(value), operand)


def pattern_mutants(filter: Filter) -> Iterator[Mutant]:
    """Mutants of a regular expression: read as a text, anchored, or with the wrong case."""
    folds = filter.lookup == "iregex"

    def rewritten(name: str, rewrite: Callable[[str], str], folding: bool = folds) -> Mutant:
        return reading(filter, name, lambda v, o: patterns.found(rewrite(o), str(v), folds=folding))

    for other in ("exact", "contains", "icontains", "startswith"):
        yield reading(filter, f"read as {other}", partial(_as_text, other))
    yield rewritten("upper and lower case count" if folds else "upper and lower case don't count", str, not folds)
    yield rewritten("the whole text must match", lambda o: f"^{o.strip('^$')}$")
    yield rewritten("only the beginning is searched", lambda o: f"^{o.removeprefix('^')}")
    yield rewritten("anchors don't count", lambda o: o.strip("^$"))
    yield rewritten("a dot stands for itself", lambda o: o.replace(".", "[0]"))
    yield rewritten("only the first alternative counts", lambda o: o.partition("|")[0])


def range_mutants(filter: Filter) -> Iterator[Mutant]:
    """Mutants of a range: one of its ends is wrong, or both are misread in the same way."""
    kind = kind_of(filter.schema)
    between = separator(filter)

    def by(name: str, low: str | None, high: str | None) -> Mutant:
        def decide(value: object, operand: str) -> bool:
            first, last = _ends(filter, operand)
            above = low is None or compare(low, kind, value, first) is True
            return above and (high is None or compare(high, kind, value, last) is True)

        return reading(filter, name, decide)

    yield by("the first value is left out", "gt", "lte")
    yield by("the last value is left out", "gte", "lt")
    yield by("both values are left out", "gt", "lt")
    yield by("only the first value counts", "gte", None)
    yield by("only the last value counts", None, "lte")
    yield by("only the first value itself is found", "exact", None)
    yield reading(filter, "read as in", lambda value, operand: compare("in", kind, value, operand, between) is True)
    yield reading(
        filter,
        "the rows outside are shown",
        lambda value, operand: compare("range", kind, value, operand, between) is False,
    )
    yield from _misread(filter)


def _ends(filter: Filter, operand: str) -> tuple[str, str]:
    parts = listed(filter, operand)
    return parts[0], parts[-1]


def _misread(filter: Filter) -> Iterator[Mutant]:
    """The mutants that `gte` and `lte` have in common, at both ends."""
    of_type = (ordered_mutants, time_mutants) if kind_of(filter.schema) in MOMENTS else (ordered_mutants,)

    def of(lookup: str) -> dict[str, Mutant]:
        one = replace(filter, lookup=lookup, many=False, delimiter=None)
        return {mutant.name: mutant for make in of_type for mutant in make(one)}

    low, high = of("gte"), of("lte")
    for name in (name for name in low if name in high and not name.startswith("read as")):
        yield _at_both_ends(filter, low[name], high[name])


def _at_both_ends(filter: Filter, low: Mutant, high: Mutant) -> Mutant:
    def shows(row: Row, operand: str, key: str | None) -> bool:
        first, last = _ends(filter, operand)
        return low.shows(row, first, key) and high.shows(row, last, key)

    return Mutant(low.name, shows, lambda operand: any(map(low.differs, _ends(filter, operand))))
