"""The meaning of a lookup, as SQL over one column.

Text is compared by functions that know no wildcards. Nothing matches where a row has no value.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, false, func, literal, or_, true, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from conformance.sandbox import values
from conformance.sandbox.folded import beside, folded
from conformance.sandbox.values import Kind
from spec.lookups import LOOKUPS, NOT

Predicate = ColumnElement[bool]
"""What is true for some rows."""
Comparison = Callable[[ColumnElement[Any], Any], Predicate]

COMPARISONS: Mapping[str, Comparison] = {
    "exact": operator.eq,
    "contains": lambda text, piece: contains(text, piece, f"%{_escaped(piece)}%"),
    "startswith": lambda text, piece: startswith(text, piece, f"{_escaped(piece)}%"),
    "endswith": lambda text, piece: endswith(text, piece, f"%{_escaped(piece)}"),
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
"""The lookups that compare what is kept with one value, to the letter."""


PIECES = "POSIX"
"""PostgreSQL's collation of texts in which pieces are looked for.

It means the same as "C", but has another name, and so do the indexes of trigrams. PostgreSQL would else look for equal
texts there: it thinks that cheap, and it takes a thousand times as long.
"""


def _escaped(piece: str) -> str:
    """A piece of text as it stands in a pattern of LIKE."""
    return re.sub(r"[\\%_]", r"\\\g<0>", piece)


class by_value(FunctionElement[Any]):
    """A decimal text as something that is compared by its value, to the last digit."""

    inherit_cache = True
    type = NullType()


@compiles(by_value, "sqlite")
def _collated(element: by_value, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} COLLATE by_value)"


@compiles(by_value, "postgresql")
def _cast(element: by_value, compiler: SQLCompiler, **options: Any) -> str:
    return f"as_number({compiler.process(element.clauses, **options)})"


class Matching(FunctionElement[bool]):
    """True where a text has a piece in the place that the class is called by: of text, piece, pattern.

    PostgreSQL finds patterns by an index. SQLite's LIKE takes a for A, so there a function looks for the piece.
    """

    inherit_cache = True
    type = Boolean()
    sqlite = ""

    def sides(self) -> list[ColumnElement[Any]]:
        """Text, piece and pattern."""
        return list(self.clauses)


class contains(Matching):
    """Anywhere."""

    inherit_cache = True
    sqlite = "(instr({text}, {piece}) > 0)"


class startswith(Matching):
    """At the start."""

    inherit_cache = True
    sqlite = "(instr({text}, {piece}) = 1)"


class endswith(Matching):
    """At the end."""

    inherit_cache = True
    # In bytes, for SQLite takes NUL for the end of a text; and after a stroke, for it has no piece of nothing.
    sqlite = (
        "(instr({text}, {piece}) > 0 AND substr(CAST('|' || {text} AS BLOB), 2 + length(CAST({text} AS BLOB))"
        " - length(CAST({piece} AS BLOB))) = CAST({piece} AS BLOB))"
    )


@compiles(Matching, "sqlite")
def _piece(element: Matching, compiler: SQLCompiler, **options: Any) -> str:
    text, piece, _ = element.sides()
    sides = {"{text}": text, "{piece}": piece}
    # Each place has a parameter of its own, in the order in which they stand.
    return re.sub(r"\{text\}|\{piece\}", lambda place: compiler.process(sides[place[0]], **options), element.sqlite)


@compiles(Matching, "postgresql")
def _pattern(element: Matching, compiler: SQLCompiler, **options: Any) -> str:
    text, _, pattern = element.sides()
    return f'({compiler.process(text, **options)} COLLATE "{PIECES}" LIKE {compiler.process(pattern, **options)})'


_OPEN: Mapping[str, str] = {"matches": "icontains", "after": "gt", "before": "lte"}
"""Lookups that leave something open, and what the sandbox makes of them."""


def predicate(column: ColumnElement[Any], kind: Kind, lookup: str, value: Any, zone: str | None = None) -> Predicate:
    """True for the rows whose column satisfies the lookup; `value` comes from `values.bound`."""
    if lookup.startswith(NOT):
        return unless(predicate(column, kind, lookup.removeprefix(NOT), value, zone))
    of = LOOKUPS[lookup]
    if of.part:
        part = date_part(literal(of.part, NullType()), as_kept(column), literal(zone or "UTC", NullType()))
        return predicate(part, part_kind(of.part), of.compares, value)
    if lookup == "range":
        first, last = value
        return and_(predicate(column, kind, "gte", first), predicate(column, kind, "lte", last))
    lookup = _OPEN.get(lookup, lookup)
    kept = as_kept(column)
    if lookup == "isnull":
        return kept.is_(None) if value else kept.is_not(None)
    if lookup == "empty":
        return kept == "" if value else kept != ""
    if lookup in ("regex", "iregex"):
        return matched(kept, value, literal(lookup == "iregex", Boolean()))
    is_number = kind in ("number", "decimal")
    compared = comparable(column, kind)
    if lookup == "in":
        # No row holds a part of a microsecond.
        whole = [one.numerator if isinstance(one, Fraction) else one for one in value if not _between(one)]
        return compared.in_([by_value(one) for one in whole] if is_number else whole)
    if isinstance(value, Fraction):
        return _instant(kept, lookup, value)
    if lookup.startswith("i"):
        # An index leads to equal texts. Whether SQLite looks for pieces in it, `plans` decides.
        folds = beside(column)
        if folds is not None:
            return COMPARISONS[lookup[1:]](as_kept(folds), values.fold(value))
        text: ColumnElement[Any] = func.fold(kept) if lookup == "iexact" else folded(kept)
        return COMPARISONS[lookup[1:]](text, values.fold(value))
    return COMPARISONS[lookup](compared, by_value(value) if is_number else value)


class date_part(FunctionElement[Any]):
    """A part of a date or of microseconds since 1970, as text: of the part's name, the column and the time zone."""

    inherit_cache = True
    type = NullType()


@compiles(date_part)
def _function(element: date_part, compiler: SQLCompiler, **options: Any) -> str:
    return f"date_part_of({compiler.process(element.clauses, **options)})"


class matched(FunctionElement[bool]):
    """True where a regular expression is found in a text: of text, expression, and whether case doesn't count."""

    inherit_cache = True
    type = Boolean()


@compiles(matched)
def _matched(element: matched, compiler: SQLCompiler, **options: Any) -> str:
    return f"matched_by({compiler.process(element.clauses, **options)})"


def part_kind(part: str) -> Kind:
    """How a part of a date compares."""
    return "text" if part == "date" else "number"


def comparable(column: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    """The column as something that is compared, and sorted, by its value."""
    return by_value(as_kept(column)) if kind in ("number", "decimal") else as_kept(column)


def as_kept(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column without its type, to be compared with what is typed already."""
    return type_coerce(column, NullType())


def every(predicates: Iterable[Predicate]) -> Predicate:
    """True where all are."""
    return and_(true(), *predicates)


def some(predicates: Iterable[Predicate]) -> Predicate:
    """True where one is."""
    return or_(false(), *predicates)


def unless(predicate: Predicate) -> Predicate:
    """True where the predicate is false or has no value."""
    return predicate.is_not(True)


def _instant(column: ColumnElement[Any], lookup: str, value: Fraction) -> Predicate:
    """Rows hold whole microseconds; a value between two of them is rounded to where the answer is the same."""
    if lookup == "exact" and _between(value):
        return false()
    rounded = math.floor(value) if lookup in ("gt", "lte") else math.ceil(value)
    return COMPARISONS[lookup](column, rounded)


def _between(value: Any) -> bool:
    return isinstance(value, Fraction) and value.denominator != 1
