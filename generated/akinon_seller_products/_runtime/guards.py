# Copied from the client generator's runtime; not to be edited here.
"""Type guards: functions that narrow a value's type, for people and type checkers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """True for a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """True for a JSON array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """True for anything that has members."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """True for a list or a tuple."""
    return isinstance(value, (list, tuple))


def is_bytes(value: object) -> TypeGuard[bytes | bytearray]:
    """True for bytes in memory."""
    return isinstance(value, (bytes, bytearray))


def is_path(value: object) -> TypeGuard[os.PathLike[str]]:
    """True for a path that isn't plain text."""
    return isinstance(value, os.PathLike)


def is_class(value: object) -> TypeGuard[type[object]]:
    """True for a class."""
    return isinstance(value, type)
