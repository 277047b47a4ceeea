"""The contract: a document, read and resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from spec import composition, pointers
from spec.model.clauses import Clause
from spec.model.nullable import with_null, without_null
from spec.model.operations import Operation, SecurityScheme
from spec.model.origin import JSON, Location
from spec.model.vocabulary import Collection


@dataclass(frozen=True)
class Contract:
    """A document, read and resolved."""

    title: str
    version: str
    package: str | None
    """The import name of the client (x-package), or None."""
    openapi: str
    file: str
    sha256: str
    """Of the document's bytes."""
    document: Mapping[str, JSON] = field(repr=False)
    """The document as plain JSON data, `$ref`s as written."""
    servers: tuple[str, ...]
    """URLs, with every variable at its default."""
    operations: tuple[Operation, ...]
    collections: tuple[Collection, ...]
    security_schemes: tuple[SecurityScheme, ...]
    clauses: tuple[Clause, ...]
    locations: Mapping[str, Location] = field(repr=False)
    """JSON pointer to the location of the key (or element)."""

    @cached_property
    def by_code(self) -> Mapping[str, Operation]:
        """Operations by their code."""
        return {o.code: o for o in self.operations}

    @cached_property
    def by_id(self) -> Mapping[str, Operation]:
        """Operations by their operationId."""
        return {o.id: o for o in self.operations}

    def clause(self, id: str) -> Clause | None:
        """The clause of that id, or None."""
        return next((c for c in self.clauses if c.id == id), None)

    def collection(self, name: str) -> Collection | None:
        """The declared collection of that name, or None."""
        return next((c for c in self.collections if c.name == name), None)

    def resolve(self, schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """Follow `$ref` until another value is found; siblings of `$ref` (3.1) win over its target.

        Something or null, written as `anyOf`, is one schema whose type may be null.

        Raises KeyError where nothing stands, which `load` doesn't let happen.
        """
        seen: set[str] = set()
        while "$ref" in schema and schema["$ref"] not in seen:
            seen.add(schema["$ref"])
            siblings = {k: v for k, v in schema.items() if k != "$ref"}
            target = self.at(pointers.of_ref(schema["$ref"]))
            schema = {**(target if isinstance(target, Mapping) else {}), **siblings}  # 3.1 has `true` for any value
        return with_null(schema, self.resolve)

    def sent(self, schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """The same for a parameter: null can't be sent as text, so a type that may be null is the type alone."""
        return without_null(self.resolve(schema))

    def at(self, pointer: str) -> JSON:
        """The value at a JSON pointer (RFC 6901) of the document. Raises KeyError when it is missing."""
        return pointers.at(self.document, pointer)

    def where(self, pointer: str) -> Location:
        """The location of a JSON pointer or its nearest ancestor."""
        while pointer and pointer not in self.locations:
            pointer = pointer.rpartition("/")[0]
        return self.locations[pointer]

    def items(self, operation: Operation) -> Mapping[str, JSON]:
        """The schema of one item of the list that an operation is sent, resolved; {} when it is sent none."""
        media = operation.body.json if operation.body else None
        schema = self.resolve(media.schema) if media and media.schema else {}
        items = schema.get("items")
        return self.resolve(items) if isinstance(items, Mapping) else {}

    def row_sent(self, operation: Operation) -> Mapping[str, JSON]:
        """The schema of the one row that an operation is sent, or of one of several; {} where it is sent none."""
        media, access = operation.body.json if operation.body else None, operation.access
        schema = self._within(media.schema, access.body_at if access else ()) if media and media.schema else {}
        return self.resolve(schema).get("items", {}) if access and access.many else schema

    def row_answered(self, operation: Operation) -> Mapping[str, JSON]:
        """The schema of the row in a successful answer, or of one of several; {} where nothing is declared."""
        media, access = operation.success.json if operation.success else None, operation.access
        schema = self._within(media.schema, access.answer_at if access else ()) if media and media.schema else {}
        return self.resolve(schema).get("items", {}) if access and access.many else schema

    def _within(self, schema: Mapping[str, JSON], path: Sequence[str]) -> Mapping[str, JSON]:
        for name in path:
            schema = self.properties(schema).get(name, {})
        return schema

    def body_fields(self, operation: Operation) -> Mapping[str, Mapping[str, JSON]]:
        """The fields of the one row that an operation is sent, without those that only responses hold."""
        fields = self.properties(self.row_sent(operation))
        return {name: field for name, field in fields.items() if field.get("readOnly") is not True}

    def needed_fields(self, operation: Operation) -> tuple[str, ...]:
        """The fields that such a row must have."""
        fields = self.body_fields(operation)
        return tuple(name for name in self.required(self.row_sent(operation)) if name in fields)

    def shown_fields(self, collection: Collection) -> Mapping[str, Mapping[str, JSON]]:
        """The fields of a row as responses show it, without those that are only sent."""
        fields = self.properties({"$ref": collection.item})
        return {name: field for name, field in fields.items() if field.get("writeOnly") is not True}

    def whole(self, schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """A schema with the words of all schemas that it is `allOf`, as far as they don't differ."""
        found: dict[str, JSON] = {}
        for branch, _ in composition.branches(self._follow, schema, ""):
            found = {**{k: v for k, v in branch.items() if k != "allOf"}, **found}
        return with_null(found, self.resolve)

    def properties(self, schema: Mapping[str, JSON]) -> Mapping[str, Mapping[str, JSON]]:
        """The named properties of an object schema, through `$ref` and `allOf`, each resolved."""
        found: dict[str, Mapping[str, JSON]] = {}
        for branch, _ in composition.branches(self._follow, schema, ""):
            properties = branch.get("properties")
            for name, sub in properties.items() if isinstance(properties, Mapping) else ():
                # In 3.1 a property's schema may be `true`: anything.
                found[name] = {**found.get(name, {}), **(self.resolve(sub) if isinstance(sub, Mapping) else {})}
        return found

    def required(self, schema: Mapping[str, JSON]) -> tuple[str, ...]:
        """The names that an object schema requires, through `$ref` and `allOf`."""
        lists = [branch.get("required") for branch, _ in composition.branches(self._follow, schema, "")]
        names = [name for names in lists if isinstance(names, list) for name in names]
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))

    def _follow(self, schema: Mapping[str, JSON], pointer: str) -> tuple[Mapping[str, JSON], str]:
        """A schema behind its `$ref`s, and an identity by which circles are found."""
        return self.resolve(schema), str(schema.get("$ref", pointer or id(schema)))
