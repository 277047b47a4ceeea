"""Quirks of real servers that don't depend on the request: throttling, failures, and a log."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from conformance.sandbox.clock import Clock
from spec.model import JSON


class Throttle:
    """Lets so many requests a second through, a second's worth at once at most."""

    def __init__(self, rate: float, clock: Clock) -> None:
        """Start with a full second's worth."""
        self._rate = rate
        self._clock = clock
        self._burst = max(rate, 1.0)
        self._left = self._burst
        self._seen = clock.now()

    def admits(self) -> bool:
        """Take a request in, or not."""
        now = self._clock.now()
        passed = max(0, now - self._seen) / 1_000_000
        self._left = min(self._burst, self._left + passed * self._rate)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def retry_after(self) -> int:
        """After how many whole seconds a request is let in again."""
        return max(1, math.ceil((1 - self._left) / self._rate))


@dataclass(frozen=True)
class Failure:
    """How the next requests of an operation fail, or of any operation."""

    operation: str | None = None
    """Code of the operation; None for any."""
    times: int = 1
    """How many requests fail so from now on."""
    status: int = 503
    body: JSON = None
    """The response's body; None for one that describes the failure."""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the answer, on the wall's clock."""
    drop: bool = False
    """Close the connection in place of an answer."""


class Failures:
    """The failures that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        """Nothing fails."""
        self.coming: list[Failure] = []

    def add(self, failure: Failure) -> None:
        """Let one more kind of failure come, after those that were asked for before."""
        self.coming.append(failure)

    def take(self, operation: str) -> Failure | None:
        """How this request of an operation fails, if it does."""
        for index, failure in enumerate(self.coming):
            if failure.operation in (None, operation):
                left = [replace(failure, times=failure.times - 1)] if failure.times > 1 else []
                self.coming[index : index + 1] = left
                return failure
        return None


class Mishaps:
    """Fails so many of all requests, the same ones for the same seed."""

    def __init__(self, share: float, rng: random.Random) -> None:
        """Nothing has happened yet."""
        self._share = share
        self._rng = rng

    def happens(self) -> bool:
        """True if the next request fails."""
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
        """Close the file."""
        self._file.close()
