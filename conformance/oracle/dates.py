"""Parts of dates and date-times: what they are depends on the time zone, which a document may leave open."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from spec import Filter

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


def is_open(filter: Filter, value: Any) -> bool:
    """True where the part differs between time zones, and the document names none."""
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
def local(value: Any, zone: str) -> Moment | None:
    """What the clocks of a time zone show at a moment; of a date its beginning. None for what is neither."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.datetime.fromisoformat(value.upper())
        return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None
