"""Mutants of ordered values: neighbouring lookups, ignored offsets of instants, dropped digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from conformance.oracle.lookups import ORDER, compare, kind_of, parse
from conformance.oracle.mutants.mutant import Mutant, Reading, reading
from spec import Filter


def ordered_mutants(filter: Filter) -> Iterator[Mutant]:
    kind = kind_of(filter.schema)
    for lookup in ORDER:
        if lookup != filter.lookup:
            yield reading(filter, f"read as {lookup}", partial(compare, lookup, kind))
    if kind == "number":
        decide = ORDER.get(filter.lookup, ORDER["exact"])
        yield reading(filter, "numbers are compared as text", lambda value, operand: decide(str(value), operand))


_OFFSET = re.compile(r"([Zz]|[+-]\d\d:?\d\d)$")
_MIRRORED = {"+": "-", "-": "+"}


def _moment(value: Any) -> Any:
    return parse("date-time", value)


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


def _alters_moment(change: Callable[[str], Any]) -> Callable[[str], bool]:
    return lambda operand: change(operand) != _moment(operand)


def time_mutants(filter: Filter) -> Iterator[Mutant]:
    decide = ORDER.get(filter.lookup, ORDER["exact"])

    def through(row_side: Callable[[Any], Any], operand_side: Callable[[str], Any]) -> Reading:
        def compared(value: Any, operand: str) -> bool | None:
            left, right = row_side(value), operand_side(operand)
            return None if left is None or right is None else decide(left, right)

        return compared

    def near(width: Decimal) -> Reading:
        def close(value: Any, operand: str) -> bool | None:
            left, right = _moment(value), _moment(operand)
            return None if left is None or right is None else abs(left - right) <= width

        return close

    for name, change in (
        ("the offset is dropped", _without_offset),
        ("the offset counts the wrong way", _mirrored),
        ("the offset's minutes are dropped", _in_whole_hours),
    ):
        yield reading(filter, name, through(_moment, change), _alters_moment(change))
    yield reading(filter, "the value's fraction is dropped", through(_moment, _unit(1)))
    yield reading(filter, "the row's fraction is dropped", through(_unit(1), _moment))
    yield reading(filter, "both fractions are dropped", through(_unit(1), _unit(1)))
    yield reading(filter, "seconds don't count", through(_unit(60), _unit(60)))
    yield reading(filter, "only the date counts", through(_unit(86_400), _unit(86_400)))
    yield reading(filter, "compared as text", through(str, str))
    for hours in (3, -3, 1, -1):
        yield reading(filter, f"{hours:+} hours off", through(_moment, _later(Decimal(3600 * hours))))
    for thousandths in (1, -1, 1000, -1000):
        yield reading(filter, f"{thousandths:+} ms off", through(_moment, _later(Decimal(thousandths) / 1000)))
    if filter.lookup == "exact":
        for width in ("0.001", "0.01", "1", "60"):
            yield reading(filter, f"within {width} s counts as equal", near(Decimal(width)))
