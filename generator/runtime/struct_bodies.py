"""Bodies that are read as structs: by msgspec, and by pydantic where msgspec can't."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, get_args, get_origin

import msgspec

from . import decode
from .duplicates import counted, duplicate, search
from .guards import is_list, is_object
from .later import resolved
from .scalars import LossyNumber
from .structs import ABSENT, EXTRA, NULL, Struct, adapter, defaults
from .types import wire_names


def _is_of_structs(kind: Any) -> bool:
    """True for a struct, and for a list or an object of such; any other body is read by pydantic."""
    if get_origin(kind) in (list, dict):
        return _is_of_structs(get_args(kind)[-1])
    return isinstance(kind, type) and issubclass(kind, Struct)


def _through(kind: Any, value: Any) -> Any:
    """A value that msgspec read as data, as a type that it doesn't know, or that is loaded only now."""
    if _has_float(value):
        raise LossyNumber
    return _converted(kind, value)


def _converted(kind: Any, value: Any) -> Any:
    whole = resolved(kind)
    if isinstance(whole, type) and issubclass(whole, (Struct, Enum)):
        return msgspec.convert(value, whole, dec_hook=_converted)
    return adapter(kind).validate_python(value)


def _has_float(value: Any) -> bool:
    """True where a number may have lost digits, which a decimal would keep."""
    if is_object(value):
        return any(map(_has_float, value.values()))
    if is_list(value):
        return any(map(_has_float, value))
    return isinstance(value, float) and len(repr(value)) > 16


_plain = msgspec.json.Decoder[Any]()


@dataclass(frozen=True)
class Content(decode.Content):
    """One content type that an operation answers with, and the type of its values."""

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Any] | None:
        kind = self.type()
        return msgspec.json.Decoder(kind, dec_hook=_through) if _is_of_structs(kind) else None

    def read(self, body: bytes) -> Any:
        """A JSON body as its type. Raises ValidationError, and Twice for a name that stands twice in an object."""
        if self._decoder is None:
            return super().read(body)
        try:
            value = self._decoder.decode(body)
        except (msgspec.MsgspecError, LossyNumber, RecursionError):
            return self._liberal(body)
        if not counted(body, value):  # a name stands twice, or properties came that the document lacks
            data = _plain.decode(body)
            if (twice := duplicate(body, data)) is not None:
                raise decode.Twice(twice)
            _keep(value, data)
        return value

    def _liberal(self, body: bytes) -> Any:
        """The same by pydantic, which also takes what is only nearly right, and explains what is wrong."""
        value = decode.validated(self.adapter, body)
        if (twice := search(body)) is not None:
            raise decode.Twice(twice)
        return value


def _keep(value: Any, data: Any) -> None:
    """Give structs the properties that came and that the document lacks."""
    if isinstance(value, Struct):
        wires = wire_names(type(value))
        known = set(wires.values())
        if more := {name: each for name, each in data.items() if name not in known}:
            vars(value)[EXTRA] = more
        if absent := {name for name in type(value).__constants__ if wires[name] not in data}:
            vars(value)[ABSENT] = absent
        if nulls := {name for name, default in defaults(type(value)) if default is None and wires[name] in data}:
            vars(value)[NULL] = nulls
        for name, wire in wires.items():
            if wire in data:
                _keep(getattr(value, name), data[wire])
    elif is_list(value):
        for each, plain in zip(value, data, strict=True):
            _keep(each, plain)
    elif is_object(value):
        for name, each in value.items():
            _keep(each, data[name])
