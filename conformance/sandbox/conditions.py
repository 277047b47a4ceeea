"""Filters and searches as SQL over a collection's tables."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from conformance.sandbox import lookups, values
from conformance.sandbox.query import Condition, Search
from conformance.sandbox.tables import KEY, ROW, TEXT, Shape


def condition(shape: Shape, condition: Condition) -> ColumnElement[bool]:
    """True for the rows that satisfy one filter."""
    filter = condition.filter
    if not filter.free_key:
        field = shape.fields[filter.field]
        return lookups.predicate(field.column, field.kind, filter.lookup, condition.value)
    keyed = shape.keyed[filter.field]
    having = select(keyed.c[ROW]).where(
        keyed.c[KEY] == condition.key,
        lookups.predicate(keyed.c[TEXT], "text", filter.lookup, condition.value),
    )
    return shape.key.column.in_(having)


def search(shape: Shape, search: Search) -> ColumnElement[bool]:
    """True for the rows that contain the value in one of the fields, upper and lower case taken as equal."""
    value = values.fold(search.value)
    return or_(*(func.instr(func.fold(shape.fields[name].column), value) > 0 for name in search.fields))


def combine(conditions: Sequence[tuple[Condition, ColumnElement[bool]]]) -> ColumnElement[bool]:
    """True for the rows that satisfy every filter."""
    return and_(true(), *(predicate for _, predicate in conditions))
