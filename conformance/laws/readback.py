"""Reading back: what a write sent against what a list shows afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import Any

from conformance.laws.law import Law, law, operation_of
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import Step, Trace, trace_of_writes
from conformance.verdict import Finding, Held, NotExercised, Result, not_exercised
from conformance.writing.batches import Submission, find
from spec import Clause, Collection, Part

Row = Mapping[str, Any]

CLOCKS = 600.0
"""Seconds by which clocks of one server may differ; zones do by more."""


def same(written: Any, read: Any) -> bool:
    """Exactly equal, integers told from strings and booleans."""
    if isinstance(written, Mapping) and isinstance(read, Mapping):
        return written.keys() == read.keys() and all(same(written[k], read[k]) for k in written)
    if isinstance(written, list) and isinstance(read, list):
        return len(written) == len(read) and all(same(a, b) for a, b in zip(written, read, strict=True))
    return type(written) is type(read) and written == read


def same_value(written: Any, read: Any) -> bool:
    """Equal by value: decimals as numbers (89.90 is 89.9000, and not 89.9 for 89.94, nor 9E+1), the rest exactly."""
    if isinstance(written, str) and isinstance(read, str) and _DECIMAL.fullmatch(written):
        return _DECIMAL.fullmatch(read) is not None and Decimal(written) == Decimal(read)
    return same(written, read)


_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")


def of_this_run(context: RunContext, moment: Decimal) -> bool:
    """True for a time between the begin of the run and now, by the server's own clock."""
    began = context.began.timestamp()
    return began - CLOCKS <= float(moment) <= began + context.target.age + CLOCKS


def now_in_words(context: RunContext) -> str:
    """What the server's own clock shows now, in UTC."""
    now = datetime.fromtimestamp(context.began.timestamp() + context.target.age, UTC)
    return f"{now:%Y-%m-%dT%H:%MZ} by the server's own clock"


def collection_of(told: Trace) -> Collection:
    """The collection that a story writes to."""
    if told.operation.access is None:
        raise ValueError(f"{told.operation.code} writes nothing")
    return told.operation.access.collection


def many(told: Trace) -> Iterator[Step]:
    """The steps of a story with very many odd rows that were seen to end."""
    for name in ("many", "beside", "many again"):
        step = told.step(name)
        if step and step.submission.over and step.read_backs:
            yield step


def entries(row: Row, part: Part, id: Any) -> list[Row]:
    """The entries of a part with an id."""
    found = row.get(part.field)
    return [e for e in found if isinstance(e, Mapping) and e.get(part.key) == id] if isinstance(found, list) else []


def applied(told: Trace, step: Step, item: Row) -> Finding | None:
    """What shows that an item wasn't applied, by the row after a step; None when it was."""
    access = told.operation.access
    if access is None:
        return None
    key = str(item.get(access.collection.key))
    row = step.row(key)
    if access.action == "deletes":
        return Finding(f"no row {key}", "it is still shown", step.chain(key)) if row else None
    if not row:
        return Finding(f"the row {key}", "no list shows it", step.chain(key))
    for part in access.parts:
        entry = next(iter(entries(row, part, item.get(part.key))), None)
        if entry is None:
            return Finding(
                f"{part.field} of {key} with {part.key} {item.get(part.key)}",
                str(row.get(part.field)),
                step.chain(key),
            )
        for name in entry:
            if name in item and not same_value(item[name], entry[name]):
                return Finding(f"{name} {item[name]!r} in {part.field} of {key}", f"{entry[name]!r}", step.chain(key))
    return None


def trace_of(context: RunContext, clause: Clause, *needed: str) -> Trace | NotExercised:
    """The story of a clause's operation, if it got as far as the steps that are needed, each seen to end."""
    told = trace_of_writes(context, operation_of(context, clause))
    if told.why_not:
        return NotExercised(told.why_not)
    for name in needed:
        step = told.step(name)
        if step is None:
            return not_exercised("scenario-incomplete", f"there was no {name}: {_why_not(told)}")
        if not step.submission.accepted or not step.submission.over:
            return not_exercised(
                "scenario-incomplete",
                f"the {name} wasn't taken, or not seen to end: {response_excerpt(step.submission.chain[-1])}",
            )
    return told


def scenario_law(kind: str, *needed: str) -> Callable[[Callable[[RunContext, Clause, Trace], Result]], Law]:
    """Enter a law about a story: it speaks where the story got as far as the steps that are needed, see `told_of`."""

    def enter(judge: Callable[[RunContext, Clause, Trace], Result]) -> Law:
        @law(kind)
        @wraps(judge)
        def judged(context: RunContext, clause: Clause) -> Result:
            told = trace_of(context, clause, *needed)
            return told if isinstance(told, NotExercised) else judge(context, clause, told)

        return judged

    return enter


def _why_not(told: Trace) -> str:
    first = next(iter(told.steps.values()), None)
    return response_excerpt(first.submission.chain[-1]) if first else "no batch was sent"


def mine(told: Trace, name: str) -> tuple[Step, Row, Row, str]:
    """A step's own row: (step, item, row, key) of the story's main key."""
    step = told.steps[name]
    key = told.keys["A"]
    item = next((i for i in step.submission.items if i.get(collection_of(told).key) == key), {})
    return step, item, step.row(key), key


def touched_between(before: Step, after: Step, key: str, *, but: Container[str | None] = ()) -> Finding | None:
    """What shows that a row changed from one step to a later one, some of its fields aside."""
    was, now = before.row(key), after.row(key)
    name = next((n for n in {**was, **now} if n not in but and was.get(n) != now.get(n)), None)
    if name is None:
        return None
    shown = f"{name} {now.get(name)!r}" if now else "it is gone"
    wanted = f"the row {key} as it was: {name} {was.get(name)!r}"
    return Finding(wanted, shown, (*before.chain(key), *after.chain(key)))


def near_rows_stay(told: Trace, before: Step, after: Step) -> Result:
    """Rows whose keys are nearly the one that was written to stay as they were."""
    tried = 0
    for key in (told.keys["longer"], told.keys["lower"]):
        if not before.row(key) or key == told.keys["A"]:
            continue
        touched = touched_between(before, after, key)
        if touched:
            return touched
        tried += 1
    return Held(tried) if tried else not_exercised("scenario-incomplete", "no rows with nearly the same key were taken")


def unwritten_rows_stay(told: Trace, before: Step | None, after: Step | None) -> Finding | None:
    """What shows that one of many rows nearly alike changed, though only others were written to."""
    if before is None or after is None or not after.submission.over:
        return None
    written = {item[collection_of(told).key] for item in after.submission.items}
    others = (key for key in after.read_backs if key not in written and before.row(key))
    return next((touched for key in others if (touched := touched_between(before, after, key))), None)


def unknown_row_fails(context: RunContext, told: Trace, batch: Submission) -> Result:
    """An item for a row that there isn't fails, and makes no row."""
    if not batch.exchange.response.refused and not batch.over:
        return not_exercised("scenario-incomplete", "the batch wasn't seen to end")
    if batch.last and not batch.last.failed:
        return Finding("the item counted as failed", f"{batch.last.succeeded} succeeded, 0 failed", batch.chain)
    key = told.keys["unknown"]
    if find(context, told.operation, key, expected=False).rows:
        return Finding(f"no row {key}", "there is one", batch.chain)
    return Held(1)


def trimmed(value: Any) -> Any:
    """A text without spaces at its ends."""
    return value.strip() if isinstance(value, str) else value
