# Copied from the client generator's runtime; not to be edited here.
"""What generated clients derive from."""

from __future__ import annotations

import os
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
)
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Generic, ParamSpec, Self, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx2

from .batches import AsyncBatch, Batch, Polling, at
from .bulk import Bulk, BulkOptions, Outcome, Write
from .call import Hooks, Operation, RequestOptions, Settings
from .credentials import Credentials, Scheme
from .deadline import no_tls
from .errors import Answer, ConfigurationError
from .filters import Condition
from .flow import Timeout, iterate, iterate_async, run, run_async
from .journal import Journal
from .pages import AsyncPager, Page, Paging, Walk
from .retry import Retry
from .session import LAST_ANSWER, Session, value
from .transport import AsyncTransport, SyncTransport, async_client, sync_client
from .types import UNSET

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Api:
    """What a package's clients have in common, as the document says it."""

    package: str
    """Name and version, for the User-Agent header."""
    env: str
    """The prefix of the environment variables."""
    server: str | None
    """The base URL, where the document names one."""
    schemes: Mapping[str, Scheme]
    writes: Mapping[str, Write[Any]]
    """The operations that bulk writes know, by the names of their methods."""


@dataclass(frozen=True)
class RawResponse(Generic[T]):
    """An answer as it came, beside what was made of it."""

    status_code: int
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes
    """The body, decompressed."""
    parsed: T


class BaseClient:
    """Settings and credentials. The key is in no attribute that shows it, and in no `repr`."""

    _api: ClassVar[Api]

    _session: Session

    @property
    def base_url(self) -> str:
        """What paths are appended to."""
        return self._session.settings.base_url

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.base_url}>"

    def with_options(
        self,
        *,
        timeout: float | Timeout | None = None,
        max_retries: int | None = None,
        accept_language: str | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
    ) -> Self:
        """A client with other settings that shares this one's connections. `headers` are added to those there are."""
        settings = self._session.settings
        if timeout is not None:
            settings = replace(settings, timeout=Timeout.of(timeout))
        if max_retries is not None:
            settings = replace(settings, retry=replace(settings.retry, retries=_count(max_retries)))
        if accept_language is not None:
            settings = replace(settings, defaults={"accept-language": accept_language})
        if headers is not None:
            settings = replace(settings, headers={**settings.headers, **headers})
        if hooks is not None:
            settings = replace(settings, hooks=hooks)
        other = copy(self)
        other._session = replace(self._session, settings=settings)
        return other

    def _bulk(
        self,
        write: Callable[..., Any],
        options: BulkOptions,
        journal: str | os.PathLike[str] | None,
        call: RequestOptions,
    ) -> Bulk[Any]:
        name = getattr(write, "__name__", "")
        if getattr(write, "__self__", None) is not self or name not in self._api.writes:
            known = ", ".join(self._api.writes) or "none"
            raise TypeError(f"bulk takes one of this client's own methods: {known}")
        found = self._api.writes[name]
        path = Path(journal) if journal is not None else None
        kept = Journal(path, found.operation.id, options.chunk_size)
        return Bulk(self._session, found, options, call, kept)

    def _walk(
        self,
        operation: Operation[Any],
        paging: Paging[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        where: Condition[Any] | None,
    ) -> Walk[T]:
        return Walk(self._session, operation, paging, arguments, options, where)


class SyncBase(BaseClient):
    """A client that blocks."""

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
        transport: httpx2.BaseTransport | None = None,
        http_client: httpx2.Client | None = None,
    ) -> None:
        """Set a client up; nothing is sent yet.

        Args:
            api_key: The key, or where the API has several ways to authenticate, secrets by scheme name (a user
                and a password for basic). By default the environment's, from the variable ending in _API_KEY.
            base_url: What paths are appended to; by default the environment's (_BASE_URL), else the document's.
            timeout: Seconds for a whole request, or a `Timeout` to bound its steps as well.
            max_retries: How often a request is sent again where that is safe.
            accept_language: The language asked for, in operations that take one.
            headers: Headers that every request carries.
            hooks: Functions that are told of requests, answers and retries.
            max_response_bytes: The largest body that is read, decompressed.
            transport: What carries requests instead of the network, as httpx2 defines it.
            http_client: An httpx2 client of your own; it stays yours to close.

        Raises ConfigurationError for settings that can't work.
        """
        settings = Settings(
            base_url=_base_url(self._api, base_url),
            package=self._api.package,
            timeout=Timeout.of(timeout),
            retry=Retry(_count(max_retries)),
            defaults={"accept-language": accept_language} if accept_language else {},
            headers=headers or {},
            hooks=hooks or Hooks(),
            max_response_bytes=max_response_bytes,
        )
        self._session = Session(settings, Credentials(self._api.schemes, _secrets(self._api, api_key)))
        if transport is not None and http_client is None:
            self._http = httpx2.Client(transport=transport, verify=no_tls())
        else:
            self._http = http_client or sync_client(settings.base_url, _proxied())
        self._owned = http_client is None
        self._transport = SyncTransport(self._http, self._session.credentials, max_response_bytes)

    def close(self) -> None:
        """Close the connections, unless the caller brought the httpx2 client."""
        if self._owned:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _send(
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
        return run(value(call), self._transport.perform)

    def _page(
        self,
        operation: Operation[Any],
        paging: Paging[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        where: Condition[Any] | None = None,
        checkpoint: str | None = None,
    ) -> Page[T]:
        first = self._walk(operation, paging, arguments, options, where).begin(checkpoint)
        return Page(run(first, self._transport.perform), self._transport.perform)

    def _submit(
        self,
        write: Write[S],
        arguments: dict[str, Any],
        options: RequestOptions,
        body: Iterable[Any],
    ) -> Batch[Any]:
        rows = list(body)
        taken = self._send(write.operation, arguments, options, body=rows)
        return self._batch(write.polling, str(at(taken, write.polling.ticket)), len(rows))

    def _batch(self, polling: Polling[S], id: str, rows: int | None) -> Batch[S]:
        return Batch(self._session, polling, id, rows, self._transport.perform)

    def bulk(
        self,
        write: Callable[[Iterable[R]], Batch[Any]],
        rows: Iterable[R],
        *,
        chunk_size: int = 200,
        in_flight: int = 4,
        batch_timeout: float = 600.0,
        isolate: bool = True,
        journal: str | os.PathLike[str] | None = None,
        options: RequestOptions | None = None,
    ) -> Iterator[Outcome[R]]:
        """Write any number of rows with one of this client's batch methods, and tell what became of each.

        Args:
            write: The method, such as `client.upsert_products`.
            rows: The rows; read as they are needed.
            chunk_size: How many rows one request carries.
            in_flight: How many batches may be under way at once.
            batch_timeout: Seconds to wait for each batch.
            isolate: Find the failed rows of a batch by sending its halves again, where that is safe.
            journal: A file to take the write up from, should it be cut off: give it again with the same rows.
            options: Time-out, retries, headers and query of each request.

        Yields each row's outcome, in order. Rows that aren't valid, or that the server refuses or fails to
        take over, are outcomes too. Raises APIError when nothing more can be written; rows without an
        outcome were then not sent.
        """
        found = self._bulk(
            write,
            BulkOptions(chunk_size, in_flight, batch_timeout, isolate),
            journal,
            options or {},
        )
        return iterate(found.stream(rows), self._transport.perform)

    def with_raw_response(self, method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        """Call a method and get the answer as it came, beside its value: `with_raw_response(client.get, id)`."""
        answers: list[Answer] = []
        token = LAST_ANSWER.set(answers)
        try:
            parsed = method(*args, **kwargs)
        finally:
            LAST_ANSWER.reset(token)
        return RawResponse(answers[-1].status, answers[-1].headers, answers[-1].body, parsed)


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
            timeout: Seconds for a whole request, or a `Timeout` to bound its steps as well.
            max_retries: How often a request is sent again where that is safe.
            accept_language: The language asked for, in operations that take one.
            headers: Headers that every request carries.
            hooks: Functions that are told of requests, answers and retries.
            max_response_bytes: The largest body that is read, decompressed.
            transport: What carries requests instead of the network, as httpx2 defines it.
            http_client: An httpx2 client of your own; it stays yours to close.

        Raises ConfigurationError for settings that can't work.
        """
        settings = Settings(
            base_url=_base_url(self._api, base_url),
            package=self._api.package,
            timeout=Timeout.of(timeout),
            retry=Retry(_count(max_retries)),
            defaults={"accept-language": accept_language} if accept_language else {},
            headers=headers or {},
            hooks=hooks or Hooks(),
            max_response_bytes=max_response_bytes,
        )
        self._session = Session(settings, Credentials(self._api.schemes, _secrets(self._api, api_key)))
        if transport is not None and http_client is None:
            self._http = httpx2.AsyncClient(transport=transport, verify=no_tls())
        else:
            self._http = http_client or async_client(settings.base_url, _proxied())
        self._owned = http_client is None
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
        rows = list(body)
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
        """Write any number of rows with one of this client's batch methods; see `bulk` of the blocking client."""
        found = self._bulk(
            write,
            BulkOptions(chunk_size, in_flight, batch_timeout, isolate),
            journal,
            options or {},
        )
        return iterate_async(found.stream(rows), self._transport.perform)

    async def with_raw_response(
        self, method: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> RawResponse[T]:
        """Call a method and get the answer as it came, beside its value."""
        answers: list[Answer] = []
        token = LAST_ANSWER.set(answers)
        try:
            parsed = await method(*args, **kwargs)
        finally:
            LAST_ANSWER.reset(token)
        return RawResponse(answers[-1].status, answers[-1].headers, answers[-1].body, parsed)


def _base_url(api: Api, given: str | None) -> str:
    """A base URL fit to append paths to. Raises ConfigurationError."""
    url = given or os.environ.get(f"{api.env}_BASE_URL") or api.server
    if not url:
        raise ConfigurationError(f"no base_url was given and {api.env}_BASE_URL isn't set")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConfigurationError("base_url must be http or https with a host, and without query or fragment")
    if "@" in parts.netloc:
        raise ConfigurationError("base_url must not hold a user or password; pass api_key")
    return url.rstrip("/")


def _count(retries: int) -> int:
    if retries < 0:
        raise ValueError(f"max_retries must be 0 or more, not {retries}")
    return retries


def _secrets(api: Api, given: str | Mapping[str, str | tuple[str, str]] | None) -> Mapping[str, str | tuple[str, str]]:
    """Secrets by scheme; a plain string is for the document's first scheme."""
    key = given or os.environ.get(f"{api.env}_API_KEY") or {}
    if not isinstance(key, str):
        return key
    return dict.fromkeys(list(api.schemes)[:1], key)


def _proxied() -> bool:
    return any(name in getproxies() for name in ("http", "https", "all"))
