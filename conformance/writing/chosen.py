"""Choices that hang on a name: a new field, key or case changes no other one's choice."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


def rank(*name: object) -> int:
    """A number that is the same for a name in every run, and has nothing to do with other names'."""
    return int.from_bytes(sha256("\0".join(map(str, name)).encode()).digest()[:8])


def chosen(name: str, choices: Sequence[T]) -> T:
    """One of several choices for a name."""
    return choices[rank(name) % len(choices)]


def in_own_order(name: str, choices: Sequence[T]) -> list[T]:
    """All of several choices, in an order of the name's own."""
    return sorted(choices, key=lambda choice: rank(name, choice))
