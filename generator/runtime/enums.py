"""Enums that a server may add to."""

from __future__ import annotations

from enum import Enum
from typing import Self

from .types import CHECKING


class _Open(Enum):
    """An enum that keeps values it doesn't know, so that a server may add one at any time.

    `known` is false for those. Members made up for unknown values aren't listed by iteration. What a server sent can
    be sent back; text that the document lacks is refused where a caller gives it.
    """

    @property
    def known(self) -> bool:
        """False for a value that the document doesn't list."""
        return type(self).__members__.get(self._name_) is self


class OpenStrEnum(str, _Open):
    """Strings, some of which are known."""

    __str__ = str.__str__

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str) or CHECKING.get():
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member


class OpenIntEnum(int, _Open):
    """Integers, some of which are known."""

    __str__ = int.__repr__

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool) or CHECKING.get():
            return None
        member = int.__new__(cls, value)
        member._name_ = str(value)
        member._value_ = value
        return member
