# Copied from the client generator's runtime; not to be edited here.
"""A total time-out for blocking requests.

Time-outs of sockets bound one wait each: a server that drips a byte a second is never late. Here every wait
is shortened to what is left of the whole request, from the connection to the last byte of the body. (Async
needs none of this: `asyncio.timeout` interrupts whatever goes on.)
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from operator import attrgetter
from typing import Any

import httpcore2
import httpx2

_EXTENSIONS = attrgetter("extensions")
"""httpx2 and httpcore2 annotate it with a bare dict, which strict checking minds."""

_ENDS: ContextVar[float | None] = ContextVar("ends", default=None)


@contextmanager
def deadline(seconds: float) -> Generator[float, None, None]:
    """Every wait of a `DeadlineTransport` inside ends by then; gives the moment, as `time.monotonic` counts."""
    ends = time.monotonic() + seconds
    token = _ENDS.set(ends)
    try:
        yield ends
    finally:
        _ENDS.reset(token)


def no_tls() -> ssl.SSLContext:
    """A context that trusts nobody: for clients that make no encrypted connection of their own."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    ends = _ENDS.get()
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise late("the whole request took too long")
    return left if timeout is None else min(left, timeout)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore2.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(timeout, httpcore2.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left, local_address, socket_options))


class _ResponseBody(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx2():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class DeadlineTransport(httpx2.BaseTransport):
    """An httpx2 transport over pooled connections whose waits end by `deadline`.

    Certificates are loaded with the first encrypted connection, not before.
    """

    def __init__(self) -> None:
        self._pools: dict[bytes, httpcore2.ConnectionPool] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request (httpx2's interface). Raises httpx2.TransportError."""
        url = request.url
        wanted = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=url.raw_scheme,
                host=url.raw_host,
                port=url.port,
                target=url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=_EXTENSIONS(request),
        )
        with _as_httpx2():
            answer = self._pool(url.raw_scheme).handle_request(wanted)
        return httpx2.Response(
            answer.status,
            headers=answer.headers,
            stream=_ResponseBody(answer),
            extensions=_EXTENSIONS(answer),
        )

    def _pool(self, scheme: bytes) -> httpcore2.ConnectionPool:
        if scheme not in self._pools:
            trust = httpx2.create_ssl_context() if scheme == b"https" else no_tls()
            self._pools[scheme] = httpcore2.ConnectionPool(
                ssl_context=trust,
                max_connections=100,
                max_keepalive_connections=20,
                network_backend=_Backend(),
            )
        return self._pools[scheme]

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            pool.close()


@contextmanager
def _as_httpx2() -> Generator[None, None, None]:
    """httpcore2 and httpx2 name their exceptions alike."""
    try:
        yield
    except (
        httpcore2.TimeoutException,
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.ProxyError,
        httpcore2.UnsupportedProtocol,
    ) as error:
        kind: type[httpx2.TransportError] = getattr(httpx2, type(error).__name__, httpx2.TransportError)
        raise kind(str(error)) from error
