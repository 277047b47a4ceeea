"""The rows that the API stores, and how each operation uses them: x-collections, x-reads, x-creates, x-updates, ..."""

from __future__ import annotations

import difflib
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spec import pointers, templates
from spec.model import Access, Action, Collection, Operation, Part, Provenance, RequestBody
from spec.pointers import escape
from spec.reader import one_row
from spec.reader.read_context import Object, ReadContext


@dataclass(frozen=True)
class Rows:
    """The rows that an operation reads, with the fields that filters may use."""

    collection: Collection
    shown: Mapping[str, Object]
    """Fields in a response, name to schema; the collection has the hidden ones."""

    @property
    def fields(self) -> dict[str, Object]:
        """All fields, shown and hidden, name to schema."""
        return {**self.shown, **self.collection.hidden}


def collections(context: ReadContext) -> dict[str, Collection]:
    """The declared collections by name."""
    declared = context.extension(context.data, "x-collections", "") or {}
    return {name: _collection(context, name, node, f"/x-collections/{escape(name)}") for name, node in declared.items()}


def _collection(context: ReadContext, name: str, node: Object, pointer: str) -> Collection:
    row = _shown(context, name, node["item"])
    stamps = node.get("timestamps", {})
    for role, field in (("key", node["key"]), *((f"timestamps/{role}", field) for role, field in stamps.items())):
        if row and field not in row:
            context.problem(
                f"{pointer}/{role}", f"the rows of {name} have no field {field!r}", f"They have {', '.join(row)}."
            )
    for part, key in node.get("parts", {}).items():
        entry = context.entry_properties(row.get(part, {}), "")
        if row and key not in entry:
            context.problem(
                f"{pointer}/parts/{escape(part)}",
                f"the entries of {part!r} have no field {key!r}",
                f"They have {', '.join(entry) or 'none: is it a list of objects?'}.",
            )
    return Collection(
        name=name,
        key=node["key"],
        item=node["item"],
        parts=tuple(Part(field, key) for field, key in node.get("parts", {}).items()),
        hidden=node.get("hidden", {}),
        created=stamps.get("created"),
        updated=stamps.get("updated"),
        zone=_zone(context, node, pointer),
        outer={name: str(value) for name, value in node.get("outer", {}).items()},
        provenance=context.provenance(node, context.root),
        location=context.where(pointer),
    )


def _zone(context: ReadContext, node: Object, pointer: str) -> str | None:
    zone = node.get("zone")
    if zone is not None and zone not in zoneinfo.available_timezones():
        near = difflib.get_close_matches(zone, zoneinfo.available_timezones(), n=1)
        hint = f"Did you mean {near[0]}?" if near else "Take a name of the time zone database, like Europe/Istanbul."
        context.problem(f"{pointer}/zone", f"there is no time zone {zone!r}", hint)
        return None
    return zone


def check_outer(context: ReadContext, known: Mapping[str, Collection], operations: Iterable[Operation]) -> None:
    """Check that each fixed value belongs to a path of an operation on these rows, and isn't the row's own key."""
    using = [operation for operation in operations if operation.access]
    for name, collection in known.items():
        mine = [o for o in using if o.access and o.access.collection.name == name]
        for key in collection.outer:
            here = f"/x-collections/{escape(name)}/outer/{escape(key)}"
            paths = [o.path for o in mine if key in templates.placeholders(o.path)]
            if not paths:
                names = dict.fromkeys(n for o in mine for n in templates.placeholders(o.path))
                hint = f"Their paths have {', '.join(names) or 'none'}."
                context.problem(here, f"no path of an operation on {name} has a key {key!r}", hint)
            elif any(o.access and o.access.by == key for o in mine):
                hint = "Only keys that lead to the rows have a fixed value."
                context.problem(here, f"{key!r} is the row's own key in {paths[0]}", hint)


def _shown(context: ReadContext, name: str, item: str) -> Mapping[str, Object]:
    """The fields of a collection's rows; none where its item can't be found, which is reported once."""
    return context.properties({"$ref": item}, f"/x-collections/{escape(name)}/item")


_MARKS: Mapping[str, Action] = {
    "x-reads": "reads",
    "x-gets": "gets",
    "x-creates": "creates",
    "x-updates": "updates",
    "x-upserts": "upserts",
    "x-deletes": "deletes",
}


def access(
    context: ReadContext,
    node: Object,
    pointer: str,
    inherited: Provenance,
    known: Mapping[str, Collection],
    *,
    method: str,
    path: str,
) -> Access | None:
    """The effect of an operation on a collection, or None when nothing is declared."""
    found: Access | None = None
    first = ""
    for name, declared in _MARKS.items():
        mark = context.extension(node, name, pointer)
        if not mark:
            continue
        here = f"{pointer}/{name}"
        if found:
            context.problem(here, f"the operation has {first} already", "An operation does one thing; keep one.")
            continue
        collection = _named(context, mark["collection"], f"{here}/collection", known)
        if not collection:
            continue
        for field, other in mark.get("references", {}).items():
            _named(context, other, f"{here}/references/{escape(field)}", known)
        first, action = name, declared
        if declared == "deletes" and ("by" in mark or "requestBody" not in node):
            action = "removes"
        by = one_row.key_in_path(context, mark, here, path, collection) if action in one_row.BY_KEY else ""
        found = Access(
            action=action,
            collection=collection,
            parts=_parts(context, mark, here, collection),
            references=mark.get("references", {}),
            absent=mark.get("absent", "clear" if action == "updates" and method == "put" else "keep"),
            provenance=context.provenance(mark, inherited),
            location=context.where(here),
            by=by,
            states_absent="absent" in mark,
            body_at=tuple(pointers.tokens(mark.get("body", ""))),
            answer_at=tuple(pointers.tokens(mark.get("answer", ""))),
        )
    return found


def _named(context: ReadContext, name: str, pointer: str, known: Mapping[str, Collection]) -> Collection | None:
    if name not in known:
        declared = ", ".join(known) or "none"
        context.problem(pointer, f"there is no collection {name!r}", f"x-collections declares {declared}.")
    return known.get(name)


def _parts(context: ReadContext, mark: Object, pointer: str, collection: Collection) -> tuple[Part, ...]:
    known = {part.field: part for part in collection.parts}
    for index, name in enumerate(mark.get("parts", ())):
        if name not in known:
            context.problem(
                f"{pointer}/parts/{index}",
                f"{collection.name} has no part {name!r}",
                f"It has {', '.join(known) or 'none'}; parts are declared in x-collections.",
            )
    return tuple(known[name] for name in mark.get("parts", ()) if name in known)


def rows(context: ReadContext, access: Access | None) -> Rows | None:
    """The rows that an operation reads, or None when it reads none."""
    if access is None or access.action != "reads":
        return None
    return Rows(access.collection, _shown(context, access.collection.name, access.collection.item))


def check_items(context: ReadContext, access: Access | None, body: RequestBody | None, pointer: str) -> None:
    """Check that a write names its rows: the body's items hold the keys that x-upserts or x-deletes needs."""
    if access is None or not access.in_batches:
        return
    media = body.json if body else None
    schema, here = context.follow(media.schema, f"{media.pointer}/schema") if media and media.schema else ({}, "")
    fields = context.entry_properties(schema, here)
    for key in (access.collection.key, *(part.key for part in access.parts), *access.references):
        if key not in fields:
            context.problem(
                f"{pointer}/x-{access.action}",
                f"the body's items have no field {key!r}",
                f"They have {', '.join(fields) or 'none: is the body a list of objects?'}.",
            )
    for node, at in context.branches(schema.get("items"), f"{here}/items") if fields else ():
        for name in context.items(node, "required", at):
            if isinstance(name, str) and name not in fields:
                context.problem(
                    f"{at}/required",
                    f"{name!r} is required and no field of the body's items",
                    f"They have {', '.join(fields)}.",
                )
