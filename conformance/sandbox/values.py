"""What kinds of values schemas have, and how a value is read from text, compared and shown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal
from zoneinfo import ZoneInfo

from spec.model import JSON, LOCAL

Kind = Literal["text", "uuid", "instant", "decimal", "number", "boolean", "json"]

_EPOCH = datetime(1970, 1, 1)
_DAY = 24 * 60 * 60 * 1_000_000
FIRST, LAST = ((edge - _EPOCH) // timedelta(microseconds=1) for edge in (datetime.min, datetime.max))
"""The first and the last moment of the calendar, of which every moment shown is one; an offset leads beyond it."""
_MICROSECOND = timedelta(microseconds=1)
_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|([+-])(\d\d):(\d\d))?", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]{1,4000}")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,4000})(\.[0-9]{1,4000})?([eE][+-]?[0-9]{1,4})?")


def kind(schema: Mapping[str, JSON]) -> Kind:
    """How values of a (resolved) schema are kept."""
    declared = schema.get("type", "string" if "format" in schema else [])
    types = {declared} if isinstance(declared, str) else set(declared)
    types.discard("null")
    if types == {"boolean"}:
        return "boolean"
    if types and types <= {"integer", "number"}:
        return "number"
    if types == {"string"}:
        formats: dict[object, Kind] = {"uuid": "uuid", "date-time": "instant", LOCAL: "instant", "decimal": "decimal"}
        return formats.get(schema.get("format"), "text")
    return "json"


def bound(kind: Kind, value: JSON, zone: str | None = None) -> Any:
    """A filter's value, typed to be compared with a column of the kind. Raises ValueError when it can't be.

    `zone` has the clocks that a date-time without an offset shows.
    """
    if kind == "instant":
        return instant(str(value), zone)
    if kind in ("number", "decimal"):
        return decimal(str(value))
    if kind == "uuid":
        return str(value).lower()
    if kind == "boolean":
        return int(value if isinstance(value, bool) else typed({"type": "boolean"}, str(value)))
    return str(value)


def instant(text: str, zone: str | None = None) -> Fraction:
    """An RFC 3339 date-time as the exact number of microseconds since 1970 in UTC. Raises ValueError.

    One without an offset is a time of the zone, where there is one.
    """
    match = _INSTANT.fullmatch(text)
    if not match:
        raise ValueError(text)
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, written, sign, offset_hours, offset_minutes = match.groups()[6:]
    if written is None and zone is None:
        raise ValueError(text)
    if second > 60 or (sign and (int(offset_hours) > 23 or int(offset_minutes) > 59)):
        raise ValueError(text)
    # A leap second is the first one of the next minute; datetime knows none.
    local = datetime(year, month, day, hour, minute) - _EPOCH
    exact = Fraction(local // _MICROSECOND + second * 1_000_000)
    if fraction:
        exact += Fraction(int(fraction[:40]) * 1_000_000, 10 ** len(fraction[:40]))
    if sign:
        offset = (int(offset_hours) * 60 + int(offset_minutes)) * 60_000_000
        exact += -offset if sign == "+" else offset
    if written is None:
        there = datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone or "UTC")).utcoffset()
        exact -= (there or timedelta(0)) // _MICROSECOND
    return exact


def matched(value: str | None, expression: str, folds: bool) -> bool | None:
    """Whether a regular expression is found in a text; none is found where it isn't one."""
    if value is None:
        return None
    try:
        return re.search(expression, value, re.IGNORECASE if folds else 0) is not None
    except re.error:
        return False


def date_part(part: str, value: int | str | None, zone: str) -> str | None:
    """A part of a date, or of microseconds since 1970 in a time zone, as text."""
    if value is None:
        return None
    local = datetime.fromisoformat(value) if isinstance(value, str) else _local(value, zone)
    parts: Mapping[str, int | str] = {
        "date": local.date().isoformat(),
        "quarter": (local.month + 2) // 3,
        "week_day": local.isoweekday() % 7 + 1,
    }
    return str(parts.get(part) or getattr(local, part))


def rendered(microseconds: int) -> str:
    """Microseconds since 1970 as the documented date-time: UTC, milliseconds, Z."""
    cut = min(max(microseconds, FIRST), LAST)
    return (_EPOCH + timedelta(microseconds=cut)).isoformat(timespec="milliseconds") + "Z"


def shown_by_clocks(microseconds: int, zone: str) -> str:
    """Microseconds since 1970 as the clocks of a zone show them: without an offset."""
    return _local(microseconds, zone).replace(tzinfo=None).isoformat(timespec="milliseconds")


def _local(microseconds: int, zone: str) -> datetime:
    cut = min(max(microseconds, FIRST + _DAY), LAST - _DAY)
    return (_EPOCH.replace(tzinfo=UTC) + timedelta(microseconds=cut)).astimezone(ZoneInfo(zone))


def now() -> int:
    """This moment in microseconds, cut to the millisecond that responses show."""
    return int(datetime.now(UTC).timestamp() * 1000) * 1000


def decimal(text: str) -> str:
    """The text of a decimal number, checked. Raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return text


def by_value(left: str, right: str) -> int:
    """The order of two decimal texts by value, for SQLite's collation of that name."""
    try:
        a, b = Decimal(left), Decimal(right)
    except InvalidOperation:
        return (left > right) - (left < right)
    return (a > b) - (a < b)


def fold(text: str | None) -> str | None:
    """Upper and lower case taken as equal, for all of Unicode (SQLite's own lower() knows ASCII only)."""
    return text if text is None else text.casefold()


def attribute_text(value: JSON) -> str | None:
    """The text that a free-form value is compared as: a string as it is, else its JSON; None for nothing."""
    if isinstance(value, str):
        return value
    return None if value is None else json.dumps(value, ensure_ascii=False)


def typed(schema: Mapping[str, JSON], text: str) -> JSON:
    """A parameter's text as the JSON value that its (resolved) schema asks for. Raises ValueError."""
    declared = schema.get("type", "string")
    types = [declared] if isinstance(declared, str) else list(declared)
    if "string" in types:
        return text
    if {"integer", "number"} & {*types} and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    raise ValueError(text)
