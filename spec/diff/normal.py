"""From schemas as they are written to their facts, through every `$ref`, `allOf` and wrapper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from spec.diff.facts import ATOMS, NUMBERS, Facts, Key, Union, canonical, finished, intersected, with_null
from spec.diff.side import Side
from spec.model import JSON
from spec.pointers import escape

_TYPES: Mapping[str, frozenset[str]] = {
    **{name: frozenset({name}) for name in ATOMS - NUMBERS},
    "integer": frozenset({"integer"}),
    "number": NUMBERS,
}
_COUNTS = ("minLength", "minItems", "minProperties", "maxLength", "maxItems", "maxProperties", "minContains")
_SUBSCHEMAS = frozenset(
    [
        "additionalProperties",
        "items",
        "contains",
        "not",
        "if",
        "then",
        "else",
        "propertyNames",
        "contentSchema",
        "unevaluatedItems",
        "unevaluatedProperties",
    ]
)
_MARKS = ("default", "xml", "$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$recursiveAnchor")
_WORDS = ("title", "description", "$comment", "externalDocs")
_FLAGS = ("deprecated", "readOnly", "writeOnly")
_DIALECTS = ("https://json-schema.org/draft/2020-12/schema", "https://spec.openapis.org/oas/3.1/dialect/base")
_NO_SCHEMA = ("$vocabulary",)
_ANYTHING = re.compile(r"\^?\(?(\.|\[\\s\\S\])\*\)?\$?|\^?\$?|\^\.\*")
_MEANING = ("x-pagination", "x-filter", "x-extensible-enum")


@dataclass
class Schemas:
    """The facts of every schema of a document, made when they are asked for."""

    side: Side
    _done: dict[Key, Facts] = field(default_factory=dict)

    def facts(self, key: Key) -> Facts:
        """The facts of a schema."""
        if key not in self._done:
            whole = Facts()
            for pointer in key:
                whole = (
                    intersected(whole, self._read(pointer, frozenset()))
                    if whole != Facts()
                    else self._read(pointer, frozenset())
                )
            self._done[key] = finished(whole)
        return self._done[key]

    def _read(self, pointer: str, outer: frozenset[str]) -> Facts:
        """The facts of one schema, types not yet implied; `outer` are those that it is a part of."""
        base = pointer.endswith("!")
        pointer = pointer.removesuffix("!")
        node = self.side.at(pointer)
        self.side.visited.add(pointer)
        if isinstance(node, bool):
            types = ATOMS if node else frozenset()
            return Facts(types=types, stated=types)
        if not isinstance(node, Mapping):
            self.side.warn(pointer, "this isn't a schema; it is compared as it stands")
            return Facts(unknown={"": (node,)})
        found = _Reader(self, node, pointer).own()
        inner = outer | {pointer}
        for part in self._parts(node, pointer):
            if part not in inner:
                found = intersected(found, self._read(part, inner))
        if not base:
            for kind in ("anyOf", "oneOf"):
                if isinstance(node.get(kind), list) and node[kind]:
                    found = self._with_union(found, kind, node, pointer, inner)
        return with_null(found, listed=False) if node.get("nullable") is True else found

    def _parts(self, node: Mapping[str, JSON], pointer: str) -> list[str]:
        parts = []
        if "$ref" in node:
            target = self.side.target(node, pointer)
            parts += [target] if target is not None else []
        branches = node.get("allOf")
        return parts + [f"{pointer}/allOf/{i}" for i in range(len(branches) if isinstance(branches, list) else 0)]

    def _with_union(
        self, found: Facts, kind: str, node: Mapping[str, JSON], pointer: str, outer: frozenset[str]
    ) -> Facts:
        """Null taken out of the alternatives; one that is left is no alternative; types and values are put together."""
        members, null = self._members(f"{pointer}/{kind}", len(node[kind]), kind, outer)
        null = null and "null" in found.types
        if not members:
            found.types &= {"null"}
            return found
        if len(members) == 1:
            alone = self._read(members[0], outer) if members[0] not in outer else Facts()
            found = intersected(found, alone)
            return with_null(found) if null else found
        inner = [finished(self._read(member, outer)) for member in members if member not in outer]
        together = _together(inner)
        if together is not None and len(inner) == len(members):
            found = intersected(found, together)
            return with_null(found) if null else found
        null = null or any(facts.admits_null() for facts in inner)
        if kind == "oneOf" and _disjoint(inner):
            kind = "anyOf"
        types = frozenset().union(*(facts.types for facts in inner)) | ({"null"} if null else set())
        found.types &= types if len(inner) == len(members) else ATOMS
        found.unions = (*found.unions, Union(kind, tuple((m,) for m in members), null, pointer))
        return found

    def _members(self, pointer: str, count: int, kind: str, outer: frozenset[str]) -> tuple[list[str], bool]:
        """The pointers of the alternatives, nested ones of the same kind among them, and whether null is one."""
        members: list[str] = []
        null = False
        for index in range(count):
            member = f"{pointer}/{index}"
            node = self.side.at(member)
            self.side.visited.add(member)
            if isinstance(node, Mapping) and _only_null(node):
                null = True
            elif isinstance(node, Mapping) and node.keys() == {kind} and isinstance(node[kind], list):
                inner, has_null = self._members(f"{member}/{kind}", len(node[kind]), kind, outer)
                members += inner
                null = null or has_null
            else:
                members.append(self._named(member, node))
        return list(dict.fromkeys(members)), null

    def _named(self, pointer: str, node: JSON) -> str:
        """The pointer of a component where a member is nothing but a `$ref` to it."""
        if isinstance(node, Mapping) and node.keys() == {"$ref"}:
            return self.side.target(node, pointer) or pointer
        return pointer


def _only_null(node: Mapping[str, JSON]) -> bool:
    rest = {key: value for key, value in node.items() if key not in (*_WORDS, "default")}
    return rest in ({"type": "null"}, {"const": None}, {"enum": [None]}, {"type": ["null"]}) or (
        rest == {"type": "null", "const": None} or rest == {"nullable": True, "enum": [None]}
    )


def _together(members: list[Facts]) -> Facts | None:
    """Alternatives that are types alone, or listed values alone, as one; None for others."""
    bare = all(not facts.marks for facts in members)
    words = {"members": tuple({n: list(v) for n, v in facts.words.items()} for facts in members if facts.words)}
    words = words if words["members"] else {}
    if bare and all(facts.plain for facts in members):
        return Facts(types=frozenset().union(*(facts.types for facts in members)), words=words)
    if bare and all(_only_values(facts) for facts in members):
        values = {key: value for facts in members for key, value in (facts.enum or {}).items()}
        return Facts(types=frozenset().union(*(facts.types for facts in members)), enum=values, words=words)
    return None


def _only_values(facts: Facts) -> bool:
    return (
        facts.enum is not None
        and Facts(types=facts.types).plain
        and not (
            facts.checks
            or facts.properties
            or facts.subschemas
            or facts.unions
            or facts.unknown
            or "null" in facts.types
        )
    )


def _disjoint(members: list[Facts]) -> bool:
    seen: set[str] = set()
    for facts in members:
        if facts.types & seen:
            return False
        seen |= facts.types - {"null"}
    return True


@dataclass
class _Reader:
    """The keywords of one schema, each used exactly once: an unused one is unknown."""

    schemas: Schemas
    node: Mapping[str, JSON]
    pointer: str

    def own(self) -> Facts:
        """The facts of the schema itself, without those of its references."""
        facts = Facts()
        for keyword, value in self.node.items():
            self._take(facts, str(keyword), value)
            facts.places[str(keyword)] = self.pointer
        return facts

    def _take(self, facts: Facts, keyword: str, value: JSON) -> None:
        match keyword:
            case "type":
                self._type(facts, value)
            case "enum" if isinstance(value, list):
                self._values(facts, value)
            case "const":
                self._values(facts, [value])
                facts.places["enum"] = self.pointer
            case "nullable" | "allOf" | "anyOf" | "oneOf" | "$ref" | "$defs" | "definitions" | "discriminator":
                self._structure(facts, keyword, value)
            case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
                self._bound(facts, keyword, value)
            case _ if keyword in _COUNTS or keyword == "maxContains":
                self._count(facts, keyword, value)
            case "pattern" | "format" | "multipleOf" | "uniqueItems" | "contentEncoding" | "contentMediaType":
                self._check(facts, keyword, value)
            case "required" if isinstance(value, list):
                facts.required = frozenset(str(name) for name in value)
            case "properties" | "patternProperties" | "dependentSchemas" if isinstance(value, Mapping):
                self._map(facts, keyword, value)
            case "dependentRequired" if isinstance(value, Mapping):
                self._dependent_required(facts, value)
            case "dependencies" if isinstance(value, Mapping):
                lists = {name: names for name, names in value.items() if isinstance(names, list)}
                self._dependent_required(facts, lists)
                self._map(facts, keyword, {name: sub for name, sub in value.items() if name not in lists})
            case "prefixItems" if isinstance(value, list):
                facts.prefix = tuple((f"{self.pointer}/prefixItems/{i}",) for i in range(len(value)))
            case "items" if isinstance(value, list):
                facts.prefix = tuple((f"{self.pointer}/items/{i}",) for i in range(len(value)))
            case _ if keyword in _SUBSCHEMAS:
                self._subschema(facts, keyword, value)
            case _:
                self._remark(facts, keyword, value)

    def _type(self, facts: Facts, value: JSON) -> None:
        listed = value if isinstance(value, list) else [value]
        known = [_TYPES[name] for name in listed if isinstance(name, str) and name in _TYPES]
        if len(known) < len(listed) or not listed:
            facts.unknown["type"] = (value,)
        if known:
            facts.types = facts.stated = frozenset().union(*known)

    def _values(self, facts: Facts, values: list[JSON]) -> None:
        found = {canonical(value): value for value in values}
        facts.enum = found if facts.enum is None else {key: v for key, v in facts.enum.items() if key in found}

    def _structure(self, facts: Facts, keyword: str, value: JSON) -> None:
        """`Schemas` reads these; this only checks that they can be read."""
        if keyword == "$ref":
            if self.schemas.side.target(self.node, self.pointer) is None:
                facts.unknown[keyword] = (value,)
        elif keyword == "discriminator":
            facts.marks[keyword] = self._discriminator(value)
        elif keyword == "nullable":
            if not isinstance(value, bool):
                facts.unknown[keyword] = (value,)
        elif keyword in ("$defs", "definitions"):
            if not isinstance(value, Mapping):
                facts.unknown[keyword] = (value,)
        elif not isinstance(value, list) or not value:
            facts.unknown[keyword] = (value,)

    def _discriminator(self, value: JSON) -> JSON:
        """The property, and which value names which schema; names that follow from the alternatives are written out."""
        if not isinstance(value, Mapping):
            return value
        implied: dict[str, str] = {}
        for kind in ("oneOf", "anyOf"):
            members = self.node.get(kind)
            for member in members if isinstance(members, list) else ():
                ref = member.get("$ref") if isinstance(member, Mapping) else None
                if isinstance(ref, str):
                    implied[ref.rpartition("/")[2]] = ref
        mapping = value.get("mapping")
        explicit = {str(k): self._schema_name(v) for k, v in mapping.items()} if isinstance(mapping, Mapping) else {}
        named = set(explicit.values())
        rest = {key: inner for key, inner in value.items() if key not in ("mapping", "propertyName")}
        if "defaultMapping" in rest:
            rest["defaultMapping"] = self._schema_name(rest["defaultMapping"])
        return {
            **rest,
            "propertyName": value.get("propertyName"),
            "mapping": {**{name: ref for name, ref in implied.items() if ref not in named}, **explicit},
        }

    def _schema_name(self, value: JSON) -> JSON:
        plain = isinstance(value, str) and "/" not in value and not value.startswith("#")
        return f"#/components/schemas/{value}" if plain else value

    def _bound(self, facts: Facts, keyword: str, value: JSON) -> None:
        upper = keyword.endswith("aximum")
        name = "maximum" if upper else "minimum"
        if isinstance(value, bool):  # OpenAPI 3.0: a mark on the bound beside it
            if value and name not in self.node:
                facts.words[f"idle {keyword}"] = (value,)
            return
        if not isinstance(value, (int, float)):
            facts.unknown[keyword] = (value,)
            return
        exclusive = keyword.startswith("exclusive") or self.node.get(f"exclusive{name.capitalize()}") is True
        bound, known = (value, exclusive), facts.checks.get(name)
        if known is not None:
            narrower = (bound[0], not exclusive) < (known[0], not known[1]) if upper else bound > known
            bound = bound if narrower else known
        if bound is not known:
            facts.places[name] = self.pointer
        facts.checks[name] = bound

    def _count(self, facts: Facts, keyword: str, value: JSON) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            facts.unknown[keyword] = (value,)
        elif keyword.startswith("max") or value != (1 if keyword == "minContains" else 0):
            facts.checks[keyword] = value

    def _check(self, facts: Facts, keyword: str, value: JSON) -> None:
        if keyword == "uniqueItems" and isinstance(value, bool):
            if value:
                facts.checks[keyword] = True
        elif keyword == "multipleOf" and isinstance(value, (int, float)) and not isinstance(value, bool):
            facts.checks[keyword] = frozenset({value})
        elif keyword == "uniqueItems" or keyword == "multipleOf" or not isinstance(value, str):
            facts.unknown[keyword] = (value,)
        elif keyword == "pattern":
            if not _ANYTHING.fullmatch(value):
                facts.checks[keyword] = frozenset({value})
            else:
                facts.words["pattern"] = (value,)
        elif keyword == "format" and value == "byte":
            facts.checks["contentEncoding"] = frozenset({"base64"})
            facts.places["contentEncoding"] = self.pointer
        elif keyword == "format" and value == "binary":
            facts.checks["contentMediaType"] = frozenset({"application/octet-stream"})
        elif keyword == "format" and value == "password":
            facts.words["format"] = (value,)
        else:
            facts.checks[keyword] = frozenset({value.lower() if keyword.startswith("content") else value})

    def _map(self, facts: Facts, keyword: str, value: Mapping[str, JSON]) -> None:
        found: dict[str, Key] = {str(name): (f"{self.pointer}/{keyword}/{escape(str(name))}",) for name in value}
        if keyword == "properties":
            facts.properties = found
        elif keyword == "patternProperties":
            facts.patterns = found
        else:
            facts.dependents = found

    def _dependent_required(self, facts: Facts, value: Mapping[str, JSON]) -> None:
        found = {str(k): frozenset(map(str, v)) for k, v in value.items() if isinstance(v, list) and v}
        if found:
            facts.checks["dependentRequired"] = found

    def _subschema(self, facts: Facts, keyword: str, value: JSON) -> None:
        if keyword in ("then", "else") and "if" not in self.node:
            facts.words[f"idle {keyword}"] = (value,)
        elif not _everything(value) or keyword in ("not", "if", "contains"):
            facts.subschemas[keyword] = (f"{self.pointer}/{keyword}",)

    def _remark(self, facts: Facts, keyword: str, value: JSON) -> None:
        if keyword in _FLAGS and isinstance(value, bool):
            if value:
                facts.marks[keyword] = True
        elif keyword == "example":
            facts.words["examples"] = (*facts.words.get("examples", ()), value)
        elif keyword == "examples" and isinstance(value, list):
            facts.words["examples"] = (*facts.words.get("examples", ()), *value)
        elif keyword == "$schema" and value in _DIALECTS:
            pass
        elif keyword in _MARKS or (keyword in _MEANING and self._means(keyword)):
            facts.marks[keyword] = value
        elif keyword in _WORDS or (keyword == "x-provenance" and self.schemas.side.vocabulary):
            facts.words[keyword] = (value,)
        elif keyword in _NO_SCHEMA or keyword.startswith("x-"):
            facts.marks[keyword] = value
        else:
            facts.unknown[keyword] = (value,)

    def _means(self, keyword: str) -> bool:
        return self.schemas.side.vocabulary or keyword == "x-extensible-enum"


def _everything(value: JSON) -> bool:
    return value is True or value == {}
