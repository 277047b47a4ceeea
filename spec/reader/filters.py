"""What a query parameter filters on or searches: x-filter, plain and with free keys, and x-search."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from spec import vocabulary
from spec.model import Filter, Provenance
from spec.pointers import escape
from spec.reader.ground import Ground, Object
from spec.reader.rows import Rows


def search(ground: Ground, node: Object, pointer: str, rows: Rows | None) -> tuple[str, ...]:
    """The row fields that a parameter searches; empty when it is no search."""
    mark = ground.extension(node, "x-search", pointer)
    fields = tuple(mark["fields"]) if mark else ()
    for index, field in enumerate(fields):
        _field(ground, field, rows, f"{pointer}/x-search/fields/{index}")
    return fields


def plain(
    ground: Ground, name: str, node: Object, schema: Object, pointer: str, inherited: Provenance, rows: Rows | None
) -> Filter | None:
    """The filter that a parameter is, or None. `schema` is the parameter's, resolved."""
    mark = ground.extension(node, "x-filter", pointer)
    if not mark:
        return None
    here = f"{pointer}/x-filter"
    if "name" in mark:
        ground.problem(f"{here}/name", "only a free key has a `name`", "Take it away: the parameter has its own.")
    many = schema.get("type") == "array"
    if (mark["lookup"] == "in") != many:
        ground.problem(
            f"{here}/lookup",
            f"the lookup {mark['lookup']!r} and the parameter's type {schema.get('type')!r} don't fit",
            "`in` takes an array, every other lookup a single value.",
        )
    value = ground.follow(schema["items"], f"{pointer}/schema/items")[0] if many and "items" in schema else schema
    return _filter(ground, name, mark, value, here, ground.provenance(mark, inherited), rows, None, many)


def free(ground: Ground, schema: Object, pointer: str, inherited: Provenance, rows: Rows | None) -> Iterator[Filter]:
    """The filters with a key in their name, one for each marked pattern of a parameter's schema."""
    if not ground.vocabulary:
        return
    for pattern, raw in ground.mapping(schema, "patternProperties", pointer).items():
        node, _ = ground.follow(raw, f"{pointer}/patternProperties/{escape(pattern)}")
        mark, here = ground.mark(raw, "x-filter", f"{pointer}/patternProperties/{escape(pattern)}")
        if not mark:
            continue
        here = f"{here}/x-filter"
        if "name" not in mark:
            ground.problem(here, "a free key needs a `name`", "Write the parameter's name with KEY for the key.")
            continue
        key = _key_pattern(ground, pattern, mark["name"], here)
        found = _filter(ground, mark["name"], mark, node, here, ground.provenance(node, inherited), rows, key, False)
        if found:
            yield found


def _key_pattern(ground: Ground, pattern: str, name: str, pointer: str) -> str:
    """The key's own grammar: what the pattern leaves when the name's fixed ends are taken off."""
    prefix, _, suffix = map(re.escape, name.partition("KEY"))
    core = pattern.removeprefix("^").removesuffix("$")
    if not (pattern == f"^{core}$" and core.startswith(prefix) and core.endswith(suffix)):
        ground.problem(
            f"{pointer}/name",
            f"{name!r} doesn't fit the pattern {pattern!r}",
            f"The pattern must be ^{prefix}<the key's grammar>{suffix}$.",
        )
        return ".+"
    key = core[len(prefix) : len(core) - len(suffix)]
    try:
        re.compile(key)
    except re.error as error:
        ground.problem(pointer, f"the key's grammar {key!r} isn't a regular expression: {error}", "See ECMA-262.")
        return ".+"
    return key


def _filter(
    ground: Ground,
    name: str,
    mark: Object,
    schema: Object,
    pointer: str,
    provenance: Provenance,
    rows: Rows | None,
    key_pattern: str | None,
    many: bool,
) -> Filter | None:
    field, lookup = mark["field"], mark["lookup"]
    of = _field(ground, field, rows, f"{pointer}/field")
    if of is None or rows is None:
        return None
    allowed = vocabulary.TEXT_LOOKUPS if key_pattern else vocabulary.lookups_for(of)
    if lookup not in allowed:
        ground.problem(
            f"{pointer}/lookup",
            f"{lookup!r} has no meaning for the field {field!r}",
            f"For its type there are {', '.join(allowed)}.",
        )
    return Filter(
        parameter=name,
        field=field,
        lookup=lookup,
        free_key=key_pattern is not None,
        schema=schema,
        many=many,
        hidden=field in rows.collection.hidden,
        default=schema.get("default"),
        key_pattern=key_pattern,
        provenance=provenance,
        location=ground.where(pointer),
    )


def _field(ground: Ground, field: str, rows: Rows | None, pointer: str) -> Mapping[str, object] | None:
    """The schema of a row field, or None (a problem) when no row has it."""
    if rows is None:
        ground.problem(pointer, "the operation reads no collection", "Add x-reads with the collection's name.")
        return None
    if rows.shown and field not in rows.fields:
        ground.problem(
            pointer,
            f"no response shows a field {field!r}",
            f"The rows of {rows.collection.name} have {', '.join(rows.fields)}; "
            "one that only the server knows is declared under x-collections, in hidden.",
        )
    return rows.fields.get(field)
