"""The clock of a run: everything that waits or measures asks it, so that a test can drive it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Seconds since some moment; they never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)


SYSTEM = Clock()
