"""The types that generated models and methods are made of."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import (
    IO,
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Protocol,
    Self,
    TypeAlias,
    TypeGuard,
    get_args,
    get_origin,
)

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ModelWrapValidatorHandler,
    TypeAdapter,
    model_validator,
)
from pydantic_core import (
    CoreSchema,
    PydanticCustomError,
    core_schema,
    to_jsonable_python,
)

from .guards import is_bytes, is_mapping, is_path
from .scalars import (
    Base64,
    DecimalString,
    Finite,
    LocalDatetime,
    LossyNumber,
    Number,
    Text,
    UtcDatetime,
)
from .unset import UNSET, Unset

__all__ = [
    "UNSET",
    "Base64",
    "ClosedModel",
    "Content",
    "Day",
    "DecimalString",
    "File",
    "Finite",
    "Given",
    "LocalDatetime",
    "LossyNumber",
    "Model",
    "NotModified",
    "NotNull",
    "Number",
    "Open",
    "Redirect",
    "RequestModel",
    "SharedModel",
    "Text",
    "Unset",
    "Upload",
    "UtcDatetime",
]


CHECKING: ContextVar[bool] = ContextVar("checking", default=False)
"""True while what a caller gave is checked. What was received once may be sent again: it stands in models by then."""

MAKING: ContextVar[bool] = ContextVar("making", default=False)
"""True while a caller makes a model that may be sent: of what came from a server before, perhaps, with values that the
document doesn't list, but within its bounds."""


class Model(BaseModel):
    """A value that a server sends: unknown fields are kept in `model_extra`, never an error.

    Validators are built on first use, so that importing a package of a thousand models stays quick.
    """

    model_config = ConfigDict(
        extra="allow",
        validate_by_name=True,
        validate_by_alias=True,
        defer_build=True,
        protected_namespaces=(),
    )

    if not TYPE_CHECKING:

        def model_dump(self, **options: Any) -> dict[str, Any]:
            """What came, and what was set since; `exclude_unset=False` for all fields."""
            return super().model_dump(**{"exclude_unset": True, **options})

        def model_dump_json(self, **options: Any) -> str:
            """The same as JSON text."""
            return super().model_dump_json(**{"exclude_unset": True, **options})

    __constants__: ClassVar[tuple[str, ...]] = ()
    """Fields with one value only, which are sent whether they were given or not."""
    __closed__: ClassVar[bool] = False
    """True where the document allows no further properties: sending one is refused."""


if TYPE_CHECKING:

    class SharedModel(Model):
        """A value that is sent and received: a caller is held to its bounds, and a server isn't."""

else:

    class _Checking(type(BaseModel)):
        """Holds what a caller makes to its bounds. What a server sends is made by pydantic, not here."""

        def __call__(cls, *arguments: Any, **values: Any) -> Any:
            token = MAKING.set(True)
            try:
                return super().__call__(*arguments, **values)
            finally:
                MAKING.reset(token)

    class SharedModel(Model, metaclass=_Checking):
        """A value that is sent and received: a caller is held to its bounds, and a server isn't."""


class RequestModel(Model):
    """A value that is only ever sent; it is checked when it is made.

    It can be made of the model that the server sends for the same thing. Properties that only the server may
    set are left out.
    """

    model_config = ConfigDict(validate_assignment=True, coerce_numbers_to_str=True)

    __read_only__: ClassVar[tuple[str, ...]] = ()
    """Names on the wire that are left out."""

    @model_validator(mode="wrap")
    @classmethod
    def _checked(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(given, cls):
            return handler(given)
        adopting = is_model(given)
        if is_model(given):
            known = wire_names(cls).values()
            closed = cls.model_config.get("extra") == "forbid"
            given = {name: value for name, value in by_wire(given).items() if not closed or name in known}
        if cls.__read_only__ and is_mapping(given):
            given = {name: value for name, value in given.items() if name not in cls.__read_only__}
        token = CHECKING.set(not adopting)
        try:
            return handler(given)
        finally:
            CHECKING.reset(token)


class ClosedModel(RequestModel):
    """The same where the document allows no further properties: one is an error before anything is sent."""

    model_config = ConfigDict(extra="forbid")


class AnyModel(Protocol):
    """What models and structs have in common."""

    @property
    def model_extra(self) -> dict[str, Any] | None: ...
    @property
    def model_fields_set(self) -> set[str]: ...
    def model_dump(self, **options: Any) -> dict[str, Any]: ...
    def model_copy(self) -> Self: ...


def is_model(value: object) -> TypeGuard[AnyModel]:
    """True for a model or a struct."""
    return is_model_class(type(value))


def is_model_class(kind: type[object]) -> TypeGuard[type[AnyModel]]:
    """True for a class of models or structs."""
    return issubclass(kind, BaseModel) or hasattr(kind, "__struct_fields__")


def is_root(kind: type[object]) -> bool:
    """True for a model that isn't an object, but holds any value in `root`."""
    return bool(getattr(kind, "__pydantic_root_model__", False))


def wire_names(kind: Any) -> dict[str, str]:
    """The fields of a class, with their names on the wire."""
    if issubclass(kind, BaseModel):
        return {name: about.serialization_alias or name for name, about in kind.model_fields.items()}
    return dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))


def by_wire(model: AnyModel) -> dict[str, Any]:
    """What was set of a model, by the names on the wire."""
    given = model.model_fields_set
    found = {wire: getattr(model, name) for name, wire in wire_names(type(model)).items() if name in given}
    return {**found, **(model.model_extra or {})}


def _given(value: object) -> object:
    if value is None:
        raise PydanticCustomError("null", "null is not allowed; leave the field out instead")
    return value


NotNull = BeforeValidator(_given)
"""Marks an optional field that may be left out but not be null. A default isn't validated, `None` is."""


class Open:
    """Marks a choice of values that a server may add to: another value of the same type is taken as it is."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        kinds: set[type] = {type(value) for value in get_args(source)}
        builders: dict[type, CoreSchema] = {
            bool: core_schema.bool_schema(strict=True),
            int: core_schema.int_schema(strict=True),
            str: core_schema.str_schema(strict=True),
        }
        others = [core_schema.no_info_after_validator_function(_unlisted, builders[kind]) for kind in kinds]
        return core_schema.union_schema([handler(source), *others], mode="left_to_right")


def _unlisted(value: Any) -> Any:
    if CHECKING.get():
        raise PydanticCustomError("unlisted", "the document doesn't list this value")
    return value


class Given:
    """Bounds that only what a caller gives is held to: what a server sends may be outside."""

    def __init__(self, **bounds: Any) -> None:
        """`bounds` are those of pydantic's `Field`."""
        self._bounds = bounds

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        # A number of any kind stays what it is.
        kind = list[Any] if get_origin(source) is list else str if source is str else Any
        bounded = handler.generate_schema(Annotated[kind, Field(**self._bounds)])
        given = core_schema.no_info_wrap_validator_function(_bounded, bounded)
        return core_schema.json_or_python_schema(schema, core_schema.chain_schema([schema, given]))


def _bounded(value: Any, handler: Callable[[Any], Any]) -> Any:
    return handler(value) if CHECKING.get() or MAKING.get() else value


class _Day:
    """Takes a date with a time as a server may send it: a datetime is a date, and nothing of it is lost."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        day = core_schema.date_schema()
        either = core_schema.union_schema(
            [day, core_schema.datetime_schema()],
            mode="left_to_right",
            custom_error_type="date",
            custom_error_message="Input should be a valid date",
        )
        return core_schema.json_or_python_schema(
            either,
            core_schema.no_info_wrap_validator_function(_given_day, either),
            serialization=core_schema.plain_serializer_function_ser_schema(to_jsonable_python, when_used="json"),
        )


_DATE = TypeAdapter(date)


def _given_day(value: Any, handler: Callable[[Any], Any]) -> Any:
    return _DATE.validate_python(value) if CHECKING.get() else handler(value)


Day = Annotated[date, _Day]
"""A date as a server sends it."""

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with the bytes sent so far, and with their total where it is known."""

Content: TypeAlias = "str | bytes | os.PathLike[str] | IO[bytes] | File"
"""What a body that isn't made of members takes: text, bytes, a path, or an open file. A path is a `pathlib.Path`."""


@dataclass(frozen=True)
class File:
    """A file to send, where its name or type matters: bytes, a path, or an open file, which is sent as it is read."""

    content: bytes | os.PathLike[str] | IO[bytes]
    name: str | None = None
    """By default the path's own."""
    content_type: str | None = None
    """By default the documented type, or the one that fits the name."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further headers of its part in a multipart body."""
    progress: Progress | None = None


class _File:
    """Takes anything that can be sent as a file."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_file)


def _file(value: object) -> object:
    if is_bytes(value):
        return bytes(value)
    if isinstance(value, File) or is_path(value) or hasattr(value, "read"):
        return value
    kind = type(value).__name__
    raise PydanticCustomError("file", "a file is bytes, a path, an open file or a File, not {kind}", {"kind": kind})


Upload = Annotated[File | bytes | os.PathLike[str] | IO[bytes], _File]
"""What a file field of a multipart body takes."""


@dataclass(frozen=True)
class Redirect:
    """An answer that the document has: what was asked for is elsewhere. It wasn't followed."""

    status: int
    location: str | None
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""

    @property
    def status_code(self) -> int:
        """The same as `status`."""
        return self.status


@dataclass(frozen=True)
class NotModified:
    """A 304 that the document has: what a conditional header was about is still valid. There is no body."""

    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    status: int = 304

    @property
    def status_code(self) -> int:
        """The same as `status`."""
        return self.status
