"""Schemas brought down to the few forms that Python types have.

A document says the same thing in many ways: `nullable`, type lists, `allOf` around one `$ref`, enums with
null, unions beside properties. Here each becomes one of: a reference to a named definition, a primitive, a
list, a map, a union, null, or anything. Named definitions are objects with properties, enums, and the rare
alias that contains itself. Their names are final.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import unquote

import spec
from generator import names
from generator.forms import (
    MOST_BRANCHES,
    NULL,
    REFS,
    Form,
    Schema,
    described,
    escaped,
    has_direction,
    inferred,
    is_enum,
    is_number,
    is_object,
    member,
    merge,
    nullable,
    primitive,
    refs,
    types_of,
    union,
    unwrapped,
    walk,
)


class Refused(Exception):
    """Something that can't be expressed, and where it stands."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.message = message


@dataclass
class Definitions:
    """Named definitions as they are found, in the order in which they are needed."""

    forms: dict[str, Form] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    """Class to property to field."""
    requests: set[str] = field(default_factory=set)
    """Classes that are only ever sent."""


class Schemas:
    """Turns the schemas of one document into forms."""

    def __init__(self, contract: spec.Contract, sent: Sequence[Schema], received: Sequence[Schema]) -> None:
        """`sent` and `received` are all schemas of request and response bodies, which decides how strict each
        definition is, and which need one class for each direction."""
        self.definitions = Definitions()
        self._contract = contract
        self._names = names.Names()
        self._named: dict[tuple[str, bool], str] = {}
        self._busy: dict[tuple[str, bool], bool] = {}
        self._aliases: dict[tuple[str, bool], Form] = {}
        self._reach: dict[str, frozenset[str]] = {}
        self._sent = self._closure(sent)
        self._received = self._closure(received)
        self._directed = self._find_directed()
        self._tags = self._discriminated()

    def form(self, schema: Any, pointer: str, hint: str, sent: bool) -> Form:
        """The form of a schema that stands at `pointer`; `hint` names what it defines in place.

        Raises Refused for what has no form.
        """
        if not isinstance(schema, Mapping):
            return {}
        schema = unwrapped(schema)
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema, pointer, sent)
        flat = self._flatten(schema, pointer)
        form = self._plain(flat, pointer, hint, sent)
        return union([form, NULL]) if nullable(flat) and form else form

    # References

    def _reference(self, schema: Schema, pointer: str, sent: bool) -> Form:
        """A `$ref`: named where its target has a name of its own, else the target's form in place."""
        ref = schema["$ref"]
        target = self._target(ref, pointer)
        key = (ref, sent and self._splits(ref))
        form = self._aliases.get(key)
        if form is None:
            form = self._resolve(key, target, ref, sent)
        return union([form, NULL]) if schema.get("nullable") is True and form else form

    def _resolve(self, key: tuple[str, bool], target: Any, ref: str, sent: bool) -> Form:
        if key in self._busy:
            # An alias that contains itself: only a class of its own can be named before it is finished.
            self._busy[key] = True
            return {"$ref": REFS + self._name(key)}
        if key in self._named and self._named[key] in self.definitions.forms:
            return {"$ref": REFS + self._named[key]}
        self._busy[key] = False
        try:
            form = self._define(key, target, ref, sent)
        finally:
            recursive = self._busy.pop(key)
        if recursive and "$ref" not in form:
            name = self._name(key)
            self.definitions.forms[name] = form
            form = {"$ref": REFS + name}
        self._aliases[key] = form
        return form

    def _define(self, key: tuple[str, bool], target: Any, ref: str, sent: bool) -> Form:
        pointer = ref.removeprefix("#")
        if not isinstance(target, Mapping):
            return {}
        target = unwrapped(target)
        if isinstance(target.get("$ref"), str):
            return self._reference(target, pointer, sent)
        flat = self._flatten(target, pointer)
        name = self._name(key) if is_object(flat) or is_enum(flat) else ""
        form = self._plain(flat, pointer, name or ref.rpartition("/")[2], sent, name, ref)
        return union([form, NULL]) if nullable(flat) and form else form

    def _name(self, key: tuple[str, bool]) -> str:
        if key not in self._named:
            ref, request = key
            last = ref.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
            self._named[key] = self._names.take(names.pascal(f"{last}Request" if request else last))
        return self._named[key]

    def _target(self, ref: str, pointer: str) -> Any:
        if not ref.startswith("#"):
            raise Refused(pointer, f"{ref!r} is in another file; bundle the document into one first")
        try:
            return self._contract.at(unquote(ref).removeprefix("#"))
        except KeyError:
            raise Refused(pointer, f"nothing stands at {ref!r}") from None

    # Flattening allOf

    def _flatten(self, schema: Schema, pointer: str, seen: frozenset[str] = frozenset()) -> dict[str, Any]:
        """One schema without `allOf`: everything that its branches say, together."""
        made: dict[str, Any] = {}
        ref = schema.get("$ref")
        if isinstance(ref, str) and ref not in seen:
            target = self._target(ref, pointer)
            if isinstance(target, Mapping):
                made = self._flatten(target, ref.removeprefix("#"), seen | {ref})
        for number, branch in enumerate(schema.get("allOf") or ()):
            if isinstance(branch, Mapping):
                made = merge(made, self._flatten(branch, f"{pointer}/allOf/{number}", seen))
        return merge(made, {k: v for k, v in schema.items() if k not in ("allOf", "$ref")})

    # Forms

    def _plain(self, flat: dict[str, Any], pointer: str, hint: str, sent: bool, name: str = "", ref: str = "") -> Form:
        """The form without null. `name` is the class that the schema defines, where it has one already."""
        if "const" in flat and "enum" not in flat:
            flat = {**flat, "enum": [flat["const"]]}
        if is_enum(flat):
            return self._enum(flat, name or hint, bool(name))
        branches = [*(flat.get("oneOf") or ()), *(flat.get("anyOf") or ())]
        branches = [b for b in branches if not (isinstance(b, Mapping) and b.keys() <= {"required", "not", "title"})]
        if branches:
            return self._branches(flat, branches, pointer, hint, sent)
        types = [t for t in types_of(flat) if t != "null"]
        if len(types) > 1:
            rest = {k: v for k, v in flat.items() if k != "type"}
            return union([self._plain({**rest, "type": t}, pointer, hint, sent) for t in types])
        kind = types[0] if types else inferred(flat)
        if kind == "object":
            return self._object(flat, pointer, hint, sent, name, ref)
        if kind == "array":
            return self._array(flat, pointer, hint, sent)
        return primitive(kind, flat)

    def _branches(self, flat: dict[str, Any], branches: list[Any], pointer: str, hint: str, sent: bool) -> Form:
        """A union. What stands beside it holds for every branch."""
        base = {k: v for k, v in flat.items() if k not in ("oneOf", "anyOf", "discriminator", "nullable")}
        both = bool(flat.get("oneOf")) and bool(flat.get("anyOf"))
        if both:
            pairs = list(product(flat["oneOf"], flat["anyOf"]))
            branches = [{"allOf": [a, b]} for a, b in pairs][:MOST_BRANCHES]
        plain = not (base.keys() & {"properties", "additionalProperties", "required", "items", "type"})
        beside = {k: v for k, v in base.items() if k in ("type", "properties", "required", "items", "format")}
        word = "oneOf" if flat.get("oneOf") else "anyOf"
        forms = []
        for number, branch in enumerate(branches):
            at = f"{pointer}/{word}/{number}"
            whole = branch if plain or not beside or not isinstance(branch, Mapping) else {"allOf": [beside, branch]}
            title = str(branch.get("title", "")) if isinstance(branch, Mapping) else ""
            forms.append(self.form(whole, at, title or f"{hint} {number + 1}", sent))
        return union(forms)

    def _array(self, flat: dict[str, Any], pointer: str, hint: str, sent: bool) -> Form:
        form: Form = {"type": "array", **{k: flat[k] for k in ("minItems", "maxItems") if is_number(flat.get(k))}}
        prefix = flat.get("prefixItems")
        if isinstance(prefix, Sequence) and prefix:
            rest = [flat["items"]] if isinstance(flat.get("items"), Mapping) else []
            inner = [self.form(s, f"{pointer}/prefixItems/{n}", f"{hint} {n + 1}", sent) for n, s in enumerate(prefix)]
            inner += [self.form(s, f"{pointer}/items", f"{hint} item", sent) for s in rest]
            return {**form, "items": union(inner)}
        return {**form, "items": self.form(flat.get("items", {}), f"{pointer}/items", f"{hint} item", sent)}

    def _object(self, flat: dict[str, Any], pointer: str, hint: str, sent: bool, name: str, ref: str) -> Form:
        if not is_object(flat):
            return self._map(flat, pointer, hint, sent)
        final = name or self._names.take(names.pascal(hint))
        if final in self.definitions.forms:
            return {"$ref": REFS + final}
        self.definitions.forms[final] = {}  # so that a field may refer to it
        only_sent = sent and (self._splits(ref) or not (ref and ref in self._received))
        if only_sent:
            self.definitions.requests.add(final)
        fields, taken = {}, names.Names()
        properties: dict[str, Form] = {}
        required = set(flat.get("required") or ())
        for prop, inner in flat["properties"].items():
            if inner is False or self._hidden(inner, pointer, sent and only_sent, ref):
                required.discard(prop)
                continue
            tag = self._tags.get(ref, {}).get(prop)
            at = f"{pointer}/properties/{escaped(prop)}"
            form = {"enum": tag, "x-tag": True} if tag else self.form(inner, at, f"{final} {prop}", sent)
            told = self._contract.resolve(inner) if isinstance(inner, Mapping) and "$ref" not in form else inner
            properties[prop] = described(form, told, strict=only_sent)
            fields[prop] = taken.take(names.field(prop))
        form = {"type": "object", "properties": properties, "required": sorted(required & properties.keys())}
        self.definitions.fields[final] = fields
        self.definitions.forms[final] = described(form, flat, strict=only_sent)
        return {"$ref": REFS + final}

    def _hidden(self, prop: Any, pointer: str, sent: bool, ref: str) -> bool:
        """True for a property that doesn't travel in this direction (readOnly, writeOnly)."""
        if not isinstance(prop, Mapping):
            return False
        if ref and ref in self._sent and ref in self._received and not self._splits(ref):
            return False
        return (prop.get("readOnly") is True and sent) or (prop.get("writeOnly") is True and not sent)

    def _map(self, flat: dict[str, Any], pointer: str, hint: str, sent: bool) -> Form:
        extra = flat.get("additionalProperties")
        patterns = flat.get("patternProperties") or {}
        at = f"{pointer}/patternProperties"
        values = [self.form(s, f"{at}/{escaped(p)}", f"{hint} value", sent) for p, s in patterns.items()]
        if isinstance(extra, Mapping) and extra:
            values.append(self.form(extra, f"{pointer}/additionalProperties", f"{hint} value", sent))
        elif extra is not False and patterns:
            values.append({})
        return {"type": "object", "additionalProperties": union(values) if values and all(values) else {}}

    def _enum(self, flat: dict[str, Any], hint: str, named: bool) -> Form:
        values = [v for v in flat["enum"] if isinstance(v, (str, int, float))]
        values = [v for _, v in dict.fromkeys((type(v), v) for v in values)]  # for Python, True is 1
        kinds = {type(v) for v in values}
        if not values:
            return {}
        if kinds <= {str} or kinds <= {int}:
            final = hint if named else self._names.take(names.pascal(hint))
            taken = names.Names()
            members = [taken.take(member(v)).upper() for v in values]
            form: Form = {"type": "string" if kinds == {str} else "integer", "enum": values}
            form["x-enum-varnames"] = members
            self.definitions.forms[final] = described(form, flat, strict=False)
            return {"$ref": REFS + final}
        names_of = {str: "string", bool: "boolean", int: "integer", float: "number"}
        return union([{"type": names_of[kind]} for kind in dict.fromkeys(map(type, values))])

    # What the whole document says of a definition

    def _discriminated(self) -> Mapping[str, Mapping[str, list[str]]]:
        """For every schema in a discriminated union: the property and the values that mean it."""
        found: dict[str, dict[str, list[str]]] = {}
        for schema in walk(self._contract.document):
            discriminator = schema.get("discriminator")
            branches = schema.get("oneOf") or schema.get("anyOf")
            if not (isinstance(discriminator, Mapping) and isinstance(branches, Sequence)):
                continue
            prop, mapping = discriminator.get("propertyName"), discriminator.get("mapping") or {}
            refs = [b["$ref"] for b in branches if isinstance(b, Mapping) and isinstance(b.get("$ref"), str)]
            for ref in refs:
                tags = [tag for tag, target in mapping.items() if ref in (target, REFS + str(target))]
                tags = tags or [ref.rpartition("/")[2]]
                if prop and len(refs) == len(branches) and self._has(ref, prop):
                    kept = found.setdefault(ref, {}).setdefault(prop, [])
                    kept.extend(tag for tag in tags if tag not in kept)
        return found

    def _has(self, ref: str, prop: str) -> bool:
        try:
            return prop in self._flatten({"$ref": ref}, "").get("properties", {})
        except Refused:
            return False

    def _closure(self, roots: Sequence[Schema]) -> frozenset[str]:
        """Every `$ref` that can be reached."""
        found: set[str] = set()
        todo = [ref for root in roots for ref in refs(root)]
        while todo:
            ref = todo.pop()
            if ref not in found:
                found.add(ref)
                todo.extend(self._direct(ref))
        return frozenset(found)

    def _direct(self, ref: str) -> frozenset[str]:
        if ref not in self._reach:
            try:
                self._reach[ref] = frozenset(refs(self._target(ref, "")))
            except Refused:
                self._reach[ref] = frozenset()
        return self._reach[ref]

    def _splits(self, ref: str) -> bool:
        """True when a definition travels both ways and looks different in each."""
        return ref in self._directed

    def _find_directed(self) -> frozenset[str]:
        """The definitions that travel both ways and hold, at any depth, a property of one direction only."""
        both = self._sent & self._received
        marked = {ref for ref in both if has_direction(self._quiet(ref))}
        while more := {ref for ref in both - marked if self._direct(ref) & marked}:
            marked |= more
        return frozenset(marked)

    def _quiet(self, ref: str) -> Any:
        try:
            return self._target(ref, "")
        except Refused:
            return {}
