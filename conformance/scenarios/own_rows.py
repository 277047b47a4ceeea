"""Rows of our own to begin with, and keys that are nearly theirs."""

from __future__ import annotations

from typing import Any

from conformance.reading.context import RunContext
from conformance.scenarios.sender import BatchSender
from conformance.scenarios.trace import NearKeys, Step
from conformance.writing.items import STYLES, Style, example_item, item, item_fields
from conformance.writing.submission import Item
from spec import Operation


def insert_rows(sender: BatchSender, writer: Operation, near: NearKeys) -> tuple[Step, Style]:
    """New rows with these keys, as rich as the server takes them: the step, and the style of its items.

    The row with the main key shares all but its name with the one before it, so that a write that looks at anything
    but the key reaches both.
    """
    tried: list[tuple[Step, Style]] = []
    for style in STYLES:
        made: dict[str, Item] = {k: item(sender.context, writer, k, n, style) for n, k in enumerate(near.all)}
        made[near.main] = alike(writer, made[near.longer], made[near.main])
        step = sender.step(
            "the insert", writer, [made[key] for key in near.all], *near.all, stem=near.main, at_once=True
        )
        tried.append((step, style))
        failed = step.submission.last.failed if step.submission.last else None
        if step.submission.all_succeeded or (not failed and any(seen.rows for seen in step.read_backs.values())):
            return step, style
    return tried[0]


def alike(writer: Operation, one: Item, other: Item) -> Item:
    """The other item with everything of the one but its key and the first text that differs."""
    key = writer.access.collection.key if writer.access else ""
    own = next((n for n in one if n != key and isinstance(one[n], str) and one[n] != other.get(n)), key)
    return {**one, key: other[key], own: other[own]}


def near_keys(key: str) -> NearKeys:
    """A key, and others that a careless server may take for it."""
    return NearKeys(main=key, longer=f"{key}-1", lower=key.lower())


def in_other_case(stem: str, *keys: str) -> str:
    """The stem in a case in which none of the keys has it."""
    return next((k for k in (stem.upper(), stem.swapcase(), stem.title()) if k not in keys), f"{stem}-none")


def unshown(context: RunContext, operation: Operation) -> dict[str, Any]:
    """The fields of the document's own example that no row shows, as it sends them; none that point elsewhere."""
    access, example = operation.access, example_item(operation)
    shown = context.contract.properties({"$ref": access.collection.item}) if access else {}
    left = (name for name in item_fields(context, operation) if name in example and name not in shown)
    return {name: example[name] for name in left if access and name not in access.references}
