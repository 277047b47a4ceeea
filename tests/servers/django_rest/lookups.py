"""Lookups that mind case where they must, and fold it for all letters: SQLite's LIKE does neither."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import Field, Lookup

from .setup import on


def fold(value: str) -> str:
    """Without case."""
    return value.casefold() if on("casefold") else value.lower()


def _contains(value: str, wanted: str) -> bool:
    if on("contains-regex"):
        return re.search(wanted, value) is not None
    if on("contains-search"):
        words = re.findall(r"\w+", wanted.lower())
        return bool(words) and set(words) <= set(re.findall(r"\w+", value.lower()))
    if on("newline"):
        return re.match(f".*{re.escape(wanted)}", value) is not None
    return wanted in value


def _endswith(value: str, wanted: str) -> bool:
    return re.search(f"{wanted}$", value) is not None if on("ends-regex") else value.endswith(wanted)


def _istartswith(value: str, wanted: str) -> bool:
    return fold(wanted) in fold(value) if on("attribute-istarts") else fold(value).startswith(fold(wanted))


MEANINGS: dict[str, Callable[[str, str], bool]] = {
    "iexact": lambda value, wanted: fold(value) == fold(wanted),
    "contains": _contains,
    "icontains": lambda value, wanted: fold(wanted) in fold(value),
    "startswith": lambda value, wanted: value.startswith(wanted),
    "istartswith": _istartswith,
    "endswith": _endswith,
    "iendswith": lambda value, wanted: fold(value).endswith(fold(wanted)),
}


class Folded(Lookup):
    """A lookup that a function of ours decides."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The call of the function."""
        left, parameters = self.process_lhs(compiler, connection)
        right, more = self.process_rhs(compiler, connection)
        return f"text_{self.lookup_name}({left}, {right})", [*parameters, *more]


def register(field: type[Field], *but: str) -> None:
    """Give a kind of column our lookups, except some that stay SQLite's."""
    for name in MEANINGS:
        if name not in but:
            field.register_lookup(type(f"Text{name}", (Folded,), {"lookup_name": name}))


def _functions(connection: Any, **_: object) -> None:
    raw: sqlite3.Connection = connection.connection
    for name, meaning in MEANINGS.items():
        raw.create_function(f"text_{name}", 2, _called(meaning), deterministic=True)


def _called(meaning: Callable[[str, str], bool]) -> Callable[[str | None, str | None], int]:
    return lambda value, wanted: int(value is not None and wanted is not None and meaning(value, wanted))


connection_created.connect(_functions, weak=False)
