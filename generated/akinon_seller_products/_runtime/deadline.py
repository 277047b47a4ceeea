# Copied from the client generator's runtime; not to be edited here.
"""A total time-out for blocking requests.

Time-outs of sockets bound one wait each: a server that drips a byte a second is never late. Here every wait
is shortened to what is left of the whole request, from the connection to the last byte of the body. (Async
needs none of this: `asyncio.timeout` interrupts whatever goes on.)
"""

from __future__ import annotations

import logging
import re
import ssl
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

Verify: TypeAlias = bool | str | ssl.SSLContext
"""Whether certificates are checked, or a file of those to trust, or a context of one's own."""

_ENDS: ContextVar[float | None] = ContextVar("ends", default=None)


@contextmanager
def deadline(seconds: float) -> Generator[float, None, None]:
    """Every wait of `Connections` inside ends by then; gives the moment, as `time.monotonic` counts."""
    ends = time.monotonic() + seconds
    token = _ENDS.set(ends)
    try:
        yield ends
    finally:
        _ENDS.reset(token)


def proxied() -> bool:
    """True when the environment names a proxy."""
    return any(name in getproxies() for name in ("http", "https", "all"))


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
        with as_httpx2():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class Connections:
    """Pooled connections whose waits end by `deadline`, through a proxy where there is one.

    They do without httpx2's client, whose own work on URLs, cookies and redirects would cost more than all of ours.
    Certificates are loaded with the first encrypted connection, not before.
    """

    def __init__(self, verify: Verify = True, proxy: str | httpx2.Proxy | None = None) -> None:
        """Without a proxy of the caller's own, those of the environment are used."""
        self._verify = verify
        self._proxy = httpx2.Proxy(proxy) if isinstance(proxy, str) else proxy
        self._environment = {} if proxy is not None else getproxies()
        self._pools: dict[tuple[bytes, str], httpcore2.ConnectionPool] = {}

    def send(
        self,
        method: str,
        url: str,
        headers: Iterable[tuple[str, str]],
        body: bytes | Iterable[bytes] | None,
        timeout: Mapping[str, float],
    ) -> httpcore2.Response:
        """Send a request; the body of its response is still to be read. Raises httpx2.TransportError."""
        host, target = _parted(url)
        wanted = httpcore2.Request(
            method,
            httpcore2.URL(scheme=host.raw_scheme, host=host.raw_host, port=host.port, target=target),
            headers=[(b"Host", host.netloc), *_framed(method, headers, body)],
            content=body,
            extensions={"timeout": timeout},
        )
        with as_httpx2():
            response = self._pool(host).handle_request(wanted)
        shown = url.partition("?")[0]  # a key may be in the query
        logging.getLogger("httpx2").info('HTTP Request: %s %s "%d"', method, shown, response.status)
        return response

    def _pool(self, url: httpx2.URL) -> httpcore2.ConnectionPool:
        usual = self._environment.get(url.scheme) or self._environment.get("all") or ""
        through = "" if not usual or proxy_bypass(url.host) else usual
        key = url.raw_scheme, through
        if key not in self._pools:
            proxy = httpx2.Proxy(through if "://" in through else f"http://{through}") if through else self._proxy
            encrypted = url.scheme == "https"
            self._pools[key] = httpcore2.ConnectionPool(
                ssl_context=httpx2.create_ssl_context(verify=self._verify) if encrypted else no_tls(),
                proxy=None if proxy is None else _proxy(proxy),
                max_connections=100,
                max_keepalive_connections=20,
                network_backend=_Backend(),
            )
        return self._pools[key]

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            pool.close()


_KEPT = r"(?:[\w\-.~:@!$&()*+,;=]++|%[0-9A-Fa-f]{2})*+"
_PLAIN = re.compile(rf"(?:/(?!\.){_KEPT})+(?:\?(?:[/?]|{_KEPT[:-2]})*+)?", re.ASCII)
"""Paths and queries that stay as they are: whatever parses them has nothing to escape or to leave out."""


def _parted(url: str) -> tuple[httpx2.URL, bytes]:
    """A URL with the host of another, and what is asked for there."""
    begin = url.find("/", url.find("//") + 2)
    if begin > 0 and _PLAIN.fullmatch(url, begin):
        return _host(url[:begin]), url[begin:].encode()
    whole = httpx2.URL(url)
    return whole, whole.raw_path


@lru_cache(maxsize=16)
def _host(origin: str) -> httpx2.URL:
    return httpx2.URL(origin)


def _framed(method: str, headers: Iterable[tuple[str, str]], body: object) -> Iterator[tuple[bytes, bytes]]:
    """Headers, with the one that says where the body ends."""
    sized = False
    for name, value in headers:
        sized = sized or name.lower() == "content-length"
        yield name.encode(), value.encode()
    if isinstance(body, bytes):
        yield b"Content-Length", str(len(body)).encode()
    elif body is None and method in ("POST", "PUT", "PATCH"):
        yield b"Content-Length", b"0"
    elif body is not None and not sized:
        yield b"Transfer-Encoding", b"chunked"


def responded(answer: httpcore2.Response) -> httpx2.Response:
    """A response as httpx2 has it, its body still to be read."""
    return httpx2.Response(answer.status, headers=answer.headers, stream=_ResponseBody(answer))


def _proxy(proxy: httpx2.Proxy) -> httpcore2.Proxy:
    url = httpcore2.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
    )
    return httpcore2.Proxy(url, auth=proxy.raw_auth, headers=proxy.headers.raw, ssl_context=proxy.ssl_context)


@contextmanager
def as_httpx2() -> Generator[None, None, None]:
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
