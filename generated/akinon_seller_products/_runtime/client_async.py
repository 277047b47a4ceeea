# Copied from the client generator's runtime; not to be edited here.
"""The base class of generated clients for asyncio."""

from __future__ import annotations

import os
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from inspect import isawaitable
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, Unpack

import httpx2

from .base import ApiKey, BaseClient, RawResponse, carrier, chosen, listed, raw, session
from .batches import AsyncBatch, Outcome, Polling, Write, at
from .bulk_options import BulkOptions, Progress
from .call import Hooks, Middleware, Operation, RequestOptions, Settings
from .deadline import Verify, no_tls, proxied
from .errors import Answer, APIError, request_id
from .filters import Condition
from .flow import Timeout, iterate_async, pulling_async, run_async
from .pages import AsyncPager
from .rows import AsyncRowStream, Rows
from .session import LAST_ANSWER, PREPARING, Prepared, answered, value
from .streams import AsyncStreamedResponse, Opening, opened
from .transport import AsyncTransport
from .types import UNSET
from .undocumented import data, undocumented
from .walks import Paging

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class AsyncBase(BaseClient):
    """A client for asyncio, or trio."""

    def __init__(
        self,
        api_key: ApiKey | None = None,
        *,
        base_url: str | None = None,
        timeout: float | Timeout = 60.0,
        deadline: float | None = None,
        max_retries: int = 2,
        accept_language: str | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
        middleware: Sequence[Middleware] = (),
        max_response_bytes: int = 32 * 1024 * 1024,
        strict: bool = True,
        proxy: str | httpx2.Proxy | None = None,
        verify: Verify = True,
        transport: httpx2.AsyncBaseTransport | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        """Set a client up; nothing is sent yet.

        Args:
            api_key: The key, or where the API has several ways to authenticate, secrets by scheme name (a user
                and a password for basic). By default the environment's, from the variable ending in _API_KEY.
                A function in place of a secret gives the current one, for each attempt of a request.
            base_url: What paths are appended to; by default the environment's (_BASE_URL), else the document's.
                Nothing goes to another host then, even where the document names one for some operation.
            timeout: Seconds for one attempt of a request, or a `Timeout` to bound its steps as well.
            deadline: Seconds for a whole call, with all its attempts and the waits between them.
            max_retries: How often a request is sent again where that is safe.
            accept_language: The language asked for, in operations that take one.
            headers: Headers that every request carries.
            hooks: Functions that are called with requests, answers and retries.
            middleware: Functions that are given the request of each attempt and give back the one to send. They
                don't see the credentials.
            max_response_bytes: The largest body that is read, decompressed.
            strict: False to read as much of an answer as can be read: a value that doesn't fit the document
                stays as it came, and `problems_of(row)` lists it.
            proxy: A proxy to go through, in place of the environment's.
            verify: False to take any certificate, or a file or context with those to trust.
            transport: What carries requests instead of the network, as httpx2 defines it.
            http_client: An httpx2 client of your own in place of a transport; it stays yours to close.

        Raises ConfigurationError for a URL or key that can't work, ValueError for a time-out or number of retries out
        of range, and TypeError for an httpx2 client of the other kind. A missing key is reported by the first call.
        """
        self._session = session(
            self._api,
            api_key,
            base_url,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            accept_language=accept_language,
            headers=headers,
            hooks=hooks,
            middleware=middleware,
            max_response_bytes=max_response_bytes,
            strict=strict,
        )
        own = chosen(httpx2.AsyncClient, http_client, transport, proxy, verify)
        self._carrier = carrier(http_client, transport)
        self._http = own or _http(self._session.settings, transport, proxy, verify)
        self._owned = own is None
        self._transport = AsyncTransport(self._http, self._session.credentials, max_response_bytes)

    async def close(self) -> None:
        """Close the connections, unless the caller brought the httpx2 client."""
        if self._owned:
            await self._http.aclose()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _send(
        self,
        operation: Operation[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        *,
        where: Condition[Any] | None = None,
        body: Any = UNSET,
        content_type: str | None = None,
    ) -> T:
        call = self._session.call(
            operation,
            arguments,
            options,
            where=where,
            body=body,
            content_type=content_type,
        )
        return await run_async(value(call), self._transport.perform)

    def _page(
        self,
        operation: Operation[Any],
        paging: Paging[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        where: Condition[Any] | None = None,
        checkpoint: str | None = None,
    ) -> AsyncPager[T]:
        first = self._walk(operation, paging, arguments, options, where).begin(checkpoint)
        return AsyncPager(first, self._transport.perform)

    def _rows(
        self,
        operation: Operation[Any],
        rows: Rows[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        *,
        body: Any = UNSET,
        content_type: str | None = None,
    ) -> AsyncRowStream[T]:
        call = self._session.call(operation, arguments, options, body=body, content_type=content_type)

        async def open() -> AsyncStreamedResponse:
            answer, exchange = await run_async(call.answer(), self._transport.open)
            response = AsyncStreamedResponse(opened(call, answer, exchange), exchange)
            try:
                operation.answers.checked(answer, exchange)
            except APIError:
                await response.aclose()
                raise
            return response

        return AsyncRowStream(open, rows)

    async def _submit(
        self,
        write: Write[S],
        arguments: dict[str, Any],
        options: RequestOptions,
        body: Iterable[Any],
    ) -> AsyncBatch[Any]:
        rows = listed(write.operation.id, body)
        call = self._session.call(write.operation, arguments, options, body=rows)
        taken, answer = await run_async(answered(call), self._transport.perform)
        batch = self._batch(write.polling, str(at(taken, write.polling.ticket)), len(rows))
        batch.request_id = request_id(answer.headers)
        return batch

    def _batch(self, polling: Polling[S], id: str, rows: int | None) -> AsyncBatch[S]:
        return AsyncBatch(self._session, polling, id, rows, self._transport.perform)

    def bulk(
        self,
        write: Callable[[Iterable[R]], Awaitable[AsyncBatch[Any]]],
        rows: Iterable[R] | AsyncIterable[R],
        *,
        chunk_size: int = 200,
        in_flight: int = 4,
        batch_timeout: float = 600.0,
        isolate: bool = True,
        isolate_requests: int = 64,
        journal: str | os.PathLike[str] | None = None,
        deadline: float | None = None,
        progress: Callable[[Progress], None] | None = None,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[Outcome[R]]:
        """Write any number of rows with one of this client's batch methods: `async for outcome in client.bulk(...)`.

        It takes, yields and raises what `bulk` of the blocking client does; the rows may come asynchronously.
        """
        most = isolate_requests if isolate else 0
        limits = BulkOptions(chunk_size, in_flight, batch_timeout, most, deadline, progress)
        stream = self._bulk(write, limits, journal, options or {})
        return iterate_async(stream, self._transport.perform, pulling_async(rows))

    async def with_raw_response(
        self, method: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> RawResponse[T]:
        """Call a method and get the answer as it came, beside its value: `await with_raw_response(client.get, id)`.

        Raises what the method raises, and TypeError for one that asks the server nothing when it is called.
        """
        answers: list[Answer] = []
        token = LAST_ANSWER.set(answers)
        try:
            parsed = await method(*args, **kwargs)
        finally:
            LAST_ANSWER.reset(token)
        return raw(answers, parsed)

    def stream(self, method: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> Opening:
        """Call a method and read the body as it comes: `async with client.stream(client.export, id) as response`.

        It can be read as bytes, lines, JSON lines or server-sent events, of any size. Raises what the method raises,
        and TypeError for one that asks the server nothing when it is called.
        """
        return Opening(lambda: self._opened(lambda: method(*args, **kwargs)))

    async def _opened(self, prepare: Callable[[], object]) -> AsyncStreamedResponse:
        token = PREPARING.set(True)
        try:
            made = prepare()
            if isawaitable(made):
                await made
        except Prepared as prepared:
            call = prepared.call
        else:
            raise TypeError("stream takes a method that asks the server when it is called")
        finally:
            PREPARING.reset(token)
        answer, exchange = await run_async(call.answer(), self._transport.open)
        return AsyncStreamedResponse(opened(call, answer, exchange), exchange)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | float | bool] | None = None,
        json: Any = UNSET,
        content: bytes | str | None = None,
        content_type: str = "application/octet-stream",
        **options: Unpack[RequestOptions],
    ) -> RawResponse[Any]:
        """Send a request that the document lacks, with this client's settings, credentials and retries.

        `path` is appended to the base URL, or is a URL on its host. `parsed` is JSON data, text or bytes, as the
        answer's content type says. Raises InvalidRequestError for another host, and APIError.
        """
        security = self._api.security
        call = undocumented(self._session, security, method, path, query, json, content, content_type, options)
        answer, exchange = await run_async(call.answer(), self._transport.perform)
        if not 200 <= answer.status < 300:
            call.read(answer, exchange)
        return raw([answer], data(answer, exchange))


def _http(
    settings: Settings, transport: httpx2.AsyncBaseTransport | None, proxy: str | httpx2.Proxy | None, verify: Verify
) -> httpx2.AsyncClient:
    """An httpx2 client. Certificates aren't loaded where nothing is encrypted."""
    if transport is not None:
        return httpx2.AsyncClient(transport=transport, verify=no_tls())
    if proxy is None and settings.own_url and settings.base_url.startswith("http:") and not proxied():
        return httpx2.AsyncClient(verify=no_tls(), trust_env=False)
    return httpx2.AsyncClient(proxy=proxy, verify=verify)
