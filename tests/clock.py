"""A clock that a test drives: waiting takes no time, and every wait is on record."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from conformance.transport.clock import Clock

HANG = 600.0
"""Seconds after which a test takes something for hanging. It bounds a hang, and is never a measure of speed."""


class DrivenClock(Clock):
    """Time passes only while somebody sleeps, and by `step` seconds at each look. Safe under threads."""

    def __init__(self, step: float = 0.0, began: datetime = datetime(2026, 5, 4, 12, tzinfo=UTC)) -> None:
        self.step, self.began = step, began
        self.slept: list[float] = []
        self._seconds = 1_000.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Seconds since some moment."""
        with self._lock:
            self._seconds += self.step
            return self._seconds

    def sleep(self, seconds: float) -> None:
        """Let so much time pass at once."""
        with self._lock:
            self.slept.append(seconds)
            self._seconds += seconds

    def now(self) -> datetime:
        """The time of day."""
        return self.began + timedelta(seconds=self._seconds - 1_000.0)
