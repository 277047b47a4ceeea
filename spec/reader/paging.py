"""Pages: which parameters select one, and which parts of the response describe it (x-pagination)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from spec.model import (
    Access,
    Cursor,
    Limit,
    Media,
    Member,
    MemberRole,
    Numbered,
    Offset,
    Operation,
    PageForm,
    Pagination,
    Parameter,
    Provenance,
    Response,
    without_null,
)
from spec.pointers import at
from spec.reader.page_members import Marked, members, types_of
from spec.reader.read_context import Object, ReadContext

_SELECTING = ("page", "offset", "cursor")
"""The roles of which an operation has one: each asks for a page in its own way."""


def pagination(
    context: ReadContext,
    parameters: tuple[Parameter, ...],
    response: Response | None,
    pointer: str,
    inherited: Provenance,
    *,
    reads: bool,
) -> Pagination | None:
    """How an operation pages, or None. `response` is its first 2xx response; `reads` is true for x-reads.

    What is marked may be shared with an operation that isn't paged: the schema of a page with a search by POST, the
    parameters of a page with a list that nothing is known of.
    """
    if not context.vocabulary:
        return None
    asked = _asked(context, parameters)
    media = response.json if response else None
    shown = dict(members(context, response, media, inherited))
    if not asked and not shown:
        return None
    if "results" not in shown and media and (body := _list(context, media, inherited)):
        shown["results"] = body
    missing = _missing(asked, shown)
    marks = (*(one.pointer for one in asked.values()), *(one.pointer for one in shown.values()))
    if missing and not reads and not any(mark.startswith(pointer) for mark in marks):
        return None
    if missing:
        context.problem(pointer, f"the pagination lacks {missing[0]}", missing[1])
        return None
    form = _form(context, asked)
    _check_shown(context, shown, form)
    return Pagination(
        form=form,
        limit=_limit(context, asked["limit"]) if "limit" in asked else None,
        unasked=next((p.name for p in asked.values() if _mark(context, p).get("absent") == "all"), None),
        members={role: _member(one, form) for role, one in shown.items()},
    )


def _missing(asked: Mapping[str, Parameter], shown: Mapping[MemberRole, Marked]) -> tuple[str, str] | None:
    """What of a pagination isn't there, and what to do."""
    if "results" not in shown:
        return "results", "Mark the list of the rows with x-pagination: results, or let the body be that list."
    selecting = next((role for role in _SELECTING if role in asked), None)
    if selecting == "cursor" and "next" not in shown:
        return "next", "A cursor is taken from the page before: mark the property or the header that holds it."
    if selecting is None and "next" not in shown:
        return "a page", "Mark the parameter that selects a page as page, offset or cursor; or a link as next."
    return None


def _asked(context: ReadContext, parameters: tuple[Parameter, ...]) -> Mapping[str, Parameter]:
    """The parameters by their roles. Each role has one, and one of them selects the page."""
    found: dict[str, Parameter] = {}
    for parameter in parameters:
        role = parameter.pagination
        if role is None:
            continue
        if role in found:
            hint = f"The other is {found[role].name}; keep one."
            context.problem(f"{parameter.pointer}/x-pagination", f"two parameters are the {role}", hint)
        found.setdefault(role, parameter)
        types = types_of(without_null(context.read(parameter.schema, f"{parameter.pointer}/schema")))
        if types and "integer" not in types and role != "cursor":
            hint = "Declare `type: integer`; a token that selects pages is a cursor."
            context.problem(f"{parameter.pointer}/schema", f"the {role} {parameter.name} isn't a whole number", hint)
    selecting = [found[role] for role in _SELECTING if role in found]
    for other in selecting[1:]:
        message = f"{selecting[0].name} and {other.name} both select a page"
        hint = "Mark one of them: the other can be left out of each request."
        context.problem(f"{other.pointer}/x-pagination", message, hint)
    return found


def _form(context: ReadContext, asked: Mapping[str, Parameter]) -> PageForm:
    if "page" in asked:
        return _numbered(context, asked["page"])
    if "offset" in asked:
        return _offset(context, asked["offset"])
    return Cursor(asked["cursor"].name if "cursor" in asked else None)


def _numbered(context: ReadContext, parameter: Parameter) -> Numbered:
    """The first page has the number 1, or 0 where the document says so."""
    default, said = _integer(context, parameter, "default"), _mark(context, parameter).get("first")
    least = _integer(context, parameter, "minimum")
    first = said if said is not None else default if default is not None else 0 if least == 0 else 1
    if first not in (0, 1) or (default is not None and default != first):
        message = f"the first page is {default if said is None else said}, and pages are counted from 0 or 1"
        hint = "A request without the parameter shows the first page: let `default` be its number, or leave it out."
        context.problem(f"{parameter.pointer}/schema", message, hint)
    return Numbered(parameter.name, 0 if first == 0 else 1, None if parameter.required else default)


def _offset(context: ReadContext, parameter: Parameter) -> Offset:
    default = _integer(context, parameter, "default")
    if default:
        message = f"the list begins at {default}, and an offset counts the rows before the page"
        context.problem(f"{parameter.pointer}/schema", message, "Let `default` be 0, or leave it out.")
    return Offset(parameter.name, None if parameter.required else default)


def _limit(context: ReadContext, parameter: Parameter) -> Limit:
    """The parameter for the size of a page; of one without a default, a size that a server surely takes."""
    default, largest = _integer(context, parameter, "default"), _integer(context, parameter, "maximum")
    least = _integer(context, parameter, "minimum") or 1
    usual = default if default is not None else max(least, min(20, largest or 20))
    return Limit(parameter.name, None if parameter.required else default, usual, largest)


def _integer(context: ReadContext, parameter: Parameter, word: str) -> int | None:
    """The whole number under a keyword of a parameter's schema, or None."""
    value = context.read(parameter.schema, f"{parameter.pointer}/schema").get(word)
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value)):
        return None if value is None else int(value)
    if word == "default":
        hint = "Let `default` be what the server takes when the parameter is left out, or leave it out."
        context.problem(parameter.pointer, f"{parameter.name} needs an integer default", hint)
    return None


def _mark(context: ReadContext, parameter: Parameter) -> Object:
    """A parameter's mark where more is said than its role."""
    node, _ = context.follow(at(context.data, parameter.pointer), parameter.pointer)
    mark = node.get("x-pagination")
    return mark if isinstance(mark, Mapping) else {}


def _list(context: ReadContext, media: Media, inherited: Provenance) -> Marked | None:
    """A body that is a list: it needs no mark."""
    pointer = f"{media.pointer}/schema"
    schema = context.read(media.schema, pointer)
    types = types_of(schema)
    if "array" not in types:
        return None
    stated, place = context.provenance(schema, inherited), context.where(pointer)
    return Marked("results", (), None, types, schema, True, stated, place, pointer)


_LINKS = ("uri", "uri-reference", "iri", "iri-reference", "url")
"""Formats of a text that is a link."""


def _member(one: Marked, form: PageForm) -> Member:
    holds: Literal["value", "link", "position"] = "value"
    if one.role in ("next", "previous"):
        holds = "position" if _is_position(one, form) else "link"
    # A Link header is sent where there is something to say: no link in it means that there is no such page.
    optional = not one.required and one.role in ("next", "previous") and one.header is None
    return Member(one.path, one.header, holds, optional, one.provenance, one.location)


def _is_position(one: Marked, form: PageForm) -> bool:
    """True where next or previous holds what the parameter takes; elsewhere it is a link."""
    if one.header is not None and one.header.lower() == "link":
        return False
    if one.types == {"integer"}:
        return True
    return isinstance(form, Cursor) and form.parameter is not None and one.schema.get("format") not in _LINKS


def _check_shown(context: ReadContext, shown: Mapping[MemberRole, Marked], form: PageForm) -> None:
    """The count is a whole number, the results are a list, and next and previous lead to a page."""
    for role, one in shown.items():
        if not one.types:
            continue
        if role == "count" and "integer" not in one.types:
            context.problem(one.pointer, f"the count {one.name} isn't a whole number", "Declare `type: integer`.")
        elif role == "results" and "array" not in one.types:
            context.problem(one.pointer, f"the results {one.name} aren't a list", "Declare `type: array`.")
        elif role in ("next", "previous") and not _leads(one, form):
            message = f"{role} is {one.name}, which is neither a link nor the number of a page"
            hint = "It is a text with a URL in it, or what the parameter takes; null where there is no such page."
            context.problem(one.pointer, message, hint)


def _leads(one: Marked, form: PageForm) -> bool:
    if one.types == {"integer"}:
        return form.parameter is not None
    text = one.types == {"string"} and "enum" not in one.schema
    return text and (isinstance(form, Cursor) or one.schema.get("format") in (None, *_LINKS))


def bare_list(context: ReadContext, media: Media | None, access: Access | None) -> bool:
    """True when an operation that reads a collection answers with the list of its rows itself."""
    if access is None or access.action != "reads" or media is None or media.schema is None:
        return False
    return "array" in types_of(context.read(media.schema, f"{media.pointer}/schema"))


def check_list(context: ReadContext, operation: Operation) -> None:
    """Filters and searches are seen by the rows that they show, so there must be a list of rows."""
    asks = [
        parameter for parameter in operation.parameters if parameter.filters or parameter.search or parameter.ordering
    ]
    if operation.access is None or operation.access.action != "reads":
        return
    marked = any(parameter.pagination for parameter in operation.parameters)  # then what it lacks has been said
    if asks and operation.pagination is None and not operation.bare_list and not marked:
        message = f"{asks[0].name} chooses rows, and no answer is a list of rows"
        hint = "Mark the properties of the page with x-pagination, or let the answer's schema be the array of the rows."
        context.problem(asks[0].pointer, message, hint)
        return
    success = operation.success
    media = success.json if success else None
    if media is None or media.schema is None or not (operation.bare_list or operation.pagination):
        return
    here = f"{media.pointer}/schema"
    results = _results(context, media.schema, here, operation.pagination.results.path if operation.pagination else ())
    fields, key = context.entry_properties(results, here), operation.access.collection.key
    if fields and key not in fields:
        hint = f"They have {', '.join(fields)}; give the list the item of x-collections, or the collection another key."
        context.problem(here, f"the rows that are shown have no field {key!r}, the key of their collection", hint)


def _results(context: ReadContext, schema: Object, pointer: str, path: tuple[str, ...]) -> Object:
    for name in path:
        schema = context.properties(schema, pointer).get(name, {})
    return context.read(schema, pointer)
