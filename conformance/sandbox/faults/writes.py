"""Upserts and deletes gone wrong: rows and entries that are lost, doubled, or changed beside those that were meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from conformance.sandbox import store, values
from conformance.sandbox.batches import Reasons
from conformance.sandbox.behaviour import Conditions
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at, together
from conformance.sandbox.pages import Page
from conformance.sandbox.query import Query
from conformance.sandbox.sql import Sql, joined, row, run
from conformance.sandbox.sql import name as quoted
from conformance.sandbox.store import Row
from conformance.sandbox.writing import Step, blank, find
from spec.model import JSON

Apply = Callable[[Step], Reasons]


def _applying(case: Case, wrong: Callable[[Apply, Step], Reasons]) -> Change:
    return at(case.operation, "apply", wrong)


def _set(step: Step, changes: dict[str, Any], where: Sql) -> None:
    store.update(step.connection, step.shape.table, {quoted(n): v for n, v in changes.items()}, where)


def _label(step: Step) -> str:
    """A field of the row that holds text, to show where a row was touched that shouldn't have been."""
    free = [f for n, f in step.shape.fields.items() if n in step.shape.writable and f.kind == "text"]
    return next(f.name for f in free if f.name != step.shape.key.name)


# -- rows and entries --------------------------------------------------------------------------------


def _is_known(step: Step) -> bool:
    """True when the item names what is there already: its row, or its entry in every part that it writes."""
    if not step.access.parts:
        return find(step) is not None
    return all(_entry_known(step, part.field) for part in step.access.parts)


def _entry_known(step: Step, name: str) -> bool:
    part = step.shape.parts[name]
    key = values.stored(part.key.kind, step.item.get(part.key.name))
    this = step.own & Sql(f"{part.key.column} = ?", (key,))
    return run(step.connection, "SELECT 1 FROM", part.table, "WHERE", this).fetchone() is not None


def _sparing_part(case: Case, known: bool) -> Change:
    """The subject's part of an item isn't applied where its entry is known, or isn't."""
    name = case.clause.subject

    def wrong(right: Apply, step: Step) -> Reasons:
        if find(step) is None or _entry_known(step, name) is not known:
            return right(step)
        others = tuple(part for part in step.access.parts if part.field != name)
        return right(replace(step, access=replace(step.access, parts=others))) if others else {}

    return _applying(case, wrong)


def inserts(case: Case) -> Iterator[Named]:
    if case.clause.subject:
        yield "lost", "a new entry is counted as succeeded and not added", _sparing_part(case, known=False)
        return
    yield (
        "lost",
        "a new row is counted as succeeded and not inserted",
        _applying(case, lambda right, step: right(step) if _is_known(step) else {}),
    )


def updates(case: Case) -> Iterator[Named]:
    if case.clause.subject:
        yield (
            "ignored",
            "an entry that is known is counted as succeeded and not changed",
            _sparing_part(case, known=True),
        )
        return
    yield (
        "ignored",
        "a row that is known is counted as succeeded and not changed",
        _applying(case, lambda right, step: {} if _is_known(step) else right(step)),
    )


def one_row(case: Case) -> Iterator[Named]:
    """What is sent twice is shown twice."""

    def remembering() -> Change:
        twice: set[Any] = set()

        def remember(right: Apply, step: Step) -> Reasons:
            if _is_known(step):
                twice.add(step.item.get(step.shape.key.name))
            return right(step)

        def rows_twice(right: Callable[[Query, Page], Page], query: Query, page: Page) -> Page:
            honest = right(query, page)
            copies = [one for one in honest.rows if one.get(_key_name(case)) in twice]
            return replace(honest, count=honest.count + len(copies), rows=[*honest.rows, *copies])

        def entries_twice(right: Callable[[Row], Row], one: Row) -> Row:
            honest = right(one)
            if honest.get(_key_name(case)) not in twice:
                return honest
            return {**honest, case.clause.subject: [*honest[case.clause.subject], *honest[case.clause.subject][-1:]]}

        seam, wrong = ("row", entries_twice) if case.clause.subject else ("page", rows_twice)
        return together(_applying(case, remember), *(at(reader, seam, wrong) for reader in case.readers))

    what = "an entry" if case.clause.subject else "a row"
    yield "twice", f"{what} that is sent twice is shown twice", afresh(remembering)


def _key_name(case: Case) -> str:
    return case.operation.access.collection.key if case.operation.access else ""


def exact_key(case: Case) -> Iterator[Named]:
    deletes = case.operation.access is not None and case.operation.access.action == "deletes"

    def others(step: Step, likeness: str) -> Sql:
        return Sql(likeness.format(step.shape.key.column), (step.key,)) & ~step.this

    def also(likeness: str) -> Change:
        def wrong(right: Apply, step: Step) -> Reasons:
            reasons = right(step)
            if not reasons and deletes:
                run(step.connection, "DELETE FROM", step.shape.table, "WHERE", others(step, likeness))
            elif not reasons and _label(step) in step.item:
                _set(step, {_label(step): step.item[_label(step)]}, others(step, likeness))
            return reasons

        return _applying(case, wrong)

    verb = "deleted" if deletes else "changed"
    yield "prefix", f"rows whose key begins with the item's are {verb} as well", also("instr({0}, ?) = 1")
    yield "any-case", f"rows whose key differs in upper and lower case are {verb} as well", also("fold({0}) = fold(?)")
    yield "trimmed", f"rows whose key differs in blanks at its ends are {verb} as well", also("trim({0}) = trim(?)")


def created_stays(case: Case) -> Iterator[Named]:
    def wrong(right: Apply, step: Step) -> Reasons:
        known, created = _is_known(step), step.shape.collection.created
        reasons = right(step)
        if known and created and not reasons:
            _set(step, {created: step.now}, step.this)
        return reasons

    yield "moves", "the row's time of creation moves with each update", _applying(case, wrong)


def updated_moves(case: Case) -> Iterator[Named]:
    def wrong(right: Apply, step: Step) -> Reasons:
        before, updated = find(step), step.shape.collection.updated
        reasons = right(step)
        if before and updated and not reasons:
            _set(step, {updated: before[updated]}, step.this)
        return reasons

    yield "stays", "the row's time of change stays", _applying(case, wrong)


def others_stay(case: Case) -> Iterator[Named]:
    own = {part.field for part in case.operation.access.parts} if case.operation.access else set()

    def entries_lost(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        for name, part in step.shape.parts.items() if not reasons else ():
            if name not in own and name not in step.item:
                run(step.connection, "DELETE FROM", part.table, "WHERE", step.own)
        return reasons

    def fields_lost(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        lists = [f for f in step.shape.shown if f.kind == "json" and f.schema.get("type") == "array"]
        if not reasons:
            _set(step, {f.name: blank(f) for f in lists}, step.this)
        return reasons

    def neighbour(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        before, after = find(step), Sql(f"{step.shape.key.column} > ?", (step.key,))
        if before and not reasons:
            nearest = joined(
                f"{step.shape.key.column} = (SELECT min({step.shape.key.column}) FROM",
                step.shape.table,
                "WHERE",
                after,
                ")",
            )
            _set(step, {_label(step): before[_label(step)]}, nearest)
        return reasons

    parts = case.operation.access.collection.parts if case.operation.access else ()
    if any(part.field not in own for part in parts):
        yield "entries-lost", "the row's entries in other lists are deleted", _applying(case, entries_lost)
    if own:
        yield "fields-lost", "the row's lists of its own are emptied", _applying(case, fields_lost)
        yield "neighbour", "the next row gets a field of the item's", _applying(case, neighbour)


def absent(case: Case) -> Iterator[Named]:
    access = case.operation.access
    other: Literal["keep", "clear"] = "clear" if access and access.absent == "keep" else "keep"

    def wrong(right: Apply, step: Step) -> Reasons:
        return right(replace(step, access=replace(step.access, absent=other)))

    does = "cleared" if other == "clear" else "kept"
    yield does, f"a field that the item leaves out is {does}", _applying(case, wrong)


def last_wins(case: Case) -> Iterator[Named]:
    def backwards(right: Callable[[list[JSON]], list[JSON]], items: list[JSON]) -> list[JSON]:
        return right(items)[::-1]

    yield "backwards", "items are worked on from the last to the first", at(case.operation, "sequence", backwards)


def other_entries(case: Case) -> Iterator[Named]:
    name = case.clause.subject

    def wrong(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        part = step.shape.parts[name]
        if not reasons:
            key = values.stored(part.key.kind, step.item.get(part.key.name))
            others = step.own & ~Sql(f"{part.key.column} = ?", (key,))
            run(step.connection, "DELETE FROM", part.table, "WHERE", others)
        return reasons

    def overwritten(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        part = step.shape.parts[name]
        sent = {
            f.column: values.stored(f.kind, step.item[f.name])
            for f in part.fields
            if f.name in step.item and f is not part.key
        }
        if not reasons:
            store.update(step.connection, part.table, sent, step.own)
        return reasons

    yield "replaced", "the row's other entries are deleted", _applying(case, wrong)
    yield "overwritten", "the row's other entries get the same values", _applying(case, overwritten)


def unknown_row(case: Case) -> Iterator[Named]:
    yield (
        "succeeds",
        "an item with an unknown key is counted as succeeded",
        _applying(case, lambda right, step: right(step) if find(step) else {}),
    )

    def made(right: Apply, step: Step) -> Reasons:
        if find(step) is None:
            shape = step.shape
            stamps = {n: step.now for n in (shape.collection.created, shape.collection.updated) if n}
            shown = {n: values.stored(shape.fields[n].kind, v) for n, v in step.approved.items()}
            record = {n: blank(f) for n, f in shape.fields.items()} | stamps | shown | {shape.key.name: step.key}
            store.insert(step.connection, shape.table, [{quoted(n): v for n, v in record.items()}])
        return right(step)

    if case.operation.access and case.operation.access.action == "upserts":
        yield "made", "an item with an unknown key makes a row", _applying(case, made)


# -- deletes -----------------------------------------------------------------------------------------


def deletes(case: Case) -> Iterator[Named]:
    def hiding() -> Change:
        hidden: set[Any] = set()

        def hide(right: Apply, step: Step) -> Reasons:
            if find(step) is None or step.key in hidden:
                return step.fails(step.shape.key.name, "unknown-row")
            hidden.add(step.key)
            return {}

        def unless_filtered(right: Callable[[Conditions], Sql], many: Conditions) -> Sql:
            honest = right(many)
            if any(not condition.by_default for condition, _ in many) or not hidden:
                return honest
            return honest & ~joined(quoted(_key_name(case)), "IN", row(hidden))

        def show_again(right: Apply, step: Step) -> Reasons:
            hidden.discard(step.key)
            return right(step)

        return together(
            _applying(case, hide),
            *(at(reader, "combine", unless_filtered) for reader in case.readers),
            *(at(writer, "apply", show_again) for writer in case.upserts),
        )

    yield (
        "ignored",
        "a row is counted as deleted and stays",
        _applying(case, lambda right, step: {} if find(step) else right(step)),
    )
    yield "still-filtered", "a deleted row is still shown where a filter finds it", afresh(hiding)


def recreate(case: Case) -> Iterator[Named]:
    def remembering(again: Callable[[Apply, Step, Mapping[str, Any]], Reasons]) -> Change:
        def make() -> Change:
            gone: dict[Any, Mapping[str, Any]] = {}

            def forget(right: Apply, step: Step) -> Reasons:
                before = find(step)
                reasons = right(step)
                if before and not reasons:
                    gone[step.key] = before
                return reasons

            def come_back(right: Apply, step: Step) -> Reasons:
                before = gone.get(step.key)
                return again(right, step, before) if before and find(step) is None else right(step)

            return together(_applying(case, forget), *(at(writer, "apply", come_back) for writer in case.upserts))

        return afresh(make)

    def old_times(right: Apply, step: Step, before: Mapping[str, Any]) -> Reasons:
        reasons = right(step)
        created = step.shape.collection.created
        if created and not reasons:
            _set(step, {created: before[created]}, step.this)
        return reasons

    def unseen(right: Apply, step: Step, before: Mapping[str, Any]) -> Reasons:
        reasons = right(step)
        run(step.connection, "DELETE FROM", step.shape.table, "WHERE", step.this)
        return reasons

    yield (
        "refused",
        "a row that was deleted can't be inserted again",
        remembering(lambda right, step, before: step.fails(step.shape.key.name, "invalid")),
    )
    yield "lost", "a row that is inserted again is counted as succeeded and isn't there", remembering(unseen)
    yield "old-times", "a row that is inserted again has its old time of creation", remembering(old_times)


FAMILIES: Mapping[str, Family] = {
    "write.inserts": inserts,
    "write.updates": updates,
    "write.one-row": one_row,
    "write.exact-key": exact_key,
    "write.created-stays": created_stays,
    "write.updated-moves": updated_moves,
    "write.others-stay": others_stay,
    "write.absent": absent,
    "write.last-wins": last_wins,
    "write.other-entries": other_entries,
    "write.unknown-row": unknown_row,
    "write.deletes": deletes,
    "write.recreate": recreate,
}
