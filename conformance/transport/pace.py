"""How fast a run sends requests, and its limits on requests and time."""

from __future__ import annotations

import math
import threading
from collections import Counter
from dataclasses import dataclass

from conformance.transport.clock import Clock
from conformance.transport.errors import Stopped

SLOWER, FASTER = 0.8, 1.01
"""The factor of the rate after a 429, and after every other response until the rate is restored."""


@dataclass(frozen=True)
class Limits:
    """The limits of a run: requests per second, requests and seconds in all; None for no limit."""

    rate: float | None = None
    requests: int | None = None
    seconds: float | None = None
    timeout: float = 30.0
    """Timeout of one request, in seconds."""
    batch: float = 15.0
    """Seconds after which a batch counts as one that doesn't end."""
    lag: float = 2.25
    """Seconds by which a list may lag behind a finished batch."""


class Pace:
    """Hands out one slot for each request. Thread-safe."""

    def __init__(self, limits: Limits, clock: Clock, sent: Counter[str]) -> None:
        self.limits, self.clock, self.sent = limits, clock, sent
        self._started = clock.monotonic()
        self._rate = limits.rate
        self._next_slot = 0.0
        self._recent: list[float] = []
        self.halted: str | None = None
        """Why no further slot is handed out; None while they are."""
        self._lock = threading.Lock()

    @property
    def age(self) -> float:
        """Seconds since the run began."""
        return self.clock.monotonic() - self._started

    def halt(self, reason: str) -> None:
        """Hand out no further slot."""
        self.halted = self.halted or reason

    def wait_for_slot(self, operation: str) -> None:
        """Take one request from the budget, and wait as the rate demands. Raises Stopped when a budget is spent."""
        with self._lock:
            now = self.clock.monotonic()
            if self.halted:
                raise Stopped(self.halted)
            if self.limits.requests is not None and sum(self.sent.values()) >= self.limits.requests:
                raise Stopped(f"the budget of {self.limits.requests} requests is spent")
            slot = max(now, self._next_slot)
            self._check_time(slot)
            self.sent[operation] += 1
            self._next_slot = slot + (1 / self._rate if self._rate else 0)
            self._recent = [t for t in self._recent if t > slot - 1] + [slot]
        if slot > now:
            self.clock.sleep(slot - now)

    def pause(self, seconds: float) -> None:
        """Wait before a retry. Raises Stopped where the time budget ends before that."""
        self._check_time(self.clock.monotonic() + seconds)
        self.clock.sleep(seconds)

    def slow_down(self) -> None:
        """After a 429, stay below the rate that was just refused."""
        with self._lock:
            seen = max(1.0, float(len(self._recent)))
            self._rate = max(1.0, SLOWER * min(seen, self._rate or seen))

    def speed_up(self) -> None:
        """After each other response the rate may rise a little: the cause of some 429s passes quickly."""
        with self._lock:
            if self._rate is not None and self._rate != self.limits.rate:
                self._rate = min(self._rate * FASTER, self.limits.rate or math.inf)

    def _check_time(self, moment: float) -> None:
        limit = self.limits.seconds
        if limit is not None and moment - self._started > limit:
            raise Stopped(f"the budget of {limit:g} seconds is spent")
