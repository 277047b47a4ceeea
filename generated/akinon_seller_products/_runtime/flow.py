# Copied from the client generator's runtime; not to be edited here.
"""Conversations with a server as generators, so that sync and async share every decision.

A flow yields `Send` and `Sleep` and is given what came of them; `run` and `run_async` carry it out. Retries,
pages, batches and bulk writes are flows: they know no sockets, and tests drive them by hand.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from .errors import Answer, APIError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready but for the credentials: those are put in where it is sent, and nowhere before."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None = field(repr=False)
    schemes: tuple[str, ...]
    """Which credentials it carries, by the names of their security schemes."""
    timeout: Timeout


@dataclass(frozen=True, slots=True)
class Timeout:
    """Seconds. `connect` bounds making a connection, `read` each wait for more, `total` the whole request."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0

    @classmethod
    def of(cls, value: float | Timeout) -> Timeout:
        """A number bounds the whole request and each of its steps.

        Raises ValueError unless positive, and TypeError for anything else: no request goes on for ever.
        """
        try:
            made = value if isinstance(value, Timeout) else cls(min(value, cls().connect), value, value)
        except TypeError:
            raise TypeError(f"a timeout is a number of seconds or a Timeout, not {value!r}") from None
        if not min(made.connect, made.read, made.total) > 0:
            raise ValueError(f"a timeout must be more than 0 seconds, not {value!r}")
        return made


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request; the flow is given an `Answer`, or an `APIConnectionError` is thrown into it."""

    request: Request


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Emit(Generic[T]):
    """Hand a value to whoever iterates."""

    value: T


Flow: TypeAlias = Generator[Send | Sleep, Any, T]
"""A conversation that ends in a value."""

Stream: TypeAlias = Generator[Send | Sleep | Emit[T], Any, None]
"""A conversation that hands out values as it goes."""


def send(request: Request) -> Flow[Answer]:
    """Send a request and wait for its answer."""
    answer: Answer = yield Send(request)
    return answer


def run(flow: Flow[T], perform: Callable[[Send | Sleep], Answer | None]) -> T:
    """Carry a flow out; `perform` does what it asks for."""
    try:
        effect = next(flow)
        while True:
            try:
                outcome = perform(effect)
            except APIError as error:  # the flow decides what a failure means, and may let it through
                effect = flow.throw(error)
            else:
                effect = flow.send(outcome)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        flow.close()


async def run_async(flow: Flow[T], perform: Callable[[Send | Sleep], Awaitable[Answer | None]]) -> T:
    """Carry a flow out without blocking the event loop."""
    try:
        effect = next(flow)
        while True:
            try:
                outcome = await perform(effect)
            except APIError as error:  # the flow decides what a failure means, and may let it through
                effect = flow.throw(error)
            else:
                effect = flow.send(outcome)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        flow.close()


def iterate(stream: Stream[T], perform: Callable[[Send | Sleep], Answer | None]) -> Iterator[T]:
    """Carry a stream out as far as it is iterated."""
    try:
        effect = next(stream)
        while True:
            if isinstance(effect, Emit):
                yield effect.value
                effect = next(stream)
                continue
            try:
                outcome = perform(effect)
            except APIError as error:
                effect = stream.throw(error)
            else:
                effect = stream.send(outcome)
    except StopIteration:
        return
    finally:
        stream.close()


async def iterate_async(
    stream: Stream[T], perform: Callable[[Send | Sleep], Awaitable[Answer | None]]
) -> AsyncIterator[T]:
    """Carry a stream out as far as it is iterated, without blocking the event loop."""
    try:
        effect = next(stream)
        while True:
            if isinstance(effect, Emit):
                yield effect.value
                effect = next(stream)
                continue
            try:
                outcome = await perform(effect)
            except APIError as error:
                effect = stream.throw(error)
            else:
                effect = stream.send(outcome)
    except StopIteration:
        return
    finally:
        stream.close()
