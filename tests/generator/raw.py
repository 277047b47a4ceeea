"""A server of raw sockets, for answers that no proper server would give."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Peer:
    """One request, and the socket to answer it on."""

    number: int
    head: str = field(repr=False)
    body: bytes = field(repr=False)
    socket: socket.socket

    @property
    def target(self) -> str:
        """The request's target: path and query."""
        return self.head.split(" ", 2)[1]

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def answer(
        self, body: bytes | str | dict[str, Any] | list[Any] = b"", status: int = 200, headers: str = "", type: str = ""
    ) -> None:
        """Send a proper answer."""
        if isinstance(body, (dict, list)):
            body, type = json.dumps(body), type or "application/json"
        data = body.encode() if isinstance(body, str) else body
        kind = f"Content-Type: {type or 'application/json'}\r\n" if status != 204 else ""
        length = "" if status == 204 else f"Content-Length: {len(data)}\r\n"
        self.send(f"HTTP/1.1 {status} Status\r\n{kind}{length}{headers}\r\n".encode() + data)


Handler = Callable[[Peer], None]


@dataclass
class Server:
    """What a server was asked, as it came in."""

    url: str
    seen: list[Peer] = field(default_factory=list)


@contextlib.contextmanager
def server(handler: Handler) -> Iterator[Server]:
    """Serve while the context lasts; `handler` may leave the connection open, close it or break it."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = Server(f"http://127.0.0.1:{listener.getsockname()[1]}")
    open_ones: list[socket.socket] = []

    def talk(connection: socket.socket) -> None:
        buffer = b""
        with contextlib.suppress(OSError, ConnectionError):
            while True:
                while b"\r\n\r\n" not in buffer:
                    data = connection.recv(65536)
                    if not data:
                        return
                    buffer += data
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                length = next((int(h[15:]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")), 0)
                while len(buffer) < length:
                    buffer += connection.recv(65536)
                body, buffer = buffer[:length], buffer[length:]
                peer = Peer(len(made.seen), head.decode("latin-1"), body, connection)
                made.seen.append(peer)
                handler(peer)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                open_ones.append(connection)
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield made
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes up the thread that accepts
        listener.close()
        for each in open_ones:
            with contextlib.suppress(OSError):
                each.close()


def product(number: int) -> dict[str, Any]:
    """A row as the API shows it."""
    moment = "2025-05-22T11:42:32.935Z"
    unit = "4c7c6e4e-2655-4e9b-8012-69395b40b0cf"
    return {
        "name": f"Product {number}", "base_code": "B", "sku": f"SKU-{number}", "category": unit, "attributes": {},
        "images": [], "videos": [], "prices": [], "stocks": [], "updated_at": moment, "created_at": moment,
    }  # fmt: skip


def page(rows: list[dict[str, Any]], count: int, following: str | None = None) -> dict[str, Any]:
    """A page as the API shows it."""
    return {"count": count, "next": following, "previous": None, "results": rows}


def batch(total: int, succeeded: int, failed: int = 0, id: str = "") -> dict[str, Any]:
    """A batch's state as the API shows it."""
    moment = "2025-05-22T11:42:32.935Z"
    return {
        "id": id or TICKET,
        "registry": None, "request_file": None, "success_file": None, "error_file": None, "status": 1,
        "state": {"total": total, "succeeded": succeeded, "failed": failed}, "processed_in": None,
        "updated_at": moment, "created_at": moment,
    }  # fmt: skip


TICKET = "f3909f53-a535-40cc-8d50-de0cd047aedd"
