"""Operands: the values that a filter's schema allows, and how they are written into a query.

An operand is one text. That of a list holds its values with the list's delimiter between them. Where every value
is a pair of its own there is no delimiter, and a character stands in that no value has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import jsonschema_rs

from spec import Filter, vocabulary
from spec.lookups import LOOKUPS
from spec.patterns import searching
from spec.values import FORMATS

Allows = Callable[[str], bool]

APART = "\x1f"
"""Between the values of a list that has no delimiter: ASCII's own separator of units."""


def separator(filter: Filter) -> str:
    """What stands between the values in an operand of a list filter."""
    return filter.delimiter or APART


def listed(filter: Filter, operand: str) -> list[str]:
    """The values of an operand: one, unless the filter takes a list."""
    return operand.split(separator(filter)) if filter.many else [operand]


def joined(filter: Filter, values: Iterable[str]) -> str:
    """The operand that holds some values."""
    return separator(filter).join(values)


def sayable(filter: Filter, value: str) -> bool:
    """True for a value that can stand in a list: one that holds the delimiter would be read as two."""
    return value != "" and value == value.strip() and separator(filter) not in value


def pairs(filter: Filter, key: str | None, operand: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a query that carry an operand, with the free key filled in and the prefix before it."""
    name = filter.name(key)
    if filter.many and filter.delimiter is None:
        return tuple((name, value) for value in listed(filter, operand))
    return ((name, filter.prefix + operand),)


def allows(filter: Filter) -> Allows:
    """True for operands that a filter's schema accepts: of the type, in the enum, within pattern and bounds.

    A format that lookups compare by isn't checked: they decide what it means. A text with another format, as an e-mail
    address or a time of day, has it. A value with a wildcard has another meaning than the lookup's, and isn't sent;
    nor is one that begins with what makes its prefix another one.
    """
    plain = _distinct(filter)
    bounds = {name: value for name, value in filter.schema.items() if name != "format"} | _form(filter)
    try:
        valid = jsonschema_rs.Draft202012Validator(bounds, validate_formats=True, formats=FORMATS).is_valid
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return plain  # too intricate to check without the rest of the document
    types = bounds.get("type", "string")
    read = str if "string" in ([types] if isinstance(types, str) else types) else json.loads

    def allowed(operand: str) -> bool:
        try:
            return plain(operand) and all(valid(read(one)) for one in listed(filter, operand))
        except ValueError:
            return False

    return allowed


def _form(filter: Filter) -> dict[str, str]:
    """The format of a text that is compared as a text: the parameter's, or of a whole value the field's."""
    if vocabulary.kind(filter.schema) != "text":
        return {}
    whole = LOOKUPS[filter.lookup].compares in ("exact", "iexact", "in")
    own = filter.schema.get("format") or (filter.of.get("format") if whole else None)
    return {"format": str(own)} if own else {}


def _distinct(filter: Filter) -> Allows:
    """True for operands that nobody reads in another way: without wildcards, and with this prefix alone."""
    pattern = filter.text.get("pattern") if filter.text else None
    finds = searching(str(pattern)) if pattern else None

    def allowed(operand: str) -> bool:
        if any(each in operand for each in filter.wildcards):
            return False
        text = filter.prefix + operand
        read = next((prefix for prefix in filter.prefixes if text.startswith(prefix)), filter.prefix)
        return read == filter.prefix and (finds is None or finds(text))

    return allowed
