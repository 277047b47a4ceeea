"""The sandbox's clock: the wall clock, until a client moves or freezes it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from conformance.sandbox import values


class Clock:
    """The time in microseconds since 1970, cut to the millisecond that responses show."""

    def __init__(self, wall: Callable[[], int] = values.now) -> None:
        """Follow `wall`."""
        self._wall = wall
        self._ahead = 0
        self._standing: int | None = None
        self._news = asyncio.Event()

    @property
    def frozen(self) -> bool:
        """True while the clock is frozen."""
        return self._standing is not None

    def now(self) -> int:
        """This moment."""
        return self._wall() + self._ahead if self._standing is None else self._standing

    def freeze(self, at: int | None = None) -> None:
        """Freeze the clock, at this moment or at another."""
        self._standing = self.now() if at is None else at
        self.notify()

    def resume(self) -> None:
        """Continue from the frozen moment."""
        if self._standing is not None:
            self._ahead = self._standing - self._wall()
            self._standing = None
        self.notify()

    def put(self, at: int) -> None:
        """Set another moment; a frozen clock stays frozen."""
        if self._standing is None:
            self._ahead = at - self._wall()
        else:
            self._standing = at
        self.notify()

    def reset(self) -> None:
        """Follow the wall clock again."""
        self._ahead, self._standing = 0, None
        self.notify()

    def notify(self) -> None:
        """Wake all waiters, so that they check what is due now."""
        self._news.set()
        self._news = asyncio.Event()

    async def wait(self, due: int | None) -> None:
        """Wait until a moment has come (None: without limit) or until `notify` is called."""
        left = None if due is None else due - self.now()
        if left is not None and left <= 0:
            await asyncio.sleep(0)
            return
        timeout = None if left is None or self.frozen else left / 1_000_000
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout)

    async def reach(self, due: int) -> None:
        """Wait until a moment has come."""
        while self.now() < due:
            await self.wait(due)
