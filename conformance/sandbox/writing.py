"""Applying one item to the rows, of a batch or alone: completely or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from conformance.sandbox import store
from conformance.sandbox.batches import Reasons
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.messages import Language, say
from conformance.sandbox.tables import DUE, ROW, THIS, Field, PartShape, Shape
from conformance.sandbox.touched import Record, Touched
from conformance.sandbox.values import Kind
from spec import Access
from spec.model import JSON


@dataclass(frozen=True)
class Step:
    """One item of a batch, and what is needed to apply it."""

    rows: Touched
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
    def connection(self) -> Connection:
        """The connection of the transaction, in which all that was applied is written."""
        return self.rows.connection

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
    reasons = _applied(step)
    if step.rows.at_once:
        step.rows.write()
    return reasons


def _applied(step: Step) -> Reasons:
    known = step.rows.has(step.shape, step.key)
    if step.access.action == "creates":
        return step.fails(step.shape.key.name, "known-row") if known else _upsert_row(step, known)
    if not known and (step.access.parts or step.access.action in ("deletes", "removes", "updates")):
        return step.fails(step.shape.key.name, "unknown-row")
    if step.access.action in ("deletes", "removes"):
        step.rows.remove(step.shape, step.key)
        return {}
    return _upsert_parts(step) if step.access.parts else _upsert_row(step, known)


def find(step: Step) -> Record | None:
    """The item's row with all its fields, if there is one."""
    found = step.connection.execute(step.shape.finds, {THIS: step.key}).mappings().first()
    return dict(found) if found else None


def remove(step: Step) -> Reasons:
    """Delete the item's row at once, with all that hangs on it."""
    step.rows.remove(step.shape, step.key)
    step.rows.write()
    return {}


def keys(access: Access, items: list[JSON]) -> Iterator[JSON]:
    """The keys of all rows that items write, or refer to, each beside its collection's name."""
    for item in items:
        if isinstance(item, dict):
            yield [access.collection.name, item.get(access.collection.key)]
            yield from ([collection, item.get(field)] for field, collection in access.references.items())


def read(steps: list[Step]) -> None:
    """Read ahead, with few statements, what applying these items will ask for."""
    for step in steps[:1]:
        step.rows.read(step.shape, [one.key for one in steps])
        for field, collection in step.access.references.items():
            wanted = [one.item.get(field) for one in steps]
            step.rows.read(step.shapes[collection], [key for key in wanted if key is not None])


def _upsert_parts(step: Step) -> Reasons:
    """The item holds the fields of one entry of each part, side by side with the row's key."""
    entries = [(step.shape.parts[part.field], step.item) for part in step.access.parts]
    reasons = _missing_in_entries(step, entries)
    if not reasons:
        for part, entry in entries:
            _set_entry(step, part, entry)
        step.rows.change(step.shape, step.key, {}, step.now)
    return reasons


def _upsert_row(step: Step, known: bool) -> Reasons:
    reasons: Reasons = {}
    for field, collection in step.access.references.items():
        wanted = step.item.get(field)
        if wanted is not None and not step.rows.has(step.shapes[collection], wanted):
            reasons |= step.fails(field, "unknown-row")
    sent = [(part, entry) for name, part in step.shape.parts.items() for entry in step.item.get(name) or ()]
    reasons |= _missing_in_entries(step, sent)
    if reasons:
        return reasons
    _set_row(step, known)
    if step.access.absent == "clear":
        for name, part in step.shape.parts.items():
            if part.writable and name not in step.item:
                step.rows.clear(step.shape, step.key, part)
    for part, entry in sent:
        _set_entry(step, part, entry)
    return {}


def _set_row(step: Step, known: bool) -> None:
    """Write the item's own fields: to its row, or to a new one."""
    shape, item, rows = step.shape, step.item, step.rows
    changes = {name: item[name] for name in shape.writable if name in item}
    if not known or step.access.absent == "clear":
        changes |= {name: blank(shape.fields[name]) for name in shape.writable if name not in item}
    if known:
        rows.change(shape, step.key, {n: value for n, value in changes.items() if n != shape.key.name}, step.now)
    else:
        others = {name: blank(field) for name, field in shape.fields.items() if name not in shape.writable}
        stamps = {name: step.now for name in (shape.collection.created, shape.collection.updated) if name}
        record = {**others, **changes, **stamps, shape.key.name: step.key, **_unseen(step), DUE: step.unapproved_until}
        rows.insert(shape, step.key, record)
    for name, keyed in shape.keyed.items():
        if not known or name in changes:
            rows.put_values(shape, step.key, keyed, store.keyed_records(step.key, item.get(name)))
    for reached in store.kept_apart(shape):
        if not known or reached.path[0] in changes:
            records = store.reached_records(shape, reached, {**changes, shape.key.name: step.key})
            rows.put_values(shape, step.key, reached.table, records)


def _unseen(step: Step) -> Record:
    """The hidden fields of a new row: as they are once it is approved, or as before."""
    if step.unapproved_until is None:
        return dict(step.approved)
    fields = {name: step.shape.fields[name] for name in step.approved}
    return {n: not step.approved[n] if field.kind == "boolean" else blank(field) for n, field in fields.items()}


def _set_entry(step: Step, part: PartShape, entry: Mapping[str, JSON]) -> None:
    """Update the row's entry with the same key, or add one."""
    sent = {field.name: entry[field.name] for field in part.fields if field.name in entry}
    step.rows.set_entry(step.shape, step.key, part, sent, {field.name: blank(field) for field in part.fields})


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
    return step.rows.has_entry(step.shape, part, step.key, entry.get(part.key.name))


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
