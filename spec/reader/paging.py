"""Pages: which parameters select one, and which fields of the response describe it (x-pagination)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spec import vocabulary
from spec.model import Access, Location, Media, Operation, Pagination, Parameter, Provenance, without_null
from spec.pointers import escape
from spec.reader.read_context import Object, ReadContext

_FIELDS = ("count", "next", "previous", "results")


def pagination(
    context: ReadContext, parameters: tuple[Parameter, ...], media: Media | None, pointer: str, inherited: Provenance
) -> Pagination | None:
    """How an operation pages, or None. `media` is the body of its first 2xx response."""
    if not context.vocabulary:
        return None
    asked = {parameter.pagination: parameter for parameter in parameters if parameter.pagination}
    shown = _shown(context, media, inherited)
    if not asked and not shown:
        return None
    missing = [role for role in ("page", "limit") if role not in asked] + [r for r in _FIELDS if r not in shown]
    if missing:
        context.problem(
            pointer,
            f"the pagination lacks {', '.join(missing)}",
            "Mark page and limit on parameters, and count, next, previous and results on the page's properties.",
        )
        return None
    _check_asked(context, parameters)
    _check_shown(context, shown)
    return Pagination(
        page=asked["page"].name,
        limit=asked["limit"].name,
        **{role: shown[role].name for role in _FIELDS},
        numbers=frozenset(role for role in ("next", "previous") if "integer" in shown[role].types),
        optional=frozenset(role for role in ("next", "previous") if not shown[role].required),
        default_page=_first(context, asked["page"]),
        default_limit=_rows_of_a_page(context, asked["limit"]),
        largest_limit=_largest(context, asked["limit"]),
        provenances={role: field.provenance for role, field in shown.items()},
        locations={role: field.location for role, field in shown.items()},
    )


@dataclass(frozen=True)
class _Shown:
    """A property of the page that has a role."""

    name: str
    provenance: Provenance
    location: Location
    pointer: str
    types: frozenset[str]
    """The JSON types that it may have, beside null."""
    leads: bool
    """True for a link or the number of a page."""
    required: bool


def bare_list(context: ReadContext, media: Media | None, access: Access | None) -> bool:
    """True when an operation that reads a collection answers with the list of its rows itself."""
    if access is None or access.action != "reads" or media is None or media.schema is None:
        return False
    schema = context.read(media.schema, f"{media.pointer}/schema")
    return "array" in _types(schema)


def check_list(context: ReadContext, operation: Operation) -> None:
    """Filters and searches are seen by the rows that they show, so there must be a list of rows."""
    asks = [
        parameter for parameter in operation.parameters if parameter.filters or parameter.search or parameter.ordering
    ]
    if operation.access is None or operation.access.action != "reads":
        return
    if asks and operation.pagination is None and not operation.bare_list:
        message = f"{asks[0].name} chooses rows, and no answer is a list of rows"
        hint = "Mark the properties of the page with x-pagination, or let the answer's schema be the array of the rows."
        context.problem(asks[0].pointer, message, hint)
        return
    success = operation.success
    media = success.json if success else None
    if media is None or media.schema is None or not (operation.bare_list or operation.pagination):
        return
    here = f"{media.pointer}/schema"
    if operation.pagination:
        results = context.properties(media.schema, here).get(operation.pagination.results, {})
    else:
        results = context.read(media.schema, here)
    fields, key = context.entry_properties(results, here), operation.access.collection.key
    if fields and key not in fields:
        hint = f"They have {', '.join(fields)}; give the list the item of x-collections, or the collection another key."
        context.problem(here, f"the rows that are shown have no field {key!r}, the key of their collection", hint)


def _types(schema: Object) -> frozenset[str]:
    declared = schema.get("type", [])
    types = declared if isinstance(declared, list) else [declared]
    return frozenset(name for name in types if isinstance(name, str) and name in vocabulary.TYPES)


_LINKS = (None, "uri", "uri-reference", "iri", "iri-reference", "url")
"""Formats of a text that may be a link."""


def _leads(schema: Object, types: frozenset[str]) -> bool:
    return types == {"integer"} or (types == {"string"} and schema.get("format") in _LINKS and "enum" not in schema)


def _shown(context: ReadContext, media: Media | None, inherited: Provenance) -> Mapping[str, _Shown]:
    """The page's properties by their roles. The schema decides for a property without a mark."""
    found: dict[str, _Shown] = {}
    branches = list(context.branches(media.schema, f"{media.pointer}/schema")) if media and media.schema else []
    required = {name for node, here in branches for name in context.items(node, "required", here)}
    for node, here in branches:
        for name, raw in context.mapping(node, "properties", here).items():
            pointer = f"{here}/properties/{escape(name)}"
            role, at = context.mark(raw, "x-pagination", pointer)
            if role in _FIELDS:
                of_schema = context.provenance(node, inherited)
                stated = context.provenance(raw, of_schema) if isinstance(raw, Mapping) else of_schema
                schema = context.read(raw, pointer)
                types = _types(schema)
                if role in found and found[role].name != name:
                    hint = f"The other is {found[role].name}; keep one."
                    context.problem(pointer, f"two properties are the {role}", hint)
                leads = not types or _leads(schema, types)
                place = context.where(pointer)
                found[role] = _Shown(name, stated, place, pointer, types, leads, name in required)
            elif role is not None:
                hint = f"It can be {', '.join(_FIELDS)}."
                context.problem(f"{at}/x-pagination", f"a property can't be {role!r}", hint)
    return found


def _check_asked(context: ReadContext, parameters: tuple[Parameter, ...]) -> None:
    """Page and limit are whole numbers, each asked for by one parameter."""
    seen: dict[str, Parameter] = {}
    for parameter in parameters:
        role = parameter.pagination
        if role is None:
            continue
        if role in seen:
            hint = f"The other is {seen[role].name}; keep one."
            context.problem(f"{parameter.pointer}/x-pagination", f"two parameters are the {role}", hint)
        seen.setdefault(role, parameter)
        types = _types(without_null(context.read(parameter.schema, f"{parameter.pointer}/schema")))
        if types and "integer" not in types:
            hint = "Declare `type: integer`; if a token or an offset selects pages, remove x-pagination."
            context.problem(f"{parameter.pointer}/schema", f"the {role} {parameter.name} isn't a whole number", hint)


def _check_shown(context: ReadContext, shown: Mapping[str, _Shown]) -> None:
    """The count is a whole number, the results are a list, and next and previous lead to a page."""
    for role, field in shown.items():
        if not field.types:
            continue
        if role == "count" and "integer" not in field.types:
            context.problem(field.pointer, f"the count {field.name} isn't a whole number", "Declare `type: integer`.")
        elif role == "results" and "array" not in field.types:
            context.problem(field.pointer, f"the results {field.name} aren't a list", "Declare `type: array`.")
        elif role in ("next", "previous") and not field.leads:
            message = f"{role} is {field.name}, which is neither a link nor the number of a page"
            hint = "It is a text with a URL in it, or an integer; null where there is no such page."
            context.problem(field.pointer, message, hint)


def _first(context: ReadContext, parameter: Parameter) -> int:
    """The page that is shown when none is asked for: the first, which is number 1."""
    first = 1 if parameter.required else _default(context, parameter)
    schema = context.read(parameter.schema, f"{parameter.pointer}/schema")
    if first != 1 or schema.get("default", 1) != 1:
        message = f"the first page is {schema.get('default')}, and pages are counted from 1"
        hint = (
            "Where the server counts from 0, or by rows, the vocabulary can't describe its pages: remove x-pagination."
        )
        context.problem(f"{parameter.pointer}/schema", message, hint)
    return 1


def _rows_of_a_page(context: ReadContext, parameter: Parameter) -> int:
    """The limit where none is asked for; of a required one, a limit that may be asked for."""
    schema = context.read(parameter.schema, f"{parameter.pointer}/schema")
    if parameter.required and "default" not in schema:
        return max(int(schema.get("minimum", 1)), min(20, _largest(context, parameter) or 20))
    return _default(context, parameter)


def _default(context: ReadContext, parameter: Parameter) -> int:
    schema = context.read(parameter.schema, f"{parameter.pointer}/schema")
    default = schema.get("default")
    if isinstance(default, int) and not isinstance(default, bool):
        return default
    hint = "Add `default` to its schema: what the server takes when the parameter is left out."
    context.problem(parameter.pointer, f"{parameter.name} needs an integer default", hint)
    return 1


def _largest(context: ReadContext, parameter: Parameter) -> int | None:
    schema = context.read(parameter.schema, f"{parameter.pointer}/schema")
    largest = schema.get("maximum")
    return int(largest) if isinstance(largest, (int, float)) and not isinstance(largest, bool) else None
