"""Bulk writes: any number of rows in chunks, with an outcome for each row.

The rows are read as they are needed, so memory holds a few chunks whatever their number. A row never overtakes an
earlier one about the same thing: a chunk waits while one that shares a key with it is under way. What can't be known
is reported as unknown, never as done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .batches import Outcome, State, Write
from .body import Body
from .call import RequestOptions
from .chunks import Chunk, Rows, cut
from .errors import (
    APIError,
    APIResponseError,
    APIStatusError,
    BulkTimeoutError,
    JournalError,
)
from .flow import Emit, Flow, Pull, Pulled, Stream
from .journal import Entry, Journal
from .sending import REFUSED_WHOLE, Budget, Sender, verdict
from .session import Session


@dataclass(frozen=True)
class Progress:
    """The progress of a bulk write, in rows."""

    read: int
    """Taken from the input."""
    succeeded: int
    failed: int
    unknown: int

    @property
    def under_way(self) -> int:
        """Read, and without an outcome so far."""
        return self.read - self.succeeded - self.failed - self.unknown


@dataclass(frozen=True)
class BulkOptions:
    """The options of a bulk write."""

    chunk_size: int = 200
    in_flight: int = 4
    """How many batches may be under way at the server at once."""
    timeout: float = 600.0
    """Seconds to wait for each batch, from when it is its turn."""
    isolate: int = 64
    """How many requests may be spent for one chunk on finding the rows that fail, where the server doesn't name them:
    its halves are sent again, down to single rows, for writes that may be repeated."""
    deadline: float | None = None
    """Seconds for the whole write."""
    progress: Callable[[Progress], None] | None = None

    def __post_init__(self) -> None:
        if self.chunk_size < 1 or self.in_flight < 1:
            raise ValueError("chunk_size and in_flight must be at least 1")
        if self.isolate < 0:
            raise ValueError("isolate_requests must be 0 or more")
        if self.deadline is not None and not self.deadline > 0:
            raise ValueError("deadline must be more than 0 seconds")


@dataclass(frozen=True)
class _Sent:
    """A chunk under way, or already settled."""

    chunk: Chunk
    ticket: str | None
    settled: list[Outcome[Any]] | None = None


class Bulk:
    """One bulk write. `stream` is the whole of it; a client carries that out."""

    def __init__(
        self, session: Session, write: Write[Any], options: BulkOptions, call: RequestOptions, journal: Journal
    ):
        self._write = write
        self._options = options
        self._journal = journal
        self._body: Body = next(b for b in write.operation.bodies if b.coding == "json")
        self._clock = session.settings.clock
        self._ends = None if options.deadline is None else self._clock() + options.deadline
        self._sender = Sender(session, write, call, options.timeout, self._ends)
        self._patience = options.isolate
        self._read = 0
        self._counts: dict[State, int] = {"succeeded": 0, "failed": 0, "unknown": 0}

    def stream(self) -> Stream[Outcome[Any]]:
        """Send all rows and hand out their outcomes in order.

        Raises the first APIError that later chunks would meet as well (a key that isn't taken, a server that can't be
        reached, no time left), or what the input raised, after every chunk that was sent has been accounted for.
        Rows without an outcome were not sent.
        """
        window: deque[_Sent] = deque()
        trouble: Exception | None = None
        with self._journal:
            number, digest = 0, ""
            while trouble is None:
                pulled: Pulled = yield Pull(self._options.chunk_size)
                trouble = pulled.error
                if not pulled.rows:
                    break
                chunk = cut(self._body, self._write.keys, number, self._read, pulled.rows, digest)
                while window and (len(window) >= self._options.in_flight or _overlaps(chunk, window)):
                    yield from self._hand_out(window.popleft())
                if self._late():
                    trouble = self._timeout()
                    break
                try:
                    window.append((yield from self._send(chunk)))
                except JournalError as error:
                    trouble = error
                    break
                except APIError as error:
                    trouble = self._timeout() if self._late() else error
                    window.append(_Sent(chunk, None, chunk.rows.all(*verdict(error))))
                number, digest, self._read = number + 1, chunk.digest, self._read + len(pulled.rows)
                self._tell()
            while window:
                yield from self._hand_out(window.popleft())
            if trouble is None:
                self._journal.finish(number, digest, self._counts)
        if trouble is not None:
            raise trouble

    def _late(self) -> bool:
        return self._ends is not None and self._clock() >= self._ends - 0.1  # too late to send anything more

    def _timeout(self) -> BulkTimeoutError:
        return BulkTimeoutError(
            f"the deadline of {self._options.deadline:g} s passed after {self._read} rows; the others were not sent"
        )

    def _tell(self) -> None:
        if self._options.progress is not None:
            self._options.progress(Progress(self._read, **self._counts))

    def _send(self, chunk: Chunk) -> Flow[_Sent]:
        """Send a chunk, unless the journal has it as sent. Raises APIError when it is useless to continue."""
        known = self._journal.known(chunk.number, chunk.digest)
        if known is not None and known.states is not None:
            return _Sent(chunk, None, _remembered(chunk.rows, known))
        if known is not None and known.batch is not None:
            return _Sent(chunk, known.batch)
        if known is not None and not self._write.operation.repeatable:
            why = "it was being sent when an earlier run ended, and sending it twice isn't safe"
            return _Sent(chunk, None, chunk.rows.all("unknown", why))
        if not chunk.rows:
            return _Sent(chunk, None, [])
        return (yield from self._submit(chunk))

    def _submit(self, chunk: Chunk) -> Flow[_Sent]:
        self._journal.sending(chunk.number, chunk.digest)
        try:
            ticket = yield from self._sender.ticket(chunk.rows)
        except APIStatusError as error:
            if error.status_code not in REFUSED_WHOLE:
                raise
            budget = Budget(self._patience)
            settled = yield from self._sender.refused(chunk.rows, error, budget)
            self._learn(budget)
            return _Sent(chunk, None, settled)
        except APIResponseError as error:
            return _Sent(chunk, None, chunk.rows.all("unknown", str(error)))
        self._journal.sent(chunk.number, chunk.digest, ticket)
        return _Sent(chunk, ticket)

    def _learn(self, budget: Budget) -> None:
        """Search less for failed rows after a search without success: then most likely all rows fail."""
        if budget.helped:
            self._patience = self._options.isolate
        elif budget.left < 0:
            self._patience = min(self._patience, max(2, self._patience // 4))

    def _hand_out(self, sent: _Sent) -> Stream[Outcome[Any]]:
        chunk, settled = sent.chunk, sent.settled
        if settled is None and sent.ticket is not None:
            budget = Budget(self._patience)
            settled = yield from self._sender.wait(chunk.rows, sent.ticket, budget)
            self._learn(budget)
        outcomes = sorted(settled or (), key=lambda each: each.index)
        if outcomes and all(outcome.state != "unknown" for outcome in outcomes):
            self._journal.done(chunk.number, chunk.digest, sent.ticket, outcomes)
        outcomes = sorted((*outcomes, *chunk.refused), key=lambda each: each.index)
        for outcome in outcomes:
            self._counts[outcome.state] += 1
        self._tell()
        for outcome in outcomes:
            yield Emit(outcome)


def _overlaps(chunk: Chunk, window: Iterable[_Sent]) -> bool:
    return any(sent.settled is None and chunk.keys & sent.chunk.keys for sent in window)


def _remembered(rows: Rows, known: Entry) -> list[Outcome[Any]]:
    states: dict[str, State] = {"s": "succeeded", "f": "failed"}
    why = known.why or {}
    triples = zip(rows.places, rows.given, known.states or "", strict=True)
    return [Outcome(place, row, states[s], known.batch, why.get(str(place)), earlier=True) for place, row, s in triples]
