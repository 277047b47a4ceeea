"""The meaning of a lookup, as SQL over one column.

Text is compared by functions that know no wildcards. Nothing matches where a row has no value.
"""

from __future__ import annotations

import math
import sqlite3
from fractions import Fraction
from typing import Any

from conformance.sandbox import values
from conformance.sandbox.sql import FALSE, Sql, joined, row
from conformance.sandbox.values import Kind

_TEXT = {
    "exact": "{0} = ?",
    "contains": "instr({0}, ?) > 0",
    "startswith": "instr({0}, ?) = 1",
    "endswith": "ends_with({0}, ?)",
    "gt": "{0} > ?",
    "gte": "{0} >= ?",
    "lt": "{0} < ?",
    "lte": "{0} <= ?",
}


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions and the collation that lookups use."""
    connection.create_function("fold", 1, values.fold, deterministic=True)
    connection.create_function("ends_with", 2, _ends_with, deterministic=True)
    connection.create_collation("by_value", values.by_value)


def _ends_with(text: str | None, end: str) -> bool | None:
    return None if text is None else text.endswith(end)


def predicate(column: str, kind: Kind, lookup: str, value: Any) -> Sql:
    """True for the rows whose column satisfies the lookup; `value` comes from `values.bound`."""
    comparable = f"{column} COLLATE by_value" if kind in ("number", "decimal") else column
    if lookup == "in":
        # No row holds a part of a microsecond.
        wanted = (one.numerator if isinstance(one, Fraction) else one for one in value if not _between(one))
        return joined(comparable, "IN", row(wanted))
    if isinstance(value, Fraction):
        return _instant(column, lookup, value)
    if lookup.startswith("i"):
        return Sql(_TEXT[lookup[1:]].format(f"fold({column})"), (values.fold(value),))
    return Sql(_TEXT[lookup].format(comparable), (value,))


def _instant(column: str, lookup: str, value: Fraction) -> Sql:
    """Rows hold whole microseconds; a value between two of them is rounded to where the answer is the same."""
    if lookup == "exact" and _between(value):
        return FALSE
    rounded = math.floor(value) if lookup in ("gt", "lte") else math.ceil(value)
    return Sql(_TEXT[lookup].format(column), (rounded,))


def _between(value: Any) -> bool:
    return isinstance(value, Fraction) and value.denominator != 1
