"""Applying one item of a batch to the rows: upserts and deletes, all of an item or nothing of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.sandbox import store, values
from conformance.sandbox.batches import Reasons
from conformance.sandbox.messages import Language, say
from conformance.sandbox.sql import Sql, run
from conformance.sandbox.sql import name as quoted
from conformance.sandbox.tables import DUE, ROW, Field, PartShape, Shape
from spec import Access
from spec.model import JSON

Record = dict[str, Any]
"""A row as its table keeps it, by field."""


@dataclass(frozen=True)
class Step:
    """One item of a batch, and what is needed to apply it."""

    connection: sqlite3.Connection
    shapes: Mapping[str, Shape]
    access: Access
    item: Mapping[str, JSON]
    language: Language
    now: int
    """In microseconds."""
    approved: Mapping[str, JSON]
    """The values of hidden fields that a row has once it is approved."""
    unapproved_until: int | None = None
    """For a new row: when it passes the filters' defaults; None for at once."""
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

    @property
    def this(self) -> Sql:
        """True for the item's row."""
        return Sql(f"{self.shape.key.column} = ?", (self.key,))

    @property
    def own(self) -> Sql:
        """True for what hangs on the item's row in other tables."""
        return Sql(f"{ROW} = ?", (self.key,))

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


def find(step: Step) -> Record | None:
    """The item's row, if there is one."""
    names = tuple(step.shape.fields)
    columns = ", ".join(map(quoted, names))
    found = run(step.connection, "SELECT", columns, "FROM", step.shape.table, "WHERE", step.this).fetchone()
    return dict(zip(names, found, strict=True)) if found else None


def remove(step: Step) -> Reasons:
    """Delete the item's row with all that hangs on it."""
    run(step.connection, "DELETE FROM", step.shape.table, "WHERE", step.this)
    return {}


def _upsert_parts(step: Step, row: Record | None) -> Reasons:
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


def _upsert_row(step: Step, row: Record | None) -> Reasons:
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
                run(step.connection, "DELETE FROM", part.table, "WHERE", step.own)
    for part, entry in sent:
        set_entry(step, part, entry)
    return {}


def set_row(step: Step, row: Record | None) -> None:
    """Write the item's own fields: to its row, or to a new one."""
    shape, item = step.shape, step.item
    own = {name: shape.fields[name] for name in shape.writable}
    changes = {name: values.stored(field.kind, item[name]) for name, field in own.items() if name in item}
    if row is None or step.access.absent == "clear":
        changes |= {name: blank(field) for name, field in own.items() if name not in item}
    if row is None:
        others = {n: blank(f) for n, f in shape.fields.items() if n not in own}
        stamps = {n: step.now for n in (shape.collection.created, shape.collection.updated) if n}
        record = _columns({**others, **changes, **stamps, **_unseen(step)})
        store.insert(step.connection, shape.table, [{**record, DUE: step.unapproved_until}])
    else:
        kept = {name: value for name, value in changes.items() if name != shape.key.name}
        store.update(step.connection, shape.table, _columns(kept), step.this)
        touch(step, row)
    for name, keyed in shape.keyed.items():
        if row is None or name in changes:
            run(step.connection, "DELETE FROM", keyed, "WHERE", step.own)
            store.insert(step.connection, keyed, store.keyed_records(step.key, item.get(name)))


def _unseen(step: Step) -> Record:
    """The hidden fields of a new row: as they are once it is approved, or as before."""
    fields = {name: step.shape.fields[name] for name in step.approved}
    if step.unapproved_until is None:
        return {name: values.stored(field.kind, step.approved[name]) for name, field in fields.items()}
    return {
        name: int(not step.approved[name]) if field.kind == "boolean" else blank(field)
        for name, field in fields.items()
    }


def _columns(record: Record) -> Record:
    return {quoted(name): value for name, value in record.items()}


def touch(step: Step, row: Record) -> None:
    """Move the row's time of change on, also within the same millisecond."""
    updated = step.shape.collection.updated
    if updated:
        later = max(step.now, row[updated] + 1000)
        store.update(step.connection, step.shape.table, {quoted(updated): later}, step.this)


def set_entry(step: Step, part: PartShape, entry: Mapping[str, JSON]) -> None:
    """Update the row's entry with the same key, or add one."""
    sent = {f.name: values.stored(f.kind, entry[f.name]) for f in part.fields if f.name in entry}
    if _entry_exists(step, part, entry):
        this = step.own & Sql(f"{part.key.column} = ?", (sent[part.key.name],))
        store.update(step.connection, part.table, _columns(sent), this)
    else:
        blanks = {f.name: blank(f) for f in part.fields}
        store.insert(step.connection, part.table, [{ROW: step.key, **_columns({**blanks, **sent})}])


def _missing_in_entries(step: Step, entries: list[tuple[PartShape, Mapping[str, JSON]]]) -> Reasons:
    """An entry that is new can't leave out what responses must show of it."""
    reasons: Reasons = {}
    for part, entry in entries:
        missing = [f.name for f in part.fields if f.required and f.name in part.writable and f.name not in entry]
        if missing and not _entry_exists(step, part, entry):
            for name in missing:
                reasons |= step.fails(name, "new-entry")
    return reasons


def _entry_exists(step: Step, part: PartShape, entry: Mapping[str, JSON]) -> bool:
    key = values.stored(part.key.kind, entry.get(part.key.name))
    this = step.own & Sql(f"{part.key.column} = ?", (key,))
    return run(step.connection, "SELECT 1 FROM", part.table, "WHERE", this).fetchone() is not None


def _exists(step: Step, shape: Shape, key: JSON) -> bool:
    this = Sql(f"{shape.key.column} = ?", (values.stored(shape.key.kind, key),))
    return run(step.connection, "SELECT 1 FROM", shape.table, "WHERE", this).fetchone() is not None


def blank(field: Field) -> Any:
    """What a field holds that nobody has written yet."""
    schema = field.schema
    if "default" in schema:
        return values.stored(field.kind, schema["default"])
    types = schema.get("type")
    if types in ("array", "object"):
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
