"""What all readers share: positions, `$ref`s, provenance, and a list of problems.

Nothing here raises. A part that can't be read is noted as a problem and read as empty, so that one run finds
all problems.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from spec import composition
from spec.model import JSON, Location, Provenance, with_null
from spec.pointers import at, escape, of_ref
from spec.problems import SEE, Problem
from spec.source import Source

Object = Mapping[str, JSON]


@dataclass
class ReadContext:
    """The document, and its problems so far."""

    source: Source
    vocabulary: bool
    """True if the x- extensions are interpreted: the document names the vocabulary, and uses it rightly."""
    problems: list[Problem] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Pointers of the extensions that were read, so that unused ones can be found."""

    @property
    def data(self) -> Object:
        """The document."""
        data: Object = self.source.data
        return data

    @property
    def root(self) -> Provenance:
        """The provenance of an element when nothing around it declares one: the document's own, or its title."""
        title = Provenance("documented", str(self.mapping(self.data, "info", "").get("title", "")))
        return _stated(self.data.get("x-provenance")) or title if self.vocabulary else title

    def where(self, pointer: str) -> Location:
        """The location of a pointer or its nearest ancestor."""
        return self.source.where(pointer)

    def problem(self, pointer: str, message: str, hint: str, *, harmless: bool = False) -> None:
        """Note a problem at a pointer. A harmless problem doesn't prevent the use of the rest."""
        self.problems.append(Problem(self.where(pointer), message, hint, pointer, harmless=harmless))

    def blame(self, since: int, operation: str) -> None:
        """Mark the problems from index `since` on as problems of an operation (its pointer)."""
        concerned = [replace(p, operations=(*p.operations, operation)) for p in self.problems[since:]]
        self.problems[since:] = concerned

    # -- looking into the document -----------------------------------------------------------------

    def target(self, ref: JSON, pointer: str) -> str | None:
        """The pointer that the `$ref` at `pointer` names, or None (a problem) when its target doesn't exist."""
        if not isinstance(ref, str) or not (ref == "#" or ref.startswith("#/")):
            self.problem(
                f"{pointer}/$ref",
                f"{ref!r} points outside this file",
                "Put the file beside the document: local files are read, nothing is fetched.",
            )
            return None
        target = of_ref(ref)
        try:
            at(self.data, target)
        except KeyError:
            self.problem(f"{pointer}/$ref", f"nothing stands at {ref}", "Check the reference's spelling.")
            return None
        return target

    def circular(self, ref: str, pointer: str) -> None:
        """Note that the `$ref` at `pointer` leads back to itself."""
        hint = "A schema may hold itself in a property or an item; it can't be itself."
        self.problem(f"{pointer}/$ref", f"{ref} leads back to itself", hint)

    def follow(self, node: JSON, pointer: str) -> tuple[Object, str]:
        """An object behind its `$ref`s, and the pointer of its actual place; {} when it doesn't exist."""
        seen: set[str] = set()
        siblings: dict[str, JSON] = {}
        while isinstance(node, Mapping) and "$ref" in node:
            siblings = {**{k: v for k, v in node.items() if k != "$ref"}, **siblings}
            target = self.target(node["$ref"], pointer)
            if target is None:
                return siblings, pointer
            if target in seen:
                self.circular(str(node["$ref"]), pointer)
                return siblings, pointer
            seen.add(target)
            node, pointer = at(self.data, target), target
        if not isinstance(node, Mapping):
            if node is not True:  # in 3.1 true is a schema
                self.problem(pointer, "this isn't an object", SEE)
            return siblings, pointer
        return ({**node, **siblings} if siblings else node), pointer

    def mapping(self, node: Object, key: str, pointer: str) -> Object:
        """The object under a key, {} when there is none."""
        value = node.get(key)
        if value is not None and not isinstance(value, Mapping):
            self.problem(f"{pointer}/{escape(key)}", f"`{key}` isn't an object", SEE)
        return value if isinstance(value, Mapping) else {}

    def items(self, node: Object, key: str, pointer: str) -> list[JSON]:
        """The list under a key, [] when there is none."""
        value = node.get(key)
        if value is not None and not isinstance(value, list):
            self.problem(f"{pointer}/{escape(key)}", f"`{key}` isn't a list", SEE)
        return value if isinstance(value, list) else []

    def schema(self, node: Object, key: str, pointer: str) -> Object | None:
        """The schema under a key as written, or None. The booleans of 3.1 become schemas."""
        value = node.get(key)
        if isinstance(value, bool):
            return {} if value else {"not": {}}
        return None if value is None else self.mapping(node, key, pointer)

    # -- schemas -----------------------------------------------------------------------------------

    def branches(self, schema: JSON, pointer: str) -> Iterator[tuple[Object, str]]:
        """An object schema after every schema that it is `allOf`, each with its own pointer."""
        return composition.branches(self._checked, schema, pointer)

    def _checked(self, schema: JSON, pointer: str) -> tuple[Object, str]:
        """A schema behind its `$ref`s, with a problem where its `allOf` isn't a list."""
        node, here = self.follow(schema, pointer)
        self.items(node, "allOf", here)
        return node, here

    def properties(self, schema: JSON, pointer: str) -> dict[str, Object]:
        """The named properties of an object schema, through `$ref` and `allOf`, each resolved."""
        found: dict[str, Object] = {}
        for node, here in self.branches(schema, pointer):
            for name, sub in self.mapping(node, "properties", here).items():
                resolved = self.read(sub, f"{here}/properties/{escape(name)}")
                found[name] = {**found.get(name, {}), **resolved}
        return found

    def read(self, schema: JSON, pointer: str) -> Object:
        """A schema through its `$ref`s; something or null, written as `anyOf`, is one that may be null."""
        node, here = self.follow(schema, pointer)
        return with_null(node, lambda branch: self.follow(branch, here)[0])

    def entry_properties(self, schema: Object, pointer: str) -> dict[str, Object]:
        """The named properties of a list's entries; none when they aren't objects."""
        return self.properties(schema["items"], f"{pointer}/items") if isinstance(schema.get("items"), Mapping) else {}

    # -- the vocabulary ----------------------------------------------------------------------------

    def extension(self, node: Object, name: str, pointer: str) -> JSON:
        """The value of an extension that is allowed here, or None. Records that it was read."""
        if not self.vocabulary or name not in node:
            return None
        self.used.add(f"{pointer}/{name}")
        return node[name]

    def mark(self, node: JSON, name: str, pointer: str) -> tuple[JSON, str]:
        """The value of an extension beside a `$ref` or at its target, or None, and the pointer of its holder."""
        if isinstance(node, Mapping) and name in node:
            return self.extension(node, name, pointer), pointer
        target, here = self.follow(node, pointer)
        return self.extension(target, name, here), here

    def provenance(self, node: Object, inherited: Provenance) -> Provenance:
        """The provenance of an element: as marked, else the page if it has a description, else its parent's.

        Where the document states one for all its elements, a description says nothing of where it comes from.
        """
        stated = _stated(node.get("x-provenance")) if self.vocabulary else None
        description = node.get("description")
        if stated is not None or (self.vocabulary and "x-provenance" in self.data):
            return stated or inherited
        return Provenance("documented", description) if isinstance(description, str) and description else inherited


def _stated(mark: JSON) -> Provenance | None:
    """The provenance that an x-provenance states, or None."""
    if isinstance(mark, Mapping) and "documented" in mark:
        return Provenance("documented", str(mark["documented"]))
    return Provenance("inferred", str(mark["inferred"])) if isinstance(mark, Mapping) and "inferred" in mark else None
