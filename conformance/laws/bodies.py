"""Bad bodies: refused, or failed item by item; never applied in half, and never a server error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.laws.auth import requests_with, unauthenticated_key
from conformance.laws.law import NoOwnRow, Phase, law, operation_of
from conformance.reading.context import RunContext, decided, get
from conformance.reading.listing import response_excerpt
from conformance.scenarios import (
    NotReached,
    PartsTrace,
    RowsTrace,
    Trace,
    action,
    ownership_of,
    row_writer,
    style_of,
    submit_patiently,
    trace_of_writes,
    unused_key,
)
from conformance.transport.errors import NotPermitted
from conformance.transport.exchange import Credential, Exchange
from conformance.transport.keys import NO_SUCH
from conformance.verdict import Finding, Held, Reason, Result, not_exercised
from conformance.writing.chosen import in_own_order
from conformance.writing.items import bare, is_amount, item, item_fields, required_fields
from conformance.writing.read_back import ReadBack, find, find_all
from conformance.writing.submission import Item, StatusPoll, Submission, poll_status, send_batch
from spec import Clause, Field, Operation
from spec.model import LOCAL

NO_ITEMS: Sequence[Any] = (None, 1, "a", [])
"""What stands in a list and is no item. Null comes first: code that refuses the others may fail on it."""


def _good(context: RunContext, operation: Operation) -> dict[str, Any]:
    """An item that the operation takes, so that what is then wrong with it is what makes it fail."""
    access = operation.access
    own = ownership_of(context)
    if access and access.parts:
        return item(context, operation, _row_with_parts(context, operation), 7)
    if access and access.action == "upserts":
        style = style_of(context, operation)
        return item(context, operation, own.mint("body"), 0, style)
    return {access.collection.key if access else "": own.mint(NO_SUCH)}


@decided
def _row_with_parts(context: RunContext, operation: Operation) -> str:
    """The key of the row that the operation's scenario writes parts of; it stays, so a replay needs no new one."""
    trace = trace_of_writes(context, operation)
    if not isinstance(trace, PartsTrace):
        raise NoOwnRow(
            trace.reason if isinstance(trace, NotReached) else Reason("not-applicable", "it writes no parts")
        )
    return trace.keys.main


def aliens(schema: Mapping[str, Any], key: str | None, *, required: bool) -> list[Any]:
    """Values that are of no reading of a schema's type; for the key one that holds nothing but our own.

    A number may be read as a text. Null stands for nothing to many a server, so it's wrong only where something is
    `required`.
    """
    if key is not None:
        return [[key]]
    types = schema.get("type")
    types = types if isinstance(types, list) else [types]
    nothing = [None] if required and "null" not in types else []
    if "string" in types and schema.get("format") in ("uuid", "decimal", "date-time", LOCAL, "date"):
        return ["not-one", *nothing]
    if "string" in types:
        return [{"not": "text"}, ["text"], *nothing]
    texts = "array" in types and schema.get("items", {}).get("type") == "string"
    return ["not-one", *([["text"]] if "object" in types else []), *([[{"not": "text"}]] if texts else []), *nothing]


@decided
def _all_bad(context: RunContext, operation: Operation) -> Submission | None:
    """One batch of a good item and of all that an operation's clauses call bad; None for a delete."""
    access = operation.access
    if access is None or access.action == "deletes":
        return None
    key, good = access.collection.key, _good(context, operation)
    clauses = [c for c in context.contract.clauses if c.operation == operation.code and c.kind in _BAD]
    bad = [dict(one) for c in clauses for one in _BAD[c.kind](context, operation, c.speaks_of(Field), good).values()]
    if not access.parts:
        for n, one in enumerate(bad):
            if one.get(key) == good[key]:
                one[key] = f"{good[key]}-{n}"
    return submit_patiently(context, operation, [good, *bad])


@decided
def _all_fail(context: RunContext, operation: Operation) -> bool:
    """True where one batch shows that all its bad items fail, and the good one doesn't.

    Else each clause has to find out by itself.
    """
    batch, access = _all_bad(context, operation), operation.access
    if batch is None or access is None or not batch.over or batch.last is None:
        return False
    if batch.last.succeeded != 1 or batch.last.failed != len(batch.items) - 1:
        return False
    key = batch.items[0][access.collection.key]
    return access.parts != () or find_all(context, operation, key, [key]).keys() == {key}


def _refuses_whole(context: RunContext, operation: Operation) -> bool:
    """True for an operation that is known to refuse a whole batch for one of its items."""
    batch = _all_bad(context, operation)
    return batch is not None and batch.exchange.response.refused


def _taken(context: RunContext, operation: Operation, bad: Mapping[str, Item]) -> Finding | None:
    """What shows that one of several bad items was taken, by what is wrong with each; None when none was.

    They go together. Where a batch is refused for one of them each goes alone: of whole rows all of them, of parts
    only the first.
    """
    whole = operation.access is not None and operation.access.action == "upserts" and not operation.access.parts
    if len(bad) > 1 and not _refuses_whole(context, operation):
        batch = submit_patiently(context, operation, list(bad.values()))
        if not batch.exchange.response.refused:
            return _not_failed(context, operation, batch, ", ".join(bad), whole=whole)
    for what, one in bad.items() if whole else list(bad.items())[:1]:
        batch = submit_patiently(context, operation, [one])
        if not batch.exchange.response.refused:
            wrong = _not_failed(context, operation, batch, what, whole=whole)
            if wrong:
                return wrong
    return None


def _not_failed(
    context: RunContext, operation: Operation, batch: Submission, what: str, *, whole: bool
) -> Finding | None:
    """What shows that an item of a batch that wasn't refused did anything but fail."""
    count = len(batch.items)
    wanted = f"400, or {'a failed item' if count == 1 else f'{count} failed items'}, for {what}"
    if not batch.exchange.response.ok:
        return Finding(wanted, response_excerpt(batch.exchange), (batch.exchange,))
    if not batch.over:
        return None
    if batch.last and batch.last.succeeded:
        return Finding(wanted, f"{batch.last.succeeded} succeeded", batch.chain)
    named = (one.get(operation.access.collection.key) for one in batch.items) if operation.access and whole else ()
    there = _row_there(context, operation) if whole else None
    keys = [key for key in named if isinstance(key, str) and key != there]
    stem = keys[0].rpartition("-")[0] if len(keys) > 1 else "".join(keys)
    shown = find_all(context, operation, stem, keys, expected=False) if keys else {}
    for key, seen in shown.items():
        if seen.rows and key in keys:
            return Finding(f"no row for {what}", f"the row {key}", (*batch.chain, *seen.chain))
    return None


def _lacking(context: RunContext, operation: Operation, field: Field, good: Item) -> dict[str, Item]:
    """A good item without a field. The first field is left out of an update, which may lack what an insert needs."""
    left = {name: value for name, value in good.items() if name != field.name}
    there, access = _row_there(context, operation), operation.access
    fields = [name for name in required_fields(context, operation) if name in good]
    if there and access and field.name == next((n for n in fields if n != access.collection.key), None):
        left[access.collection.key] = there
    return {f"an item without {field.name}": left}


def _row_there(context: RunContext, operation: Operation) -> str | None:
    """The key of the row that the scenario of an operation for whole rows inserted, if it did."""
    trace = trace_of_writes(context, operation)
    made = isinstance(trace, RowsTrace) and bool(trace.insert.row(trace.keys.main))
    return trace.keys.main if isinstance(trace, RowsTrace) and made else None


def _mistyped(context: RunContext, operation: Operation, field: Field, good: Item) -> dict[str, Item]:
    """Good items in which a field's value is of another type."""
    name, key = field.name, operation.access.collection.key if operation.access else ""
    wrong = aliens(field.schema, str(good[key]) if name == key else None, required=field.required)
    bad: dict[str, Item] = {}
    # Where only the first is sent, fields have different ones.
    for n, value in enumerate(in_own_order(name, wrong)):
        own = {} if operation.access and operation.access.parts else {key: f"{good[key]}-{n}"}
        bad[f"{name} {value!r}"] = {**good, **own, name: value}
    return bad


_BAD = {"body.required": _lacking, "body.type": _mistyped}
"""Bad items by the kind of clause that no such item must be taken."""


@law(*_BAD, phase=Phase.REFUSALS, scenario=Trace, requests=1.3)
def not_taken(context: RunContext, clause: Clause) -> Result:
    """No item with the clause's mistake is accepted."""
    operation = operation_of(context, clause)
    bad = _BAD[clause.kind](context, operation, clause.speaks_of(Field), _good(context, operation))
    if _all_fail(context, operation):
        return Held(len(bad))
    return _taken(context, operation, bad) or Held(len(bad))


def _raw(context: RunContext, operation: Operation, body: bytes) -> Exchange:
    exchange = context.resend(get(operation, body=body))
    if exchange.response.status == 403:
        raise NotPermitted("the key may not write (403)")
    return exchange


@law("body.not-array", phase=Phase.REFUSALS, scenario=Trace, requests=2)
def not_array(context: RunContext, clause: Clause) -> Result:
    """Something else than a list of items is refused."""
    operation = operation_of(context, clause)
    text = _raw(context, operation, b'"text"')
    if not text.response.refused:
        return Finding('400 for the body "text"', response_excerpt(text), (text,))
    batch = submit_patiently(context, operation, [*NO_ITEMS, _good(context, operation)])
    wanted, last = f"400 for {json.dumps(NO_ITEMS)} beside an item, or as many failed items", batch.last
    if not batch.exchange.response.refused and not batch.exchange.response.ok:
        return Finding(wanted, response_excerpt(batch.exchange), (batch.exchange,))
    if last and last.over and (last.total != len(NO_ITEMS) + 1 or (last.failed or 0) < len(NO_ITEMS)):
        return Finding(wanted, f"{last.failed} failed, of {last.total} in total", batch.chain)
    return Held(2)


@law("body.object", phase=Phase.REFUSALS, scenario=Trace, requests=1)
def single_object(context: RunContext, clause: Clause) -> Result:
    """One item that isn't in a list is refused."""
    operation = operation_of(context, clause)
    exchange = _raw(context, operation, json.dumps(_good(context, operation)).encode())
    if not exchange.response.refused:
        return Finding("400 for an item that isn't in a list", response_excerpt(exchange), (exchange,))
    return Held(1)


@law("body.malformed", phase=Phase.REFUSALS, requests=1.8)
def malformed(context: RunContext, clause: Clause) -> Result:
    """What isn't JSON is refused."""
    operation = operation_of(context, clause)
    bodies = {b'[{"x": ': "a body that breaks off", b"": "a request without a body"}
    if action(operation) == "deletes":
        del bodies[b""]  # nobody wants to learn that a server takes it for all rows
    for body, words in bodies.items():
        exchange = _raw(context, operation, body)
        if not exchange.response.refused:
            return Finding(f"400 for {words}", response_excerpt(exchange), (exchange,))
    return Held(len(bodies))


@law("body.empty", phase=Phase.REFUSALS)
def empty(context: RunContext, clause: Clause) -> Result:
    """No items are an empty batch, or an error."""
    operation = operation_of(context, clause)
    exchange = _raw(context, operation, b"[]")
    if not exchange.response.ok and not exchange.response.refused:
        return Finding("202 or 400 for an empty list", response_excerpt(exchange), (exchange,))
    return Held(1)


@law("body.whole", phase=Phase.REFUSALS, scenario=Trace, requests=6)
def whole(context: RunContext, clause: Clause) -> Result:
    """A refused request has changed nothing, not even by its good items."""
    operation = operation_of(context, clause)
    access, writer = operation.access, row_writer(context, operation)
    if access is None or writer is None:
        return not_exercised("not-applicable", "no operation makes a row to try it on")
    inserts = access.action == "upserts" and not access.parts
    key = _row_with_parts(context, operation) if access.parts else ownership_of(context).mint("whole")
    if not inserts and not access.parts:
        made = submit_patiently(context, writer, [bare(context, writer, item(context, writer, key, 0, "plain"))])
        if not made.all_succeeded:
            return not_exercised("scenario-incomplete", "a new row to try it on isn't taken")
    before = _after_unauthenticated(context, operation, key, inserts=inserts)
    if isinstance(before, Finding):
        return before
    good = {access.collection.key: key} if access.action == "deletes" else item(context, operation, key, 1, "plain")
    bad = {name: value for name, value in good.items() if name != access.collection.key}
    batch = submit_patiently(context, operation, [good, _half_bad(good), bad])
    if not batch.exchange.response.refused:
        return not_exercised("not-shown", "no request is refused for one of its items: they fail one by one")
    _let_it_be_done(context, operation)
    after = find(context, operation, key, expected=not inserts)
    if before.rows != after.rows:
        chain = (*before.chain, batch.exchange, *after.chain)
        return Finding(f"{key} as before the refused request: {before.row}", f"{after.row}", chain)
    return Held(1)


def _after_unauthenticated(context: RunContext, operation: Operation, key: str, *, inserts: bool) -> ReadBack | Finding:
    """The row with a key after unauthenticated writes; what shows that one of them was done, if one was."""
    if inserts:
        unauthenticated = unauthenticated_key(context, operation)
        for request in requests_with(context, operation, Credential.MISSING):
            context.send(request)
        made = find(context, operation, unauthenticated, expected=None)
        if made.rows:
            shown = f"the row {unauthenticated}, which was only sent without the key"
            return Finding("401, and nothing written", shown, made.chain)
        return find(context, operation, key, expected=False)
    was = find(context, operation, key)
    own = {operation.access.collection.key: key} if operation.access else {}
    body = json.dumps([{**_good(context, operation), **own}]).encode()
    sent = context.resend(get(operation, body=body, credential=Credential.WRONG))
    _let_it_be_done(context, operation)
    now = find(context, operation, key)
    if was.rows and was.rows != now.rows:
        wanted = f"401, and {key} as it was: {was.row}"
        return Finding(wanted, f"{now.row}", (*was.chain, sent, *now.chain))
    return now


def _let_it_be_done(context: RunContext, operation: Operation) -> None:
    """Wait: what is applied though it was refused may be so as late as a batch that was accepted."""
    trace = trace_of_writes(context, operation)
    first = None if isinstance(trace, NotReached) else trace.first
    context.target.clock.sleep(min(context.budget.late_effect, 2 * first.waited if first else 0))


def _half_bad(good: Item) -> dict[str, Any]:
    """A good item whose last amount is none: a server that writes field by field writes those before it."""
    last = next((name for name, value in reversed(list(good.items())) if is_amount(value)), None)
    return {**good, last: "not-one"} if last else dict(good)


@law("body.large", phase=Phase.LOAD, requests=4)
def large(context: RunContext, clause: Clause) -> Result:
    """Very many items, or a very large one, don't make the server fail."""
    operation = operation_of(context, clause)
    access = operation.access
    if access is None:
        return not_exercised("not-applicable", "the operation writes nothing")
    bodies = [_many(context, operation), *([] if access.action == "deletes" else [_one_large(context, operation)])]
    for items in bodies:
        # The one that may make a row is waited for, or the row would come after the run has cleaned up.
        many = len(items) == context.budget.large_batch
        batch = (send_batch if many else submit_patiently)(context, operation, items)
        if batch.exchange.response.status >= 500:
            return Finding("202, or 4xx", response_excerpt(batch.exchange), (batch.exchange,))
        # How long so many take is left open; one that is over already has to have counted all of them.
        now = _shortly(context, operation, batch.ticket) if batch.ticket and many else None
        if now and now.over and now.total != len(items):
            return Finding(f"total {len(items)}, or 4xx", f"total {now.total}", (batch.exchange, now.exchange))
    return Held(len(bodies))


def _shortly(context: RunContext, operation: Operation, ticket: str) -> StatusPoll:
    """How far a batch is now or, where it isn't over yet, in a short while."""
    now = poll_status(context, operation, ticket)
    if not now.over:
        context.target.clock.sleep(min(context.budget.second_poll, context.target.limits.batch))
        now = poll_status(context, operation, ticket)
    return now


def _many(context: RunContext, operation: Operation) -> list[Item]:
    """Items that make no row: deletes of rows that there aren't, or upserts that lack all but a key.

    Those upserts share one key, so that a server that takes them all the same has one row at most to show for it.
    """
    access, stem = operation.access, unused_key(context, operation, "many")
    if access is None or access.action == "deletes":
        return [{access.collection.key if access else "": f"{stem}-{n}"} for n in range(context.budget.large_batch)]
    return [{access.collection.key: stem}] * context.budget.large_batch


def _one_large(context: RunContext, operation: Operation) -> list[Item]:
    """An item with a very long text, in the key where it has no other."""
    stem, key = unused_key(context, operation, "large"), operation.access.collection.key if operation.access else ""
    fields = item_fields(context, operation)
    free = [n for n, s in fields.items() if n != key and s.get("type") == "string" and "format" not in s]
    return [
        {**item(context, operation, stem, 0, "plain"), free[0] if free else key: stem + "x" * context.budget.large_text}
    ]
