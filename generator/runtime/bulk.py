"""Bulk writes: any number of rows in chunks, with an outcome for each row.

The rows are read as they are needed, so memory holds a few chunks whatever their number. A row never overtakes an
earlier one about the same thing: a chunk waits while one that shares a key with it is under way. What can't be known
is reported as unknown, never as done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .batches import Outcome, State, Write
from .body import Body
from .bulk_options import BulkOptions, Progress
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
from .journal import Entry, Journal, Target
from .sending import REFUSED_WHOLE, Budget, Sender, verdict
from .session import Session


@dataclass(frozen=True)
class _Sent:
    """A chunk under way, or already settled."""

    chunk: Chunk
    ticket: str | None
    settled: list[Outcome[Any]] | None = None


def begun(
    session: Session, write: Write[Any], options: BulkOptions, call: RequestOptions, journal: Path | None, carrier: str
) -> Stream[Outcome[Any]]:
    """The outcomes of one bulk write. `carrier` is the name of the transport."""
    target = Target.of(session, write.operation, call, carrier)
    kept = Journal(journal, write.operation.id, options.chunk_size, target)
    return Bulk(session, write, options, call, kept).stream()


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
