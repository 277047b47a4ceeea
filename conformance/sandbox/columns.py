"""How each kind of value is stored in a column, without losing a digit: in Python it has its JSON form."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Integer, Text, TypeDecorator, case
from sqlalchemy.types import TypeEngine

from conformance.sandbox import values
from conformance.sandbox.values import Kind
from spec.model import JSON, LOCAL


class Words(TypeDecorator[str]):
    """Text, ordered by its characters' numbers whatever language the database speaks."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite orders so anyway."""
        return dialect.type_descriptor(Text(collation="C" if dialect.name == "postgresql" else None))


class Uuid(TypeDecorator[str]):
    """A UUID in lower case."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """As it is kept."""
        return None if value is None else value.lower()


class Instant(TypeDecorator[str]):
    """A date-time as whole microseconds since 1970 in UTC; it may also be given as such."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: str | int | None, dialect: Dialect) -> int | None:
        """As it is kept."""
        return value if value is None or isinstance(value, int) else math.floor(values.instant(value))

    def process_result_value(self, value: int | None, dialect: Dialect) -> str | None:
        """As it is shown."""
        return None if value is None else values.rendered(value)


class Clock(Instant):
    """A date-time that is written and shown without an offset, as the clocks of a zone have it."""

    cache_ok = True

    def __init__(self, zone: str) -> None:
        super().__init__()
        self.zone = zone

    def process_bind_param(self, value: str | int | None, dialect: Dialect) -> int | None:
        """As it is kept."""
        if value is None or isinstance(value, int):
            return value
        return math.floor(values.instant(value, self.zone))

    def process_result_value(self, value: int | None, dialect: Dialect) -> str | None:
        """As it is shown."""
        return None if value is None else values.shown_by_clocks(value, self.zone)


class Flag(TypeDecorator[bool]):
    """True or false as 1 or 0."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        """As it is kept."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        """As it is shown."""
        return None if value is None else bool(value)


class Json(TypeDecorator[JSON]):
    """A number, or what has structure, as JSON text. SQLAlchemy's own JSON would be kept as SQLite's numbers."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: JSON, dialect: Dialect) -> str | None:
        """As it is kept."""
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> JSON:
        """As it is shown."""
        return None if value is None else json.loads(value)


def later(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The later of two moments."""
    return case((one > other, one), else_=other)


TYPES: Mapping[Kind, TypeEngine[Any]] = {
    "text": Words(),
    "uuid": Uuid(),
    "instant": Instant(),
    "decimal": Words(),  # as it came
    "number": Json(),
    "boolean": Flag(),
    "json": Json(),
}
"""The type of a column that keeps values of a kind."""


def column_type(schema: Mapping[str, JSON], zone: str | None) -> TypeEngine[Any]:
    """The type of a column that keeps values of a schema; `zone` has the clocks of date-times without an offset."""
    return Clock(zone or "UTC") if schema.get("format") == LOCAL else TYPES[values.kind(schema)]
