"""Updated rows: changed as the request says, and no other row with them."""

from __future__ import annotations

from conformance.laws.law import Phase, law, operation_of
from conformance.laws.row_states import (
    answers,
    collection_of,
    denies,
    done,
    equal,
    moment,
    reached,
    reads_back,
    row_law,
    shown,
    stays,
)
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import CreateTrace, NotReached, RemoveTrace, State, UpdateTrace, trace_of_one_row
from conformance.verdict import Finding, Held, NotExercised, Result, not_exercised
from spec import Clause, Field


@row_law("update.changes", UpdateTrace)
def changes(clause: Clause, trace: UpdateTrace) -> Result:
    """The row is changed, and shown."""
    change, key = done(trace.change), trace.created.write.key
    if not change.after.row:
        return Finding(f"the row {key}, as it was changed", response_excerpt(change.after.chain[-1]), change.chain)
    sent = [
        n for n, value in change.write.sent.items() if n in change.row and not equal(value, trace.created.row.get(n))
    ]
    kept = [n for n in sent if equal(change.row[n], trace.created.row.get(n))]
    if sent and kept == sent:
        name = sent[0]
        return Finding(f"{name} {change.write.sent[name]!r}", f"{change.row[name]!r}, as before", change.chain)
    return Held(len(sent)) if sent else not_exercised("no-witness", "no value could be changed")


@row_law("update.field", UpdateTrace)
def updated_field(clause: Clause, trace: UpdateTrace) -> Result:
    """A field of an updated row reads back as it was written."""
    part = [trace.part] if isinstance(trace.part, State) else []
    return reads_back(clause, [trace.change, *part])


@row_law("update.null", UpdateTrace)
def null(clause: Clause, trace: UpdateTrace) -> Result:
    """Null sets a field to null."""
    name = clause.speaks_of(Field).name
    state = shown(trace.nulls.get(name, trace.change))
    if state.row.get(name) is not None:
        return Finding(f"{name} null", f"{state.row.get(name)!r}", state.chain)
    return Held(1)


@row_law("update.answer", UpdateTrace)
def updated_answer(clause: Clause, trace: UpdateTrace) -> Result:
    """The answer shows the row as a read then shows it."""
    return answers(shown(trace.change), trace.operation)


@row_law("update.others-stay", UpdateTrace)
def updated_beside(clause: Clause, trace: UpdateTrace) -> Result:
    """A row stays as it was when another one is updated."""
    return stays(*trace.other, done(trace.change).write.exchange)


@row_law("update.twice", UpdateTrace)
def twice(clause: Clause, trace: UpdateTrace) -> Result:
    """The same PUT again leaves the row as it is."""
    once, again = shown(trace.change), reached(trace.twice)
    if not again.write.done:
        return Finding("2xx, as for the same request before", response_excerpt(again.write.exchange), again.chain)
    updated = collection_of(trace.operation).updated
    return stays(once.after, again.after, again.write.exchange, but=updated)


@row_law("update.absent", UpdateTrace)
def absent(clause: Clause, trace: UpdateTrace) -> Result:
    """A field that is left out keeps its value, or is cleared."""
    part, before = shown(trace.part), (trace.twice if isinstance(trace.twice, State) else trace.change).row
    access = trace.operation.access
    keeps, tried = access is not None and access.absent == "keep", 0
    for name, value in trace.change.write.sent.items():
        was, now = before.get(name), part.row.get(name)
        if name in part.write.sent or value in (None, "", [], {}) or not was:
            continue
        if not keeps and equal(was, trace.defaults.get(name)):
            continue
        if equal(now, was) != keeps:
            wanted = f"{name} {was!r}, as before" if keeps else f"{name} cleared"
            return Finding(wanted, f"{now!r}", (*trace.change.chain, *part.chain))
        tried += 1
    return Held(tried) if tried else not_exercised("no-witness", "no optional field had a value to lose")


@row_law("update.created-stays", UpdateTrace)
def created_stays(clause: Clause, trace: UpdateTrace) -> Result:
    """The time of creation stays."""
    name = collection_of(trace.operation).created or ""
    before, after = trace.created.row.get(name), shown(trace.change).row.get(name)
    if not before:
        return not_exercised("not-shown", f"no row shows {name}")
    if not equal(before, after):
        return Finding(f"{name} {before}", str(after), (*trace.created.chain, *trace.change.chain))
    return Held(1)


@row_law("update.updated-moves", UpdateTrace)
def updated_moves(clause: Clause, trace: UpdateTrace) -> Result:
    """The time of change moves on."""
    name = collection_of(trace.operation).updated or ""
    before, after = trace.created.row.get(name), shown(trace.change).row.get(name)
    if not before:
        return not_exercised("not-shown", f"no row shows {name}")
    one, two = moment(before), moment(after)
    if two is None or (one is not None and two <= one):
        return Finding(f"{name} after {before}", str(after), (*trace.created.chain, *trace.change.chain))
    return Held(1)


@law("row.unknown-row", phase=Phase.WRITES, scenario=UpdateTrace)
def unknown_row(context: RunContext, clause: Clause) -> Result:
    """A write to a key that no row has is denied, and makes no row."""
    operation = operation_of(context, clause)
    trace = trace_of_one_row(context, operation)
    if isinstance(trace, (NotReached, CreateTrace)):
        return NotExercised(trace.reason) if isinstance(trace, NotReached) else not_exercised("not-applicable", "")
    state = trace.again if isinstance(trace, RemoveTrace) else trace.unknown
    if isinstance(state, NotReached):
        return NotExercised(state.reason)
    if isinstance(trace, RemoveTrace) and (not trace.removal.write.done or trace.removal.after.row):
        return not_exercised("scenario-incomplete", "the row wasn't removed")
    exchange = state.write.exchange
    declared = any(r.status in ("404", "410") for r in operation.responses)
    denied = denies(operation, exchange) if declared else exchange.response.status < 500
    if not denied:
        return Finding(clause.requirement, response_excerpt(exchange), (exchange,))
    if state.after.row:
        return Finding(f"no row {state.write.key}", "there is one", state.chain)
    return Held(1)


@law("row.if-match", phase=Phase.WRITES, scenario=UpdateTrace)
def if_match(context: RunContext, clause: Clause) -> Result:
    """A stale If-Match is answered 412 and changes nothing; the row's own is taken."""
    trace = trace_of_one_row(context, operation_of(context, clause))
    if isinstance(trace, NotReached):
        return NotExercised(trace.reason)
    match = not_exercised("not-applicable", "") if isinstance(trace, CreateTrace) else trace.matched
    if isinstance(match, NotReached):
        return NotExercised(match.reason)
    if isinstance(match, NotExercised):
        return match
    stale, fresh = match.stale, match.fresh
    if stale.write.exchange.response.status != 412:
        return Finding("412 for the ETag of an earlier state", response_excerpt(stale.write.exchange), stale.chain)
    untouched = stays(match.before, stale.after, stale.write.exchange)
    if isinstance(untouched, Finding):
        return untouched
    if not fresh.write.done:
        return Finding("2xx for the row's own ETag", response_excerpt(fresh.write.exchange), fresh.chain)
    return Held(2)
