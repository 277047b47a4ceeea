"""One of the two documents: values by pointer, targets of `$ref`s, and which parts were compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from spec.model import JSON, Location
from spec.pointers import at, escape
from spec.source import Source

Object = Mapping[str, JSON]


@dataclass(frozen=True)
class Place:
    """An object of a document, and its JSON pointer; an empty one where it is missing."""

    node: Object
    pointer: str

    def __bool__(self) -> bool:
        return bool(self.pointer) or bool(self.node)


@dataclass
class Side:
    """A document as it is compared: invalid parts are read as empty, with a warning."""

    source: Source
    visited: set[str] = field(default_factory=set)
    """Pointers of the objects whose every key was compared."""
    warnings: dict[str, str] = field(default_factory=dict)
    """Pointer to what can't be read there."""
    _values: dict[str, JSON] = field(default_factory=dict)
    _references: dict[str, set[str]] = field(default_factory=dict)

    @property
    def document(self) -> Object:
        """The document's data."""
        data: Object = self.source.data
        return data

    @cached_property
    def vocabulary(self) -> bool:
        """True when the x- extensions of the vocabulary have a meaning here."""
        return "x-vocabulary" in self.document

    @cached_property
    def is_30(self) -> bool:
        """True for OpenAPI 3.0, whose schemas aren't JSON Schema's."""
        return str(self.document.get("openapi", "")).startswith("3.0")

    def home(self, pointer: str) -> str:
        """The actual place of a schema: for a bare `$ref` that of its target."""
        seen: set[str] = set()
        pointer = pointer.removesuffix("!")
        while pointer not in seen:
            seen.add(pointer)
            node = self.get(pointer)
            if not isinstance(node, Mapping) or node.keys() != {"$ref"}:
                break
            pointer = self.target(node, pointer) or pointer
        return pointer

    def references(self, pointer: str) -> set[str]:
        """The pointers that the `$ref`s at and below a pointer name."""
        if pointer not in self._references:
            found: set[str] = set()
            waiting: list[JSON] = [self.at(pointer)]
            while waiting:
                node = waiting.pop()
                if isinstance(node, Mapping):
                    ref = node.get("$ref")
                    if isinstance(ref, str) and ref.startswith("#"):
                        found.add(unquote(ref[1:]))
                    waiting += [value for value in node.values() if isinstance(value, (dict, list))]
                elif isinstance(node, list):
                    waiting += [value for value in node if isinstance(value, (dict, list))]
            self._references[pointer] = found
        return self._references[pointer]

    def where(self, pointer: str) -> Location:
        """Line and column of a pointer, or of its nearest ancestor."""
        return self.source.where(pointer)

    def at(self, pointer: str) -> JSON:
        """The value at a pointer. Raises KeyError when it is missing."""
        if pointer not in self._values:
            self._values[pointer] = at(self.document, pointer)
        return self._values[pointer]

    def has(self, pointer: str) -> bool:
        """True when a value exists at a pointer."""
        try:
            self.at(pointer)
        except KeyError:
            return False
        return True

    def get(self, pointer: str) -> JSON:
        """The value at a pointer, or None."""
        return self.at(pointer) if self.has(pointer) else None

    def warn(self, pointer: str, message: str) -> None:
        """Note a part that can't be read."""
        self.warnings.setdefault(pointer, message)

    def target(self, node: Object, pointer: str) -> str | None:
        """The pointer that the `$ref` of an object names, or None (and a warning) when it names nothing here."""
        ref = node.get("$ref")
        if not isinstance(ref, str) or not (ref == "#" or ref.startswith("#/")):
            self.warn(pointer, f"{ref!r} isn't a reference within this file; it is compared as a name")
            return None
        target = unquote(ref[1:])
        try:
            self.at(target)
        except KeyError:
            self.warn(pointer, f"nothing stands at {ref}; it is compared as a name")
            return None
        return target

    def place(self, node: JSON, pointer: str) -> Place:
        """An object that isn't a schema, through its `$ref`s; what stands beside a `$ref` wins."""
        seen: set[str] = set()
        siblings: dict[str, JSON] = {}
        while isinstance(node, Mapping) and "$ref" in node and pointer not in seen:
            self.visited.add(pointer)
            seen.add(pointer)
            siblings = {**{key: value for key, value in node.items() if key != "$ref"}, **siblings}
            target = self.target(node, pointer)
            if target is None:
                return Place({**siblings, "$ref": node["$ref"]}, pointer)
            node, pointer = self.at(target), target
        self.visited.add(pointer)
        if not isinstance(node, Mapping):
            self.warn(pointer, "this isn't an object; it is read as empty")
            return Place({**siblings, "": node}, pointer)
        return Place({**node, **siblings} if siblings else node, pointer)

    def child(self, parent: Place, key: str) -> Place:
        """The object under a key of another, through its `$ref`s."""
        if key not in parent.node:
            return Place({}, "")
        return self.place(parent.node[key], f"{parent.pointer}/{escape(key)}")

    def named(self, parent: Place, key: str) -> dict[str, Place]:
        """The objects that an author named under a key: responses, headers, content, ..."""
        holder = parent.node.get(key)
        if holder is None:
            return {}
        here = f"{parent.pointer}/{escape(key)}"
        self.visited.add(here)
        if not isinstance(holder, Mapping):
            self.warn(here, f"`{key}` isn't an object; it is read as empty")
            return {}
        return {str(name): self.place(node, f"{here}/{escape(str(name))}") for name, node in holder.items()}

    def flag(self, place: Place, key: str) -> bool:
        """Whether a key is true; what is neither true nor false is read as false, with a warning."""
        value = place.node.get(key, False)
        if not isinstance(value, bool):
            self.warn(f"{place.pointer}/{escape(key)}", f"`{key}` is neither true nor false; it is read as false")
        return value is True

    def listed(self, parent: Place, key: str) -> Iterator[Place]:
        """The objects of a list under a key."""
        holder = parent.node.get(key)
        here = f"{parent.pointer}/{escape(key)}"
        if holder is None:
            return
        if not isinstance(holder, list):
            self.warn(here, f"`{key}` isn't a list; it is read as empty")
            return
        for index, node in enumerate(holder):
            yield self.place(node, f"{here}/{index}")
