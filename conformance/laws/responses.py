"""Responses: every answer of the run is held against what the document declares for it.

The evidence is gathered as answers come in, whatever asked; a law here asks its suspects again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from conformance.laws.law import LAWS, Law, law, operation_of
from conformance.oracle.lookups import kind_of
from conformance.oracle.operands import joined, pairs
from conformance.reading.context import RunContext, extended, get
from conformance.reading.listing import response_excerpt
from conformance.reading.sample import base_query, sample_of
from conformance.scenarios import NotReached, RowsTrace, Step, trace_of_writes, unused_key
from conformance.scenarios.trace import reached
from conformance.transport.exchange import MISSING, Credential, Exchange, Request, Response
from conformance.verdict import Code, Finding, Held, Result, not_exercised
from conformance.writing.items import item, item_fields
from spec import Clause, Contract, Operation
from spec.values import checker

MOST_SUSPECTS = 8
"""Requests kept for each clause, the last of each shape: one is enough, but data move on, and answers with them."""

KINDS = ("content-type", "schema", "no-server-error", "declared-status")
STATUS = "status"
"""What is told of good reads beside: another success than the declared one is none."""

_Shape = tuple[Credential, tuple[str, ...], bytes | None]


def _shape(request: Request) -> _Shape:
    """What reads have in common that differ in values alone; each write is one of its own."""
    return request.credential, tuple(name for name, _ in request.query), request.body


@dataclass
class Evidence:
    """What the answers of a run say about the declared responses. Fill it from `Target.observe`."""

    contract: Contract
    suspects: dict[tuple[str, str], dict[_Shape, Request]] = field(default_factory=dict)
    """(operation code, kind) to requests whose answers broke it."""
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    """(operation code, kind) to how many answers could have broken it."""

    def __post_init__(self) -> None:
        self._check = checker(self.contract)
        self._lock = threading.Lock()

    def observe(self, request: Request, response: Response) -> None:
        """Take one answer into account."""
        operation = self.contract.by_code[request.operation]
        for kind in (*KINDS, STATUS):
            verdict = self.judge(operation, kind, response)
            if verdict is None:
                continue
            key = (operation.code, kind)
            with self._lock:
                self.seen[key] = self.seen.get(key, 0) + 1
                if verdict:
                    kept = self.suspects.setdefault(key, {})
                    kept.pop(_shape(request), None)
                    kept[_shape(request)] = request
                    if len(kept) > MOST_SUSPECTS:
                        kept.pop(next(iter(kept)))

    def judge(self, operation: Operation, kind: str, response: Response) -> str | None:
        """What is wrong with an answer, "" when nothing is, None when the clause doesn't speak of it."""
        declared = operation.response(response.status)
        if kind == "no-server-error":
            # 503 is how a server under load says "later"; it has been asked again already.
            return None if response.status == 503 else (f"{response.status}" if response.status >= 500 else "")
        if kind == STATUS:
            success = operation.success
            if success is None or not operation.safe or not response.ok:
                return None
            return "" if success.covers(response.status) else f"{response.status}, not {success.status}"
        if kind == "declared-status" and response.refused and not any(o.status[0] in "4d" for o in operation.responses):
            return None  # a document without any refusal doesn't say how the server refuses
        if kind == "declared-status":
            return None if response.status >= 500 else ("" if declared else f"{response.status}, which isn't declared")
        if declared is None or not declared.media or response.status >= 500:
            return None
        if kind == "content-type":
            allowed = [m.content_type for m in declared.media]
            fits = response.content_type in allowed or (not response.ok and response.content_type.endswith("+json"))
            return "" if fits else f"content type {response.content_type or '(none)'}, not {' or '.join(allowed)}"
        media = declared.json
        if media is None or media.schema is None:
            return None
        if not response.ok and not response.body.strip():
            return None  # what an error's body holds is nowhere said, so it may hold nothing
        if response.json is MISSING:
            return "a body that isn't JSON"
        return self._check(f"{media.pointer}/schema", response.json) or ""


@law("response.status")
def status(context: RunContext, clause: Clause) -> Result:
    """A plain valid request is answered with the declared success."""
    operation = operation_of(context, clause)
    success = operation.success
    exchange = _valid(context, operation)
    if success is None or exchange is None:
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
    if any(p.place == "path" for p in operation.parameters):
        return None
    if operation.safe:
        return context.send(get(operation, base_query(context, operation)))
    trace = trace_of_writes(context, operation)
    first = None if isinstance(trace, NotReached) else trace.first
    return first.exchange if first else None


ROUGH = (
    "\U0001f392 it's 12\" 100%s _ \\ ([{*+? a,b;c|d&e=f#g ../..%2f. \u202eabc\u202c e\u0301\u00a0\ufb01",
    "a\0b",
    "long " * 300,
)
"""Texts that servers stumble over. What some of them refuse stands alone: they would look at nothing beside it."""

ROUGH_KEY = "a'b\"c.d%e(\u00e9\U0001f392"


def rough_requests(context: RunContext, operation: Operation) -> list[Request]:
    """Reads that servers stumble over: rough texts for every text and for a free key, one value twice in a list."""
    base = base_query(context, operation)
    plain = [f.name() for f in operation.filters if not f.free_key and not f.many and kind_of(f.schema) == "text"]
    texts = [p.name for p in operation.parameters if p.search] + plain
    keyed = [((f.name(ROUGH_KEY), "a"),) for f in operation.filters if f.free_key][:1]
    # Under all names at once, but for the long one: of several the URL would be longer than servers read.
    wrong = [tuple((name, text) for name in texts[: 1 if len(text) > 1000 else None]) for text in ROUGH if texts]
    rows = sample_of(context, operation).rows.values()
    twice = tuple(
        pair
        for f in operation.filters
        if f.many and (value := next((row[f.field] for row in rows if row.get(f.field)), ""))
        for pair in pairs(f, None, joined(f, (str(value), str(value))))
    )
    queries = (*wrong, *keyed, *([twice] if twice else []))
    return [get(operation, extended(base, q)) for q in queries]


def rough_bodies(context: RunContext, operation: Operation) -> list[Request]:
    """Writes that servers stumble over: bytes that are no text, characters that no column takes, a field too many.

    What has nothing to do with the fields is sent to one operation each, for they read bodies the same way.
    """
    access = operation.access
    if access is None or not operation.body:
        return []
    key = access.collection.key
    own = {key: unused_key(context, operation, "rough")}
    plain = own if access.action == "deletes" else {**item(context, operation, own[key], 0, "plain"), **own}
    texts = [name for name, value in plain.items() if isinstance(value, str) and name != key][:1]
    odd = [{**plain, **dict.fromkeys(texts, text)} for text in ("a\0b", "a\ud800b")] if texts else []
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
    writers = [o.code for o in context.contract.operations if o.access and o.access.action != "reads"]
    bodies = [shared[writers.index(operation.code) % len(shared)], (json.dumps(odd).encode(), "application/json")]
    return [get(operation, body=body, headers=(("Content-Type", kind),)) for body, kind in bodies]


DEPTH = 500
"""Lists in lists: more than anybody means, and fewer than a reader of JSON must refuse."""


def evidence_laws(evidence: Evidence) -> dict[str, Law]:
    """The laws that speak from what a run has seen so far."""
    found: dict[str, Law] = {f"response.{kind}": partial(_response, evidence, kind) for kind in KINDS}
    return {**found, "response.status": partial(_status, evidence)}


def _status(evidence: Evidence, context: RunContext, clause: Clause) -> Result:
    """A plain valid request is answered with the declared success, and so is every other read."""
    plain = status(context, clause)
    if not isinstance(plain, Held) or not evidence.seen.get((clause.operation, STATUS)):
        return plain
    others = _response(evidence, STATUS, context, clause)
    return others if isinstance(others, Finding) else plain


def _response(evidence: Evidence, kind: str, context: RunContext, clause: Clause) -> Result:
    """Every answer of the operation is as it is declared."""
    operation = operation_of(context, clause)
    key = (operation.code, kind)
    if kind == "no-server-error" and operation.safe:
        context.prefetch(rough_requests(context, operation))
    elif kind == "no-server-error" and context.target.ownership:
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
    return "scenario-incomplete" if context.target.ownership else "needs-writes"


def _answers(context: RunContext, requests: list[Request]) -> Iterator[Exchange]:
    for request in requests:
        # A write is repeated only in a run that may write: to rows of its own, which the guard has seen to.
        if request.method == "GET" or request.credential is not Credential.RIGHT or context.target.ownership:
            yield context.send(request)


__all__ = ["KINDS", "LAWS", "Evidence", "evidence_laws", "status"]
