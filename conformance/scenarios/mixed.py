"""A batch of good and bad items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.reading.context import RunContext
from conformance.scenarios.operations import ownership_of
from conformance.scenarios.sender import BatchSender
from conformance.scenarios.trace import MixedStep, NotReached, incomplete
from conformance.writing.items import Style, item, item_fields, required_fields
from conformance.writing.read_back import find
from conformance.writing.submission import Item
from spec import Operation

NO_SUCH_REFERENCE = "7d9a0c64-1f0e-4b1c-9a53-0d5e4c2b1a99"


def mixed_step(sender: BatchSender, operation: Operation, there: str, style: Style) -> MixedStep | NotReached:
    """Good new rows around bad items, of the first kind that fails when it is sent alone.

    One of the bad items is of a row that is `there` already, and must stay as it is.
    """
    context, own = sender.context, ownership_of(sender.context)
    spoilers = list(_spoilers(context, operation))
    unknown = [spoil for spoil in spoilers if NO_SUCH_REFERENCE in spoil.values()]
    for spoils in ([unknown] if len(unknown) > 1 else []) + [[spoil] for spoil in spoilers]:
        bad = [_spoilt(item(context, operation, own.mint("bad"), 1, style), s) for s in spoils]
        alone = sender.step("the bad items alone", operation, bad)
        if not alone.submission.last or alone.submission.last.failed != len(spoils):
            continue
        stem = own.mint("mixed")
        first, unmade, last = f"{stem}-1", f"{stem}-2", f"{stem}-3"
        # What is wrong in the last way is of a new row, and of the one that is there.
        wrong = [(f"{stem}-{n}", spoil) for n, spoil in enumerate(spoils[:-1], 4)]
        wrong += [(key, spoils[-1]) for key in (unmade, there)]
        bad = [_spoilt(item(context, operation, key, 1, style), spoil) for key, spoil in wrong]
        good = [item(context, operation, key, n, style) for n, key in enumerate((first, last))]
        before = find(context, operation, there, expected=None)
        mixed = sender.step(
            "the mixed batch", operation, [good[0], *bad, good[1]], first, last, stem=stem, at_once=True
        )
        after = find(context, operation, there, expected=None)
        return MixedStep(
            step=replace(mixed, read_backs={**mixed.read_backs, there: after}),
            bad=len(bad),
            good=(first, last),
            unmade=unmade,
            alone=replace(alone, read_backs={there: before}),
        )
    return incomplete("no kind of bad item gets into a batch and fails there")


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
