"""Deletes: a deleted row is gone, other rows stay, and its key can be inserted again."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.laws.law import blocked_by
from conformance.laws.readback import item_of, near_rows_stay, unknown_row_fails, unwritten_rows_stay
from conformance.laws.traces import ROWS_OF_A_LIST, collection_of, ended, scenario_law
from conformance.reading.context import RunContext, read_page
from conformance.reading.listing import response_excerpt
from conformance.scenarios import DeletesTrace
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.read_back import find, reader_of
from spec import Clause


@scenario_law("write.deletes", DeletesTrace, rests=ROWS_OF_A_LIST)
def deletes(context: RunContext, clause: Clause, trace: DeletesTrace) -> Result:
    """A deleted row is in no list, filtered or not."""
    step, key, field = ended(trace.delete), trace.keys.main, collection_of(trace).key
    if step.row(key):
        return Finding(f"no row {key}", "it is still shown", step.chain(key))
    for also in (s for s in trace.edge_case_steps if s.submission.all_succeeded):
        for one in also.submission.items:
            other = str(one[field])
            if also.row(other):
                return Finding(f"no row {other}", "it is still shown", also.chain(other))
    reader = reader_of(context, trace.operation)
    if reader is None:
        return not_exercised("not-shown", "no list shows the rows")
    for exchange in trace.shown_after:
        if any(row.get(field) == key for row in read_page(reader, exchange).rows):
            asked = "=".join(exchange.request.query[0])
            return Finding(f"no row {key} under {asked}", "it is still shown", (*step.chain(key), exchange))
    for exchange in step.read_backs[key].chain:
        page = read_page(reader, exchange)
        if page.count and not page.rows:
            return Finding(f"a count of 0 for the deleted {key}", f"{page.count}", (*step.chain(key),))
    mixed = trace.mixed.step
    gone = str(mixed.submission.items[-1][field])
    if mixed.submission.over and not mixed.row(gone):
        # It was gone some time ago, and what is gone doesn't come back.
        later = find(context, trace.operation, gone, expected=False)
        if later.rows:
            return Finding(f"no row {gone}, as before", "it is shown again", (*step.chain(gone), *later.chain))
    return Held(1 + len(trace.shown_after))


@scenario_law("delete.exact-key", DeletesTrace)
def exact_key(context: RunContext, clause: Clause, trace: DeletesTrace) -> Result:
    """Keys that are nearly the same name other rows."""
    alone = near_rows_stay(trace.keys, trace.setup, ended(trace.delete))
    if isinstance(alone, Finding):
        return alone
    return unwritten_rows_stay(trace, trace.setup, trace.edge_cases) or alone


@scenario_law("delete.unknown-row", DeletesTrace)
def unknown_row(context: RunContext, clause: Clause, trace: DeletesTrace) -> Result:
    """A delete of a missing row fails as an item, not as a request."""
    batch = trace.unknown.submission
    if batch.exchange.response.refused:
        return Finding("202, and the item counted as failed", response_excerpt(batch.exchange), (batch.exchange,))
    return unknown_row_fails(context, trace, batch, trace.other_case)


@scenario_law("write.recreate", DeletesTrace, rests=ROWS_OF_A_LIST)
def recreate(context: RunContext, clause: Clause, trace: DeletesTrace) -> Result:
    """A deleted key can be inserted again."""
    delete, step, key = ended(trace.delete), ended(trace.recreate), trace.keys.main
    if delete.row(key):
        return blocked_by(context, clause, "write.deletes", "the row wasn't deleted")
    if len(step.read_backs[key].rows) != 1:
        return Finding(f"one row {key}", f"{len(step.read_backs[key].rows)} rows", step.chain(key))
    (sent,) = step.submission.items
    old, new = trace.setup, step.row(key)
    for name, written in item_of(old, collection_of(trace).key, key).items():
        shown = new.get(name)
        if name not in sent and written and shown and shown == old.row(key).get(name):
            wanted = f"a new row, without {name}, which only the deleted one had"
            return Finding(wanted, f"{name} {shown!r}", (*old.chain(key), *step.chain(key)))
        if isinstance(written, Mapping) and isinstance(shown, Mapping) and isinstance(sent.get(name), Mapping):
            kept = written.keys() & shown.keys() - sent[name].keys()
            if kept:
                wanted = f"{name} as it was written now: {sent[name]!r}"
                return Finding(wanted, f"{shown!r}", (*old.chain(key), *step.chain(key)))
    made = collection_of(trace).created or ""
    if new.get(made) is not None and new.get(made) == old.row(key).get(made):
        return Finding(
            f"a new {made}", f"that of the deleted row, {new.get(made)}", (*old.chain(key), *step.chain(key))
        )
    return Held(1)
