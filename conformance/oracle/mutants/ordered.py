"""Mutants of ordered values: neighbouring lookups, ignored offsets of instants, dropped digits."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from conformance.oracle.dates import has_local
from conformance.oracle.lookups import OPEN_ENDS, ORDER, compare, kind_of, parse
from conformance.oracle.many import over
from conformance.oracle.mutants.mutant import Mutant, between_forms, reading
from spec import Filter

_OPEN = {"after": ("gt", "gte"), "before": ("lt", "lte")}
"""Lookups that a server may read in two ways."""


def _decide(filter: Filter) -> Callable[[Any, Any], bool]:
    """How a filter compares two ready values."""
    return ORDER[OPEN_ENDS.get(filter.lookup, filter.lookup if filter.lookup in ORDER else "exact")]


def ordered_mutants(filter: Filter) -> Iterator[Mutant]:
    kind = kind_of(filter.schema)
    right = {filter.lookup, *_OPEN.get(filter.lookup, ())}
    for lookup in ORDER:
        if lookup not in right:
            yield reading(filter, f"read as {lookup}", partial(compare, lookup, kind), over=partial(over, lookup, kind))
    if kind == "number":
        decide = _decide(filter)
        yield between_forms(filter, "numbers are compared as text", decide, str, str)


_OFFSET = re.compile(r"([Zz]|[+-]\d\d:?\d\d)$")
_MIRRORED = {"+": "-", "-": "+"}


def _moment(value: Any) -> Any:
    """A date-time in seconds; one without an offset as if its clock were UTC's."""
    found = parse("date-time", value)
    return parse("local", value) if found is None else found


def _unit(seconds: int) -> Callable[[Any], Any]:
    """The instant in whole units of so many seconds."""

    def cut(value: Any) -> Any:
        found = _moment(value)
        return None if found is None else found // seconds * seconds

    return cut


def _later(by: Decimal) -> Callable[[Any], Any]:
    def shifted(value: Any) -> Any:
        found = _moment(value)
        return None if found is None else found + by

    return shifted


def _without_offset(operand: str) -> Any:
    return _moment(_OFFSET.sub("Z", operand))


def _in_whole_hours(operand: str) -> Any:
    return _moment(_OFFSET.sub(lambda m: m[0][:3] + ":00" if m[0] not in "Zz" else m[0], operand))


def _mirrored(operand: str) -> Any:
    return _moment(_OFFSET.sub(lambda m: _MIRRORED.get(m[0][0], m[0][0]) + m[0][1:], operand))


_READS_FRACTIONS = ("gte", "after")
"""Lookups that show for the others how a server reads a fraction: the same code reads the values of all."""


def _as_milliseconds(operand: str) -> Any:
    """The S of Java's SimpleDateFormat counts milliseconds: .5 is five of them."""
    return _moment(re.sub(r"\.(\d{1,2})(?!\d)", lambda m: f".{m[1]:0>3}", operand))


def _alters_moment(change: Callable[[str], Any]) -> Callable[[str], bool]:
    return lambda operand: change(operand) != _moment(operand)


def _offsets(filter: Filter) -> list[Decimal]:
    """The hours by which a server is wrong that takes times of the declared zone for UTC's, or the other way round."""
    offset = datetime.datetime(2024, 1, 1, tzinfo=ZoneInfo(filter.zone or "UTC")).utcoffset() or datetime.timedelta(0)
    hours = Decimal(int(offset.total_seconds())) / 3600
    return [hours, -hours] if hours else []


def time_mutants(filter: Filter) -> Iterator[Mutant]:
    decide = _decide(filter)

    def through(name: str, of_value: Callable[[Any], Any], of_operand: Callable[[str], Any]) -> Mutant:
        return between_forms(filter, name, decide, of_value, of_operand)

    if has_local(filter):
        for away in _offsets(filter):
            name = f"the clocks of a place {away:+} hours away count"
            yield through(name, _moment, _later(Decimal(3600) * away))
    for name, change in (
        ("the offset is dropped", _without_offset),
        ("the offset counts the wrong way", _mirrored),
        ("the offset's minutes are dropped", _in_whole_hours),
    ):
        yield between_forms(filter, name, decide, _moment, change, _alters_moment(change))
    if filter.lookup in _READS_FRACTIONS:
        change = _as_milliseconds
        name = "the fraction is read as milliseconds"
        yield between_forms(filter, name, decide, _moment, change, _alters_moment(change))
    yield through("the value's fraction is dropped", _moment, _unit(1))
    yield through("the row's fraction is dropped", _unit(1), _moment)
    yield through("both fractions are dropped", _unit(1), _unit(1))
    yield through("seconds don't count", _unit(60), _unit(60))
    yield through("only the date counts", _unit(86_400), _unit(86_400))
    yield through("compared as text", str, str)
    for hours in (3, -3, 1, -1):
        yield through(f"{hours:+} hours off", _moment, _later(Decimal(3600 * hours)))
    for thousandths in (1, -1, 1000, -1000):
        yield through(f"{thousandths:+} ms off", _moment, _later(Decimal(thousandths) / 1000))
    if filter.lookup == "exact":
        for width in ("0.001", "0.01", "1", "60"):
            yield between_forms(
                filter, f"within {width} s counts as equal", partial(_near, Decimal(width)), _moment, _moment
            )


def _near(width: Decimal, left: Decimal, right: Decimal) -> bool:
    return abs(left - right) <= width
