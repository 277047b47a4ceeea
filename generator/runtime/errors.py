"""The errors, each with a type of its own; none holds or shows a secret.

Everything derives from `APIError`. Errors that came back from the server derive from `APIStatusError`
and are named by status; those for which no usable answer came derive from the other branches. What the
caller did wrong is a `ValueError` or `TypeError` as ever, raised before anything is sent. Errors can be copied and
pickled, so that they travel from a worker process to its parent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pydantic

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "BatchTimeoutError",
    "BulkTimeoutError",
    "ConfigurationError",
    "ConflictError",
    "ConnectTimeoutError",
    "ContentTypeError",
    "Exchange",
    "InternalServerError",
    "InvalidRequestError",
    "JournalError",
    "NotFoundError",
    "NotModifiedError",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitError",
    "ReadTimeoutError",
    "RedirectError",
    "ResponseTooLargeError",
    "ServiceUnavailableError",
    "UnknownFieldWarning",
    "UnprocessableEntityError",
]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The request of an error. Query and headers are left out: they may hold secrets."""

    operation: str
    method: str
    path: str
    attempts: int = 1

    def __str__(self) -> str:
        tries = "" if self.attempts == 1 else f" after {self.attempts} attempts"
        return f"{self.operation} ({self.method} {self.path}){tries}"


Rebuilt = tuple[Callable[..., Exception], tuple[type[Exception], tuple[object, ...], dict[str, Any]]]


def _rebuilt(kind: type[Exception], arguments: tuple[object, ...], state: dict[str, Any]) -> Exception:
    """An error with the same state, without the constructor: its arguments aren't the state."""
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error


class APIError(Exception):
    """Anything that went wrong between this client and the server."""

    def __init__(self, message: str, exchange: Exchange | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.exchange = exchange

    @property
    def operation(self) -> str | None:
        """The operation's id."""
        return self.exchange.operation if self.exchange else None

    @property
    def method(self) -> str | None:
        """The HTTP method."""
        return self.exchange.method if self.exchange else None

    @property
    def path(self) -> str | None:
        """The request's path, without its query."""
        return self.exchange.path if self.exchange else None

    @property
    def attempts(self) -> int:
        """How often the request was sent."""
        return self.exchange.attempts if self.exchange else 0

    def __str__(self) -> str:
        return f"{self.exchange}: {self.message}" if self.exchange else self.message

    def __reduce__(self) -> Rebuilt:
        return _rebuilt, (type(self), self.args, self.__dict__)


class ConfigurationError(APIError):
    """The client lacks a setting that the call needs, such as a key."""


class APIConnectionError(APIError):
    """No complete answer came. `sent` is False when the request can't have reached the server."""

    sent = True

    def __init__(self, message: str, exchange: Exchange | None = None, *, sent: bool = True) -> None:
        super().__init__(message, exchange)
        self.sent = sent


class APITimeoutError(APIConnectionError):
    """The time-out passed before the answer was complete."""


class ConnectTimeoutError(APITimeoutError):
    """No connection was made in time; nothing was sent."""


class ReadTimeoutError(APITimeoutError):
    """The request was sent, or partly so, and the answer didn't come in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer, its body decompressed."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)


_REQUEST_IDS = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "x-trace-id")


def request_id(headers: Mapping[str, str]) -> str | None:
    """The server's own id for a request, where a header gives one."""
    return next((headers[name] for name in _REQUEST_IDS if headers.get(name)), None)


class APIResponseError(APIError):
    """An answer came that isn't what the document promises. `status_code`, `headers` and `content` are its parts."""

    def __init__(self, message: str, exchange: Exchange | None, answer: Answer) -> None:
        super().__init__(message, exchange)
        self.status_code = answer.status
        self.headers = answer.headers
        self.content = answer.body

    @property
    def status(self) -> int:
        """The same as `status_code`."""
        return self.status_code

    @property
    def request_id(self) -> str | None:
        """The server's own id for the request, where it gave one."""
        return request_id(self.headers)


class ContentTypeError(APIResponseError):
    """The body's content type, charset or content encoding isn't one that the operation answers with."""


class ResponseTooLargeError(APIResponseError):
    """The body, decompressed, is larger than `max_response_bytes`; `content` is empty."""


class RedirectError(APIResponseError):
    """The server redirects. Redirects aren't followed, so that a key never goes to another host."""

    @property
    def location(self) -> str | None:
        """Where the redirect points."""
        return self.headers.get("location")


class NotModifiedError(APIResponseError):
    """304: what the caller has already, by a conditional header, is still valid. There is no body."""


class PaginationError(APIError):
    """The pages can't be walked to their end: one came twice, or they go on far past their own count."""


class BatchTimeoutError(APIError):
    """The batch wasn't over in time. It goes on at the server; `checkpoint` takes up the wait again."""

    def __init__(self, message: str, checkpoint: str) -> None:
        super().__init__(message)
        self.checkpoint = checkpoint


class BulkTimeoutError(APIError):
    """The deadline of a bulk write passed. Rows without an outcome were not sent; a journal takes it up again."""


class APIStatusError(APIResponseError):
    """The server refused, or failed. `body` is the decoded body, of the document's own class where it has one for such
    answers: else JSON data, else text, else None. `data` is the same without classes."""

    def __init__(self, message: str, exchange: Exchange | None, answer: Answer, body: Any, data: Any = None) -> None:
        super().__init__(message, exchange, answer)
        self.body = body
        self.data = body if data is None else data


class BadRequestError(APIStatusError):
    """400: a field is missing, or a value or action is invalid."""


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class NotFoundError(APIStatusError):
    """404: it doesn't exist."""


class ConflictError(APIStatusError):
    """409: the request conflicts with the current state."""


class UnprocessableEntityError(APIStatusError):
    """422: well-formed, but not valid."""


class RateLimitError(APIStatusError):
    """429: too many requests. `retry_after` is the wait in seconds, where the server gave one."""

    retry_after: float | None = None


class InternalServerError(APIStatusError):
    """5xx: the server failed."""


class ServiceUnavailableError(InternalServerError):
    """503: the server takes no requests for now."""


_BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    503: ServiceUnavailableError,
}


def status_error(exchange: Exchange, answer: Answer, body: Any, model: Any = None) -> APIStatusError:
    """The error for a status; `model` is the body as the document's class, if it has one."""
    kind = _BY_STATUS.get(answer.status, InternalServerError if answer.status >= 500 else APIStatusError)
    message = _message(body)
    return kind(
        f"HTTP {answer.status}" + (f": {message}" if message else ""),
        exchange,
        answer,
        body if model is None else model,
        body,
    )


def _message(body: Any) -> str:
    """The server's message, short enough for one line of a log."""
    text = body if isinstance(body, str) else "" if body is None else repr(body)
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:199] + "…"


class InvalidRequestError(ValueError):
    """An argument or body doesn't fit the document; nothing was sent. `problems` names each place."""

    def __init__(self, operation: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"{operation}: " + "; ".join(problems))
        self.operation = operation
        self.problems = problems

    def __reduce__(self) -> Rebuilt:
        return _rebuilt, (type(self), self.args, self.__dict__)


class UnknownFieldWarning(UserWarning):
    """A property is sent that the document lacks, and a declared one has nearly the same name."""


class JournalError(ValueError):
    """A bulk write can't go on from a journal: it is finished, or belongs to other rows, another target or account."""


_INNER = re.compile(r"(function-|union|tagged-union|list|dict|json-or-python|lax-or-strict|chain|nullable)[\w-]*\[.*\]")
"""Steps of pydantic's own in the place of an error, which no value has."""


def problems(error: pydantic.ValidationError, where: str) -> tuple[str, ...]:
    """A validation error as sentences, each beginning with its place."""

    def place(location: tuple[int | str, ...]) -> str:
        parts = (part for part in location if isinstance(part, int) or not _INNER.fullmatch(part))
        return where + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)

    found = error.errors(include_url=False, include_input=False, include_context=False)
    return tuple(dict.fromkeys(f"{place(each['loc'])}: {each['msg']}" for each in found))
