"""A server on this machine whose responses a function makes, for what no honest server does."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

CLOSE: bytes = b""
"""An answer that is none: the connection is closed."""


@dataclass
class Received:
    """A request as it came in."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, or None."""
        return next((value for n, value in self.headers if n.lower() == name.lower()), None)


Respond = Callable[[Received], bytes | Callable[[socket.socket], None]]
"""A request to the bytes of its answer, or to what writes them itself."""


@dataclass
class Loopback:
    """Where it serves, and what it received."""

    url: str
    received: list[Received] = field(default_factory=list)


def response(status: int = 200, body: bytes = b"{}", *headers: str) -> bytes:
    """An answer's bytes."""
    kind = "" if any(h.lower().startswith("content-type") for h in headers) else "Content-Type: application/json\r\n"
    more = "".join(f"{line}\r\n" for line in headers)
    return f"HTTP/1.1 {status} X\r\n{kind}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    respond: Respond
    log: Loopback


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Requests of one connection, until it is closed."""
        server = cast(_Server, self.server)
        with contextlib.suppress(OSError, ValueError):
            while line := self.rfile.readline():
                method, target, _ = line.decode("latin-1").split(" ", 2)
                headers: list[tuple[str, str]] = []
                while (line := self.rfile.readline().rstrip(b"\r\n")) != b"":
                    name, _, value = line.decode("utf-8", "surrogateescape").partition(":")
                    headers.append((name, value.strip()))
                received = Received(method, target, headers, b"")
                received.body = self.rfile.read(int(received.header("Content-Length") or 0))
                server.log.received.append(received)
                found = server.respond(received)
                if callable(found):
                    found(self.connection)
                    return
                if found == CLOSE:
                    return
                self.wfile.write(found)


@contextlib.contextmanager
def loopback(respond: Respond, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """Serve for as long as the block lasts."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.respond = respond
        server.log = Loopback(f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}")
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.log
        finally:
            server.shutdown()
            thread.join(10)
