"""Ways of asking the same of a database, for SQLite can't find out which of them is short."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BinaryExpression, BindParameter, ColumnElement, Connection, ScalarSelect, Select, UnaryExpression
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BooleanClauseList, Grouping, TypeCoerce
from sqlalchemy.sql.visitors import ExternallyTraversible

from conformance.sandbox import counts, deep
from conformance.sandbox.folded import folded, has_folds
from conformance.sandbox.lookups import Matching, Predicate, startswith
from conformance.sandbox.remembered import Remembered
from conformance.sandbox.tables import Shape

Order = Sequence[ColumnElement[Any]]
_SCANNED = 15
"""So many texts of an index are looked at in the time in which one row is read."""
_LAST = chr(sys.maxunicode)


def counting(connection: Connection, shape: Shape, where: Predicate) -> Predicate:
    """The condition, as it is asked when rows are counted."""
    if not _is_sqlite(connection):
        return where
    return one_by_one(where) if _names_one(shape, where) else by_index(where)


def paging(connection: Connection, shape: Shape, where: Predicate, rows: int) -> Predicate:
    """The condition, as it is asked for the first so many rows: it may be known already how many there are."""
    if not _is_sqlite(connection):
        return where
    meets_soon = _meets_soon(connection, shape, where, rows)
    if meets_soon or _names_one(shape, where):
        return one_by_one(where)
    return where if meets_soon is None else by_index(where)


def sorting(connection: Connection, shape: Shape, where: Predicate, order: Order, rows: int) -> Order:
    """The order, as it is asked of the first so many rows.

    Where a filter finds few rows, they are found first and sorted then: on its way through all rows in their order,
    SQLite would meet them late.
    """
    soon = _meets_soon(connection, shape, where, rows) if _is_sqlite(connection) else None
    return order if soon is not False or rows >= deep.STRIDE else [_sorted_last(column) for column in order]


def _meets_soon(connection: Connection, shape: Shape, where: Predicate, rows: int) -> bool | None:
    """True where so many rows are met sooner one after the other than all that the condition finds; None for unknown.

    It depends on how many there are of both.
    """
    remembered = Remembered.of(connection)
    found = remembered.known(where) if remembered else None
    everything = counts.known(shape.table, shape.number, sa.true())
    if remembered is None or found is None or everything is None:
        return None
    total = remembered.count(sa.true(), lambda: connection.scalars(everything).one())
    pieces = _pieces(where)
    # Where an index holds only one of the texts, each row has to be read.
    scanned = total if pieces > 1 else total * pieces / _SCANNED
    return total * rows <= found * (found + scanned)


def _sorted_last(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """By a sign that changes nothing but keeps SQLite from looking for an index with this order."""
    if isinstance(column, UnaryExpression) and column.modifier:
        return UnaryExpression(_sorted_last(column.element), modifier=column.modifier)
    return UnaryExpression(column, operator=operators.custom_op("+"))


def by_index(where: Predicate) -> Predicate:
    """The same condition, by the texts that an index holds: there they are folded already, and stand in order.

    Where several pieces are looked for, another index may hold all that is needed.
    """
    where = _one_list(where)
    if _pieces(where) > 1:
        return where

    def asked(element: ExternallyTraversible, **_: Any) -> ExternallyTraversible | None:
        if not isinstance(element, Matching):
            return None
        text, piece, pattern = element.sides()
        begins = isinstance(element, startswith) and isinstance(piece, BindParameter)
        if isinstance(text, folded):
            (text,) = text.clauses
            if not has_folds(text):
                return None
            text = sa.func.fold(text)
        # Every text comes after nothing. To say so leads SQLite to the index.
        first, end = (piece.value, _after(piece.value)) if begins else ("", None)
        return sa.and_(text >= first, *([] if end is None else [text < end]), type(element)(text, piece, pattern))

    return visitors.replacement_traverse(where, {}, asked)


def _one_list(where: Predicate) -> Predicate:
    """The same condition with one list of rows, the narrowest. Whether they are in the others is asked of each."""
    lists = [part for part in _parts(where) if _listed(part) is not None]
    first = min(lists, key=_pieces, default=None)

    def asked(element: ExternallyTraversible, **_: Any) -> ExternallyTraversible | None:
        return _one_by_one(element) if element is not first and any(element is one for one in lists) else None

    return visitors.replacement_traverse(where, {}, asked) if len(lists) > 1 else where


def _pieces(where: ColumnElement[Any]) -> int:
    """How many pieces of text it looks for."""
    return sum(isinstance(element, Matching) for element in visitors.iterate(where))


def _after(start: str) -> str | None:
    """The first of the texts that come after all which begin so; None where none does."""
    kept = start.rstrip(_LAST)
    if not kept:
        return None
    following = ord(kept[-1]) + 1
    # Half characters are no texts.
    return kept[:-1] + ("\ue000" if following == 0xD800 else chr(following))


def one_by_one(where: Predicate) -> Predicate:
    """The same condition, as a question to one row after the other: what was a list of rows is looked up for each.

    A list has to be made in full before the first row is found.
    """

    return visitors.replacement_traverse(where, {}, lambda element, **_: _one_by_one(element))


def _one_by_one(element: ExternallyTraversible) -> ExternallyTraversible | None:
    listed = _listed(element)
    if listed is None or not isinstance(element, BinaryExpression):
        return None
    (owner,) = listed.selected_columns
    narrowed = () if listed.whereclause is None else (listed.whereclause,)
    return sa.exists().where(owner == element.left, *narrowed)


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
            if left is shape.key.column and isinstance(part.right, BindParameter):
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
