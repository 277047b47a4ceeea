"""Forms as Python annotations: for signatures, and for the adapters that check and read values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from generator.forms import REFS, Form

_TYPES: Mapping[tuple[str, str | None], str] = {
    ("string", None): "str",
    ("string", "date"): "datetime.date",
    ("string", "date-time"): "types.UtcDatetime",
    ("string", "uuid"): "uuid.UUID",
    ("string", "decimal"): "types.DecimalString",
    ("string", "binary"): "bytes",
    ("integer", None): "int",
    ("number", None): "float",
    ("boolean", None): "bool",
    ("null", None): "None",
}

_HINTS: Mapping[str, str] = {"types.UtcDatetime": "datetime.datetime", "types.DecimalString": "decimal.Decimal"}
"""What a signature shows in place of a type that has a check built in."""

_BOUNDS: Mapping[str, str] = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
}


def hint(form: Form) -> str:
    """The annotation that a signature shows."""
    return _annotation(form, hints=True)


def checked(form: Form) -> str:
    """The annotation that checks a value before it is sent, bounds included."""
    return _annotation(form, hints=False)


def _annotation(form: Form, *, hints: bool) -> str:
    bare = _bare(form, hints=hints)
    if hints:
        return _HINTS.get(bare, bare)
    bounds = [f"{_BOUNDS[k]}={v!r}" for k, v in form.items() if k in _BOUNDS and "anyOf" not in form]
    return f"Annotated[{bare}, Field({', '.join(bounds)})]" if bounds else bare


def _bare(form: Form, *, hints: bool) -> str:
    if "$ref" in form:
        return f"models.{form['$ref'].removeprefix(REFS)}"
    if "anyOf" in form:
        return " | ".join(dict.fromkeys(_annotation(each, hints=hints) for each in form["anyOf"]))
    if "enum" in form:
        return literal(form["enum"])
    match form.get("type"):
        case "array":
            return f"list[{_annotation(form['items'], hints=hints)}]"
        case "object":
            return f"dict[str, {_annotation(form['additionalProperties'], hints=hints)}]"
        case str() as kind:
            return _TYPES[kind, form.get("format")]
        case _:
            return "Any"


def joined(hints: Iterable[str]) -> str:
    """Annotations as one union, each member once."""
    members = (member for hint in hints for member in _members(hint))
    return " | ".join(dict.fromkeys(members))


def _members(hint: str) -> Iterator[str]:
    """The members of a union, those in brackets apart."""
    depth, begin = 0, 0
    for at, sign in enumerate(hint):
        depth += (sign in "[(") - (sign in "])")
        if sign == "|" and not depth:
            yield hint[begin:at].strip()
            begin = at + 1
    yield hint[begin:].strip()


def literal(values: Sequence[Any]) -> str:
    """A Literal of exactly these values."""
    return f"Literal[{', '.join(repr(v) for v in values)}]"
