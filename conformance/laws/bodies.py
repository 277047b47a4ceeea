"""Bad bodies: refused, or failed item by item; never applied in half, and never a server error."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from conformance.answers import brief
from conformance.ask import Ask, get
from conformance.batches import Item, find, submit
from conformance.exchange import Exchange
from conformance.items import Style, bare, item, item_fields, required_fields
from conformance.laws.law import law, operation_of
from conformance.ownership import NO_SUCH
from conformance.stories import ownership_of, row_writer, story
from conformance.stories.oddities import is_amount
from conformance.target import NotSent
from conformance.verdict import Finding, Held, NotExercised, Result
from spec import Clause, Operation

MANY = 10_000

LARGE = 1_000_000

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

    Null stands for nothing to many a server, so it's wrong only where something is `required`.
    """
    if key is not None:
        return [[key]]
    types = schema.get("type")
    types = types if isinstance(types, list) else [types]
    nothing = [None] if required and "null" not in types else []
    if "string" in types and schema.get("format") in ("uuid", "decimal", "date-time", "date"):
        return ["not-one"]
    if "string" in types:
        return [{"not": "text"}, ["text"], *nothing]
    return ["not-one", *([["text"]] if "object" in types else []), *nothing]


def _judge(ask: Ask, operation: Operation, bad: Mapping[str, Any], what: str) -> Finding | None:
    """What shows that a bad item was taken; None when it was refused, or failed."""
    batch = submit(ask, operation, [bad])
    answer = batch.exchange.answer
    if answer.refused:
        return None
    if not answer.ok:
        return Finding(f"400, or a failed item, for {what}", brief(batch.exchange), (batch.exchange,))
    if not batch.over:
        return None
    if batch.last and batch.last.succeeded:
        return Finding(f"400, or a failed item, for {what}", f"{batch.last.succeeded} succeeded", batch.chain)
    access = operation.access
    key = bad.get(access.collection.key) if access else None
    if isinstance(key, str) and access and not access.parts and access.action == "upserts":
        seen = find(ask, operation, key, expected=False)
        if seen.rows:
            return Finding(f"no row for {what}", f"the row {key}", (*batch.chain, *seen.chain))
    return None


@law("body.required")
def required(ask: Ask, clause: Clause) -> Result:
    """An item without a required field isn't taken."""
    operation = operation_of(ask, clause)
    bad = {name: value for name, value in _good(ask, operation).items() if name != clause.subject}
    return _judge(ask, operation, bad, f"an item without {clause.subject}") or Held(1)


@law("body.type")
def type_law(ask: Ask, clause: Clause) -> Result:
    """An item with a value of another type isn't taken."""
    operation = operation_of(ask, clause)
    good = _good(ask, operation)
    schema = item_fields(ask, operation)[clause.subject]
    key = operation.access.collection.key if operation.access else ""
    needed = clause.subject in required_fields(ask, operation)
    wrong = aliens(schema, str(good[key]) if clause.subject == key else None, required=needed)
    # One kind for each field: what isn't checked for one text or list is seldom checked for another.
    value = wrong[list(item_fields(ask, operation)).index(clause.subject) % len(wrong)]
    return _judge(ask, operation, {**good, clause.subject: value}, f"{clause.subject} {value!r}") or Held(1)


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
    return Held(1)


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
    exchange = _raw(ask, operation, b'[{"x": ')
    if not exchange.answer.refused:
        return Finding("400 for a body that breaks off", brief(exchange), (exchange,))
    return Held(1)


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
    stranger = ask.plan(("auth", operation.code), lambda a: "")
    strange = find(ask, operation, stranger, expected=None) if stranger else None
    if strange and strange.rows:
        shown = f"the row {stranger}, which was only sent without the key"
        return Finding("401, and nothing written", shown, strange.chain)
    before = find(ask, operation, key, expected=not inserts)
    good = {access.collection.key: key} if access.action == "deletes" else item(ask, operation, key, 1, "plain")
    bad = {name: value for name, value in good.items() if name != access.collection.key}
    batch = submit(ask, operation, [good, _half_bad(good), bad])
    if not batch.exchange.answer.refused:
        return NotExercised("no request is refused for one of its items: they fail one by one")
    # What is applied all the same may be so as late as a batch that was accepted.
    first = story(ask, operation).first
    time.sleep(min(LATEST, 2 * first.waited if first else 0))
    after = find(ask, operation, key, expected=not inserts)
    if before.rows != after.rows:
        chain = (*before.chain, batch.exchange, *after.chain)
        return Finding(f"{key} as before the refused request: {before.row}"[:400], f"{after.row}"[:400], chain)
    return Held(1)


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
        batch = submit(ask, operation, items, watch=False)
        if batch.exchange.answer.status >= 500:
            return Finding("202, or 4xx", brief(batch.exchange), (batch.exchange,))
    return Held(len(bodies))


def _many(ask: Ask, operation: Operation) -> list[Item]:
    """Items that make no row: deletes of rows that there aren't, or upserts that lack all but a key.

    Those upserts share one key, so that a server that takes them all the same has one row at most to show for it.
    """
    access, stem = operation.access, ownership_of(ask).mint(NO_SUCH)
    if access is None or access.action == "deletes":
        return [{access.collection.key if access else "": f"{stem}-{n}"} for n in range(MANY)]
    return [{access.collection.key: stem}] * MANY


def _one_large(ask: Ask, operation: Operation) -> list[Item]:
    """An item with a very long text, in the key where it has no other."""
    stem, key = ownership_of(ask).mint(NO_SUCH), operation.access.collection.key if operation.access else ""
    fields = item_fields(ask, operation)
    free = [n for n, s in fields.items() if n != key and s.get("type") == "string" and "format" not in s]
    return [{**item(ask, operation, stem, 0, "plain"), free[0] if free else key: stem + "x" * LARGE}]
