"""How a list is paged: the parameters that ask for a page, and the parts of a response that describe it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from spec import vocabulary
from spec.importing import page_words, words
from spec.importing.findings import Finding, inferred
from spec.importing.lists import Listing, Member, PageObject
from spec.model import JSON, Parameter
from spec.pointers import escape

_ASKED = (
    ("page", page_words.PAGE),
    ("limit", page_words.LIMIT),
    ("offset", page_words.OFFSET),
    ("cursor", page_words.CURSOR),
)
_SHOWN = (
    *(("count", names) for names in page_words.COUNTS),
    ("next", page_words.NEXT),
    ("previous", page_words.PREVIOUS),
)
_COUNT_HEADERS = frozenset({"xtotalcount", "xtotal", "totalcount", "xcount", "xpaginationtotalcount"})


def group(listing: Listing) -> str:
    """The name of a list's pagination."""
    return f"page {listing.results.pointer}"


def needed(listing: Listing) -> tuple[str, ...]:
    """The groups without which nothing can be said of a list's rows: its pagination, where it has one."""
    return (group(listing),) if any(True for _ in pagination(listing)) else ()


def parameters(listing: Listing) -> dict[str, Parameter]:
    """The parameters that ask for a page, by their roles."""
    query = [p for p in listing.operation.parameters if p.place == "query"]
    found: dict[str, Parameter] = {}
    for role, names in _ASKED:
        for parameter in query:
            if words.plain(parameter.name) in names and _fits(role, parameter):
                found.setdefault(role, parameter)
    if found or _members(listing):
        for parameter in query:
            role = page_words.WITH_OTHERS.get(words.plain(parameter.name), "")
            if role and role not in found and _fits(role, parameter) and parameter.name not in listing.fields:
                found[role] = parameter
    if "page" in found and "cursor" in found and words.plain(found["cursor"].name) == "pagetoken":
        del found["page"]  # it is for the caller: the token leads on
    if "page" in found and "offset" in found:
        del found["offset"]
        sizes = [p for p in query if words.plain(p.name) in page_words.LIMIT and "size" in words.plain(p.name)]
        if sizes:
            found["limit"] = sizes[0]
    if "cursor" in found and not found.keys() & {"page", "offset"}:
        return found
    found.pop("cursor", None)
    return found


def _fits(role: str, parameter: Parameter) -> bool:
    schema = _schema(parameter)
    return role == "cursor" or vocabulary.kind(schema) in ("number", "any") or _counts(parameter.name, schema)


def _counts(name: str, schema: Mapping[str, object]) -> bool:
    """True for a text that can only be a whole number: by bounds or a default that only numbers have, or its name.

    The number of a page isn't among the names: a text of that name may be a cursor.
    """
    bounds = (schema.get(word) for word in ("minimum", "maximum", "default"))
    plain = not schema.keys() & {"format", "enum", "pattern"} and words.plain(name) in ("limit", "offset", "skip")
    return schema.get("type") == "string" and (plain or any(isinstance(bound, int) for bound in bounds))


def _whole(name: str, schema: Mapping[str, object]) -> dict[str, JSON]:
    """What makes the schema of a number that counts one of whole numbers."""
    return {"type": "integer"} if schema.get("type") == "number" or _counts(name, schema) else {}


def _schema(parameter: Parameter) -> Mapping[str, object]:
    """A parameter's schema, of something or null the something."""
    for word in ("anyOf", "oneOf"):
        branches = parameter.schema.get(word)
        others = [b for b in branches if b.get("type") != "null"] if isinstance(branches, list) else []
        if len(others) == 1:
            first: Mapping[str, object] = others[0]
            return first
    return parameter.schema


def _members(listing: Listing) -> dict[str, Member]:
    """The parts of a response that describe its page, by their roles."""
    found: dict[str, Member] = {}
    for role, names in _SHOWN:
        for member in listing.members:
            kind = vocabulary.kind(member.schema)
            right = kind == "number" if role == "count" else kind in ("text", "number", "any")
            if words.plain(member.path[-1]) in names and right:
                found.setdefault(role, member)
    return found


def pagination(listing: Listing) -> Iterator[Finding]:
    """The marks of a list's pagination; none where nothing pages it and its rows are the whole response."""
    asked, shown = parameters(listing), _members(listing)
    if listing.page_object and not asked:
        yield _spread(listing, listing.page_object)
    headers = dict(_headers(listing)) if not shown else {}
    if not asked and not shown and not headers and not listing.results.path:
        return
    for role, parameter in asked.items():
        reason = (
            f"A parameter of the name {parameter.name} asks for "
            + {
                "page": "a page by its number.",
                "limit": "the most rows of a page.",
                "offset": "the rows after so many others.",
                "cursor": "the page after a response's own mark.",
            }[role]
        )
        zero = role == "page" and _from_zero(parameter)
        mark = _mark(listing, parameter.pointer, {"role": role, "first": 0} if zero else role, reason)
        schema = _whole(parameter.name, parameter.schema) if role != "cursor" else {}
        if role == "page":
            schema |= _default({**parameter.schema, **schema}, 0 if zero else 1, required=parameter.required)
        yield replace(mark, update={**mark.update, "schema": schema}) if schema else mark
    for role, member in shown.items():
        what = {"count": "the number of all rows", "next": "the page after", "previous": "the page before"}[role]
        mark = _mark(listing, member.pointer, role, f"A member of the name {'.'.join(member.path)} is {what}.")
        yield replace(mark, update={**mark.update, **_whole("", member.schema)}) if role == "count" else mark
    for pointer, shown_by in headers.items():
        yield _mark(listing, pointer, shown_by, "The name of the header is the usual one.")
    yield _mark(listing, listing.results.pointer, "results", "It is the list of the rows.")


def _spread(listing: Listing, given: PageObject) -> Finding:
    """The members of an object as parameters of their own, which they are in the query."""
    made = []
    for name, of in given.members.items():
        role = {
            **dict.fromkeys(page_words.PAGE, "page"),
            **dict.fromkeys(page_words.LIMIT, "limit"),
            **page_words.WITH_OTHERS,
        }.get(words.plain(name))
        schema = {**of, **(_whole(name, of) if role else {})}
        zero = role == "page" and schema.get("default", schema.get("minimum")) == 0
        schema |= _default(schema, 0 if zero else 1, required=False) if role == "page" else {}
        mark: JSON = {"role": role, "first": 0} if zero else role
        why = inferred(f"A member of the name {name} asks for it, and {given.name} is exploded.")
        made.append({"name": name, "in": "query", "schema": schema, **({"x-pagination": mark, **why} if role else {})})
    replaces = (f"parameters/{given.index}",)
    return Finding(listing.place, {"parameters": made}, group(listing), f"{listing.label} pages", (), replaces)


def _default(schema: Mapping[str, JSON], first: int, *, required: bool) -> dict[str, JSON]:
    """A list without a page's number shows its first page, also where the document doesn't say so."""
    known = required or "default" in schema or schema.get("type") != "integer"
    return {} if known else {"default": first}


def _from_zero(parameter: Parameter) -> bool:
    schema = _schema(parameter)
    said = re.search(r"(zero|0)[- ]based|starts? (at|from|with) (0|zero)|\(0\.\.", parameter.description, re.IGNORECASE)
    return schema.get("default", schema.get("minimum")) == 0 or bool(said)


def _headers(listing: Listing) -> Iterator[tuple[str, JSON]]:
    """The headers that describe a page, by their pointers."""
    response = listing.operation.success
    for name in response.headers if response else ():
        here = f"{response.pointer if response else ''}/headers/{escape(name)}"
        if words.plain(name) in _COUNT_HEADERS:
            yield here, "count"
        elif name.lower() == "link":
            yield here, ["next", "previous"]


def _mark(listing: Listing, pointer: str, mark: JSON, reason: str) -> Finding:
    return Finding(pointer, {"x-pagination": mark, **inferred(reason)}, group(listing), f"{listing.label} pages")
