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

_SCALARS = frozenset({str, int, float, bool, bytes, NoneType, Decimal, UUID, datetime, date})
_LIKELY = 0.8
"""How alike two names are that probably mean the same."""


class Unfit(ValueError):
    """A value can't be sent. The text gives the place and the reason, in one or more sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def ready(body: Any) -> Any:
    """A checked body. Raises Unfit for a property that the document rules out, and warns of a likely typing error."""
    waiting: list[Any] = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, BaseModel):
            _look(value)
            waiting.extend(_parts(value.__dict__.values()))
            waiting.extend(_parts((value.model_extra or {}).values()))
        elif is_object(value):
            waiting.extend(_parts(value.values()))
        elif is_sequence(value):
            waiting.extend(_parts(value))
    return body


def _parts(values: Iterable[Any]) -> Iterable[Any]:
    return (value for value in values if type(value) not in _SCALARS)


def _look(model: BaseModel) -> None:
    kind = type(model)
    constants: tuple[str, ...] = getattr(kind, "__constants__", ())
    if constants:
        model.__pydantic_fields_set__.update(constants)
    if not model.model_extra:
        return
    known = {about.serialization_alias or name: name for name, about in kind.model_fields.items()}
    for name in model.model_extra:
        if getattr(kind, "__closed__", False):
            raise Unfit(f"body: {kind.__name__} has no property {name!r}")
        free = [wire for wire, field in known.items() if field not in model.model_fields_set]
        if meant := difflib.get_close_matches(name, free, n=1, cutoff=_LIKELY):
            message = f"{kind.__name__}: {name!r} is sent, though the document doesn't have it; is {meant[0]!r} meant?"
            warnings.warn(message, UnknownFieldWarning, stacklevel=2)
