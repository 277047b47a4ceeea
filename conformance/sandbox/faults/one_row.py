"""Wrong reads and writes of one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from conformance.sandbox import values
from conformance.sandbox.batches import Reasons
from conformance.sandbox.behaviour import Answer
from conformance.sandbox.faults import fields, writes
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at, together
from conformance.sandbox.store import Row
from conformance.sandbox.tables import Shape
from conformance.sandbox.writing import Step, find, remove
from spec import Field
from spec.model import JSON, LOCAL

Apply = Callable[[Step], Reasons]


def _answering(case: Case, wrong: Callable[[Answer], Answer]) -> Change:
    return at(case.operation, "answer", lambda right, asked, answer: wrong(right(asked, answer)))


def _altered(case: Case) -> Change:
    """One plain value of the answer isn't the row's."""
    key = writes.key_name(case)

    def wrong(right: Callable[[Row], Row], row: Row) -> Row:
        shown = right(row)
        name = next((n for n, v in shown.items() if n != key and isinstance(v, str) and v != v[::-1]), None)
        return {**shown, name: shown[name][::-1]} if name else shown

    def each(right: Callable[[list[Row]], list[Row]], rows: list[Row]) -> list[Row]:
        return [wrong(lambda one: one, row) for row in right(rows)]

    return together(at(case.operation, "row", wrong), at(case.operation, "together", each))


def shows(case: Case) -> Iterator[Named]:
    """A row that isn't shown as it is, or not at all."""
    yield "stale", "a value of the row isn't the one that the list shows", _altered(case)
    yield (
        "hidden",
        "a row that there is isn't found",
        _answering(case, lambda answer: Answer(404, {"detail": "Not found."}) if answer.status == 200 else answer),
    )


def _on_missing(case: Case) -> Iterator[Named]:
    """What is answered in the place of 404."""

    def instead(other: Answer) -> Change:
        return _answering(case, lambda answer: other if answer.status == 404 else answer)

    yield "empty", "a missing row is answered with success and nothing in it", instead(Answer(200, {}))
    yield (
        "crash",
        "a missing row is an unhandled exception",
        instead(Answer(500, "Traceback", content_type="text/plain")),
    )


def makes(case: Case) -> Iterator[Named]:
    """Rows that are lost."""
    yield "lost", "the answer shows a new row that isn't kept", writes.applying(case, lambda right, step: {})


def field(case: Case) -> Iterator[Named]:
    """A field that doesn't read back. In lists the order may change, and objects may get more members."""
    subject, refers = case.clause.speaks_of(Field), case.operation.access.references if case.operation.access else {}
    plain = values.kind(subject.schema) == "text" and not subject.schema.keys() & {"enum", "format"}
    for short, description, change in fields.field(case):
        of_text = values.kind(subject.schema) == "text" and short != "dropped"
        if short not in ("reversed", "sorted") and not (of_text and (not plain or subject.name in refers)):
            yield short, description, change
    other = _others(subject)
    if other is None:
        return

    def wrong(right: Apply, step: Step) -> Reasons:
        value = step.item.get(subject.name)
        return right(step) if value is None else right(with_value(step, subject.name, other(value)))

    yield "other", "another value is kept", writes.applying(case, wrong)


def _others(subject: Field) -> Callable[[Any], JSON] | None:
    """From a value of a field to another one that isn't made of its text; None where that is no better."""
    choices = [one for one in subject.schema.get("enum", ()) if one is not None]
    if len(choices) > 1:
        return lambda value: next(one for one in choices if one != value)
    if subject.schema.get("format") == "date":
        return lambda value: "2001-01-01"
    match values.kind(subject.schema):
        case "boolean":
            return lambda value: not value
        case "number":
            return lambda value: value + 1
        case "instant":
            local = subject.schema.get("format") == LOCAL
            return lambda value: "2001-01-01T00:00:00" if local else "2001-01-01T00:00:00Z"
    return None


def with_value(step: Step, name: str, value: JSON) -> Step:
    """A step whose item has another value in a field."""
    return replace(step, item={**step.item, name: value})


def answer(case: Case) -> Iterator[Named]:
    """An answer that isn't the row."""
    yield "stale", "the answer shows a value that the row doesn't have", _altered(case)


def in_list(case: Case) -> Iterator[Named]:
    """A list of rows of which not each is made, or whose answer has another order."""
    yield (
        "first-only",
        "only the first row of a list is made",
        at(case.operation, "sequence", lambda right, rows: rows[:1]),
    )
    yield "last-twice", "the last row of a list is made twice", at(case.operation, "sequence", _last_twice)
    yield (
        "turned-round",
        "the answer has the rows in another order",
        at(case.operation, "together", lambda right, rows: right(rows)[::-1]),
    )


def _last_twice(right: Callable[[list[JSON]], list[JSON]], rows: list[JSON]) -> list[JSON]:
    return rows + rows[-1:] if len(rows) > 1 else rows


def unique_key(case: Case) -> Iterator[Named]:
    """A key that is given twice."""

    def remembering() -> Change:
        given: list[JSON] = []

        def again(right: Callable[[Connection, Shape], JSON], connection: Connection, shape: Shape) -> JSON:
            given.append(given[0] if given else right(connection, shape))
            return given[0]

        def over(right: Apply, step: Step) -> Reasons:
            return right(replace(step, access=replace(step.access, action="upserts")))

        return together(at(case.operation, "new_key", again), writes.applying(case, over))

    yield "reused", "a new row gets the key of the one before, and takes its place", afresh(remembering)


def known_key(case: Case) -> Iterator[Named]:
    """A key that is taken, and takes the row's place."""

    def over(right: Apply, step: Step) -> Reasons:
        return right(replace(step, access=replace(step.access, action="upserts")))

    yield "overwrites", "a row with a known key takes the place of the one that has it", writes.applying(case, over)


def others_stay(case: Case) -> Iterator[Named]:
    """A write that touches another row."""

    def remembering() -> Change:
        written: list[Any] = []

        def remember(right: Apply, step: Step) -> Reasons:
            if step.key not in written:
                written.append(step.key)
            return right(step)

        def also(right: Apply, step: Step) -> Reasons:
            reasons = right(step)
            others = [key for key in written if key != step.key]
            name = writes.label(step)
            if others and not reasons:
                writes.set_fields(step, {name: "touched"}, step.shape.key.column == others[-1])
            return reasons

        makers = [o for o in case.contract.operations if _creates(case, o)]
        return together(
            writes.applying(case, also),
            *(at(maker, "apply", remember) for maker in makers if maker.code != case.operation.code),
            *([writes.applying(case, remember)] if case.operation in makers else []),
        )

    yield "touches", "the row that was made last is changed as well", afresh(remembering)


def _creates(case: Case, operation: Any) -> bool:
    access, own = operation.access, case.operation.access
    return bool(access and own and access.action == "creates" and access.collection == own.collection)


def default(case: Case) -> Iterator[Named]:
    """A default that isn't set."""
    subject = case.clause.speaks_of(Field)

    def wrong(right: Apply, step: Step) -> Reasons:
        if step.item.get(subject.name) != subject.schema["default"]:
            return right(step)
        return right(with_value(step, subject.name, _other(subject)))

    yield "other", "a field that is left out gets another value than its default", writes.applying(case, wrong)


def _other(subject: Field) -> JSON:
    """A value of a field's type that isn't its default."""
    schema, default = subject.schema, subject.schema["default"]
    choices = [one for one in schema.get("enum", ()) if one != default]
    if choices:
        return choices[0]
    if isinstance(default, bool):
        return not default
    if isinstance(default, (int, float)):
        return default + 1
    return f"not {default}" if isinstance(default, str) else None


def null(case: Case) -> Iterator[Named]:
    """A null that changes nothing."""
    name = case.clause.speaks_of(Field).name

    def ignored(right: Apply, step: Step) -> Reasons:
        if name not in step.item or step.item[name] is not None:
            return right(step)
        before = find(step) or {}
        return right(with_value(step, name, before.get(name)))

    yield "ignored", "null leaves the field as it was", writes.applying(case, ignored)


def twice(case: Case) -> Iterator[Named]:
    """A second request that does something else."""

    def remembering() -> Change:
        done: list[Mapping[str, JSON]] = []

        def grows(right: Apply, step: Step) -> Reasons:
            if step.item in done:
                name = writes.label(step)
                return right(with_value(step, name, f"{step.item.get(name)} again"))
            done.append(step.item)
            return right(step)

        return writes.applying(case, grows)

    yield "again", "the same request sent again changes the row once more", afresh(remembering)


def unknown_row(case: Case) -> Iterator[Named]:
    """A missing row that is written to."""
    yield from _on_missing(case)
    if case.operation.access and case.operation.access.action == "updates":

        def insert(right: Apply, step: Step) -> Reasons:
            new = find(step) is None
            return right(replace(step, access=replace(step.access, action="upserts" if new else step.access.action)))

        yield "inserts", "an update of a missing row makes one", writes.applying(case, insert)


def if_match(case: Case) -> Iterator[Named]:
    """If-Match that isn't looked at, or is never right."""
    yield "ignored", "If-Match isn't looked at", at(case.operation, "matches", lambda right, sent, tag: True)
    yield "never", "no ETag is the right one", at(case.operation, "matches", lambda right, sent, tag: False)


def not_modified(case: Case) -> Iterator[Named]:
    """If-None-Match that isn't looked at, or is always right."""
    never = at(case.operation, "unmodified", lambda right, sent, tag: False)
    yield "ignored", "If-None-Match isn't looked at", never
    always = at(case.operation, "unmodified", lambda right, sent, tag: True)
    yield "always", "any ETag is the right one", always


def gone(case: Case) -> Iterator[Named]:
    """A row that stays."""
    yield "kept", "the row is answered as deleted, and kept", writes.applying(case, lambda right, step: {})


def removed_beside(case: Case) -> Iterator[Named]:
    """A delete that takes the next row too."""

    def wrong(right: Apply, step: Step) -> Reasons:
        found = find(step)
        reasons = right(step)
        if found and not reasons:
            later = step.shape.key.column != step.key
            writes.set_fields(step, {writes.label(step): "touched"}, later)
        return reasons

    yield "touches", "the other rows are changed as well", writes.applying(case, wrong)


def changes(case: Case) -> Iterator[Named]:
    """An update that changes nothing, or loses the row."""
    yield (
        "ignored",
        "the update is answered with success and not carried out",
        writes.applying(case, lambda right, step: {} if find(step) else right(step)),
    )

    def lose(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        return reasons or remove(step)

    yield "lost", "the row is gone after the update", writes.applying(case, lose)


FAMILIES: Mapping[str, Family] = {
    "get.shows": shows,
    "get.unknown-row": _on_missing,
    "get.not-modified": not_modified,
    "create.makes": makes,
    "create.list": in_list,
    "create.field": field,
    "create.answer": answer,
    "create.unique-key": unique_key,
    "create.known-key": known_key,
    "create.others-stay": others_stay,
    "create.default": default,
    "update.changes": changes,
    "update.field": field,
    "update.null": null,
    "update.answer": answer,
    "update.others-stay": others_stay,
    "update.twice": twice,
    "update.absent": writes.absent,
    "update.created-stays": writes.created_stays,
    "update.updated-moves": writes.updated_moves,
    "remove.gone": gone,
    "remove.others-stay": removed_beside,
    "row.unknown-row": unknown_row,
    "row.if-match": if_match,
}
