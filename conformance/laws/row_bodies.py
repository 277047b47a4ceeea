"""Bodies of writes of one row that the document forbids: each is answered 4xx, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.laws.bodies import aliens
from conformance.laws.law import NoOwnRow, Phase, law, operation_of
from conformance.reading.context import RunContext, observed
from conformance.reading.listing import listing, response_excerpt
from conformance.reading.sample import base_query
from conformance.scenarios import NotReached, own_row
from conformance.transport.errors import NotPermitted
from conformance.transport.exchange import Exchange
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.one_row import body, list_of, look, owned, request, send
from conformance.writing.row_items import row_like
from conformance.writing.row_values import types_of
from spec import Clause, Field, Operation
from spec.clauses.one_row import is_typed, may_be_null
from spec.model import JSON


def _key_of(context: RunContext, operation: Operation) -> str:
    """The key of the row that an update's bodies are sent to; empty for a create. Raises NoOwnRow."""
    if operation.access is None or not operation.access.by:
        return ""
    found = own_row(context, operation.access.collection.name)
    if isinstance(found, NotReached):
        raise NoOwnRow(found.reason)
    return found


def good(context: RunContext, operation: Operation, variant: int = 0) -> dict[str, JSON]:
    """A row that the operation takes, so that what is then wrong with it is what makes it refused."""
    if operation.access is None:
        return {}
    collection = operation.access.collection
    made = row_like(context, operation, "B", variant)
    if operation.access.by and collection.key in context.contract.needed_fields(operation):
        made[collection.key] = look(context, collection, _key_of(context, operation)).row or {}
        made[collection.key] = made[collection.key].get(collection.key)
    return made


def _lacking(field: Field, row: Mapping[str, JSON], key: str) -> dict[str, dict[str, JSON]]:
    return {f"a row without {field.name}": {name: value for name, value in row.items() if name != field.name}}


def _mistyped(field: Field, row: Mapping[str, JSON], key: str) -> dict[str, dict[str, JSON]]:
    nullable = may_be_null(field.schema)
    own = str(row.get(key)) if field.name == key else None
    wrong = aliens({**field.schema, "type": _types(field)}, own, required=field.required and not nullable)
    return {f"{field.name} {value!r}": {**row, field.name: value} for value in wrong}


def _types(field: Field) -> Any:
    types = types_of(field.schema)
    return types[0] if len(types) == 1 else list(types)


def _outside(field: Field, row: Mapping[str, JSON], key: str) -> dict[str, dict[str, JSON]]:
    return {f"{field.name} {value!r:.60}": {**row, field.name: value} for value in beyond(field.schema)}


def beyond(schema: Mapping[str, Any]) -> list[JSON]:
    """Values of a schema's type that its choices or bounds leave out."""
    types, found = types_of(schema), list[JSON]()
    choices = schema.get("enum")
    if isinstance(choices, list):
        found += ["none-of-these"] if "string" in types else [max(n for n in choices if isinstance(n, int)) + 1000]
        return found
    for word, step in (("minimum", -1), ("maximum", 1), ("exclusiveMinimum", 0), ("exclusiveMaximum", 0)):
        if isinstance(schema.get(word), (int, float)) and not isinstance(schema[word], bool):
            found.append(schema[word] + step)
    if "string" in types and "format" not in schema and "pattern" not in schema:
        most, least = schema.get("maxLength"), schema.get("minLength")
        found += ["x" * (most + 1)] if isinstance(most, int) and most < 100_000 else []
        found += ["x" * (least - 1)] if isinstance(least, int) and least > 0 else []
    return found


_BAD = {"row.required": _lacking, "row.type": _mistyped, "row.bounds": _outside}
"""Bad rows by the kind of clause that no such row must be taken."""


@law(*_BAD, phase=Phase.REFUSALS)
def not_taken(context: RunContext, clause: Clause) -> Result:
    """No row with the clause's mistake is taken."""
    operation, field = operation_of(context, clause), clause.speaks_of(Field)
    key = _key_of(context, operation)
    right = _accepted(context, operation, key)
    if right is not None:
        return right
    name = operation.access.collection.key if operation.access else ""
    bad = _BAD[clause.kind](field, good(context, operation), name)
    for what, row in bad.items():
        exchange = send(context, operation, row, key).exchange
        if not exchange.response.refused:
            return Finding(f"4xx for {what}", response_excerpt(exchange), (exchange,))
    return Held(len(bad)) if bad else not_exercised("no-witness", f"no value of {field.name} is surely wrong")


def _accepted(context: RunContext, operation: Operation, key: str) -> Result | None:
    """Why a refusal would show nothing: a good row is refused as well. None where it's taken."""
    answer = _good_answer(context, operation, key)
    if answer.response.ok:
        return None
    return not_exercised("scenario-incomplete", f"a good row isn't taken: {response_excerpt(answer)}")


@observed
def _good_answer(context: RunContext, operation: Operation, key: str) -> Exchange:
    return send(context, operation, good(context, operation), key).exchange


def _raw(context: RunContext, operation: Operation, content: bytes) -> Exchange:
    exchange = context.resend(request(context, operation, _key_of(context, operation), content))
    if exchange.response.status == 403:
        raise NotPermitted("the key may not write (403)")
    return exchange


@law("row.not-object", phase=Phase.REFUSALS)
def not_object(context: RunContext, clause: Clause) -> Result:
    """A text or a number is no row."""
    operation = operation_of(context, clause)
    for content in (b'"text"', b"7"):
        exchange = _raw(context, operation, content)
        if not exchange.response.refused:
            return Finding(f"4xx for the body {content.decode()}", response_excerpt(exchange), (exchange,))
    return Held(2)


@law("row.malformed", phase=Phase.REFUSALS)
def malformed(context: RunContext, clause: Clause) -> Result:
    """What isn't JSON is refused."""
    exchange = _raw(context, operation_of(context, clause), b'{"x": ')
    if not exchange.response.refused:
        return Finding("4xx for a body that breaks off", response_excerpt(exchange), (exchange,))
    return Held(1)


@law("row.whole", phase=Phase.REFUSALS)
def whole(context: RunContext, clause: Clause) -> Result:
    """A refused write has changed nothing, not even by its good fields."""
    operation = operation_of(context, clause)
    key, right = _key_of(context, operation), good(context, operation, 2)
    bad = _half_bad(context, operation, right)
    if operation.access is None or not bad:
        return not_exercised("no-witness", "no value of a field is surely wrong")
    collection = operation.access.collection
    if key:
        before = look(context, collection, key)
        sent = send(context, operation, bad, key)
        if not sent.exchange.response.refused:
            return not_exercised("not-shown", "a row with a value of another type isn't refused")
        after = look(context, collection, key)
        if before.row != after.row:
            wanted = f"{key} as before the refused request: {before.row}"
            return Finding(wanted, f"{after.row}", (*before.chain, sent.exchange, *after.chain))
        return Held(1) if before.row else not_exercised("not-shown", "the row isn't shown")
    if operation.access.many:
        return _none_made(context, operation, right, bad)
    sent = send(context, operation, bad)
    if not sent.exchange.response.refused:
        return not_exercised("not-shown", "a row with a value of another type isn't refused")
    return _made_nothing(context, operation, bad, sent.exchange)


def _none_made(context: RunContext, operation: Operation, right: Mapping[str, JSON], bad: Mapping[str, JSON]) -> Result:
    """Of a list that is refused for one of its rows none is made."""
    exchange = context.resend(request(context, operation, "", body(operation, [right, bad])))
    if not exchange.response.refused:
        return not_exercised("not-shown", "a list with a bad row isn't refused")
    return _made_nothing(context, operation, right, exchange)


def _half_bad(context: RunContext, operation: Operation, row: Mapping[str, JSON]) -> dict[str, JSON]:
    """A good row but for the last value of which another type is known."""
    for name in reversed(list(row)):
        schema = context.contract.whole(context.contract.body_fields(operation)[name])
        collection = operation.access.collection.key if operation.access else ""
        if name != collection and is_typed(schema):
            found = list(_mistyped(Field(name, schema, required=False), row, collection).values())
            if found:
                return found[0]
    return {}


def _made_nothing(context: RunContext, operation: Operation, sent: Mapping[str, JSON], exchange: Exchange) -> Result:
    """No row of the list holds a text that was only sent in a refused request."""
    collection = operation.access.collection if operation.access else None
    reader = list_of(context, collection) if collection else None
    marks = [value for value in sent.values() if isinstance(value, str) and owned(context).owns_text(value)]
    if reader is None or not marks:
        return not_exercised("not-shown", "no list would show a row that was made")
    shown = listing(context.replay_context(), reader, base_query(context, reader), most_pages=context.budget.own_pages)
    for page in shown.pages:
        for row in page.rows:
            if any(mark in row.values() for mark in marks):
                return Finding("no row of a refused request", f"{row}", (exchange, page.exchange))
    return Held(1) if shown.whole else not_exercised("not-shown", "the list is too long to be read whole")
