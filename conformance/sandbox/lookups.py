"""The meaning of a lookup, as SQL over one column.

Text is compared by functions that know no wildcards. Nothing matches where a row has no value.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, false, func

from conformance.sandbox import values
from conformance.sandbox.values import Kind


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions and the collation that lookups use."""
    connection.create_function("fold", 1, values.fold, deterministic=True)
    connection.create_function("ends_with", 2, _ends_with, deterministic=True)
    connection.create_collation("by_value", values.by_value)


def _ends_with(text: str | None, end: str) -> bool | None:
    return None if text is None else text.endswith(end)


def predicate(column: ColumnElement[Any], kind: Kind, lookup: str, value: Any) -> ColumnElement[bool]:
    """True for the rows whose column satisfies the lookup; `value` comes from `values.bound`."""
    if lookup == "in":
        wanted = [v.numerator if isinstance(v, Fraction) else v for v in value if _storable(v)]
        return _comparable(column, kind).in_(wanted)
    if isinstance(value, Fraction):
        return _instant(column, lookup, value)
    if lookup.startswith("i") and lookup != "in":
        return _text(func.fold(column), lookup[1:], values.fold(value))
    return _text(_comparable(column, kind), lookup, value)


def _storable(value: Any) -> bool:
    return not isinstance(value, Fraction) or value.denominator == 1


def _comparable(column: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    return column.collate("by_value") if kind in ("number", "decimal") else column


def _text(column: ColumnElement[Any], lookup: str, value: Any) -> ColumnElement[bool]:
    """Text and numbers; an ordering follows the column's collation."""
    meaning: dict[str, Callable[[], ColumnElement[bool]]] = {
        "exact": lambda: column == value,
        "contains": lambda: func.instr(column, value) > 0,
        "startswith": lambda: func.instr(column, value) == 1,
        "endswith": lambda: func.ends_with(column, value) == 1,
        "gt": lambda: column > value,
        "gte": lambda: column >= value,
        "lt": lambda: column < value,
        "lte": lambda: column <= value,
    }
    return meaning[lookup]()


def _instant(column: ColumnElement[Any], lookup: str, value: Fraction) -> ColumnElement[bool]:
    """Rows hold whole microseconds; a value between two of them is rounded to where the answer is the same."""
    match lookup:
        case "gt":
            return column > math.floor(value)
        case "gte":
            return column >= math.ceil(value)
        case "lt":
            return column < math.ceil(value)
        case "lte":
            return column <= math.floor(value)
    return column == value.numerator if value.denominator == 1 else false()
