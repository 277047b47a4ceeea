"""Responses: every answer of the run is held against what the document declares for it.

The evidence is gathered as answers come in, whatever asked; a law here asks its suspects again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.laws.law import Phase, law, operation_of
from conformance.laws.row_reads import shown_one_by_one
from conformance.oracle import awkward
from conformance.oracle.lookups import kind_of
from conformance.oracle.operands import joined, pairs
from conformance.reading.context import Query, RunContext, extended, get
from conformance.reading.evidence import KINDS, STATUS
from conformance.reading.listing import response_excerpt
from conformance.reading.sample import base_query, sample_of
from conformance.scenarios import (
    CreateTrace,
    NotReached,
    RemoveTrace,
    RowsTrace,
    Step,
    UpdateTrace,
    trace_of_one_row,
    trace_of_writes,
    unused_key,
)
from conformance.scenarios.trace import reached
from conformance.transport.exchange import Credential, Exchange, Request
from conformance.verdict import Code, Finding, Held, NotExercised, Result, not_exercised
from conformance.writing.items import item, item_fields
from spec import Clause, Cursor, Numbered, Operation

REFUSALS = (400, 422)
"""Statuses that refuse a request for its content; others concern the sender, the rate or the length."""


@law(STATUS, phase=Phase.RESPONSES)
def status(context: RunContext, clause: Clause) -> Result:
    """A plain valid request is answered with the declared success; so is every other read, and none is refused."""
    plain = _plain_status(context, clause)
    if isinstance(plain, Finding):
        return plain
    if isinstance(plain, Held) and context.evidence.seen.get((clause.operation, STATUS)):
        others = response(context, clause)
        if isinstance(others, Finding):
            return others
    generated = context.evidence.generated
    for request in generated.refused.get(clause.operation, ()):
        exchange = context.send(request)
        if exchange.response.status in REFUSALS:
            return Finding("no refusal of a request that is valid", response_excerpt(exchange), (exchange,))
    more = generated.valid.get(clause.operation, 0)
    return Held(plain.witnesses + more) if isinstance(plain, Held) else plain


def _plain_status(context: RunContext, clause: Clause) -> Result:
    operation = operation_of(context, clause)
    success = operation.success
    if operation.access and operation.access.of_one:
        return _one_row_status(context, operation)
    exchange = _valid(context, operation)
    if success is None or exchange is None:
        if not _described(operation):
            return not_exercised("not-described", "the document doesn't say what makes a request of it valid")
        return not_exercised(
            _why_unseen(context, operation), "a valid request needs the id of something, which only a write gives"
        )
    if not success.covers(exchange.response.status):
        return Finding(success.status, response_excerpt(exchange), (exchange,))
    good = [step.submission.exchange for step in _further_good(context, operation)]
    for sent in good:
        if sent.response.refused:
            return Finding(success.status, response_excerpt(sent), (exchange, sent))
    return Held(1 + len(good))


def _one_row_status(context: RunContext, operation: Operation) -> Result:
    """The same for an operation on one row: its good requests are those of a scenario, or for rows of the list."""
    if operation.safe:
        good = shown_one_by_one(context, operation)
    else:
        trace = trace_of_one_row(context, operation)
        if isinstance(trace, NotReached):
            return NotExercised(trace.reason)
        good = [trace.first.write.exchange] if isinstance(trace, CreateTrace) else []
        good += [trace.change.write.exchange] if isinstance(trace, UpdateTrace) else []
        good += [trace.removal.write.exchange] if isinstance(trace, RemoveTrace) else []
    for exchange in good:
        if operation.success and not operation.success.covers(exchange.response.status):
            return Finding(operation.success.status, response_excerpt(exchange), (exchange,))
    return Held(len(good)) if good else not_exercised("no-data", "no row is known that could be asked for")


def _further_good(context: RunContext, operation: Operation) -> tuple[Step, ...]:
    """Steps whose one item is as good as that of the first, whatever it leaves out or adds."""
    trace = trace_of_writes(context, operation)
    if isinstance(trace, NotReached):
        return ()
    more = reached(trace.required_only) if isinstance(trace, RowsTrace) else ()
    return (*trace.good_steps[1:], *more)


def _valid(context: RunContext, operation: Operation) -> Exchange | None:
    """The answer to a request that is surely valid: a plain list, a good batch, or the status of one."""
    if operation.batch and context.target.ownership:
        for writer in context.contract.operations:
            if writer.ticket and writer.ticket.operation_id == operation.id:
                trace = trace_of_writes(context, writer)
                for step in () if isinstance(trace, NotReached) else trace.steps:
                    if step.submission.last and step.submission.exchange.response.ok:
                        return step.submission.last.exchange
    if any(p.place == "path" and p.name not in operation.outer for p in operation.parameters):
        return None
    if operation.safe:
        return context.send(get(operation, base_query(context, operation)))
    trace = trace_of_writes(context, operation)
    first = None if isinstance(trace, NotReached) else trace.first
    return first.exchange if first else None


ROUGH = (awkward.TOGETHER, awkward.TEXTS["nul"], awkward.LONG)
"""What some servers refuse stands alone: they would look at nothing beside it."""


def rough_requests(context: RunContext, operation: Operation) -> list[Request]:
    """Reads that servers stumble over: rough texts for every text and for a free key, odd lists."""
    base = base_query(context, operation)
    plain = [f for f in operation.filters if not f.free_key and not f.many and kind_of(f.schema) == "text"]
    texts = {**{p.name: "" for p in operation.parameters if p.search}, **{f.name(): f.prefix for f in plain}}
    odd_keys = (awkward.KEY, awkward.LOOKUP_KEY)
    keyed = [tuple((f.name(key), "a") for key in odd_keys) for f in operation.filters if f.free_key][:1]
    # Under all names at once, but for the long one: of several the URL would be longer than servers read.
    wrong = [
        tuple((name, before + text) for name, before in [*texts.items()][: 1 if len(text) > 1000 else None])
        for text in ROUGH
        if texts
    ]
    rows = sample_of(context, operation).rows.values()
    twice = tuple(
        pair
        for f in operation.filters
        if f.many and (value := next((row[f.field] for row in rows if row.get(f.field)), ""))
        for pair in pairs(f, None, joined(f, (str(value), str(value))))
    )
    # A list without values is one in a query, too.
    empty = [((f.name(), ""),) for f in operation.filters if f.many and not f.free_key][:1]
    queries = (*wrong, *keyed, *([twice] if twice else []), *empty, *_extreme(operation))
    # Some comparisons in constant time take ASCII alone.
    strange = (
        [get(operation, base, credential=Credential.NOT_ASCII)] if operation.filters and operation.security else []
    )
    return [*(get(operation, extended(base, q)) for q in queries), *strange]


_EDGES = {
    "date-time": awkward.INSTANTS,
    "local": awkward.CLOCKS,
    "date": awkward.DAYS,
    "number": awkward.NUMBERS,
}


def _extreme(operation: Operation) -> Iterator[Query]:
    """Queries at the edges of what times and numbers can be, each value under all names that take such a one."""
    for kind, edges in _EDGES.items():
        taking = [f for f in operation.filters if not f.free_key and not f.hidden and kind_of(f.schema) == kind]
        names = {f.name(): f.prefix for f in taking}
        yield from (tuple((name, before + edge) for name, before in names.items()) for edge in edges if names)
    paging = operation.pagination
    if paging is None:
        return
    position = None if isinstance(paging.form, Cursor) else paging.form.parameter
    for edge in awkward.NUMBERS:
        if position is not None:
            yield ((position, edge),)
        # A large limit is sent with a page past the end: a server may really show so many rows.
        if position is not None and paging.limit is not None:
            far = "2" if isinstance(paging.form, Numbered) else edge
            yield (position, far), (paging.limit.parameter, edge)


def rough_bodies(context: RunContext, operation: Operation) -> list[Request]:
    """Writes that servers stumble over: bytes that are no text, characters that no column takes, a field too many.

    What has nothing to do with the fields is sent to one operation each, for they read bodies the same way.
    """
    access = operation.access
    if access is None or not operation.body or not access.in_batches:
        return []
    key = access.collection.key
    own = {key: unused_key(context, operation, "rough")}
    plain = own if access.action == "deletes" else {**item(context, operation, own[key], 0, "plain"), **own}
    texts = [name for name, value in plain.items() if isinstance(value, str) and name != key][:1]
    odd = (
        [{**plain, **dict.fromkeys(texts, text)} for text in (awkward.TEXTS["nul"], awkward.NOT_UNICODE)]
        if texts
        else []
    )
    odd += [{**plain, "unknownField": "x"}, {**plain, key: own[key] + "x" * 300}]
    alien: tuple[Any, ...] = (7, None, [{}], {"x": 7})
    odd += [{**plain, name: value} for name in item_fields(context, operation) if name != key for value in alien]
    shared: list[tuple[bytes, str]] = [
        (b"", "application/json"),
        (b'[{"\xff": 1}]', "application/json"),
        (b"[]", "text/plain"),
        (b"[" * DEPTH + b"]" * DEPTH, "application/json"),
        (b"null", "application/json"),
    ]
    writers = [o.code for o in context.contract.operations if o.access and o.access.in_batches]
    bodies = [shared[writers.index(operation.code) % len(shared)], (json.dumps(odd).encode(), "application/json")]
    return [get(operation, body=body, headers=(("Content-Type", kind),)) for body, kind in bodies]


DEPTH = 500
"""Lists in lists: more than anybody means, and fewer than a reader of JSON must refuse."""


@law(*KINDS, phase=Phase.RESPONSES, requests=1)
def response(context: RunContext, clause: Clause) -> Result:
    """Every answer of the operation is as it is declared."""
    operation, kind, evidence = operation_of(context, clause), clause.kind, context.evidence
    key = (operation.code, kind)
    if kind == "response.no-server-error" and operation.safe:
        context.prefetch(rough_requests(context, operation))
    elif kind == "response.no-server-error" and context.target.ownership:
        for request in rough_bodies(context, operation):
            context.send(request)
    if not evidence.seen.get(key):
        return not_exercised(_why_unseen(context, operation), "no answer that the clause speaks of was seen")
    for exchange in _answers(context, list(evidence.suspects.get(key, {}).values())):
        wrong = evidence.judge(operation, kind, exchange.response)
        if wrong:
            return Finding(clause.requirement, f"{wrong}: {response_excerpt(exchange)}", (exchange,))
    return Held(evidence.seen[key])


def _why_unseen(context: RunContext, operation: Operation) -> Code:
    """A list is asked in every run; what a write or the status of one is answered is seen where a run writes."""
    if operation.pagination:
        return "no-witness"
    if not _described(operation):
        return "not-described"
    return "scenario-incomplete" if context.target.ownership else "needs-writes"


def _described(operation: Operation) -> bool:
    """True where the document says what the operation does with rows or batches."""
    return bool(operation.access or operation.batch)


def _answers(context: RunContext, requests: list[Request]) -> Iterator[Exchange]:
    for request in requests:
        # A write is repeated only in a run that may write: to rows of its own, which the guard has seen to.
        if request.method == "GET" or not request.credential.valid or context.target.ownership:
            yield context.send(request)
