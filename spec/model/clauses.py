"""Clauses: what is checked, what each is about and what it follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from spec.model.ordering import Ordering, SortKey
from spec.model.origin import JSON, Level, Location
from spec.model.parameters import Filter, Parameter
from spec.model.vocabulary import Part


@dataclass(frozen=True)
class Field:
    """A field of the items in an operation's request body."""

    name: str
    schema: Mapping[str, JSON]
    """Resolved."""
    required: bool


@dataclass(frozen=True)
class Lookups:
    """The filters on one field of the rows."""

    field: str
    filters: tuple[Filter, ...]


About = Filter | Lookups | Ordering | SortKey | Parameter | Part | Field | None
A = TypeVar("A", Filter, Lookups, Ordering, SortKey, Parameter, Part, Field)

BasisKind = Literal["sentence", "type", "bound", "default", "example", "declaration", "term", "standard", "decision"]


@dataclass(frozen=True)
class Basis:
    """What a clause follows from.

    A sentence is the document's own, and says it. A type, bound, default, example or other declaration stands at
    the clause's location. A term is what a word plainly means. A standard is named with its section. A decision
    is ours: the document leaves it open, so the clause is inferred.
    """

    kind: BasisKind
    text: str

    @property
    def level(self) -> Level:
        """Whether the document says it."""
        return "inferred" if self.kind == "decision" else "documented"


@dataclass(frozen=True)
class Clause:
    """One checkable statement about an operation.

    `id` is stable and selectable by prefix (`PRD102.filter.name__icontains`). `kind` names the law that checks
    it (`filter`). Usually the words of the id are the kind. Several kinds may share the words: `write.inserts`
    covers the insert of a row and that of a part's entry.
    """

    id: str
    kind: str
    operation: str
    """Code of the operation."""
    about: About = field(compare=False, repr=False)
    """The subject of the clause; None for the operation as a whole."""
    level: Level
    requirement: str
    """The requirement, in one sentence of ours."""
    source: str
    """The page's sentence that it rests on, or the reason for an inferred one."""
    basis: Basis
    """What it follows from."""
    location: Location
    writes: bool
    """True when exercising it changes data on the server."""

    @property
    def words(self) -> str:
        """The id without the operation's code: `filter.name__icontains`."""
        return self.id.removeprefix(f"{self.operation}.")

    @property
    def family(self) -> str:
        """The first of these words: page, filter, auth, ..."""
        return self.words.partition(".")[0]

    @property
    def subject(self) -> str:
        """The name of its subject; empty for the operation as a whole."""
        match self.about:
            case Filter(parameter=name) | Ordering(parameter=name) | Lookups(field=name) | Part(field=name):
                return name
            case Parameter(name=name) | Field(name=name) | SortKey(name=name):
                return name
        return ""

    def speaks_of(self, kind: type[A]) -> A:
        """The subject, where it has the given type. Raises TypeError where it has another."""
        if not isinstance(self.about, kind):
            raise TypeError(f"{self.id} is about {type(self.about).__name__}, not {kind.__name__}")
        return self.about
