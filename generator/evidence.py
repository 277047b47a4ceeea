"""What a document's own examples show of its schemas: a property that is null, left out, or of another type.

Where an example and its schema contradict each other, nobody knows which of the two the server follows. A client that
reads only one of them fails on the other, so such a property takes both. Each is named in the output, because the
mistake may be the example's: `--ignore-examples` takes the schemas at their word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import spec
from generator import flat
from generator.directions import Target
from generator.flat import Schema
from generator.types import ANYTHING, ListOf, MapOf, Scalar, Type
from spec import pointers, walk

Flatten = Callable[[Any, str], Mapping[str, Any]]

FURTHER = "\0"
"""What stands for all further properties of an object."""

_DEEPEST = 40
_NAMES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}
_TYPES: Mapping[str, Type] = {
    "boolean": Scalar("boolean"),
    "integer": Scalar("integer"),
    "number": Scalar("number"),
    "string": Scalar("text"),
    "array": ListOf(ANYTHING),
    "object": MapOf(ANYTHING),
}
_TAKEN = {"number": {"integer", "string"}, "integer": {"number", "string"}, "boolean": {"string"}}
"""Other types that are read as one of these."""


@dataclass
class Evidence:
    """What examples show, by the pointer of an object's schema and the name of a property."""

    absent: set[tuple[str, str]] = field(default_factory=set)
    null: set[tuple[str, str]] = field(default_factory=set)
    naive: set[tuple[str, str]] = field(default_factory=set)
    """Date-times without an offset."""
    kinds: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)

    def notes(self) -> Iterator[tuple[str, str]]:
        """Every property that is wider than its schema: its pointer, and why."""
        found = [
            *((key, "may be missing: an example leaves it out, though it is required") for key in self.absent),
            *((key, "may be null: it is in an example, though its schema doesn't allow null") for key in self.null),
            *((key, "may lack an offset: it does in an example") for key in self.naive),
            *((key, f"may be of type {' or '.join(kinds)}: it is in an example") for key, kinds in self.kinds.items()),
        ]
        for (pointer, name), why in sorted(found):
            if name == FURTHER:
                yield f"{pointer}/additionalProperties", f"a further property {why}"
            else:
                yield f"{pointer}/properties/{pointers.escape(name)}", f"{name!r} {why}"

    def types(self, pointer: str, property: str) -> list[Type]:
        """Types that a property has beside its documented one."""
        return [_TYPES[kind] for kind in self.kinds.get((pointer, property), ())]


def found(contract: spec.Contract, target: Target, flatten: Flatten) -> Evidence:
    """The evidence of all examples in a document."""
    seeker = _Seeker(target, flatten)
    for operation in contract.operations:
        bodies = [operation.body.media] if operation.body else []
        for media in (m for each in (*bodies, *(r.media for r in operation.responses)) for m in each):
            for example in media.examples or _of_schema(media.schema, target):
                seeker.see(media.schema, f"{media.pointer}/schema", example, whole=True)
    for pointer, node, is_schema in walk.objects(contract.document):
        if is_schema:
            for example in _examples(node):
                seeker.see(node, pointer, example, whole=False)
    return seeker.evidence


def _of_schema(schema: Any, target: Target) -> Iterator[Any]:
    """The examples of the schema that a body refers to."""
    if isinstance(schema, Mapping):
        behind = target(schema["$ref"]) if isinstance(schema.get("$ref"), str) else schema
        yield from _examples(behind) if isinstance(behind, Mapping) else ()


def _examples(schema: Schema) -> Iterator[Any]:
    if "example" in schema:
        yield schema["example"]
    listed = schema.get("examples")
    yield from listed if isinstance(listed, list) else ()


class _Seeker:
    def __init__(self, target: Target, flatten: Flatten) -> None:
        self.evidence = Evidence()
        self._target = target
        self._flatten = flatten

    def see(self, schema: Any, pointer: str, value: Any, *, whole: bool, depth: int = 0) -> None:
        """Compare an example with a schema. Only a `whole` body shows that a property may be left out."""
        if not isinstance(schema, Mapping) or depth > _DEEPEST or not isinstance(value, (dict, list)):
            return
        schema = flat.unwrapped(schema)
        while isinstance(schema.get("$ref"), str) and depth < _DEEPEST:
            ref, depth = schema["$ref"], depth + 1
            pointer, behind = pointers.of_ref(ref), self._target(ref)
            schema = flat.unwrapped(behind) if isinstance(behind, Mapping) else {}
        here = self._flatten(schema, pointer)
        branches = flat.alternatives(here)
        if branches:
            word = "oneOf" if here.get("oneOf") else "anyOf"
            fitting = [(n, b) for n, b in enumerate(branches) if self._may_be(b, pointer, value)]
            if len(fitting) == 1:
                self.see(fitting[0][1], f"{pointer}/{word}/{fitting[0][0]}", value, whole=whole, depth=depth + 1)
        elif isinstance(value, list):
            for each in value:
                self.see(here.get("items"), f"{pointer}/items", each, whole=whole, depth=depth + 1)
        elif flat.is_object(here):
            self._members(here, pointer, value, whole=whole, depth=depth)
        else:
            for each in value.values():
                self._further(here, pointer, each, whole=whole, depth=depth)

    def _members(self, here: Schema, pointer: str, value: dict[str, Any], *, whole: bool, depth: int) -> None:
        if whole:
            required = (name for name in here.get("required") or () if isinstance(name, str))
            self.evidence.absent.update((pointer, name) for name in required if name not in value)
        for name, each in value.items():
            inner = here["properties"].get(name)
            if isinstance(inner, Mapping):
                at = f"{pointer}/properties/{pointers.escape(name)}"
                self._judge(self._flatten(inner, at), (pointer, name), each)
                self.see(inner, at, each, whole=whole, depth=depth + 1)
            elif not here.get("patternProperties"):
                self._further(here, pointer, each, whole=whole, depth=depth)

    def _further(self, here: Schema, pointer: str, value: Any, *, whole: bool, depth: int) -> None:
        """Compare a property that an object doesn't name."""
        extra, at = here.get("additionalProperties"), f"{pointer}/additionalProperties"
        if isinstance(extra, Mapping):
            self._judge(self._flatten(extra, at), (pointer, FURTHER), value)
            self.see(extra, at, value, whole=whole, depth=depth + 1)

    def _judge(self, schema: Schema, key: tuple[str, str], value: Any) -> None:
        """Note a value whose type the schema of a property doesn't have."""
        kind = _NAMES.get(type(value), "string")
        if kind == "null":
            if not flat.nullable(schema) and (flat.types_of(schema) or flat.inferred(schema) or flat.values(schema)):
                self.evidence.null.add(key)
            return
        if kind == "string" and schema.get("format") == "date-time" and _is_naive(str(value)):
            self.evidence.naive.add(key)
        known = set(flat.types_of(schema)) or {flat.inferred(schema)} - {""}
        if not known or flat.values(schema) or flat.alternatives(schema) or known == {"null"}:
            return
        if kind not in known and not any(kind in _TAKEN.get(each, ()) for each in known):
            self.evidence.kinds.setdefault(key, {})[kind] = None

    def _may_be(self, branch: Any, pointer: str, value: Any) -> bool:
        """True where an example may be of a branch: it is of its type, and has the values that it prescribes."""
        here = self._flatten(branch, pointer)
        if not isinstance(value, dict):
            return flat.inferred(here) == "array" or "array" in flat.types_of(here)
        if not flat.is_object(here):
            return False
        for name, schema in here["properties"].items():
            values = flat.values(self._flatten(schema, pointer))
            if len(values) == 1 and value.get(name) not in values:
                return False
        return True


def _is_naive(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?", text))
