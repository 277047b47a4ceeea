# Copied from the client generator's runtime; not to be edited here.
"""Waiting and time limits under asyncio, or trio where that runs."""

from __future__ import annotations

import sys
from importlib import import_module
from types import TracebackType
from typing import Any


def _trio() -> Any:
    """The module, where trio runs this task."""
    trio = sys.modules.get("trio")
    return trio if trio is not None and trio.lowlevel.in_trio_run() else None


def _asyncio() -> Any:
    """The module. It is loaded late, because it would slow the start of blocking programs."""
    return sys.modules.get("asyncio") or import_module("asyncio")


async def sleep(seconds: float) -> None:
    """Wait without blocking."""
    await (_trio() or _asyncio()).sleep(seconds)


def time_limit(seconds: float) -> Any:
    """An asynchronous context that ends in TimeoutError after so long."""
    trio = _trio()
    return _asyncio().timeout(seconds) if trio is None else _TrioLimit(trio, seconds)


class _TrioLimit:
    def __init__(self, trio: Any, seconds: float) -> None:
        self._late: type[Exception] = trio.TooSlowError
        self._scope: Any = trio.fail_after(seconds)

    async def __aenter__(self) -> None:
        self._scope.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        try:
            return bool(self._scope.__exit__(kind, error, trace))
        except self._late:
            raise TimeoutError from None
