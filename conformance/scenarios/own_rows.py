"""The first rows of our own, and keys that are nearly the same as theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reading.context import RunContext
from conformance.scenarios.sender import BatchSender
from conformance.scenarios.trace import NearKeys, NotReached, Step, not_applicable
from conformance.writing.items import STYLES, Style, example_item, item, item_fields, rows_of_others
from conformance.writing.submission import Item
from spec import Operation


def insert_rows(sender: BatchSender, writer: Operation, near: NearKeys) -> tuple[Step, Style]:
    """New rows with these keys, as rich as the server accepts: the step, and the style of its items.

    The row with the main key has the texts of the row before it, except for one name. A write that matches by
    anything but the key then changes both.
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


def as_shown(sender: BatchSender, writer: Operation, insert: Step, style: Style) -> Step | NotReached:
    """A new row with an object that holds values of a type which no accepted row has, though the server shows it.

    Only where richer rows were refused: a typed decoder may refuse a number in a map of texts.
    """
    if style == STYLES[0] or not insert.submission.accepted:
        return not_applicable("rows with all types of values were accepted")
    context, key = sender.context, writer.access.collection.key if writer.access else ""
    # What else tells which members are allowed goes with them: a category, for one.
    kinds = [name for name, schema in item_fields(context, writer).items() if "format" in schema]
    taken = insert.submission.items[0]
    for row in rows_of_others(context, writer):
        for name, value in row.items():
            if (
                name in taken
                and isinstance(value, Mapping)
                and _types(value) - _types(*(i.get(name) for i in insert.submission.items))
            ):
                beside = {one: row[one] for one in kinds if one in row and one != key}
                made = {**taken, **beside, name: value, key: f"{taken[key]}-shown"}
                return sender.step("the insert of what another row shows", writer, [made], str(made[key]))
    return not_applicable("no row shows another type of value than those that were accepted")


def _types(*objects: Any) -> set[type]:
    """The types of the members of objects, texts aside."""
    return {type(v) for one in objects if isinstance(one, Mapping) for v in one.values()} - {str, type(None)}


def alike(writer: Operation, one: Item, other: Item) -> Item:
    """The other item with everything of the one but its key and the first text that differs."""
    key = writer.access.collection.key if writer.access else ""
    own = next((n for n in one if n != key and isinstance(one[n], str) and one[n] != other.get(n)), key)
    return {**one, key: other[key], own: other[own]}


def near_keys(key: str) -> NearKeys:
    """A key, and others that a careless server may confuse with it."""
    return NearKeys(main=key, longer=f"{key}-1", lower=key.lower())


def in_other_case(stem: str, *keys: str) -> str:
    """The stem in a case that none of the keys has."""
    return next((k for k in (stem.upper(), stem.swapcase(), stem.title()) if k not in keys), f"{stem}-none")


def unshown(context: RunContext, operation: Operation) -> dict[str, Any]:
    """Fields of the document's example that no row shows, with the example's values; none that refer to other rows."""
    access, example = operation.access, example_item(operation)
    shown = context.contract.properties({"$ref": access.collection.item}) if access else {}
    left = (name for name in item_fields(context, operation) if name in example and name not in shown)
    return {name: example[name] for name in left if access and name not in access.references}
