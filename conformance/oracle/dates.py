"""Parts of dates and date-times: what they are depends on the time zone, which a document may leave open."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from spec import Filter
from spec.model import LOCAL

Moment = datetime.datetime

PARTS: Mapping[str, Callable[[Moment], Any]] = {
    "date": lambda moment: moment.date().isoformat(),
    "year": lambda moment: moment.year,
    "quarter": lambda moment: (moment.month - 1) // 3 + 1,
    "month": lambda moment: moment.month,
    "day": lambda moment: moment.day,
    "week_day": lambda moment: moment.isoweekday() % 7 + 1,
    "hour": lambda moment: moment.hour,
    "minute": lambda moment: moment.minute,
}
"""From a moment by the clock to its part."""

_EASTERNMOST, _WESTERNMOST = datetime.timedelta(hours=14), datetime.timedelta(hours=-12)


def part_of(filter: Filter, value: Any) -> Any:
    """The part of a value that a filter compares; in UTC where the document names no time zone."""
    moment = local(value, filter.zone or "UTC")
    return None if moment is None or filter.part is None else PARTS[filter.part](moment)


def has_local(filter: Filter) -> bool:
    """True where the field or the operand of a filter has no offset."""
    return filter.local or filter.of.get("format") == LOCAL


def as_compared(filter: Filter, value: Any) -> Any:
    """What a filter compares of a row's value: a part of it, or a date-time with or without offset as the operand is.

    A date-time without an offset is what the clocks of the declared zone show.
    """
    if filter.part:
        return part_of(filter, value)
    if not has_local(filter) or filter.local == (filter.of.get("format") == LOCAL) or not isinstance(value, str):
        return value
    zone = filter.zone or "UTC"
    try:
        moment = Moment.fromisoformat(value.upper())
        if filter.local:
            return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat() if moment.tzinfo else value
        return value if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)).isoformat()
    except (ValueError, OverflowError):
        return None


def is_open(filter: Filter, value: Any) -> bool:
    """True where the part differs between time zones, and the document names none, and where clocks are put back."""
    if has_local(filter) and filter.part is None:
        return _is_ambiguous(value, filter.zone)
    if filter.of.get("format") == LOCAL:
        return False
    if filter.zone or filter.part is None or not isinstance(value, str) or len(value) <= len("2024-01-01"):
        return False
    moment = local(value, "UTC")
    if moment is None:
        return True
    try:
        parts = {PARTS[filter.part](moment + offset) for offset in (_EASTERNMOST, _WESTERNMOST)}
    except OverflowError:
        return True
    return len(parts) > 1 or filter.part in ("hour", "minute")


@lru_cache(maxsize=1 << 14)
def _is_ambiguous(value: Any, zone: str | None) -> bool:
    """True where clocks of the zone show a time twice or never: such times have no order of their own."""
    if zone is None or not isinstance(value, str):
        return False
    try:
        moment = Moment.fromisoformat(value.upper())
        clock = moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        return clock.replace(fold=0).utcoffset() != clock.replace(fold=1).utcoffset()
    except (ValueError, OverflowError):
        return False


@lru_cache(maxsize=1 << 14)
def local(value: Any, zone: str) -> Moment | None:
    """What the clocks of a time zone show at a moment; of a date its beginning. None for what is neither."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.datetime.fromisoformat(value.upper())
        return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None
