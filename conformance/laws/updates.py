"""Updates: what changes, what stays, and what of two writes to one key is left."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.laws.readback import (
    collection_of,
    mine,
    near_rows_stay,
    now_in_words,
    of_this_run,
    same,
    scenario_law,
    touched_between,
    trimmed,
    unwritten_rows_stay,
)
from conformance.oracle.lookups import instant
from conformance.reading.context import RunContext, read_page
from conformance.scenarios import Trace
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.batches import reader_of
from spec import Clause


@scenario_law("write.updates", "insert", "change")
def updates(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A known key changes what is there."""
    step, item, row, key = mine(told, "change")
    if not row:
        return Finding(f"the row {key}", "it is no longer shown", step.chain(key))
    blend = _blend(told)
    if blend:
        return blend
    parts = {p.field for p in collection_of(told).parts}
    changed = [n for n in item if n in row and n not in parts]
    for name in changed:
        if not same(item[name], row[name]):
            return Finding(f"{name} {item[name]!r}", f"{row[name]!r}", step.chain(key))
    return Held(len(changed)) if changed else not_exercised("not-shown", "nothing of the item is shown")


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
        return not_exercised("not-shown", "the row is in no plain list")
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
    key = str(step.submission.items[0][collection_of(told).key])
    if len(step.read_backs[key].rows) != 1:
        return Finding(f"one row {key}", f"{len(step.read_backs[key].rows)} rows", step.chain(key))
    twice = told.step("twice")
    if twice and twice.submission.over and len(twice.read_backs[told.keys["twice"]].rows) > 1:
        key = told.keys["twice"]
        return Finding(f"one row {key}", f"{len(twice.read_backs[key].rows)} rows", twice.chain(key))
    return Held(1)


@scenario_law("write.exact-key", "insert", "change")
def exact_key(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Keys that are nearly the same are others."""
    alone = near_rows_stay(told, told.steps["insert"], told.steps["change"])
    if isinstance(alone, Finding):
        return alone
    among_many = unwritten_rows_stay(told, told.step("many"), told.step("many again"))
    return among_many or alone


@scenario_law("write.created-stays", "insert", "change")
def created_stays(context: RunContext, clause: Clause, told: Trace) -> Result:
    """An update leaves the time of making alone."""
    name = collection_of(told).created or ""
    key = told.keys["A"]
    first = told.steps["insert"].row(key).get(name)
    for step in (told.steps.get("again"), told.steps["change"]):
        if step and step.row(key) and step.row(key).get(name) != first:
            return Finding(f"{name} {first}", f"{step.row(key).get(name)}", step.chain(key))
    return Held(1) if first else not_exercised("not-shown", f"the row shows no {name}")


@scenario_law("write.updated-moves", "insert", "change")
def updated_moves(context: RunContext, clause: Clause, told: Trace) -> Result:
    """An update moves the time of change on."""
    name = collection_of(told).updated or ""
    key = told.keys["A"]
    stamps = [instant(str(told.steps[s].row(key).get(name))) for s in ("insert", "change")]
    if stamps[0] is None or stamps[1] is None:
        return not_exercised("not-shown", f"the row shows no {name}")
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


@scenario_law("write.others-stay", "change", "bare")
def others_stay(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Parts that an upsert of the row leaves out stay."""
    key, before, after = told.keys["A"], told.steps["change"], told.steps["bare"]
    parts = [part.field for part in collection_of(told).parts if before.row(key).get(part.field)]
    touched = touched_between(before, after, key, but=before.row(key).keys() - parts)
    return touched or (
        Held(len(parts)) if parts else not_exercised("not-shown", "the row has nothing beside what the upsert writes")
    )


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
    return (
        Held(len(left_out)) if left_out else not_exercised("not-applicable", "all fields that are shown are required")
    )


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
    return Held(tried) if tried else not_exercised("not-applicable", "no object with several keys was taken")


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
    return (
        Held(len(telling)) if telling else not_exercised("not-shown", "the two items differ in nothing that is shown")
    )


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
    return Held(len(padded)) if padded else not_exercised("not-shown", "no text with spaces at its ends is shown")
