"""Pieces of SQL with their values beside them, so that no value ever becomes part of a statement's text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Connection, Cursor
from typing import Any


@dataclass(frozen=True)
class Sql:
    """An expression with a `?` for each of its values."""

    text: str
    values: tuple[Any, ...] = ()

    def __and__(self, other: Sql) -> Sql:
        return Sql(f"({self.text} AND {other.text})", self.values + other.values)

    def __or__(self, other: Sql) -> Sql:
        return Sql(f"({self.text} OR {other.text})", self.values + other.values)

    def __invert__(self) -> Sql:
        """True where the expression is false or has no value."""
        return Sql(f"NOT coalesce({self.text}, 0)", self.values)


TRUE = Sql("1")
FALSE = Sql("0")


def every(predicates: Iterable[Sql]) -> Sql:
    """True where all are."""
    found = TRUE
    for predicate in predicates:
        found = predicate if found == TRUE else found & predicate
    return found


def some(predicates: Iterable[Sql]) -> Sql:
    """True where one is."""
    found = FALSE
    for predicate in predicates:
        found = predicate if found == FALSE else found | predicate
    return found


def joined(*pieces: str | Sql) -> Sql:
    """A statement made of keywords, quoted names and expressions, in that order."""
    text = " ".join(piece if isinstance(piece, str) else piece.text for piece in pieces)
    return Sql(text, tuple(value for piece in pieces if isinstance(piece, Sql) for value in piece.values))


def run(connection: Connection, *pieces: str | Sql) -> Cursor:
    """Execute a statement made of such pieces."""
    statement = joined(*pieces)
    return connection.execute(statement.text, statement.values)


def name(identifier: str) -> str:
    """A table's or column's name as it stands in a statement."""
    return '"' + identifier.replace('"', '""') + '"'


def row(values: Iterable[Any]) -> Sql:
    """Values in brackets, as IN and VALUES want them."""
    found = tuple(values)
    return Sql(f"({', '.join('?' * len(found))})", found)
