"""Submitting a batch of items, and polling its status until it is over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.reading.context import RunContext, get
from conformance.transport.errors import NotPermitted
from conformance.transport.exchange import MISSING, Exchange, Request
from spec import Batch, Operation, at

Item = Mapping[str, Any]


@dataclass(frozen=True)
class StatusPoll:
    """A response of the status operation; None for a field that it lacks."""

    exchange: Exchange
    id: Any
    total: int | None
    succeeded: int | None
    failed: int | None
    status: Any = None
    """A status code that the document doesn't define."""
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
    """A batch that was sent, and all of its polls."""

    exchange: Exchange
    items: tuple[Item, ...]
    ticket: str | None
    polls: tuple[StatusPoll, ...] = ()
    waited: float = 0.0
    """Seconds that the run waited for its end."""
    timed_out: bool = False
    """True when it wasn't over within its patience."""

    @property
    def accepted(self) -> bool:
        """True when the server accepted it."""
        return self.exchange.response.status == 202 or (self.exchange.response.ok and self.ticket is not None)

    @property
    def last(self) -> StatusPoll | None:
        """The last poll of its status."""
        return self.polls[-1] if self.polls else None

    @property
    def over(self) -> bool:
        """True when it was seen to be over."""
        return any(poll.over for poll in self.polls)

    @property
    def all_succeeded(self) -> bool:
        """True when it is over without a failed item."""
        return self.last is not None and self.last.over and self.last.failed == 0

    @property
    def chain(self) -> tuple[Exchange, ...]:
        """The request and the last poll."""
        return (self.exchange, *((self.last.exchange,) if self.last else ()))


def submit(
    context: RunContext,
    operation: Operation,
    items: Sequence[Item],
    *,
    headers: tuple[tuple[str, str], ...] = (),
    at_once: bool = False,
    patience: float | None = None,
) -> Submission:
    """Send a batch, and poll its status until it is over or the patience ends."""
    sent = send_batch(context, operation, items, headers=headers)
    return poll_to_end(context, operation, sent, at_once=at_once, patience=patience)


def send_batch(
    context: RunContext, operation: Operation, items: Sequence[Item], *, headers: tuple[tuple[str, str], ...] = ()
) -> Submission:
    """Send a batch without polling. Raises NotPermitted when the key may not write."""
    body = json.dumps(list(items), ensure_ascii=False).encode()
    exchange = context.resend(get(operation, body=body, headers=headers))
    if exchange.response.status == 403:
        raise NotPermitted("the key may not write (403)")
    return Submission(exchange, tuple(items), ticket_of(operation, exchange))


def poll_to_end(
    context: RunContext, operation: Operation, sent: Submission, *, at_once: bool = False, patience: float | None = None
) -> Submission:
    """A sent batch, with the polls of its status until it was over or the patience ended.

    `patience` is in seconds; the default is the run's limit for a batch. The first poll waits a moment, unless
    `at_once`.
    """
    if sent.ticket is None:
        return sent
    clock, patience = context.target.clock, context.target.limits.batch if patience is None else patience
    started = clock.monotonic()
    if not at_once:
        clock.sleep(context.budget.first_poll)
    polls = [poll_status(context, operation, sent.ticket)]
    wait, until = context.budget.first_poll, clock.monotonic() + patience
    while not polls[-1].over and polls[-1].exchange.response.status in (200, 404):
        if clock.monotonic() >= until:
            return replace(sent, polls=tuple(polls), waited=clock.monotonic() - started, timed_out=True)
        clock.sleep(wait)
        wait = min(wait * context.budget.poll_growth, context.budget.longest_poll * patience)
        polls.append(poll_status(context, operation, sent.ticket))
    return replace(sent, polls=tuple(polls), waited=clock.monotonic() - started)


def poll_status(context: RunContext, operation: Operation, ticket: str) -> StatusPoll:
    """Poll the status of a batch once."""
    exchange = context.resend(status_request(context, operation, ticket))
    status = context.contract.by_code[exchange.request.operation]
    return read_poll(status.batch, exchange)


def status_request(context: RunContext, operation: Operation, ticket: str) -> Request:
    """The request for a batch's status."""
    if operation.ticket is None:
        raise ValueError(f"{operation.code} hands out no ticket")
    status = context.contract.by_id[operation.ticket.operation_id]
    return get(status, path={operation.ticket.parameter: ticket})


def ticket_of(operation: Operation, exchange: Exchange) -> str | None:
    """The ticket in an accepted write's response, or None."""
    data = exchange.response.json
    if operation.ticket is None or not exchange.response.ok or data is MISSING:
        return None
    try:
        found = at(data, operation.ticket.pointer)
    except KeyError:
        return None
    return found if isinstance(found, str) and found else None


def read_poll(batch: Batch | None, exchange: Exchange) -> StatusPoll:
    """A response of the status operation, as far as it can be read."""
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
