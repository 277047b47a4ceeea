# Copied from the client generator's runtime; not to be edited here.
"""What generated clients for asyncio derive from."""

from __future__ import annotations

import os
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
)
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

import httpx2

from .base import BaseClient, RawResponse, chosen, listed, proxied, raw, session
from .batches import AsyncBatch, Outcome, Polling, Write, at
from .bulk import BulkOptions
from .call import Hooks, Operation, RequestOptions
from .deadline import no_tls
from .errors import Answer
from .filters import Condition
from .flow import Timeout, iterate_async, run_async
from .pages import AsyncPager, Paging
from .session import LAST_ANSWER, value
from .transport import AsyncTransport, async_client
from .types import UNSET

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class AsyncBase(BaseClient):
    """A client for asyncio."""

    def __init__(
        self,
        api_key: str | Mapping[str, str | tuple[str, str]] | None = None,
        *,
        base_url: str | None = None,
        timeout: float | Timeout = 60.0,
        max_retries: int = 2,
        accept_language: str | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
        max_response_bytes: int = 32 * 1024 * 1024,
        transport: httpx2.AsyncBaseTransport | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        """Set a client up; nothing is sent yet.

        Args:
            api_key: The key, or where the API has several ways to authenticate, secrets by scheme name (a user
                and a password for basic). By default the environment's, from the variable ending in _API_KEY.
            base_url: What paths are appended to; by default the environment's (_BASE_URL), else the document's.
                Nothing goes to another host then, even where the document names one for some operation.
            timeout: Seconds for a whole request, or a `Timeout` to bound its steps as well.
            max_retries: How often a request is sent again where that is safe.
            accept_language: The language asked for, in operations that take one.
            headers: Headers that every request carries.
            hooks: Functions that are told of requests, answers and retries.
            max_response_bytes: The largest body that is read, decompressed.
            transport: What carries requests instead of the network, as httpx2 defines it.
            http_client: An httpx2 client of your own in place of a transport; it stays yours to close.

        Raises ConfigurationError for a URL or key that can't work, ValueError for a time-out or number of retries out
        of range, and TypeError for an httpx2 client of the other kind. A missing key is told of by the first call.
        """
        self._session = session(
            self._api,
            api_key,
            base_url,
            timeout,
            max_retries,
            accept_language,
            headers,
            hooks,
            max_response_bytes,
        )
        own = chosen(httpx2.AsyncClient, http_client, transport)
        if transport is not None:
            self._http = httpx2.AsyncClient(transport=transport, verify=no_tls())
        else:
            self._http = own or async_client(self._session.settings, proxied())
        self._owned = own is None
        self._transport = AsyncTransport(self._http, self._session.credentials, max_response_bytes)

    async def close(self) -> None:
        """Close the connections, unless the caller brought the httpx2 client."""
        if self._owned:
            await self._http.aclose()

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

    async def _submit(
        self,
        write: Write[S],
        arguments: dict[str, Any],
        options: RequestOptions,
        body: Iterable[Any],
    ) -> AsyncBatch[Any]:
        rows = listed(write.operation.id, body)
        taken = await self._send(write.operation, arguments, options, body=rows)
        return self._batch(write.polling, str(at(taken, write.polling.ticket)), len(rows))

    def _batch(self, polling: Polling[S], id: str, rows: int | None) -> AsyncBatch[S]:
        return AsyncBatch(self._session, polling, id, rows, self._transport.perform)

    def bulk(
        self,
        write: Callable[[Iterable[R]], Awaitable[AsyncBatch[Any]]],
        rows: Iterable[R],
        *,
        chunk_size: int = 200,
        in_flight: int = 4,
        batch_timeout: float = 600.0,
        isolate: bool = True,
        journal: str | os.PathLike[str] | None = None,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[Outcome[R]]:
        """Write any number of rows with one of this client's batch methods: `async for outcome in client.bulk(...)`.

        It takes, yields and raises what `bulk` of the blocking client does.
        """
        limits = BulkOptions(chunk_size, in_flight, batch_timeout, isolate)
        stream = self._bulk(write, rows, limits, journal, options or {})
        return iterate_async(stream, self._transport.perform)

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
