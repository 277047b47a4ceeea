"""Inserts: a written row reads back unchanged, once, under its own key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.laws.readback import Row, entries, same, same_value
from conformance.laws.traces import ROWS_OF_A_LIST, collection_of, ended, scenario_law
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import EdgeCaseSteps, RowsTrace, Step
from conformance.scenarios.trace import reached as reached_steps
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Field, Part


@scenario_law("write.inserts", RowsTrace, rests=ROWS_OF_A_LIST)
def inserts(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """A new key makes one row."""
    step = ended(trace.insert)
    if step.submission.last and step.submission.last.failed == len(step.submission.items):
        return not_exercised(
            "scenario-incomplete", f"the new rows aren't taken: {response_excerpt(step.submission.chain[-1])}"
        )
    keys = {item.get(collection_of(trace).key) for item in step.submission.items}
    for key, seen in step.read_backs.items():
        if key in keys and len(seen.rows) != 1:
            return Finding(f"one row {key}", f"{len(seen.rows)} rows", step.chain(key))
    return _lost_of_many(trace) or _uncounted(trace) or Held(len(keys))


def _uncounted(trace: RowsTrace) -> Finding | None:
    """A list that counts as many rows as before. Another writer may change the count too, but hardly to the same."""
    whole = trace.whole_list
    if whole is None or whole.before.count is None or whole.after.count != whole.before.count:
        return None
    wanted = f"a count of {whole.before.count + whole.added} after {whole.added} new rows, {whole.before.count} before"
    return Finding(wanted, f"{whole.after.count}", (whole.before.exchange, whole.after.exchange))


def _lost_of_many(trace: RowsTrace) -> Finding | None:
    """A row too few or too many, of very many items: those that failed aren't named, so it's enough if they add up."""
    for step in trace.edge_case_steps:
        batch, key = step.submission, collection_of(trace).key
        known = [str(one[key]) for one in batch.items if one[key] in step.read_backs]
        lost = [key for key in known if not step.row(key)]
        if batch.last and len(lost) > (batch.last.failed or 0):
            wanted = f"{batch.last.succeeded} rows for {len(batch.items)} items, of which {batch.last.failed} failed"
            return Finding(wanted, f"{len(lost)} of them are missing, as {lost[0]}", step.chain(lost[0]))
        for name in known:
            rows = step.read_backs[name].rows
            if len(rows) > 1:
                return Finding(f"one row {name}", f"{len(rows)} rows", step.chain(name))
    return None


@scenario_law("write.key", RowsTrace)
def key_law(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """The key reads back as it was written."""
    step, name = ended(trace.insert), collection_of(trace).key
    rows = [key for key, seen in step.read_backs.items() if seen.rows]
    for key in step.read_backs:
        if key not in rows and rows:
            return Finding(f"a row with exactly the key {key}", "no list shows it", step.chain(key))
    keys = {item[name] for tried in trace.edge_case_steps for item in tried.submission.items}
    for tried in trace.edge_case_steps:
        unknown = next((key for key in tried.read_backs if key not in keys), None)
        if unknown:
            wanted = f"only rows with the keys that were written, such as {max(keys, key=len)}"
            return Finding(wanted, f"a row {unknown}", tried.chain(unknown))
    return Held(len(rows)) if rows else not_exercised("not-shown", "no list shows the new rows")


@scenario_law("write.field", RowsTrace)
def field_law(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """A field reads back as it was written."""
    name, tried = clause.speaks_of(Field).name, 0
    refused = _refused_as_shown(trace, name)
    if refused:
        return refused
    for step, key, item in _shown_items(trace, name):
        row = step.row(key)
        if not same(item[name], row.get(name)):
            return Finding(f"{name} {item[name]!r}", f"{row.get(name)!r}", step.chain(key))
        tried += 1
    return Held(tried) if tried else not_exercised("scenario-incomplete", f"no row with {name} was taken")


def _refused_as_shown(trace: RowsTrace, name: str) -> Finding | None:
    """A value that the server shows in another row, and doesn't take in a row of which it takes all else."""
    step = trace.as_shown
    if not isinstance(step, Step) or not isinstance(step.submission.items[0].get(name), Mapping):
        return None
    last = step.submission.last
    if step.submission.exchange.response.refused or (last and last.over and last.failed):
        wanted = f"a row with {name} {step.submission.items[0][name]!r}, which another row shows"
        return Finding(wanted, response_excerpt(step.submission.chain[-1]), step.submission.chain)
    return None


@scenario_law("write.part", RowsTrace)
def part_law(context: RunContext, clause: Clause, trace: RowsTrace) -> Result:
    """A part that is written with its row reads back entry by entry."""
    part, tried = clause.speaks_of(Part), 0
    for step, key, item in _shown_items(trace, part.field):
        row = step.row(key)
        if _unlike_entries(item[part.field], row, part):
            return Finding(f"{part.field} {item[part.field]!r}", f"{row.get(part.field)!r}", step.chain(key))
        tried += 1
    return Held(tried) if tried else not_exercised("scenario-incomplete", f"no row with {part.field} was taken")


def _shown_items(trace: RowsTrace, name: str) -> Iterator[tuple[Step, str, Row]]:
    """(step, key, item) of every row that was taken with a value in a field."""
    ended(trace.insert)
    good = (*trace.good_steps, *reached_steps(trace.as_shown))
    for step in (*(s for s in good if s.submission.all_succeeded), *_taken_of_many(trace)):
        for item in step.submission.items:
            key = str(item[collection_of(trace).key])
            if name in item and step.row(key):
                yield step, key, item


def _taken_of_many(trace: RowsTrace) -> list[Step]:
    """Steps of edge cases whose shown rows were taken: of new ones all, of updates nobody knows which failed."""
    update = trace.edge_cases.update if isinstance(trace.edge_cases, EdgeCaseSteps) else None
    return [step for step in trace.edge_case_steps if step is not update or step.submission.all_succeeded]


def _unlike_entries(written: Any, row: Row, part: Part) -> bool:
    for one in written:
        found = entries(row, part, one[part.key])
        if len(found) != 1 or any(n in found[0] and not same_value(one[n], found[0][n]) for n in one):
            return True
    return False
