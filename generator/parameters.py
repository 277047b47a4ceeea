"""Parameters: their names as arguments, the types that check them, and their descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import spec
from generator import bodies, documentation, names
from generator.plan import ParameterPlan
from generator.schemas import Refused, Schemas
from generator.types import ListOf, Scalar, Type, checked, hint
from spec import templates

_USUAL_STYLE: Mapping[str, str] = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


def parameter_plan(parameter: spec.Parameter, schemas: Schemas, arguments: names.Names, method: str) -> ParameterPlan:
    """One parameter. Raises Refused."""
    content = parameter.content_type
    if content is not None and not (bodies.is_json(content) or bodies.essence(content).startswith("text/")):
        message = f"parameter {parameter.name!r} travels as {content}; only JSON and text are known"
        raise Refused(parameter.pointer, message)
    schema = parameter.schema
    keys = tuple(schema.get("patternProperties", ())) if parameter.free_keys else ()
    at = f"{parameter.pointer}/{'content' if content else 'schema'}"
    strict = schemas.type(schema, at, f"{method} {parameter.name}", "sent")
    kind = _with_numbers(strict)
    usual = _USUAL_STYLE[parameter.place]
    explodes = parameter.style in ("form", "deepObject")
    return ParameterPlan(
        name=parameter.name,
        argument=arguments.take(names.snake(parameter.name, "parameter")),
        place=parameter.place,
        # A list of text or numbers would be no list of text for type checkers.
        hint=hint(bodies.loose(strict if isinstance(strict, ListOf) else kind, schemas)),
        type=checked(kind),
        required=parameter.required or parameter.place == "path",
        style=parameter.style if parameter.style != usual else None,
        explode=parameter.explode if parameter.explode != explodes and not content else None,
        reserved=parameter.reserved,
        content=None if content is None else "json" if bodies.is_json(content) else "text",
        keys=keys,
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


def in_order(operation: spec.Operation) -> list[spec.Parameter]:
    """The parameters, those of the path in the path's order."""
    places = {name: index for index, name in enumerate(templates.placeholders(operation.path))}
    return sorted(operation.parameters, key=lambda p: places.get(p.name, -1) if p.place == "path" else len(places))
