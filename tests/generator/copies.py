"""Copies of a value, as programs make them."""

from __future__ import annotations

import copy
import pickle
from typing import TypeVar

T = TypeVar("T")


def pickled(value: T) -> T:
    """The value, sent to another process and back."""
    back: T = pickle.loads(pickle.dumps(value))  # noqa: S301 -- it was dumped in the same line
    return back


def copies(value: T) -> tuple[T, T, T]:
    """A shallow copy, a deep one, and a pickled one."""
    return copy.copy(value), copy.deepcopy(value), pickled(value)
