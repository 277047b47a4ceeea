"""Filters and searches as predicates over a collection's tables."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from conformance.sandbox import lookups
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.query import Condition, Search
from conformance.sandbox.tables import KEY, ROW, TEXT, Shape
from spec.lookups import LOOKUPS


def condition(shape: Shape, condition: Condition) -> Predicate:
    """True for the rows that satisfy one filter."""
    filter = condition.filter
    if filter.several or filter.nested:
        return _reached(shape, condition)
    if not filter.free_key:
        field = shape.fields[filter.field]
        return lookups.predicate(field.column, field.kind, filter.lookup, condition.value, filter.zone)
    keyed = shape.keyed[filter.field].c
    of = LOOKUPS[filter.lookup]
    text = lookups.predicate(keyed[TEXT], "text", of.positive, condition.value)
    found = having(shape, filter.field, keyed[KEY] == condition.key, text)
    # A row without the key has no record that could be turned round.
    return lookups.unless(found) if of.negated else found


def _reached(shape: Shape, condition: Condition) -> Predicate:
    """True for the rows of which one value satisfies the filter; of a negation none does."""
    filter, of = condition.filter, LOOKUPS[condition.filter.lookup]
    reached = shape.reached[filter.field]

    def one(lookup: str, value: object) -> Predicate:
        found = lookups.predicate(reached.column, reached.kind, lookup, value, filter.zone)
        return shape.key.column.in_(select(reached.owner).where(found))

    if of.compares == "all":
        found = lookups.every(one("exact", value) for value in condition.value)
    else:
        found = one(of.positive, condition.value)
    return lookups.unless(found) if of.negated else found


def having(shape: Shape, field: str, *predicates: Predicate) -> Predicate:
    """True for the rows whose free-form field has a key and a text of which all `predicates` are true."""
    keyed = shape.keyed[field]
    return shape.key.column.in_(select(keyed.c[ROW]).where(*predicates))


def search(shape: Shape, search: Search) -> Predicate:
    """True for the rows that contain the value in one of the fields, upper and lower case taken as equal.

    With `by_words` that holds for each word of the value.
    """
    columns = [shape.fields[name].column for name in search.fields]
    return lookups.every(
        lookups.some(lookups.predicate(column, "text", "icontains", text) for column in columns)
        for text in search.texts
    )


def combine(conditions: Sequence[tuple[Condition, Predicate]]) -> Predicate:
    """True for the rows that satisfy every filter."""
    return lookups.every(predicate for _, predicate in conditions)
