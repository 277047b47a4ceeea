"""Paged lists, recognised in documents without our vocabulary, or declared in a file beside them.

What is recognised is what is common: Django REST framework's `count`, `next`, `previous` and `results`, with page
numbers, offsets or cursors; links to the next page under other names; tokens; `has_more` with the last row's id; and
the Link header. The command names what it recognised; a file `NAME.pages.yaml` beside `NAME.yaml` corrects it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import yaml

import spec
from generator.plan import PagingPlan
from generator.runtime.walks import By
from generator.schemas import Schemas
from generator.types import NOTHING, ListOf, Scalar, Type, Union, hint, union

_RESULTS = ("results", "data", "items", "records", "values", "entries", "rows", "value", "content")
_COUNTS = (
    *("count", "total", "total_count", "totalCount", "total_results", "total_items", "totalItems", "totalElements"),
    *("total_elements", "total_records", "totalRecords"),
)
_LINKS = ("next", "next_page_url", "next_page_uri", "next_url", "nextUrl", "next_link", "nextLink", "@odata.nextLink")
_MORE = ("has_more", "hasMore", "has_next", "hasNext", "has_next_page", "hasNextPage")
_TOKENS = (
    *("next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "nextToken", "next_page"),
    *("end_cursor", "cursor", "continuation_token", "continuationToken", "next_marker", "NextMarker"),
)
_TOKEN_PARAMETERS = (
    *("cursor", "page_token", "pageToken", "next_token", "nextToken", "token", "marker", "after"),
    *("continuation_token", "continuationToken", "page", "start"),
)
_AFTER = ("starting_after", "after", "after_id", "since_id", "last_id")
_KEYS = ("id", "uuid", "pk", "sid", "uid")
_OFFSETS = ("offset", "skip", "start")
_PAGES = ("page", "page_number", "pageNumber", "p")
_AROUND = ("links", "_links", "meta", "_meta", "metadata", "pagination", "paging", "page")
"""Objects in which a body may hold what leads on."""
_LINKING = {"href", "url", "link", "cursor"}
_SETTINGS = ("by", "page", "first", "count", "next", "results", "key")


class PagesError(ValueError):
    """The file beside the document can't be used."""


@dataclass(frozen=True)
class Seen:
    """The parts of an operation from which pages could be recognised, by their names on the wire."""

    parameters: Mapping[str, str]
    """Query parameters, with the argument that each is."""
    numbers: Mapping[str, int | None]
    """Those of them that are integers, with their defaults."""
    fields: Mapping[str, str]
    """The body's attributes, by property; empty where it is a list itself."""
    flags: frozenset[str]
    """Properties of the body that are true or false."""
    nested: frozenset[str]
    """Properties of the body that are lists, or objects without a link: they can't lead on."""
    lists: Mapping[str, tuple[str, Mapping[str, str]]]
    """The annotation of a row, and its attributes by property, by the property of the body that lists them; an empty
    name stands for a body that is a list itself."""
    headers: frozenset[str]
    """Of the answer, in lower case."""


def read(document: Path, given: Path | None) -> Mapping[str, Mapping[str, Any] | None]:
    """The pages of each operation by a file, None for no pages. Raises PagesError, and OSError."""
    path = given or document.with_name(f"{document.stem}.pages.yaml")
    if given is None and not path.exists():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PagesError(f"{path}: it isn't YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise PagesError(f"{path}: operations are needed, each with its pages: `list_things: {{page: page}}`")
    found: dict[str, Mapping[str, Any] | None] = {}
    for operation, settings in content.items():
        if settings is False:
            found[str(operation)] = None
            continue
        unknown = sorted(settings.keys() - set(_SETTINGS)) if isinstance(settings, dict) else ["(no mapping)"]
        if unknown:
            raise PagesError(f"{path}: {operation}: {unknown[0]} isn't one of {', '.join(_SETTINGS)}, nor is it false")
        found[str(operation)] = settings
    return found


def declared(settings: Mapping[str, Any], seen: Seen, operation: str) -> PagingPlan:
    """The pages that the file describes. Raises PagesError for names that the document lacks."""
    by = settings.get("by", "page")
    if by not in get_args(By):
        raise PagesError(f"{operation}: pages by {by!r} aren't known; they go by {', '.join(get_args(By))}")
    results = settings.get("results", "" if "" in seen.lists else None)
    if results not in seen.lists:
        known = ", ".join(filter(None, seen.lists)) or "none"
        raise PagesError(f"{operation}: results {results!r} isn't a list in the answer; it has: {known}")
    fields = seen.lists[results][1]
    wanted = (("page", seen.parameters), ("count", seen.fields), ("next", seen.fields), ("key", fields))
    for name, known_names in wanted:
        if name in settings and settings[name] not in known_names:
            has = ", ".join(known_names) or "none"
            raise PagesError(f"{operation}: {name} {settings[name]!r} isn't in the document; it has: {has}")
    page, count, following = (settings.get(name) for name in ("page", "count", "next"))
    made = _plan(seen, by, results, page, count, following, settings.get("key"), settings.get("first"))
    return replace(made, words="")


def recognised(seen: Seen) -> PagingPlan | None:
    """The pages that an operation seems to have."""
    if "" in seen.lists:
        return _plan(seen, "header", "", None, None, None) if "link" in seen.headers else None
    results = _first(_RESULTS, seen.lists) or (next(iter(seen.lists)) if len(seen.lists) == 1 else None)
    if results is None:
        return None
    count, more = _first(_COUNTS, seen.fields.keys() - seen.nested), _first(_MORE, seen.fields)
    page, offset = _first(_PAGES, seen.numbers), _first(_OFFSETS, seen.numbers)
    token_parameter = _first(_TOKEN_PARAMETERS, seen.parameters)
    link = _first(_LINKS, seen.fields.keys() - seen.flags - seen.nested)
    if link is not None:
        return _plan(seen, "next", results, token_parameter or page, count, link)
    token = _first(_TOKENS, seen.fields.keys() - seen.nested)
    cursor = token is not None and not token.endswith("next_page")
    takes = token_parameter is not None and not (cursor and token_parameter in _PAGES)  # a number is no cursor
    if token is not None and takes and token not in seen.parameters:
        return _plan(seen, "next", results, token_parameter, count, token)
    key = _first(_KEYS, seen.lists[results][1])
    after = _first(_AFTER, seen.parameters)
    if more is not None and after is not None and key is not None:
        return _plan(seen, "last", results, after, count, more)
    for by, parameter in (("offset", offset), ("page", page)):
        if parameter is not None and (more is not None or count is not None):
            return _plan(seen, by, results, parameter, count, more)
    return None


def _plan(
    seen: Seen,
    by: str,
    results: str,
    page: str | None,
    count: str | None,
    following: str | None,
    key: str | None = None,
    first: int | None = None,
) -> PagingPlan:
    row, fields = seen.lists[results]
    key = key or _first(_KEYS, fields)
    return PagingPlan(
        by=by,
        page=None if page is None else seen.parameters[page],
        first=first if first is not None else _start(seen.numbers.get(page or "")),
        count=None if count is None else seen.fields[count],
        next=None if following is None else seen.fields[following],
        results=seen.fields[results] if results else None,
        key=None if key is None else fields[key],
        row=row,
        words=_words(by, page, following, key) + (f", rows in `{results}`" if results else ""),
    )


def _words(by: str, page: str | None, following: str | None, key: str | None) -> str:
    match by:
        case "page":
            return f"numbered by `{page}`"
        case "offset":
            return f"`{page}` counts the rows before"
        case "last":
            return f"`{page}` takes the last row's `{key}`"
        case "header":
            return "the Link header leads on"
        case _:
            return f"`{following}` leads on"


def numbers(contract: spec.Contract, operation: spec.Operation) -> Mapping[str, int | None]:
    """The query parameters that are integers, with their defaults."""
    found: dict[str, int | None] = {}
    for parameter in operation.parameters:
        schema = contract.resolve(parameter.schema)
        kinds = schema.get("type")
        if parameter.place == "query" and "integer" in (kinds if isinstance(kinds, (list, tuple)) else (kinds,)):
            default = schema.get("default")
            found[parameter.name] = default if type(default) is int else None
    return found


def said(operation: spec.Operation, pages: spec.Pagination, seen: Seen, body: Body) -> PagingPlan | None:
    """How pages are walked, where the document declares it and the response has the fields for it."""
    form, limit = pages.form, pages.limit
    page = None if form.parameter is None else seen.parameters.get(form.parameter)
    rows = body.at(pages.results.path)
    if rows is None or (form.parameter is not None and page is None) or not isinstance(rows.type, ListOf):
        return None
    row, fields = _row(body.schemas, rows.type)
    collection = operation.access.collection if operation.access else None
    following = pages.leading.get("next")
    by = "page" if isinstance(form, spec.Numbered) else "offset" if isinstance(form, spec.Offset) else "next"
    if following is not None and following.header is not None and following.holds == "link":
        by = "header"
    return PagingPlan(
        by=by,
        page=page,
        first=form.first if isinstance(form, spec.Numbered) else 1,
        count=_attribute(body, pages.count),
        next=_attribute(body, following),
        results=rows.attribute or None,
        key=fields.get(collection.key) if collection else None,
        row=row,
        words="",
        count_header=_header(pages.count),
        next_header=_header(following) if by != "header" else None,
        limit=seen.parameters.get(limit.parameter) if limit else None,
        full=limit.default if limit else None,
        ask=pages.unasked is not None,
    )


def _attribute(body: Body, member: spec.Member | None) -> str | None:
    found = body.at(member.path) if member is not None and member.header is None else None
    return found.attribute if found else None


def _header(member: spec.Member | None) -> str | None:
    return member.header.lower() if member is not None and member.header is not None else None


@dataclass(frozen=True)
class Part:
    """A part of a body: the attributes that lead to it, with dots between them, and its type."""

    attribute: str
    type: Type


@dataclass(frozen=True)
class Body:
    """The type of a response's body."""

    schemas: Schemas
    type: Type

    def at(self, path: tuple[str, ...]) -> Part | None:
        """The part that names on the wire lead to; None where a model has no attribute for one of them."""
        attributes, made = [], _paged(self.schemas, _some(self.type), path)
        for name in path:
            whole = self.schemas.definitions.class_of(made)
            found = next((each for each in whole.properties if each.wire == name), None) if whole else None
            if found is None:
                return None
            attributes.append(found.field)
            made = _some(found.type)
        return Part(".".join(attributes), made)


def _paged(schemas: Schemas, made: Type, path: tuple[str, ...]) -> Type:
    """Of several types of a body, the one of a page: without paging it may be the list of all rows."""
    if not isinstance(made, Union):
        return made

    def fits(member: Type) -> bool:
        whole = schemas.definitions.class_of(member)
        return any(each.wire in path[:1] for each in whole.properties) if whole else not path

    return next(filter(fits, made.members), made)


def body(
    schemas: Schemas, made: Type
) -> tuple[Mapping[str, str], frozenset[str], frozenset[str], Mapping[str, tuple[str, Mapping[str, str]]]]:
    """The recognisable parts of a body of a type: `fields`, `flags`, `nested` and `lists`."""
    if isinstance(made, ListOf):
        return {}, frozenset(), frozenset(), {"": _row(schemas, made)}
    fields, bare = dict[str, str](), dict[str, Type]()
    for wire, field, kind in _properties(schemas, made):
        fields[wire], bare[wire] = field, kind
        for inner, inner_field, inner_kind in _properties(schemas, kind) if wire in _AROUND else ():
            fields[f"{wire}.{inner}"], bare[f"{wire}.{inner}"] = f"{field}.{inner_field}", inner_kind
    flags = frozenset(wire for wire, kind in bare.items() if kind == Scalar("boolean"))
    listed = {wire: kind for wire, kind in bare.items() if isinstance(kind, ListOf)}
    found = {wire: schemas.definitions.class_of(kind) for wire, kind in bare.items()}
    objects = {wire for wire, kind in found.items() if kind and not kind.by_wire.keys() & _LINKING}
    lists = {wire: _row(schemas, kind) for wire, kind in listed.items() if "." not in wire}
    return fields, flags, frozenset({*listed, *objects}), lists


def _properties(schemas: Schemas, made: Type) -> list[tuple[str, str, Type]]:
    """The properties of a class, null apart: the name on the wire, the attribute and the type."""
    whole = schemas.definitions.class_of(made)
    return [(each.wire, each.field, _some(each.type)) for each in (whole.properties if whole else ())]


def _some(made: Type) -> Type:
    """The type without null."""
    return union(each for each in made.members if each != NOTHING) if isinstance(made, Union) else made


def _row(schemas: Schemas, rows: ListOf) -> tuple[str, Mapping[str, str]]:
    found = schemas.definitions.class_of(rows.item)
    return hint(rows.item), {each.wire: each.field for each in found.properties} if found else {}


def _start(default: int | None) -> int:
    return 1 if default is None else default


def _first(names: tuple[str, ...], among: Any) -> str | None:
    """The first of some names that is there, by itself or in an object around it."""
    inner = (f"{around}.{name}" for name in names for around in _AROUND)
    return next((name for name in (*names, *inner) if name in among), None)
