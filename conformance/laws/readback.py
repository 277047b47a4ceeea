"""Reading back: what a write sent against what a list shows afterwards."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from conformance.laws.traces import collection_of
from conformance.oracle.lookups import same_id
from conformance.reading.context import RunContext
from conformance.scenarios import NotReached, Step, Trace
from conformance.scenarios.trace import NearKeys, why_incomplete
from conformance.verdict import Finding, Held, NotExercised, Result, not_exercised
from conformance.writing.read_back import find
from conformance.writing.submission import Submission
from spec import Access, Part

Row = Mapping[str, Any]

CLOCKS = 600.0
"""Seconds by which clocks of one server may differ; zones do by more."""


def same(written: Any, read: Any) -> bool:
    """Exactly equal, but for the spelling of a uuid; an integer differs from a string and from a boolean."""
    if isinstance(written, Mapping) and isinstance(read, Mapping):
        return written.keys() == read.keys() and all(same(written[k], read[k]) for k in written)
    if isinstance(written, list) and isinstance(read, list):
        return len(written) == len(read) and all(same(a, b) for a, b in zip(written, read, strict=True))
    return type(written) is type(read) and same_id(written, read)


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
    """The time of the server's own clock, in UTC."""
    now = datetime.fromtimestamp(context.began.timestamp() + context.target.age, UTC)
    return f"{now:%Y-%m-%dT%H:%MZ} by the server's own clock"


def entries(row: Row, part: Part, id: Any) -> list[Row]:
    """The entries of a part with an id."""
    found = row.get(part.field)
    shown = [e for e in found if isinstance(e, Mapping)] if isinstance(found, list) else []
    return [entry for entry in shown if same_id(entry.get(part.key), id)]


def applied(access: Access | None, step: Step, item: Row) -> Finding | None:
    """The evidence that an item wasn't applied, by the row after a step; None when it was applied."""
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


def item_of(step: Step, field: str, key: str) -> Row:
    """The item that a step sent with a key in a field; empty when there is none."""
    return next((one for one in step.submission.items if one.get(field) == key), {})


def touched_between(before: Step, after: Step, key: str, *, but: Container[str | None] = ()) -> Finding | None:
    """What shows that a row changed from one step to a later one, some of its fields aside."""
    was, now = before.row(key), after.row(key)
    name = next((n for n in {**was, **now} if n not in but and was.get(n) != now.get(n)), None)
    if name is None:
        return None
    shown = f"{name} {now.get(name)!r}" if now else "it is gone"
    wanted = f"the row {key} as it was: {name} {was.get(name)!r}"
    return Finding(wanted, shown, (*before.chain(key), *after.chain(key)))


def near_rows_stay(keys: NearKeys, before: Step, after: Step) -> Result:
    """Rows whose keys are nearly the one that was written to stay as they were."""
    tried = 0
    for key in (keys.longer, keys.lower):
        if not before.row(key) or key == keys.main:
            continue
        touched = touched_between(before, after, key)
        if touched:
            return touched
        tried += 1
    return Held(tried) if tried else not_exercised("scenario-incomplete", "no rows with nearly the same key were taken")


def unwritten_rows_stay(trace: Trace, before: Step, after: Step | NotReached) -> Finding | None:
    """What shows that one of many rows nearly alike changed, though only others were written to."""
    if not isinstance(after, Step) or not after.submission.over:
        return None
    written = {item[collection_of(trace).key] for item in after.submission.items}
    others = (key for key in after.read_backs if key not in written and before.row(key))
    return next((touched for key in others if (touched := touched_between(before, after, key))), None)


def unknown_row_fails(context: RunContext, trace: Trace, batch: Submission, key: str) -> Result:
    """An item for a missing row fails, and makes no row."""
    if not batch.exchange.response.refused and not batch.over:
        return NotExercised(why_incomplete("the batch wasn't seen to end", batch))
    if batch.last and not batch.last.failed:
        return Finding("the item counted as failed", f"{batch.last.succeeded} succeeded, 0 failed", batch.chain)
    if find(context, trace.operation, key, expected=False).rows:
        return Finding(f"no row {key}", "there is one", batch.chain)
    return Held(1)


def trimmed(value: Any) -> Any:
    """A text without spaces at its ends."""
    return value.strip() if isinstance(value, str) else value
