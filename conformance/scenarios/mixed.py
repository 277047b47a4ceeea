"""A batch of good and bad items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.reading.context import RunContext
from conformance.scenarios.operations import ownership_of
from conformance.scenarios.scenario import Trace, send_step
from conformance.writing.batches import Item, find
from conformance.writing.items import Style, item, item_fields, required_fields
from spec import Operation

NO_SUCH_REFERENCE = "7d9a0c64-1f0e-4b1c-9a53-0d5e4c2b1a99"


def with_mixed(context: RunContext, told: Trace, style: Style) -> Trace:
    """Good new rows around bad items, of the first kind that fails when it is sent alone."""
    own = ownership_of(context)
    operation = told.operation
    steps, keys = dict(told.steps), dict(told.keys)
    spoilers = list(_spoilers(context, operation))
    unknown = [spoil for spoil in spoilers if NO_SUCH_REFERENCE in spoil.values()]
    for spoils in ([unknown] if len(unknown) > 1 else []) + [[spoil] for spoil in spoilers]:
        alone = send_step(
            context, operation, [_spoilt(item(context, operation, own.mint("bad"), 1, style), s) for s in spoils]
        )
        if not alone.submission.last or alone.submission.last.failed != len(spoils):
            continue
        stem = own.mint("mixed")
        keys |= {"good first": f"{stem}-1", "bad": f"{stem}-2", "good last": f"{stem}-3"}
        first, last = (
            item(context, operation, keys[name], n, style) for n, name in enumerate(("good first", "good last"))
        )
        # What is wrong in the last way is of a new row, and of one that is there and must stay as it is.
        wrong = [(f"{stem}-{n}", spoil) for n, spoil in enumerate(spoils[:-1], 4)]
        wrong += [(keys[name], spoils[-1]) for name in ("bad", "A")]
        bad = [_spoilt(item(context, operation, key, 1, style), spoil) for key, spoil in wrong]
        before = find(context, operation, keys["A"], expected=None)
        mixed = send_step(
            context, operation, [first, *bad, last], keys["good first"], keys["good last"], stem=stem, closely=True
        )
        there = find(context, operation, keys["A"], expected=None)
        steps["bad"] = replace(alone, read_backs={keys["A"]: before})
        steps["mixed"] = replace(mixed, read_backs={**mixed.read_backs, keys["A"]: there})
        return replace(told, steps=steps, keys=keys, bad=len(bad))
    return replace(told, keys=keys)


def _spoilt(one: Item, spoil: Mapping[str, Any]) -> dict[str, Any]:
    """An item with other values; None takes a field away."""
    return {name: value for name, value in {**one, **spoil}.items() if spoil.get(name, value) is not None}


def _spoilers(context: RunContext, operation: Operation) -> Iterator[dict[str, Any]]:
    """Ways to make an item bad: what to change in it; None takes a field away."""
    access = operation.access
    for name in access.references if access else ():
        yield {name: NO_SUCH_REFERENCE}
    fields = item_fields(context, operation)
    for name in required_fields(context, operation):
        if fields[name].get("format") == "uuid":
            yield {name: NO_SUCH_REFERENCE}
            yield {name: "not-a-uuid"}
    for name in required_fields(context, operation):
        if access and name != access.collection.key and "default" not in fields[name]:
            yield {name: None}
            return
