"""Wrong writes of parts' entries, and of the row around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, delete, func, select

from conformance.sandbox import store
from conformance.sandbox.batches import Reasons
from conformance.sandbox.databases.records import insert
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at, together
from conformance.sandbox.faults.writes import (
    Apply,
    applying,
    created_stays,
    entries_lost,
    key_name,
    label,
    set_fields,
    unknown_row,
    updated_moves,
)
from conformance.sandbox.store import Row
from conformance.sandbox.values import Kind, kind
from conformance.sandbox.writing import Step, blank, entry_exists, find
from spec import Access, Operation, Part


def _one_spelling(id: Any) -> Any:
    """An id of an entry, as every spelling of it gives it."""
    return id.lower() if isinstance(id, str) else id


def _entry_known(step: Step, name: str) -> bool:
    return entry_exists(step, step.shape.parts[name], step.item)


def _sparing_part(case: Case, known: bool) -> Change:
    """The clause's part of an item isn't applied where its entry is known, or isn't."""
    name = case.clause.speaks_of(Part).field

    def wrong(right: Apply, step: Step) -> Reasons:
        if find(step) is None or _entry_known(step, name) is not known:
            return right(step)
        others = tuple(part for part in step.access.parts if part.field != name)
        return right(replace(step, access=replace(step.access, parts=others))) if others else {}

    return applying(case, wrong)


def inserts(case: Case) -> Iterator[Named]:
    """New entries that are lost."""
    yield "lost", "a new entry is counted as succeeded and not added", _sparing_part(case, known=False)
    part = case.clause.speaks_of(Part)
    others = [other.key for other in (case.operation.access.parts if case.operation.access else ()) if other != part]

    def mixed_up(right: Apply, step: Step) -> Reasons:
        return right(replace(step, item={**step.item, part.key: step.item.get(others[0])}))

    if others and others[0] != part.key:
        yield "other-list", "an entry gets the id that the item has for another part", applying(case, mixed_up)


def updates(case: Case) -> Iterator[Named]:
    """Known entries that stay as they were."""
    ignored = _sparing_part(case, known=True)
    yield "ignored", "an entry that is known is counted as succeeded and not changed", ignored
    part = case.clause.speaks_of(Part)

    def without(left: Callable[[Kind, Any], bool]) -> Change:
        """A known entry keeps the fields that are left."""

        def wrong(right: Apply, step: Step) -> Reasons:
            if find(step) is None or not _entry_known(step, part.field):
                return right(step)
            kinds = {field.name: field.kind for field in step.shape.parts[part.field].fields if field.name != part.key}
            return right(
                replace(step, item={n: v for n, v in step.item.items() if n not in kinds or not left(kinds[n], v)})
            )

        return applying(case, wrong)

    kinds = _kinds(case, part)
    if "decimal" in kinds:
        zero = without(lambda kind, value: kind == "decimal" and not float(value))
        yield "zero-ignored", "an amount of zero is taken for a missing one", zero
    if "text" in kinds:
        yield "texts-kept", "the texts of an entry that is known never change", without(lambda kind, _: kind == "text")


def _kinds(case: Case, part: Part) -> set[Kind]:
    """The kinds of the fields that an item sets in an entry."""
    access, contract = case.operation.access, case.contract
    item = contract.properties({"$ref": access.collection.item}) if access else {}
    entry = contract.properties(contract.resolve(item.get(part.field, {})).get("items", {}))
    sent = contract.properties(contract.items(case.operation))
    return {kind(sent[name]) for name in entry if name in sent and name != part.key}


def one_entry(case: Case) -> Iterator[Named]:
    """An entry that is sent twice is shown twice."""
    part = case.clause.speaks_of(Part)
    name = part.field

    def remembering() -> Change:
        twice: set[tuple[Any, Any]] = set()

        def remember(right: Apply, step: Step) -> Reasons:
            if find(step) and _entry_known(step, name):
                twice.add((step.item.get(step.shape.key.name), _one_spelling(step.item.get(part.key))))
            return right(step)

        def doubled(right: Callable[[Row], Row], one: Row) -> Row:
            honest = right(one)
            entries = honest.get(name, [])
            copies = [e for e in entries if (honest.get(key_name(case)), _one_spelling(e.get(part.key))) in twice]
            return {**honest, name: [*entries, *copies]} if copies else honest

        return together(applying(case, remember), *(at(reader, "row", doubled) for reader in case.readers))

    yield "twice", "an entry that is sent twice is shown twice", afresh(remembering)


def other_entries(case: Case) -> Iterator[Named]:
    """Entries beside the item's that are lost or overwritten."""
    name = case.clause.speaks_of(Part).field

    def wrong(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        part = step.shape.parts[name]
        if not reasons:
            others = and_(step.own(part.table), part.key.column != step.item.get(part.key.name))
            step.connection.execute(delete(part.table).where(others))
        return reasons

    def overwritten(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        part = step.shape.parts[name]
        sent = {f.name: step.item[f.name] for f in part.fields if f.name in step.item and f is not part.key}
        if not reasons:
            store.update(step.connection, part.table, sent, step.own(part.table))
        return reasons

    yield "replaced", "the row's other entries are deleted", applying(case, wrong)
    yield "overwritten", "the row's other entries get the same values", applying(case, overwritten)


def others_stay(case: Case) -> Iterator[Named]:
    """What is around the entries that an item names, changed."""

    def fields_lost(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        kept = (step.shape.key.name, step.shape.collection.created, step.shape.collection.updated)
        others = [f for f in step.shape.shown if f.kind in ("text", "json") and f.name not in kept]
        if not reasons:
            set_fields(step, {f.name: blank(f) for f in others}, step.this)
        return reasons

    def neighbour(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        before, key = find(step), step.shape.key.column
        if before and not reasons:
            others = step.shape.table.alias().c[key.name]
            nearest = key == select(func.min(others)).where(others > step.key).scalar_subquery()
            set_fields(step, {label(step): before[label(step)]}, nearest)
        return reasons

    access = case.operation.access
    if access and set(access.collection.parts) - set(access.parts):
        yield entries_lost(case)
        beside = [other for other in case.contract.operations if other.code > case.operation.code]
        if any(_other_parts(access, other) for other in beside):
            what = "the row is written back as a whole, with other lists as they were when it was first read"
            yield "written-back", what, afresh(lambda: _written_back(case))
    yield (
        "fields-lost",
        "the row's other fields are emptied, as if the item were all of it",
        applying(case, fields_lost),
    )
    yield "neighbour", "the next row gets a field of the item's", applying(case, neighbour)


def _other_parts(access: Access, other: Operation) -> bool:
    """True for an operation that writes parts of the same rows, and none of these."""
    theirs = other.access if other.access and other.access.collection.name == access.collection.name else None
    return theirs is not None and bool(theirs.parts) and not set(theirs.parts) & set(access.parts)


def _written_back(case: Case) -> Change:
    """A worker keeps what it once read of a row; what other operations wrote since then is lost."""
    own = {part.field for part in case.operation.access.parts} if case.operation.access else set()
    read: dict[tuple[object, str], list[Any]] = {}

    def wrong(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        for name, part in step.shape.parts.items() if not reasons else ():
            if name not in own:
                now = step.connection.execute(select(part.table).where(step.own(part.table))).mappings().all()
                before = read.setdefault((step.key, name), [dict(entry) for entry in now])
                step.connection.execute(delete(part.table).where(step.own(part.table)))
                insert(step.connection, part.table, before)
        return reasons

    return applying(case, wrong)


def unknown_owner(case: Case) -> Iterator[Named]:
    """Items for missing rows that are accepted, or that create rows."""
    yield from unknown_row(case)

    def made(right: Apply, step: Step) -> Reasons:
        if find(step) is None:
            shape = step.shape
            stamps = {n: step.now for n in (shape.collection.created, shape.collection.updated) if n}
            empty = {name: blank(field) for name, field in shape.fields.items()}
            record = {**empty, **stamps, **step.approved, shape.key.name: step.key}
            insert(step.connection, shape.table, [record])
        return right(step)

    yield "made", "an item with an unknown key makes a row", applying(case, made)


FAMILIES: Mapping[str, Family] = {
    "part.inserts": inserts,
    "part.updates": updates,
    "part.one-row": one_entry,
    "part.other-entries": other_entries,
    "part.created-stays": created_stays,
    "part.updated-moves": updated_moves,
    "part.others-stay": others_stay,
    "part.unknown-row": unknown_owner,
}
