"""Filters whose value begins with what selects the lookup: `price=gte:5`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec import lookups, vocabulary
from spec.model import Filter, Provenance, without_null
from spec.reader.filters import Wire, filter_on
from spec.reader.read_context import Object, ReadContext
from spec.reader.rows import Rows


def prefixed(
    context: ReadContext,
    name: str,
    node: Object,
    schema: Object,
    wire: Wire,
    pointer: str,
    inherited: Provenance,
    rows: Rows | None,
) -> Iterator[Filter]:
    """One filter for each prefix of a parameter's values. `schema` is the parameter's, resolved."""
    mark = context.extension(node, "x-filter", pointer)
    if not mark or "prefixes" not in mark:
        return
    here = f"{pointer}/x-filter"
    several = schema.get("type") == "array"
    text = context.read(schema["items"], f"{pointer}/schema/items") if several and "items" in schema else schema
    text = without_null(text)
    _check(context, mark, node, here)
    _check_text(context, wire, text, pointer, several=several)
    provenance = context.provenance(mark, inherited)
    longest_first = tuple(sorted(mark["prefixes"], key=len, reverse=True))
    for prefix, lookup in mark["prefixes"].items():
        of = lookups.LOOKUPS.get(lookup)
        one = {"field": mark["field"], "lookup": lookup, "wildcards": mark.get("wildcards", "")}
        parameter = f"{name}={prefix}" if prefix else name
        found = filter_on(context, parameter, one, {"type": "string"}, here, provenance, rows, None)
        if found is None or of is None:
            continue
        yield replace(
            found,
            many=of.many,
            delimiter=str(mark.get("delimiter", ",")) if of.many else None,
            prefix=prefix,
            prefixes=longest_first,
            text=text,
            repeats=several,
        )


def _check(context: ReadContext, mark: Object, node: Object, pointer: str) -> None:
    """The mark by itself: what belongs to one lookup has no place here."""
    if "lookup" in mark:
        message = "`prefixes` and `lookup` exclude each other"
        hint = 'A value without a prefix has one of its own: `prefixes: {"": exact, "gte:": gte}`.'
        context.problem(f"{pointer}/lookup", message, hint)
    if "name" in mark:
        context.problem(f"{pointer}/name", "only a free key has a `name`", "Remove it: the parameter has its own.")
    if node.get("required") is True:
        hint = "Remove `required`, or mark the parameter with one lookup."
        context.problem(
            f"{pointer}/prefixes", "a parameter with prefixes is several filters, none of them required", hint
        )


def _check_text(context: ReadContext, wire: Wire, text: Object, pointer: str, *, several: bool) -> None:
    """A prefix and a value together are a text, which stands once, or several times in an array."""
    if wire.content or (several and not (wire.style == "form" and wire.explode)):
        message = "a value with a prefix is a pair of its own in the query"
        context.problem(pointer, message, "Declare `style: form` and `explode: true`, the default of a query.")
    words = [word for word in ("enum", "const", "format", "default") if word in text]
    if vocabulary.kind(text) not in ("text", "any") or words:
        said = f"has {', '.join(words)}" if words else f"takes {vocabulary.named(vocabulary.kind(text))}"
        message = f"a prefix and a value together are a text, and the parameter {said}"
        context.problem(f"{pointer}/schema", message, "Let it be `type: string`, with a `pattern` at most.")
