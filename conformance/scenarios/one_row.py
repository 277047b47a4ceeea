"""The scenarios of writes of one row: created, updated, removed. Each runs once, and many laws judge its trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reading.context import RunContext, observed
from conformance.reading.listing import response_excerpt
from conformance.scenarios.row_traces import (
    CreateTrace,
    ListTrace,
    MatchTrace,
    OneRowTrace,
    RemoveTrace,
    State,
    UpdateTrace,
)
from conformance.scenarios.trace import NotReached, incomplete, not_applicable
from conformance.transport.keys import NO_ROW, key_is_given
from conformance.writing.one_row import Look, body, look, look_in_list, operation_for, owned, request, send
from conformance.writing.row_items import bare, create, recipe_of, row_like
from spec import Collection, Operation
from spec.clauses.one_row import may_be_null
from spec.model import JSON

CHANGED, CHANGED_AGAIN, CHANGED_SINCE = 7, 5, 11
"""Variants that differ from that of a new row, 0, in booleans and in most choices too."""


@observed
def trace_of_one_row(context: RunContext, operation: Operation) -> OneRowTrace | NotReached:
    """The trace of an operation that writes one row: its scenario runs once in each context."""
    access = operation.access
    match access.action if access else "":
        case "creates":
            return _run_create(context, operation)
        case "updates":
            return _run_update(context, operation)
        case "removes":
            return _run_remove(context, operation)
    return not_applicable("the operation writes no row")


def _collection(operation: Operation) -> Collection:
    if operation.access is None:
        raise ValueError(f"{operation.code} writes nothing")
    return operation.access.collection


def _made(context: RunContext, collection: Collection, variant: int = 0) -> State | NotReached:
    """A new row of this run's own, or why there is none."""
    maker = operation_for(context, collection, "creates")
    if maker is None:
        return not_applicable("no operation creates a row of this run's own")
    write = create(context, maker, variant)
    if not write.key:
        said = response_excerpt(write.exchange)
        why = "a new row isn't taken" if not write.done else "the answer doesn't name a new row of this run's own"
        return incomplete(f"{why}: {said}")
    return State(write, look(context, collection, write.key))


@observed
def own_row(context: RunContext, collection: str) -> str | NotReached:
    """The key of a row of this run's own, or why there is none."""
    known = context.contract.collection(collection)
    made = _made(context, known) if known else not_applicable(f"there are no {collection}")
    return made if isinstance(made, NotReached) else made.write.key


def _run_create(context: RunContext, operation: Operation) -> CreateTrace | NotReached:
    collection = _collection(operation)
    recipe = recipe_of(context, operation)
    write = create(context, operation, 0)
    if recipe is None or not write.done:
        return incomplete(f"a new row isn't taken: {response_excerpt(write.exchange)}")
    if not write.key:
        return incomplete(f"the answer doesn't name a new row of this run's own: {response_excerpt(write.exchange)}")
    first = State(write, look(context, collection, write.key))
    listed = look_in_list(context, collection, write.key)
    second = create(context, operation, 1)
    later = look(context, collection, write.key)
    least = create(context, operation, 2, bare(context, operation, recipe))
    return CreateTrace(
        operation=operation,
        first=first,
        listed=listed,
        second=State(second, look(context, collection, second.key) if second.key else _NOTHING),
        first_later=later,
        bare=State(least, look(context, collection, least.key))
        if least.key
        else incomplete(f"a row of the required fields alone isn't taken: {response_excerpt(least.exchange)}"),
        together=_together(context, operation),
        known_key=_with_known_key(context, operation, write.key),
    )


def _together(context: RunContext, operation: Operation) -> ListTrace | NotReached:
    """Three new rows in one list."""
    access = operation.access
    if access is None or not access.many:
        return not_applicable("the operation is sent one row at a time")
    rows = tuple(row_like(context, operation, "T", variant) for variant in (3, 4, 5))
    exchange = context.resend(request(context, operation, "", body(operation, rows)))
    if not exchange.response.ok:
        return incomplete(f"a list of rows isn't taken: {response_excerpt(exchange)}")
    answer, key = access.answered_in(exchange.response.json), access.collection.key
    answered = tuple(row for row in answer if isinstance(row, Mapping)) if isinstance(answer, list) else ()
    named = [str(row[key]) for row in answered if row.get(key) is not None]
    own = [name for name in named if owned(context).made.owns(access.collection.name, name)]
    return ListTrace(exchange, rows, answered, tuple(look(context, access.collection, name) for name in own[:5]))


_NOTHING = Look(None, (), known=False)


def _with_known_key(context: RunContext, operation: Operation, key: str) -> State | NotReached:
    if not key_is_given(context.contract, operation):
        return not_applicable("the server makes the keys")
    row = {**row_like(context, operation, "again", 2), _collection(operation).key: key}
    write = send(context, operation, row)
    return State(write, look(context, _collection(operation), key))


def _run_update(context: RunContext, operation: Operation) -> UpdateTrace | NotReached:
    collection, created = _collection(operation), _made(context, _collection(operation))
    if isinstance(created, NotReached):
        return created
    beside = _made(context, collection)
    if isinstance(beside, NotReached):
        return beside
    key, put = created.write.key, operation.method == "PUT"
    if collection.updated and "." not in str(created.row.get(collection.updated)):
        # The row's times are shown to the second: a change within the same second would stay invisible.
        context.target.clock.sleep(1.1)
    whole = _whole(context, operation, created, CHANGED)
    change = _update(context, operation, key, whole, unlike=created.row)
    others = (beside.after, look(context, collection, beside.write.key))
    return UpdateTrace(
        operation=operation,
        created=created,
        change=change,
        other=others,
        twice=_update(context, operation, key, whole) if put else not_applicable("only PUT promises it"),
        part=_partly(context, operation, created, change),
        nulls=_nulls(context, operation, created),
        unknown=_unknown(context, operation, whole),
        matched=_matched(context, operation, whole),
        defaults={n: f["default"] for n, f in context.contract.body_fields(operation).items() if "default" in f},
    )


def _whole(context: RunContext, operation: Operation, created: State, variant: int) -> dict[str, JSON]:
    """All fields of an update, with the key where the body needs it."""
    collection = _collection(operation)
    made = row_like(context, operation, "U", variant)
    if collection.key in context.contract.needed_fields(operation):
        made[collection.key] = created.row.get(collection.key, created.write.key)
    return made


def _update(
    context: RunContext,
    operation: Operation,
    key: str,
    row: Mapping[str, JSON],
    unlike: Mapping[str, Any] | None = None,
) -> State:
    needs_tag = any(p.required and p.name.lower() == "if-match" for p in operation.parameters)
    tag = _tag(look(context, _collection(operation), key)) if needs_tag else ""
    write = send(context, operation, row, key, _if_match(operation, tag) if tag else ())
    return State(write, look(context, _collection(operation), key, unlike=unlike if write.done else None))


def _partly(context: RunContext, operation: Operation, created: State, change: State) -> State | NotReached:
    """An update that leaves out fields: all but one of a PATCH, the optional ones of a PUT."""
    whole, needed = _whole(context, operation, created, CHANGED_AGAIN), context.contract.needed_fields(operation)
    names = list(needed) or [name for name in whole if whole[name] != change.write.sent.get(name)][:1]
    row = {name: whole[name] for name in names if name in whole}
    if not row or not change.write.done:
        return incomplete("no update with fewer fields can be sent")
    return _update(context, operation, created.write.key, row, unlike=change.row)


def _nulls(context: RunContext, operation: Operation, created: State) -> dict[str, State]:
    """Updates that set one field each to null."""
    fields = context.contract.body_fields(operation)
    names = [name for name, schema in fields.items() if may_be_null(context.contract.whole(schema))]
    whole = _whole(context, operation, created, CHANGED) if names else {}
    base = whole if operation.method == "PUT" else {}
    found: dict[str, State] = {}
    for name in names:
        # What was null before would show nothing.
        _update(context, operation, created.write.key, whole)
        found[name] = _update(context, operation, created.write.key, {**base, name: None})
    return found


def _unknown(context: RunContext, operation: Operation, row: Mapping[str, JSON]) -> State | NotReached:
    """An update of a row that there isn't."""
    collection = _collection(operation)
    key = _unknown_key(context, collection)
    if isinstance(key, NotReached):
        return key
    write = send(context, operation, {name: value for name, value in row.items() if name != collection.key}, key)
    return State(write, look(context, collection, key, expected=False))


def _unknown_key(context: RunContext, collection: Collection) -> str | NotReached:
    """A key that no row has and that this run may write to; of numbers that of a row that it deleted."""
    schema = context.contract.whole(context.contract.shown_fields(collection).get(collection.key, {}))
    if schema.get("format") == "uuid":
        return NO_ROW
    if schema.get("type") == "string" and not schema.keys() & {"format", "pattern", "enum"}:
        return owned(context).mint("nobody")
    remover, made = operation_for(context, collection, "removes"), _made(context, collection)
    if remover is None:
        return not_applicable("no key is surely nobody's: no operation removes a row of this run's own")
    # The row after it keeps the server from giving the same key again.
    later = _made(context, collection) if isinstance(made, State) else made
    if isinstance(made, NotReached) or isinstance(later, NotReached):
        return made if isinstance(made, NotReached) else incomplete("a second new row isn't taken")
    removed = send(context, remover, None, made.write.key)
    gone = look(context, collection, made.write.key, expected=False)
    if gone.row or not gone.known:
        return incomplete(f"a new row can't be deleted: {response_excerpt(removed.exchange)}")
    return made.write.key


def _matched(context: RunContext, operation: Operation, row: Mapping[str, JSON] | None) -> MatchTrace | NotReached:
    """Writes with If-Match, where the document declares it."""
    if not any(p.place == "header" and p.name.lower() == "if-match" for p in operation.parameters):
        return not_applicable("the document declares no If-Match")
    collection, created = _collection(operation), _made(context, _collection(operation))
    if isinstance(created, NotReached):
        return created
    changer = operation_for(context, collection, "updates")
    old = _tag(created.after)
    if not old or changer is None:
        return incomplete("no ETag is shown of a row, or no operation changes one")
    # The change that makes the first tag stale has to name it where it must.
    send(context, changer, _whole(context, changer, created, CHANGED_SINCE), created.write.key, _if_match(changer, old))
    before = look(context, collection, created.write.key, unlike=created.row)
    if _tag(before) in ("", old):
        return incomplete("the ETag of a changed row is the one that it had before")
    stale = send(context, operation, row, created.write.key, (("If-Match", old),))
    unchanged = State(stale, look(context, collection, created.write.key, expected=None))
    fresh = send(context, operation, row, created.write.key, (("If-Match", _tag(before)),))
    expected = operation.access is not None and operation.access.action != "removes"
    return MatchTrace(before, unchanged, State(fresh, look(context, collection, created.write.key, expected=expected)))


def _if_match(operation: Operation, tag: str) -> tuple[tuple[str, str], ...]:
    declared = any(p.place == "header" and p.name.lower() == "if-match" for p in operation.parameters)
    return (("If-Match", tag),) if declared else ()


def _tag(seen: Look) -> str:
    return seen.chain[-1].response.headers.get("etag", "") if seen.chain else ""


def _run_remove(context: RunContext, operation: Operation) -> RemoveTrace | NotReached:
    collection, created = _collection(operation), _made(context, _collection(operation))
    if isinstance(created, NotReached):
        return created
    # The other row comes after it, so that the server can't give the key of the removed one again.
    beside = _made(context, collection)
    if isinstance(beside, NotReached):
        return beside
    key = created.write.key
    tag = _if_match(operation, _tag(created.after)) if _tag(created.after) else ()
    removed = send(context, operation, None, key, tag)
    removal = State(removed, look(context, collection, key, expected=not removed.done))
    listed = look_in_list(context, collection, key, expected=False if removed.done else None)
    others = (beside.after, look(context, collection, beside.write.key))
    again = send(context, operation, None, key, tag)
    return RemoveTrace(
        operation=operation,
        created=created,
        removal=removal,
        listed=listed,
        other=others,
        again=State(again, look(context, collection, key, expected=False)),
        matched=_matched(context, operation, None),
    )
