"""Rows with one peculiarity each, on which servers go wrong that do well on every plain row.

They are sent many at a time, for a server that loses what comes after the hundredth item is one of those, too.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from conformance.reading.context import RunContext
from conformance.transport.keys import PREFIX
from conformance.writing.items import Style, entry, item, item_fields
from spec import Operation

MANY = 104
"""More than a hundred, in one batch."""

FEWER = 90
FEW = 20
"""Items of a batch where a server takes no more."""

TEXTS = (
    "C:\\new\\table",
    "&amp; &lt;b&gt; &#x41; %41",
    "<b>2 m²</b> ½ ﬁ Ⅷ cafe\u0301",
    "=1+1",
    "0012",
    "true",
    "no",
    "null",
    "1.50",
    "a, b; c|d",
    "it''s {x} ${y} %s",
)
"""Escapes, entities, compatibility letters, a letter in two parts, and what looks like a value of another type."""

LINES = "two\nlines\tand a tab"

LONG = (60, 110, 260)
"""Characters of texts that a column may be too short for."""

NUMBERS = (0, 3_000_000_000, 2.125, True)
"""What an object's member may be beside a small integer and a text."""

AMOUNTS = ("0", "2.5", "100.00", "1234.56", "40000", "123456.78")
"""Amounts with digits before and behind the point, and round ones."""

NEAR_TAILS = (("-WxW", "-W_W"), ("-s", "-ş"), ("-H-H", "-HH"), ("-L-2", "-L"))
"""Ends of keys: of each pair the second must not be taken for the first, which is there already."""

LONG_TAIL = "-" + "x" * 24

TAILS = (*(tail for pair in NEAR_TAILS for tail in pair), LONG_TAIL)


@dataclass(frozen=True)
class EdgeCase:
    """One peculiar row: the end of its key, and what is otherwise in it."""

    tail: str = ""
    change: Mapping[str, Any] = field(default_factory=dict)
    bold: bool = False
    """True for what a server may refuse with good reason, such as a very long text."""


def edge_case_rows(context: RunContext, writer: Operation, stem: str, style: Style) -> Iterator[list[dict[str, Any]]]:
    """Items of new rows whose keys begin with `stem`, to be sent as one batch: many, then fewer and less bold ones."""
    found = [*_of_keys(), *_of_fields(context, writer, style)]
    timid = [odd for odd in found if not odd.bold]
    for odds, many in ((found, MANY), (timid, FEWER), ([], FEW)):
        yield _items(context, writer, stem, odds[:many] + [EdgeCase()] * (many - len(odds)), style)


def _items(
    context: RunContext, writer: Operation, stem: str, odds: Sequence[EdgeCase], style: Style
) -> list[dict[str, Any]]:
    key = writer.access.collection.key if writer.access else ""
    plain = [item(context, writer, stem, variant, style) for variant in range(5)]
    # Alike in the texts that group rows, and otherwise not: what is written to one must not show on the others.
    shared = {name: plain[0][name] for name in plain_texts(context, writer)[1:] if name in plain[0]}
    return [
        {**plain[n % 5], **shared, **odd.change, key: f"{stem}{odd.tail}" if odd.tail else f"{stem}-{n}"}
        for n, odd in enumerate(odds)
    ]


def plain_texts(context: RunContext, writer: Operation) -> list[str]:
    """The fields of an item that hold any text, the key aside."""
    key = writer.access.collection.key if writer.access else ""
    return [name for name, schema in item_fields(context, writer).items() if name != key and _is_plain_text(schema)]


def edge_case_updates(operation: Operation, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Updates of some of the odd rows: of each pair of near keys the second, and a row that loses its lists."""
    access = operation.access
    key = access.collection.key if access else ""
    parts = {part.field for part in access.collection.parts} if access else set()
    seconds = [one for one in items if str(one[key]).endswith(tuple(second for _, second in NEAR_TAILS))]
    emptied: dict[str, Any] = {
        name: [] for name, value in items[0].items() if isinstance(value, list) and name not in parts
    }
    return [*({**one, **_others(one, items, {key, *parts})} for one in seconds), {**items[-2], **emptied}]


def _others(one: Mapping[str, Any], items: Sequence[Mapping[str, Any]], but: Container[str]) -> dict[str, Any]:
    """The values of the last item that differs from one in more than what is left out."""
    plain = ({n: v for n, v in item.items() if n not in but} for item in reversed(items))
    return next(other for other in plain if any(one.get(n) != v for n, v in other.items()))


def _of_keys() -> Iterator[EdgeCase]:
    for tail in TAILS:
        yield EdgeCase(tail, bold=True)


def _of_fields(context: RunContext, writer: Operation, style: Style) -> Iterator[EdgeCase]:
    access = writer.access
    plain = item(context, writer, PREFIX, 1, style)
    parts = {part.field: part for part in access.collection.parts} if access else {}
    for name, schema in item_fields(context, writer).items():
        fits, value = _fitting(schema), plain.get(name)
        if access is None or name == access.collection.key or name in access.references:
            continue
        changes: list[tuple[Any, bool]] = []
        if name in parts and isinstance(value, list):
            changes = [(entries, True) for entries in _amounts(value, parts[name].key)]
        elif _is_plain_text(schema):
            changes = [*((text, False) for text in TEXTS), *((text, True) for text in (LINES, *map(_long, LONG)))]
        elif isinstance(value, Mapping):
            changes = list(_of_object(value))
        elif isinstance(value, list) and value:
            changes = [([f"{value[0]}&n={n}" for n in (7, 3, 5, 1, 2, 4, 6)], False), ([value[0], value[0]], True)]
        elif schema.get("type") == "boolean" or "boolean" in schema.get("type", ()):
            changes = [(True, False), (False, False)]
        yield from (EdgeCase(change={name: made}, bold=bold) for made, bold in changes if fits(made))


def _of_object(value: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
    """The object with another value under its first text, or its first integer."""
    text = next((key for key, v in value.items() if isinstance(v, str)), None)
    number = next((key for key, v in value.items() if isinstance(v, int) and not isinstance(v, bool)), None)
    for made in (*TEXTS, LINES, _long(LONG[0])) if text else ():
        yield {**value, text: made}, made not in TEXTS
    for odd in NUMBERS if number else ():
        yield {**value, number: odd}, True


def _amounts(entries: Sequence[Mapping[str, Any]], key: str) -> Iterator[list[Mapping[str, Any]]]:
    """The first entry of a part with odd amounts."""
    for amount in AMOUNTS:
        yield [{n: amount if n != key and is_amount(v) else v for n, v in entries[0].items()}]


def edge_case_entries(context: RunContext, operation: Operation, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Items of an operation that writes parts: odd amounts on a row each, and a third list on the first row."""
    made: list[dict[str, Any]] = []
    for key, amount in zip(keys, AMOUNTS, strict=False):
        plain = entry(context, operation, key, 0, 1)
        made.append({n: amount if is_amount(v) else v for n, v in plain.items()})
    return [*made, *(entry(context, operation, keys[-1], number, number) for number in range(3))]


def is_amount(value: Any) -> bool:
    """True for a decimal text of one or more: a rate is less, and seldom has so many digits."""
    return isinstance(value, str) and value.replace(".", "", 1).isdecimal() and float(value) >= 1


def _is_plain_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and not schema.keys() & {"format", "enum", "pattern"}


def _long(size: int) -> str:
    """A text of so many characters, no two parts of it alike."""
    return " ".join(f"w{n}" for n in range(size))[:size].rstrip().ljust(size, "x")


def _fitting(schema: Mapping[str, Any]) -> Any:
    """Whether a value is one that the document allows."""
    try:
        return jsonschema_rs.validator_for(dict(schema)).is_valid
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return lambda value: True  # too intricate to tell here; a server that refuses it says so
