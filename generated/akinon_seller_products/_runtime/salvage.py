# Copied from the client generator's runtime; not to be edited here.
"""Reading as much of an answer as can be read (`strict=False`): what doesn't fit stays unchanged, and is listed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from .errors import problems
from .guards import is_list, is_object
from .later import name_of, resolved
from .types import is_model_class, is_root

_PROBLEMS = "__problems__"


def problems_of(row: BaseModel) -> tuple[str, ...]:
    """What was wrong with a row that was read with `strict=False`, each with its place; empty where nothing was."""
    found: tuple[str, ...] = vars(row).get(_PROBLEMS, ())
    return found


def salvaged(kind: Any, data: Any) -> Any:
    """JSON data as a type, as far as it fits. Models with problems list them."""
    return _read(kind, data, "", [])


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _read(kind: Any, data: Any, where: str, found: list[str]) -> Any:
    """A value, its problems added to those of the row that it is part of."""
    try:
        return _adapter(kind).validate_python(data)
    except ValidationError as error:
        pass_on = error
    inner = _parts(kind, data)
    if inner is None:
        found.extend(problems(pass_on, where))
        return data
    if is_list(data):
        return [_read(inner, each, f"{where}[{number}]", found) for number, each in enumerate(data)]
    if _is_model(inner):
        return _model(inner, data)
    return {key: _read(inner, each, f"{where}.{key}", found) for key, each in data.items()}


def _parts(kind: Any, data: Any) -> Any:
    """The type of a list's or an object's parts, or the class that an object may be of; None for anything else."""
    kind = resolved(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        chooser = next((getattr(mark, "_chooser", None) for mark in arguments[1:] if hasattr(mark, "_chooser")), None)
        if chooser is not None and is_object(data):
            members = get_args(arguments[0])
            name = chooser(members)(data)
            return next((resolved(member) for member in members if name_of(member) == name), None)
        return _parts(arguments[0], data)
    if origin in (Union, UnionType):
        fitting = [part for each in arguments if each is not NoneType and (part := _parts(each, data)) is not None]
        return fitting[0] if len(fitting) == 1 else None
    if origin is list:
        return arguments[0] if is_list(data) else None
    if origin is dict:
        return arguments[1] if is_object(data) else None
    return kind if is_object(data) and _is_model(kind) else None


def _is_model(kind: Any) -> bool:
    if not isinstance(kind, type):
        return False
    return is_model_class(kind) and not is_root(kind)


def _model(kind: type[Any], data: Mapping[str, Any]) -> BaseModel:
    """A model with every value that fits, and the others as they came."""
    if not issubclass(kind, BaseModel):
        made: BaseModel = kind.__adopted__(_model(kind.__shadow__(), data))
        return made
    found: list[str] = []
    values: dict[str, Any] = {}
    rest = dict(data)
    for name, about in kind.model_fields.items():
        wire = about.serialization_alias or name
        key = wire if wire in rest else name
        if key in rest:
            annotation = Annotated[about.annotation, *about.metadata] if about.metadata else about.annotation
            values[name] = _read(annotation, rest.pop(key), wire, found)
        elif about.is_required():
            found.append(f"{wire}: Field required")
            values[name] = None
    given = {name for name in values if name in data or (kind.model_fields[name].serialization_alias or name) in data}
    made = kind.model_construct(given, **values)
    if made.__pydantic_extra__ is not None:
        made.__pydantic_extra__.update(rest)
    vars(made)[_PROBLEMS] = tuple(found)
    return made
