"""Serves the user's ASGI or WSGI application on this machine during a test run."""

from __future__ import annotations

import contextlib
import inspect
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import uvicorn

STARTUP_SECONDS = 30.0


@contextlib.contextmanager
def serve(application: Any) -> Iterator[str]:
    """The application at a URL of this machine. Raises RuntimeError when it doesn't start."""
    with _asgi(application) if is_asgi(application) else _wsgi(application) as url:
        yield url


def is_asgi(application: Any) -> bool:
    """True for an ASGI application: a callable of three arguments, or one that returns a coroutine."""
    if inspect.iscoroutinefunction(application) or inspect.iscoroutinefunction(type(application).__call__):
        return True
    try:
        return len(inspect.signature(application).parameters) >= 3
    except (TypeError, ValueError):
        return False


@contextlib.contextmanager
def _asgi(application: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, name="application", daemon=True)
    thread.start()
    until = time.monotonic() + STARTUP_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("the application didn't start")
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(STARTUP_SECONDS)


class _Threads(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A test run prints no access log."""


@contextlib.contextmanager
def _wsgi(application: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, application, server_class=_Threads, handler_class=_Silent)
    thread = threading.Thread(target=server.serve_forever, name="application", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(STARTUP_SECONDS)
