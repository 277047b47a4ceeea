"""How a shop is mutated: some of its steps replaced, or their results changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conformance.fake import Shop

Mistake = tuple[str, str, type[Shop]]
"""The clause that it breaks, its name, and the shop that makes it."""


def mutated(**steps: Callable[..., Any]) -> type[Shop]:
    """A shop with some of its steps replaced."""
    return type("Spoilt", (Shop,), steps)


def changed(name: str, change: Callable[..., Any]) -> type[Shop]:
    """A shop whose step's result is changed: `change(result, shop, *arguments)`."""
    honest = getattr(Shop, name)
    return mutated(**{name: lambda self, *a: change(honest(self, *a), self, *a)})
