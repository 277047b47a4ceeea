"""Sending a batch, watching it to its end, and reading back what it did."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from conformance.oracle.lookups import hidden_values
from conformance.reading.context import Page, Query, RunContext, decided, get, paged, read_page
from conformance.reading.listing import listing
from conformance.transport.errors import NotPermitted
from conformance.transport.exchange import MISSING, Exchange
from spec import Batch, Filter, Operation, at

IMPATIENCE = 0.5
"""Seconds that a batch is waited for once others of this run haven't ended in the time that they may take."""

FIRST_WAIT = 0.08
LONGEST_WAIT = 0.1
"""Seconds between two looks; the longest as a part of the patience there is."""

SETTLING = (1 / 15, 4 / 15, 10 / 15)
"""Before each further try to read back what a finished batch must have done: parts of the time that a list may lag."""

MOST_PAGES = 12
"""Pages of rows of our own that are read at once."""

ALONE = 3
"""Keys that are asked for one by one where none of them is found together."""

MOST_ALONE = 12
"""The same where they can't be looked for together."""

Item = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class StatusPoll:
    """What the status operation said at one time; None for what it didn't say."""

    exchange: Exchange
    id: Any
    total: int | None
    succeeded: int | None
    failed: int | None
    status: Any = None
    """A code whose meaning nobody knows."""
    created: Any = None
    updated: Any = None

    @property
    def over(self) -> bool:
        """True when succeeded + failed = total."""
        if self.total is None or self.succeeded is None or self.failed is None:
            return False
        return self.succeeded + self.failed == self.total


@dataclass(frozen=True)
class Submission:
    """A batch that was sent, and all that was seen of it."""

    exchange: Exchange
    items: tuple[Item, ...]
    ticket: str | None
    polls: tuple[StatusPoll, ...]
    waited: float
    """Seconds that its end was waited for."""

    @property
    def accepted(self) -> bool:
        """True when the server took it."""
        return self.exchange.response.status == 202 or (self.exchange.response.ok and self.ticket is not None)

    @property
    def last(self) -> StatusPoll | None:
        """The last look at it."""
        return self.polls[-1] if self.polls else None

    @property
    def over(self) -> bool:
        """True when it was seen to be over."""
        return any(look.over for look in self.polls)

    @property
    def all_succeeded(self) -> bool:
        """True when it is over and nothing in it failed."""
        return self.last is not None and self.last.over and self.last.failed == 0

    @property
    def chain(self) -> tuple[Exchange, ...]:
        """The request and the last look."""
        return (self.exchange, *((self.last.exchange,) if self.last else ()))


def submit(
    context: RunContext,
    operation: Operation,
    items: Sequence[Item],
    *,
    headers: tuple[tuple[str, str], ...] = (),
    watch: bool = True,
    closely: bool = False,
    patience: float | None = None,
) -> Submission:
    """Send a batch and watch it until it is over or patience is. Raises NotPermitted when the key may not write.

    `patience` is in seconds, by default those that a batch of this run may take. One that is watched `closely` is
    looked at as soon as it is accepted; else it is given a moment first.
    """
    body = json.dumps(list(items), ensure_ascii=False).encode()
    exchange = context.resend(get(operation, body=body, headers=headers))
    if exchange.response.status == 403:
        raise NotPermitted("the key may not write (403)")
    sent = Submission(exchange, tuple(items), ticket_of(context, operation, exchange), (), 0)
    return watched(context, operation, sent, closely=closely, patience=patience) if watch else sent


def watched(
    context: RunContext, operation: Operation, sent: Submission, *, closely: bool = False, patience: float | None = None
) -> Submission:
    """A batch that was sent, with what was seen of it until it was over or patience was; see `submit`."""
    if sent.ticket is None:
        return sent
    started = time.monotonic()
    polls = _watch(context, operation, sent.ticket, patience or context.target.limits.batch, closely)
    return replace(sent, polls=polls, waited=time.monotonic() - started)


def ticket_of(context: RunContext, operation: Operation, exchange: Exchange) -> str | None:
    """The ticket in an accepted write's answer, or None."""
    data = exchange.response.json
    if operation.ticket is None or not exchange.response.ok or data is MISSING:
        return None
    try:
        found = at(data, operation.ticket.pointer)
    except KeyError:
        return None
    return found if isinstance(found, str) and found else None


def status_request(context: RunContext, operation: Operation, ticket: str) -> Any:
    """The request that asks for a batch's progress."""
    if operation.ticket is None:
        raise ValueError(f"{operation.code} hands out no ticket")
    status = context.contract.by_id[operation.ticket.operation_id]
    return get(status, path={operation.ticket.parameter: ticket})


def look(context: RunContext, operation: Operation, ticket: str) -> StatusPoll:
    """Ask once how far a batch is."""
    exchange = context.resend(status_request(context, operation, ticket))
    status = context.contract.by_code[exchange.request.operation]
    return read_poll(status.batch, exchange)


def read_poll(batch: Batch | None, exchange: Exchange) -> StatusPoll:
    """An answer of the status operation, as far as it can be read."""
    data = exchange.response.json

    def value(pointer: str) -> Any:
        try:
            return at(data, pointer) if exchange.response.ok and data is not MISSING else None
        except KeyError:
            return None

    def number(pointer: str) -> int | None:
        found = value(pointer)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    if batch is None:
        return StatusPoll(exchange, None, None, None, None)
    status, created, updated = (value(p) if p else None for p in (batch.status, batch.created, batch.updated))
    total, succeeded, failed = (number(pointer) for pointer in (batch.total, batch.succeeded, batch.failed))
    return StatusPoll(exchange, value(batch.id), total, succeeded, failed, status, created, updated)


@decided
def _endless(context: RunContext) -> dict[str, bool]:
    return {}


def _watch(
    context: RunContext, operation: Operation, ticket: str, patience: float, closely: bool
) -> tuple[StatusPoll, ...]:
    endless = _endless(context)
    if endless.get(operation.code) or len(endless) > 1:
        patience = min(patience, IMPATIENCE)
    if not closely:
        time.sleep(FIRST_WAIT)
    polls = [look(context, operation, ticket)]
    wait, until = FIRST_WAIT, time.monotonic() + patience
    while not polls[-1].over and time.monotonic() < until:
        if polls[-1].exchange.response.status not in (200, 404):
            break
        time.sleep(wait)
        wait = min(wait * 1.6, LONGEST_WAIT * patience)
        polls.append(look(context, operation, ticket))
    if not polls[-1].over and patience >= context.target.limits.batch:
        endless[operation.code] = True
    return tuple(polls)


# -- reading back -------------------------------------------------------------------------------------


def reader_of(context: RunContext, operation: Operation) -> Operation | None:
    """The list operation that shows the collection an operation writes to, with a filter on its key."""
    if operation.access is None:
        return None
    collection = operation.access.collection
    for other in context.contract.operations:
        reads_it = other.access and other.access.action == "reads" and other.access.collection == collection
        if reads_it and any(picks(f, collection.key) for f in other.filters):
            return other
    return None


def picks(filter: Filter, key: str) -> bool:
    """True for the filter that picks a row by its key."""
    return filter.field == key and filter.lookup == "exact" and not filter.free_key


@dataclass(frozen=True)
class ReadBack:
    """The rows that a list shows for one key, under every value of its hidden fields."""

    rows: tuple[Mapping[str, Any], ...]
    chain: tuple[Exchange, ...]

    @property
    def row(self) -> Mapping[str, Any] | None:
        """The one row, or None."""
        return self.rows[0] if self.rows else None


def find(
    context: RunContext,
    operation: Operation,
    key: str,
    *,
    expected: bool | None = True,
    unlike: Mapping[str, Any] | None = None,
) -> ReadBack:
    """The rows with a key, as a list shows them now.

    A new row may need approval, so the values of hidden fields are tried as well. While there is a row and none is
    `expected`, or the other way round, or the row is still what it must be `unlike`, it is looked at again.
    """
    reader, access = reader_of(context, operation), operation.access
    if reader is None or access is None:
        return ReadBack((), ())
    return settled(
        context,
        lambda: _find_once(context, reader, access.collection.key, key),
        lambda seen: expected in (None, bool(seen.rows)) and not unchanged(seen.row, unlike, access.collection.updated),
    )


def find_all(
    context: RunContext,
    operation: Operation,
    stem: str,
    keys: Collection[str],
    *,
    expected: bool = True,
    unlike: Mapping[str, Mapping[str, Any] | None] | None = None,
) -> Mapping[str, ReadBack]:
    """The rows whose key holds `stem`, by key, as lists show them now: those of `keys`, and what else there is.

    While one of `keys` has no row though one is `expected`, or is still what it must be `unlike`, it is looked again.
    Some that are still missing then are asked for by themselves as well, so that a filter that finds many and leaves
    them out isn't taken for a write that went wrong. Of what can't be told nothing is given.
    """
    reader, access = reader_of(context, operation), operation.access
    together = containing(reader, access.collection.key) if reader and access else None
    if reader is None or access is None or together is None:
        return {key: find(context, operation, key, expected=None) for key in keys}

    def look() -> _Together:
        plain: Query = ((together.parameter, stem),)
        found: dict[str, ReadBack] = {}
        asked: tuple[Exchange, ...] = ()
        whole = True
        for query in (plain, *with_hidden(reader, plain)):
            shown = listing(context.replay_context(), reader, query, most_pages=MOST_PAGES)
            whole = whole and shown.whole
            for page in shown.pages:
                for row in page.rows:
                    name = str(row.get(access.collection.key))
                    seen = found.get(name, ReadBack((), asked))
                    chain = seen.chain if page.exchange in seen.chain else (*seen.chain, page.exchange)
                    found[name] = ReadBack((*seen.rows, row), chain)
            asked = (*asked, shown.first.exchange)
            if all(key in found for key in keys):
                break
        return _Together(found, whole, asked)

    def right(looked: _Together) -> bool:
        there = not expected or all(key in looked.found for key in keys)
        moved = {key: row for key, row in (unlike or {}).items() if key in looked.found}
        return there and not any(
            unchanged(looked.found[key].row, row, access.collection.updated) for key, row in moved.items()
        )

    looked = settled(context, look, right)
    lost = [key for key in keys if key not in looked.found]
    nothing = dict.fromkeys(lost, ReadBack((), looked.asked)) if looked.whole else {}
    if nothing and not expected:
        return {**nothing, **looked.found}
    few = lost[: ALONE if looked.whole else MOST_ALONE]
    alone = {key: find(context, operation, key, expected=None) for key in few}
    filtered_out = any(one.rows for one in alone.values())
    return {**({} if filtered_out else nothing), **alone, **looked.found}


@dataclass(frozen=True)
class _Together:
    """Rows that a list shows together, by key; whether it was read to its end, and what was asked."""

    found: Mapping[str, ReadBack]
    whole: bool
    asked: tuple[Exchange, ...]


def unchanged(row: Mapping[str, Any] | None, before: Mapping[str, Any] | None, updated: str | None) -> bool:
    """True for a row that is what it was, its time of change aside: a write that changes nothing moves that as well."""
    if not row or not before:
        return False
    return all(row.get(name) == before.get(name) for name in {**row, **before} if name != updated)


def containing(reader: Operation, key: str) -> Filter | None:
    """The filter that finds the rows whose key holds a text, or None; if it can be one that ignores case."""
    found = [f for f in reader.filters if f.field == key and f.lookup in ("icontains", "contains")]
    return next((f for f in found if f.lookup == "icontains"), found[0] if found else None)


def settled(context: RunContext, look: Callable[[], T], right: Callable[[T], bool]) -> T:
    """What is seen as soon as it is right, or else after a little while: a list may be behind its batches."""
    seen, late = look(), False
    pauses = [part * context.target.limits.lag for part in SETTLING]
    for pause in pauses:
        if right(seen):
            break
        time.sleep(pause)
        seen, late = look(), True
    if late and right(seen):
        # What has only just come to light may not be all of it.
        time.sleep(pauses[0])
        seen = look()
    return seen


def _find_once(context: RunContext, reader: Operation, field: str, key: str) -> ReadBack:
    by_key = next(f for f in reader.filters if picks(f, field))
    plain: Query = ((by_key.parameter, key),)
    pages: list[Page] = []
    rows: list[Mapping[str, Any]] = []
    for query in (plain, *with_hidden(reader, plain)):
        page = read_page(reader, context.resend(get(reader, paged(reader, query))))
        pages.append(page)
        rows += [row for row in page.rows if row.get(field) == key]
        if rows:
            break
    return ReadBack(tuple(rows), tuple(p.exchange for p in pages))


def with_hidden(reader: Operation, query: Query) -> list[Query]:
    """The query for rows whose hidden fields have other values than those that the list shows by default."""
    return [
        (*query, (filter.parameter, value))
        for filter in reader.filters
        if filter.hidden
        for value in hidden_values(filter)
        if value != str(filter.default).lower()
    ]
