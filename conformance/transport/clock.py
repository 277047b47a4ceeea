"""The clock of a run. All waiting and measuring uses it, so that a test can drive it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Seconds since some moment; the value never decreases."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)


SYSTEM = Clock()
