"""Schemas brought down to the few types that generated code has.

A document has many forms for the same meaning: `nullable`, type lists, `allOf` around one `$ref`, enums with
null, unions beside properties. Here each becomes one of the types of `generator.types`, and what needs a
class of its own a definition. Names are final.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import spec
from generator import evidence, names, unions
from generator import flat as said
from generator.definitions import Alias, Class, Definitions, Enumeration, Property
from generator.directions import Directions, Use
from generator.flat import Schema
from generator.types import (
    ANYTHING,
    NOTHING,
    Kind,
    ListOf,
    MapOf,
    Named,
    Scalar,
    Type,
    Union,
    Values,
    Variants,
    inside,
    naive,
    optional,
    takes_none,
    union,
)
from spec import composition, pointers


class Refused(Exception):
    """A part of the document that can't be expressed, and its place."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.message = message


_SUFFIX: Mapping[Use, str] = {"sent": "Request", "patched": "Patch", "received": "", "both": ""}
_SCALARS: Mapping[type, Kind] = {str: "text", bool: "boolean", int: "integer", float: "number"}
_Key = tuple[str, str]
"""A `$ref`, and what the class's name ends in."""


def _title(ref: str) -> str:
    """What a definition is called: its own name, or that of the file that it is."""
    return re.sub(r"^(.*/)?([^/]+)\.(ya?ml|json)$", r"\2", pointers.last(ref))


class Schemas:
    """Turns the schemas of one document into types."""

    def __init__(
        self,
        contract: spec.Contract,
        sent: Sequence[Schema],
        received: Sequence[Schema],
        *,
        ignore_examples: bool = False,
    ) -> None:
        """`sent` and `received` are all schemas of request and response bodies, which decides how strict each
        definition is, and which need one class for each direction. Examples widen types unless they are ignored."""
        self.definitions = Definitions()
        self._contract = contract
        self._names = names.Names()
        self._named: dict[_Key, str] = {}
        self._busy: dict[_Key, bool] = {}
        self._known: dict[_Key, Type] = {}
        self._waiting: deque[Callable[[], None]] = deque()
        self._in_place: dict[tuple[str, Use], Named] = {}
        """What is defined in place, by where it stands."""
        self._tags = unions.found(contract.document, self._quiet)
        self._evidence = evidence.Evidence()
        if not ignore_examples:
            self._evidence = evidence.found(contract, self._try, self._quiet)
        children = {ref: tuple(family.children) for ref, family in self._tags.families.items()}
        self._directions = Directions(self._try, sent, received, children, self._is_directed)

    def type(self, schema: Any, pointer: str, hint: str, use: Use) -> Type:
        """The type of a schema that stands at `pointer`; `hint` names what it defines in place.

        Raises Refused for what has no type.
        """
        made = self._type(schema, pointer, hint, use)
        while self._waiting:
            self._waiting.popleft()()
        return made

    def _type(self, schema: Any, pointer: str, hint: str, use: Use) -> Type:
        """The same, but the properties of classes are still to come: documents nest deeper than Python's stack."""
        if not isinstance(schema, Mapping):
            return ANYTHING
        schema = said.unwrapped(schema)
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema, pointer, use)
        flat = self.flatten(schema, pointer)
        made = self._plain(flat, pointer, hint, use)
        return optional(made) if said.nullable(flat) else made

    def notes(self) -> tuple[str, ...]:
        """Where the document's examples contradict its schemas, and what is made of it."""
        return tuple(f"{self._contract.where(at)}: note: {words}" for at, words in self._evidence.notes())

    def received(self, schema: Any) -> Type | None:
        """The class that reads what stands at a `$ref`, where another one sends it; else None."""
        schema = said.unwrapped(schema) if isinstance(schema, Mapping) else {}
        ref = schema.get("$ref")
        name = self._named.get((ref, "")) if isinstance(ref, str) else None
        return Named(name) if name in self.definitions.classes else None

    def flatten(self, schema: Schema, pointer: str) -> dict[str, Any]:
        """One schema without `$ref` and `allOf`. Raises Refused."""
        return composition.flattened(self._target, schema, pointer)

    # References

    def _reference(self, schema: Schema, pointer: str, use: Use) -> Type:
        """A `$ref`: named where its target has a name of its own, else the target's type in place."""
        ref = schema["$ref"]
        target = self._target(ref, pointer)
        use = self._directions.of(ref, use)
        made = self._family(ref, use) if ref in self._tags.families else self._resolve(ref, target, use)
        return optional(made) if schema.get("nullable") is True else made

    def _key(self, ref: str, use: Use) -> _Key:
        return ref, _SUFFIX[use] if use == "patched" or self._directions.splits(ref) else ""

    def _resolve(self, ref: str, target: Any, use: Use) -> Type:
        key = self._key(ref, use)
        if key in self._busy:
            # An alias that contains itself: only a class of its own can be named before it is finished.
            self._busy[key] = True
            return Named(self._name(key))
        if key in self._known:
            return self._known[key]
        self._busy[key] = False
        try:
            made = self._define(key, target, ref, use)
        finally:
            recursive = self._busy.pop(key)
        if not isinstance(made, Named) and (recursive or any(isinstance(each, Variants) for each in inside(made))):
            name = self._name(key)
            # A class that contains itself takes null itself: what refers to it was made before it was known.
            named = isinstance(made, Union) and not recursive
            bare = union(m for m in made.members if m != NOTHING) if named and isinstance(made, Union) else made
            self.definitions.aliases[name] = Alias(name, bare, said.described(target), root=recursive)
            made = optional(Named(name)) if takes_none(made) else Named(name)
        self._known[key] = made
        return made

    def _define(self, key: _Key, target: Any, ref: str, use: Use) -> Type:
        pointer = pointers.of_ref(ref)
        if not isinstance(target, Mapping):
            return ANYTHING
        target = said.unwrapped(target)
        if isinstance(target.get("$ref"), str):
            return self._reference(target, pointer, use)
        flat = self.flatten(target, pointer)
        name = self._name(key) if said.is_object(flat) or len(said.values(flat)) > 1 else ""
        made = self._plain(flat, pointer, name or _title(ref), use, name)
        return optional(made) if said.nullable(flat) else made

    def _name(self, key: _Key) -> str:
        if key not in self._named:
            ref, suffix = key
            self._named[key] = self._names.take(names.pascal(f"{_title(ref)}{suffix}"))
        return self._named[key]

    def _target(self, ref: str, pointer: str) -> Any:
        try:
            return self._contract.at(pointers.of_ref(ref)) if ref.startswith("#") else None
        except KeyError:
            raise Refused(pointer, f"nothing stands at {ref!r}") from None

    def _try(self, ref: str) -> Any:
        try:
            return self._target(ref, "")
        except Refused:
            return None

    def _quiet(self, schema: Any, pointer: str) -> Mapping[str, Any]:
        try:
            return self.flatten(schema, pointer) if isinstance(schema, Mapping) else {}
        except Refused:
            return {}

    # Objects

    def _object(self, flat: dict[str, Any], pointer: str, hint: str, use: Use, name: str) -> Type:
        if not said.is_object(flat):
            return self._map(flat, pointer, hint, use)
        if not name and (pointer, use) in self._in_place:
            return self._in_place[pointer, use]
        final = name or self._names.take(names.pascal(hint))
        if final in self.definitions.classes:
            return Named(final)
        if not name:
            self._in_place[pointer, use] = Named(final)
        strict = use in ("sent", "patched")
        made = Class(final, said.described(flat), strict=strict, shared=use == "both", partial=use == "patched")
        self.definitions.classes[final] = made
        made.closed = flat.get("additionalProperties") is False and not flat.get("patternProperties")
        self._waiting.append(partial(self._fill, made, flat, pointer, use))
        return Named(final)

    def _fill(self, made: Class, flat: dict[str, Any], pointer: str, use: Use) -> None:
        """Find the properties of a class."""
        inner: Use = "sent" if use == "patched" else use
        names_required = {r for r in flat.get("required") or () if isinstance(r, str)}
        required = {r for r in names_required if use != "patched" and (pointer, r) not in self._evidence.absent}
        literals = self._tags.literals.get(pointer, {})
        # What a server sends without an offset may be sent back.
        read_too = self._directions.is_received("#" + "/".join(pointer.split("/")[:4]))
        fields = names.chosen(list(flat["properties"]), names.field, names.Names())
        for field, (prop, schema) in zip(fields, flat["properties"].items(), strict=True):
            whole = self._quiet(schema, pointer)
            if schema is False or (whole.get("readOnly") is True and inner == "sent"):
                made.read_only.append(prop)
                continue
            if whole.get("writeOnly") is True and use == "received":
                continue
            values = literals.get(prop) or ()
            at = f"{pointer}/properties/{pointers.escape(prop)}"
            if values:
                kind: Type = Values(values, open=not made.strict)
                kind = optional(kind) if said.nullable(whole) else kind
            else:
                # An object in what changes a part is a part too; a list is always whole.
                kind = self._type(schema, at, f"{made.name} {prop}", use if said.is_object(whole) else inner)
                kind = naive(kind) if read_too else kind
            kind = union([kind, *self._evidence.types(pointer, prop)])
            kind = optional(kind) if (pointer, prop) in self._evidence.null else kind
            kind = naive(kind) if (pointer, prop) in self._evidence.naive else kind
            constant = values or (said.values(whole) if prop in required else ())
            default = constant[0] if len(constant) == 1 and isinstance(kind, Values) else None
            # For a server, leaving a nullable property out often means null.
            needed = prop in required and default is None and not (use == "received" and takes_none(kind))
            made.properties.append(
                Property(
                    prop,
                    field,
                    kind,
                    needed,
                    default,
                    said.described(whole) or said.described(schema),
                    always=prop in required and default is None,
                )
            )
        made.extra = self._extra(flat, pointer, made.name, inner)

    def _extra(self, flat: dict[str, Any], pointer: str, hint: str, use: Use) -> Type | None:
        """The type of further properties, where the document gives them one."""
        extra, patterns = flat.get("additionalProperties"), flat.get("patternProperties")
        if not isinstance(extra, Mapping) or not extra or patterns:
            return None
        made = self._further(extra, pointer, hint, use)
        return None if made == ANYTHING else made

    def _further(self, extra: Schema, pointer: str, hint: str, use: Use) -> Type:
        """The type of `additionalProperties`, and what examples show of it."""
        made = self._type(extra, f"{pointer}/additionalProperties", f"{hint} value", use)
        made = union([made, *self._evidence.types(pointer, evidence.FURTHER)])
        return optional(made) if (pointer, evidence.FURTHER) in self._evidence.null else made

    def _is_directed(self, schema: Schema) -> bool:
        """True for a property that is only sent or only received."""
        return schema.get("readOnly") is True or schema.get("writeOnly") is True

    def _map(self, flat: dict[str, Any], pointer: str, hint: str, use: Use) -> Type:
        extra = flat.get("additionalProperties")
        patterns = flat.get("patternProperties") or {}
        at = f"{pointer}/patternProperties"
        values = [self._type(s, f"{at}/{pointers.escape(p)}", f"{hint} value", use) for p, s in patterns.items()]
        if isinstance(extra, Mapping) and extra:
            values.append(self._further(extra, pointer, hint, use))
        elif extra is not False or not values:
            values.append(ANYTHING)
        return MapOf(union(values))

    # Unions

    def _family(self, ref: str, use: Use) -> Type:
        """A base class where it stands for its children: any of them, or the class itself."""
        family = self._tags.families[ref]
        ref_key, suffix = self._key(ref, use)
        key = (f"{ref_key} or a child", suffix)
        if key in self._named:
            return Named(self._named[key])
        name = self._named[key] = self._names.take(names.pascal(f"Any {_title(ref)}{suffix}"))
        base = self._resolve(ref, self._target(ref, ""), use)
        members, tags = list[Named](), list[tuple[Any, str]]()
        for child, values in family.children.items():
            made = self._resolve(child, self._target(child, ""), use)
            if isinstance(made, Named) and made not in members:
                members.append(made)
                tags += [(value, made.name) for value in values]
        if not isinstance(base, Named) or not members:
            return base
        tags += [(value, base.name) for value in family.own]
        kind = Variants((*members, base), family.property, tuple(tags), fallback=base.name, open=True)
        self.definitions.aliases[name] = Alias(name, kind, said.described(self._target(ref, "")), root=False)
        return Named(name)

    def _branches(self, flat: dict[str, Any], pointer: str, hint: str, use: Use) -> Type:
        """A union. What stands beside it holds for every branch."""
        branches = said.alternatives(flat)
        if flat.get("oneOf") and flat.get("anyOf"):
            pairs = list(product(flat["oneOf"], flat["anyOf"]))[: composition.MOST_BRANCHES]
            branches = [{"allOf": [a, b]} for a, b in pairs]
        kept = ("type", "properties", "required", "items", "format", "additionalProperties")
        beside = {key: flat[key] for key in kept if key in flat}
        word = "oneOf" if flat.get("oneOf") else "anyOf"
        made: list[Type] = []
        for number, branch in enumerate(branches):
            at = f"{pointer}/{word}/{number}"
            more = beside and isinstance(branch, Mapping) and not self._adds_nothing(beside, branch, at)
            whole = {"allOf": [beside, branch]} if more else branch
            made.append(self._type(whole, at, self._title(branch, hint, number), use))
        return self._told_apart(flat, branches, made, pointer, use)

    def _adds_nothing(self, beside: Schema, branch: Schema, pointer: str) -> bool:
        """True where a branch repeats every keyword beside the union."""
        whole = self._quiet(branch, pointer)
        kinds = said.types_of(whole) or [said.inferred(whole)]
        if "type" in beside and not set(kinds) <= {*said.types_of(beside), "null"} and not said.alternatives(whole):
            return False
        if not set(beside.get("required") or ()) <= set(whole.get("required") or ()):
            return not whole.get("properties")
        known = whole.get("properties") or {}
        return all(name in known for name in beside.get("properties") or ()) and not beside.keys() & {"items", "format"}

    def _title(self, branch: Any, hint: str, number: int) -> str:
        """A name for what a branch defines in place: its title, what it refers to, or its number."""
        if not isinstance(branch, Mapping):
            return f"{hint} {number + 1}"
        if branch.get("title"):
            return str(branch["title"])
        referred = [b["$ref"] for b in branch.get("allOf") or () if isinstance(b, Mapping) and "$ref" in b]
        return f"{hint} {pointers.last(str(referred[0]))}" if referred else f"{hint} {number + 1}"

    def _told_apart(
        self, flat: dict[str, Any], branches: Sequence[Any], made: Sequence[Type], pointer: str, use: Use
    ) -> Type:
        """The union of types, its classes together where there are several."""
        received = use in ("received", "both")
        tag = unions.tag_of(flat, branches, pointer, self._quiet)
        classes, rest, tags = list[Named](), list[Type](), list[tuple[Any, str]]()
        for number, each in enumerate(made):
            for member in each.members if isinstance(each, Union) else (each,):
                alias = self.definitions.aliases.get(member.name) if isinstance(member, Named) else None
                if alias and isinstance(alias.type, Variants) and not alias.root:
                    classes += alias.type.members
                elif isinstance(member, Named) and member.name in self.definitions.classes:
                    classes.append(member)
                    tags += [(value, member.name) for value in (tag.values[number] if tag else ())]
                    tags += [(tag.implied[number], member.name)] if tag and tag.implied and tag.implied[number] else []
                else:
                    rest.append(member)
        classes = list(dict.fromkeys(classes))
        if len(classes) < 2:
            return union([*classes, *rest])
        name = tag.property if tag and tags else ""
        return union([Variants(tuple(classes), name, tuple(tags if name else ()), open=received), *rest])

    # The rest

    def _plain(self, flat: dict[str, Any], pointer: str, hint: str, use: Use, name: str = "") -> Type:
        """The type without null. `name` is the class that the schema defines, where it has one already."""
        if said.values(flat):
            return self._enum(flat, pointer, name or hint, use, bool(name))
        if said.alternatives(flat):
            return self._branches(flat, pointer, hint, use)
        types = [t for t in said.types_of(flat) if t != "null"]
        if len(types) > 1:
            rest = {k: v for k, v in flat.items() if k != "type"}
            return union([self._plain({**rest, "type": t}, pointer, hint, use) for t in types])
        kind = types[0] if types else said.inferred(flat)
        if kind == "object":
            return self._object(flat, pointer, hint, use, name)
        if kind == "array":
            return self._array(flat, pointer, hint, use)
        return said.scalar(kind, flat, strict=use in ("sent", "patched"), sent=use != "received")

    def _array(self, flat: dict[str, Any], pointer: str, hint: str, use: Use) -> Type:
        bounds = said.counted(flat) if use != "received" else ()
        lenient = bool(bounds) and use == "both"
        prefix = flat.get("prefixItems")
        if isinstance(prefix, Sequence) and prefix:
            rest = [flat["items"]] if isinstance(flat.get("items"), Mapping) else []
            inner = [self._type(s, f"{pointer}/prefixItems/{n}", f"{hint} {n + 1}", use) for n, s in enumerate(prefix)]
            inner += [self._type(s, f"{pointer}/items", f"{hint} item", use) for s in rest]
            return ListOf(union(inner), bounds, lenient)
        return ListOf(self._type(flat.get("items", {}), f"{pointer}/items", f"{hint} item", use), bounds, lenient)

    def _enum(self, flat: dict[str, Any], pointer: str, hint: str, use: Use, named: bool) -> Type:
        values = said.values(flat)
        kinds = set(map(type, values))
        if len(values) == 1 and kinds <= {str, int, bool}:
            return Values(values, open=use not in ("sent", "patched"))
        if kinds not in ({str}, {int}):
            return union([Scalar(_SCALARS[kind]) for kind in dict.fromkeys(map(type, values))])
        if not named and (pointer, "both") in self._in_place:
            return self._in_place[pointer, "both"]
        final = hint if named else self._names.take(names.pascal(hint))
        if not named:
            self._in_place[pointer, "both"] = Named(final)
        taken = names.Names()
        members = tuple((taken.take(said.member(value)).upper(), value) for value in values)
        self.definitions.enums[final] = Enumeration(final, said.described(flat), members)
        return Named(final)
