"""A batch of valid and invalid items."""

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
    """Send valid new rows around bad items, of the first kind that fails when it is sent alone.

    One of the bad items is for a row that is already `there`; that row must stay unchanged.
    """
    context, own = sender.context, ownership_of(sender.context)
    kinds = list(_mistakes(context, operation))
    unknown = [kind for kind in kinds if NO_SUCH_REFERENCE in kind.values()]
    for mistakes in ([unknown] if len(unknown) > 1 else []) + [[kind] for kind in kinds]:
        bad = [_with(item(context, operation, own.mint("bad"), 1, style), mistake) for mistake in mistakes]
        alone = sender.step("the bad items alone", operation, bad)
        if not alone.submission.last or alone.submission.last.failed != len(mistakes):
            continue
        stem = own.mint("mixed")
        first, unmade, last = f"{stem}-1", f"{stem}-2", f"{stem}-3"
        # The last kind of mistake is sent twice: for a new row, and for the existing one.
        wrong = [(f"{stem}-{n}", mistake) for n, mistake in enumerate(mistakes[:-1], 4)]
        wrong += [(key, mistakes[-1]) for key in (unmade, there)]
        bad = [_with(item(context, operation, key, 1, style), mistake) for key, mistake in wrong]
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


def _with(one: Item, mistake: Mapping[str, Any]) -> dict[str, Any]:
    """An item with other values; None removes a field."""
    return {name: value for name, value in {**one, **mistake}.items() if mistake.get(name, value) is not None}


def _mistakes(context: RunContext, operation: Operation) -> Iterator[dict[str, Any]]:
    """Ways to make an item bad: the values to change; None removes a field."""
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
