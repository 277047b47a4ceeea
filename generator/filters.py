"""The filter builder of an operation, from the filters that the document declares."""

from __future__ import annotations

from collections.abc import Mapping

import spec
from generator import names
from generator.plan import FieldPlan, FiltersPlan, LookupPlan
from generator.types import ANYTHING, Kind, Scalar, Type, hint
from spec.lookups import LOOKUPS, Operand


def filters_plan(operation: spec.Operation, method: str, *, first: bool) -> FiltersPlan:
    """Fields and their lookups, in the document's order. The first operation's builder is called `F`."""
    prefix = names.pascal(method)
    fields: dict[str, list[spec.Filter]] = {}
    for each in operation.filters:
        fields.setdefault(_field(each), []).append(each)
    classes = names.Names()
    plans = []
    for name, found in fields.items():
        taken = names.Names()
        lookups = tuple(_lookup(operation, each, taken) for each in found)
        class_name = classes.take(f"{prefix}{names.pascal(name)}")
        plans.append(FieldPlan(name, class_name, found[0].free_key, found[0].key_pattern or ".+", lookups))
    constant = "F" if first else f"F_{method.upper()}"
    return FiltersPlan(constant, f"{prefix}Fields", f"Literal[{operation.id!r}]", tuple(plans))


def _field(each: spec.Filter) -> str:
    """What the field is called: for a free key, the text before the key; else the field of the row."""
    if each.free_key:
        return names.snake(each.parameter.partition("KEY")[0].rstrip("_"), "key")
    return names.snake(each.field, "field")


def _lookup(operation: spec.Operation, each: spec.Filter, taken: names.Names) -> LookupPlan:
    parameter = next(p for p in operation.parameters if each in p.filters)
    value = hint(_type(each))
    return LookupPlan(
        name=taken.take(names.snake(each.lookup, "lookup")),
        parameter=parameter.name,
        wire=each.parameter,
        member=each.member,
        prefix=each.prefix if each.prefixes else None,
        delimiter=each.delimiter or ",",
        repeats=each.repeats,
        hint=_HINTS[LOOKUPS[each.lookup].operand].format(value),
        description=str(each.schema.get("description") or parameter.description),
    )


_HINTS: Mapping[Operand, str] = {"value": "{}", "flag": "{}", "list": "Iterable[{}]", "pair": "tuple[{0}, {0}]"}
"""What a lookup of a builder takes, by its operand."""

_KINDS: Mapping[str, Kind] = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
_FORMATS: Mapping[str, Kind] = {
    "date": "date",
    "date-time": "aware",
    "date-time-local": "clock",
    "uuid": "uuid",
    "decimal": "decimal",
}


def _type(each: spec.Filter) -> Type:
    kind = _KINDS.get(str(each.schema.get("type")))
    if kind == "text":
        kind = _FORMATS.get(str(each.schema.get("format")), kind)
    return Scalar(kind) if kind else ANYTHING
