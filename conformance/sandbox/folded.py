"""Texts in which upper and lower case are equal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Text, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import TypeCoerce
from sqlalchemy.sql.functions import FunctionElement


class folded(FunctionElement[str]):
    """A text in which upper and lower case are equal: what `fold` gives, for texts that no index leads to."""

    inherit_cache = True
    type = Text()


_HAS_FOLDS = "folds"
_BESIDE = "folded beside"


def keep_folds(column: Column[Any]) -> ColumnElement[Any]:
    """What an index keeps of a column of texts, so that they needn't be folded when pieces of them are looked for."""
    column.info[_HAS_FOLDS] = True
    return func.fold(column)


def has_folds(text: ColumnElement[Any]) -> bool:
    """True for a column of which an index keeps the folded texts."""
    column = text.clause if isinstance(text, TypeCoerce) else text
    return isinstance(column, Column) and _HAS_FOLDS in column.info


def keep_beside(text: Column[Any], folds: Column[Any]) -> Column[Any]:
    """Let a column of a table hold the folded texts of another.

    SQLite reads no folded text from an index where the table has no numbers of rows, as that of free keys.
    """
    text.info[_BESIDE] = folds
    return folds


def beside(text: ColumnElement[Any]) -> Column[Any] | None:
    """The column that holds the folded texts of this one, if any does."""
    return text.info.get(_BESIDE) if isinstance(text, Column) else None


@compiles(folded)
def _function(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"fold({compiler.process(element.clauses, **options)})"


@compiles(folded, "sqlite")
def _sooner(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    """Most texts are ASCII. SQLite's own function folds those much sooner than Python does."""
    text = compiler.process(element.clauses, **options)
    # Its length of a text counts characters, and only those before NUL.
    return f"CASE WHEN length(CAST({text} AS BLOB)) = length({text}) THEN lower({text}) ELSE fold({text}) END"
