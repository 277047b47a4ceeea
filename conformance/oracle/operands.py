"""Operands: the values that a filter's schema allows. A value that it forbids shows nothing about a lookup."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema_rs

from spec import Filter

Allows = Callable[[str], bool]


def allows(filter: Filter) -> Allows:
    """True for the operands that a filter's schema takes: of the type, in the enum, within pattern and bounds.

    Formats are left out: what they mean is the lookups' matter.
    """
    bounds = {name: value for name, value in filter.schema.items() if name != "format"}
    try:
        valid = jsonschema_rs.validator_for(bounds).is_valid
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return lambda operand: True  # too intricate to tell without the document around it
    types = bounds.get("type", "string")
    read = str if "string" in ([types] if isinstance(types, str) else types) else json.loads

    def allowed(operand: str) -> bool:
        try:
            return all(valid(read(one)) for one in (operand.split(",") if filter.many else [operand]))
        except ValueError:
            return False

    return allowed
