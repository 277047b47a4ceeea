"""What is said of a pair of schemas: its differences, and the pairs that it leads to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from spec.diff.facts import Key
from spec.model import JSON

Direction = Literal["request", "response"]
Relation = Literal["narrower", "wider", "changed", "added", "removed", "words"]


@dataclass(frozen=True)
class Difference:
    """One difference between two schemas."""

    aspect: str
    """The keyword that differs: type, null, enum, maximum, property, ..."""
    relation: Relation
    what: str
    old: str
    new: str
    """Pointers; of the nearest ancestor where one side lacks it."""
    before: JSON = None
    after: JSON = None
    step: str = ""
    """The property that it concerns, where the surrounding schema names one."""
    only: Direction | None = None
    """The one direction in which it matters: a read-only property isn't sent."""


@dataclass(frozen=True)
class Pair:
    """A schema of the old document and one of the new; `textual` where values travel as text."""

    old: Key
    new: Key
    textual: bool = False


@dataclass(frozen=True)
class Edge:
    """A part of a pair that is a pair itself, and the step that leads to it."""

    pair: Pair
    step: str
    only: Direction | None = None


@dataclass
class Compared:
    """The result for one pair."""

    own: list[Difference] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
