"""Deletes: what is gone is gone, nothing else is, and it can come again."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.laws.law import blocked_by
from conformance.laws.readback import (
    collection_of,
    many,
    near_rows_stay,
    scenario_law,
    unknown_row_fails,
    unwritten_rows_stay,
)
from conformance.reading.context import RunContext, read_page
from conformance.reading.listing import response_excerpt
from conformance.scenarios import Trace
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.batches import find, reader_of
from spec import Clause


@scenario_law("write.deletes", "delete")
def deletes(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A deleted row is in no list, filtered or not."""
    step, key = told.steps["delete"], told.keys["A"]
    if step.row(key):
        return Finding(f"no row {key}", "it is still shown", step.chain(key))
    for also in (s for s in many(told) if s.submission.all_succeeded):
        for one in also.submission.items:
            other = str(one[collection_of(told).key])
            if also.row(other):
                return Finding(f"no row {other}", "it is still shown", also.chain(other))
    reader = reader_of(context, told.operation)
    if reader is None:
        return not_exercised("not-shown", "no list shows the rows")
    for exchange in told.filtered:
        if any(row.get(collection_of(told).key) == key for row in read_page(reader, exchange).rows):
            asked = "=".join(exchange.request.query[0])
            return Finding(f"no row {key} under {asked}", "it is still shown", (*step.chain(key), exchange))
    for exchange in step.read_backs[key].chain:
        page = read_page(reader, exchange)
        if page.count and not page.rows:
            return Finding(f"a count of 0 for the deleted {key}", f"{page.count}", (*step.chain(key),))
    mixed = told.steps["mixed"]
    gone = str(mixed.submission.items[-1][collection_of(told).key])
    if mixed.submission.over and not mixed.row(gone):
        # It was gone some time ago, and what is gone doesn't come back.
        later = find(context, told.operation, gone, expected=False)
        if later.rows:
            return Finding(f"no row {gone}, as before", "it is shown again", (*step.chain(gone), *later.chain))
    return Held(1 + len(told.filtered))


@scenario_law("delete.exact-key", "delete")
def exact_key(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Keys that are nearly the same are others."""
    alone = near_rows_stay(told, told.steps["row"], told.steps["delete"])
    if isinstance(alone, Finding):
        return alone
    among_many = unwritten_rows_stay(told, told.step("row"), told.step("many"))
    return among_many or alone


@scenario_law("delete.unknown-row")
def unknown_row(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A delete of a row that there isn't fails as an item, not as a request."""
    step = told.step("unknown")
    if step is None:
        return not_exercised("scenario-incomplete", "there was no unknown")
    batch = step.submission
    if batch.exchange.response.refused:
        return Finding("202, and the item counted as failed", response_excerpt(batch.exchange), (batch.exchange,))
    return unknown_row_fails(context, told, batch)


@scenario_law("write.recreate", "delete", "recreate")
def recreate(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A deleted key can be inserted again."""
    step, key = told.steps["recreate"], told.keys["A"]
    if told.steps["delete"].row(key):
        return blocked_by(context, clause, "write.deletes", "the row wasn't deleted")
    if len(step.read_backs[key].rows) != 1:
        return Finding(f"one row {key}", f"{len(step.read_backs[key].rows)} rows", step.chain(key))
    (sent,) = step.submission.items
    old, new = told.steps["row"], step.row(key)
    item = next(one for one in old.submission.items if one.get(collection_of(told).key) == key)
    for name, written in item.items():
        shown = new.get(name)
        if name not in sent and written and shown and shown == old.row(key).get(name):
            wanted = f"a new row, without {name}, which only the deleted one had"
            return Finding(wanted, f"{name} {shown!r}", (*old.chain(key), *step.chain(key)))
        if isinstance(written, Mapping) and isinstance(shown, Mapping) and isinstance(sent.get(name), Mapping):
            kept = written.keys() & shown.keys() - sent[name].keys()
            if kept:
                wanted = f"{name} as it was written now: {sent[name]!r}"
                return Finding(wanted, f"{shown!r}", (*old.chain(key), *step.chain(key)))
    made = collection_of(told).created or ""
    if new.get(made) is not None and new.get(made) == old.row(key).get(made):
        return Finding(
            f"a new {made}", f"that of the deleted row, {new.get(made)}", (*old.chain(key), *step.chain(key))
        )
    return Held(1)
