"""Ways of asking the same of a database, for SQLite can't find out which of them is short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BinaryExpression, ColumnElement, Connection, ScalarSelect, Select, UnaryExpression
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BooleanClauseList, Grouping, TypeCoerce
from sqlalchemy.sql.visitors import ExternallyTraversible

from conformance.sandbox import deep
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.remembered import Remembered
from conformance.sandbox.tables import Shape

Order = Sequence[ColumnElement[Any]]
_SHARE = 4
"""Of the rows that a filter finds, one in so many is still read sooner row by row."""


def counting(connection: Connection, shape: Shape, where: Predicate) -> Predicate:
    """The condition, as it is asked when rows are counted."""
    return one_by_one(where) if _is_sqlite(connection) and _names_one(shape, where) else where


def paging(connection: Connection, shape: Shape, where: Predicate, rows: int) -> Predicate:
    """The condition, as it is asked for the first so many rows: it may be known already how many there are."""
    if not _is_sqlite(connection):
        return where
    known = _known(connection, where)
    is_short = known is not None and rows * _SHARE <= known
    return one_by_one(where) if is_short or _names_one(shape, where) else where


def sorting(connection: Connection, where: Predicate, order: Order, rows: int) -> Order:
    """The order, as it is asked of the first so many rows.

    Where a filter finds hardly more than these, they are found first and sorted then: on its way through all rows in
    their order, SQLite would meet few of them.
    """
    known = _known(connection, where) if _is_sqlite(connection) else None
    if known is None or rows * _SHARE <= known or rows >= deep.STRIDE:
        return order
    return [_sorted_last(column) for column in order]


def _known(connection: Connection, where: Predicate) -> int | None:
    remembered = Remembered.of(connection)
    return remembered.known(where) if remembered else None


def _sorted_last(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """By a sign that changes nothing but keeps SQLite from looking for an index with this order."""
    if isinstance(column, UnaryExpression) and column.modifier:
        return UnaryExpression(_sorted_last(column.element), modifier=column.modifier)
    return UnaryExpression(column, operator=operators.custom_op("+"))


def one_by_one(where: Predicate) -> Predicate:
    """The same condition, as a question to one row after the other: what was a list of rows is looked up for each.

    A list has to be made in full before the first row is found.
    """

    def asked(element: ExternallyTraversible, **_: Any) -> ExternallyTraversible | None:
        listed = _listed(element)
        if listed is None or not isinstance(element, BinaryExpression):
            return None
        (owner,) = listed.selected_columns
        narrowed = () if listed.whereclause is None else (listed.whereclause,)
        return sa.exists().where(owner == element.left, *narrowed)

    return visitors.replacement_traverse(where, {}, asked)


def _listed(element: ExternallyTraversible) -> Select[Any] | None:
    """The rows of a condition that holds for the rows of a list; None for another condition."""
    if isinstance(element, BinaryExpression) and element.operator is operators.in_op:
        listed = element.right.element if isinstance(element.right, ScalarSelect) else None
        return listed if isinstance(listed, Select) else None
    return None


def _names_one(shape: Shape, where: Predicate) -> bool:
    """True where only a row with one key satisfies the condition."""
    for part in _parts(where):
        if isinstance(part, BinaryExpression) and part.operator is operators.eq:
            left = part.left.clause if isinstance(part.left, TypeCoerce) else part.left
            if left is shape.key.column and isinstance(part.right, sa.BindParameter):
                return True
    return False


def _parts(where: Any) -> Iterator[ColumnElement[Any]]:
    """The conditions that all have to hold."""
    if isinstance(where, Grouping):
        yield from _parts(where.element)
    elif isinstance(where, BooleanClauseList) and where.operator is operators.and_:
        for clause in where.clauses:
            yield from _parts(clause)
    else:
        yield where


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
