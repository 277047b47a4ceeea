"""`--models msgspec`: what a server sends as structs.

What is only sent stays a model of pydantic's, which checks it and knows what was given. So does a class whose further
properties have a type: a struct has no place for them. Types that msgspec can't read are marked `Through`: pydantic
reads them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from generator import definitions
from generator.definitions import Class, Definitions, Property
from generator.plan_models import ModelPlan, ModelsPlan, PropertyPlan
from generator.types import (
    FIELD,
    NOTHING,
    ListOf,
    MapOf,
    Scalar,
    Type,
    Union,
    Values,
    Variants,
    Verbatim,
    optional,
    printed,
    takes_none,
)

_TEXTS = frozenset({"text", "word", "date", "day", "moment", "aware", "clock", "uuid", "decimal", "base64"})
_ALONE = frozenset({"bytes", "upload", "number", "finite"})


def models(found: Definitions) -> ModelsPlan:
    """The module of models."""
    return ModelsPlan(tuple(found.enumerations()), tuple(found.models(_model)), tuple(found.unions(written)))


def is_struct(made: Class) -> bool:
    """True for a class that is read, with no types of further properties."""
    return not made.strict and made.extra is None


def written(type: Type) -> str:
    """A type of a field, as msgspec and pydantic both read it."""
    return printed(_marked(type), FIELD)


def _model(made: Class) -> ModelPlan:
    plan = definitions.model(made, written)
    if not is_struct(made):
        return plan
    return replace(plan, base="Struct", properties=tuple(map(_property, made.properties)))


def _property(each: Property) -> PropertyPlan:
    """A field. One that may be left out is None then, or UNSET where null is another value."""
    name = f"name={each.wire!r}" if each.wire != each.field else ""
    kind, default = written(each.type), f"constant({each.default!r})"
    if each.required or each.always:
        default = ""
    elif each.default is None:
        default = "UNSET" if takes_none(each.type) else "None"
        kind = _or_unset(each.type) if default == "UNSET" else written(optional(each.type))
    if name:
        default = f"_field({name}, default={default})" if default else f"_field({name})"
    return PropertyPlan(each.field, kind, default or None, each.description)


def _or_unset(type: Type) -> str:
    """A type that null is a value of, with the mark for what didn't come; null comes last."""
    marked = _marked(type)
    rest = marked.members if isinstance(marked, Union) else (marked,)
    null = (NOTHING,) if NOTHING in rest else ()
    return printed(Union((*(each for each in rest if each != NOTHING), Verbatim("UnsetType"), *null)), FIELD)


def _marked(type: Type) -> Type:
    """The type, with what msgspec can't read in the hands of pydantic."""
    match type:
        case ListOf():
            return replace(type, item=_marked(type.item))
        case MapOf():
            return MapOf(_marked(type.value))
        case Variants():
            return Verbatim("Through" + printed(type, FIELD).removeprefix("Annotated"))
        case Scalar("bytes" | "upload"):
            return Verbatim(f"Through[{printed(type, FIELD)}, ...]")
        case Union():
            rest = tuple(each for each in type.members if each != NOTHING)
            if len(rest) == 1:
                return Union((_marked(rest[0]), NOTHING))
            if _is_plain(rest):
                return type
            through = Verbatim(f"Through[{printed(Union(rest), FIELD)}, ...]")
            return optional(through) if NOTHING in type.members else through
        case Values() if any(isinstance(value, bool) for value in type.values):
            return Verbatim(f"Through[{printed(type, FIELD)}, ...]")
        case _:
            return type


def _is_plain(members: tuple[Type, ...]) -> bool:
    """True for a union whose members differ in their JSON types."""
    kinds = Counter(map(_json_type, members))
    return "" not in kinds and max(kinds.values()) == 1


def _json_type(type: Type) -> str:
    """The JSON type of a value that msgspec reads beside others; empty for any other."""
    match type:
        case Scalar(kind) if kind not in _ALONE:
            return "string" if kind in _TEXTS else kind
        case ListOf() | MapOf() if type == _marked(type):
            return "array" if isinstance(type, ListOf) else "object"
        case _:
            return ""
