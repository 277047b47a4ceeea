"""Parameters: their names as arguments, the types that check them, and their descriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import spec
from generator import bodies, documentation, names
from generator.plan import ParameterPlan
from generator.schemas import Refused, Schemas
from generator.types import ListOf, Scalar, Type, Values, checked, hint, union
from spec import templates
from spec.model import DELIMITERS, keys_of

_USUAL_STYLE: Mapping[str, str] = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


def parameter_plans(
    parameters: Sequence[spec.Parameter], schemas: Schemas, arguments: names.Names, method: str
) -> tuple[ParameterPlan, ...]:
    """The parameters of one operation. Raises Refused."""
    chosen = names.chosen([p.name for p in parameters], _argument, arguments)
    return tuple(
        _parameter_plan(parameter, schemas, argument, method)
        for parameter, argument in zip(parameters, chosen, strict=True)
    )


def _argument(name: str) -> str:
    return names.snake(name, "parameter")


def _parameter_plan(parameter: spec.Parameter, schemas: Schemas, argument: str, method: str) -> ParameterPlan:
    content = parameter.content_type
    if content is not None and not (bodies.is_json(content) or bodies.essence(content).startswith("text/")):
        message = f"parameter {parameter.name!r} travels as {content}; only JSON and text are known"
        raise Refused(parameter.pointer, message)
    schema = parameter.schema
    keys = tuple(schema.get("patternProperties", ())) if parameter.free_keys else ()
    at = f"{parameter.pointer}/{'content' if content else 'schema'}"
    strict = schemas.type(schema, at, f"{method} {parameter.name}", "sent")
    kind = _with_numbers(strict)
    style, explode = parameter.style, parameter.explode
    if parameter.ordering:
        strict, style, explode = _sorting(parameter.ordering, strict, style, explode)
        kind = strict
    usual = _USUAL_STYLE[parameter.place]
    explodes = style in ("form", "deepObject")
    return ParameterPlan(
        name=parameter.name,
        argument=argument,
        place=parameter.place,
        # A list of text or numbers would be no list of text for type checkers.
        hint=hint(bodies.loose(strict if isinstance(strict, ListOf) else kind, schemas)),
        type=checked(kind),
        required=parameter.required or parameter.place == "path",
        style=style if style != usual else None,
        explode=explode if explode != explodes and not content else None,
        reserved=parameter.reserved,
        content=None if content is None else "json" if bodies.is_json(content) else "text",
        keys=keys,
        reshapes=parameter.fields is not None or bool(parameter.expands),
        deprecated=parameter.deprecated,
        description=parameter.description,
        notes=documentation.notes(schemas.flatten(schema, at)),
    )


def _with_numbers(kind: Type) -> Type:
    """Text that a number may be given for: in a URL the two look the same."""
    match kind:
        case Scalar("text"):
            return replace(kind, kind="word")
        case ListOf(Scalar("text") as item):
            return replace(kind, item=replace(item, kind="word"))
        case _:
            return kind


def _sorting(ordering: spec.Ordering, strict: Type, style: str, explode: bool) -> tuple[Type, str, bool]:
    """What sorts, as the values that the document gives a meaning: one of them, or several in a list."""
    keys = dict.fromkeys(key.value for key in keys_of(ordering))
    one = Values(tuple(keys), open=ordering.open)
    match strict:
        case ListOf(Scalar("text")):
            return replace(strict, item=one), style, explode
        case Scalar("text") if not ordering.several:
            return one, style, explode
        case Scalar("text") if ordering.delimiter in _STYLES:
            return union((one, ListOf(one))), _STYLES[ordering.delimiter], False
        case _:
            return strict, style, explode


_STYLES: Mapping[str | None, str] = {delimiter: style for style, delimiter in DELIMITERS.items()}


def in_order(operation: spec.Operation) -> list[spec.Parameter]:
    """The parameters, those of the path in the path's order."""
    places = {name: index for index, name in enumerate(templates.placeholders(operation.path))}
    return sorted(operation.parameters, key=lambda p: places.get(p.name, -1) if p.place == "path" else len(places))
