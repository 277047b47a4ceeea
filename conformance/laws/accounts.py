"""Accounts: with the key of another one, rows and batches of this one can't be seen, changed or deleted.

No document says which keys belong together. So these clauses exist only where the run is given a second key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.laws.law import NoOwnRow, Phase, law, operation_of
from conformance.oracle.operands import pairs
from conformance.reading.context import RunContext, decided, get, paged, read_page
from conformance.reading.listing import response_excerpt
from conformance.scenarios import ownership_of, parts_of, row_writer
from conformance.transport.exchange import Credential, Exchange
from conformance.verdict import Finding, Held, Reason, Result, not_exercised
from conformance.writing.items import item
from conformance.writing.read_back import find, picks, reader_of, unchanged
from conformance.writing.submission import Submission, read_poll, status_request, submit, ticket_of
from spec import Clause, Contract, Operation
from spec.model import Basis

KIND = "auth.other-tenant"

BASIS = Basis("decision", "The run was given the key of another account, and accounts have nothing in common.")


def with_second_key(contract: Contract) -> Contract:
    """A contract with the clauses that a second key allows to check."""
    return replace(contract, clauses=(*contract.clauses, *_clauses(contract)))


def _clauses(contract: Contract) -> Iterator[Clause]:
    for operation in contract.operations:
        requirement = _requirement(contract, operation) if operation.security else None
        if requirement:
            yield Clause(
                id=f"{operation.code}.{KIND}",
                kind=KIND,
                operation=operation.code,
                about=None,
                level=BASIS.level,
                requirement=requirement,
                source=BASIS.text,
                basis=BASIS,
                location=operation.location,
                writes=True,
            )


def _requirement(contract: Contract, operation: Operation) -> str | None:
    """What another account's key must not do at an operation; None where a run can't look without leaving rows.

    An upsert of a whole row inserts one into the other account, and clean-up has no business there.
    """
    writers = [o for o in contract.operations if _inserts(o)]
    if operation.batch:
        return "A batch isn't shown to another account."
    if (
        operation.access is None
        or operation.access.of_one
        or all(o.access.collection != operation.access.collection for o in writers if o.access)
    ):
        return None
    if operation.access.action == "reads":
        key = operation.access.collection.key
        return "A row isn't shown to another account." if any(picks(f, key) for f in operation.filters) else None
    if _inserts(operation):
        return None
    return "A row stays as it is, whatever another account sends."


def _inserts(operation: Operation) -> bool:
    return operation.access is not None and operation.access.action == "upserts" and not operation.access.parts


@dataclass(frozen=True)
class _OwnRow:
    """A row that this account inserted, and the batch that did it."""

    key: str
    batch: Submission


@law(KIND, phase=Phase.WRITES)
def other_account(context: RunContext, clause: Clause) -> Result:
    """With the key of another account, nothing of this one is seen or changed."""
    operation = operation_of(context, clause)
    if operation.batch:
        return _batch(context, operation)
    own = _own_row(context, _writer(context, operation))
    if operation.safe:
        return _shown(context, operation, own)
    return _changed(context, operation, own)


def _writer(context: RunContext, operation: Operation) -> Operation:
    found = row_writer(context, operation)
    if found is None:
        raise NoOwnRow(Reason("not-shown", "no operation inserts rows into its collection"))
    return found


@decided
def _own_row(context: RunContext, writer: Operation) -> _OwnRow:
    """Raises NoOwnRow where none can be inserted."""
    key = ownership_of(context).mint("tenant")
    batch = submit(context, writer, [item(context, writer, key, 0, "plain")])
    if not batch.all_succeeded:
        raise NoOwnRow(Reason("not-shown", f"no row could be inserted: {response_excerpt(batch.chain[-1])}"))
    return _OwnRow(key, batch)


def _shown(context: RunContext, operation: Operation, own: _OwnRow) -> Result:
    if operation.access is None:
        return not_exercised("not-shown", "it reads no rows")
    field = operation.access.collection.key
    by_key = next(filter for filter in operation.filters if picks(filter, field))
    mine = find(context, operation, own.key)
    if not mine.rows:
        return not_exercised("not-shown", f"the row {own.key} isn't shown to its own account")
    query = mine.chain[-1].request.query or paged(operation, pairs(by_key, None, own.key))
    exchange = context.resend(get(operation, query, credential=Credential.OTHER))
    if exchange.response.status == 401:
        return _refused(exchange)
    if any(row.get(field) == own.key for row in read_page(operation, exchange).rows):
        return Finding(f"no row {own.key} for another account", response_excerpt(exchange), (*mine.chain, exchange))
    return Held(1)


def _batch(context: RunContext, status: Operation) -> Result:
    for writer in context.contract.operations:
        if not _inserts(writer) or writer.ticket is None or writer.ticket.operation_id != status.id:
            continue
        ticket = ticket_of(writer, _own_row(context, writer).batch.exchange)
        if ticket is None:
            continue
        request = status_request(context, writer, ticket)
        exchange = context.resend(replace(request, credential=Credential.OTHER))
        if exchange.response.status == 401:
            return _refused(exchange)
        if read_poll(status.batch, exchange).id == ticket:
            mine = context.resend(request)
            return Finding("404 for another account's batch", response_excerpt(exchange), (mine, exchange))
        return Held(1)
    return not_exercised("not-shown", "no batch of this account is known")


def _changed(context: RunContext, operation: Operation, own: _OwnRow) -> Result:
    collection = operation.access.collection if operation.access else None
    if collection is None or reader_of(context, operation) is None:
        return not_exercised("not-shown", "no list shows the rows")
    before = find(context, operation, own.key)
    sent = item(context, operation, own.key, 1, "plain") if parts_of(operation) else {collection.key: own.key}
    body = json.dumps([sent], ensure_ascii=False).encode()
    exchange = context.resend(get(operation, body=body, credential=Credential.OTHER))
    if exchange.response.status == 401:
        return _refused(exchange)
    _wait(context, operation, exchange)
    after = find(context, operation, own.key, expected=None)
    if unchanged(after.row, before.row, None):
        return Held(1)
    now = "it is gone" if after.row is None else "it has changed"
    return Finding(f"the row {own.key} as before", now, (*before.chain, exchange, *after.chain))


def _wait(context: RunContext, operation: Operation, exchange: Exchange) -> None:
    """Until a batch of the other account is over, as one of the two accounts sees it."""
    ticket = ticket_of(operation, exchange)
    if ticket is None:
        return
    own = status_request(context, operation, ticket)
    polls = (replace(own, credential=Credential.OTHER), own)
    status = context.contract.by_code[own.operation]
    clock, until = context.target.clock, context.target.clock.monotonic() + context.target.limits.batch
    while not any(read_poll(status.batch, context.resend(poll)).over for poll in polls) and clock.monotonic() < until:
        clock.sleep(context.budget.first_poll)


def _refused(exchange: Exchange) -> Result:
    return not_exercised("not-applicable", f"the second key is refused: {response_excerpt(exchange)}")
