# Copied from the client generator's runtime; not to be edited here.
"""The types that generated models and methods are made of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final, Self, cast

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainSerializer,
)
from pydantic_core import CoreSchema, core_schema

__all__ = [
    "UNSET",
    "DecimalString",
    "File",
    "Model",
    "NotNull",
    "OpenIntEnum",
    "OpenStrEnum",
    "RequestModel",
    "Unset",
    "Upload",
    "UtcDatetime",
]


class Unset(Enum):
    """The type of `UNSET`. An enum of one member is what type checkers narrow by `is`."""

    UNSET = "UNSET"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""An argument that was not given. It is not `None`: `None` is sent as null, `UNSET` isn't sent."""


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


class RequestModel(Model):
    """A value that is only ever sent: a field that the API doesn't have is an error before anything is sent."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _given(value: object) -> object:
    if value is None:
        raise ValueError("null is not allowed; leave the field out instead")
    return value


NotNull = BeforeValidator(_given)
"""Marks an optional field that may be left out but not be null. A default isn't validated, `None` is."""

DecimalString = Annotated[Decimal, PlainSerializer(_plain, return_type=str, when_used="json")]
"""A decimal number that travels as a string: no digit lost, no exponent (`1E+2` is sent as `100`)."""

UtcDatetime = AwareDatetime
"""A date-time with an offset; a naive one is refused, because nobody knows which moment it is."""


@dataclass(frozen=True)
class File:
    """A file of a multipart body, where its name or type matters; plain bytes will do otherwise."""

    content: bytes
    name: str = "upload"
    content_type: str = "application/octet-stream"


Upload = File | bytes
"""What a file field of a multipart body takes."""


class _Open(Enum):
    """An enum that keeps values it doesn't know, so that a server may add one at any time.

    `known` tells them apart. Members made up for unknown values aren't listed by iteration, and sending
    one is refused: the document doesn't have it.
    """

    @property
    def known(self) -> bool:
        """False for a value that the document doesn't list."""
        return type(self).__members__.get(self._name_) is self

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: dict[str, Any] = dict(handler(source))
        schema["serialization"] = core_schema.plain_serializer_function_ser_schema(listed, when_used="json")
        return cast(CoreSchema, schema)


def listed(member: object) -> object:
    """The value of an enum's member as it is sent. Raises ValueError for one that the document lacks."""
    if not isinstance(member, _Open):
        return member
    if not member.known:
        known = ", ".join(repr(m.value) for m in type(member))
        raise ValueError(f"{member.value!r} is not one of {known}")
    return member.value


class OpenStrEnum(str, _Open):
    """Strings, some of which are known."""

    __str__ = str.__str__

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member


class OpenIntEnum(int, _Open):
    """Integers, some of which are known."""

    __str__ = int.__repr__

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_ = str(value)
        member._value_ = value
        return member
