"""By which fields a parameter orders the rows, and how it writes a direction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from spec.importing import words
from spec.importing.findings import inferred
from spec.model import JSON, Parameter
from spec.reader.read_context import Object

_FIELD = "{field}"
_ASCENDING = (
    _FIELD,
    "+{field}",
    *(f"{{field}}{mark}{word}" for word in ("asc", "ASC") for mark in (",", ":", "_", " ", ".")),
)
_DESCENDING = (
    "-{field}",
    *(f"{{field}}{mark}{word}" for word in ("desc", "DESC") for mark in (",", ":", "_", " ", ".")),
)


def ordering(fields: Sequence[str], schema: Object, text: str, others: Sequence[Parameter]) -> dict[str, JSON] | None:
    """The order that a parameter asks for, or None where nothing names the fields.

    `fields` are those of the rows, `schema` is the parameter's, `text` its description.
    """
    values = [str(value) for value in choices(schema) if value is not None]
    if values:
        return _listed(fields, values, "The schema lists the values.", others)
    named = [field for field in fields if re.search(rf"(?<![\w.]){re.escape(field)}(?!\w|\.\w)", text)]
    shown = [template.replace(_FIELD, field) for field in named for template in (*_ASCENDING, *_DESCENDING)]
    said = [value for value in shown if re.search(rf"(?<![\w.,:+-]){re.escape(value)}(?![\w:])", text)]
    turns = [f"-{field}" for field in named] if re.search(r"['\"`( ]-['\"`) ]|minus|hyphen", text) else []
    found = _listed(fields, [*named, *said, *turns], "The description names the fields.", others)
    written = found and ("descending" in found or "direction" in found)
    return found if written else None


def _listed(
    fields: Sequence[str], values: Sequence[str], reason: str, others: Sequence[Parameter]
) -> dict[str, JSON] | None:
    """The order whose values are these, in the form that most of them have."""
    up, down = _best(fields, values, _ASCENDING), _best(fields, values, _DESCENDING)
    both = {**dict(_fields(fields, values, down)), **dict(_fields(fields, values, up))}
    names = [name for name in fields if name in both]
    if not names:
        return None
    found: dict[str, JSON] = {"fields": names}
    if up and up != _FIELD:
        found["ascending"] = up
    if down:
        found["descending"] = down
    elif turn := next(_direction(others), None):
        found["direction"] = turn
    return {**found, **inferred(reason)}


def _best(fields: Sequence[str], values: Sequence[str], templates: Sequence[str]) -> str:
    """The template that makes most of the values; empty where none makes any."""
    made = {template: len(list(_fields(fields, values, template))) for template in templates}
    best = max(made, key=lambda template: made[template])
    return best if made[best] else ""


def _fields(fields: Sequence[str], values: Sequence[str], template: str) -> Iterator[tuple[str, str]]:
    """The fields that a template makes values of, with these."""
    for field in fields if template else ():
        value = template.replace(_FIELD, field)
        if value in values:
            yield field, value


def _direction(others: Sequence[Parameter]) -> Iterator[dict[str, JSON]]:
    """A parameter that takes the direction: its schema lists two values, for up and for down."""
    for parameter in others:
        by_word = {str(value).lower(): value for value in choices(parameter.schema)}
        up, down = (
            next((by_word[w] for w in ws if w in by_word), None)
            for ws in (("asc", "ascending"), ("desc", "descending"))
        )
        if words.plain(parameter.name) in words.DIRECTION and up is not None and down is not None:
            yield {"parameter": parameter.name, "ascending": str(up), "descending": str(down)}


def turns(schema: Mapping[str, JSON]) -> bool:
    """True where the schema lists values in pairs, each with one for the other direction: `name` and `-name`."""
    values = {str(value) for value in choices(schema) if value is not None}
    names = {value.removeprefix("-") for value in values}
    return bool(names) and values == names | {f"-{name}" for name in names}


def choices(schema: Mapping[str, JSON]) -> list[JSON]:
    """The values that a schema lists, of a list those of its items."""
    items = schema.get("items")
    listed = (items if isinstance(items, Mapping) else schema).get("enum")
    return listed if isinstance(listed, list) else []
