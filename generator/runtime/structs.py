"""Models as structs: what a server sends is read by msgspec, and whatever msgspec can't read, by pydantic.

To pydantic a struct is a model with the same fields, its shadow. It checks what is sent, reads what doesn't fit, and
dumps. So both kinds of packages accept, refuse and send the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache, reduce
from itertools import repeat
from operator import attrgetter, is_not
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Self,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

import msgspec
from pydantic import Field, GetCoreSchemaHandler, TypeAdapter, create_model
from pydantic_core import CoreSchema, core_schema

from .later import StandsIn
from .scalars import JsonNumber
from .types import CHECKING, MAKING, Model

if TYPE_CHECKING:
    from typing import Annotated as Through

__all__ = ["ABSENT", "EXTRA", "NULL", "Number", "Struct", "Through", "adapter", "constant", "defaults"]

T = TypeVar("T")

Number = Annotated[int | float, JsonNumber(finite=False)]
"""A number as a server sends it: integers stay integers."""

_INSIDE: ContextVar[bool] = ContextVar("inside", default=False)
"""True while what a struct holds is checked, because it is sent."""

_DEPTH: ContextVar[int] = ContextVar("depth", default=0)
_DEEPEST = 10
"""How many structs inside each other have one schema together; those further inside have schemas of their own."""

EXTRA, ABSENT, NULL, _PROBLEMS, _MADE = "__extra__", "__absent__", "__null__", "__problems__", "__made__"
"""Where a struct keeps properties that the document lacks, required fields that didn't come, nulls where the document
has none, and that a caller made it."""


class _Made(msgspec.StructMeta):
    """Marks what a caller makes. What a server sends is made by msgspec, which doesn't come by here."""

    if not TYPE_CHECKING:

        def __call__(cls, *arguments: Any, **values: Any) -> Any:
            made = super().__call__(*arguments, **values)
            vars(made)[_MADE] = True
            return made


class Struct(msgspec.Struct, metaclass=_Made, kw_only=True, dict=True):
    """A value that a server sends: unknown fields are kept in `model_extra`, never an error.

    A field that isn't required and is None, or UNSET where null is a value of its own, isn't sent.
    """

    __constants__: ClassVar[tuple[str, ...]] = ()
    """Fields with one value only, which are sent whether they were given or not."""
    __closed__: ClassVar[bool] = False
    """True where the document allows no further properties: sending one is refused."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            try:
                return vars(self)[EXTRA][name]
            except KeyError:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}") from None

    @property
    def model_extra(self) -> dict[str, Any] | None:
        """Properties that the document lacks."""
        found: dict[str, Any] | None = vars(self).get(EXTRA)
        return found

    @property
    def model_fields_set(self) -> set[str]:
        """The fields that are sent: those that came or were given."""
        names = {name for name, default in defaults(type(self)) if _is_sent(getattr(self, name), default)}
        came_not: set[str] = vars(self).get(ABSENT, set())
        absent = {name for name in came_not if name in self.__constants__ or getattr(self, name) is None}
        nulls = {name for name in vars(self).get(NULL, ()) if getattr(self, name) is None}
        return (names - absent) | nulls | set(self.model_extra or ())

    @classmethod
    def model_validate(cls, value: object) -> Self:
        """The struct of some data. Raises pydantic's ValidationError."""
        made: Self = adapter(cls).validate_python(value)
        return made

    @classmethod
    def model_validate_json(cls, text: str | bytes) -> Self:
        """The struct of JSON text. Raises pydantic's ValidationError."""
        made: Self = adapter(cls).validate_json(text)
        return made

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """What came, and what was set since, as data; with the options of pydantic's models."""
        return _shown(self).model_dump(**options)

    def model_dump_json(self, **options: Any) -> str:
        """The same as JSON text."""
        return _shown(self).model_dump_json(**options)

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self:
        """A copy, with some fields changed."""
        made = msgspec.structs.replace(self, **(update or {}))
        vars(made).update(vars(self))
        if self.model_extra:
            vars(made)[EXTRA] = dict(self.model_extra)
        return made

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return _remade, (type(self), values, dict(vars(self)))

    def __copy__(self) -> Self:
        return self.model_copy()

    @property
    def __pydantic_serializer__(self) -> Any:
        return adapter(type(self)).serializer

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def checked(value: Any, validate: Callable[[Any], Any]) -> Any:
            if type(value) is not cls:
                return cls.__adopted__(validate(value))
            if CHECKING.get() or _INSIDE.get():
                _check(value, validate)
            return value

        serialization = core_schema.plain_serializer_function_ser_schema(_serialized, info_arg=True)
        depth = _DEPTH.get()
        if depth == _DEEPEST:  # classes may refer to each other in chains that Python's stack is too short for
            return core_schema.no_info_plain_validator_function(cls.model_validate, serialization=serialization)
        token = _DEPTH.set(depth + 1)
        try:
            inner = handler.generate_schema(cls.__shadow__())
        finally:
            _DEPTH.reset(token)
        return core_schema.no_info_wrap_validator_function(checked, inner, serialization=serialization)

    @classmethod
    def __shadow__(cls) -> type[Model]:
        """The model with the same fields. A server may leave out what may be null."""
        return _shadow(cls)

    @classmethod
    def __adopted__(cls, made: Model) -> Self:
        """The struct of its shadow."""
        given, extra = made.model_fields_set, made.model_extra or {}
        needed = {name for name, default in defaults(cls) if default is msgspec.NODEFAULT}
        struct = cls(**{name: getattr(made, name) for name in needed | given if name not in extra})
        del vars(struct)[_MADE]
        if extra:
            vars(struct)[EXTRA] = dict(extra)
        absent = {name for name, default in defaults(cls) if _is_sent(default, default)} - given
        if absent and not CHECKING.get():
            vars(struct)[ABSENT] = absent
        if nulls := {name for name, default in defaults(cls) if default is None and name in given}:
            vars(struct)[NULL] = nulls
        if _PROBLEMS in vars(made):
            vars(struct)[_PROBLEMS] = vars(made)[_PROBLEMS]
        return struct

    @classmethod
    def __count__(cls, structs: list[Any]) -> int:
        """How many members some structs have together, properties apart that the document lacks."""
        count = 0
        for name, default in defaults(cls):
            if default is msgspec.NODEFAULT:
                count += len(structs)
            elif type(default) is not bool:  # Python has one True: nobody knows whether it came
                count += sum(map(is_not, map(attrgetter(name), structs), repeat(default)))
        return count


def _check(struct: Struct, validate: Callable[[Any], Any]) -> None:
    """Check a struct that is sent, for making one checks nothing, and give its fields their types.

    What a server sent may be sent back, as with models.
    """
    token, making, inside = CHECKING.set(False), MAKING.set(_MADE in vars(struct)), _INSIDE.set(True)
    try:
        made = validate({name: getattr(struct, name) for name in struct.model_fields_set})
    finally:
        CHECKING.reset(token)
        MAKING.reset(making)
        _INSIDE.reset(inside)
    for name in made.model_fields_set - (made.model_extra or {}).keys():
        setattr(struct, name, getattr(made, name))


def _remade(kind: type[Struct], values: dict[str, Any], more: dict[str, Any]) -> Struct:
    made = kind(**values)
    del vars(made)[_MADE]
    vars(made).update(more)
    return made


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@cache
def defaults(kind: type[Struct]) -> tuple[tuple[str, Any], ...]:
    """The fields of a class with their defaults; NODEFAULT for none."""
    return tuple((each.name, each.default) for each in msgspec.structs.fields(kind))


def _is_sent(value: Any, default: Any) -> bool:
    """True for a constant, and for what isn't the default."""
    return value is not default or default not in (None, msgspec.UNSET)


class _Text(str):
    __slots__ = ()


class _Whole(int):
    __slots__ = ()


_OTHERS: Mapping[type[object], Callable[[Any], Any]] = {int: _Whole, str: _Text}


def constant(value: T) -> T:
    """A field's only value as its default: equal to what a server sends, but another object."""
    other = _OTHERS.get(type(value))
    made: T = value if other is None else other(value)
    return made


@cache
def _shadow(kind: type[Struct]) -> type[Model]:
    fields: dict[str, Any] = {}
    for each in msgspec.structs.fields(kind):
        hint, default = _bare(each.type), each.default
        if default is msgspec.UNSET or (default is msgspec.NODEFAULT and _takes_none(hint)):
            default = None
        given = ... if default is msgspec.NODEFAULT else default
        wire = each.encode_name
        fields[each.name] = (hint, Field(given, validation_alias=wire, serialization_alias=wire))
    return create_model(kind.__name__, __base__=Model, __module__=kind.__module__, **fields)


def _bare(hint: Any) -> Any:
    """A type without the mark for what didn't come."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    return reduce(_either, (each for each in get_args(hint) if each is not msgspec.UnsetType))


def _either(one: Any, other: Any) -> Any:
    return one | other


def _takes_none(hint: Any) -> bool:
    return hint is Any or type(None) in get_args(hint)


def _shown(struct: Struct) -> Model:
    """The shadow of a struct."""
    given = struct.model_fields_set
    values = {name: getattr(struct, name) for name in struct.__struct_fields__ if name in given}
    made = type(struct).__shadow__().model_construct(given, **values)
    if made.__pydantic_extra__ is not None:
        made.__pydantic_extra__.update(struct.model_extra or {})
    return made


def _serialized(value: Any, about: core_schema.SerializationInfo) -> Any:
    if not isinstance(value, Struct):  # the dump of another member of a union
        return value
    return _shown(value).model_dump(
        mode=about.mode, by_alias=bool(about.by_alias), exclude_none=about.exclude_none, round_trip=about.round_trip
    )


if not TYPE_CHECKING:

    class Through(metaclass=StandsIn):
        """`Through[type, ...]` is `Annotated[type, ...]`, of a type that msgspec can't read: pydantic does."""

        def __class_getitem__(cls, arguments: Any) -> Any:
            return StandsIn("Through", (cls,), {"__through__": Annotated[arguments]})

        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
            return handler.generate_schema(cls.__through__)
