# Copied from the client generator's runtime; not to be edited here.
"""Models of large packages: each is loaded and built when a value is first read or sent as it.

In such a package a class names the others by `later(...)`. Type checkers see the classes themselves.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema


class Later:
    """A class or alias of a module, by its name."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    @cached_property
    def type(self) -> Any:
        """The type itself."""
        return getattr(import_module(self.module), self.name)

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.type)

    def _validated(self, value: Any) -> Any:
        return self._adapter.validate_python(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validated)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Later) and (self.module, self.name) == (other.module, other.name)

    def __hash__(self) -> int:
        return hash((self.module, self.name))


def later(module: str, name: str) -> Any:
    """The annotation of a type that is loaded when it is needed."""
    return Annotated[Any, Later(module, name)]


def resolved(kind: Any) -> Any:
    """The type that an annotation stands for, loaded if need be."""
    marks = getattr(kind, "__metadata__", ())
    found = next((mark for mark in marks if isinstance(mark, Later)), None)
    return getattr(kind, "__through__", kind) if found is None else found.type


def name_of(kind: Any) -> str:
    """The name of a class, which isn't loaded for it."""
    marks = getattr(kind, "__metadata__", ())
    found = next((mark for mark in marks if isinstance(mark, Later)), None)
    return str(kind.__name__) if found is None else found.name
