"""What a client and everything that it hands out share: settings, credentials, and a way to carry out flows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from .call import Call, Operation, RequestOptions, Settings
from .credentials import Credentials
from .errors import Answer
from .filters import Condition
from .flow import Flow, Send, Sleep
from .prepare import prepare
from .types import UNSET

T = TypeVar("T")

Perform: TypeAlias = Callable[[Send | Sleep], Answer | None]
AsyncPerform: TypeAlias = Callable[[Send | Sleep], Awaitable[Answer | None]]

LAST_ANSWER: ContextVar[list[Answer] | None] = ContextVar("last_answer", default=None)
"""Where `with_raw_response` collects the answers of the call that it makes."""

PREPARING: ContextVar[bool] = ContextVar("preparing", default=False)
"""True while `stream` calls a method to get its call, which is then sent in another way."""


class Prepared(Exception):
    """The call that a method would have sent."""

    def __init__(self, call: Call[Any]) -> None:
        super().__init__()
        self.call = call


@dataclass(frozen=True)
class Session:
    """How calls are prepared. It holds no connection; the credentials don't show."""

    settings: Settings
    credentials: Credentials = field(repr=False)

    def call(
        self,
        operation: Operation[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        *,
        where: Condition[Any] | None = None,
        body: Any = UNSET,
        content_type: str | None = None,
    ) -> Call[T]:
        """A call, checked. Raises InvalidRequestError or ConfigurationError."""
        call = prepare(
            operation,
            self.settings,
            self.credentials,
            arguments,
            options,
            where=where,
            body=body,
            content_type=content_type,
        )
        if PREPARING.get():
            raise Prepared(call)
        return call


def value(call: Call[T]) -> Flow[T]:
    """Send a call and read its answer. Raises APIError."""
    found, _ = yield from answered(call)
    return found


def answered(call: Call[T]) -> Flow[tuple[T, Answer]]:
    """The same, with the answer as it came. Raises APIError."""
    found, answer = yield from call.value()
    collected = LAST_ANSWER.get()
    if collected is not None:
        collected.append(answer)
    return found, answer
