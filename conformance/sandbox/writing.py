"""Applying one item to the rows, of a batch or alone: completely or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Executable, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from conformance.sandbox import store
from conformance.sandbox.batches import Reasons
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.messages import Language, say
from conformance.sandbox.tables import DUE, NOW, ROW, THIS, Field, PartShape, Shape
from conformance.sandbox.values import Kind
from spec import Access
from spec.model import JSON

Record = dict[str, Any]
"""A row of a table, by column."""


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
    def key(self) -> object:
        """The key of the item's row."""
        return self.item.get(self.shape.key.name)

    @property
    def this(self) -> Predicate:
        """True for the item's row."""
        return self.shape.key.column == self.key

    def own(self, table: Table) -> Predicate:
        """True for what hangs on the item's row in another table."""
        return table.c[ROW] == self.key

    def fails(self, field: str, reason: str) -> Reasons:
        """The reasons of an item that fails at a field."""
        return {field: [say(self.language, reason)]}


def apply(step: Step) -> Reasons:
    """Apply an item. Nothing is changed where there is a reason against it."""
    row = find(step)
    if step.access.action == "creates":
        return _upsert_row(step, None) if row is None else step.fails(step.shape.key.name, "known-row")
    if row is None and step.access.action in ("deletes", "removes", "updates"):
        return step.fails(step.shape.key.name, "unknown-row")
    if step.access.action in ("deletes", "removes"):
        return remove(step)
    if step.access.parts:
        return _upsert_parts(step, row)
    return _upsert_row(step, row)


def find(step: Step) -> Record | None:
    """The item's row, if there is one."""
    return _find(step, step.shape, step.key)


def _find(step: Step, shape: Shape, key: object) -> Record | None:
    found = step.connection.execute(shape.finds, {THIS: key}).mappings().first()
    return dict(found) if found else None


def remove(step: Step) -> Reasons:
    """Delete the item's row with all that hangs on it."""
    step.connection.execute(delete(step.shape.table).where(step.this))
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
        change(step, {})
    return reasons


def _upsert_row(step: Step, row: Record | None) -> Reasons:
    reasons: Reasons = {}
    for field, collection in step.access.references.items():
        wanted = step.item.get(field)
        if wanted is not None and _find(step, step.shapes[collection], wanted) is None:
            reasons |= step.fails(field, "unknown-row")
    sent = [(part, entry) for name, part in step.shape.parts.items() for entry in step.item.get(name) or ()]
    reasons |= _missing_in_entries(step, sent)
    if reasons:
        return reasons
    set_row(step, row)
    if step.access.absent == "clear":
        for name, part in step.shape.parts.items():
            if part.writable and name not in step.item:
                step.connection.execute(delete(part.table).where(step.own(part.table)))
    for part, entry in sent:
        set_entry(step, part, entry)
    return {}


def set_row(step: Step, row: Record | None) -> None:
    """Write the item's own fields: to its row, or to a new one."""
    shape, item = step.shape, step.item
    changes = {name: item[name] for name in shape.writable if name in item}
    if row is None or step.access.absent == "clear":
        changes |= {name: blank(shape.fields[name]) for name in shape.writable if name not in item}
    if row is None:
        others = {name: blank(field) for name, field in shape.fields.items() if name not in shape.writable}
        stamps = {name: step.now for name in (shape.collection.created, shape.collection.updated) if name}
        record = {**others, **changes, **stamps, shape.key.name: step.key, **_unseen(step), DUE: step.unapproved_until}
        store.insert(step.connection, shape.table, [record])
    else:
        change(step, {name: value for name, value in changes.items() if name != shape.key.name})
    for name, keyed in shape.keyed.items():
        if row and name in changes:
            step.connection.execute(delete(keyed).where(step.own(keyed)))
        if row is None or name in changes:
            store.insert(step.connection, keyed, store.keyed_records(step.key, item.get(name)))
    for reached in store.kept_apart(shape):
        if row and reached.path[0] in changes:
            step.connection.execute(delete(reached.table).where(step.own(reached.table)))
        if row is None or reached.path[0] in changes:
            records = store.reached_records(shape, reached, {**changes, shape.key.name: step.key})
            store.insert(step.connection, reached.table, records)


def _unseen(step: Step) -> Record:
    """The hidden fields of a new row: as they are once it is approved, or as before."""
    if step.unapproved_until is None:
        return dict(step.approved)
    fields = {name: step.shape.fields[name] for name in step.approved}
    return {n: not step.approved[n] if field.kind == "boolean" else blank(field) for n, field in fields.items()}


def change(step: Step, changes: Record) -> None:
    """Change fields of the item's row, and move its time of change on."""
    if step.shape.collection.updated:
        changes = {**changes, NOW: step.now}
    if changes:
        step.connection.execute(step.shape.changes, {**changes, THIS: step.key})


def set_entry(step: Step, part: PartShape, entry: Mapping[str, JSON]) -> None:
    """Update the row's entry with the same key, or add one."""
    sent = {field.name: entry[field.name] for field in part.fields if field.name in entry}
    blanks = {field.name: blank(field) for field in part.fields}
    statement = _upsert(step.connection.dialect.name, part.table, part.key.name, tuple(sent))
    step.connection.execute(statement, {ROW: step.key, **blanks, **sent})


@lru_cache
def _upsert(dialect: str, table: Table, key: str, sent: tuple[str, ...]) -> Executable:
    """Insert an entry, or where there is one, update what is sent. It is built once, for that takes its time."""
    added = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return added.on_conflict_do_update(index_elements=[ROW, key], set_={name: added.excluded[name] for name in sent})


def _missing_in_entries(step: Step, entries: list[tuple[PartShape, Mapping[str, JSON]]]) -> Reasons:
    """An entry that is new can't leave out what responses must show of it."""
    reasons: Reasons = {}
    for part, entry in entries:
        missing = [f.name for f in part.fields if f.required and f.name in part.writable and f.name not in entry]
        if missing and not entry_exists(step, part, entry):
            for name in missing:
                reasons |= step.fails(name, "new-entry")
    return reasons


def entry_exists(step: Step, part: PartShape, entry: Mapping[str, JSON]) -> bool:
    """True when the row has an entry with the same key."""
    key = part.key.column
    this = select(key).where(step.own(part.table), key == entry.get(part.key.name))
    return step.connection.execute(this).first() is not None


def blank(field: Field) -> Any:
    """The value of a field that was never written."""
    schema = field.schema
    if "default" in schema:
        return schema["default"]
    types = schema.get("type")
    if types in ("array", "object"):
        return [] if types == "array" else {}
    if not field.required or field.nullable:
        return None
    if "enum" in schema:
        return schema["enum"][0]
    empty: dict[Kind, Any] = {
        "decimal": "0",
        "number": schema.get("minimum", 0),
        "boolean": False,
        "instant": 0,
        "uuid": "00000000-0000-0000-0000-000000000000",
        "json": None,
    }
    return empty.get(field.kind, "")
