"""Entries of parts: lists inside a row that are written on their own, each entry under its own key."""

from __future__ import annotations

from itertools import pairwise

from conformance.laws.readback import applied, entries, same_value, touched_between, unknown_row_fails
from conformance.laws.traces import collection_of, ended, scenario_law
from conformance.oracle.lookups import in_zone, same_id
from conformance.reading.context import RunContext, read_page
from conformance.reading.listing import response_excerpt
from conformance.scenarios import PartsTrace, Step, parts_of
from conformance.scenarios.filtered import under_filters
from conformance.scenarios.trace import reached
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.read_back import reader_of
from spec import Clause, Field, Part

SINCE = ("gt", "gte")
"""Lookups that ask for what changed since a moment."""


@scenario_law("part.inserts", PartsTrace)
def inserts(context: RunContext, clause: Clause, trace: PartsTrace) -> Result:
    """A new key makes one entry."""
    part, step = clause.speaks_of(Part), ended(trace.insert)
    if step.submission.last and step.submission.last.failed == len(step.submission.items):
        return not_exercised(
            "scenario-incomplete", f"the new rows aren't taken: {response_excerpt(step.submission.chain[-1])}"
        )
    for tried in (step, *trace.edge_case_steps):
        lost = 0
        for item in tried.submission.items:
            key = str(item[collection_of(trace).key])
            found = entries(tried.row(key), part, item[part.key])
            lost += not found and key in tried.read_backs
            if key in tried.read_backs and (
                len(found) > 1 or lost > ((tried.submission.last and tried.submission.last.failed) or 0)
            ):
                wanted = f"one entry of {part.field} with {part.key} {item[part.key]}"
                shown = f"{len(found)} of {tried.row(key).get(part.field)}"
                return Finding(wanted, shown, tried.chain(key))
    return Held(len(step.submission.items))


@scenario_law("part.updates", PartsTrace)
def updates(context: RunContext, clause: Clause, trace: PartsTrace) -> Result:
    """A known key changes the entry that is there."""
    ended(trace.insert)
    part, step = clause.speaks_of(Part), ended(trace.change)
    item = step.submission.items[0]
    key = str(item[collection_of(trace).key])
    entry = next(iter(entries(step.row(key), part, item[part.key])), {})
    if not entry:
        return Finding(f"the entry of {key} with {part.key} {item[part.key]}", "it is no longer shown", step.chain(key))
    changed = [name for name in entry if name in item and name != part.key]
    for name in changed:
        if not same_value(item[name], entry[name]):
            return Finding(f"{name} {item[name]!r}", f"{entry[name]!r}", step.chain(key))
    return Held(len(changed)) if changed else not_exercised("not-shown", "nothing of the item is shown")


@scenario_law("part.one-row", PartsTrace)
def one_entry(context: RunContext, clause: Clause, trace: PartsTrace) -> Result:
    """The same entry sent twice is one entry."""
    ended(trace.insert)
    part, step = clause.speaks_of(Part), ended(trace.resend)
    item = step.submission.items[0]
    key = str(item[collection_of(trace).key])
    found = entries(step.row(key), part, item[part.key])
    if len(found) != 1:
        return Finding(f"one entry with {part.key} {item[part.key]}", f"{len(found)} entries", step.chain(key))
    return Held(1)


@scenario_law("part.other-entries", PartsTrace)
def other_entries(context: RunContext, clause: Clause, trace: PartsTrace) -> Result:
    """Entries under another id stay."""
    part, tried = clause.speaks_of(Part), 0
    for was, now in pairwise((ended(trace.insert), ended(trace.resend), ended(trace.change))):
        item = now.submission.items[0]
        key = str(item[collection_of(trace).key])
        others = [e for e in was.row(key).get(part.field) or () if not same_id(e.get(part.key), item[part.key])]
        for entry in others:
            found = entries(now.row(key), part, entry.get(part.key))
            if len(found) != 1 or not all(same_value(entry[n], found[0].get(n)) for n in entry):
                return Finding(f"still {dict(entry)}", f"{found}", (*was.chain(key), *now.chain(key)))
        tried += len(others)
    return Held(tried) if tried else not_exercised("not-shown", "the row has no other entry")


@scenario_law("part.field", PartsTrace)
def field_law(context: RunContext, clause: Clause, trace: PartsTrace) -> Result:
    """A field of an entry reads back by value as it was written."""
    ended(trace.insert)
    name, tried = clause.speaks_of(Field).name, 0
    for step in _with_entries(trace):
        for item in step.submission.items:
            key = str(item[collection_of(trace).key])
            for part in parts_of(trace.operation):
                for entry in entries(step.row(key), part, item[part.key]):
                    if name in entry and name in item:
                        if not same_value(item[name], entry[name]):
                            wanted = f"{name} {item[name]!r} with {part.key} {item[part.key]}"
                            return Finding(wanted, f"{entry[name]!r}", step.chain(key))
                        tried += 1
    return Held(tried) if tried else not_exercised("not-shown", f"no entry shows {name}")


def _with_entries(trace: PartsTrace) -> list[Step]:
    """The steps whose entries must be shown as they were written."""
    steps = (*trace.good_steps, *_good_of_mixed(trace), *reached(trace.one_part_changed), *trace.edge_case_steps)
    return [step for step in steps if step.submission.over]


def _good_of_mixed(trace: PartsTrace) -> tuple[Step, ...]:
    """The mixed batch, where its good items succeeded: a server may take a batch as a whole."""
    sent = trace.mixed.step.submission
    succeeded = sent.last.succeeded if sent.last else None
    return (trace.mixed.step,) if succeeded == len(sent.items) - trace.mixed.bad else ()


@scenario_law("part.created-stays", PartsTrace)
def created_stays(context: RunContext, clause: Clause, trace: PartsTrace) -> Result:
    """A write of an entry leaves the row's time of making alone."""
    name, key = collection_of(trace).created or "", trace.keys.main
    setup = trace.setup
    first = setup.row(key).get(name)
    for step in (ended(trace.insert), ended(trace.change)):
        if step.row(key) and step.row(key).get(name) != first:
            return Finding(f"{name} {first}", f"{step.row(key).get(name)}", (*setup.chain(key), *step.chain(key)))
    return Held(1) if first else not_exercised("not-shown", f"the row shows no {name}")


@scenario_law("part.updated-moves", PartsTrace)
def updated_moves(context: RunContext, clause: Clause, trace: PartsTrace) -> Result:
    """A write of an entry changes what the row shows: who asks for what changed lately must get the row."""
    name, key = collection_of(trace).updated or "", trace.keys.main
    steps = (trace.setup, ended(trace.insert), ended(trace.change))
    stamps = [in_zone(str(step.row(key).get(name)), collection_of(trace).zone) for step in steps]
    for (earlier, before), (later, after) in pairwise(zip(steps, stamps, strict=True)):
        if before is None or after is None:
            return not_exercised("not-shown", f"the row shows no {name}")
        if after <= before:
            wanted, shown = f"{name} after {earlier.row(key).get(name)}", f"{later.row(key).get(name)}"
            return Finding(wanted, shown, (*earlier.chain(key), *later.chain(key)))
    last = steps[-1].row(key)
    reader = reader_of(context, trace.operation)
    found = 0
    # A row that waits for approval is only in lists that request such rows.
    if not steps[-1].read_backs[key].rows or len(steps[-1].read_backs[key].chain) != 1:
        return Held(len(steps) - 1)
    for exchange in under_filters(context, trace.operation, key, {name: last[name]}, SINCE, shown=True):
        page = read_page(reader, exchange) if reader else None
        if page is None or page.partial:
            continue
        if not any(row.get(collection_of(trace).key) == key for row in page.rows):
            wanted = f"{key}, whose {name} is {last[name]}"
            return Finding(wanted, response_excerpt(exchange), (*steps[-1].chain(key), exchange))
        found += 1
    return Held(len(steps) - 1 + found)


@scenario_law("part.others-stay", PartsTrace)
def others_stay(context: RunContext, clause: Clause, trace: PartsTrace) -> Result:
    """The rest of the row whose parts are written, and the row beside it when nothing is written to that one."""
    setup, insert, change = trace.setup, ended(trace.insert), ended(trace.change)
    written = {collection_of(trace).updated, *(part.field for part in parts_of(trace.operation))}
    one, other = trace.keys.main, trace.keys.neighbour
    touched = (
        touched_between(setup, change, one, but=written)
        or touched_between(setup, insert, other, but=written)
        or touched_between(insert, change, other)
    )
    mixed = trace.mixed.step
    if not touched and mixed.submission.over:
        # Its bad items name rows that there aren't, and rows that are nearly called so are there.
        touched = touched_between(change, mixed, one)
        near = (key for key in mixed.read_backs if key not in (one, other) and setup.row(key))
        touched = touched or next((t for key in near if (t := touched_between(setup, mixed, key))), None)
    for step in trace.in_flight if not touched else ():
        writer = context.contract.by_code[step.submission.exchange.request.operation]
        if step.row(one):
            touched = touched or applied(writer.access, step, step.submission.items[0])
    return touched or Held(len(setup.row(one).keys() - written))


@scenario_law("part.unknown-row", PartsTrace)
def unknown_row(context: RunContext, clause: Clause, trace: PartsTrace) -> Result:
    """An item for a missing row is refused or fails, and makes no row."""
    return unknown_row_fails(context, trace, trace.mixed.step.submission, trace.keys.other_case)
