"""One call: from arguments to a request, through retries, to a value."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import monotonic
from typing import Any, Generic, TypedDict, TypeVar
from urllib.parse import quote, urljoin

from .body import Body
from .credentials import Credentials
from .decode import Answers
from .errors import (
    Answer,
    APIConnectionError,
    APIResponseError,
    Exchange,
    InvalidRequestError,
    RateLimitError,
)
from .filters import Condition
from .flow import Flow, Request, Sleep, Timeout, send
from .retry import Retry, retry_after
from .types import UNSET
from .wire import Parameter, Unfit, header_text, word

T = TypeVar("T")


class RequestOptions(TypedDict, total=False):
    """What any one call may be given beside its own arguments."""

    timeout: float | Timeout
    """Seconds for each attempt, in place of the client's."""
    max_retries: int
    """How often to send it again, in place of the client's."""
    extra_headers: Mapping[str, str]
    """Headers to send beside the client's own, or in place of them. Credentials can't be replaced."""
    extra_query: Mapping[str, str | int | float | bool]
    """Query parameters that the document doesn't have."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a hook is told: which request, which attempt, and what came of it. It holds no secret."""

    exchange: Exchange
    status: int | None = None
    seconds: float = 0.0
    error: str | None = None
    delay: float | None = None


@dataclass(frozen=True, slots=True)
class Hooks:
    """Functions that are called as requests go out, answers come in, and attempts are repeated."""

    on_request: Callable[[Event], None] | None = None
    on_response: Callable[[Event], None] | None = None
    on_retry: Callable[[Event], None] | None = None


@dataclass(frozen=True)
class Operation(Generic[T]):
    """What the document says of an operation, as far as calling it goes."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[Body, ...] = ()
    body_required: bool = False
    answers: Answers = field(default_factory=Answers)
    security: tuple[tuple[str, ...], ...] = ()
    server: str | None = None
    """Where it is sent in place of the base URL: a URL, or a path on the base URL's host."""
    repeatable: bool = False
    """True when doing it twice does no more than doing it once."""

    @cached_property
    def by_name(self) -> Mapping[str, Parameter]:
        """The query parameters by their names on the wire."""
        return {p.name: p for p in self.parameters if p.place == "query"}

    @cached_property
    def accept(self) -> str:
        """The Accept header."""
        return self.answers.accept()


@dataclass(frozen=True)
class Settings:
    """What a client is set to; `with_options` makes a changed copy."""

    base_url: str
    package: str
    timeout: Timeout = field(default_factory=Timeout)
    retry: Retry = field(default_factory=Retry)
    defaults: Mapping[str, str] = field(default_factory=dict[str, str])
    """Values of header parameters that a call leaves out, by their names in lower case."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    hooks: Hooks = field(default_factory=Hooks)
    max_response_bytes: int = 32 * 1024 * 1024
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
    hooks: Hooks
    ends: float | None = None
    """The moment, as `time.monotonic` counts, after which nothing is sent again."""

    def answer(self) -> Flow[tuple[Answer, Exchange]]:
        """Send it, again where that is safe. Raises APIConnectionError when no answer came in the end."""
        operation, hooks = self.operation, self.hooks
        attempt = 1
        while True:
            exchange = Exchange(operation.id, operation.method, operation.path, attempt)
            began = monotonic()
            _tell(hooks.on_request, Event(exchange))
            outcome: Answer | APIConnectionError
            try:
                outcome = yield from send(self.request)
            except APIConnectionError as error:
                outcome = error
            except APIResponseError as error:
                error.exchange = exchange
                raise
            if isinstance(outcome, Answer):
                _tell(
                    hooks.on_response,
                    Event(exchange, outcome.status, monotonic() - began),
                )
            delay = None
            if attempt <= self.retry.retries and self.retry.again(outcome, operation.repeatable):
                delay = self.retry.delay(attempt, outcome)
            if delay is None or (self.ends is not None and monotonic() + delay > self.ends):
                if isinstance(outcome, APIConnectionError):
                    outcome.exchange = exchange
                    raise outcome
                return outcome, exchange
            why = f"HTTP {outcome.status}" if isinstance(outcome, Answer) else outcome.message
            _tell(hooks.on_retry, Event(exchange, error=why, delay=delay))
            logging.getLogger(__name__).debug("%s: %s; again in %.2f s", exchange, why, delay)
            yield Sleep(delay)
            attempt += 1

    def value(self) -> Flow[tuple[T, Answer]]:
        """Send it and read the answer. Raises APIError."""
        answer, exchange = yield from self.answer()
        try:
            value: T = self.operation.answers.read(answer, exchange)
            return value, answer
        except RateLimitError as error:
            error.retry_after = retry_after(answer.headers)
            raise

    def until(self, ends: float) -> Call[T]:
        """The same call, bounded by a moment: neither it nor its repetitions go on past it."""
        request = self.request
        left = max(0.001, ends - monotonic())
        timeout = Timeout(
            request.timeout.connect,
            request.timeout.read,
            min(request.timeout.total, left),
        )
        return replace(self, request=replace(request, timeout=timeout), ends=ends)


def _tell(hook: Callable[[Event], None] | None, event: Event) -> None:
    if hook is not None:
        hook(event)


def prepare(
    operation: Operation[T],
    settings: Settings,
    credentials: Credentials,
    arguments: Mapping[str, Any],
    options: RequestOptions,
    *,
    where: Condition[Any] | None = None,
    body: Any = UNSET,
    content_type: str | None = None,
) -> Call[T]:
    """Check arguments and make the request of them.

    Raises TypeError for an argument that neither the operation nor RequestOptions has, InvalidRequestError when
    something doesn't fit the document or can't travel, and ConfigurationError when a key is missing: all before
    anything is sent.
    """
    if unknown := sorted(options.keys() - RequestOptions.__annotations__.keys()):
        raise TypeError(f"{operation.id} got an unexpected keyword argument {unknown[0]!r}")
    try:
        url, headers = _spread(operation, settings, arguments, where)
        data, kind = _encoded(operation, body, content_type)
        if kind:
            headers["content-type"] = kind
        extra = "&".join(
            f"{quote(n, safe='')}={quote(word(v), safe='')}" for n, v in options.get("extra_query", {}).items()
        )
        more = {**settings.headers, **options.get("extra_headers", {})}
        headers |= {name.lower(): header_text(word(value), name) for name, value in more.items()}
    except Unfit as unfit:
        raise InvalidRequestError(operation.id, unfit.problems) from None
    if extra:
        url += ("&" if "?" in url else "?") + extra
    request = Request(
        operation.method,
        url,
        tuple(headers.items()),
        data,
        credentials.choose(operation.security),
        Timeout.of(options["timeout"]) if "timeout" in options else settings.timeout,
    )
    retry = settings.retry
    if "max_retries" in options:
        retry = Retry(options["max_retries"], retry.first, retry.most, retry.most_asked)
    return Call(operation, request, retry, settings.hooks)


def _encoded(operation: Operation[Any], body: Any, content_type: str | None) -> tuple[bytes | None, str | None]:
    if body is UNSET:
        if operation.body_required:
            raise Unfit("body: it is required")
        return None, None
    for kind in operation.bodies:
        if content_type is None or kind.content_type == content_type:
            return kind.encode(body)
    raise Unfit(f"content_type: {content_type!r} isn't one that the operation takes")


def _spread(
    operation: Operation[Any],
    settings: Settings,
    arguments: Mapping[str, Any],
    where: Condition[Any] | None,
) -> tuple[str, dict[str, str]]:
    """The URL and the headers that arguments and conditions make."""
    path, query, cookies = operation.path, list[str](), list[str]()
    headers = {
        "accept": operation.accept,
        "accept-encoding": "gzip, deflate",
        "user-agent": settings.package,
    }
    given = {keyword: value for keyword, value in arguments.items() if value is not UNSET}
    for keyword, value in _conditions(operation, where):
        if keyword in given:
            raise Unfit(f"{keyword}: it is given both as an argument and as a condition")
        given[keyword] = value
    for parameter in operation.parameters:
        if parameter.keyword not in given:
            if parameter.place == "header" and (default := settings.defaults.get(parameter.name.lower())):
                headers[parameter.name.lower()] = default
            elif parameter.required:
                raise Unfit(f"{parameter.keyword}: it is required")
            continue
        value = given[parameter.keyword]
        match parameter.place:
            case "path":
                path = path.replace("{" + parameter.name + "}", parameter.path(value))
            case "query":
                query.extend(parameter.query(value))
            case "header":
                headers[parameter.name.lower()] = parameter.header(value)
            case "cookie":
                cookies.append(parameter.cookie(value))
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    url = settings.base(operation.server) + path
    return (f"{url}?{'&'.join(query)}" if query else url), headers


def _conditions(operation: Operation[Any], where: Condition[Any] | None) -> list[tuple[str, Any]]:
    if where is None:
        return []
    if type(where) is not Condition:  # such as what `F.name == "x"` gives
        raise Unfit(f"where: a condition such as F.name.exact('x') is needed, not {where!r}")
    if where.operation != operation.id:
        raise Unfit(f"where: these conditions are for {where.operation}, not for {operation.id}")
    return [(operation.by_name[name].keyword, value) for name, value in where.values.items()]
