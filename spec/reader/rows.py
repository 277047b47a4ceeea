"""The rows that the API keeps, and what each operation does to them: x-collections, x-reads, x-upserts, x-deletes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from spec.model import Access, Collection, Part, Provenance, RequestBody
from spec.pointers import escape
from spec.reader.ground import Ground, Object


@dataclass(frozen=True)
class Rows:
    """The rows that an operation reads, with the fields that filters may speak of."""

    collection: Collection
    shown: Mapping[str, Object]
    """Fields that a response shows, name to schema; hidden ones are the collection's."""

    @property
    def fields(self) -> dict[str, Object]:
        """All fields, shown and hidden, name to schema."""
        return {**self.shown, **self.collection.hidden}


def collections(ground: Ground) -> dict[str, Collection]:
    """The declared collections by name."""
    declared = ground.extension(ground.data, "x-collections", "") or {}
    return {name: _collection(ground, name, node, f"/x-collections/{escape(name)}") for name, node in declared.items()}


def _collection(ground: Ground, name: str, node: Object, pointer: str) -> Collection:
    row = _shown(ground, name, node["item"])
    stamps = node.get("timestamps", {})
    for role, field in (("key", node["key"]), *((f"timestamps/{role}", field) for role, field in stamps.items())):
        if row and field not in row:
            ground.problem(
                f"{pointer}/{role}", f"the rows of {name} have no field {field!r}", f"They have {', '.join(row)}."
            )
    for part, key in node.get("parts", {}).items():
        entry = ground.entry_properties(row.get(part, {}), "")
        if row and key not in entry:
            ground.problem(
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
        provenance=ground.provenance(node, ground.root),
        location=ground.where(pointer),
    )


def _shown(ground: Ground, name: str, item: str) -> Mapping[str, Object]:
    """The fields of a collection's rows; none where its item can't be found, which is said once."""
    return ground.properties({"$ref": item}, f"/x-collections/{escape(name)}/item")


def access(
    ground: Ground, node: Object, pointer: str, inherited: Provenance, known: Mapping[str, Collection]
) -> Access | None:
    """What an operation does to a collection, or None when it doesn't say."""
    found: Access | None = None
    actions: tuple[Literal["reads", "upserts", "deletes"], ...] = ("reads", "upserts", "deletes")
    for action in actions:
        mark = ground.extension(node, f"x-{action}", pointer)
        if not mark:
            continue
        here = f"{pointer}/x-{action}"
        if found:
            ground.problem(here, f"the operation {found.action} already", "An operation does one thing; keep one.")
            continue
        collection = _named(ground, mark["collection"], f"{here}/collection", known)
        if not collection:
            continue
        for field, other in mark.get("references", {}).items():
            _named(ground, other, f"{here}/references/{escape(field)}", known)
        found = Access(
            action=action,
            collection=collection,
            parts=_parts(ground, mark, here, collection),
            references=mark.get("references", {}),
            absent=mark.get("absent", "keep"),
            provenance=ground.provenance(mark, inherited),
            location=ground.where(here),
        )
    return found


def _named(ground: Ground, name: str, pointer: str, known: Mapping[str, Collection]) -> Collection | None:
    if name not in known:
        declared = ", ".join(known) or "none"
        ground.problem(pointer, f"there is no collection {name!r}", f"x-collections declares {declared}.")
    return known.get(name)


def _parts(ground: Ground, mark: Object, pointer: str, collection: Collection) -> tuple[Part, ...]:
    known = {part.field: part for part in collection.parts}
    for index, name in enumerate(mark.get("parts", ())):
        if name not in known:
            ground.problem(
                f"{pointer}/parts/{index}",
                f"{collection.name} has no part {name!r}",
                f"It has {', '.join(known) or 'none'}; parts are declared in x-collections.",
            )
    return tuple(known[name] for name in mark.get("parts", ()) if name in known)


def rows(ground: Ground, access: Access | None) -> Rows | None:
    """The rows that an operation reads, or None when it reads none."""
    if access is None or access.action != "reads":
        return None
    return Rows(access.collection, _shown(ground, access.collection.name, access.collection.item))


def check_items(ground: Ground, access: Access | None, body: RequestBody | None, pointer: str) -> None:
    """A write must name its rows: the body's items hold the keys that x-upserts or x-deletes needs."""
    if access is None or access.action == "reads":
        return
    media = body.json if body else None
    schema, here = ground.follow(media.schema, f"{media.pointer}/schema") if media and media.schema else ({}, "")
    fields = ground.entry_properties(schema, here)
    for key in (access.collection.key, *(part.key for part in access.parts), *access.references):
        if key not in fields:
            ground.problem(
                f"{pointer}/x-{access.action}",
                f"the body's items have no field {key!r}",
                f"They have {', '.join(fields) or 'none: is the body a list of objects?'}.",
            )
    for node, at in ground.branches(schema.get("items"), f"{here}/items") if fields else ():
        for name in ground.items(node, "required", at):
            if isinstance(name, str) and name not in fields:
                ground.problem(
                    f"{at}/required",
                    f"{name!r} is required and no field of the body's items",
                    f"They have {', '.join(fields)}.",
                )
