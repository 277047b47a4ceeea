"""The lists of a document: which operations show rows, what one row is, and which field is its key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from spec import vocabulary
from spec.importing import page_words, words
from spec.model import JSON, Contract, Media, Operation
from spec.pointers import at, escape
from spec.reader.read_context import Object, ReadContext

_DEEPEST = 3
"""Objects in objects in which rows and their page are sought: `data.page.items`."""


@dataclass(frozen=True)
class Member:
    """A property of a response, at any depth, or the response itself."""

    path: tuple[str, ...]
    pointer: str
    schema: Object
    """Behind its `$ref`s."""


@dataclass(frozen=True)
class PageObject:
    """A parameter that is an object with the page and its size in it: in the query each member is a pair of its own."""

    name: str
    index: int
    """Its place among the operation's parameters."""
    members: Mapping[str, Object]


@dataclass(frozen=True)
class Listing:
    """An operation that shows rows."""

    operation: Operation
    results: Member
    """The array of the rows; the path is empty where it is the whole response."""
    members: tuple[Member, ...]
    """Everything beside the rows."""
    item: str
    """`$ref` of one row."""
    fields: Mapping[str, Object]
    key: str
    key_reason: str
    collection: str
    page_object: PageObject | None
    place: str
    """The pointer of the operation's own object."""

    @property
    def label(self) -> str:
        """How a person calls it."""
        return f"{self.operation.method} {self.operation.path}"


@dataclass(frozen=True)
class NoKey:
    """An operation that shows rows which no field identifies."""

    operation: Operation

    @property
    def label(self) -> str:
        """How a person calls it."""
        return f"{self.operation.method} {self.operation.path}"


def by_list(contract: Contract) -> dict[str, list[Operation]]:
    """The operations on `/books`, `/books/{id}` and `/books/bulk`, by the first."""
    found: dict[str, list[Operation]] = {}
    for operation in contract.operations:
        path = operation.path.rstrip("/")
        found.setdefault(path, []).append(operation)
        if row_parameter(operation) or words.plain(path.rpartition("/")[2]) in words.MANY:
            found.setdefault(path.rpartition("/")[0], []).append(operation)
    return found


def row_parameter(operation: Operation) -> str | None:
    """The path parameter that is the whole last piece of a path, or None."""
    last = operation.path.rstrip("/").rpartition("/")[2]
    whole = re.fullmatch(r"\{([^{}]+)\}", last)
    return whole[1] if whole else None


def place(context: ReadContext, operation: Operation) -> str:
    """The pointer of an operation's own object, which a path may take from another file."""
    return context.follow(at(context.data, operation.pointer), operation.pointer)[1]


def asks_for_pages(operation: Operation) -> bool:
    """True if a query parameter has a name that only paging has."""
    known = page_words.PAGE | page_words.LIMIT | page_words.OFFSET | page_words.CURSOR
    return any(p.place == "query" and words.plain(p.name) in known for p in operation.parameters)


def listings(context: ReadContext, contract: Contract, unreliable: frozenset[str]) -> Iterator[Listing | NoKey]:
    """Every list of a document, in its order. Operations with broken schemas are left out."""
    taken: dict[str, str] = {}
    near = by_list(contract)
    for operation in contract.operations:
        if operation.method != "GET" or operation.pointer in unreliable or _of_one_row(operation):
            continue
        media = operation.success.json if operation.success else None
        found = _rows(context, operation, media) if media and media.schema else None
        if found is None:
            continue
        results, members = found
        item, fields = _item(context, results)
        key = _key(context, near[operation.path.rstrip("/")], operation, fields)
        if key is None:
            yield NoKey(operation)
            continue
        name = _collection(operation, taken)
        here = place(context, operation)
        found_object = _page_object(context, operation, here)
        yield Listing(operation, results, members, item, fields, *key, name, found_object, here)


def _page_object(context: ReadContext, operation: Operation, here: str) -> PageObject | None:
    """Spring's `pageable`, and others of that kind."""
    for parameter in operation.parameters:
        index = parameter.pointer.removeprefix(f"{here}/parameters/")
        if parameter.place != "query" or parameter.style != "form" or not parameter.explode or not index.isdecimal():
            continue
        members = context.properties(parameter.schema, f"{parameter.pointer}/schema")
        if any(words.plain(name) in page_words.PAGE for name in members):
            return PageObject(parameter.name, int(index), members)
    return None


def _of_one_row(operation: Operation) -> bool:
    """True for a path that ends in a parameter."""
    return operation.path.rstrip("/").endswith("}")


def _rows(context: ReadContext, operation: Operation, media: Media) -> tuple[Member, tuple[Member, ...]] | None:
    """The array of the rows in a response, and what stands beside it."""
    pointer = f"{media.pointer}/schema"
    schema = context.read(media.schema, pointer)
    if _holds_objects(context, schema, pointer):
        return Member((), pointer, schema), ()
    found = tuple(members(context, media.schema, pointer, ()))
    arrays = [member for member in found if _holds_objects(context, member.schema, member.pointer)]
    named = [m for m in arrays if words.plain(m.path[-1]) in page_words.RESULTS or m.path[0] == "_embedded"]
    counted = asks_for_pages(operation) or any(words.plain(m.path[-1]) in page_words.COUNT for m in found)
    rows = next(iter(named), None) or (arrays[0] if len(arrays) == 1 and counted else None)
    if rows is None:
        return None
    return rows, tuple(member for member in found if member.path[: len(rows.path)] != rows.path)


def members(context: ReadContext, schema: JSON, pointer: str, path: tuple[str, ...]) -> Iterator[Member]:
    """The properties of an object and of the objects in it, the outer ones first."""
    inner = []
    for node, here in context.branches(schema, pointer):
        for name, raw in context.mapping(node, "properties", here).items():
            place = f"{here}/properties/{escape(name)}"
            resolved = context.read(raw, place)
            yield Member((*path, name), place, resolved)
            if len(path) + 1 < _DEEPEST and vocabulary.kind(resolved) in ("object", "any"):
                inner.append((raw, place, name))
    for raw, place, name in inner:
        yield from members(context, raw, place, (*path, name))


def _holds_objects(context: ReadContext, schema: Object, pointer: str) -> bool:
    items = schema.get("items")
    return (
        vocabulary.kind(schema) == "list"
        and isinstance(items, Mapping)
        and bool(context.properties(items, f"{pointer}/items"))
    )


def _item(context: ReadContext, results: Member) -> tuple[str, Mapping[str, Object]]:
    """The `$ref` of one row, and its fields."""
    items = results.schema["items"]
    _, holder = context.follow(at(context.data, results.pointer), results.pointer)
    ref = items.get("$ref")
    item = str(ref) if isinstance(ref, str) and len(items) == 1 else f"#{quote(f'{holder}/items', safe='/~$@:!,;=')}"
    return item, context.properties(items, f"{holder}/items")


def _key(
    context: ReadContext, near: Iterable[Operation], operation: Operation, fields: Mapping[str, Object]
) -> tuple[str, str] | None:
    """The field that identifies a row, and the reason. `near` are the operations on the list and on its rows."""
    here = operation.path.rstrip("/")
    scalar = [name for name, field in fields.items() if vocabulary.kind(field) in ("text", "uuid", "number")]
    for other in near:
        parameter = row_parameter(other) if other.path.rstrip("/") != here else None
        same = next((n for n in scalar if parameter and words.plain(n) == words.plain(parameter)), None)
        if same:
            return same, f"{other.path} names a row by it."
        named = _named_in_body(context, other)
        if named in scalar:
            return named, f"{other.method} {other.path} takes a list of it."
    primary = [name for name in scalar if "<pk/>" in str(fields[name].get("description"))]
    if len(primary) == 1:
        return primary[0], "Its description calls it the primary key."
    usual = ("id", "uuid", "pk", "guid", "key", "code", "slug")
    found = next((name for word in usual for name in scalar if words.plain(name) == word), None)
    if found:
        return found, f"A field of the name {found} identifies a row."
    singular = words.plain(last_word(operation.path)).removesuffix("s")
    own = next((n for n in scalar if words.plain(n) in (f"{singular}id", f"{singular}uuid")), None)
    return (own, f"Its name is that of the rows and {own[-2:]}.") if own else None


def _named_in_body(context: ReadContext, operation: Operation) -> str:
    """The only field of the objects in a body that lists what is to be deleted; empty for any other body."""
    media = operation.body.json if operation.body and operation.method == "DELETE" else None
    if media is None or media.schema is None:
        return ""
    pointer = f"{media.pointer}/schema"
    fields = context.entry_properties(context.read(media.schema, pointer), pointer)
    return next(iter(fields)) if len(fields) == 1 else ""


def last_word(path: str) -> str:
    """The last piece of a path that is no parameter."""
    return next((piece for piece in reversed(path.split("/")) if piece and "{" not in piece), "rows")


def _collection(operation: Operation, taken: dict[str, str]) -> str:
    """A name for the rows: the path's last words, as many as make it different from the others."""
    pieces = [
        re.sub(r"\W+", "_", piece).strip("_") for piece in operation.path.split("/") if piece and "{" not in piece
    ]
    for length in range(1, len(pieces) + 1):
        name = "_".join(pieces[-length:])
        if name and taken.setdefault(name, operation.path) == operation.path:
            return name
    name = f"{'_'.join(pieces) or 'rows'}_{len(taken)}"
    taken[name] = operation.path
    return name
