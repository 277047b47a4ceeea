"""The parts of a response that say something of its page: properties, however deep, and headers (x-pagination)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from spec import vocabulary
from spec.model import JSON, Location, Media, MemberRole, Provenance, Response, without_null
from spec.pointers import at, escape
from spec.reader.read_context import Object, ReadContext

ROLES: tuple[MemberRole, ...] = get_args(MemberRole)

_DEEPEST = 4
"""Objects in objects in which marks are sought: `meta.page.total` is three deep."""


@dataclass(frozen=True)
class Marked:
    """A marked part of a response."""

    role: MemberRole
    path: tuple[str, ...]
    header: str | None
    types: frozenset[str]
    """The JSON types that it may have, beside null."""
    schema: Object
    required: bool
    provenance: Provenance
    location: Location
    pointer: str

    @property
    def name(self) -> str:
        """How a person calls it."""
        return self.header or ".".join(self.path) or "the body"


def members(
    context: ReadContext, response: Response | None, media: Media | None, inherited: Provenance
) -> Mapping[MemberRole, Marked]:
    """The marked parts of a response by their roles; what is wrong with a mark is a problem."""
    found: dict[MemberRole, Marked] = {}
    for one in _marked(context, response, media, inherited):
        other = found.get(one.role)
        if other is not None and (other.path, other.header) != (one.path, one.header):
            hint = f"The other is {other.name}; keep one."
            context.problem(one.pointer, f"two properties are the {one.role}", hint)
        found[one.role] = one
    return found


def _marked(
    context: ReadContext, response: Response | None, media: Media | None, inherited: Provenance
) -> Iterator[Marked]:
    if media is not None and media.schema is not None:
        here = f"{media.pointer}/schema"
        yield from _one(context, media.schema, here, (), True, inherited)
        yield from _inside(context, media.schema, here, (), True, inherited, set())
    if response is not None:
        node, here = context.follow(at(context.data, response.pointer), response.pointer)
        for name, raw in context.mapping(node, "headers", here).items():
            yield from _of_header(context, name, raw, f"{here}/headers/{escape(name)}", inherited)


def _inside(
    context: ReadContext,
    schema: JSON,
    pointer: str,
    path: tuple[str, ...],
    required: bool,
    inherited: Provenance,
    seen: set[str],
) -> Iterator[Marked]:
    """The marked properties of an object, and of the objects in it."""
    branches = list(_branches(context, schema, pointer))
    names = {name for node, here in branches for name in context.items(node, "required", here)}
    for node, here in branches:
        if here in seen:
            continue
        seen.add(here)
        of_schema = context.provenance(node, inherited)
        for name, raw in context.mapping(node, "properties", here).items():
            place, below, needed = f"{here}/properties/{escape(name)}", (*path, name), required and name in names
            stated = context.provenance(raw, of_schema) if isinstance(raw, Mapping) else of_schema
            yield from _one(context, raw, place, below, needed, stated)
            if len(below) < _DEEPEST:
                yield from _inside(context, raw, place, below, needed, stated, seen)


def _branches(context: ReadContext, schema: JSON, pointer: str) -> Iterator[tuple[Object, str]]:
    """The object schemas that a schema consists of. Of several alternatives, one may be the page."""
    for node, here in context.branches(schema, pointer):
        yield node, here
        for word in ("oneOf", "anyOf"):
            for index, branch in enumerate(context.items(node, word, here)):
                yield from context.branches(branch, f"{here}/{word}/{index}")


def _one(
    context: ReadContext, raw: JSON, pointer: str, path: tuple[str, ...], required: bool, stated: Provenance
) -> Iterator[Marked]:
    """The role of a property, or of the body itself."""
    mark, holder = context.mark(raw, "x-pagination", pointer)
    role = _role(mark)
    if role is not None and (path or role == "results"):
        schema = context.read(raw, pointer)
        types, place = types_of(schema), context.where(pointer)
        yield Marked(role, path, None, types, without_null(schema), required, stated, place, pointer)
    elif mark is not None:
        what, known = ("a property", ROLES) if path else ("a body", ("results",))
        context.problem(f"{holder}/x-pagination", f"{what} can't be {mark!r}", f"It can be {', '.join(known)}.")


def _of_header(context: ReadContext, name: str, raw: JSON, pointer: str, inherited: Provenance) -> Iterator[Marked]:
    """The roles of a header: one, or the links that one header holds together."""
    node, here = context.follow(raw, pointer)
    mark = context.extension(node, "x-pagination", here)
    schema = context.read(node.get("schema", {}), f"{here}/schema") if "schema" in node else {}
    stated, types = context.provenance(node, inherited), types_of(schema)
    for word in mark if isinstance(mark, list) else [mark]:
        role = _role(word)
        if role is not None and role != "results":
            required = node.get("required") is True
            place = context.where(here)
            yield Marked(role, (), name, types, without_null(schema), required, stated, place, here)
        elif word is not None:
            hint = "It can be count, next, previous, or a list of next and previous."
            context.problem(f"{here}/x-pagination", f"a header can't be {word!r}", hint)


def _role(mark: JSON) -> MemberRole | None:
    return next((role for role in ROLES if role == mark), None)


def types_of(schema: Object) -> frozenset[str]:
    """The JSON types that a schema names, beside null."""
    declared = schema.get("type", [])
    types = declared if isinstance(declared, list) else [declared]
    return frozenset(name for name in types if isinstance(name, str) and name in vocabulary.TYPES)
