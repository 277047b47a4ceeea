"""The items of a write, made from the document's own example and from rows that the server shows.

A `rich` item holds values that servers get wrong: letters of other scripts, two spaces in a row, digits that
rounding would lose, free keys in mixed case. An `odd` item also has free keys that mean something to a server's
language or store. A `known` item uses only free keys that were seen. A `plain` item
copies the values of a row that the server has accepted before. One of `texts` does too, but for members of objects
that are no texts.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from conformance.oracle.awkward import MIXED
from conformance.reading.context import RunContext, observed
from conformance.reading.sample import NO_SUCH_ID, sample_of
from conformance.transport.keys import PREFIX
from conformance.writing.read_back import reader_of
from spec import Operation, Part

Style = Literal["odd", "rich", "known", "plain", "texts"]
STYLES: tuple[Style, ...] = ("odd", "rich", "known", "plain", "texts")

_COPIED: tuple[Style, ...] = ("plain", "texts")

ODD_KEYS = ("a.b", "$unit", "7", "constructor", "name", "K" * 64)
"""Free keys that some stores or languages take for a path, an operator, a place, an inherited or a field's name."""


@observed
def item_fields(context: RunContext, operation: Operation) -> Mapping[str, Mapping[str, Any]]:
    """The fields of one item of a write's body, with their schemas."""
    return context.contract.properties(context.contract.items(operation))


def required_fields(context: RunContext, operation: Operation) -> tuple[str, ...]:
    """The required fields of an item."""
    return context.contract.required(context.contract.items(operation))


def is_plain_text(schema: Mapping[str, Any]) -> bool:
    """True for a field that holds any text."""
    return schema.get("type") == "string" and not schema.keys() & {"format", "enum", "pattern"}


def plain_texts(context: RunContext, operation: Operation) -> list[str]:
    """The fields of an item that hold any text, except the key."""
    key = operation.access.collection.key if operation.access else ""
    return [name for name, schema in item_fields(context, operation).items() if name != key and is_plain_text(schema)]


def is_amount(value: Any) -> bool:
    """True for a decimal text of at least one. A rate is lower, and seldom has so many digits."""
    return isinstance(value, str) and value.replace(".", "", 1).isdecimal() and float(value) >= 1


def example_item(operation: Operation) -> Mapping[str, Any]:
    """The first item of the document's example, or nothing."""
    media = operation.body.json if operation.body else None
    for example in media.examples if media else ():
        if isinstance(example, list) and example and isinstance(example[0], Mapping):
            return example[0]
    return {}


@observed
def rows_of_others(context: RunContext, operation: Operation) -> tuple[Mapping[str, Any], ...]:
    """Rows of the collection as the server shows them, without this run's own. The server accepts their values."""
    reader, own = reader_of(context, operation), context.target.ownership
    rows = sample_of(context, reader).rows if reader else {}
    return tuple(row for key, row in rows.items() if own is None or not own.owns(key))


@observed
def _values(context: RunContext, operation: Operation, field: str) -> tuple[Any, ...]:
    """The first distinct values of a field."""
    usable = [row[field] for row in rows_of_others(context, operation) if row.get(field) not in (None, "", [], {})]
    return tuple(value for n, value in enumerate(usable[:60]) if value not in usable[:n])


@observed
def _fields_shown(context: RunContext, operation: Operation) -> Mapping[str, Mapping[str, Any]]:
    """The fields of a row of the collection, with their schemas."""
    access = operation.access
    return context.contract.properties({"$ref": access.collection.item}) if access else {}


def item(
    context: RunContext, operation: Operation, key: str, variant: int = 0, style: Style = "rich"
) -> dict[str, Any]:
    """An item for a new or known key. Variants differ in every field. References to other rows are left out."""
    access = operation.access
    if access is None:
        return {}
    example = example_item(operation)
    made: dict[str, Any] = {}
    for name, schema in item_fields(context, operation).items():
        if name == access.collection.key:
            made[name] = key
        elif name in access.references:
            continue
        elif access.parts:
            part = next((p for p in access.parts if p.key == name), None)
            ids = _list_ids(context, operation, name) if part else ()
            shown = _shown(context, operation, access.parts, name)
            made[name] = ids[0] if ids else _entry_value(name, schema, example, variant, shown)
        elif name in example or "type" in schema:
            value = _row_value(context, operation, name, schema, example, variant, style)
            if value is not None:
                made[name] = value
    return made


def entry(
    context: RunContext, operation: Operation, key: str, number: int, variant: int, *, steady: bool = True
) -> dict[str, Any]:
    """The item of an operation that writes parts, for the first, second or third of their lists.

    A list may fix a field such as its currency. So a `steady` item keeps every field that isn't an amount, for
    all variants. Otherwise the field gets another value: one that entries show, if there is one. An item for
    several parts names a different list for each, so that mixed-up lists show.
    """
    made, fields = item(context, operation, key, variant), item_fields(context, operation)
    used: set[str] = set()
    for part in operation.access.parts if operation.access else ():
        ids = part_ids(context, operation, part.key)
        made[part.key] = ids[1 - number if number < 2 and ids[number] in used else number]
        used.add(made[part.key])
        for name in made:
            parts = (part,)
            own = _shown(context, operation, parts, name, made[part.key]) or _shown(context, operation, parts, name)
            if own:
                made[name] = own[0] if steady else own[-1] if len(own) > 1 else _other_than(own[0], fields[name])
    return made


def _other_than(value: str, schema: Mapping[str, Any]) -> str:
    """Another text of the same kind: currencies are chosen from those that servers know."""
    if not is_plain_text(schema):
        return next((str(one) for one in schema.get("enum", ()) if one != value), value)
    if re.fullmatch("[A-Z]{3}", value):
        return "USD" if value == "EUR" else "EUR"
    return f"{value}s"


def bare(context: RunContext, operation: Operation, made: Mapping[str, Any]) -> dict[str, Any]:
    """The same item with its required fields only."""
    return {name: made[name] for name in required_fields(context, operation) if name in made}


def _row_value(
    context: RunContext,
    operation: Operation,
    name: str,
    schema: Mapping[str, Any],
    example: Mapping[str, Any],
    variant: int,
    style: Style,
) -> Any:
    collection = operation.access.collection if operation.access else None
    parts = {p.field: p for p in collection.parts} if collection else {}
    if name not in _fields_shown(context, operation):
        return None
    different = _values(context, operation, name)
    sample = different[variant % len(different)] if different else example.get(name)
    types = schema.get("type")
    if name in parts:
        return _entries(context, operation, schema, example.get(name), parts[name].key, name, variant)
    if style in _COPIED and is_plain_text(schema):
        # Similar to an existing value, but not equal: a server that matches rows by text then changes only ours.
        return f"{PREFIX}-{sample or name}"
    if style == "texts" and isinstance(sample, Mapping):
        return {member: value for member, value in sample.items() if isinstance(value, str)}
    if style in _COPIED:
        return sample
    if types == "string" and schema.get("format") == "uuid":
        return sample or NO_SUCH_ID
    if types == "string" and "enum" not in schema and "format" not in schema:
        return f"{MIXED[variant % len(MIXED)]} {name} {variant}"
    if types == "string" and schema.get("format") == "decimal":
        return amount(str(sample or "10.00"), variant)
    if types == "array":
        links = [str(v) for v in (example.get(name) or sample or ["https://example.com/x"])][:1]
        return [f"{links[0]}&n={n}" for n in (3 + variant, 1, 2)]
    if types == "object":
        made = _object(example.get(name) or sample or {}, variant, more_keys=style in ("odd", "rich"))
        return made | {key: f"odd {number} {variant}" for number, key in enumerate(ODD_KEYS) if style == "odd"}
    if types in ("integer", "number"):
        return 7 + variant
    if types == "boolean":
        return variant % 2 == 0
    return sample


def _object(sample: Mapping[str, Any], variant: int, *, more_keys: bool) -> dict[str, Any]:
    """A free-form object like a sample: its keys, with strings and integers that depend on the variant."""
    made: dict[str, Any] = {}
    for name, value in sample.items():
        if isinstance(value, bool):
            made[name] = value
        elif isinstance(value, int):
            made[name] = value + 1 + variant
        elif isinstance(value, str):
            made[name] = f"Kırmızı ö  {variant}"
    if more_keys:
        made |= {"Desen": f"çizgili {variant}", "ölçü_tipi": f"Geniş {variant}", "rafNo": 10 + variant}
    return made or {"key": f"Kırmızı ö  {variant}"}


@observed
def _list_ids(context: RunContext, operation: Operation, key: str) -> tuple[str, ...]:
    """Ids for the entries of a part: those that rows show first, then the example's, then made-up ones."""
    collection = operation.access.collection if operation.access else None
    field = next((p.field for p in collection.parts if p.key == key), "") if collection else ""
    seen: dict[str, None] = {}
    for row in rows_of_others(context, operation):
        for entry in row.get(field) or ():
            if isinstance(entry, Mapping) and isinstance(entry.get(key), str):
                seen[entry[key]] = None
    example = example_item(operation).get(key)
    if isinstance(example, str):
        seen[example] = None
    made = (str(uuid.uuid5(uuid.NAMESPACE_OID, f"{field}.{key} {n}")) for n in range(context.budget.made_ids))
    return (*seen, *made)


def part_ids(context: RunContext, operation: Operation, key: str) -> list[str]:
    """Ids for parts, at least three."""
    return list(dict.fromkeys(_list_ids(context, operation, key)))


def _entries(
    context: RunContext,
    operation: Operation,
    schema: Mapping[str, Any],
    sample: Any,
    key: str,
    name: str,
    variant: int,
) -> list[dict[str, Any]] | None:
    """The entries of a part in its row's item: one for each of two lists."""
    fields = context.contract.properties(context.contract.resolve(schema).get("items", {}))
    example = sample[0] if isinstance(sample, list) and sample and isinstance(sample[0], Mapping) else {}
    made = []
    for number, id in enumerate(_list_ids(context, operation, key)[:2]):
        entry: dict[str, Any] = {key: id}
        for field, field_schema in fields.items():
            if field != key:
                parts = (Part(name, key),)
                shown = _shown(context, operation, parts, field, id) or _shown(context, operation, parts, field)
                entry[field] = _entry_value(field, field_schema, example, variant + 3 * number, shown)
        made.append(entry)
    return made


@observed
def _shown(
    context: RunContext, operation: Operation, parts: tuple[Part, ...], field: str, id: str | None = None
) -> tuple[str, ...]:
    """The distinct values of a field in the entries of a part: all, or those under one id; none for amounts."""
    entries = (
        (part, entry)
        for row in rows_of_others(context, operation)
        for part in parts
        for entry in row.get(part.field) or ()
    )
    mine = (e for part, e in entries if isinstance(e, Mapping) and id in (None, e.get(part.key)) and field != part.key)
    found = {value for e in mine if isinstance(value := e.get(field), str)}
    return () if any(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in found) else tuple(sorted(found))


def _entry_value(
    name: str, schema: Mapping[str, Any], example: Mapping[str, Any], variant: int, shown: Sequence[str]
) -> Any:
    sample = example.get(name)
    if shown and schema.get("format") != "decimal":
        return shown[variant % len(shown)]
    if sample is None:
        sample = next(iter(schema.get("examples", ())), None)
    if schema.get("format") == "decimal":
        return amount(str(sample or "10.00"), variant)
    return sample


def amount(sample: str, variant: int) -> str:
    """A decimal with the sample's size and digits; several of one variant keep their proportions."""
    if not re.fullmatch(r"-?\d+(\.\d+)?", sample):
        sample = "10.00"
    exact = Decimal(sample)
    scaled = exact * (Decimal("1.5") + Decimal(variant) / 4)
    return str(scaled.quantize(exact, rounding=ROUND_HALF_UP))
