"""Reading back: what a write sent against what a list shows afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from conformance.stories import Step, Story
from conformance.verdict import Finding
from spec import Collection, Part

Row = Mapping[str, Any]


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


def collection_of(told: Story) -> Collection:
    """The collection that a story writes to."""
    if told.operation.access is None:
        raise ValueError(f"{told.operation.code} writes nothing")
    return told.operation.access.collection


def many(told: Story) -> Iterator[Step]:
    """The steps of a story with very many odd rows that were seen to end."""
    for name in ("many", "beside", "many again"):
        step = told.step(name)
        if step and step.submission.over and step.seen:
            yield step


def entries(row: Row, part: Part, id: Any) -> list[Row]:
    """The entries of a part with an id."""
    found = row.get(part.field)
    return [e for e in found if isinstance(e, Mapping) and e.get(part.key) == id] if isinstance(found, list) else []


def applied(told: Story, step: Step, item: Row) -> Finding | None:
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
                str(row.get(part.field))[:300],
                step.chain(key),
            )
        for name in entry:
            if name in item and not same_value(item[name], entry[name]):
                return Finding(f"{name} {item[name]!r} in {part.field} of {key}", f"{entry[name]!r}", step.chain(key))
    return None
