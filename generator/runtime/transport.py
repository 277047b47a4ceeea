"""Carrying out what flows ask for, over httpx2, with and without `await`.

What httpx2 raises never leaves this module: its exceptions hold the request, and that holds the key.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

import httpx2

from .concurrency import sleep, time_limit
from .credentials import Credentials, Keys
from .deadline import Connections, as_httpx2, deadline, responded
from .errors import Answer, APIConnectionError, ConnectTimeoutError, ReadTimeoutError
from .flow import Caught, Request, Send, Sleep, Timeout
from .receive import Received
from .uploads import Upload

_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)


@dataclass(frozen=True, slots=True)
class Streaming(Answer):
    """An answer whose body hasn't been read yet."""

    response: httpx2.Response = field(repr=False)
    request: Request

    def failure(self, error: Exception) -> APIConnectionError:
        """What a failure in the midst of the body means."""
        return _failure(error, self.request)


FAILURES = (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError, TimeoutError)
"""What sending and receiving may raise."""


class SyncTransport:
    """Sends requests and sleeps, blocking. `http` stays the caller's own where the caller made it."""

    def __init__(self, http: httpx2.Client | Connections, credentials: Credentials, limit: int) -> None:
        self.http = http
        self._credentials = credentials
        self._limit = limit

    def perform(self, effect: Send | Sleep) -> Answer | None:
        """Do what a flow asks for. Raises APIConnectionError or APIResponseError, free of secrets."""
        return self._perform(effect, stream=False)

    def open(self, effect: Send | Sleep) -> Answer | None:
        """The same, but the body of an answer that is fine isn't read: it is a `Streaming`."""
        return self._perform(effect, stream=True)

    def _perform(self, effect: Send | Sleep, *, stream: bool) -> Answer | None:
        if isinstance(effect, Sleep):
            time.sleep(effect.seconds)
            return None
        request = effect.request
        keys = self._credentials.keys(request.schemes)
        try:
            if request.on_time and not isinstance(self.http, Connections):
                return self._aside(request, keys, stream)
            with deadline(request.timeout.total) as ends:
                return self._send(request, keys, stream, ends)
        except FAILURES as error:
            failure = _failure(error, request)
        raise failure

    def _aside(self, request: Request, keys: Keys, stream: bool) -> Answer:
        """Send from another thread, so as not to wait longer than may be waited for a transport of the caller's own."""
        found: list[Answer] = []
        caught = Caught()
        ends = time.monotonic() + request.timeout.total

        def work() -> None:
            with caught:
                found.append(self._send(request, keys, stream, ends))

        thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
        thread.start()
        thread.join(request.timeout.total)
        if caught.error is not None:
            raise caught.error
        if not found:
            raise TimeoutError
        return found[0]

    def _send(self, request: Request, keys: Keys, stream: bool, ends: float) -> Answer:
        if isinstance(self.http, Connections):
            return self._send_directly(self.http, request, keys, stream, ends)
        response = self.http.send(
            _outgoing(request, keys, request.body), stream=True, auth=None, follow_redirects=False
        )
        kept = False
        try:
            if stream and response.is_success:
                kept = True
                return Streaming(response.status_code, _headers(response), b"", response, request)
            body = Received(response.status_code, _headers(response), self._limit)
            if response.is_stream_consumed:
                return keys.shown(body.read_already(response.content))
            for piece in response.iter_raw():
                body.add(piece)
                if time.monotonic() > ends:
                    raise TimeoutError
            return keys.shown(body.answer())
        finally:
            if not kept:
                response.close()

    def _send_directly(
        self, connections: Connections, request: Request, keys: Keys, stream: bool, ends: float
    ) -> Answer:
        response = connections.send(
            request.method,
            _with_key(request.url, keys.query()),
            _joined(request.headers, keys.headers()),
            request.body,
            _steps(request.timeout),
        )
        status, headers = response.status, _decoded(response.headers)
        if stream and 200 <= status < 300:
            return Streaming(status, headers, b"", responded(response), request)
        try:
            body = Received(status, headers, self._limit)
            with as_httpx2():
                for piece in response.iter_stream():
                    body.add(piece)
                    if time.monotonic() > ends:
                        raise TimeoutError
            return keys.shown(body.answer())
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
        return await self._perform(effect, stream=False)

    async def open(self, effect: Send | Sleep) -> Answer | None:
        """The same, but the body of an answer that is fine isn't read: it is a `Streaming`."""
        return await self._perform(effect, stream=True)

    async def _perform(self, effect: Send | Sleep, *, stream: bool) -> Answer | None:
        if isinstance(effect, Sleep):
            await sleep(effect.seconds)
            return None
        request = effect.request
        try:
            async with time_limit(request.timeout.total):
                return await self._send(request, await self._credentials.keys_async(request.schemes), stream)
        except FAILURES as error:
            failure = _failure(error, request)
        raise failure

    async def _send(self, request: Request, keys: Keys, stream: bool) -> Answer:
        body = request.body.awaited() if isinstance(request.body, Upload) else request.body
        response = await self.http.send(_outgoing(request, keys, body), stream=True, auth=None, follow_redirects=False)
        kept = False
        try:
            if stream and response.is_success:
                kept = True
                return Streaming(response.status_code, _headers(response), b"", response, request)
            received = Received(response.status_code, _headers(response), self._limit)
            if response.is_stream_consumed:
                return keys.shown(received.read_already(response.content))
            async for piece in response.aiter_raw():
                received.add(piece)
            return keys.shown(received.answer())
        finally:
            if not kept:
                await response.aclose()


def _headers(response: httpx2.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


class _Url(httpx2.URL):
    """A URL with a key in its query, which its text leaves out: httpx2 logs the URL of each request."""

    def __str__(self) -> str:
        return super().__str__().partition("?")[0]


def _outgoing(request: Request, keys: Keys, body: bytes | Upload | AsyncIterator[bytes] | None) -> httpx2.Request:
    """The request with its secrets. It lives no longer than it takes to send it."""
    secret = keys.query()
    outgoing = httpx2.Request(
        request.method,
        request.url,
        headers=_joined(request.headers, keys.headers()),
        content=body,
        extensions={"timeout": _steps(request.timeout)},
    )
    if secret:
        outgoing.url = _Url(_with_key(request.url, secret))
    return outgoing


def _with_key(url: str, secret: str) -> str:
    """A URL with a key in its query, where one goes there."""
    return url + ("&" if "?" in url else "?") + secret if secret else url


def _steps(timeout: Timeout) -> dict[str, float]:
    """The limits of a request's steps, by httpx2's names."""
    return {"connect": timeout.connect, "read": timeout.read, "write": timeout.read, "pool": timeout.connect}


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers as text, their names in lower case; those of one name together."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1").lower()
        try:
            value = raw_value.decode()
        except UnicodeDecodeError:
            value = raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _joined(headers: Sequence[tuple[str, str]], secrets: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers with those that carry secrets, which go before others of their names; cookies stand side by side."""
    own = {name.lower() for name, _ in secrets}
    kept = [pair for pair in headers if pair[0].lower() not in own]
    if "cookie" not in own:
        return [*kept, *secrets]
    cookies = "; ".join(value for name, value in (*headers, *secrets) if name.lower() == "cookie")
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
