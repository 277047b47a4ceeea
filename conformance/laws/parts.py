"""Entries of parts: lists inside a row that are written on their own, each entry under its own key."""

from __future__ import annotations

from conformance.laws.readback import (
    collection_of,
    entries,
    many,
    same_value,
    scenario_law,
    touched_between,
    unknown_row_fails,
)
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import Trace, parts_of
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Field, Part


@scenario_law("part.inserts", "insert")
def inserts(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A new key makes one entry."""
    part, step = clause.speaks_of(Part), told.steps["insert"]
    if step.submission.last and step.submission.last.failed == len(step.submission.items):
        return not_exercised(
            "scenario-incomplete", f"the new rows aren't taken: {response_excerpt(step.submission.chain[-1])}"
        )
    for tried in (step, *many(told)):
        lost = 0
        for item in tried.submission.items:
            key = str(item[collection_of(told).key])
            found = entries(tried.row(key), part, item[part.key])
            lost += not found and key in tried.read_backs
            if key in tried.read_backs and (
                len(found) > 1 or lost > ((tried.submission.last and tried.submission.last.failed) or 0)
            ):
                wanted = f"one entry of {part.field} with {part.key} {item[part.key]}"
                shown = f"{len(found)} of {tried.row(key).get(part.field)}"
                return Finding(wanted, shown, tried.chain(key))
    return Held(len(step.submission.items))


@scenario_law("part.updates", "insert", "change")
def updates(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A known key changes the entry that is there."""
    part, step = clause.speaks_of(Part), told.steps["change"]
    item = step.submission.items[0]
    key = str(item[collection_of(told).key])
    entry = next(iter(entries(step.row(key), part, item[part.key])), {})
    if not entry:
        return Finding(f"the entry of {key} with {part.key} {item[part.key]}", "it is no longer shown", step.chain(key))
    changed = [name for name in entry if name in item and name != part.key]
    for name in changed:
        if not same_value(item[name], entry[name]):
            return Finding(f"{name} {item[name]!r}", f"{entry[name]!r}", step.chain(key))
    return Held(len(changed)) if changed else not_exercised("not-shown", "nothing of the item is shown")


@scenario_law("part.one-row", "insert", "again")
def one_entry(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Twice the same leaves one entry."""
    part, step = clause.speaks_of(Part), told.steps["again"]
    item = step.submission.items[0]
    key = str(item[collection_of(told).key])
    found = entries(step.row(key), part, item[part.key])
    if len(found) != 1:
        return Finding(f"one entry with {part.key} {item[part.key]}", f"{len(found)} entries", step.chain(key))
    return Held(1)


@scenario_law("part.other-entries", "insert", "again", "change")
def other_entries(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Entries under another id stay."""
    part, tried = clause.speaks_of(Part), 0
    for before, after in (("insert", "again"), ("again", "change")):
        was, now = told.steps[before], told.steps[after]
        item = now.submission.items[0]
        key = str(item[collection_of(told).key])
        others = [e for e in was.row(key).get(part.field) or () if e.get(part.key) != item[part.key]]
        for entry in others:
            found = entries(now.row(key), part, entry.get(part.key))
            if len(found) != 1 or not all(same_value(entry[n], found[0].get(n)) for n in entry):
                return Finding(f"still {dict(entry)}", f"{found}", (*was.chain(key), *now.chain(key)))
        tried += len(others)
    return Held(tried) if tried else not_exercised("not-shown", "the row has no other entry")


@scenario_law("part.field", "insert")
def field_law(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A field of an entry reads back by value as it was written."""
    name, tried = clause.speaks_of(Field).name, 0
    for step in (*map(told.step, ("insert", "again", "change", "mixed", "half")), *many(told)):
        for item in step.submission.items if step and step.submission.over else ():
            key = str(item[collection_of(told).key])
            for part in parts_of(told.operation):
                for entry in entries(step.row(key), part, item[part.key]) if step else ():
                    if name in entry and name in item and step is not None:
                        if not same_value(item[name], entry[name]):
                            wanted = f"{name} {item[name]!r} with {part.key} {item[part.key]}"
                            return Finding(wanted, f"{entry[name]!r}", step.chain(key))
                        tried += 1
    return Held(tried) if tried else not_exercised("not-shown", f"no entry shows {name}")


@scenario_law("part.others-stay", "insert", "change")
def others_stay(context: RunContext, clause: Clause, told: Trace) -> Result:
    """The rest of the row whose parts are written, and the row beside it when nothing is written to that one."""
    row, insert, change = (told.steps[name] for name in ("row", "insert", "change"))
    written = {collection_of(told).updated, *(part.field for part in parts_of(told.operation))}
    one, other = told.keys["P"], told.keys["Q"]
    touched = (
        touched_between(row, change, one, but=written)
        or touched_between(row, insert, other, but=written)
        or touched_between(insert, change, other)
    )
    mixed = told.step("mixed")
    if not touched and mixed and mixed.submission.over:
        # Its bad items name rows that there aren't, and rows that are nearly called so are there.
        touched = touched_between(change, mixed, one)
        near = (key for key in mixed.read_backs if key not in (one, other) and row.row(key))
        touched = touched or next((t for key in near if (t := touched_between(row, mixed, key))), None)
    return touched or Held(len(row.row(one).keys() - written))


@scenario_law("part.unknown-row")
def unknown_row(context: RunContext, clause: Clause, told: Trace) -> Result:
    """An item for a row that there isn't is refused or fails, and makes no row."""
    step = told.step("mixed")
    if step is None:
        return not_exercised("scenario-incomplete", "there was no mixed")
    return unknown_row_fails(context, told, step.submission)
