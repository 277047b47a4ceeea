# Copied from the client generator's runtime; not to be edited here.
"""Answers that are a stream of rows: server-sent events, and JSON a line (NDJSON, JSON Lines, JSON text sequences)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import TypeAdapter

from .streams import (
    AsyncStreamedResponse,
    BaseStream,
    ServerSentEvent,
    StreamedResponse,
)

T = TypeVar("T")

_END = "[DONE]"
"""What some servers send as their last event."""


@dataclass(frozen=True)
class Rows(Generic[T]):
    """How an operation's answer is cut into rows, and the type of one."""

    kind: Literal["lines", "events"]
    type: Callable[[], Any] | None = None
    """Gives the type; None for events as they are."""

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(Any if self.type is None else self.type())

    def of_line(self, stream: BaseStream, line: str) -> Iterator[T]:
        """The row of a line, if it holds one. Raises APIResponseError."""
        text = line.strip("\x1e \t")
        if text:
            yield stream.row(self._adapter, text)

    def of_event(self, stream: BaseStream, event: ServerSentEvent) -> Iterator[Any]:
        """The row of an event, if it holds one. Raises APIResponseError."""
        if self.type is None:
            yield event
        elif event.data.strip() and event.data != _END:
            yield stream.row(self._adapter, event.data)


class RowStream(Generic[T]):
    """Rows as they come. Iterate it to the end, or close it, or leave its `with` block."""

    def __init__(self, response: StreamedResponse, rows: Rows[T]) -> None:
        self.response = response
        """The answer: its status, headers and request id."""
        self._rows = self._read(rows)

    def _read(self, rows: Rows[T]) -> Iterator[T]:
        with self.response:
            if rows.kind == "events":
                for event in self.response.events():
                    yield from rows.of_event(self.response, event)
            else:
                for line in self.response.iter_lines():
                    yield from rows.of_line(self.response, line)

    def __iter__(self) -> Iterator[T]:
        return self._rows

    def __next__(self) -> T:
        return next(self._rows)

    def close(self) -> None:
        """Let go of the connection."""
        self.response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncRowStream(Generic[T]):
    """Rows as they come, not asked for before they are iterated (`async for`) or awaited.

    Iterate it to the end, or close it, or leave its `async with` block.
    """

    def __init__(self, open: Callable[[], Awaitable[AsyncStreamedResponse]], rows: Rows[T]) -> None:
        self._open = open
        self._rows = rows
        self._reading: AsyncIterator[T] | None = None
        self.response: AsyncStreamedResponse | None = None
        """The answer, once it has come: its status, headers and request id."""

    async def _opened(self) -> AsyncStreamedResponse:
        if self.response is None:
            self.response = await self._open()
        return self.response

    async def _itself(self) -> Self:
        await self._opened()
        return self

    def __await__(self) -> Generator[Any, Any, Self]:
        return self._itself().__await__()

    async def _read(self) -> AsyncIterator[T]:
        async with await self._opened() as response:
            if self._rows.kind == "events":
                async for event in response.events():
                    for row in self._rows.of_event(response, event):
                        yield row
            else:
                async for line in response.iter_lines():
                    for row in self._rows.of_line(response, line):
                        yield row

    def __aiter__(self) -> AsyncIterator[T]:
        if self._reading is None:
            self._reading = self._read()
        return self._reading

    async def __anext__(self) -> T:
        return await anext(aiter(self))

    async def aclose(self) -> None:
        """Let go of the connection."""
        if self.response is not None:
            await self.response.aclose()

    async def __aenter__(self) -> Self:
        return await self._itself()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
