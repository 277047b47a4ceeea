"""What a query parameter filters on or searches: x-filter, plain and with free keys, and x-search."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from spec import lookups, patterns, vocabulary
from spec.model import DELIMITERS, LOCAL, Filter, Provenance, without_null
from spec.pointers import escape
from spec.reader.paths import reach
from spec.reader.read_context import Object, ReadContext
from spec.reader.rows import Rows


@dataclass(frozen=True)
class Wire:
    """How a parameter is written into a query: OpenAPI's style and explode, or the text of a content type."""

    style: str
    explode: bool
    content: bool


@dataclass(frozen=True)
class Search:
    """What a search looks into; no fields where a parameter is no search."""

    fields: tuple[str, ...] = ()
    open: bool = False
    by_words: bool = False


def search(context: ReadContext, node: Object, pointer: str, rows: Rows | None) -> Search:
    """What a parameter searches. One that names no fields may look into any text of the rows."""
    mark = context.extension(node, "x-search", pointer)
    if mark is None:
        return Search()
    by_words = mark.get("words") == "all"
    if "fields" not in mark:
        texts = [name for name, of in rows.shown.items() if vocabulary.kind(without_null(of)) == "text"] if rows else []
        if rows and not texts:
            context.problem(
                f"{pointer}/x-search", "the rows have no text to search in", "Name the fields, or take x-search away."
            )
        return Search(tuple(texts), True, by_words)
    fields = tuple(mark["fields"])
    for index, field in enumerate(fields):
        here = f"{pointer}/x-search/fields/{index}"
        of = _field(context, field, rows, here)
        if of is not None and vocabulary.kind(of) in ("list", "object"):
            holds = f"the field {field!r} holds {vocabulary.named(vocabulary.kind(of))}, and a search looks into texts"
            context.problem(here, holds, "Name fields that hold a text or a number.")
        elif rows and field in rows.collection.hidden:
            context.problem(here, f"no response shows {field!r}, so a search in it can't be seen", "Name shown fields.")
    return Search(fields, False, by_words)


def plain(
    context: ReadContext,
    name: str,
    node: Object,
    schema: Object,
    wire: Wire,
    pointer: str,
    inherited: Provenance,
    rows: Rows | None,
) -> Filter | None:
    """The filter that a parameter is, or None. `schema` is the parameter's, resolved."""
    mark = context.extension(node, "x-filter", pointer)
    if not mark or "prefixes" in mark:
        return None
    here = f"{pointer}/x-filter"
    check_lone(context, mark, here)
    if "name" in mark:
        context.problem(f"{here}/name", "only a free key has a `name`", "Remove it: the parameter has its own.")
    many = schema.get("type") == "array"
    of = lookups.LOOKUPS.get(mark["lookup"])
    if of is not None and of.many != many:
        context.problem(
            f"{here}/lookup",
            f"the lookup {mark['lookup']!r} and the parameter's type {schema.get('type')!r} don't fit",
            "`in` takes an array, and `range` one of two values; every other lookup takes a single value.",
        )
    items = context.read(schema["items"], f"{pointer}/schema/items") if many and "items" in schema else schema
    value = without_null(items)
    _check_wire(context, node, wire, pointer, many=many)
    found = filter_on(context, name, mark, value, here, context.provenance(mark, inherited), rows, None)
    if found is None or not many:
        return found
    delimiter = None if wire.explode else DELIMITERS.get(wire.style)
    return replace(found, many=True, delimiter=delimiter, default=schema.get("default"))


def check_lone(context: ReadContext, mark: Object, pointer: str) -> bool:
    """True for a filter with one lookup, of which no prefix is declared."""
    for word in ("prefixes", "delimiter"):
        if word in mark:
            hint = "Remove it, or declare a parameter of its own whose values have prefixes, without `lookup`."
            context.problem(f"{pointer}/{word}", f"`{word}` says nothing of a filter with one lookup", hint)
    return "lookup" in mark


def _check_wire(context: ReadContext, node: Object, wire: Wire, pointer: str, *, many: bool) -> None:
    """A filter's values are text in the query: OpenAPI's style must define the separator of several."""
    if wire.content:
        hint = "Give it a `schema` instead of `content`: the value of a filter is plain text."
        context.problem(f"{pointer}/content", "a filter's value can't be a content type's text", hint)
    elif many and wire.style not in DELIMITERS:
        hint = f"A list filter takes {', '.join(DELIMITERS)}."
        context.problem(f"{pointer}/style", f"the style {wire.style!r} doesn't define a list of values", hint)
    elif many and wire.explode and wire.style != "form":
        message = f"the style {wire.style!r} has no meaning with `explode: true`"
        hint = "Declare `explode: false`; or `style: form` where every value is a pair of its own."
        context.problem(f"{pointer}/explode", message, hint)


def free(
    context: ReadContext, schema: Object, pointer: str, inherited: Provenance, rows: Rows | None
) -> Iterator[Filter]:
    """The filters with a key in their name, one for each marked pattern of a parameter's schema."""
    if not context.vocabulary:
        return
    for pattern, raw in context.mapping(schema, "patternProperties", pointer).items():
        node, _ = context.follow(raw, f"{pointer}/patternProperties/{escape(pattern)}")
        mark, here = context.mark(raw, "x-filter", f"{pointer}/patternProperties/{escape(pattern)}")
        if not mark:
            continue
        here = f"{here}/x-filter"
        if not check_lone(context, mark, here):
            continue
        if "name" not in mark:
            context.problem(here, "a free key needs a `name`", "Write the parameter's name with KEY for the key.")
            continue
        key = _key_pattern(context, pattern, mark["name"], here)
        found = filter_on(context, mark["name"], mark, node, here, context.provenance(node, inherited), rows, key)
        if found:
            yield found


def members(
    context: ReadContext,
    name: str,
    schema: Object,
    wire: Wire,
    pointer: str,
    inherited: Provenance,
    rows: Rows | None,
) -> Iterator[Filter]:
    """The filters of a deepObject: each marked property is a parameter `name[property]` of its own."""
    if not context.vocabulary or wire.style != "deepObject":
        return
    for member, raw in context.mapping(schema, "properties", pointer).items():
        at = f"{pointer}/properties/{escape(member)}"
        node, _ = context.follow(raw, at)
        mark, here = context.mark(raw, "x-filter", at)
        if not mark:
            continue
        here = f"{here}/x-filter"
        if not check_lone(context, mark, here):
            continue
        of = lookups.LOOKUPS.get(mark["lookup"])
        if "name" in mark:
            context.problem(f"{here}/name", "only a free key has a `name`", "Remove it: the member has its own.")
        if of is not None and of.many:
            message = f"{mark['lookup']!r} takes an array, and deepObject doesn't define how one is written"
            context.problem(f"{here}/lookup", message, f"Declare a parameter `{name}[{member}]` of style form instead.")
            continue
        of_member = without_null(context.read(node, at))
        provenance = context.provenance(node, inherited)
        found = filter_on(context, f"{name}[{member}]", mark, of_member, here, provenance, rows, None)
        if found:
            yield replace(found, member=member)


def _key_pattern(context: ReadContext, pattern: str, name: str, pointer: str) -> str:
    """The pattern of the key alone: the given pattern without the fixed ends of the name."""
    prefix, _, suffix = map(re.escape, name.partition("KEY"))
    core = pattern.removeprefix("^").removesuffix("$")
    if not (pattern == f"^{core}$" and core.startswith(prefix) and core.endswith(suffix)):
        context.problem(
            f"{pointer}/name",
            f"{name!r} doesn't fit the pattern {pattern!r}",
            f"The pattern must be ^{prefix}<the key's grammar>{suffix}$.",
        )
        return ".+"
    key = core[len(prefix) : len(core) - len(suffix)]
    try:
        patterns.is_match(key, "")
    except ValueError:
        context.problem(pointer, f"the key's grammar {key!r} isn't a regular expression", "See ECMA-262.")
        return ".+"
    return key


def filter_on(
    context: ReadContext,
    name: str,
    mark: Object,
    schema: Object,
    pointer: str,
    provenance: Provenance,
    rows: Rows | None,
    key_pattern: str | None,
) -> Filter | None:
    field, lookup = mark["field"], mark["lookup"]
    found = reach(context, field, lookup, rows, f"{pointer}/field")
    if found is None or rows is None:
        return None
    of, hidden = found.schema, field in rows.collection.hidden
    allowed = lookups.of_free_keys() if key_pattern else lookups.of_kind(vocabulary.kind(of))
    known = lookups.LOOKUPS.get(lookup)
    if known is None or (known.part or known.compares) not in allowed:
        what = f"For its type there are {', '.join(allowed)}; the others may have `not_` before them."
        context.problem(f"{pointer}/lookup", f"{lookup!r} has no meaning for the field {field!r}", what)
    elif known.compares == "all" and not found.several:
        hint = "`in` finds one of several values."
        context.problem(f"{pointer}/lookup", f"a row has one value of {field!r}, and `all` finds several", hint)
    elif known.operand == "flag" and found.several:
        hint = "Name the list itself, or take x-filter away."
        context.problem(f"{pointer}/field", f"a row may have several values of {field!r}, some null and some not", hint)
    elif known.part:
        schema = _compared(context, f"{field} ({known.part})", _of_part(known.part), schema, pointer)
    elif known.operand == "flag":
        schema = _flag(context, field, lookup, schema, pointer, rows)
    elif key_pattern is None:
        schema = _compared(context, field, of, schema, pointer, rows.collection.zone)
    if hidden:
        _check_hidden(context, field, lookup, schema, pointer)
    return Filter(
        parameter=name,
        field=field,
        lookup=lookup,
        free_key=key_pattern is not None,
        schema=schema,
        many=False,
        delimiter=None,
        hidden=hidden,
        default=schema.get("default"),
        key_pattern=key_pattern,
        part=known.part if known else None,
        zone=rows.collection.zone,
        member=None,
        nested=found.nested,
        several=found.several,
        of=of,
        provenance=provenance,
        location=context.where(pointer),
        wildcards=_wildcards(context, mark, field, of, pointer),
    )


def _of_part(part: str) -> Object:
    """The schema of a part of a date."""
    return {"type": "string", "format": "date"} if part == "date" else {"type": "integer"}


def _wildcards(context: ReadContext, mark: Object, field: str, of: Object, pointer: str) -> str:
    """The characters with a meaning of their own; only texts have such."""
    given = str(mark.get("wildcards", ""))
    if given and vocabulary.kind(of) not in ("text", "any"):
        message = f"the field {field!r} holds {vocabulary.named(vocabulary.kind(of))}, where no character is a wildcard"
        context.problem(f"{pointer}/wildcards", message, "Take `wildcards` away.")
    return given


def _flag(context: ReadContext, field: str, lookup: str, schema: Object, pointer: str, rows: Rows) -> Object:
    """The schema of a flag: it takes true or false, and a part is a list that is never null."""
    if vocabulary.kind(schema) not in ("boolean", "any"):
        message = f"`{lookup}` takes true or false, and the parameter {vocabulary.named(vocabulary.kind(schema))}"
        context.problem(f"{pointer}/lookup", message, "Give the parameter `type: boolean`.")
    if any(part.field == field for part in rows.collection.parts):
        message = f"{field!r} is a part, so it is a list and never null"
        context.problem(f"{pointer}/lookup", message, "Take x-filter away.")
    return {**schema, "type": "boolean"}


def _compared(
    context: ReadContext, field: str, of: Object, schema: Object, pointer: str, zone: str | None = None
) -> Object:
    """The schema of the values that are compared with a field: the field's type, where the parameter takes any text.

    Values of another kind than the field's compare in no way that the document says.
    """
    mine, theirs = vocabulary.kind(schema), vocabulary.kind(of)
    if mine == theirs or "any" in (mine, theirs):
        _check_offsets(context, field, of, schema, pointer, zone)
        return _as_field(schema, of) if mine == "any" != theirs and theirs != "list" else schema
    if mine == "text" and not schema.keys() & {"enum", "pattern", "format", "const"}:
        return _as_field(schema, of)
    if (mine, theirs) == ("uuid", "text"):
        return schema
    context.problem(
        f"{pointer}/field",
        f"the parameter takes {vocabulary.named(mine)} and the field {field!r} holds {vocabulary.named(theirs)}",
        "Give the parameter the field's type and format, or take x-filter away.",
    )
    return schema


def _as_field(schema: Object, of: Object) -> Object:
    """A schema with the type and format of a field."""
    return {**schema, **{key: value for key, value in without_null(of).items() if key in ("type", "format")}}


def _check_offsets(
    context: ReadContext, field: str, of: Object, schema: Object, pointer: str, zone: str | None
) -> None:
    """A date-time with an offset and one without compare where the document says which clocks the latter shows."""
    if zone is None and (of.get("format") == LOCAL) != (schema.get("format") == LOCAL) and "format" in of:
        message = f"the parameter or the field {field!r} has no offset, and the other one has"
        hint = "Declare the collection's `zone`: the time zone of date-times without an offset."
        context.problem(f"{pointer}/field", message, hint)


def _check_hidden(context: ReadContext, field: str, lookup: str, schema: Object, pointer: str) -> None:
    """Nothing shows a hidden field: what is known of it are its values, one by one."""
    if "enum" not in schema and schema.get("type") != "boolean":
        hint = "Give the parameter an `enum`, or let it be a boolean."
        context.problem(f"{pointer}/field", f"no response shows {field!r}, and its values aren't listed", hint)
    elif lookup not in ("exact", "in"):
        hint = "Of a hidden field a row has one of the listed values: use exact or in."
        context.problem(f"{pointer}/lookup", f"no response shows {field!r}, so {lookup!r} can't be seen", hint)


def _field(context: ReadContext, field: str, rows: Rows | None, pointer: str) -> Mapping[str, object] | None:
    """The schema of a row field, or None (a problem) when no row has it."""
    if rows is None:
        context.problem(pointer, "the operation reads no collection", "Add x-reads with the collection's name.")
        return None
    if rows.shown and field not in rows.fields:
        context.problem(
            pointer,
            f"no response shows a field {field!r}",
            f"The rows of {rows.collection.name} have {', '.join(rows.fields)}; "
            "one that only the server knows is declared under x-collections, in hidden.",
        )
    return rows.fields.get(field)
