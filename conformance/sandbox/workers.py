"""Several processes behind one port, on one database: each answers requests, and one at a time works on the batches."""

from __future__ import annotations

import os
import select
import signal
import socket
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from conformance.sandbox.api import Sandbox
from conformance.sandbox.server import listen, serve_on
from conformance.sandbox.settings import Settings
from spec import Contract

_ENDS = (signal.SIGTERM, signal.SIGINT)


class WorkersError(Exception):
    """Processes that can't do what they are for."""


def run(contract: Contract, settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; a process that ends before is started again.

    Raises StoreError, WorkersError where a process doesn't come to serve, and OSError where nothing can be listened on.
    """
    # What has to be made is made before anybody serves it. No connection may be shared with a process that is forked.
    Sandbox(contract, settings).close()
    with closing(listen(settings)) as listening:
        _Processes(contract, settings, listening).run(announce)


class _Processes:
    def __init__(self, contract: Contract, settings: Settings, listening: socket.socket) -> None:
        self._contract = contract
        self._settings = settings
        self._listening = listening
        self._news, self._tell = os.pipe()
        self._numbers: dict[int, int] = {}
        """Each living process and its number from 0."""
        self._stopping = False

    def run(self, announce: Callable[[str], None]) -> None:
        for end in _ENDS:
            signal.signal(end, lambda *_: self._stop())
        try:
            for number in range(self._settings.workers):
                self._start(number)
            serving: set[int] = set()
            while not self._stopping and len(serving) < self._settings.workers:
                serving |= self._who_serves(wait=True)
                self._bury(serving)
            if not self._stopping:
                announce(_url(self._listening))
            while not self._stopping:
                pid, status = os.waitpid(-1, 0)
                serving |= self._who_serves(wait=False)
                self._again(pid, status, serving)
        finally:
            self._stop()
            while self._numbers:
                self._numbers.pop(os.waitpid(-1, 0)[0], None)

    def _start(self, number: int) -> None:
        # A signal that comes before the new process has its own way with it would be taken for the parent's.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
        pid = os.fork()
        if pid:
            self._numbers[pid] = number
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
            return
        try:
            for end in _ENDS:
                signal.signal(end, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
            # One other writer is enough, and the limit is one for all processes together.
            rate = self._settings.rate_limit
            own = replace(
                self._settings,
                churn=self._settings.churn if number == 0 else 0.0,
                rate_limit=rate / self._settings.workers if rate else None,
            )
            serve_on(self._contract, own, self._listening, lambda _: self._say())
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def _say(self) -> None:
        os.write(self._tell, os.getpid().to_bytes(8))

    def _who_serves(self, *, wait: bool) -> set[int]:
        """The processes that said that they serve; with `wait`, within a moment."""
        found: set[int] = set()
        while select.select([self._news], [], [], 0.1 if wait and not found else 0)[0]:
            found.add(int.from_bytes(os.read(self._news, 8)))
        return found

    def _bury(self, serving: set[int]) -> None:
        """Start those again that have ended already."""
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            self._again(pid, status, serving)

    def _again(self, pid: int, status: int, serving: set[int]) -> None:
        number = self._numbers.pop(pid)
        if self._stopping:
            return
        # One that was killed may have been about to serve; one that gave up would give up again.
        if pid not in serving and not os.WIFSIGNALED(status):
            raise WorkersError("a process ended before it served")
        serving.discard(pid)
        self._start(number)

    def _stop(self) -> None:
        self._stopping = True
        for pid in self._numbers:
            os.kill(pid, signal.SIGTERM)


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
