"""The base class of generated blocking clients."""

from __future__ import annotations

import os
from collections.abc import (
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, Unpack

import httpx2

from .base import ApiKey, BaseClient, RawResponse, carrier, chosen, listed, raw, session
from .batches import Batch, Outcome, Polling, Write, at
from .bulk_options import BulkOptions, Progress
from .call import Hooks, Middleware, Operation, RequestOptions
from .deadline import Connections, Verify, no_tls
from .errors import Answer, APIError, request_id
from .filters import Condition
from .flow import Timeout, iterate, pulling, run
from .pages import Page
from .rows import Rows, RowStream
from .session import LAST_ANSWER, PREPARING, Prepared, answered, value
from .streams import StreamedResponse, opened
from .transport import SyncTransport
from .types import UNSET
from .undocumented import data, undocumented
from .walks import Paging

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class SyncBase(BaseClient):
    """A blocking client."""

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
        transport: httpx2.BaseTransport | None = None,
        http_client: httpx2.Client | None = None,
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
        own = chosen(httpx2.Client, http_client, transport, proxy, verify)
        self._carrier = carrier(http_client, transport)
        if own is None and transport is not None:
            self._http: httpx2.Client | Connections = httpx2.Client(transport=transport, verify=no_tls())
        else:
            self._http = own or Connections(verify, proxy)
        self._owned = own is None
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
        return Page(run(first(), self._transport.perform), self._transport.perform)

    def _rows(
        self,
        operation: Operation[Any],
        rows: Rows[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        *,
        body: Any = UNSET,
        content_type: str | None = None,
    ) -> RowStream[T]:
        call = self._session.call(operation, arguments, options, body=body, content_type=content_type)
        answer, exchange = run(call.answer(), self._transport.open)
        response = StreamedResponse(opened(call, answer, exchange), exchange)
        try:
            operation.answers.checked(answer, exchange)
        except APIError:
            response.close()
            raise
        return RowStream(response, rows)

    def _submit(
        self,
        write: Write[S],
        arguments: dict[str, Any],
        options: RequestOptions,
        body: Iterable[Any],
    ) -> Batch[Any]:
        rows = listed(write.operation.id, body)
        call = self._session.call(write.operation, arguments, options, body=rows)
        taken, answer = run(answered(call), self._transport.perform)
        batch = self._batch(write.polling, str(at(taken, write.polling.ticket)), len(rows))
        batch.request_id = request_id(answer.headers)
        return batch

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
        isolate_requests: int = 64,
        journal: str | os.PathLike[str] | None = None,
        deadline: float | None = None,
        progress: Callable[[Progress], None] | None = None,
        options: RequestOptions | None = None,
    ) -> Iterator[Outcome[R]]:
        """Write any number of rows with one of this client's batch methods, and return the outcome of each.

        Args:
            write: The method, such as `client.upsert_products`.
            rows: The rows; read as they are needed.
            chunk_size: How many rows one request carries.
            in_flight: How many batches may be under way at once.
            batch_timeout: Seconds to wait for each batch.
            isolate: Find the failed rows of a batch that the server doesn't name by sending its halves again, where
                that is safe.
            isolate_requests: The most requests that this may take for one chunk; rows that weren't found then share
                the chunk's fate.
            journal: A file to take the write up from, should it be cut off: give it again with the same rows. It
                belongs to them, to this target and to this key, and is used up when the write is finished.
            deadline: Seconds for the whole write: what was sent by then is accounted for, and the rest isn't sent.
            progress: A function that gets the progress of the write, with each chunk.
            options: Time-out, retries, headers and query of each request.

        Yields each row's outcome, in order. Rows that aren't valid, or that the server refuses or fails to
        take over, are outcomes too. Raises APIError when nothing more can be written; rows without an
        outcome were then not sent; so it does with BulkTimeoutError at the deadline, and with what `rows` raises.
        Raises TypeError for another method, ValueError for limits below 1, and JournalError for a journal that is
        finished or another write's.
        """
        most = isolate_requests if isolate else 0
        limits = BulkOptions(chunk_size, in_flight, batch_timeout, most, deadline, progress)
        stream = self._bulk(write, limits, journal, options or {})
        return iterate(stream, self._transport.perform, pulling(rows))

    def with_raw_response(self, method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        """Call a method and get the answer as it came, beside its value: `with_raw_response(client.get, id)`.

        Raises what the method raises, and TypeError for one that asks the server nothing when it is called: `bulk`.
        """
        answers: list[Answer] = []
        token = LAST_ANSWER.set(answers)
        try:
            parsed = method(*args, **kwargs)
        finally:
            LAST_ANSWER.reset(token)
        return raw(answers, parsed)

    def stream(self, method: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> StreamedResponse:
        """Call a method and read the body as it comes: `with client.stream(client.export, id) as response`.

        It can be read as bytes, lines, JSON lines or server-sent events, of any size. Raises what the method raises,
        and TypeError for one that asks the server nothing when it is called.
        """
        token = PREPARING.set(True)
        try:
            method(*args, **kwargs)
        except Prepared as prepared:
            call = prepared.call
        else:
            raise TypeError("stream takes a method that asks the server when it is called")
        finally:
            PREPARING.reset(token)
        answer, exchange = run(call.answer(), self._transport.open)
        return StreamedResponse(opened(call, answer, exchange), exchange)

    def request(
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
        answer, exchange = run(call.answer(), self._transport.perform)
        if not 200 <= answer.status < 300:
            call.read(answer, exchange)
        return raw([answer], data(answer, exchange))
