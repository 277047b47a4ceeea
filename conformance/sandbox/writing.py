"""Applying one item of a batch to the rows: upserts and deletes, all of an item or nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from conformance.sandbox import store, values
from conformance.sandbox.batches import Reasons
from conformance.sandbox.messages import Language, say
from conformance.sandbox.tables import DUE, ROW, Field, PartShape, Shape
from spec import Access
from spec.model import JSON


@dataclass(frozen=True)
class Step:
    """One item of a batch, and what is needed to apply it."""

    connection: Connection
    shapes: Mapping[str, Shape]
    access: Access
    item: Mapping[str, JSON]
    language: Language
    now: int
    """In microseconds."""
    unapproved_until: int | None
    """For a new row: when it passes the filters' defaults; None for at once."""
    approved: Mapping[str, JSON]
    """The values of hidden fields that a row has once it is approved."""
    failed_before: int = 0
    """How many items of the batch failed already."""

    @property
    def shape(self) -> Shape:
        """The tables that are written."""
        return self.shapes[self.access.collection.name]

    @property
    def key(self) -> Any:
        """The key of the item's row, as it is kept."""
        field = self.shape.key
        return values.stored(field.kind, self.item.get(field.name))

    def fails(self, field: str, reason: str) -> Reasons:
        """The reasons of an item that fails at a field."""
        return {field: [say(self.language, reason)]}


def apply(step: Step) -> Reasons:
    """Apply an item. Nothing is changed where there is a reason against it."""
    row = find(step)
    if step.access.action == "deletes":
        return remove(step) if row else step.fails(step.shape.key.name, "unknown-row")
    if step.access.parts:
        return _upsert_parts(step, row)
    return _upsert_row(step, row)


def find(step: Step) -> Row[Any] | None:
    """The item's row, if there is one."""
    shape = step.shape
    return step.connection.execute(select(shape.table).where(shape.key.column == step.key)).one_or_none()


def remove(step: Step) -> Reasons:
    """Delete the item's row with all that hangs on it."""
    step.connection.execute(delete(step.shape.table).where(step.shape.key.column == step.key))
    return {}


def _upsert_parts(step: Step, row: Row[Any] | None) -> Reasons:
    """The item holds the fields of one entry of each part, side by side with the row's key."""
    if row is None:
        return step.fails(step.shape.key.name, "unknown-row")
    entries = [(step.shape.parts[part.field], step.item) for part in step.access.parts]
    reasons = _missing_in_entries(step, entries)
    if not reasons:
        for part, entry in entries:
            set_entry(step, part, entry)
        touch(step, row)
    return reasons


def _upsert_row(step: Step, row: Row[Any] | None) -> Reasons:
    reasons: Reasons = {}
    for field, collection in step.access.references.items():
        wanted = step.item.get(field)
        if wanted is not None and not _exists(step, step.shapes[collection], wanted):
            reasons |= step.fails(field, "unknown-row")
    sent = [(part, entry) for name, part in step.shape.parts.items() for entry in step.item.get(name) or ()]
    reasons |= _missing_in_entries(step, sent)
    if reasons:
        return reasons
    set_row(step, row)
    if step.access.absent == "clear":
        for name, part in step.shape.parts.items():
            if part.writable and name not in step.item:
                step.connection.execute(delete(part.table).where(part.row == step.key))
    for part, entry in sent:
        set_entry(step, part, entry)
    return {}


def set_row(step: Step, row: Row[Any] | None) -> None:
    """Write the item's own fields: to its row, or to a new one."""
    shape, item = step.shape, step.item
    own = {name: shape.fields[name] for name in shape.writable}
    changes = {name: values.stored(field.kind, item[name]) for name, field in own.items() if name in item}
    if row is None or step.access.absent == "clear":
        changes |= {name: blank(field) for name, field in own.items() if name not in item}
    if row is None:
        others = {n: blank(f) for n, f in shape.fields.items() if n not in own}
        stamps = {n: step.now for n in (shape.collection.created, shape.collection.updated) if n}
        unseen = {n: values.stored(shape.fields[n].kind, v) for n, v in step.approved.items()}
        if step.unapproved_until is not None:
            unseen = {n: blank(shape.fields[n]) for n in unseen} | {DUE: step.unapproved_until}
        step.connection.execute(insert(shape.table).values({**others, **changes, **stamps, **unseen}))
    else:
        changes.pop(shape.key.name, None)
        if changes:
            step.connection.execute(update(shape.table).where(shape.key.column == step.key).values(changes))
        touch(step, row)
    for name, keyed in shape.keyed.items():
        if row is None or name in changes:
            step.connection.execute(delete(keyed).where(keyed.c[ROW] == step.key))
            records = store.keyed_rows(step.key, item.get(name))
            if records:
                step.connection.execute(insert(keyed), records)


def touch(step: Step, row: Row[Any]) -> None:
    """Move the row's time of change on, also within the same millisecond."""
    updated = step.shape.collection.updated
    if updated:
        later = max(step.now, row._mapping[updated] + 1000)
        step.connection.execute(
            update(step.shape.table).where(step.shape.key.column == step.key).values({updated: later})
        )


def set_entry(step: Step, part: PartShape, entry: Mapping[str, JSON]) -> None:
    """Update the row's entry with the same key, or add one."""
    sent = {f.name: values.stored(f.kind, entry[f.name]) for f in part.fields if f.name in entry}
    this = (part.row == step.key) & (part.key.column == sent[part.key.name])
    if step.connection.execute(select(part.position).where(this)).first():
        step.connection.execute(update(part.table).where(this).values(sent))
    else:
        blanks = {f.name: blank(f) for f in part.fields}
        step.connection.execute(insert(part.table).values({ROW: step.key, **blanks, **sent}))


def _missing_in_entries(step: Step, entries: list[tuple[PartShape, Mapping[str, JSON]]]) -> Reasons:
    """An entry that is new can't leave out what responses must show of it."""
    reasons: Reasons = {}
    for part, entry in entries:
        missing = [f.name for f in part.fields if f.required and f.name in part.writable and f.name not in entry]
        key = values.stored(part.key.kind, entry.get(part.key.name))
        this = (part.row == step.key) & (part.key.column == key)
        if missing and not step.connection.execute(select(part.position).where(this)).first():
            for name in missing:
                reasons |= step.fails(name, "new-entry")
    return reasons


def _exists(step: Step, shape: Shape, key: JSON) -> bool:
    wanted = shape.key.column == values.stored(shape.key.kind, key)
    return step.connection.execute(select(shape.key.column).where(wanted)).first() is not None


def blank(field: Field) -> Any:
    """What a field holds that nobody has written yet."""
    schema = field.schema
    if "default" in schema:
        return values.stored(field.kind, schema["default"])
    types = schema.get("type")
    if types == "array" or types == "object":
        return values.stored("json", [] if types == "array" else {})
    if not field.required or field.nullable:
        return None
    if "enum" in schema:
        return values.stored(field.kind, schema["enum"][0])
    empty: dict[values.Kind, Any] = {
        "decimal": "0",
        "number": values.stored("number", schema.get("minimum", 0)),
        "boolean": 0,
        "instant": 0,
        "uuid": "00000000-0000-0000-0000-000000000000",
        "json": "null",
    }
    return empty.get(field.kind, "")
