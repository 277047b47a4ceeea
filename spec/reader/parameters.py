"""The parameters of an operation: its path's and its own, `$ref`s followed, style and explode filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from spec import templates
from spec.model import DELIMITERS, JSON, PageRole, Parameter, ParameterPlace, Provenance, without_null
from spec.pointers import escape
from spec.problems import SEE
from spec.reader import filters, ordering, prefixes
from spec.reader.read_context import Object, ReadContext
from spec.reader.rows import Rows

_PLACES: Mapping[str, ParameterPlace] = {"path": "path", "query": "query", "header": "header", "cookie": "cookie"}
_STYLES: Mapping[ParameterPlace, str] = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


def parameters(
    context: ReadContext,
    path: str,
    holders: Mapping[str, Object],
    pointer: str,
    inherited: Provenance,
    rows: Rows | None,
) -> tuple[Parameter, ...]:
    """The parameters of the operation at `pointer`.

    `holders` maps the pointers of the path and of the operation to what stands there; the operation's own
    win over the path's.
    """
    declared: dict[tuple[str, ParameterPlace], tuple[Object, str]] = {}
    for here, holder in holders.items():
        declared.update(_declared(context, holder, here))
    found = tuple(
        _parameter(context, name, place, node, here, inherited, rows)
        for (name, place), (node, here) in declared.items()
    )
    ordering.check_directions(context, found)
    in_path = {parameter.name for parameter in found if parameter.place == "path"}
    undeclared = [name for name in templates.placeholders(path) if name not in in_path]
    for name in undeclared:
        message = f"the path's {{{name}}} isn't declared as a parameter"
        context.problem(pointer, message, "Add it with `in: path`; it is taken for text.", harmless=True)
    return (*(_text(context, name, pointer, inherited) for name in undeclared), *found)


def _text(context: ReadContext, name: str, pointer: str, inherited: Provenance) -> Parameter:
    """A placeholder that nothing declares: it can only be a piece of text in the path."""
    node = {"required": True, "schema": {"type": "string"}}
    return _parameter(context, name, "path", node, pointer, inherited, None)


def _declared(
    context: ReadContext, holder: Object, pointer: str
) -> dict[tuple[str, ParameterPlace], tuple[Object, str]]:
    found: dict[tuple[str, ParameterPlace], tuple[Object, str]] = {}
    for index, raw in enumerate(context.items(holder, "parameters", pointer)):
        before = len(context.problems)
        node, here = context.follow(raw, f"{pointer}/parameters/{index}")
        name, place = node.get("name"), _PLACES.get(str(node.get("in")))
        if not isinstance(name, str) or place is None:
            if len(context.problems) == before:
                message = "a parameter needs `name` and `in` (path, query, header or cookie)"
                context.problem(here, message, SEE)
        elif (name, place) in found:
            other = context.where(found[name, place][1])
            context.problem(
                f"{pointer}/parameters/{index}",
                f"the {place} parameter {name!r} stands twice",
                f"The other is at {other}; keep one.",
            )
        else:
            found[name, place] = (node, here)
    return found


def _parameter(
    context: ReadContext,
    name: str,
    place: ParameterPlace,
    node: Object,
    pointer: str,
    inherited: Provenance,
    rows: Rows | None,
) -> Parameter:
    raw, schema_pointer = _schema(context, node, pointer)
    _, here = context.follow(raw, schema_pointer)
    schema = without_null(context.read(raw, schema_pointer))
    style = str(node.get("style", _STYLES[place]))
    provenance = context.provenance(node, inherited)
    query = place == "query"  # the only place where the vocabulary applies
    explode = bool(node.get("explode", style == "form"))
    wire = filters.Wire(style, explode, "content" in node)
    plain = filters.plain(context, name, node, schema, wire, pointer, provenance, rows) if query else None
    by_prefix = prefixes.prefixed(context, name, node, schema, wire, pointer, provenance, rows) if query else ()
    free = filters.free(context, schema, here, provenance, rows) if query else ()
    members = filters.members(context, name, schema, wire, here, provenance, rows) if query else ()
    search = filters.search(context, node, pointer, rows) if query else filters.Search()
    return Parameter(
        name=name,
        place=place,
        required=node.get("required") is True,
        schema=raw,
        style=style,
        explode=explode,
        reserved=node.get("allowReserved") is True,
        content_type=next(iter(context.mapping(node, "content", pointer)), None),
        deprecated=node.get("deprecated") is True,
        description=str(node.get("description", "")),
        pagination=_role(context, node, pointer) if query else None,
        search=search.fields,
        search_open=search.open,
        by_words=search.by_words,
        filters=(plain,) if plain else (*by_prefix, *free, *members),
        ordering=ordering.ordering(context, name, node, schema, wire, pointer, provenance, rows) if query else None,
        fields=_naming(context, "x-fields", node, schema, wire, pointer, rows) if query else None,
        expands=_expands(context, node, schema, wire, pointer, rows) if query else {},
        provenance=provenance,
        pointer=pointer,
        location=context.where(pointer),
    )


def _naming(
    context: ReadContext,
    word: Literal["x-fields", "x-expands"],
    node: Object,
    schema: Object,
    wire: filters.Wire,
    pointer: str,
    rows: Rows | None,
) -> JSON:
    """The mark of a parameter that names fields of the rows, or None."""
    mark = context.extension(node, word, pointer)
    if mark is None:
        return None
    types = {schema.get("type", "string")} if not isinstance(schema.get("type"), list) else {*schema["type"]}
    if wire.content or wire.style not in DELIMITERS or not types & {"string", "array"}:
        hint = "Let it be an array of texts, or a text with commas between the names."
        context.problem(f"{pointer}/{word}", "the parameter can't name several fields", hint)
    elif rows is None:
        hint = f"Add x-reads with the collection's name, or take {word} away."
        context.problem(f"{pointer}/{word}", "the operation reads no collection", hint)
    return mark


def _expands(
    context: ReadContext, node: Object, schema: Object, wire: filters.Wire, pointer: str, rows: Rows | None
) -> Mapping[str, str]:
    mark: Mapping[str, str] = _naming(context, "x-expands", node, schema, wire, pointer, rows) or {}
    for field, collection in mark.items():
        here = f"{pointer}/x-expands/{escape(field)}"
        if rows and field not in rows.shown:
            known = f"The rows of {rows.collection.name} have {', '.join(rows.shown)}."
            context.problem(here, f"no response shows a field {field!r}", known)
        declared = context.mapping(context.data, "x-collections", "")
        if collection not in declared:
            context.problem(
                here, f"there is no collection {collection!r}", f"There are {', '.join(declared) or 'none'}."
            )
    return mark


def _schema(context: ReadContext, node: Object, pointer: str) -> tuple[Object, str]:
    """A parameter's schema as written, which may be in its one content type; {} when it has none."""
    here = pointer
    for content_type in context.mapping(node, "content", pointer):
        node, here = context.follow(node["content"][content_type], f"{pointer}/content/{escape(content_type)}")
        break
    return context.schema(node, "schema", here) or {}, f"{here}/schema"


def _role(context: ReadContext, node: Object, pointer: str) -> PageRole | None:
    """What a parameter does in paging: a word, or the `role` of a mark that says more."""
    mark = context.extension(node, "x-pagination", pointer)
    word = mark.get("role") if isinstance(mark, Mapping) else mark
    role: PageRole | None = next((known for known in get_args(PageRole) if known == word), None)
    if mark is not None and role is None:
        hint = f"It can be {', '.join(get_args(PageRole))}."
        context.problem(f"{pointer}/x-pagination", f"a parameter can't be {word!r}", hint)
    if isinstance(mark, Mapping) and "first" in mark and role != "page":
        context.problem(
            f"{pointer}/x-pagination/first",
            f"only pages with numbers have a first one, not the {role}",
            "Remove `first`, or let the role be page.",
        )
    return role
