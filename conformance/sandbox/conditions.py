"""Filters and searches as SQL over a collection's tables."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.sandbox import lookups, values
from conformance.sandbox.query import Condition, Search
from conformance.sandbox.sql import Sql, every, joined, some
from conformance.sandbox.tables import KEY, ROW, TEXT, Shape


def condition(shape: Shape, condition: Condition) -> Sql:
    """True for the rows that satisfy one filter."""
    filter = condition.filter
    if not filter.free_key:
        field = shape.fields[filter.field]
        return lookups.predicate(field.column, field.kind, filter.lookup, condition.value)
    return having(shape, filter.field, condition.key, lookups.predicate(TEXT, "text", filter.lookup, condition.value))


def having(shape: Shape, field: str, key: str | None, predicate: Sql) -> Sql:
    """True for the rows whose free-form field has the key with a text of which `predicate` is true."""
    this = Sql(f"{KEY} = ?", (key,))
    return joined(shape.key.column, "IN (SELECT", ROW, "FROM", shape.keyed[field], "WHERE", this & predicate, ")")


def search(shape: Shape, search: Search) -> Sql:
    """True for the rows that contain the value in one of the fields, upper and lower case taken as equal."""
    value = values.fold(search.value)
    return some(Sql(f"instr(fold({shape.fields[name].column}), ?) > 0", (value,)) for name in search.fields)


def combine(conditions: Sequence[tuple[Condition, Sql]]) -> Sql:
    """True for the rows that satisfy every filter."""
    return every(predicate for _, predicate in conditions)
