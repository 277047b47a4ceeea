# Copied from the client generator's runtime; not to be edited here.
"""Writes that are answered with a ticket (202): one lazy handle to ask what became of them.

Three budgets stay apart: a request's own time-out, the retries of one poll, and `wait(timeout=...)` for all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from .call import Call, Operation
from .errors import (
    APIError,
    APIResponseError,
    APIStatusError,
    BatchTimeoutError,
    Exchange,
    InvalidRequestError,
)
from .flow import Flow, Sleep, run, run_async
from .guards import is_object
from .retry import REFUSED, retry_after
from .session import AsyncPerform, Perform, Session, answered
from .types import is_model

R = TypeVar("R")
S = TypeVar("S")
State: TypeAlias = Literal["succeeded", "failed", "unknown"]

_NOT_YET = 10.0
"""Seconds in which the status of a new batch may still be 404."""


@dataclass(frozen=True)
class Polling(Generic[S]):
    """How a ticket is followed: the status operation, and JSON pointers into its answer."""

    ticket: str
    """Pointer of the ticket in the body of the 202."""
    status: Operation[S]
    parameter: str
    """The status operation's argument that takes the ticket."""
    id: str
    total: str
    succeeded: str
    failed: str
    error_file: str | None = None
    """Pointer of the URL of a file with the reasons of failed items."""


@dataclass(frozen=True)
class BatchResult(Generic[S]):
    """The result of a batch. Failed items are data, not an exception."""

    id: str
    total: int
    succeeded: int
    failed: int
    status: S
    """The status operation's last answer."""
    sent: int | None = None
    """How many items were sent, where that is known."""
    error_file: str | None = None
    """The URL of the file with the reasons of failed items, where the server gives one."""

    @property
    def partial(self) -> bool:
        """True when it counts fewer items than were sent."""
        return self.sent is not None and self.total < self.sent

    @property
    def ok(self) -> bool:
        """True when nothing failed."""
        return self.failed == 0 and self.succeeded == self.total and not self.partial


@dataclass(frozen=True)
class Write(Generic[S]):
    """An operation that takes a list of rows and returns a ticket."""

    operation: Operation[Any]
    polling: Polling[S]
    keys: tuple[tuple[str, ...], ...]
    """The identities of a row, each as its fields. Rows are the same if they agree in all fields of one."""


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """The outcome of one row."""

    index: int
    """Its place in the input, from 0."""
    row: R
    state: State
    batch: str | None = None
    """The batch that gave the outcome."""
    error: str | None = None
    """Why it failed or isn't known."""
    details: Any = None
    """The server's message on the row, as data, if any."""
    error_file: str | None = None
    """The URL of the server's file of failed rows, where there is one."""
    earlier: bool = False
    """True when an earlier run recorded it in the journal that this run continues."""


def at(model: Any, pointer: str) -> Any:
    """The value at a JSON pointer (RFC 6901) of a model, or None."""
    value: Any = model.model_dump(by_alias=True) if is_model(model) else model
    for token in pointer.split("/")[1:]:
        value = value.get(token.replace("~1", "/").replace("~0", "~")) if is_object(value) else None
    return value


class BaseBatch(Generic[S]):
    """The shared part of batch handles. Nothing is sent until a method is called."""

    def __init__(self, session: Session, polling: Polling[S], id: str, rows: int | None = None) -> None:
        self._session = session
        self._polling = polling
        self._rows = rows
        self.id = id
        """The ticket."""
        self.request_id: str | None = None
        """The server's own id for the request that was answered with the ticket, where it gave one."""

    def checkpoint(self) -> str:
        """A text from which the client's `resume_batch` makes the handle again, later or elsewhere."""
        return json.dumps({"batch": self.id, "rows": self._rows})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    def _asking(self) -> Flow[S]:
        """Poll once. Raises APIError, also when the server returns another batch."""
        return (yield from self._asked(self._call()))

    def _call(self) -> Call[S]:
        return self._session.call(self._polling.status, {self._polling.parameter: self.id}, {})

    def _asked(self, call: Call[S]) -> Flow[S]:
        status, answer = yield from answered(call)
        found = at(status, self._polling.id)
        if found is not None and str(found) != self.id:
            exchange = Exchange(call.operation.id, call.operation.method, call.operation.path)
            raise APIResponseError(f"asked for batch {self.id}, the server returned {found}", exchange, answer)
        return status

    def _result(self, status: S) -> BatchResult[S] | None:
        """The result, once every counted item succeeded or failed."""
        polling = self._polling
        total, succeeded, failed = (at(status, p) for p in (polling.total, polling.succeeded, polling.failed))
        counts = (total, succeeded, failed)
        if not all(isinstance(n, int) and n >= 0 for n in counts) or succeeded + failed < total:
            return None
        if not total and self._rows:  # taken, but not yet counted
            return None
        file = at(status, polling.error_file) if polling.error_file else None
        return BatchResult(self.id, total, succeeded, failed, status, self._rows, str(file) if file else None)

    def _done(self) -> Flow[bool]:
        return self._result((yield from self._asking())) is not None

    def waiting(self, timeout: float, interval: float) -> Flow[BatchResult[S]]:
        """Poll until the batch is over, at first often and then every few seconds.

        A batch that isn't known soon after it was taken isn't known yet. A result that counts fewer items than were
        sent counts when a second look finds the same: the server may have been counting still. Raises
        BatchTimeoutError when `timeout` seconds have passed, whatever was going on then, or APIError.
        """
        clock = self._session.settings.clock
        began = clock()
        ends = began + timeout
        before: tuple[int, int, int] | None = None
        seen = False
        while True:
            pause = interval
            call = self._call().until(ends)
            try:
                status = yield from self._asked(call)
            except APIError as error:
                if call.out_of_time(error):
                    raise self._late(timeout) from error
                status_code = error.status_code if isinstance(error, APIStatusError) else None
                asked = retry_after(error.headers) if isinstance(error, APIStatusError) else None
                if (
                    status_code in REFUSED and asked is not None
                ):  # longer than the wait between polls, but perhaps within the time-out
                    pause = max(asked, interval)
                elif status_code != 404 or seen or clock() - began > _NOT_YET:
                    raise
            else:
                seen = True
                if (result := self._result(status)) is not None:
                    counts = (result.total, result.succeeded, result.failed)
                    if not result.partial or counts == before:
                        return result
                    before = counts
            left = ends - clock()
            if left <= min(interval, 0.2) / 2 or left < pause - interval:
                raise self._late(timeout)
            yield Sleep(min(pause, left))
            interval = min(interval * 1.5, 5.0)

    def _late(self, timeout: float) -> BatchTimeoutError:
        why = f"batch {self.id} isn't over after {timeout:g} s; it goes on at the server"
        return BatchTimeoutError(why, self.checkpoint())


def resumed(checkpoint: str) -> tuple[str, int | None]:
    """The ticket and the number of items that a checkpoint holds. Raises InvalidRequestError."""
    try:
        saved = json.loads(checkpoint)
        return str(saved["batch"]), saved["rows"]
    except (ValueError, KeyError, TypeError):
        raise InvalidRequestError(
            "resume_batch", ("checkpoint: it isn't text that a batch's checkpoint() gave",)
        ) from None


class Batch(BaseBatch[S]):
    """A write that the server took and works on."""

    def __init__(
        self,
        session: Session,
        polling: Polling[S],
        id: str,
        rows: int | None,
        perform: Perform,
    ) -> None:
        super().__init__(session, polling, id, rows)
        self._perform = perform

    def status(self) -> S:
        """Poll once. Raises APIError."""
        return run(self._asking(), self._perform)

    def done(self) -> bool:
        """Poll once: is the batch over? Raises APIError."""
        return run(self._done(), self._perform)

    def wait(self, timeout: float = 600.0, *, interval: float = 0.2) -> S:
        """Poll until the batch is over, and return the last response. Raises BatchTimeoutError or APIError."""
        return self.result(timeout, interval=interval).status

    def result(self, timeout: float = 600.0, *, interval: float = 0.2) -> BatchResult[S]:
        """Wait, and return how many items succeeded and failed. Raises BatchTimeoutError or APIError."""
        return run(self.waiting(timeout, interval), self._perform)


class AsyncBatch(BaseBatch[S]):
    """A write that the server took and works on."""

    def __init__(
        self,
        session: Session,
        polling: Polling[S],
        id: str,
        rows: int | None,
        perform: AsyncPerform,
    ) -> None:
        super().__init__(session, polling, id, rows)
        self._perform = perform

    async def status(self) -> S:
        """Poll once. Raises APIError."""
        return await run_async(self._asking(), self._perform)

    async def done(self) -> bool:
        """Poll once: is the batch over? Raises APIError."""
        return await run_async(self._done(), self._perform)

    async def wait(self, timeout: float = 600.0, *, interval: float = 0.2) -> S:
        """Poll until the batch is over, and return the last response. Raises BatchTimeoutError or APIError."""
        return (await self.result(timeout, interval=interval)).status

    async def result(self, timeout: float = 600.0, *, interval: float = 0.2) -> BatchResult[S]:
        """Wait, and return how many items succeeded and failed. Raises BatchTimeoutError or APIError."""
        return await run_async(self.waiting(timeout, interval), self._perform)
