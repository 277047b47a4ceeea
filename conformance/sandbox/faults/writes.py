"""Wrong upserts: rows and entries that are lost or doubled, and changes to others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from sqlalchemy import RowMapping, Table, and_, delete, false, func, or_, select, update

from conformance.sandbox import conditions, store
from conformance.sandbox.batches import Reasons
from conformance.sandbox.databases.records import insert
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at, together
from conformance.sandbox.lookups import COMPARISONS, Predicate
from conformance.sandbox.pages import Page
from conformance.sandbox.query import Condition, Query
from conformance.sandbox.tables import KEY, ROW, TEXT, Shape
from conformance.sandbox.validation import Problems
from conformance.sandbox.writing import Step, find
from spec.model import JSON

Apply = Callable[[Step], Reasons]


def applying(case: Case, wrong: Callable[[Apply, Step], Reasons]) -> Change:
    """Items of the clause's operation are applied in another way."""
    return at(case.operation, "apply", wrong)


def set_fields(step: Step, changes: dict[str, Any], where: Predicate) -> None:
    """Change fields of the rows for which `where` is true."""
    store.update(step.connection, step.shape.table, changes, where)


def label(step: Step) -> str:
    """A field of the row that holds text, to show where a row was touched that shouldn't have been."""
    free = [f for n, f in step.shape.fields.items() if n in step.shape.writable and f.kind == "text"]
    return next(f.name for f in free if f.name != step.shape.key.name)


# -- rows and entries --------------------------------------------------------------------------------


def _is_known(step: Step) -> bool:
    """True when the item names a row that is there already."""
    return find(step) is not None


def inserts(case: Case) -> Iterator[Named]:
    """New rows that are lost."""
    yield (
        "lost",
        "a new row is counted as succeeded and not inserted",
        applying(case, lambda right, step: right(step) if _is_known(step) else {}),
    )


def updates(case: Case) -> Iterator[Named]:
    """Known rows that stay as they were."""
    yield (
        "ignored",
        "a row that is known is counted as succeeded and not changed",
        applying(case, lambda right, step: {} if _is_known(step) else right(step)),
    )
    yield (
        "refused",
        "a batch with a row that is known is refused, as by a check for uniqueness",
        afresh(partial(_unique, case)),
    )


def _unique(case: Case) -> Change:
    known: set[JSON] = set()

    def remember(right: Apply, step: Step) -> Reasons:
        known.add(str(step.key))
        return right(step)

    def refused(right: Callable[[JSON, Problems], Problems], items: JSON, problems: Problems) -> Problems:
        name = key_name(case)
        sent = [
            str(one.get(name)) if isinstance(one, dict) else "" for one in (items if isinstance(items, list) else [])
        ]
        taken = {str(n): {name: ["There is such a row already."]} for n, key in enumerate(sent) if key in known}
        return {**right(items, problems), **taken}

    return together(applying(case, remember), at(case.operation, "problems", refused))


def one_row(case: Case) -> Iterator[Named]:
    """A row that is sent twice is shown twice."""

    def remembering() -> Change:
        twice: set[Any] = set()

        def remember(right: Apply, step: Step) -> Reasons:
            if _is_known(step):
                twice.add(step.item.get(step.shape.key.name))
            return right(step)

        def doubled(right: Callable[[Query, Page], Page], query: Query, page: Page) -> Page:
            honest = right(query, page)
            copies = [one for one in honest.rows if one.get(key_name(case)) in twice]
            return replace(honest, count=honest.count + len(copies), rows=[*honest.rows, *copies])

        return together(applying(case, remember), *(at(reader, "page", doubled) for reader in case.readers))

    yield "twice", "a row that is sent twice is shown twice", afresh(remembering)


def key_name(case: Case) -> str:
    """The name of the key of the rows that the clause is about."""
    return case.operation.access.collection.key if case.operation.access else ""


def exact_key(case: Case) -> Iterator[Named]:
    """Rows with a key like the item's that are touched as well."""
    deletes = case.operation.access is not None and case.operation.access.action == "deletes"

    def also(alike: Callable[[Step], Predicate]) -> Change:
        def wrong(right: Apply, step: Step) -> Reasons:
            reasons = right(step)
            others = and_(alike(step), step.shape.key.column != step.key)
            if not reasons and deletes:
                step.connection.execute(delete(step.shape.table).where(others))
            elif not reasons and label(step) in step.item:
                set_fields(step, {label(step): step.item[label(step)]}, others)
            return reasons

        return applying(case, wrong)

    def prefix(step: Step) -> Predicate:
        return COMPARISONS["startswith"](step.shape.key.column, step.key)

    def any_case(step: Step) -> Predicate:
        return COMPARISONS["exact"](func.fold(step.shape.key.column), func.fold(step.key))

    verb = "deleted" if deletes else "changed"
    yield "prefix", f"rows whose key begins with the item's are {verb} as well", also(prefix)
    yield "any-case", f"rows whose key differs in upper and lower case are {verb} as well", also(any_case)


def created_stays(case: Case) -> Iterator[Named]:
    """A time of creation that moves."""

    def wrong(right: Apply, step: Step) -> Reasons:
        known, created = _is_known(step), step.shape.collection.created
        reasons = right(step)
        if known and created and not reasons:
            set_fields(step, {created: step.now}, step.this)
        return reasons

    yield "moves", "the row's time of creation moves with each update", applying(case, wrong)


def updated_moves(case: Case) -> Iterator[Named]:
    """A time of change that stays."""

    def wrong(right: Apply, step: Step) -> Reasons:
        before, updated = find(step), step.shape.collection.updated
        reasons = right(step)
        if before and updated and not reasons:
            set_fields(step, {updated: before[updated]}, step.this)
        return reasons

    yield "stays", "the row's time of change stays", applying(case, wrong)


def others_stay(case: Case) -> Iterator[Named]:
    """Parts that a row's item doesn't name, lost."""
    if case.operation.access and case.operation.access.collection.parts:
        yield entries_lost(case)


def entries_lost(case: Case) -> Named:
    """The entries of parts that an operation doesn't write are deleted."""
    own = {part.field for part in case.operation.access.parts} if case.operation.access else set()

    def wrong(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        for name, part in step.shape.parts.items() if not reasons else ():
            if name not in own and name not in step.item:
                step.connection.execute(delete(part.table).where(step.own(part.table)))
        return reasons

    return "entries-lost", "the row's entries in other lists are deleted", applying(case, wrong)


def absent(case: Case) -> Iterator[Named]:
    """Fields that an item leaves out are cleared instead of kept, or kept instead of cleared."""
    access = case.operation.access
    other: Literal["keep", "clear"] = "clear" if access and access.absent == "keep" else "keep"

    def wrong(right: Apply, step: Step) -> Reasons:
        return right(replace(step, access=replace(step.access, absent=other)))

    does = "cleared" if other == "clear" else "kept"
    yield does, f"a field that the item leaves out is {does}", applying(case, wrong)


def filters(case: Case) -> Iterator[Named]:
    """Filters see a row as it was before it was changed."""

    def forgetting() -> Change:
        changed: set[Any] = set()

        def remember(right: Apply, step: Step) -> Reasons:
            if find(step):
                changed.add(step.key)
            return right(step)

        def unseen(right: Callable[[Shape, Condition], Predicate], shape: Shape, condition: Condition) -> Predicate:
            honest = right(shape, condition)
            if condition.filter.field == shape.key.name or condition.filter.hidden:
                return honest
            return and_(honest, shape.key.column.not_in(changed))

        return together(applying(case, remember), *(at(reader, "condition", unseen) for reader in case.readers))

    def free_keys(step: Step) -> dict[Table, Sequence[RowMapping]]:
        return {
            table: step.connection.execute(select(*table.c[ROW, KEY, TEXT]).where(step.own(table))).mappings().all()
            for table in step.shape.keyed.values()
        }

    def free_keys_kept(right: Apply, step: Step) -> Reasons:
        before = free_keys(step)
        reasons = right(step)
        after = free_keys(step)
        for table, records in before.items() if find(step) and not reasons else ():
            there = {record[KEY] for record in after[table]}
            insert(step.connection, table, [dict(record) for record in records if record[KEY] not in there])
        return reasons

    def free_keys_stale(right: Apply, step: Step) -> Reasons:
        stale = free_keys(step)
        known, reasons = find(step), right(step)
        for table, records in stale.items() if known and not reasons else ():
            step.connection.execute(delete(table).where(step.own(table)))
            insert(step.connection, table, [dict(record) for record in records])
        return reasons

    def free_keys_cut(right: Apply, step: Step) -> Reasons:
        reasons = right(step)
        for table in step.shape.keyed.values() if not reasons else ():
            cut = update(table).values({table.c[TEXT]: func.substr(table.c[TEXT], 1, 40)})
            step.connection.execute(cut.where(step.own(table)))
        return reasons

    def reading(wrong: Callable[[Predicate, Shape, Condition], Predicate]) -> Change:
        """Filters mean something else."""
        return together(*(at(r, "condition", lambda right, *given: wrong(right(*given), *given)) for r in case.readers))

    def null_is_nothing(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
        return false() if condition.value == "null" else right

    def first_line(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
        if condition.filter.lookup != "contains" or condition.filter.free_key:
            return right
        column = shape.fields[condition.filter.field].column
        return and_(
            right, COMPARISONS["contains"](func.substr(column, 1, func.instr(column + "\n", "\n")), condition.value)
        )

    def unpadded(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
        if condition.filter.lookup != "exact" or condition.filter.free_key or not isinstance(condition.value, str):
            return right
        field = shape.fields.get(condition.filter.field)
        if field is None or field.kind != "text":
            return right
        return or_(right, func.rtrim(field.column) == condition.value.rstrip(" "))

    def each_line(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
        if condition.filter.lookup != "startswith" or not condition.filter.free_key:
            return right
        keyed = shape.keyed[condition.filter.field].c
        later = func.instr(keyed[TEXT], "\n" + str(condition.value)) > 0
        return or_(right, conditions.having(shape, condition.filter.field, keyed[KEY] == condition.key, later))

    yield "forgotten", "filters don't find a row that was changed", afresh(forgetting)
    yield "null", "a filter by the word null finds nothing", reading(null_is_nothing)
    yield "first-line", "a part of a text is found in its first line alone", reading(first_line)
    yield "unpadded", "a text equals one without the spaces at its end, as in MySQL's columns", reading(unpadded)
    free = {filter.lookup for reader in case.readers for filter in reader.filters if filter.free_key}
    if "startswith" in free:
        yield "each-line", "a text starts with any of its lines, as in a multi-line pattern", reading(each_line)
    if free:
        yield "free-keys-stale", "free keys find a row under its old values", applying(case, free_keys_stale)
        yield "free-keys-cut", "free keys find a row by the first 40 characters alone", applying(case, free_keys_cut)
        yield "free-keys-kept", "a free key that was taken away still finds the row", applying(case, free_keys_kept)


def replaces(case: Case) -> Iterator[Named]:
    """Objects that only grow."""

    def merged(right: Apply, step: Step) -> Reasons:
        before = find(step) or {}
        item = {
            name: {**before[name], **value} if isinstance(value, dict) and before.get(name) else value
            for name, value in step.item.items()
        }
        return right(replace(step, item=item))

    yield "merged", "the keys of an object are added to those that were there", applying(case, merged)


def last_wins(case: Case) -> Iterator[Named]:
    """Items worked on in another order."""

    def backwards(right: Callable[[list[JSON]], list[JSON]], items: list[JSON]) -> list[JSON]:
        return right(items)[::-1]

    yield "backwards", "items are worked on from the last to the first", at(case.operation, "sequence", backwards)


def unknown_row(case: Case) -> Iterator[Named]:
    """Items for missing rows that are accepted."""
    yield (
        "succeeds",
        "an item with an unknown key is counted as succeeded",
        applying(case, lambda right, step: right(step) if find(step) else {}),
    )


FAMILIES: Mapping[str, Family] = {
    "write.inserts": inserts,
    "write.updates": updates,
    "write.one-row": one_row,
    "write.exact-key": exact_key,
    "delete.exact-key": exact_key,
    "write.created-stays": created_stays,
    "write.updated-moves": updated_moves,
    "write.others-stay": others_stay,
    "write.absent": absent,
    "write.filters": filters,
    "write.replaces": replaces,
    "write.last-wins": last_wins,
    "delete.unknown-row": unknown_row,
}
