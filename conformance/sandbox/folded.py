"""Texts in which upper and lower case are equal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class folded(FunctionElement[str]):
    """A text in which upper and lower case are equal: what `fold` gives, for texts that no index leads to."""

    inherit_cache = True
    type = Text()


@compiles(folded)
def _function(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"fold({compiler.process(element.clauses, **options)})"


@compiles(folded, "sqlite")
def _sooner(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    """Most texts are ASCII. SQLite's own function folds those much sooner than Python does."""
    text = compiler.process(element.clauses, **options)
    # Its length of a text counts characters, and only those before NUL.
    return f"CASE WHEN length(CAST({text} AS BLOB)) = length({text}) THEN lower({text}) ELSE fold({text}) END"
