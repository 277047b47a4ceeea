"""One difference between two contracts, and the clauses that it touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from spec.model import Location

Level = Literal["major", "minor", "patch"]
"""What semantic versioning asks for: major when somebody's code may break, minor for news, patch for wording."""

LEVELS: tuple[Level, ...] = ("major", "minor", "patch")


def graded(breaking: bool) -> Level:
    """The level of a change that is more than words."""
    return "major" if breaking else "minor"


@dataclass(frozen=True)
class Change:
    """What is different, whom it breaks and why."""

    kind: str
    """A stable name: parameter.removed, response.field.nullable, ..."""
    subjects: tuple[str, ...]
    """What it is about; several when they share the element that changed."""
    what: str
    level: Level
    why: str
    hint: str
    """What to do about it, or empty."""
    old: Location | None
    new: Location | None
    clauses: tuple[str, ...]
    """Ids of the clauses, of either contract, that say something about it."""

    @property
    def breaking(self) -> bool:
        """True when a client that was right by the old contract may fail by the new one."""
        return self.level == "major"


def merged(changes: Iterable[Change]) -> list[Change]:
    """The changes, graver ones first; an element that several share is told once."""
    found: dict[tuple[object, ...], Change] = {}
    for change in changes:
        key = (change.kind, change.what, change.level, change.old, change.new)
        known = found.get(key)
        if known is None:
            found[key] = change
        else:
            found[key] = replace(
                known,
                subjects=tuple(dict.fromkeys((*known.subjects, *change.subjects))),
                clauses=tuple(dict.fromkeys((*known.clauses, *change.clauses))),
            )
    return sorted(found.values(), key=lambda change: LEVELS.index(change.level))
