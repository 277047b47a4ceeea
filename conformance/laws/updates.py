"""Updates: what changes, what stays, and which of two writes to one key counts."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.laws.readback import (
    Row,
    item_of,
    near_rows_stay,
    now_in_words,
    of_this_run,
    same,
    touched_between,
    trimmed,
    unwritten_rows_stay,
)
from conformance.laws.traces import ROWS_OF_A_LIST, collection_of, ended, reached, scenario_law
from conformance.oracle.lookups import in_zone
from conformance.reading.context import RunContext, read_page
from conformance.reading.listing import response_excerpt
from conformance.scenarios import EdgeCaseSteps, RowsTrace, Step, submit_patiently
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.read_back import reader_of
from spec import Clause


@scenario_law("write.updates", RowsTrace)
def updates(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """A known key changes what is there."""
    ended(trace.insert)
    refused = _refused_again(context, trace)
    if refused:
        return refused
    step, key = ended(trace.change), trace.keys.main
    item, row = item_of(step, collection_of(trace).key, key), step.row(key)
    if not row:
        return Finding(f"the row {key}", "it is no longer shown", step.chain(key))
    blend = _blend(trace)
    if blend:
        return blend
    parts = {p.field for p in collection_of(trace).parts}
    changed = [n for n in item if n in row and n not in parts]
    for name in changed:
        if not same(item[name], row[name]):
            return Finding(f"{name} {item[name]!r}", f"{row[name]!r}", step.chain(key))
    return Held(len(changed)) if changed else not_exercised("not-shown", "nothing of the item is shown")


def _refused_again(context: RunContext, trace: RowsTrace) -> Finding | None:
    """What shows that an item is refused as soon as its row is there: the very item that inserted it."""
    steps = [step for step in (trace.resend, trace.change) if isinstance(step, Step)]
    if not steps or not all(step.submission.exchange.response.refused for step in steps):
        return None
    key = trace.keys.main
    again = submit_patiently(context, trace.operation, [item_of(trace.insert, collection_of(trace).key, key)])
    if not again.exchange.response.refused:
        return None
    chain = (*trace.insert.chain(key), again.exchange)
    return Finding(f"the item that inserted {key} taken once more", response_excerpt(again.exchange), chain)


def _duplicates(step: Step, field: str) -> tuple[str, Row, Row]:
    """The key that a step sent twice, and its two items."""
    first, last = step.submission.items
    return str(first[field]), first, last


def _blend(trace: RowsTrace) -> Finding | None:
    """Of two items with one key a row that is neither's: which of them comes last is left open."""
    step = trace.duplicates
    if not isinstance(step, Step) or not step.submission.all_succeeded:
        return None
    key, first, last = _duplicates(step, collection_of(trace).key)
    row, parts = step.row(key), {part.field for part in collection_of(trace).parts}
    names = [n for n in last if n in row and n not in parts and not same(trimmed(first.get(n)), trimmed(last[n]))]
    of_first, of_last = ([n for n in names if same(trimmed(i[n]), trimmed(row[n]))] for i in (first, last))
    if of_first and of_last and {*of_first, *of_last} == {*names}:
        wanted = f"{', '.join(names)} of one of the two items with the key"
        shown = f"{', '.join(of_first)} of the first and {', '.join(of_last)} of the second"
        return Finding(wanted, shown, step.chain(key))
    return None


@scenario_law("write.filters", RowsTrace)
def filters(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """After an update the new values find the row, and the old ones don't."""
    ended(trace.insert)
    step, key, reader = ended(trace.change), trace.keys.main, reader_of(context, trace.operation)
    row = step.row(key)
    # A row that waits for approval is only in lists that request such rows.
    listed = bool(step.read_backs[key].rows) and len(step.read_backs[key].chain) == 1
    if reader is None or not row or not listed:
        return not_exercised("not-shown", "the row is in no plain list")
    fewer = trace.required_only if isinstance(trace.required_only, Step) else step
    for shown, exchanges, written in (
        (True, trace.shown_by_new_values, step),
        (False, trace.shown_by_old_values, step),
        (False, trace.shown_by_lost_keys, fewer),
    ):
        for exchange in exchanges:
            page = read_page(reader, exchange)
            here = any(r.get(collection_of(trace).key) == key for r in page.rows)
            # A long answer may show the row on another page.
            asked = "=".join(exchange.request.query[0])
            if page.is_page and here != shown and (here or not page.partial):
                wanted = f"the row {key} {'under' if shown else 'no longer under'} {asked}"
                return Finding(wanted, "it is shown" if here else "it isn't shown", (*written.chain(key), exchange))
            for found in page.rows if shown else ():
                other = next((n for n in row if found.get(n) != row[n]), None)
                if found.get(collection_of(trace).key) == key and other:
                    wanted = f"{other} {row[other]!r} under {asked} as well"
                    shows = f"{found.get(other)!r}"
                    return Finding(wanted, shows, (*written.chain(key), exchange))
    of_edge_cases = trace.edge_cases.by_other_texts if isinstance(trace.edge_cases, EdgeCaseSteps) else ()
    others = (*trace.unpadded, *of_edge_cases)
    for key, exchange in others:
        asked = "=".join(exchange.request.query[0])
        if any(r.get(collection_of(trace).key) == key for r in read_page(reader, exchange).rows):
            wanted = f"the row {key}, whose text is another one, not under {asked}"
            return Finding(wanted, "it is shown", (exchange,))
    own = trace.edge_cases.by_own_texts if isinstance(trace.edge_cases, EdgeCaseSteps) else ()
    for key, exchange in own:
        page = read_page(reader, exchange)
        if page.is_page and not page.partial and key not in [r.get(collection_of(trace).key) for r in page.rows]:
            return Finding(f"the row {key} under {'='.join(exchange.request.query[0])}", "it isn't shown", (exchange,))
    return Held(len(trace.shown_by_new_values) + len(trace.shown_by_old_values) + len(others) + len(own))


@scenario_law("write.one-row", RowsTrace, rests=ROWS_OF_A_LIST)
def one_row(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """The same row sent twice is one row."""
    ended(trace.insert)
    step, field = ended(trace.resend), collection_of(trace).key
    key = str(step.submission.items[0][field])
    if len(step.read_backs[key].rows) != 1:
        return Finding(f"one row {key}", f"{len(step.read_backs[key].rows)} rows", step.chain(key))
    twice = reached(trace.duplicates)
    key, _, _ = _duplicates(twice, field)
    if twice.submission.over and len(twice.read_backs[key].rows) > 1:
        return Finding(f"one row {key}", f"{len(twice.read_backs[key].rows)} rows", twice.chain(key))
    return Held(1)


@scenario_law("write.exact-key", RowsTrace, rests=ROWS_OF_A_LIST)
def exact_key(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """Keys that are nearly the same name other rows."""
    alone = near_rows_stay(trace.keys, ended(trace.insert), ended(trace.change))
    if isinstance(alone, Finding):
        return alone
    edges = trace.edge_cases
    among_many = unwritten_rows_stay(trace, edges.insert, edges.update) if isinstance(edges, EdgeCaseSteps) else None
    return among_many or alone


@scenario_law("write.created-stays", RowsTrace)
def created_stays(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """An update leaves the time of making alone."""
    name, key = collection_of(trace).created or "", trace.keys.main
    first = ended(trace.insert).row(key).get(name)
    for step in (reached(trace.resend), ended(trace.change)):
        if step.row(key) and step.row(key).get(name) != first:
            return Finding(f"{name} {first}", f"{step.row(key).get(name)}", step.chain(key))
    return Held(1) if first else not_exercised("not-shown", f"the row shows no {name}")


@scenario_law("write.updated-moves", RowsTrace)
def updated_moves(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """An update moves the time of change on."""
    name, made_at, key = collection_of(trace).updated or "", collection_of(trace).created, trace.keys.main
    zone = collection_of(trace).zone
    insert, change = ended(trace.insert), ended(trace.change)
    before, after = (in_zone(str(step.row(key).get(name)), zone) for step in (insert, change))
    if before is None or after is None:
        return not_exercised("not-shown", f"the row shows no {name}")
    for step, stamp in ((insert, before), (change, after)):
        made = in_zone(str(step.row(key).get(made_at or "")), zone)
        if made is not None and stamp < made:
            return Finding(f"{name} not before {made_at}", f"{name} {step.row(key).get(name)}", step.chain(key))
    shown = f"{change.row(key).get(name)}"
    if not of_this_run(context, after):
        return Finding(f"{name} in UTC, about {now_in_words(context)}", shown, change.chain(key))
    if after <= before:
        return Finding(f"{name} after {insert.row(key).get(name)}", shown, change.chain(key))
    return Held(1)


@scenario_law("write.others-stay", RowsTrace)
def others_stay(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """Parts that an upsert of the row leaves out stay."""
    key, before, after = trace.keys.main, ended(trace.change), ended(trace.required_only)
    parts = [part.field for part in collection_of(trace).parts if before.row(key).get(part.field)]
    touched = touched_between(before, after, key, but=before.row(key).keys() - parts)
    return touched or (
        Held(len(parts)) if parts else not_exercised("not-shown", "the row has nothing beside what the upsert writes")
    )


@scenario_law("write.absent", RowsTrace)
def absent(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """A field that is left out keeps its value, or loses it, as the document declares."""
    key, before, after = trace.keys.main, ended(trace.change), ended(trace.required_only)
    sent = after.submission.items[0]
    parts = {part.field for part in collection_of(trace).parts}
    left_out = [n for n in before.submission.items[0] if n not in sent and n in before.row(key) and n not in parts]
    keeps = trace.operation.access is None or trace.operation.access.absent == "keep"
    for name in left_out:
        was, now = before.row(key).get(name), after.row(key).get(name)
        if (was == now) != keeps and was:
            wanted = f"{name} still {was!r}" if keeps else f"{name} cleared"
            return Finding(wanted, f"{now!r}", after.chain(key))
    return (
        Held(len(left_out)) if left_out else not_exercised("not-applicable", "all fields that are shown are required")
    )


@scenario_law("write.replaces", RowsTrace)
def replaces(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """The keys that an object no longer holds are gone."""
    key, before, after, tried = trace.keys.main, ended(trace.change), ended(trace.required_only), 0
    for name, sent in after.submission.items[0].items():
        was, now = before.row(key).get(name), after.row(key).get(name)
        if isinstance(sent, Mapping) and isinstance(was, Mapping) and isinstance(now, Mapping):
            gone = was.keys() - sent.keys()
            if gone & now.keys():
                return Finding(f"{name} {dict(sent)!r}", f"{dict(now)!r}", after.chain(key))
            tried += len(gone)
    return Held(tried) if tried else not_exercised("not-applicable", "no object with several keys was taken")


@scenario_law("write.last-wins", RowsTrace)
def last_wins(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """Of two items with one key the later one stays."""
    step = ended(trace.duplicates)
    key, first, last = _duplicates(step, collection_of(trace).key)
    row = step.row(key)
    parts = {part.field for part in collection_of(trace).parts}
    differing = [n for n in last if n in row and n not in parts and not same(first.get(n), last[n])]
    for name in differing:
        if not same(trimmed(last[name]), trimmed(row[name])):
            return Finding(f"{name} {last[name]!r}", f"{row[name]!r}", step.chain(key))
    return (
        Held(len(differing))
        if differing
        else not_exercised("not-shown", "the two items differ in nothing that is shown")
    )


@scenario_law("write.edges", RowsTrace)
def edges(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """Spaces at the ends of a text stay."""
    step = ended(trace.duplicates)
    key, _, last = _duplicates(step, collection_of(trace).key)
    row = step.row(key)
    padded = [n for n, v in last.items() if n in row and trimmed(v) != v]
    for name in padded:
        if row[name] == trimmed(last[name]):
            return Finding(f"{name} {last[name]!r}", f"{row[name]!r}", step.chain(key))
    return Held(len(padded)) if padded else not_exercised("not-shown", "no text with spaces at its ends is shown")
