# Copied from the client generator's runtime; not to be edited here.
"""Conversations with a server as generators, so that sync and async share every decision.

A flow yields `Send` and `Sleep` and is given what came of them; `run` and `run_async` carry it out. Retries,
pages, batches and bulk writes are flows: they know no sockets, and tests drive them by hand.
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Iterator,
)
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Generic, Self, TypeAlias, TypeVar

from .errors import Answer, APIError
from .uploads import Upload

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready but for the credentials: those are put in where it is sent, and nowhere before.

    Middleware is given it, and gives it back or a changed one, made with `with_header` or `dataclasses.replace`.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | Upload | None = field(repr=False)
    schemes: tuple[str, ...]
    """Which credentials it carries, by the names of their security schemes."""
    timeout: Timeout
    on_time: bool = False
    """True when a deadline was set: it ends in time whatever transport carries it."""

    def with_header(self, name: str, value: str) -> Request:
        """The same request with a header, in place of any of that name."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*kept, (name.lower(), value)))


@dataclass(frozen=True, slots=True)
class Timeout:
    """Seconds. `connect` bounds making a connection, `read` each wait for more, `total` one attempt of a request."""

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

    def within(self, seconds: float) -> Timeout:
        """The same, with no part longer than so many seconds."""
        if seconds >= max(self.connect, self.read, self.total):
            return self
        return Timeout(min(self.connect, seconds), min(self.read, seconds), min(self.total, seconds))


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request; the flow is given an `Answer`, or an `APIConnectionError` is thrown into it."""

    request: Request


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Pull:
    """Take so many rows of the input; the flow is given a `Pulled`."""

    count: int


@dataclass(frozen=True, slots=True)
class Pulled:
    """Rows of the input, fewer than asked for at its end, or what the input raised."""

    rows: list[Any]
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Emit(Generic[T]):
    """Hand a value to whoever iterates."""

    value: T


Flow: TypeAlias = Generator[Send | Sleep, Any, T]
"""A conversation that ends in a value."""

Stream: TypeAlias = Generator[Send | Sleep | Pull | Emit[T], Any, None]
"""A conversation that takes in rows and hands out values as it goes."""


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


def iterate(
    stream: Stream[T], perform: Callable[[Send | Sleep], Answer | None], pull: Callable[[int], Pulled]
) -> Iterator[T]:
    """Carry a stream out as far as it is iterated; `pull` takes rows of its input."""
    try:
        effect = next(stream)
        while True:
            if isinstance(effect, Emit):
                yield effect.value
                effect = next(stream)
                continue
            if isinstance(effect, Pull):
                effect = stream.send(pull(effect.count))
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
    stream: Stream[T],
    perform: Callable[[Send | Sleep], Awaitable[Answer | None]],
    pull: Callable[[int], Awaitable[Pulled]],
) -> AsyncIterator[T]:
    """Carry a stream out as far as it is iterated, without blocking the event loop."""
    try:
        effect = next(stream)
        while True:
            if isinstance(effect, Emit):
                yield effect.value
                effect = next(stream)
                continue
            if isinstance(effect, Pull):
                effect = stream.send(await pull(effect.count))
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


class Caught:
    """A context that keeps what is raised in it, to be raised again elsewhere."""

    error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        self.error = error if isinstance(error, Exception) else None
        return self.error is not None


def pulling(rows: Iterable[Any]) -> Callable[[int], Pulled]:
    """What takes rows of an iterable, as many as it is asked for at a time."""
    source = iter(rows)

    def pull(count: int) -> Pulled:
        taken: list[Any] = []
        with Caught() as caught:
            taken.extend(islice(source, count))
        return Pulled(taken) if caught.error is None else Pulled([], caught.error)

    return pull


def pulling_async(rows: Iterable[Any] | AsyncIterable[Any]) -> Callable[[int], Awaitable[Pulled]]:
    """The same for an iterable of either kind."""
    if not isinstance(rows, AsyncIterable):
        plain = pulling(rows)

        async def pull_plain(count: int) -> Pulled:
            return plain(count)

        return pull_plain
    source = aiter(rows)

    async def pull(count: int) -> Pulled:
        taken: list[Any] = []
        with Caught() as caught:
            while len(taken) < count:
                try:
                    taken.append(await anext(source))
                except StopAsyncIteration:
                    break
        return Pulled(taken) if caught.error is None else Pulled([], caught.error)

    return pull
