"""Texts that hold decimals: a document shows them by the filters that take a number or a text, as Pydantic has it."""

from __future__ import annotations

from collections.abc import Mapping

from spec import vocabulary
from spec.importing.findings import Finding, inferred
from spec.importing.lists import Listing
from spec.importing.names import Reading
from spec.model import JSON, without_null
from spec.pointers import at, escape, of_ref
from spec.reader.read_context import ReadContext

DECIMAL = "decimal"


def compared(schema: JSON, reading: Reading) -> bool:
    """True where a parameter takes a number, or the same as a text, and the field of the row is any text."""
    branches = schema.get("anyOf") if isinstance(schema, Mapping) else None
    types = {str(each.get("type")) for each in branches or () if isinstance(each, Mapping)}
    field = without_null(reading.schema)
    texts = vocabulary.kind(field) == "text" and not {"format", "enum", "const"} & field.keys()
    return {"number", "string"} <= types <= {"number", "string", "null"} and texts and len(reading.path) == 1


def group(listing: Listing, field: str) -> str:
    """What findings need that compare the decimals of a field."""
    return f"decimals of {listing.item} {field}"


def decimals(context: ReadContext, listing: Listing, field: str) -> Finding | None:
    """That a field of the rows holds decimals; None where the document has the field in another place."""
    pointer = of_ref(listing.item)
    for node, here in context.branches(at(context.data, pointer), pointer):
        place = f"{here}/properties/{escape(field)}"
        found = context.mapping(node, "properties", here).get(field)
        branches = found.get("anyOf", ()) if isinstance(found, Mapping) else ()
        texts = [n for n, each in enumerate(branches) if isinstance(each, Mapping) and each.get("type") == "string"]
        if isinstance(found, Mapping) and (texts or found.get("type") == "string"):
            where = f"{place}/anyOf/{texts[0]}" if texts else place
            mark = {"format": DECIMAL, **inferred("A filter of it takes a number, or the same as a text.")}
            return Finding(where, mark, group(listing, field), f"{listing.label} {field}")
    return None
