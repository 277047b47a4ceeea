"""A query parameter's name to the field and the lookup that it names, in the notations that frameworks use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spec import vocabulary
from spec.importing import words
from spec.model import JSON, without_null

Schema = Mapping[str, JSON]
Properties = Callable[[Schema], Mapping[str, Schema]]
"""The named properties of an object schema."""


@dataclass(frozen=True)
class Reading:
    """What a name says."""

    path: tuple[str, ...]
    """The field, through the rows that it belongs to."""
    schema: Schema
    lookup: str
    """A lookup; empty where the name is the field's alone."""
    reason: str


def read(name: str, fields: Mapping[str, Schema], properties: Properties) -> Reading | None:
    """The field and the lookup that a name names, or None. The first notation that fits counts."""
    for notation in (_django, _bracketed, _dotted, _suffixed, _prefixed):
        for found in notation(name, fields, properties):
            return found
    return None


def _field(
    names: Sequence[str], fields: Mapping[str, Schema], properties: Properties
) -> tuple[tuple[str, ...], Schema] | None:
    """The field that names lead to: each is a property of the object before it, whatever its case and separators."""
    path: list[str] = []
    schema: Schema = {}
    for name in names:
        if path and name is names[-1] and words.plain(name) in ("id", "pk") and not fields and _is_key(schema):
            break  # `author__id` where the row shows the author's key alone
        same = name if name in fields else None
        alike = [each for each in fields if words.plain(each) == words.plain(name)]
        found = same or (alike[0] if len(alike) == 1 else None)
        if found is None:
            related = _related(name, fields, properties)
            if related is None:
                return None
            path.append(related[0])
            fields, found = properties(fields[related[0]]), related[1]
        path.append(found)
        schema = fields[found]
        fields = properties(schema)
    return (tuple(path), schema) if path else None


def _is_key(schema: Schema) -> bool:
    """True for a field that may hold the key of another row, or a list of keys."""
    items = schema.get("items")
    kind = vocabulary.kind(without_null(items if isinstance(items, Mapping) else schema))
    return kind in ("number", "uuid", "text")


def _related(name: str, fields: Mapping[str, Schema], properties: Properties) -> tuple[str, str] | None:
    """`author_id` and `authorId`: the field of a row that a field holds."""
    owner, _, own = words.snake(name).rpartition("_")
    if own not in ("id", "slug", "uuid"):
        return None
    found = next((each for each in fields if words.plain(each) == words.plain(owner)), None)
    return (found, own) if found is not None and own in properties(fields[found]) else None


def _django(name: str, fields: Mapping[str, Schema], properties: Properties) -> Iterator[Reading]:
    """`title`, `title__icontains`, `author__name__in`."""
    parts = name.split("__")
    for length in range(len(parts), 0, -1):
        found = _field(parts[:length], fields, properties)
        rest = "__".join(parts[length:])
        lookup = words.lookup(rest) if rest else ""
        if found is None or lookup is None:
            continue
        shown = ".".join(found[0])
        if rest:
            yield Reading(*found, lookup, f"The name is that of the field {shown} and the lookup {rest}.")
        else:
            yield Reading(*found, "", f"The name is that of the field {shown}.")


def _bracketed(name: str, fields: Mapping[str, Schema], properties: Properties) -> Iterator[Reading]:
    """`filter[title]`, `price[gte]`, `filter[title][_contains]`, `filters[title][$contains]`."""
    parts = re.findall(r"[^\[\]]+", name)
    if "[" not in name or not parts:
        return
    inside = parts[1:] if words.plain(parts[0]) in ("filter", "filters", "where") and len(parts) > 1 else parts
    last = inside[-1].lstrip("_$").lower()
    for names, lookup in ((inside, ""), (inside[:-1], words.PAIRS.get(last, ""))):
        found = _field(names, fields, properties) if names else None
        if found and (lookup or names is inside):
            what = f" and the lookup {last}" if lookup else ""
            yield Reading(*found, lookup, f"The brackets hold the field {'.'.join(found[0])}{what}.")


def _dotted(name: str, fields: Mapping[str, Schema], properties: Properties) -> Iterator[Reading]:
    """`author.name`, `price.gte`, `price:gte`."""
    parts = re.split(r"[.:]", name)
    if len(parts) < 2 or not all(parts):
        return
    for names, lookup in ((parts, ""), (parts[:-1], words.PAIRS.get(parts[-1].lower(), ""))):
        found = _field(names, fields, properties)
        if found and (lookup or names is parts):
            what = f" and the lookup {parts[-1]}" if lookup else ""
            yield Reading(*found, lookup, f"The name is that of the field {'.'.join(found[0])}{what}.")


def _suffixed(name: str, fields: Mapping[str, Schema], properties: Properties) -> Iterator[Reading]:
    """`price_gte`, `priceMin`, `created_after`."""
    tokens = words.snake(name).split("_")
    for length in range(len(tokens) - 1, 0, -1):
        rest = "_".join(tokens[length:])
        found = _with_time(tokens[:length], fields, properties)
        if found and rest in words.AFTER:
            yield Reading(
                *found, words.AFTER[rest], f"The name is that of the field {'.'.join(found[0])} and {rest!r}."
            )


def _prefixed(name: str, fields: Mapping[str, Schema], properties: Properties) -> Iterator[Reading]:
    """`min_price`, `maxPrice`."""
    first, _, rest = words.snake(name).partition("_")
    found = _with_time([rest], fields, properties) if rest else None
    if found and first in words.BEFORE:
        yield Reading(*found, words.BEFORE[first], f"The name is {first!r} and that of the field {'.'.join(found[0])}.")


def _with_time(
    names: Sequence[str], fields: Mapping[str, Schema], properties: Properties
) -> tuple[tuple[str, ...], Schema] | None:
    """A field by its name, or by its name without the end that dates have: `created_after` is of `created_at`."""
    name = "_".join(names)
    for end in ("", "_at", "_on", "_date", "_time"):
        found = _field([name + end], fields, properties)
        if found and (not end or found[1].get("format") in ("date", "date-time")):
            return found
    return None
