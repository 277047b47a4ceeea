"""Bad bodies: refused, or failed item by item; never applied in half, and never a server error."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from conformance.laws.law import LAWS, law, operation_of
from conformance.reading.context import Ask, get
from conformance.reading.listing import brief
from conformance.scenarios import action, ownership_of, row_writer, story, unused_key
from conformance.scenarios.edge_cases import is_amount
from conformance.transport.exchange import Credential, Exchange
from conformance.transport.ownership import NO_SUCH
from conformance.transport.target import NotSent
from conformance.verdict import Finding, Held, NotExercised, Result
from conformance.writing.batches import Item, Look, Seen, Submission, find, find_all, look, submit
from conformance.writing.items import Style, bare, item, item_fields, required_fields
from spec import Clause, Operation

MANY = 10_000

NO_ITEMS: Sequence[Any] = (1, "a", None, [])
"""What stands in a list and is no item."""

LARGE = 1_000_000

SOON = 2.0
"""Seconds before the second look at a large batch."""

LATEST = 5.0
"""Seconds after which no good item of a refused request is applied any more."""


def _good(ask: Ask, operation: Operation) -> dict[str, Any]:
    """An item that the operation takes, so that what is then wrong with it is what makes it fail."""
    access = operation.access
    own = ownership_of(ask)
    if access and access.parts:
        return item(ask, operation, ask.plan(("row with parts", operation.code), _with_parts(operation)), 7)
    if access and access.action == "upserts":
        style: Style = ask.plan(("style", operation.code), lambda a: "rich")
        return item(ask, operation, own.mint("body"), 0, style)
    return {access.collection.key if access else "": own.mint(NO_SUCH)}


def _with_parts(operation: Operation) -> Callable[[Ask], str]:
    """The key of the row that the operation's story is told of; it stays, so a replay needs no new one."""

    def find(ask: Ask) -> str:
        told = story(ask, operation)
        if "P" not in told.keys or told.step("change") is None:
            raise NotSent(told.why_not or "there is no row to write parts of")
        return told.keys["P"]

    return find


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
    if "string" in types and schema.get("format") in ("uuid", "decimal", "date-time", "date"):
        return ["not-one", *nothing]
    if "string" in types:
        return [{"not": "text"}, ["text"], *nothing]
    texts = "array" in types and schema.get("items", {}).get("type") == "string"
    return ["not-one", *([["text"]] if "object" in types else []), *([[{"not": "text"}]] if texts else []), *nothing]


def _not_taken(ask: Ask, clause: Clause) -> Result:
    """No item that is bad as a clause says is taken."""
    operation = operation_of(ask, clause)
    bad = _BAD[clause.kind](ask, operation, clause.subject, _good(ask, operation))
    if ask.plan(("all that is bad fails", operation.code), partial(_all_fail, operation)):
        return Held(len(bad))
    return _taken(ask, operation, bad) or Held(len(bad))


def _all_fail(operation: Operation, ask: Ask) -> bool:
    """True where one batch tells that all that an operation's clauses call bad fails, and a good item doesn't.

    Else each clause has to find out by itself.
    """
    access = operation.access
    if access is None or access.action == "deletes":
        return False
    key, good = access.collection.key, _good(ask, operation)
    clauses = [c for c in ask.contract.clauses if c.operation == operation.code and c.kind in _BAD]
    bad = [dict(one) for c in clauses for one in _BAD[c.kind](ask, operation, c.subject, good).values()]
    if not access.parts:
        for n, one in enumerate(bad):
            if isinstance(one.get(key), str):
                one[key] = f"{good[key]}-{n}"
    batch = submit(ask, operation, [good, *bad])
    if batch.exchange.answer.refused:
        _refusing(ask).add(operation.code)
    last = batch.last
    if not (batch.over and last and last.succeeded == 1 and last.failed == len(bad)):
        return False
    return access.parts != () or find_all(ask, operation, good[key], [good[key]]).keys() == {good[key]}


def _refusing(ask: Ask) -> set[str]:
    """The operations that are known to refuse a whole batch for one of its items."""
    found: set[str] = ask.plan("operations that refuse a batch for an item", lambda a: set())
    return found


def _taken(ask: Ask, operation: Operation, bad: Mapping[str, Item]) -> Finding | None:
    """What shows that one of several bad items was taken, by what is wrong with each; None when none was.

    They go together. Where a batch is refused for one of them each goes alone: of whole rows all of them, of parts
    only the first.
    """
    whole = operation.access is not None and operation.access.action == "upserts" and not operation.access.parts
    if len(bad) > 1 and operation.code not in _refusing(ask):
        batch = submit(ask, operation, list(bad.values()))
        if not batch.exchange.answer.refused:
            return _not_failed(ask, operation, batch, ", ".join(bad), whole=whole)
        _refusing(ask).add(operation.code)
    for what, one in bad.items() if whole else list(bad.items())[:1]:
        batch = submit(ask, operation, [one])
        if not batch.exchange.answer.refused:
            wrong = _not_failed(ask, operation, batch, what, whole=whole)
            if wrong:
                return wrong
    return None


def _not_failed(ask: Ask, operation: Operation, batch: Submission, what: str, *, whole: bool) -> Finding | None:
    """What shows that an item of a batch that wasn't refused did anything but fail."""
    count = len(batch.items)
    wanted = f"400, or {'a failed item' if count == 1 else f'{count} failed items'}, for {what}"
    if not batch.exchange.answer.ok:
        return Finding(wanted, brief(batch.exchange), (batch.exchange,))
    if not batch.over:
        return None
    if batch.last and batch.last.succeeded:
        return Finding(wanted, f"{batch.last.succeeded} succeeded", batch.chain)
    named = (one.get(operation.access.collection.key) for one in batch.items) if operation.access and whole else ()
    keys = [key for key in named if isinstance(key, str)]
    stem = keys[0].rpartition("-")[0] if len(keys) > 1 else "".join(keys)
    shown = find_all(ask, operation, stem, keys, expected=False) if keys else {}
    for key, seen in shown.items():
        if seen.rows and key in keys:
            return Finding(f"no row for {what}", f"the row {key}", (*batch.chain, *seen.chain))
    return None


def _lacking(ask: Ask, operation: Operation, name: str, good: Item) -> dict[str, Item]:
    """A good item without a field."""
    return {f"an item without {name}": {field: value for field, value in good.items() if field != name}}


def _mistyped(ask: Ask, operation: Operation, name: str, good: Item) -> dict[str, Item]:
    """Good items in which a field's value is of another type."""
    fields = item_fields(ask, operation)
    key = operation.access.collection.key if operation.access else ""
    needed = name in required_fields(ask, operation)
    wrong = aliens(fields[name], str(good[key]) if name == key else None, required=needed)
    # Where only the first is sent it is of another kind for each field.
    first = list(fields).index(name) % len(wrong)
    bad: dict[str, Item] = {}
    for n, value in enumerate(wrong[first:] + wrong[:first]):
        own = {} if operation.access and operation.access.parts else {key: f"{good[key]}-{n}"}
        bad[f"{name} {value!r}"] = {**good, **own, name: value}
    return bad


_BAD = {"body.required": _lacking, "body.type": _mistyped}
"""Bad items by the kind of clause that no such item must be taken."""

LAWS.update(dict.fromkeys(_BAD, _not_taken))


def _raw(ask: Ask, operation: Operation, body: bytes) -> Exchange:
    exchange = ask.again(get(operation, body=body))
    if exchange.answer.status == 403:
        raise NotSent("the key may not write (403)")
    return exchange


@law("body.not-array")
def not_array(ask: Ask, clause: Clause) -> Result:
    """Something else than a list of items is refused."""
    operation = operation_of(ask, clause)
    text = _raw(ask, operation, b'"text"')
    if not text.answer.refused:
        return Finding('400 for the body "text"', brief(text), (text,))
    batch = submit(ask, operation, [*NO_ITEMS, _good(ask, operation)])
    wanted, last = f"400 for {json.dumps(NO_ITEMS)} beside an item, or as many failed items", batch.last
    if not batch.exchange.answer.refused and not batch.exchange.answer.ok:
        return Finding(wanted, brief(batch.exchange), (batch.exchange,))
    if last and last.over and (last.total != len(NO_ITEMS) + 1 or (last.failed or 0) < len(NO_ITEMS)):
        return Finding(wanted, f"{last.failed} failed, of {last.total} in total", batch.chain)
    return Held(2)


@law("body.object")
def single_object(ask: Ask, clause: Clause) -> Result:
    """One item that isn't in a list is refused."""
    operation = operation_of(ask, clause)
    exchange = _raw(ask, operation, json.dumps(_good(ask, operation)).encode())
    if not exchange.answer.refused:
        return Finding("400 for an item that isn't in a list", brief(exchange), (exchange,))
    return Held(1)


@law("body.malformed")
def malformed(ask: Ask, clause: Clause) -> Result:
    """What isn't JSON is refused."""
    operation = operation_of(ask, clause)
    bodies = {b'[{"x": ': "a body that breaks off", b"": "a request without a body"}
    if action(operation) == "deletes":
        del bodies[b""]  # nobody wants to learn that a server takes it for all rows
    for body, words in bodies.items():
        exchange = _raw(ask, operation, body)
        if not exchange.answer.refused:
            return Finding(f"400 for {words}", brief(exchange), (exchange,))
    return Held(len(bodies))


@law("body.empty")
def empty(ask: Ask, clause: Clause) -> Result:
    """No items are an empty batch, or an error."""
    operation = operation_of(ask, clause)
    exchange = _raw(ask, operation, b"[]")
    if not exchange.answer.ok and not exchange.answer.refused:
        return Finding("202 or 400 for an empty list", brief(exchange), (exchange,))
    return Held(1)


@law("body.whole")
def whole(ask: Ask, clause: Clause) -> Result:
    """A refused request has changed nothing, not even by its good items."""
    operation = operation_of(ask, clause)
    access, writer = operation.access, row_writer(ask, operation)
    if access is None or writer is None:
        return NotExercised("no operation makes a row to try it on")
    key = ownership_of(ask).mint("whole")
    inserts = access.action == "upserts" and not access.parts
    if not inserts:
        made = submit(ask, writer, [bare(ask, writer, item(ask, writer, key, 0, "plain"))])
        if not made.all_succeeded:
            return NotExercised("a new row to try it on isn't taken")
    before = _after_strangers(ask, operation, key, inserts=inserts)
    if isinstance(before, Finding):
        return before
    good = {access.collection.key: key} if access.action == "deletes" else item(ask, operation, key, 1, "plain")
    bad = {name: value for name, value in good.items() if name != access.collection.key}
    batch = submit(ask, operation, [good, _half_bad(good), bad])
    if not batch.exchange.answer.refused:
        return NotExercised("no request is refused for one of its items: they fail one by one")
    _let_it_be_done(ask, operation)
    after = find(ask, operation, key, expected=not inserts)
    if before.rows != after.rows:
        chain = (*before.chain, batch.exchange, *after.chain)
        return Finding(f"{key} as before the refused request: {before.row}", f"{after.row}", chain)
    return Held(1)


def _after_strangers(ask: Ask, operation: Operation, key: str, *, inserts: bool) -> Seen | Finding:
    """The row with a key after what strangers asked for; what shows that they got it done, if they did."""
    if inserts:
        stranger = ask.plan(("auth", operation.code), lambda a: "")
        strange = find(ask, operation, stranger, expected=None) if stranger else None
        if strange and strange.rows:
            shown = f"the row {stranger}, which was only sent without the key"
            return Finding("401, and nothing written", shown, strange.chain)
        return find(ask, operation, key, expected=False)
    was = find(ask, operation, key)
    own = {operation.access.collection.key: key} if operation.access else {}
    body = json.dumps([{**_good(ask, operation), **own}]).encode()
    sent = ask.again(get(operation, body=body, credential=Credential.WRONG))
    _let_it_be_done(ask, operation)
    now = find(ask, operation, key)
    if was.rows and was.rows != now.rows:
        wanted = f"401, and {key} as it was: {was.row}"
        return Finding(wanted, f"{now.row}", (*was.chain, sent, *now.chain))
    return now


def _let_it_be_done(ask: Ask, operation: Operation) -> None:
    """Wait: what is applied though it was refused may be so as late as a batch that was accepted."""
    first = story(ask, operation).first
    time.sleep(min(LATEST, 2 * first.waited if first else 0))


def _half_bad(good: Item) -> dict[str, Any]:
    """A good item whose last amount is none: a server that writes field by field writes those before it."""
    last = next((name for name, value in reversed(list(good.items())) if is_amount(value)), None)
    return {**good, last: "not-one"} if last else dict(good)


@law("body.large")
def large(ask: Ask, clause: Clause) -> Result:
    """Very many items, or a very large one, don't make the server fail."""
    operation = operation_of(ask, clause)
    access = operation.access
    if access is None:
        return NotExercised("the operation writes nothing")
    bodies = [_many(ask, operation), *([] if access.action == "deletes" else [_one_large(ask, operation)])]
    for items in bodies:
        # The one that may make a row is waited for, or the row would come after the run has cleaned up.
        batch = submit(ask, operation, items, watch=len(items) < MANY)
        if batch.exchange.answer.status >= 500:
            return Finding("202, or 4xx", brief(batch.exchange), (batch.exchange,))
        # How long so many take is left open; one that is over already has to have counted all of them.
        now = _shortly(ask, operation, batch.ticket) if batch.ticket and len(items) == MANY else None
        if now and now.over and now.total != len(items):
            return Finding(f"total {len(items)}, or 4xx", f"total {now.total}", (batch.exchange, now.exchange))
    return Held(len(bodies))


def _shortly(ask: Ask, operation: Operation, ticket: str) -> Look:
    """How far a batch is now or, where it isn't over yet, in a short while."""
    now = look(ask, operation, ticket)
    if not now.over:
        time.sleep(min(SOON, ask.target.limits.batch))
        now = look(ask, operation, ticket)
    return now


def _many(ask: Ask, operation: Operation) -> list[Item]:
    """Items that make no row: deletes of rows that there aren't, or upserts that lack all but a key.

    Those upserts share one key, so that a server that takes them all the same has one row at most to show for it.
    """
    access, stem = operation.access, unused_key(ask, operation, "many")
    if access is None or access.action == "deletes":
        return [{access.collection.key if access else "": f"{stem}-{n}"} for n in range(MANY)]
    return [{access.collection.key: stem}] * MANY


def _one_large(ask: Ask, operation: Operation) -> list[Item]:
    """An item with a very long text, in the key where it has no other."""
    stem, key = unused_key(ask, operation, "large"), operation.access.collection.key if operation.access else ""
    fields = item_fields(ask, operation)
    free = [n for n, s in fields.items() if n != key and s.get("type") == "string" and "format" not in s]
    return [{**item(ask, operation, stem, 0, "plain"), free[0] if free else key: stem + "x" * LARGE}]
