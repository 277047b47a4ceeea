"""Choices that depend on a name alone: a new field, key or case changes no other choice."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


def rank(*name: object) -> int:
    """A number that depends on a name alone: the same in every run, unrelated to other names' numbers."""
    return int.from_bytes(sha256("\0".join(map(str, name)).encode()).digest()[:8])


def chosen(name: str, choices: Sequence[T]) -> T:
    """One of several choices, by a name."""
    return choices[rank(name) % len(choices)]


def in_own_order(name: str, choices: Sequence[T]) -> list[T]:
    """All of several choices, in an order that the name decides."""
    return sorted(choices, key=lambda choice: rank(name, choice))
