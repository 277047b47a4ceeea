"""The way from a row to the value that a filter compares, through objects and lists."""

from __future__ import annotations

from dataclasses import dataclass

from spec import vocabulary
from spec.model import without_null
from spec.reader.read_context import Object, ReadContext
from spec.reader.rows import Rows


@dataclass(frozen=True)
class Reached:
    """Where a way leads."""

    nested: bool
    """True when it leads into the row's field."""
    schema: Object
    several: bool
    """True when it goes through a list."""


def reach(context: ReadContext, field: str, lookup: str, rows: Rows | None, pointer: str) -> Reached | None:
    """What a filter's field names; None (a problem) when no row has it. `isnull` asks for a list itself."""
    if rows is None:
        context.problem(pointer, "the operation reads no collection", "Add x-reads with the collection's name.")
        return None
    if not rows.shown and field not in rows.fields:
        return None
    path = (field,) if field in rows.fields else tuple(field.split("."))
    fields, several = rows.fields, False
    for place, name in enumerate(path):
        if name not in fields:
            _missing(context, field, path[:place], list(fields), rows, pointer)
            return None
        schema, through = fields[name], place + 1 < len(path) or lookup != "isnull"
        while through and vocabulary.kind(schema) == "list" and "items" in schema:
            several, schema = True, without_null(context.read(schema["items"], pointer))
        fields = context.properties(schema, pointer) if place + 1 < len(path) else {}
    return Reached(len(path) > 1, schema, several)


def _missing(
    context: ReadContext, field: str, way: tuple[str, ...], known: list[str], rows: Rows, pointer: str
) -> None:
    holder = f"{'.'.join(way)} has" if way else f"The rows of {rows.collection.name} have"
    hint = f"{holder} {', '.join(known) or 'no fields'}"
    if not way:
        hint += "; one that only the server knows is declared under x-collections, in hidden."
    context.problem(pointer, f"no response shows a field {field!r}", hint if not way else f"{hint}.")
