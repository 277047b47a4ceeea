# Copied from the client generator's runtime; not to be edited here.
"""Carrying out what flows ask for, over httpx2, with and without `await`.

What httpx2 raises never leaves this module: its exceptions hold the request, and that holds the key.
Bodies are decompressed here, piece by piece under a limit, so that a bomb can't fill the memory.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

import httpx2

from .call import Settings
from .credentials import Credentials
from .deadline import DeadlineTransport, deadline, no_tls
from .errors import (
    Answer,
    APIConnectionError,
    ConnectTimeoutError,
    ContentTypeError,
    ReadTimeoutError,
    ResponseTooLargeError,
)
from .flow import Request, Send, Sleep

_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)


def sync_client(proxied: bool) -> httpx2.Client:
    """An httpx2 client with total time-outs; where a proxy is set up, httpx2's own transport goes through it."""
    if proxied:
        return httpx2.Client()
    return httpx2.Client(transport=DeadlineTransport(), verify=no_tls())


def async_client(settings: Settings, proxied: bool) -> httpx2.AsyncClient:
    """The same for async; loading the certificates is spared where nothing is encrypted."""
    if settings.own_url and settings.base_url.startswith("http:") and not proxied:
        return httpx2.AsyncClient(verify=no_tls(), trust_env=False)
    return httpx2.AsyncClient()


def _asyncio() -> Any:
    """The module: loaded by whoever awaits, and spared by blocking programs, whose start it would slow."""
    return import_module("asyncio")


class SyncTransport:
    """Sends requests and sleeps, blocking. `http` stays the caller's own where the caller made it."""

    def __init__(self, http: httpx2.Client, credentials: Credentials, limit: int) -> None:
        self.http = http
        self._credentials = credentials
        self._limit = limit

    def perform(self, effect: Send | Sleep) -> Answer | None:
        """Do what a flow asks for. Raises APIConnectionError or APIResponseError, free of secrets."""
        if isinstance(effect, Sleep):
            time.sleep(effect.seconds)
            return None
        timeout = effect.request.timeout
        try:
            with deadline(timeout.total) as ends:
                return self._send(effect.request, ends)
        except (
            httpx2.HTTPError,
            httpx2.StreamError,
            httpx2.InvalidURL,
            OSError,
            TimeoutError,
        ) as error:
            failure = _failure(error, effect.request)
        raise failure

    def _send(self, request: Request, ends: float) -> Answer:
        response = self.http.send(
            _outgoing(request, self._credentials),
            stream=True,
            auth=None,
            follow_redirects=False,
        )
        try:
            body = _Body(response, self._limit)
            if response.is_stream_consumed:
                return self._credentials.shown(body.read_already(response.content))
            for piece in response.iter_raw():
                body.add(piece)
                if time.monotonic() > ends:
                    raise TimeoutError
            return self._credentials.shown(body.answer())
        finally:
            response.close()


class AsyncTransport:
    """Sends requests and sleeps without blocking the event loop."""

    def __init__(self, http: httpx2.AsyncClient, credentials: Credentials, limit: int) -> None:
        self.http = http
        self._credentials = credentials
        self._limit = limit

    async def perform(self, effect: Send | Sleep) -> Answer | None:
        """Do what a flow asks for. Raises APIConnectionError or APIResponseError, free of secrets."""
        if isinstance(effect, Sleep):
            await _asyncio().sleep(effect.seconds)
            return None
        try:
            async with _asyncio().timeout(effect.request.timeout.total):
                return await self._send(effect.request)
        except (
            httpx2.HTTPError,
            httpx2.StreamError,
            httpx2.InvalidURL,
            OSError,
            TimeoutError,
        ) as error:
            failure = _failure(error, effect.request)
        raise failure

    async def _send(self, request: Request) -> Answer:
        response = await self.http.send(
            _outgoing(request, self._credentials),
            stream=True,
            auth=None,
            follow_redirects=False,
        )
        try:
            body = _Body(response, self._limit)
            if response.is_stream_consumed:
                return self._credentials.shown(body.read_already(response.content))
            async for piece in response.aiter_raw():
                body.add(piece)
            return self._credentials.shown(body.answer())
        finally:
            await response.aclose()


class _Url(httpx2.URL):
    """A URL with a key in its query, which its text leaves out: httpx2 logs the URL of each request."""

    def __str__(self) -> str:
        return super().__str__().partition("?")[0]


def _outgoing(request: Request, credentials: Credentials) -> httpx2.Request:
    """The request with its secrets. It lives no longer than it takes to send it."""
    secret = credentials.query(request.schemes)
    timeout = request.timeout
    steps = {
        "connect": timeout.connect,
        "read": timeout.read,
        "write": timeout.read,
        "pool": timeout.connect,
    }
    outgoing = httpx2.Request(
        request.method,
        request.url,
        headers=_joined(request.headers, credentials.headers(request.schemes)),
        content=request.body,
        extensions={"timeout": steps},
    )
    if secret:
        outgoing.url = _Url(request.url + ("&" if "?" in request.url else "?") + secret)
    return outgoing


def _joined(headers: Iterable[tuple[str, str]], secrets: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers with those that carry secrets, which go before others of their names; cookies stand side by side."""
    own = {name.lower() for name, _ in secrets}
    cookies = "; ".join(value for name, value in (*headers, *secrets) if name.lower() == "cookie")
    kept = [(n, v) for n, v in headers if n.lower() not in own]
    return [*kept, *((n, cookies if n.lower() == "cookie" else v) for n, v in secrets)]


def _failure(error: Exception, request: Request) -> APIConnectionError:
    """What a failure of httpx2 means, said without its request."""
    timeout = request.timeout
    if isinstance(error, (httpx2.ConnectTimeout, httpx2.PoolTimeout)):
        return ConnectTimeoutError(f"no connection within {timeout.connect:g} s", sent=False)
    if isinstance(error, (httpx2.TimeoutException, TimeoutError)):
        return ReadTimeoutError(f"no complete answer within {timeout.total:g} s (read {timeout.read:g} s)")
    if isinstance(
        error,
        (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError),
    ):
        return APIConnectionError(f"the request can't be sent: {type(error).__name__}", sent=False)
    sent = not isinstance(error, _NOT_SENT)
    what = "the connection failed" if sent else "no connection"
    return APIConnectionError(f"{what}: {str(error) or type(error).__name__}", sent=sent)


class _Body:
    """Collects a body, decompressing it under a limit."""

    def __init__(self, response: httpx2.Response, limit: int) -> None:
        self._status = response.status_code
        self._headers = {name.lower(): value for name, value in response.headers.items()}
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._unpack = self._unpacker(self._headers.get("content-encoding", "").strip().lower())

    def _unpacker(self, encoding: str) -> Any:
        if encoding in ("", "identity"):
            return None
        if encoding in ("gzip", "x-gzip"):
            return zlib.decompressobj(wbits=31)
        if encoding == "deflate":
            return zlib.decompressobj()
        raise ContentTypeError(f"content encoding {encoding!r} wasn't asked for", None, self._bare())

    def add(self, piece: bytes) -> None:
        """Take the next piece as it came. Raises APIResponseError when there is too much, or it is broken."""
        if self._unpack is None:
            self._keep(piece)
            return
        try:
            for part in self._inflate(piece):
                self._keep(part)
        except zlib.error as error:
            raise ContentTypeError(f"the compressed body is broken: {error}", None, self._bare()) from None

    def _inflate(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            yield self._unpack.decompress(piece, 1 << 16)
            piece = self._unpack.unconsumed_tail

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            raise ResponseTooLargeError(f"the body has more than {self._limit} bytes", None, self._bare())
        self._pieces.append(part)

    def read_already(self, content: bytes) -> Answer:
        """The answer of a transport, such as httpx2's for tests, that gives bodies whole and decompressed."""
        self._keep(content)
        return Answer(self._status, self._headers, content)

    def answer(self) -> Answer:
        """The whole answer. Raises ContentTypeError when a compressed body was cut off."""
        if self._unpack is not None and self._size and not self._unpack.eof:
            raise ContentTypeError("the compressed body is cut off", None, self._bare())
        return Answer(self._status, self._headers, b"".join(self._pieces))

    def _bare(self) -> Answer:
        return Answer(self._status, self._headers, b"")
