"""One call: from arguments to a request, through retries, to a value."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import monotonic
from typing import Any, Generic, TypeAlias, TypedDict, TypeVar
from urllib.parse import urljoin, urlsplit

from . import tracing
from .body import Body
from .decode import Answers
from .errors import (
    Answer,
    APIConnectionError,
    APIError,
    APIResponseError,
    APITimeoutError,
    Exchange,
    InvalidRequestError,
    RateLimitError,
    request_id,
)
from .flow import Flow, Request, Sleep, Timeout, send
from .outgoing import Unfit
from .retry import Retry, retry_after
from .uploads import Upload
from .wire import Parameter, header_text

T = TypeVar("T")


class RequestOptions(TypedDict, total=False):
    """Options of any call, beside its own arguments."""

    timeout: float | Timeout
    """Seconds for each attempt, in place of the client's."""
    deadline: float
    """Seconds for the whole call: all attempts and the waits between them."""
    max_retries: int
    """How often to send it again, in place of the client's."""
    extra_headers: Mapping[str, str]
    """Headers to send beside the client's own, or in place of them. Credentials can't be replaced."""
    extra_query: Mapping[str, str | int | float | bool]
    """Query parameters that the document doesn't have."""
    extra_body: Mapping[str, Any]
    """Members of a JSON body that the document doesn't have."""


@dataclass(frozen=True, slots=True)
class Event:
    """The argument of a hook: the request, the attempt, and its outcome. It holds no secret."""

    exchange: Exchange
    status_code: int | None = None
    seconds: float = 0.0
    error: str | None = None
    delay: float | None = None
    request_id: str | None = None
    """The server's own id for the request, where it gave one."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Functions that are called as requests go out, answers come in, and attempts are repeated."""

    on_request: Callable[[Event], None] | None = None
    on_response: Callable[[Event], None] | None = None
    on_retry: Callable[[Event], None] | None = None


Middleware: TypeAlias = Callable[[Request], Request]
"""A function that gets each attempt's request, and returns the request to send."""


@dataclass(frozen=True)
class Operation(Generic[T]):
    """What a call needs to know of an operation, from the document."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[Body, ...] = ()
    body_required: bool = False
    answers: Answers = field(default_factory=Answers)
    security: tuple[tuple[str, ...], ...] = ()
    server: str | None = None
    """Its own server in place of the base URL: a URL, or a path on the base URL's host."""
    repeatable: bool = False
    """True when it is idempotent."""

    @cached_property
    def by_name(self) -> Mapping[str, Parameter]:
        """The query parameters by their names on the wire."""
        return {p.name: p for p in self.parameters if p.place == "query"}

    @cached_property
    def by_keyword(self) -> Mapping[str, tuple[int, Parameter]]:
        """The parameters by the arguments that they are, with their places in the document's order."""
        return {p.keyword: (place, p) for place, p in enumerate(self.parameters)}

    @cached_property
    def unasked(self) -> tuple[tuple[str, Parameter], ...]:
        """The parameters that matter also where they aren't given, with their arguments."""
        return tuple((p.keyword, p) for p in self.parameters if p.required or p.place == "header")

    @cached_property
    def accept(self) -> str:
        """The Accept header."""
        return self.answers.accept()


@dataclass(frozen=True)
class Settings:
    """The settings of a client; `with_options` makes a changed copy."""

    base_url: str
    package: str
    timeout: Timeout = field(default_factory=Timeout)
    retry: Retry = field(default_factory=Retry)
    defaults: Mapping[str, str] = field(default_factory=dict[str, str])
    """Values of header parameters that a call leaves out, by their names in lower case."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    hooks: Hooks = field(default_factory=Hooks)
    middleware: tuple[Middleware, ...] = ()
    deadline: float | None = None
    """Seconds for a whole call, where it is bounded."""
    clock: Callable[[], float] = field(default=monotonic, repr=False)
    max_response_bytes: int = 32 * 1024 * 1024
    strict: bool = True
    """False to read as much of an answer as can be read, and to list the problems beside it."""
    own_url: bool = False
    """True when the caller chose the base URL, which no server of the document then takes the place of."""

    def base(self, server: str | None) -> str:
        """What the path of an operation is appended to (OpenAPI 3.1, Server Object)."""
        if server is None or (self.own_url and not server.startswith("/")):
            return self.base_url
        return urljoin(self.base_url, server).rstrip("/")


@dataclass(frozen=True)
class Call(Generic[T]):
    """An operation with its arguments, checked and ready to be sent."""

    operation: Operation[T]
    request: Request
    retry: Retry
    settings: Settings
    deadline: float | None = None
    """Seconds for all attempts together, from when the first one begins."""
    ends: float | None = None
    """The moment, on the clock, after which nothing is sent."""

    def answer(self) -> Flow[tuple[Answer, Exchange]]:
        """Send it, and again where that is safe. Raises APIConnectionError when no answer came in the end."""
        operation, hooks, clock = self.operation, self.settings.hooks, self.settings.clock
        call = self if self.deadline is None else self.until(clock() + self.deadline)
        attempt = 1
        while True:
            exchange = Exchange(operation.id, operation.method, operation.path.partition("?")[0], attempt)
            began = clock()
            request = call._attempt(exchange, began)
            _notify(hooks.on_request, Event(exchange))
            request, span = tracing.begin(exchange, request)
            outcome: Answer | APIConnectionError
            result: Answer | APIError | None = None
            try:
                outcome = result = yield from send(request)
            except APIConnectionError as error:
                outcome = result = error
            except APIResponseError as error:
                result = error
                error.exchange = exchange
                raise
            finally:
                tracing.end(span, result)
            if isinstance(outcome, Answer) and hooks.on_response is not None:
                seconds, id = clock() - began, request_id(outcome.headers)
                hooks.on_response(Event(exchange, outcome.status, seconds, request_id=id))
            delay = None
            if attempt <= self.retry.retries and self._again(outcome):
                delay = self.retry.delay(attempt, outcome)
            if delay is None or (call.ends is not None and clock() + delay >= call.ends):
                if isinstance(outcome, APIConnectionError):
                    outcome.exchange = exchange
                    raise outcome
                return outcome, exchange
            why = f"HTTP {outcome.status}" if isinstance(outcome, Answer) else outcome.message
            _notify(hooks.on_retry, Event(exchange, error=why, delay=delay))
            logging.getLogger(__name__).debug("%s: %s; again in %.2f s", exchange, why, delay)
            yield Sleep(delay)
            attempt += 1

    def value(self) -> Flow[tuple[T, Answer]]:
        """Send it and read the answer. Raises APIError."""
        answer, exchange = yield from self.answer()
        answer = yield from self._followed(answer)
        return self.read(answer, exchange), answer

    def _again(self, outcome: Answer | APIConnectionError) -> bool:
        """True where it may be sent once more: doing it twice is safe, and its body can be read again."""
        body = self.request.body
        whole = not isinstance(body, Upload) or body.repeatable
        return whole and self.retry.again(outcome, self.operation.repeatable)

    def _followed(self, answer: Answer) -> Flow[Answer]:
        """The file that an answer redirects to, where the document declares it. It is fetched without credentials."""
        url = self.request.url
        for _ in range(_MOST_REDIRECTS):
            location = answer.headers.get("location")
            if not (self.operation.answers.follows(answer.status) and location):
                break
            target = urljoin(url, location)
            if not safe_redirect(url, target):
                break
            url = target
            headers = tuple(
                pair for pair in self.request.headers if pair[0] in ("accept", "accept-encoding", "user-agent")
            )
            answer = yield from send(
                replace(self.request, method="GET", url=url, headers=headers, body=None, schemes=())
            )
        return answer

    def read(self, answer: Answer, exchange: Exchange) -> T:
        """The value of a response. Raises APIError."""
        try:
            value: T = self.operation.answers.read(answer, exchange, strict=self.settings.strict)
            return value
        except RateLimitError as error:
            error.retry_after = retry_after(answer.headers)
            raise

    def until(self, ends: float) -> Call[T]:
        """The same call, bounded by a moment: neither it nor its repetitions go on past it."""
        return replace(self, ends=ends if self.ends is None else min(ends, self.ends))

    def out_of_time(self, error: APIError) -> bool:
        """True for an error that came because the moment did, or because a further attempt would have gone past it."""
        if self.ends is None:
            return False
        if self.settings.clock() >= self.ends - 0.01:
            return True
        outcome: Answer | APIConnectionError
        if isinstance(error, APIResponseError):
            outcome = Answer(error.status_code, error.headers, b"")
        elif isinstance(error, APIConnectionError):
            outcome = error
        else:
            return False
        return (
            error.attempts <= self.retry.retries
            and self.retry.again(outcome, self.operation.repeatable)
            and self.retry.delay(error.attempts, outcome) is not None
        )

    def _attempt(self, exchange: Exchange, now: float) -> Request:
        """The request as it goes out now. Raises APITimeoutError when there is no time left."""
        request = self.request
        if self.ends is not None:
            if self.ends <= now:
                raise APITimeoutError("no time was left to send it in", exchange, sent=False)
            timeout = request.timeout.within(self.ends - now)
            request = replace(request, timeout=timeout, on_time=self.deadline is not None)
        for change in self.settings.middleware:
            request = self._changed(change(request))
        return request

    def _changed(self, request: object) -> Request:
        """The request that middleware returned.

        Raises InvalidRequestError where it can't be sent, or would send the key elsewhere.
        """
        if not isinstance(request, Request):
            raise TypeError(f"middleware gives a Request, not {type(request).__name__}")
        if origin(request.url) != origin(self.request.url):
            raise InvalidRequestError(self.operation.id, ("middleware: a request can't be sent to another host",))
        try:
            for name, value in request.headers:
                header_text(value, name)
        except Unfit as unfit:
            raise InvalidRequestError(self.operation.id, unfit.problems) from None
        return request


_MOST_REDIRECTS = 5
_HARMLESS = frozenset({"accept", "accept-encoding", "user-agent"})


def safe_redirect(source: str, target: str) -> bool:
    """True for an address to fetch from: over HTTP, and not in clear where the API isn't."""
    scheme = urlsplit(target).scheme
    return scheme == "https" or (scheme == "http" and urlsplit(source).scheme == "http")


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL: what must be the same for a key to go along."""
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # a server may send anything as a link
        return "", "", None


def _notify(hook: Callable[[Event], None] | None, event: Event) -> None:
    if hook is not None:
        hook(event)
