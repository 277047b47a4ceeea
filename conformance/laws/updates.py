"""Updates: what changes, what stays, and what of two writes to one key is left."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.laws.law import law, operation_of
from conformance.laws.readback import (
    collection_of,
    entries,
    mine,
    now_in_words,
    of_this_run,
    part_of,
    same,
    same_value,
    scenario_law,
    touched_between,
    trace_of,
    trimmed,
)
from conformance.oracle.lookups import instant
from conformance.reading.context import RunContext, read_page
from conformance.scenarios import Trace
from conformance.verdict import Finding, Held, NotExercised, Result
from conformance.writing.batches import reader_of
from spec import Clause, Part


@scenario_law("write.updates", "insert", "change")
def updates(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A known key changes what is there."""
    step = told.steps["change"]
    if clause.subject:
        part = part_of(told, clause.subject)
        item = step.submission.items[0]
        key = str(item[collection_of(told).key])
        entry = next(iter(entries(step.row(key), part, item[part.key])), {})
        changed = [n for n in entry if n in item and n != part.key]
    else:
        step, item, entry, key = mine(told, "change")
        parts = {p.field for p in collection_of(told).parts}
        changed = [n for n in item if n in entry and n not in parts]
    if not entry:
        return Finding(f"the row or entry of {key}", "it is no longer shown", step.chain(key))
    blend = None if clause.subject else _blend(told)
    if blend:
        return blend
    for name in changed:
        if not (same_value(item[name], entry[name]) if clause.subject else same(item[name], entry[name])):
            return Finding(f"{name} {item[name]!r}", f"{entry[name]!r}", step.chain(key))
    return Held(len(changed)) if changed else NotExercised("nothing of the item is shown")


def _blend(told: Trace) -> Finding | None:
    """Of two items with one key a row that is neither's: which of them comes last is left open."""
    step = told.step("twice")
    if step is None or not step.submission.all_succeeded:
        return None
    key, (first, last) = told.keys["twice"], step.submission.items
    row, parts = step.row(key), {part.field for part in collection_of(told).parts}
    names = [n for n in last if n in row and n not in parts and not same(trimmed(first.get(n)), trimmed(last[n]))]
    of_first, of_last = ([n for n in names if same(trimmed(i[n]), trimmed(row[n]))] for i in (first, last))
    if of_first and of_last and {*of_first, *of_last} == {*names}:
        wanted = f"{', '.join(names)} of one of the two items with the key"
        shown = f"{', '.join(of_first)} of the first and {', '.join(of_last)} of the second"
        return Finding(wanted, shown, step.chain(key))
    return None


@scenario_law("write.filters", "insert", "change")
def filters(context: RunContext, clause: Clause, told: Trace) -> Result:
    """After an update the new values find the row, and the old ones don't."""
    reader = reader_of(context, told.operation)
    step, _, row, key = mine(told, "change")
    # A row that waits for approval is in no list that wasn't asked for such rows.
    listed = bool(step.read_backs[key].rows) and len(step.read_backs[key].chain) == 1
    if reader is None or not row or not listed:
        return NotExercised("the row is in no plain list")
    for shown, exchanges in ((True, told.filtered), (False, told.outdated)):
        for exchange in exchanges:
            page = read_page(reader, exchange)
            here = any(r.get(collection_of(told).key) == key for r in page.rows)
            # A long answer may show the row on another page.
            asked = "=".join(exchange.request.query[0])
            if page.is_page and here != shown and (here or (page.count or 0) <= len(page.rows)):
                wanted = f"the row {key} {'under' if shown else 'no longer under'} {asked}"
                return Finding(wanted, "it is shown" if here else "it isn't shown", (*step.chain(key), exchange))
            for found in page.rows if shown else ():
                other = next((n for n in row if found.get(n) != row[n]), None)
                if found.get(collection_of(told).key) == key and other:
                    wanted = f"{other} {row[other]!r} under {asked} as well"
                    shows = f"{found.get(other)!r}"
                    return Finding(wanted, shows, (*step.chain(key), exchange))
    return Held(len(told.filtered) + len(told.outdated))


@scenario_law("write.one-row", "insert", "again")
def one_row(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Twice the same leaves one."""
    step = told.steps["again"]
    item = step.submission.items[0]
    key = str(item[collection_of(told).key])
    if clause.subject:
        part = part_of(told, clause.subject)
        found = entries(step.row(key), part, item[part.key])
        if len(found) != 1:
            return Finding(f"one entry with {part.key} {item[part.key]}", f"{len(found)} entries", step.chain(key))
    elif len(step.read_backs[key].rows) != 1:
        return Finding(f"one row {key}", f"{len(step.read_backs[key].rows)} rows", step.chain(key))
    twice = told.step("twice")
    if twice and twice.submission.over and len(twice.read_backs[told.keys["twice"]].rows) > 1:
        key = told.keys["twice"]
        return Finding(f"one row {key}", f"{len(twice.read_backs[key].rows)} rows", twice.chain(key))
    return Held(1)


@scenario_law("write.other-entries", "insert", "again", "change")
def other_entries(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Entries under another id stay."""
    part, tried = part_of(told, clause.subject), 0
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
    return Held(tried) if tried else NotExercised("the row has no other entry")


@law("write.exact-key")
def exact_key(context: RunContext, clause: Clause) -> Result:
    """Keys that are nearly the same are others."""
    operation = operation_of(context, clause)
    deletes = operation.access is not None and operation.access.action == "deletes"
    told = trace_of(context, clause, *(("delete",) if deletes else ("insert", "change")))
    if isinstance(told, NotExercised):
        return told
    before, after = told.steps["row" if deletes else "insert"], told.steps["delete" if deletes else "change"]
    tried = 0
    for name in ("longer", "lower"):
        key = told.keys[name]
        if not before.row(key) or key == told.keys["A"]:
            continue
        touched = touched_between(before, after, key)
        if touched:
            return touched
        tried += 1
    # Of many rows nearly alike some were written to, and the others weren't.
    earlier, later = told.step("row" if deletes else "many"), told.step("many" if deletes else "many again")
    if earlier and later and later.submission.over and later.read_backs:
        written = {item[collection_of(told).key] for item in later.submission.items}
        for key in later.read_backs:
            touched = touched_between(earlier, later, key) if key not in written and earlier.row(key) else None
            if touched:
                return touched
    return Held(tried) if tried else NotExercised("no rows with nearly the same key were taken")


@scenario_law("write.created-stays", "insert", "change")
def created_stays(context: RunContext, clause: Clause, told: Trace) -> Result:
    """An update leaves the time of making alone."""
    name = collection_of(told).created or ""
    key = told.keys["A"]
    first = told.steps["insert"].row(key).get(name)
    for step in (told.steps.get("again"), told.steps["change"]):
        if step and step.row(key) and step.row(key).get(name) != first:
            return Finding(f"{name} {first}", f"{step.row(key).get(name)}", step.chain(key))
    return Held(1) if first else NotExercised(f"the row shows no {name}")


@scenario_law("write.updated-moves", "insert", "change")
def updated_moves(context: RunContext, clause: Clause, told: Trace) -> Result:
    """An update moves the time of change on."""
    name = collection_of(told).updated or ""
    key = told.keys["A"]
    stamps = [instant(str(told.steps[s].row(key).get(name))) for s in ("insert", "change")]
    if stamps[0] is None or stamps[1] is None:
        return NotExercised(f"the row shows no {name}")
    for step, stamp in zip((told.steps["insert"], told.steps["change"]), stamps, strict=True):
        made = instant(str(step.row(key).get(collection_of(told).created or "")))
        if made is not None and stamp is not None and stamp < made:
            shown = f"{name} {step.row(key).get(name)}"
            return Finding(f"{name} not before {collection_of(told).created}", shown, step.chain(key))
    if not of_this_run(context, stamps[1]):
        shown = f"{told.steps['change'].row(key).get(name)}"
        return Finding(f"{name} in UTC, about {now_in_words(context)}", shown, told.steps["change"].chain(key))
    if stamps[1] <= stamps[0]:
        shown = str(told.steps["change"].row(key).get(name))
        return Finding(
            f"{name} after {told.steps['insert'].row(key).get(name)}", shown, told.steps["change"].chain(key)
        )
    return Held(1)


@law("write.others-stay")
def others_stay(context: RunContext, clause: Clause) -> Result:
    """What the operation doesn't write stays."""
    access = operation_of(context, clause).access
    return _other_rows_stay(context, clause, access.parts) if access and access.parts else _parts_stay(context, clause)


def _parts_stay(context: RunContext, clause: Clause) -> Result:
    """Parts that an upsert of the row leaves out."""
    told = trace_of(context, clause, "change", "bare")
    if isinstance(told, NotExercised):
        return told
    key, before, after = told.keys["A"], told.steps["change"], told.steps["bare"]
    parts = [part.field for part in collection_of(told).parts if before.row(key).get(part.field)]
    touched = touched_between(before, after, key, but=before.row(key).keys() - parts)
    return touched or (Held(len(parts)) if parts else NotExercised("the row has nothing beside what the upsert writes"))


def _other_rows_stay(context: RunContext, clause: Clause, parts: tuple[Part, ...]) -> Result:
    """The rest of the row whose parts are written, and the row beside it when nothing is written to that one."""
    told = trace_of(context, clause, "insert", "change")
    if isinstance(told, NotExercised):
        return told
    row, insert, change = (told.steps[name] for name in ("row", "insert", "change"))
    written = {collection_of(told).updated, *(part.field for part in parts)}
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


@scenario_law("write.absent", "change", "bare")
def absent(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A field that is left out keeps its value, or loses it, as the document says."""
    key = told.keys["A"]
    before, after = told.steps["change"], told.steps["bare"]
    sent = after.submission.items[0]
    parts = {part.field for part in collection_of(told).parts}
    left_out = [n for n in before.submission.items[0] if n not in sent and n in before.row(key) and n not in parts]
    keeps = told.operation.access is None or told.operation.access.absent == "keep"
    for name in left_out:
        was, now = before.row(key).get(name), after.row(key).get(name)
        if (was == now) != keeps and was:
            wanted = f"{name} still {was!r}" if keeps else f"{name} cleared"
            return Finding(wanted, f"{now!r}", after.chain(key))
    return Held(len(left_out)) if left_out else NotExercised("all fields that are shown are required")


@scenario_law("write.replaces", "change", "bare")
def replaces(context: RunContext, clause: Clause, told: Trace) -> Result:
    """The keys that an object no longer holds are gone."""
    key, tried = told.keys["A"], 0
    before, after = told.steps["change"], told.steps["bare"]
    for name, sent in after.submission.items[0].items():
        was, now = before.row(key).get(name), after.row(key).get(name)
        if isinstance(sent, Mapping) and isinstance(was, Mapping) and isinstance(now, Mapping):
            gone = was.keys() - sent.keys()
            if gone & now.keys():
                return Finding(f"{name} {dict(sent)!r}", f"{dict(now)!r}", after.chain(key))
            tried += len(gone)
    return Held(tried) if tried else NotExercised("no object with several keys was taken")


@scenario_law("write.last-wins", "twice")
def last_wins(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Of two items with one key the later one stays."""
    step, key = told.steps["twice"], told.keys["twice"]
    first, last = step.submission.items
    row = step.row(key)
    parts = {part.field for part in collection_of(told).parts}
    telling = [n for n in last if n in row and n not in parts and not same(first.get(n), last[n])]
    for name in telling:
        if not same(trimmed(last[name]), trimmed(row[name])):
            return Finding(f"{name} {last[name]!r}", f"{row[name]!r}", step.chain(key))
    return Held(len(telling)) if telling else NotExercised("the two items differ in nothing that is shown")


@scenario_law("write.edges", "twice")
def edges(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Spaces at the ends of a text stay."""
    step, key = told.steps["twice"], told.keys["twice"]
    row = step.row(key)
    padded = [n for n, v in step.submission.items[-1].items() if n in row and trimmed(v) != v]
    for name in padded:
        sent = step.submission.items[-1][name]
        if row[name] == trimmed(sent):
            return Finding(f"{name} {sent!r}", f"{row[name]!r}", step.chain(key))
    return Held(len(padded)) if padded else NotExercised("no text with spaces at its ends is shown")
