"""The lookups: the values for which each has a meaning, how its operand is written, and its words.

A further lookup is one entry here, one for its meaning in the checks, and one for its SQL in the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["text", "uuid", "number", "boolean", "date-time", "date", "list", "object", "any"]

Operand = Literal["value", "list", "pair", "flag"]
"""One value, any number of values, a first and a last value, or true or false."""

NOT = "not_"
"""Before a lookup: it shows the other rows."""

DATE_PARTS: Mapping[str, tuple[frozenset[Kind], str]] = {
    "date": (frozenset(("date-time",)), "date"),
    "year": (frozenset(("date-time", "date")), "year"),
    "quarter": (frozenset(("date-time", "date")), "quarter, 1 to 4,"),
    "month": (frozenset(("date-time", "date")), "month, 1 to 12,"),
    "day": (frozenset(("date-time", "date")), "day of the month"),
    "week_day": (frozenset(("date-time", "date")), "day of the week, 1 for Sunday to 7,"),
    "hour": (frozenset(("date-time",)), "hour, 0 to 23,"),
    "minute": (frozenset(("date-time",)), "minute"),
}
"""What a lookup can compare of a date or a date-time: the kinds of fields, and its words."""

_TEXT = frozenset[Kind](("text", "any"))
_ORDERED = frozenset[Kind](("number", "date", "date-time"))
_SEVERAL = _TEXT | _ORDERED | frozenset[Kind](("uuid",))
_SCALAR = _SEVERAL | frozenset[Kind](("boolean",))
_EVERYTHING = _SCALAR | frozenset[Kind](("list", "object"))


@dataclass(frozen=True)
class Lookup:
    """One lookup."""

    name: str
    kinds: frozenset[Kind]
    """The kinds of fields for which it has a meaning."""
    words: str
    """What a value does that it finds, to complete "the rows whose title ..."."""
    operand: Operand = "value"
    positive: str = ""
    """Its name without a negation."""
    part: str | None = None
    """The part of a date that is compared, if not the value itself."""
    compares: str = ""
    """The lookup that compares: its name without a negation and a part."""
    related: bool = True
    """True where rows of one lookup of a field follow from rows of another with the same value."""

    @property
    def negated(self) -> bool:
        """True when it shows the rows that its positive lookup doesn't."""
        return self.positive != self.name

    @property
    def many(self) -> bool:
        """True when its parameter is an array."""
        return self.operand in ("list", "pair")


_DECLARED = (
    Lookup("exact", _SCALAR, "equals the value"),
    Lookup("iexact", _TEXT, "equals the value, ignoring case"),
    Lookup("contains", _TEXT, "contains the value, case-sensitively"),
    Lookup("icontains", _TEXT, "contains the value, ignoring case"),
    Lookup("startswith", _TEXT, "starts with the value, case-sensitively"),
    Lookup("istartswith", _TEXT, "starts with the value, ignoring case"),
    Lookup("endswith", _TEXT, "ends with the value, case-sensitively"),
    Lookup("iendswith", _TEXT, "ends with the value, ignoring case"),
    Lookup(
        "matches",
        _TEXT,
        "equals the value; whether others that contain it, ignoring case, are shown is open",
        related=False,
    ),
    Lookup("in", _SEVERAL, "is one of the listed values", operand="list"),
    Lookup("all", _SEVERAL, "holds every listed value", operand="list", related=False),
    Lookup("gt", _ORDERED, "is greater than the value"),
    Lookup("gte", _ORDERED, "is greater than or equal to the value"),
    Lookup("lt", _ORDERED, "is less than the value"),
    Lookup("lte", _ORDERED, "is less than or equal to the value"),
    Lookup("after", _ORDERED, "is greater than the value; whether an equal one is shown is open", related=False),
    Lookup("before", _ORDERED, "is less than the value; whether an equal one is shown is open", related=False),
    Lookup("range", _ORDERED, "is between the two values or equals one of them", operand="pair", related=False),
    Lookup("regex", _TEXT, "is matched by the regular expression", related=False),
    Lookup("iregex", _TEXT, "is matched by the regular expression, ignoring case", related=False),
    Lookup(
        "empty",
        _TEXT,
        "is empty for true, and isn't for false; whether null is empty is open",
        operand="flag",
        related=False,
    ),
    Lookup("isnull", _EVERYTHING, "is null for true, and isn't null for false", operand="flag", related=False),
)


def _of_parts() -> Iterator[Lookup]:
    """Those that compare a part of a date: `year` for equality, `year__gte` and others."""
    for part, (kinds, _) in DATE_PARTS.items():
        for each in _DECLARED:
            if "date" in each.kinds and each.operand != "flag" and each.name != "all":
                name = part if each.name == "exact" else f"{part}__{each.name}"
                yield replace(each, name=name, kinds=kinds, part=part, compares=each.name, related=False)


def _all() -> Iterator[Lookup]:
    plain = [*(replace(each, compares=each.name) for each in _DECLARED), *_of_parts()]
    for each in plain:
        yield replace(each, positive=each.name)
    for each in plain:
        if each.operand != "flag":  # false is the negation of isnull
            yield replace(each, name=NOT + each.name, positive=each.name, related=False)


LOOKUPS: Mapping[str, Lookup] = {each.name: each for each in _all()}
"""Every lookup by its name, those with a negation last."""


def of_kind(kind: Kind, among: Iterable[Lookup] = LOOKUPS.values()) -> tuple[str, ...]:
    """The names of the lookups that have a meaning for values of a kind, without negations.

    Of those that compare a part of a date, the part stands for all.
    """
    positive = (each for each in among if kind in each.kinds and not each.negated)
    return tuple(each.name for each in positive if each.name in (each.compares, each.part))


def of_free_keys() -> tuple[str, ...]:
    """The lookups of free keys, which take one value each: OpenAPI has no way to write a list in one."""
    return of_kind("text", (each for each in LOOKUPS.values() if each.operand == "value"))
