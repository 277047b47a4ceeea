"""Pages that are far from the beginning, without reading all the rows before them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from conformance.sandbox import counts
from conformance.sandbox.lookups import Predicate, as_kept
from conformance.sandbox.remembered import Remembered, Values
from conformance.sandbox.tables import Shape

STRIDE = 10_000
"""Rows between two places that are remembered."""


def beginning(connection: Connection, shape: Shape, where: Predicate, offset: int) -> tuple[Predicate, int]:
    """Of the rows in their own order: what is true from one on that isn't far before an offset, and how far it is."""
    remembered = Remembered.of(connection)
    if offset < STRIDE or remembered is None or not has_places(shape):
        return where, offset
    places = remembered.places(where)
    count, values = places.before(offset)
    # An index leads from one place to the next. Rows that a filter finds may have to be found anew each time.
    unfiltered = counts.known(shape.table, shape.number, where) is not None
    order = _order(shape)
    while offset - count >= STRIDE:
        size = STRIDE if unfiltered else (offset - count) // STRIDE * STRIDE
        last = sa.select(*order).where(_after(where, order, values)).order_by(*order).limit(1).offset(size - 1)
        found = connection.execute(last).first()
        if found is None:
            break
        count, values = count + size, tuple(found)
        places.add(count, values)
    return _after(where, order, values), offset - count


def passed(connection: Connection, shape: Shape, where: Predicate, this: Predicate) -> int | None:
    """How many of the rows come up to one of them, in their own order; None where it isn't among them."""
    order = _order(shape)
    values = connection.execute(sa.select(*order).where(where, this)).first()
    if values is None:
        return None
    return connection.scalars(shape.counts.where(where, sa.tuple_(*order) <= sa.tuple_(*values))).one()


def has_places(shape: Shape) -> bool:
    """True where rows can be found by what they are ordered by: databases differ on what comes after null."""
    return not any(field.nullable for field in shape.ordered_by)


def _order(shape: Shape) -> list[ColumnElement[Any]]:
    return [as_kept(field.column) for field in shape.ordered_by]


def _after(where: Predicate, order: list[ColumnElement[Any]], values: Values | None) -> Predicate:
    return where if values is None else sa.and_(where, sa.tuple_(*order) > sa.tuple_(*values))
