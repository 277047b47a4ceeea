"""Values without parts, where their JSON needs care: numbers, decimals, date-times, bytes."""

from __future__ import annotations

import base64
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .guards import is_bytes

__all__ = ["Base64", "DecimalString", "Finite", "JsonNumber", "LossyNumber", "Number", "Text", "UtcDatetime"]

Text = Annotated[str, Field(coerce_numbers_to_str=True)]
"""Text; a number will do, as it looks the same on the wire."""


class LossyNumber(Exception):
    """A number stands where the document has a decimal string, and a float may have lost digits of it."""


class _Decimal:
    """Decimal numbers that travel as strings: no digit lost, no exponent (`1E+2` is sent as `100`)."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        decimal = handler(source)
        text = core_schema.chain_schema([core_schema.str_schema(strict=True), decimal])
        number = core_schema.chain_schema([core_schema.no_info_plain_validator_function(cls._exact), decimal])
        json = core_schema.union_schema([text, number], mode="left_to_right")
        return core_schema.json_or_python_schema(
            json,
            decimal,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _plain, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    @staticmethod
    def _exact(value: object) -> object:
        if isinstance(value, float):
            raise LossyNumber
        return value


def _plain(value: Decimal) -> str:
    return format(value, "f")


DecimalString = Annotated[Decimal, _Decimal]
"""A decimal number that travels as a string."""


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("naive", "Input should have timezone info: nobody knows which moment it is")
    return value


UtcDatetime = Annotated[datetime, AfterValidator(_aware)]
"""A date-time with an offset; a naive one is refused, because nobody knows which moment it is."""


def _local(value: datetime) -> datetime:
    if value.tzinfo is not None:
        raise PydanticCustomError("aware", "Input should have no timezone info: the API has times of its own place")
    return value


LocalDatetime = Annotated[datetime, AfterValidator(_local)]
"""A date-time without an offset, as the clocks of the API's place show it; one with an offset is refused."""


class JsonNumber:
    """Integers stay integers, of any size; other numbers are floats. JSON has neither infinity nor NaN to send."""

    def __init__(self, *, finite: bool) -> None:
        self._finite = finite

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        given = self._schema(finite=True)
        return core_schema.json_or_python_schema(self._schema(finite=self._finite), given)

    @staticmethod
    def _schema(*, finite: bool) -> CoreSchema:
        return core_schema.union_schema(
            [core_schema.int_schema(strict=True), core_schema.float_schema(allow_inf_nan=not finite)],
            mode="left_to_right",
            custom_error_type="number",
            custom_error_message=f"Input should be a valid {'finite ' if finite else ''}number",
        )


Number = Annotated[float, JsonNumber(finite=False)]
"""A number as a server sends it."""

Finite = Annotated[float, JsonNumber(finite=True)]
"""A number to send."""


def _encoded(value: object) -> object:
    return base64.b64encode(value).decode() if is_bytes(value) else value


Base64 = Annotated[str, BeforeValidator(_encoded)]
"""Bytes that travel as base64 (`format: byte`): given as bytes, or encoded already."""
