# Copied from the client generator's runtime; not to be edited here.
"""Bodies that are read as they come: bytes, lines, JSON lines, server-sent events."""

from __future__ import annotations

import codecs
import json
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
)
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from pydantic import TypeAdapter, ValidationError

from .call import Call
from .concurrency import time_limit
from .deadline import deadline
from .decode import validated
from .errors import Answer, APIResponseError, Exchange, problems, request_id
from .receive import Unpacker
from .transport import FAILURES, Streaming

T = TypeVar("T")


@dataclass(frozen=True)
class ServerSentEvent:
    """One event of a text/event-stream."""

    event: str = "message"
    data: str = ""
    id: str = ""
    retry: int | None = None
    """Milliseconds to wait before reconnecting, where the server gave them."""

    def json(self) -> Any:
        """The data as JSON. Raises ValueError."""
        return json.loads(self.data)


class _Lines:
    """Cuts text into lines as it comes; they end in LF, CRLF or CR."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._rest = ""

    def feed(self, piece: bytes, *, last: bool = False) -> list[str]:
        """The lines that are whole now; with the last piece, all of them."""
        text = self._rest + self._decoder.decode(piece, last)
        held = text.endswith("\r") and not last  # a line feed may follow
        lines = (text[:-1] if held else text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = lines.pop() + ("\r" if held else "")
        if last and self._rest:
            lines.append(self._rest)
        return lines


class _Events:
    """Puts lines together to events (HTML standard, 9.2.6)."""

    def __init__(self) -> None:
        self._id = ""
        self._name = ""
        self._data: list[str] = []
        self._retry: int | None = None

    def feed(self, line: str) -> ServerSentEvent | None:
        """The event that an empty line ends, if it has data."""
        if not line:
            data, name, retry = self._data, self._name, self._retry
            self._data, self._name, self._retry = [], "", None
            return ServerSentEvent(name or "message", "\n".join(data), self._id, retry) if data else None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isdigit():
            self._retry = int(value)
        return None


class BaseStream:
    """What streamed responses have in common."""

    def __init__(self, answer: Streaming, exchange: Exchange) -> None:
        self._answer = answer
        self._exchange = exchange
        self._unpacker = Unpacker(answer.status, answer.headers)
        self._ends = time.monotonic() + answer.request.timeout.total if answer.request.on_time else None

    @property
    def status_code(self) -> int:
        """The status."""
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""
        return self._answer.headers

    @property
    def request_id(self) -> str | None:
        """The server's own id for the request, where it gave one."""
        return request_id(self._answer.headers)

    def _left(self) -> float | None:
        return None if self._ends is None else max(0.001, self._ends - time.monotonic())

    def row(self, adapter: TypeAdapter[Any], line: str) -> Any:
        """The value of a line. Raises APIResponseError."""
        try:
            return validated(adapter, line.encode())
        except ValidationError as error:
            found = "; ".join(problems(error, "line")[:3])
            bare = Answer(self._answer.status, self._answer.headers, line.encode())
            raise APIResponseError(f"a line isn't what was asked for: {found}", self._exchange, bare) from None


class StreamedResponse(BaseStream):
    """An answer whose body is read as it comes. Close it, or leave its `with` block, when done."""

    def iter_bytes(self) -> Iterator[bytes]:
        """The body in pieces, decompressed. Raises APIConnectionError, and ContentTypeError for a broken encoding."""
        response = self._answer.response
        whole = response.is_stream_consumed  # as a transport for tests gives it, decompressed
        source = iter((response.content,)) if whole else response.iter_raw()
        while True:
            try:
                left = self._left()
                if left is None:
                    piece = next(source, None)
                else:
                    with deadline(left):
                        piece = next(source, None)
            except FAILURES as error:
                failure = self._answer.failure(error)
            else:
                if piece is None:
                    break
                yield from filter(None, [piece] if whole else self._unpacker.parts(piece))
                continue
            raise failure
        if not whole:
            self._unpacker.end()

    def iter_lines(self) -> Iterator[str]:
        """The body as lines of text."""
        lines = _Lines()
        for piece in self.iter_bytes():
            yield from lines.feed(piece)
        yield from lines.feed(b"", last=True)

    @overload
    def json_lines(self) -> Iterator[Any]: ...
    @overload
    def json_lines(self, type: type[T]) -> Iterator[T]: ...
    def json_lines(self, type: Any = Any) -> Iterator[Any]:
        """The values of NDJSON (JSON Lines), each checked as the type where one is given. Raises APIResponseError."""
        adapter = TypeAdapter[Any](type)
        return (self.row(adapter, line) for line in self.iter_lines() if line.strip())

    def events(self) -> Iterator[ServerSentEvent]:
        """The events of a text/event-stream."""
        events = _Events()
        return (event for line in self.iter_lines() if (event := events.feed(line)) is not None)

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncStreamedResponse(BaseStream):
    """The same for asynchronous programs."""

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """The body in pieces, decompressed. Raises APIConnectionError, and ContentTypeError for a broken encoding."""
        response = self._answer.response
        if response.is_stream_consumed:
            yield response.content
            return
        source = aiter(response.aiter_raw())
        while True:
            try:
                left = self._left()
                if left is None:
                    piece = await anext(source, None)
                else:
                    async with time_limit(left):
                        piece = await anext(source, None)
            except FAILURES as error:
                failure = self._answer.failure(error)
            else:
                if piece is None:
                    break
                for part in self._unpacker.parts(piece):
                    if part:
                        yield part
                continue
            raise failure
        self._unpacker.end()

    async def iter_lines(self) -> AsyncIterator[str]:
        """The body as lines of text."""
        lines = _Lines()
        async for piece in self.iter_bytes():
            for line in lines.feed(piece):
                yield line
        for line in lines.feed(b"", last=True):
            yield line

    @overload
    def json_lines(self) -> AsyncIterator[Any]: ...
    @overload
    def json_lines(self, type: type[T]) -> AsyncIterator[T]: ...
    def json_lines(self, type: Any = Any) -> AsyncIterator[Any]:
        """The values of NDJSON (JSON Lines), each checked as the type where one is given. Raises APIResponseError."""
        adapter = TypeAdapter[Any](type)
        return (self.row(adapter, line) async for line in self.iter_lines() if line.strip())

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """The events of a text/event-stream."""
        events = _Events()
        async for line in self.iter_lines():
            if (event := events.feed(line)) is not None:
                yield event

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._answer.response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class Opening:
    """An answer to be streamed, not asked for yet: `async with` opens and closes it, `await` opens it."""

    def __init__(self, open: Callable[[], Awaitable[AsyncStreamedResponse]]) -> None:
        self._open = open
        self._made: AsyncStreamedResponse | None = None

    def __await__(self) -> Generator[Any, Any, AsyncStreamedResponse]:
        return self._open().__await__()

    async def __aenter__(self) -> AsyncStreamedResponse:
        self._made = await self._open()
        return self._made

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._made is not None:
            await self._made.aclose()


def opened(call: Call[Any], answer: Answer, exchange: Exchange) -> Streaming:
    """The answer that can be streamed. Raises APIError for any other."""
    if isinstance(answer, Streaming):
        return answer
    call.read(answer, exchange)
    raise APIResponseError(f"HTTP {answer.status} has no body that could be streamed", exchange, answer)
