# Copied from the client generator's runtime; not to be edited here.
"""Bulk writes: any number of rows in chunks, and for each row what became of it.

The rows are read as they are needed, so memory holds a few chunks whatever their number. A row never
overtakes an earlier one of the same key: a chunk waits while one that shares a key with it is under way.
What can't be known is reported as unknown, never as done.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from .batches import BaseBatch, BatchResult, Outcome, State, Write, at
from .body import Body
from .call import RequestOptions
from .errors import (
    APIConnectionError,
    APIError,
    APIResponseError,
    APIStatusError,
    BatchTimeoutError,
)
from .flow import Emit, Flow, Stream
from .journal import Journal
from .session import Session, value
from .wire import Unfit

R = TypeVar("R")


@dataclass(frozen=True)
class BulkOptions:
    """How a bulk write goes about it."""

    chunk_size: int = 200
    in_flight: int = 4
    """How many batches may be under way at the server at once."""
    timeout: float = 600.0
    """Seconds to wait for each batch, from when it is its turn."""
    isolate: bool = True
    """Where some rows of a chunk failed, find out which by sending its halves again, down to single rows.
    Done for writes that may be repeated; otherwise all rows of such a chunk are unknown."""

    def __post_init__(self) -> None:
        if self.chunk_size < 1 or self.in_flight < 1:
            raise ValueError("chunk_size and in_flight must be at least 1")


@dataclass(frozen=True)
class _Rows(Generic[R]):
    """Rows that are sent together: their places, as they were given, and checked."""

    places: tuple[int, ...]
    given: tuple[R, ...]
    checked: tuple[Any, ...]

    def halves(self) -> tuple[_Rows[R], _Rows[R]]:
        """The first and the second half."""
        half = len(self.places) // 2
        first = _Rows(self.places[:half], self.given[:half], self.checked[:half])
        return first, _Rows(self.places[half:], self.given[half:], self.checked[half:])


@dataclass(frozen=True)
class _Chunk(Generic[R]):
    """The unit that is journalled: what could be sent of so many rows, and what couldn't."""

    number: int
    rows: _Rows[R]
    refused: tuple[Outcome[R], ...]
    keys: frozenset[str]
    digest: str


@dataclass(frozen=True)
class _Sent(Generic[R]):
    """A chunk under way, or already settled."""

    chunk: _Chunk[R]
    ticket: str | None
    settled: tuple[Outcome[R], ...] | None = None


class Bulk(Generic[R]):
    """One bulk write. `stream` is the whole of it; a client carries that out."""

    def __init__(
        self,
        session: Session,
        write: Write[Any],
        options: BulkOptions,
        call: RequestOptions,
        journal: Journal,
    ):
        self._session = session
        self._write = write
        self._options = options
        self._call = call
        self._journal = journal
        self._body: Body = next(b for b in write.operation.bodies if b.coding == "json")

    def stream(self, rows: Iterable[R]) -> Stream[Outcome[R]]:
        """Send all rows and hand out their outcomes in order.

        Raises the first APIError that later chunks would meet as well (a key that isn't taken, a server
        that can't be reached), after every chunk that was sent has been accounted for. Rows without an
        outcome were not sent.
        """
        window: deque[_Sent[R]] = deque()
        trouble: APIError | None = None
        with self._journal:
            for chunk in self._chunks(rows):
                while window and (len(window) >= self._options.in_flight or self._overlaps(chunk, window)):
                    yield from self._hand_out(window.popleft())
                try:
                    window.append((yield from self._send(chunk)))
                except APIError as error:
                    trouble = error
                    window.append(_Sent(chunk, None, self._all(chunk.rows, *_verdict(error))))
                    break
            while window:
                yield from self._hand_out(window.popleft())
        if trouble is not None:
            raise trouble

    def _overlaps(self, chunk: _Chunk[R], window: Iterable[_Sent[R]]) -> bool:
        return any(sent.settled is None and chunk.keys & sent.chunk.keys for sent in window)

    def _chunks(self, rows: Iterable[R]) -> Iterator[_Chunk[R]]:
        source = enumerate(rows)
        number = 0
        while taken := list(islice(source, self._options.chunk_size)):
            fit: list[tuple[int, R, Any]] = []
            refused: list[Outcome[R]] = []
            for place, row in taken:
                try:
                    fit.append((place, row, self._body.check([row])[0]))
                except Unfit as unfit:
                    why = str(unfit).replace("body[0].", "").replace("body[0]", "row")
                    refused.append(Outcome(place, row, "failed", None, why))
            places, given, checked = zip(*fit, strict=True) if fit else ((), (), ())
            key = self._write.key
            keys = frozenset(str(getattr(row, key, "")) for row in checked) if key else frozenset({""})
            digest = hashlib.sha256(self._body.json(list(checked))).hexdigest()
            yield _Chunk(number, _Rows(places, given, checked), tuple(refused), keys, digest)
            number += 1

    def _send(self, chunk: _Chunk[R]) -> Flow[_Sent[R]]:
        """Send a chunk, unless the journal says that it was sent. Raises APIError when going on is no use."""
        known = self._journal.known(chunk.number, chunk.digest)
        if known is not None and known.states is not None:
            return _Sent(chunk, None, self._remembered(chunk.rows, known.states, known.batch))
        if known is not None and known.batch is not None:
            return _Sent(chunk, known.batch)
        if known is not None and not self._write.operation.repeatable:
            why = "it was being sent when an earlier run ended, and sending it twice isn't safe"
            return _Sent(chunk, None, self._all(chunk.rows, "unknown", why))
        if not chunk.rows.places:
            return _Sent(chunk, None, ())
        return (yield from self._submit(chunk))

    def _submit(self, chunk: _Chunk[R]) -> Flow[_Sent[R]]:
        self._journal.sending(chunk.number, chunk.digest)
        try:
            ticket = yield from self._ticket(chunk.rows)
        except APIStatusError as error:
            if error.status not in (400, 413, 422):
                raise
            # The server refused the chunk as a whole; smaller ones show which rows it minds.
            settled = yield from self._isolate(chunk.rows, None, str(error))
            return _Sent(chunk, None, settled)
        except APIResponseError as error:
            return _Sent(chunk, None, self._all(chunk.rows, "unknown", str(error)))
        self._journal.sent(chunk.number, chunk.digest, ticket)
        return _Sent(chunk, ticket)

    def _ticket(self, rows: _Rows[R]) -> Flow[str]:
        call = self._session.call(self._write.operation, {}, self._call, body=list(rows.checked))
        taken = yield from value(call)
        return str(at(taken, self._write.polling.ticket))

    def _hand_out(self, sent: _Sent[R]) -> Stream[Outcome[R]]:
        chunk = sent.chunk
        settled = sent.settled
        if settled is None and sent.ticket is not None:
            settled = yield from self._await(chunk.rows, sent.ticket)
        outcomes = settled or ()
        if outcomes and all(outcome.state != "unknown" for outcome in outcomes):
            states = "".join(outcome.state[0] for outcome in outcomes)
            self._journal.done(chunk.number, chunk.digest, sent.ticket, states)
        for outcome in sorted((*outcomes, *chunk.refused), key=lambda each: each.index):
            yield Emit(outcome)

    def _await(self, rows: _Rows[R], ticket: str) -> Flow[tuple[Outcome[R], ...]]:
        """Wait for a batch and tell its rows' outcomes."""
        handle = BaseBatch[Any](self._session, self._write.polling, ticket, len(rows.places))
        try:
            result = yield from handle.waiting(self._options.timeout, 0.2)
        except (BatchTimeoutError, APIError) as error:
            return self._all(rows, "unknown", str(error), ticket)
        return (yield from self._told(rows, result))

    def _told(self, rows: _Rows[R], result: BatchResult[Any]) -> Flow[tuple[Outcome[R], ...]]:
        if result.ok:
            return self._all(rows, "succeeded", None, result.id)
        if result.partial:
            why = f"batch {result.id} tells of {result.total} rows, and {len(rows.places)} were sent"
            return self._all(rows, "unknown", why, result.id)
        if result.succeeded == 0 and result.failed >= result.total:
            return self._all(rows, "failed", f"batch {result.id} reports that it failed", result.id)
        why = f"batch {result.id} reports {result.failed} of {result.total} failed, and not which"
        return (yield from self._isolate(rows, result.id, why))

    def _isolate(self, rows: _Rows[R], ticket: str | None, why: str) -> Flow[tuple[Outcome[R], ...]]:
        """Find the rows that fail by sending ever smaller parts. What was refused at the door may always be
        sent again; what was worked on only where doing it twice does no more than doing it once."""
        if len(rows.places) == 1:
            return self._all(rows, "failed" if ticket is None else "unknown", why, ticket)
        if not self._options.isolate or (ticket is not None and not self._write.operation.repeatable):
            return self._all(rows, "failed" if ticket is None else "unknown", why, ticket)
        found: list[Outcome[R]] = []
        for half in rows.halves():
            found.extend((yield from self._again(half)))
        return tuple(found)

    def _again(self, rows: _Rows[R]) -> Flow[tuple[Outcome[R], ...]]:
        try:
            ticket = yield from self._ticket(rows)
        except APIStatusError as error:
            if error.status in (400, 413, 422):
                return (yield from self._isolate(rows, None, str(error)))
            return self._all(rows, "unknown", str(error))
        except APIError as error:
            return self._all(rows, "unknown", str(error))
        return (yield from self._await(rows, ticket))

    def _all(self, rows: _Rows[R], state: State, error: str | None, batch: str | None = None) -> tuple[Outcome[R], ...]:
        pairs = zip(rows.places, rows.given, strict=True)
        return tuple(Outcome(place, row, state, batch, error) for place, row in pairs)

    def _remembered(self, rows: _Rows[R], states: str, batch: str | None) -> tuple[Outcome[R], ...]:
        told: dict[str, State] = {"s": "succeeded", "f": "failed"}
        why = {"s": None, "f": "it failed in an earlier run"}
        triples = zip(rows.places, rows.given, states, strict=True)
        return tuple(Outcome(place, row, told[s], batch, why[s]) for place, row, s in triples)


def _verdict(error: APIError) -> tuple[State, str]:
    """What an error that ends the write means for the rows that met it."""
    undone = isinstance(error, APIStatusError) and error.status < 500
    undone = undone or (isinstance(error, APIConnectionError) and not error.sent)
    return ("failed" if undone else "unknown"), str(error)
