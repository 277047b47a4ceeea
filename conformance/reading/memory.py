"""What a run remembers. Every value is worked out once for its key, whichever thread needs it first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Cell(Generic[V]):
    """Where one value is kept, and the lock under which it is made."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.values: list[V] = []


class Once(Generic[K, V]):
    """Values by key, each made once. Safe under threads: while one thread makes a value, others wait for it.

    A value is never replaced. Where `make` raises, nothing is kept, and the next caller tries again.
    """

    def __init__(self) -> None:
        self._cells: dict[K, _Cell[V]] = {}
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made now if it isn't known yet."""
        with self._lock:
            cell = self._cells.setdefault(key, _Cell())
        with cell.lock:
            if not cell.values:
                cell.values.append(make())
            return cell.values[0]

    def knows(self, key: K) -> bool:
        """True when the value of a key is known."""
        with self._lock:
            cell = self._cells.get(key)
        return cell is not None and bool(cell.values)


Key = tuple[Any, ...]
"""A function, and what identifies its arguments."""


@dataclass(frozen=True)
class Decisions:
    """What a run decided to send, by what it saw first. Replays share it, so that they send the same."""

    made: Once[Key, Any] = field(default_factory=Once)
    """By the function marked `decided`."""
    replays: Once[int, Any] = field(default_factory=Once)
    """The contexts in which the writes of all clauses are replayed, by their number."""


@dataclass(frozen=True)
class Observations:
    """What a server answered. A replay begins with none."""

    responses: Once[Any, Any] = field(default_factory=Once)
    """By request."""
    made: Once[Key, Any] = field(default_factory=Once)
    """By the function marked `observed`."""
