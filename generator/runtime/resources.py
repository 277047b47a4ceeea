"""Parts of a client that hold the operations of one tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from .batches import Batch, Write
from .call import Operation, RequestOptions
from .filters import Condition
from .pages import Page
from .rows import Rows, RowStream
from .types import UNSET
from .walks import Paging

S = TypeVar("S")
T = TypeVar("T")


class Send(Protocol):
    """A client's way to carry out a call."""

    def __call__(
        self,
        operation: Operation[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        *,
        where: Condition[Any] | None = None,
        body: Any = UNSET,
        content_type: str | None = None,
    ) -> T:
        """What the answer holds."""
        ...


class Pages(Protocol):
    """A client's way to ask for a list."""

    def __call__(
        self,
        operation: Operation[Any],
        paging: Paging[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        where: Condition[Any] | None = None,
        checkpoint: str | None = None,
    ) -> Page[T]:
        """The first page."""
        ...


class Stream(Protocol):
    """A client's way to ask for rows that come one by one."""

    def __call__(
        self,
        operation: Operation[Any],
        rows: Rows[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        *,
        body: Any = UNSET,
        content_type: str | None = None,
    ) -> RowStream[T]:
        """The rows."""
        ...


class Submit(Protocol):
    """A client's way to send what is answered with a ticket."""

    def __call__(
        self, write: Write[S], arguments: dict[str, Any], options: RequestOptions, body: Iterable[Any]
    ) -> Batch[Any]:
        """The handle of the batch."""
        ...


class SyncResource:
    """Operations of a client that blocks, which carries them out."""

    def __init__(self, send: Send, page: Pages, submit: Submit, rows: Stream) -> None:
        self._send = send
        self._page = page
        self._submit = submit
        self._rows = rows


class AsyncResource:
    """Operations of a client for asyncio, which carries them out."""

    def __init__(
        self,
        send: Callable[..., Any],
        page: Callable[..., Any],
        submit: Callable[..., Any],
        rows: Callable[..., Any],
    ) -> None:
        self._send = send
        self._page = page
        self._submit = submit
        self._rows = rows
