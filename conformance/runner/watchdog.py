"""Ends a run that its own limits can't end: at its deadline and on a signal, whatever it is doing then.

First politely: nothing more is sent, and the main thread is interrupted, in the midst of a computation too. A main
thread that doesn't come back then is given up: somebody else writes the report and ends the process.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

SLACK = 1.0
"""Seconds after the deadline in which a run may end by itself, as it does at its next request."""

GRACE = 2.0
"""Seconds in which an interrupted main thread must come back."""

_LOOKS = 0.2
"""Seconds between two looks at whether it has."""

_ENDING = (signal.SIGINT, signal.SIGTERM)

GiveUp = Callable[[str, str], None]
"""Called in a thread of the watchdog's with why the run ends and what it was doing. It ends the process."""


class Interrupted(KeyboardInterrupt):
    """The run was interrupted; the message is the reason."""


class Watchdog:
    """Watches one run of this process's main thread. Use as a context manager."""

    def __init__(self, seconds: float | None, give_up: GiveUp) -> None:
        self.seconds = seconds
        self.give_up = give_up
        self.halt: Callable[[str], None] = lambda reason: None
        """Lets the run send nothing more."""
        self.fired = False
        """True once the run was interrupted."""
        self.doing = "the first look at the server"
        """What the run does just now: the clause that it tries, or a word for what it does between them."""
        # Signal handlers run in the midst of anything, so they set plain attributes and take no lock.
        self._due: float | None = None
        self._reason = ""
        self._over = threading.Event()
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Watchdog:
        if threading.current_thread() is threading.main_thread():
            for number in _ENDING:
                self._before[number] = signal.signal(number, self._ended)
            self._before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._late)
            if self.seconds is not None:
                signal.setitimer(signal.ITIMER_REAL, self.seconds + SLACK)
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.came_back()
        self._over.set()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def came_back(self) -> None:
        """The main thread is through with what the deadline is for, or has heard of its interruption."""
        if self._before:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._due = None

    def _ended(self, number: int, frame: FrameType | None) -> None:
        self._interrupt("interrupted")

    def _late(self, number: int, frame: FrameType | None) -> None:
        self._interrupt(f"the budget of {self.seconds:g} seconds is spent")

    def _interrupt(self, reason: str) -> None:
        self.fired, self._reason = True, reason
        if self._due is None:  # who asks twice gets no longer grace
            self._due = time.monotonic() + GRACE
        self.halt(reason)
        raise Interrupted(reason)

    def _watch(self) -> None:
        while not self._over.wait(_LOOKS):
            if self._due is not None and time.monotonic() > self._due:
                self.give_up(self._reason, self.doing)
                return


def unwatched() -> Watchdog:
    """A watchdog that is never entered: for a run within somebody else's process."""
    return Watchdog(None, lambda reason, doing: None)
