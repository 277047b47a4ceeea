"""Models of large packages: each is loaded and built when a value is first read or sent as it.

In such a package a class names the others by `later(...)`. Type checkers see the classes themselves.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, ClassVar

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema


class StandsIn(type):
    """The class of types that stand for others: any value may be of such a type."""

    def __instancecheck__(cls, value: object) -> bool:
        return True


class Later(metaclass=StandsIn):
    """Stands for a class or alias of a module, by its name."""

    module: ClassVar[str]
    name: ClassVar[str]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(lambda value: _adapter(cls).validate_python(value))


@cache
def _adapter(kind: type[Later]) -> TypeAdapter[Any]:
    return TypeAdapter(resolved(kind))


@cache
def later(module: str, name: str) -> Any:
    """The annotation of a type that is loaded when it is needed."""
    return StandsIn(name, (Later,), {"module": module, "name": name})


def _is_later(kind: Any) -> bool:
    return type(kind) is StandsIn and issubclass(kind, Later)


def resolved(kind: Any) -> Any:
    """The type that an annotation stands for, loaded if need be."""
    if _is_later(kind):
        return getattr(import_module(kind.module), kind.name)
    return getattr(kind, "__through__", kind)


def name_of(kind: Any) -> str:
    """The name of a class, which isn't loaded for it."""
    return str(kind.name if _is_later(kind) else kind.__name__)
