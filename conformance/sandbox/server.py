"""Running the application: in a thread for tests and the conformance run, or in the foreground."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from conformance.sandbox.api import Sandbox
from conformance.sandbox.settings import Settings
from spec import Contract

STARTUP_SECONDS = 30.0


def app(contract: Contract, settings: Settings | None = None) -> Sandbox:
    """The ASGI application of a sandbox. Raises StoreError, and ValueError for an unknown fault."""
    return Sandbox(contract, settings or Settings())


@contextlib.contextmanager
def serve(contract: Contract, settings: Settings | None = None) -> Iterator[str]:
    """A sandbox in a thread of this process, for as long as the block lasts; gives its base URL."""
    settings = settings or Settings()
    with contextlib.closing(listen(settings)) as listening:
        server = _Server(app(contract, settings), listening)
        thread = threading.Thread(target=server.run, args=([listening],), name="sandbox", daemon=True)
        thread.start()
        try:
            if not server.ready.wait(STARTUP_SECONDS):
                raise RuntimeError(f"the sandbox didn't start within {STARTUP_SECONDS:.0f} s")
            yield server.url
        finally:
            server.stop()
            thread.join(STARTUP_SECONDS)


def run(contract: Contract, settings: Settings, announce: Callable[[str], None]) -> None:
    """A sandbox in the foreground until SIGTERM or SIGINT; `announce` gets the base URL once it serves."""
    with contextlib.closing(listen(settings)) as listening:
        serve_on(contract, settings, listening, announce)


def serve_on(contract: Contract, settings: Settings, listening: socket.socket, announce: Callable[[str], None]) -> None:
    """A sandbox behind a socket that listens already, until SIGTERM or SIGINT."""
    server = _Server(app(contract, settings), listening, announce)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    server.run([listening])


def listen(settings: Settings) -> socket.socket:
    """A socket that listens already, so that its port is known. Raises OSError when it can't be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sends small answers at once; without it, Nagle's algorithm waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(512)
    except OSError:
        listening.close()
        raise
    return listening


class _Server(uvicorn.Server):
    """uvicorn with a signal when it serves, and with an immediate stop."""

    def __init__(
        self, sandbox: Sandbox, listening: socket.socket, announce: Callable[[str], None] = lambda _: None
    ) -> None:
        config = uvicorn.Config(
            sandbox,
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        host, port = listening.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self.ready = threading.Event()
        self._announce = announce
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def stop(self) -> None:
        """Stop serving; may be called from any thread and from a signal handler."""
        self.should_exit = True
        if self._loop and self._stopping:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: uvicorn would raise them once more after a clean stop."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Signal that requests are served from now on."""
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        await super().startup(sockets)
        self._announce(self.url)
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait to be stopped. uvicorn looks ten times a second; a test suite can't wait that long."""
        if self._stopping and not self.should_exit:
            await self._stopping.wait()
