"""The habits of real servers that have nothing to do with what is asked: slow, throttled, flaky, watched."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from threading import Lock

from spec.model import JSON


class Throttle:
    """Lets so many requests a second through, a second's worth at once at most."""

    def __init__(self, rate: float) -> None:
        """Start with a full second's worth."""
        self._rate = rate
        self._burst = max(rate, 1.0)
        self._left = self._burst
        self._seen = time.monotonic()

    def admits(self) -> bool:
        """Take a request in, or not."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def retry_after(self) -> int:
        """After how many whole seconds a request is let in again."""
        return max(1, round((1 - self._left) / self._rate + 0.5))


class Mishaps:
    """Fails so many of all requests, the same ones for the same seed."""

    def __init__(self, share: float, seed: int) -> None:
        """Nothing has happened yet."""
        self._share = share
        self._rng = random.Random(seed)

    def happens(self) -> bool:
        """Does the next request fail?"""
        return self._share > 0 and self._rng.random() < self._share


class Audit:
    """One JSON line for each request, in order: for those who prove what was sent."""

    def __init__(self, file: Path) -> None:
        """Append to `file`."""
        self._file = file.open("a", encoding="utf-8")
        self._lock = Lock()

    def note(self, entry: JSON) -> None:
        """Write a line down at once."""
        with self._lock:
            self._file.write(json.dumps(entry, ensure_ascii=True) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
