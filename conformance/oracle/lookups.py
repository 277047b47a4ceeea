"""What a lookup means, in plain Python over JSON values: the oracle that responses are checked against.

Results are three-valued. True and False stand only where every sensible reading of the document agrees. None
stands where the document is open: how Turkish i folds, or whether an integer "contains" a digit.
"""

from __future__ import annotations

import datetime
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

from conformance.oracle import patterns
from conformance.oracle.bounds import LONGEST_COMPARED
from conformance.oracle.dates import as_compared, has_local, is_open
from conformance.oracle.operands import separator
from spec import Filter
from spec.lookups import LOOKUPS, NOT
from spec.model import LOCAL

Truth = bool | None
Kind = Literal["text", "uuid", "number", "boolean", "date-time", "local", "date"]
"""`local` is a date-time without an offset."""

MOMENTS: tuple[Kind, ...] = ("date-time", "local")
"""The kinds that are a date and a time."""


def kind_of(schema: Mapping[str, Any]) -> Kind:
    """How values of a schema compare: as text, instants, numbers, uuids or booleans."""
    types = schema.get("type", "string")
    types = {types} if isinstance(types, str) else set(types)
    form = schema.get("format")
    if types & {"integer", "number"} or form == "decimal":
        return "number"
    if "boolean" in types:
        return "boolean"
    if form == "uuid":
        return "uuid"
    if form == "date-time":
        return "date-time"
    if form == LOCAL:
        return "local"
    return "date" if form == "date" else "text"


def satisfies(filter: Filter, row: Mapping[str, Any], operand: str, key: str | None = None) -> Truth:
    """Whether a row must be shown (True), must not (False), or may (None) for one filter's value on the wire.

    `key` fills in a free key. A row without the field, or with null there, satisfies no lookup.
    """
    return meaning(filter, operand, key)(row)


def meaning(filter: Filter, operand: str, key: str | None = None) -> Callable[[Mapping[str, Any]], Truth]:
    """The same for any row."""
    field, free_key, kind = filter.path[0], filter.free_key, kind_of(filter.schema)
    of = LOOKUPS[filter.lookup]
    if filter.several:
        return partial(_of_several, filter, operand)
    lookup = NOT + of.compares if of.negated else of.compares
    between = separator(filter) if filter.many else ","
    dated = kind in MOMENTS and has_local(filter)

    def shown(row: Mapping[str, Any]) -> Truth:
        if field not in row:
            return None
        value = row[field]
        if free_key:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        for name in filter.path[1:]:
            value = value.get(name) if isinstance(value, Mapping) else None
        if filter.part or dated:
            if is_open(filter, value):
                return None
            value = as_compared(filter, value)
        return compare(lookup, kind, value, operand, between)

    return shown


def _of_several(filter: Filter, operand: str, row: Mapping[str, Any]) -> Truth:
    """One of the values must satisfy the lookup. Of a negation none must; rows without any are open."""
    if filter.path[0] not in row:
        return None
    of, kind = LOOKUPS[filter.lookup], kind_of(filter.schema)
    values = values_at(row, filter.path)
    ready = [as_compared(filter, value) for value in values]
    if any(is_open(filter, value) for value in values):
        return None
    between = separator(filter) if filter.many else ","
    if of.compares == "all":
        found = all_of([any_of([compare("exact", kind, v, part) for v in ready]) for part in operand.split(between)])
    else:
        found = any_of([compare(of.compares, kind, v, operand, between) for v in ready])
    if of.negated:
        return None if found is None or not values or None in values else not found
    return found


def values_at(row: Mapping[str, Any], path: Sequence[str]) -> list[Any]:
    """The values at the end of a way through objects and lists."""
    found: list[Any] = [row]
    for name in path:
        found = [each.get(name) for each in found if isinstance(each, Mapping)]
        while any(isinstance(each, list) for each in found):
            found = [one for each in found for one in (each if isinstance(each, list) else [each])]
    return found


def compare(lookup: str, kind: Kind, value: Any, operand: str, between: str = ",") -> Truth:
    """One value of a row against an operand, in which `between` stands between the values of a list."""
    if lookup.startswith(NOT):
        return _negated(lookup.removeprefix(NOT), kind, value, operand, between)
    if lookup == "isnull":
        wanted = parse("boolean", operand)
        return None if wanted is None else (value is None) == wanted
    if lookup == "empty":
        wanted = parse("boolean", operand)
        return None if wanted is None or not isinstance(value, str) else (value == "") == wanted
    if value is None:
        return False
    if lookup in MANY:
        return MANY[lookup](kind, value, operand.split(between))
    if lookup in OPEN_ENDS:
        return None if _ordered("exact", kind, value, operand) else _ordered(OPEN_ENDS[lookup], kind, value, operand)
    if kind in ("date-time", "local", "date", "number", "boolean", "uuid"):
        return _ordered(lookup, kind, value, operand)
    if isinstance(value, bool) or not isinstance(value, str):
        # An integer equals all of its own digits. The document leaves open whether it contains some of them.
        if isinstance(value, int) and not isinstance(value, bool) and lookup.removeprefix("i") in PLAIN:
            whole = str(value) == operand
            return whole or (None if lookup not in ("exact", "iexact") or _same_number(value, operand) else False)
        return None
    if lookup in ("regex", "iregex"):
        return patterns.found(operand, value, folds=lookup == "iregex")
    if lookup == "matches":
        return True if text("exact", value, operand) else _may_hold(value, operand)
    if len(value) > LONGEST_COMPARED or lookup.removeprefix("i") not in PLAIN:
        return None  # the document leaves the order of texts open
    return text(lookup, value, operand)


def _may_hold(value: str, operand: str) -> Truth:
    """None for a text that contains the operand in some case: whether a part is enough is open."""
    short = len(value) <= LONGEST_COMPARED
    return False if short and text("icontains", value, operand) is False else None


OPEN_ENDS = {"after": "gt", "before": "lt"}
"""Lookups for which an equal value is open, and what they say of others."""


def _negated(lookup: str, kind: Kind, value: Any, operand: str, between: str) -> Truth:
    """The other rows. Databases differ on those without a value: `NOT x = 1` leaves them out, Django shows them."""
    truth = None if value is None else compare(lookup, kind, value, operand, between)
    return None if truth is None else not truth


def _in(kind: Kind, value: Any, listed: list[str]) -> Truth:
    return any_of(compare("exact", kind, value, part) for part in listed)


def _range(kind: Kind, value: Any, listed: list[str]) -> Truth:
    """Both ends count. Which of two values is the first one is open where they stand the wrong way round."""
    bounds = [parse(kind, part) for part in listed]
    if len(bounds) != 2 or None in bounds or bounds[0] > bounds[1]:
        return None
    return all_of((compare("gte", kind, value, listed[0]), compare("lte", kind, value, listed[1])))


MANY: dict[str, Callable[[Kind, Any, list[str]], Truth]] = {"in": _in, "range": _range}
"""The lookups whose operand holds several values: from a row's value and those to whether the row is shown."""


def any_of(truths: Any) -> Truth:
    """Three-valued or."""
    seen = list(truths)
    return True if True in seen else (None if None in seen else False)


def all_of(truths: Any) -> Truth:
    """Three-valued and."""
    seen = list(truths)
    return False if False in seen else (None if None in seen else True)


def hidden_values(filter: Filter) -> tuple[str, ...]:
    """The values of a field that no response shows: both for a boolean, else the schema's enum."""
    if filter.schema.get("type") == "boolean":
        return ("true", "false")
    return tuple(str(value) for value in filter.schema.get("enum", ()))


# -- text -------------------------------------------------------------------------------------------

PLAIN: dict[str, Callable[[str, str], bool]] = {
    "exact": operator.eq,
    "contains": operator.contains,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def turkish_lower(text: str) -> str:
    """Lower case where I is the capital of ı, and İ of i."""
    return text.replace("I", "ı").replace("İ", "i").lower()


def turkish_upper(text: str) -> str:
    """Upper case where i is the small letter of İ, and ı of I."""
    return text.replace("i", "İ").replace("ı", "I").upper()


FOLDINGS: tuple[Callable[[str], str], ...] = (str.casefold, str.lower, str.upper, turkish_lower, turkish_upper)


@lru_cache(maxsize=1 << 14)
def _forms(value: str) -> tuple[str, ...]:
    """The same, without those that are alike for a text of ASCII."""
    return (value.lower(), turkish_lower(value)) if value.isascii() else all_forms(value)


def text(lookup: str, value: str, operand: str) -> Truth:
    """A text lookup. A case-insensitive one is decided only where all ways to fold case agree."""
    if lookup in PLAIN:
        truth = PLAIN[lookup](value, operand)
        if value.isascii() and operand.isascii():
            return truth
        composed = PLAIN[lookup](_composed(value), _composed(operand))
        return truth if truth == composed else None
    decide = PLAIN[lookup[1:]]
    if value.isascii() and operand.isascii() and "i" not in operand.lower():
        return decide(value.lower(), operand.lower())  # only i folds in more than one way
    lefts, rights = _forms(value), _forms(operand)
    if len(lefts) != len(rights):
        lefts, rights = (all_forms(value), all_forms(operand))
    truth = decide(lefts[0], rights[0])
    for left, right in zip(lefts, rights, strict=True):
        if decide(left, right) is not truth:
            return None
    return truth


@lru_cache(maxsize=1 << 14)
def _composed(value: str) -> str:
    return unicodedata.normalize("NFC", value)


@lru_cache(maxsize=1 << 14)
def all_forms(value: str) -> tuple[str, ...]:
    """A text under every way to fold case, as it is and composed; one way for each position."""
    return tuple(fold(form) for form in (value, _composed(value)) for fold in FOLDINGS)


# -- ordered and identical values -------------------------------------------------------------------

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def _ordered(lookup: str, kind: Kind, value: Any, operand: str) -> Truth:
    left, right = parse(kind, value), parse(kind, operand)
    if left is None or right is None or lookup not in ORDER:
        return None
    return ORDER[lookup](left, right)


def id_of(text: str) -> str:
    """A uuid in one spelling: its digits, in lower case, without hyphens; another text in lower case."""
    digits = text.lower()
    return digits.replace("-", "") if _UUID.fullmatch(digits) else digits


_UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")


def same_id(one: Any, other: Any) -> bool:
    """Equal, or two spellings of one uuid. Keys of rows aren't folded: only uuids have other spellings."""
    if one == other or not (isinstance(one, str) and isinstance(other, str)):
        return bool(one == other)
    return _UUID.fullmatch(one.lower()) is not None and id_of(one) == id_of(other)


def parse(kind: Kind, value: Any) -> Any:
    """A value of a row, or an operand, in comparable form; None for one that can't be read."""
    try:
        match kind:
            case "date-time":
                return instant(value) if isinstance(value, str) else None
            case "local":
                return instant(f"{value}Z") if isinstance(value, str) else None
            case "date":
                return datetime.date.fromisoformat(value)
            case "number":
                return None if isinstance(value, bool) else Decimal(str(value))
            case "boolean":
                return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
            case "uuid":
                return id_of(str(value))
            case _:
                return str(value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        return None


_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:?\d\d)")


@lru_cache(maxsize=1 << 16)
def instant(text: str) -> Decimal | None:
    """An ISO 8601 date-time with an offset, as seconds since 1970 in UTC, exact to any number of digits.

    None for other texts, and for a day or an hour that doesn't exist.
    """
    found = _INSTANT.fullmatch(text)
    if not found:
        return None
    date, time, fraction, offset = found.groups()
    zone = "+00:00" if offset in "Zz" else offset
    try:
        moment = datetime.datetime.fromisoformat(f"{date}T{time}{zone}")
    except ValueError:
        return None
    whole = Decimal(int(moment.timestamp()))
    return whole + Decimal("0" + fraction) if fraction else whole


def in_zone(text: str, zone: str | None) -> Decimal | None:
    """The same for a date-time that may have no offset: then the clocks of the zone show it, or of UTC."""
    found = instant(text)
    clock = None if found is not None else parse("local", text)
    if clock is None:
        return found
    shown = datetime.datetime.fromisoformat(text[:19]).replace(tzinfo=ZoneInfo(zone or "UTC"))
    offset = shown.utcoffset() or datetime.timedelta(0)
    return Decimal(clock) - Decimal(int(offset.total_seconds()))


def in_offset(moment: datetime.datetime, minutes: int) -> str:
    """The same instant written in another offset; Z for none, and no fraction where there is none."""
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    return written(moment.astimezone(zone)).replace("+00:00", "Z")


def written(moment: datetime.datetime) -> str:
    """A date-time as text, with no more digits than it needs."""
    precision = (
        "seconds" if moment.microsecond == 0 else "milliseconds" if moment.microsecond % 1000 == 0 else "microseconds"
    )
    return moment.isoformat(timespec=precision)


def _same_number(value: int, operand: str) -> bool:
    try:
        return Decimal(operand) == value
    except InvalidOperation:
        return False
