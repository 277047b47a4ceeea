"""How the members of unions are recognised, by one pass over the whole document.

A tag is a property whose value identifies the member. A member's own `const` or `enum`
counts first; then the discriminator's mapping; last the schema's name, as OpenAPI has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator import flat
from generator.flat import Schema
from spec import pointers, walk

Flatten = Callable[[Any, str], Mapping[str, Any]]
_SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True)
class Tag:
    """The property that identifies a member, and the values of each member."""

    property: str
    values: tuple[tuple[Any, ...], ...]
    implied: tuple[str, ...] = ()
    """The members' own names where those are tags beside the mapping's; empty where a name isn't."""


@dataclass(frozen=True)
class Family:
    """A base class: the property that selects the child, and the children with their values."""

    property: str
    children: Mapping[str, tuple[Any, ...]]
    """By `$ref`."""
    own: tuple[Any, ...]
    """The values that mean the base class itself."""


@dataclass
class Tags:
    """The tags of a document's schemas, from its unions and base classes."""

    families: dict[str, Family] = field(default_factory=dict)
    """By the `$ref` of the base class."""
    literals: dict[str, dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    """Pointer of a schema to property to the values that it has there."""

    def note(self, pointer: str, property: str, values: Sequence[Any]) -> None:
        """Record that a schema has one of these values in a property."""
        known = self.literals.setdefault(pointer, {})
        known[property] = tuple(dict.fromkeys((*known.get(property, ()), *values)))


def found(document: Mapping[str, Any], flatten: Flatten) -> Tags:
    """The tags of a whole document."""
    tags = Tags()
    parents: dict[str, list[str]] = {}
    for pointer, node, is_schema in walk.objects(document):
        if not is_schema:
            continue
        for branch in node.get("allOf") or () if isinstance(node.get("allOf"), list) else ():
            if isinstance(branch, Mapping) and isinstance(branch.get("$ref"), str):
                parents.setdefault(branch["$ref"], []).append(pointer)
        branches = flat.alternatives(node)
        tag = tag_of(node, branches, pointer, flatten) if branches else None
        for place, values in zip(_places(node, pointer), tag.values if tag else (), strict=False):
            if tag:
                tags.note(place, tag.property, values)
    for pointer, node, is_schema in walk.objects(document):
        ref = f"#{pointer}"
        if is_schema and isinstance(node.get("discriminator"), Mapping) and ref in parents:
            _family(tags, ref, node, parents, flatten)
    return tags


def _places(schema: Schema, pointer: str) -> Iterator[str]:
    """Where the alternatives of a schema really stand."""
    for word in ("oneOf", "anyOf"):
        for index, branch in enumerate(schema.get(word) or ()):
            if branch in flat.alternatives({word: [branch]}):
                ref = flat.unwrapped(branch).get("$ref") if isinstance(branch, Mapping) else None
                yield pointers.of_ref(ref) if isinstance(ref, str) else f"{pointer}/{word}/{index}"


def tag_of(schema: Schema, branches: Sequence[Any], pointer: str, flatten: Flatten) -> Tag | None:
    """The tag of a schema's alternatives, or None. Null isn't an alternative."""
    wholes = [flatten(branch, pointer) for branch in branches]
    if len(wholes) < 2 or not all(flat.is_object(whole) for whole in wholes):
        return None
    discriminator = schema.get("discriminator")
    if isinstance(discriminator, Mapping) and isinstance(discriminator.get("propertyName"), str):
        name = discriminator["propertyName"]
        if all(name in whole["properties"] for whole in wholes):
            refs = [b.get("$ref") if isinstance(b, Mapping) else None for b in map(_unwrapped, branches)]
            mapping = discriminator.get("mapping")
            own = [_own(whole, name, flatten) for whole in wholes]
            values = tuple(_values(listed, ref, mapping) for listed, ref in zip(own, refs, strict=True))
            return Tag(name, values, _implied(refs, own, values)) if all(values) else None
    return _implicit(wholes, flatten)


def _implied(refs: Sequence[Any], own: Sequence[tuple[Any, ...]], values: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    """The name of each member, where it doesn't list its tags itself and no tag has the name already."""
    taken = {str(value) for each in values for value in each}
    names = [
        pointers.last(ref) if isinstance(ref, str) and not listed else "" for ref, listed in zip(refs, own, strict=True)
    ]
    return tuple("" if name in taken else name for name in names)


def _unwrapped(branch: Any) -> Any:
    return flat.unwrapped(branch) if isinstance(branch, Mapping) else branch


def _values(own: tuple[Any, ...], ref: Any, mapping: Any) -> tuple[Any, ...]:
    """The values of a member that declares its own."""
    listed = mapping.items() if isinstance(mapping, Mapping) else ()
    mapped = [tag for tag, target in listed if isinstance(ref, str) and ref in (target, _SCHEMAS + str(target))]
    mapped = [tag for tag in mapped if tag not in map(str, own)]
    if own or mapped:
        return (*own, *mapped)
    return (pointers.last(ref),) if isinstance(ref, str) else ()


def _own(whole: Schema, name: str, flatten: Flatten) -> tuple[Any, ...]:
    """The values that a member's own property has."""
    return flat.values(flatten(whole["properties"].get(name), ""))


def _implicit(wholes: Sequence[Schema], flatten: Flatten) -> Tag | None:
    """A property that every member has, with values that no other member has."""
    for name in wholes[0]["properties"]:
        if not all(name in whole["properties"] for whole in wholes):
            continue
        values = [_own(whole, name, flatten) for whole in wholes]
        together = [str(value) for each in values for value in each]
        if all(values) and len(set(together)) == len(together):
            return Tag(name, tuple(values))
    return None


def _family(tags: Tags, ref: str, node: Schema, parents: Mapping[str, list[str]], flatten: Flatten) -> None:
    """A base class with the definitions that are all of it, at any depth."""
    name = node["discriminator"].get("propertyName")
    if not isinstance(name, str) or name not in flatten(node, "").get("properties", {}) or flat.alternatives(node):
        return
    mapping = node["discriminator"].get("mapping")
    waiting, children = list(parents[ref]), dict[str, tuple[Any, ...]]()
    listed = _own(flatten(node, ""), name, flatten)
    own = [t for t, target in mapping.items() if target in (ref, pointers.last(ref))] if _is_map(mapping) else []
    while waiting:
        pointer = waiting.pop(0)
        child = f"#{pointer}"
        if child in children or child == ref or not _is_definition(pointer):
            continue
        whole = flatten({"$ref": child}, "")
        if flat.is_object(whole):
            said = _own(whole, name, flatten)
            # What the base class lists is the tags of all its children.
            children[child] = _values(() if said == listed else said, child, mapping)
            waiting.extend(parents.get(child, ()))
    if children:
        tags.families[ref] = Family(name, children, tuple(own))
        for child, values in children.items():
            tags.note(child[1:], name, values)


def _is_definition(pointer: str) -> bool:
    """True for a schema with a name of its own, not one in place."""
    return pointer.count("/") == 3 or (pointer.startswith(f"/{walk.FILES}/") and pointer.count("/") == 2)


def _is_map(mapping: Any) -> bool:
    return isinstance(mapping, Mapping)
