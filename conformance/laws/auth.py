"""Authentication: whatever isn't the key is answered 401, on every operation."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.laws.law import Phase, blocked_by, law, operation_of
from conformance.laws.row_reads import known_keys, unknown_keys
from conformance.laws.walks import narrowed
from conformance.reading.context import RunContext, decided, get, paged
from conformance.reading.listing import response_excerpt
from conformance.reading.sample import NO_SUCH_ID, base_query
from conformance.scenarios import NotReached, own_row, ownership_of, unused_key
from conformance.transport.exchange import Credential, Request, swap_case
from conformance.transport.keys import NO_ROW
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.items import example_item, item
from conformance.writing.one_row import request as request_for_row
from conformance.writing.row_items import row_like
from spec import Clause, Operation

_VARIANTS = {
    "auth.missing-key": Credential.MISSING,
    "auth.empty-key": Credential.EMPTY,
    "auth.wrong-key": Credential.WRONG,
    "auth.truncated-key": Credential.TRUNCATED,
    "auth.extended-key": Credential.EXTENDED,
    "auth.swapped-case-key": Credential.SWAPPED_CASE,
}

REFUSED_FIRST = (400, 404, 411, 413, 415, 422)
"""Answers of a server that looks at a write's body before the key."""

HARMLESS_KEY = "PRDCT-no-such-row"
"""A key that no row has: an item with it changes nothing, even where a server lets it through."""


def harmless_bodies(context: RunContext, operation: Operation, *, unauthenticated: bool = False) -> list[bytes]:
    """Bodies that do no harm where authentication fails to stop them: nothing, or nothing that exists.

    An operation that inserts rows gets the empty list. Where writes are allowed, it also gets a row of this run's own:
    first in an unauthenticated write.
    """
    bodies = [b"[]"]
    access = operation.access
    own = context.target.ownership
    if access and (access.action == "deletes" or access.parts):
        key = unused_key(context, operation, "unauthenticated") if own else HARMLESS_KEY
        bodies.insert(0, json.dumps([{**example_item(operation), access.collection.key: key}]).encode())
    elif access and own:
        # The row of an unauthenticated write is looked up later: it mustn't exist, whatever the response was.
        key = unauthenticated_key(context, operation)
        bodies.insert(0 if unauthenticated else 1, json.dumps([item(context, operation, key, 0, "plain")]).encode())
    return bodies


@decided
def unauthenticated_key(context: RunContext, operation: Operation) -> str:
    """The key of the row that is only ever sent without authentication. Raises NotSent in a read-only run."""
    return ownership_of(context).mint("auth")


@law("auth.before-body", phase=Phase.REFUSALS)
def before_body(context: RunContext, clause: Clause) -> Result:
    """A request without a key gets no details on its body."""
    operation = operation_of(context, clause)
    exchange = context.send(get(operation, path=_path(operation), credential=Credential.MISSING, body=b'[{"x": '))
    return Held(1) if exchange.response.status == 401 else Finding("401", response_excerpt(exchange), (exchange,))


def _path(operation: Operation) -> dict[str, str]:
    return {p.name: NO_SUCH_ID for p in operation.parameters if p.place == "path"}


def requests_with(context: RunContext, operation: Operation, credential: Credential) -> list[Request]:
    """The requests that show whether an operation lets a credential in."""
    if operation.access and operation.access.of_one:
        return [replace(_for_one_row(context, operation), credential=credential)]
    path = _path(operation)
    if operation.safe:
        query, plain = base_query(context, operation), get(operation, path=path, credential=credential)
        if credential is not Credential.MISSING or not operation.pagination:
            return [replace(plain, query=query)]
        # Other ways to the data: later pages, and filtered lists.
        filtered = next((one.query for one in narrowed(context, operation)), query)
        return [replace(plain, query=query), replace(plain, query=paged(operation, filtered, page=2, limit=1))]
    bodies = harmless_bodies(context, operation, unauthenticated=credential is Credential.MISSING)
    return [get(operation, path=path, credential=credential, body=body) for body in bodies]


def _for_one_row(context: RunContext, operation: Operation) -> Request:
    """A request for one row that would be done with the right key: for a row that is shown, or one of our own."""
    access, own = operation.access, context.target.ownership
    if access is None or (own is None and not operation.safe):
        return request_for_row(context, operation, unknown_keys(context, operation)[0], b"[]")
    if operation.safe:
        return request_for_row(
            context, operation, (*known_keys(context, operation), *unknown_keys(context, operation))[0]
        )
    body = None
    if access.action != "removes":
        body = json.dumps(row_like(context, operation, "auth", 0), ensure_ascii=False).encode()
    key = own_row(context, access.collection.name) if access.by else ""
    return request_for_row(context, operation, NO_ROW if isinstance(key, NotReached) else key, body)


@law(*_VARIANTS, phase=Phase.REFUSALS)
def unauthorized(context: RunContext, clause: Clause) -> Result:
    """A request with what isn't the key, or with none, is answered 401."""
    operation, variant = operation_of(context, clause), _VARIANTS[clause.kind]
    if variant not in (Credential.MISSING, Credential.EMPTY, Credential.WRONG):
        key = context.target.key or ""
        if len(key) < 2 or (variant is Credential.SWAPPED_CASE and swap_case(key) == key):
            return not_exercised("not-applicable", "the key is too short, or has no letters")
    if operation.safe:
        allowed = context.send(requests_with(context, operation, Credential.RIGHT)[0])
        if allowed.response.status == 401:
            return blocked_by(context, clause, "response.status", "the right key is answered 401 as well")
    refused = ""
    requests = requests_with(context, operation, variant)
    for request in requests:
        exchange = context.send(request)
        unauthorized = exchange.response.status == 401
        if not unauthorized and (operation.safe or exchange.response.status not in REFUSED_FIRST):
            return Finding("401", response_excerpt(exchange), (exchange,))
        if unauthorized and not operation.safe:
            return Held(1)
        refused = response_excerpt(exchange)
    if operation.safe:
        return Held(len(requests))
    return not_exercised("not-shown", f"the body is refused before the key is looked at: {refused}")
