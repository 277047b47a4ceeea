# Copied from the client generator's runtime; not to be edited here.
"""Values of which the document lists several kinds (`oneOf`, a base class with a discriminator).

A tag, a property of the value, selects the class. A kind that the document lacks is taken as data:
never as the wrong class, and never an error in what a server sends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from .guards import is_mapping, is_object
from .later import name_of, resolved
from .types import CHECKING, LossyNumber, Model, by_wire, is_model, wire_names


class Unknown(Model):
    """A kind that the document lacks: all its properties are kept, as attributes and in `model_extra`."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def _key(tag: object) -> str:
    """A tag as text: discriminators write integers as text, and for Python True is 1."""
    value = getattr(tag, "value", tag)
    return str(value).lower() if isinstance(value, bool) else str(value)


class Tagged:
    """Marks a union of classes that differ in the value of one property."""

    def __init__(self, wire: str, tags: Mapping[Any, str | tuple[str, ...]], fallback: str | None = None) -> None:
        """`wire` is the property's name on the wire, `tags` its values with the names of their classes (several where
        the document doesn't distinguish them); any other value is of the class `fallback`, if there is one."""
        self.wire = wire
        self._tags = {_key(tag): (found,) if isinstance(found, str) else found for tag, found in tags.items()}
        self._fallback = fallback

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        members = get_args(source)
        choices = {name_of(member): handler.generate_schema(member) for member in members}
        known = ", ".join(repr(tag) for tag in self._tags)
        return core_schema.tagged_union_schema(
            choices,
            self._chooser(members),
            custom_error_type="unknown_variant",
            custom_error_message=f"{self.wire!r} must be one of {known}".replace("{", "{{").replace("}", "}}"),
        )

    def _chooser(self, members: tuple[Any, ...]) -> Callable[[Any], str | None]:
        names = {name_of(member): member for member in members}
        rest = self._fallback or (Unknown.__name__ if Unknown in members else None)

        def choose(value: Any) -> str | None:
            if is_model(value):
                name = type(value).__name__
                if name in names and resolved(names[name]) is type(value):
                    return name
                value = by_wire(value)
            if not is_mapping(value):
                return None
            tag = value.get(self.wire)
            found = self._tags.get(_key(tag), ()) if tag is not None else self._likely(members, value)
            if len(found) > 1:
                return _first_valid([names[name] for name in found], value).__name__
            if found:
                return found[0]
            return None if rest == Unknown.__name__ and CHECKING.get() else rest

        return choose

    def _likely(self, members: tuple[Any, ...], value: Mapping[str, Any]) -> tuple[str, ...]:
        """The only class that has all the properties of a value without a tag."""
        known = [resolved(member) for member in members if member is not Unknown]
        fitting = [kind.__name__ for kind in known if value and value.keys() <= _names(kind)]
        return tuple(fitting) if len(fitting) == 1 else ()


def _first_valid(members: list[Any], value: Mapping[str, Any]) -> type[BaseModel]:
    """The first class that a value is valid as, else the one that knows most of its properties."""
    kinds: list[type[BaseModel]] = [resolved(member) for member in members]
    kinds.sort(key=lambda kind: len(value.keys() - _names(kind)))
    for kind in kinds:
        try:
            kind.model_validate(value)
        except (ValidationError, LossyNumber):
            continue
        return kind
    return kinds[0]


def _names(kind: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for pair in wire_names(kind).items() for name in pair)


class Untagged:
    """Marks a union of classes that differ in their properties alone."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        members = get_args(source)
        classes = [member for member in members if member is not Unknown]
        known = [handler.generate_schema(member) for member in classes]
        union = core_schema.union_schema(cast("list[CoreSchema | tuple[CoreSchema, str]]", known))
        if Unknown not in members:
            return union
        serialization = core_schema.union_schema([*known, handler.generate_schema(Unknown)])

        def fitting(value: Any, handler: Callable[[Any], Any]) -> Any:
            return _fitting(value, handler, classes)

        schema = core_schema.no_info_wrap_validator_function(fitting, union)
        return core_schema.json_or_python_schema(
            schema,
            schema,
            serialization=core_schema.wrap_serializer_function_ser_schema(
                _dumped, schema=serialization, when_used="always"
            ),
        )


def _dumped(value: Any, handler: Any) -> Any:
    return handler(value)


def _fitting(value: Any, handler: Callable[[Any], Any], classes: list[Any]) -> Any:
    """The class that a value fits.

    It comes as data where it fits none, has no property of the one that it fits, or another value where that has a
    constant.
    """
    if isinstance(value, Unknown):
        return value
    try:
        made = handler(value)
    except ValidationError:
        if CHECKING.get() or not is_object(value):
            raise
        return Unknown.model_validate(value)
    if not is_object(value) or not is_model(made) or CHECKING.get():
        return made
    # Constants take other values, for a server may add some. Among several classes they tell which one is meant.
    if _missed(type(made), value):
        kinds = [resolved(each) for each in classes]
        whole = [kind for kind in kinds if not _missed(kind, value)]
        meant = whole or [kind for kind in kinds if all(name not in value for name in _missed(kind, value))]
        if type(made) not in meant:
            try:
                return (_first_valid(meant, value) if meant else Unknown).model_validate(value)
            except ValidationError:
                return Unknown.model_validate(value)
    known = made.model_fields_set - (made.model_extra or {}).keys()
    return made if known or not value else Unknown.model_validate(value)


def _missed(kind: Any, value: Mapping[str, Any]) -> list[str]:
    """The constants of a class that a value hasn't, by their names on the wire."""
    wires = wire_names(kind)
    constants = {wires[name]: _constant(kind, name) for name in getattr(kind, "__constants__", ())}
    return [wire for wire, constant in constants.items() if value.get(wire, _MISSING) != constant]


_MISSING = object()


def _constant(kind: Any, name: str) -> Any:
    about = getattr(kind, "__shadow__", lambda: kind)().model_fields[name]
    return about.default
