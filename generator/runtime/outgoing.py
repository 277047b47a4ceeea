"""What is about to be sent, looked over once: constants are filled in, unknown names are noticed."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from .errors import UnknownFieldWarning
from .guards import is_object, is_sequence
from .types import AnyModel, is_model, wire_names

_SCALARS = frozenset({str, int, float, bool, bytes, NoneType, Decimal, UUID, datetime, date})
_LIKELY = 0.8
"""How alike two names are that probably mean the same."""


class Unfit(ValueError):
    """A value can't be sent. The text gives the place and the reason, in one or more sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def ready(body: Any, given: object) -> Any:
    """A checked body, made of what was given.

    Raises Unfit for a property that the document rules out, unless it stands in a model: a server may have sent it.
    It is left out then. Warns of that, and of a likely typing error.
    """
    waiting: list[Any] = [body]
    surplus = False
    while waiting:
        value = waiting.pop()
        if is_model(value):
            surplus = _look(value, given) or surplus
            waiting.extend(_parts(_values(value).values()))
            waiting.extend(_parts((value.model_extra or {}).values()))
        elif is_object(value):
            waiting.extend(_parts(value.values()))
        elif is_sequence(value):
            waiting.extend(_parts(value))
    return _without_surplus(body) if surplus else body


def _parts(values: Iterable[Any]) -> Iterable[Any]:
    return (value for value in values if type(value) not in _SCALARS)


def _values(model: AnyModel) -> dict[str, Any]:
    """What the fields of a model hold."""
    if isinstance(model, BaseModel):
        return vars(model)
    return {name: getattr(model, name) for name in wire_names(type(model))}


def _look(model: AnyModel, given: object) -> bool:
    """Fill in constants; true where a model has properties that are left out."""
    kind = type(model)
    constants: tuple[str, ...] = getattr(kind, "__constants__", ())
    if constants and isinstance(model, BaseModel):
        model.__pydantic_fields_set__.update(constants)
    if not model.model_extra:
        return False
    if getattr(kind, "__closed__", False):
        names = ", ".join(map(repr, model.model_extra))
        if not _holds(given, model):
            raise Unfit(f"body: {kind.__name__} has no property {names}")
        message = f"{kind.__name__}: {names} is left out, because the document allows no such property"
        warnings.warn(message, UnknownFieldWarning, stacklevel=2)
        return True
    known = {wire: name for name, wire in wire_names(kind).items()}
    for name in model.model_extra:
        free = [wire for wire, field in known.items() if field not in model.model_fields_set]
        if meant := difflib.get_close_matches(name, free, n=1, cutoff=_LIKELY):
            message = f"{kind.__name__}: {name!r} is sent, though the document doesn't have it; is {meant[0]!r} meant?"
            warnings.warn(message, UnknownFieldWarning, stacklevel=2)
    return False


def _holds(value: object, model: AnyModel) -> bool:
    """True where a value is or holds this very model, which wasn't made of it."""
    if value is model:
        return True
    if is_model(value):
        return any(_holds(each, model) for each in (_values(value), value.model_extra))
    if is_object(value):
        return any(_holds(each, model) for each in value.values())
    return is_sequence(value) and any(_holds(each, model) for each in value)


def _without_surplus(value: Any) -> Any:
    """A copy without the properties that the document rules out."""
    if is_model(value):
        made = value.model_copy()
        extra = made.model_extra
        if extra and getattr(type(made), "__closed__", False):
            if isinstance(made, BaseModel):
                made.__pydantic_fields_set__.difference_update(extra)
            extra.clear()
        elif extra:
            extra.update({name: _without_surplus(each) for name, each in extra.items()})
        for name, each in _values(value).items():
            if isinstance(made, BaseModel):  # what a server sent isn't checked again
                vars(made)[name] = _without_surplus(each)
            else:
                setattr(made, name, _without_surplus(each))
        return made
    if is_object(value):
        return {name: _without_surplus(each) for name, each in value.items()}
    return [_without_surplus(each) for each in value] if is_sequence(value) else value
