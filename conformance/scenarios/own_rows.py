"""Rows of our own to begin with, and keys that are nearly theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reading.context import RunContext
from conformance.scenarios.scenario import Step, send_step
from conformance.writing.batches import Item
from conformance.writing.items import STYLES, Style, example_item, item, item_fields
from spec import Operation


def inserted(
    context: RunContext, writer: Operation, stem: str, keys: tuple[str, ...]
) -> tuple[Step, list[Item], Style]:
    """New rows with these keys of one stem, as rich as the server takes them: the step, the items and their style.

    The second row shares all but its name with the first, so that a write that looks at anything but the key
    reaches both.
    """
    preferred = STYLES[0]
    first: tuple[Step, list[Item], Style] | None = None
    for style in STYLES:
        items: list[Item] = [item(context, writer, key, n, style) for n, key in enumerate(keys)]
        if len(items) > 1:
            items[1] = alike(writer, items[0], items[1])
        step = send_step(context, writer, items, *keys, stem=stem, closely=True)
        first = first or (step, items, style)
        failed = step.submission.last.failed if step.submission.last else None
        if step.submission.all_succeeded or (not failed and any(seen.rows for seen in step.read_backs.values())):
            return step, items, style
    return first or (send_step(context, writer, []), [], preferred)


def alike(writer: Operation, one: Item, other: Item) -> Item:
    """The other item with everything of the one but its key and the first text that differs."""
    key = writer.access.collection.key if writer.access else ""
    own = next((n for n in one if n != key and isinstance(one[n], str) and one[n] != other.get(n)), key)
    return {**one, key: other[key], own: other[own]}


def near_keys(key: str) -> dict[str, str]:
    """Keys that a careless server may take for one another."""
    return {"longer": f"{key}-1", "A": key, "lower": key.lower()}


def keys_unlike(stem: str, near: Mapping[str, str]) -> str:
    """The stem in a case in which no row has it."""
    return next((k for k in (stem.upper(), stem.swapcase(), stem.title()) if k not in near.values()), f"{stem}-none")


def unshown(context: RunContext, operation: Operation) -> dict[str, Any]:
    """The fields of the document's own example that no row shows, as it sends them; none that point elsewhere."""
    access, example = operation.access, example_item(operation)
    shown = context.contract.properties({"$ref": access.collection.item}) if access else {}
    left = (name for name in item_fields(context, operation) if name in example and name not in shown)
    return {name: example[name] for name in left if access and name not in access.references}
