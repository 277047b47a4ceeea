"""Problems of a document, written so that a person can fix them: where, what, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from spec.model import Location

SEE = "See the OpenAPI specification."
"""The hint for a problem of a document's structure, which OpenAPI's own JSON Schema would report as well."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, what, and what to do about it."""

    location: Location
    message: str
    hint: str
    pointer: str = ""
    """The JSON pointer of the element, where the document could be parsed."""
    operations: tuple[str, ...] = ()
    """Pointers of the operations that it makes unreadable; a path's pointer stands for all of its operations."""
    harmless: bool = False
    """True when the meaning is clear in spite of it: the document is invalid, but usable."""

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" + (f"\n    {self.hint}" if self.hint else "")


class SpecError(Exception):
    """A document that can't be used. `problems` lists everything found, in the document's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = merged(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UnopenedError(SpecError):
    """A file that can't be opened: a mistake in the arguments, not in a document."""


def merged(problems: Iterable[Problem]) -> list[Problem]:
    """The problems in the document's order, each once, with all operations that it concerns."""
    found: dict[tuple[Location, str], Problem] = {}
    for problem in problems:
        key = (problem.location, problem.message)
        known = found.get(key, problem)
        operations = tuple(dict.fromkeys((*known.operations, *problem.operations)))
        found[key] = replace(known, operations=operations)
    return sorted(found.values(), key=lambda problem: problem.location)


def refusal(file: str, message: str, hint: str, line: int = 1, column: int = 1) -> SpecError:
    """The error for a document of which nothing can be read."""
    return SpecError([Problem(Location(file, line, column), message, hint)])


def unopened(file: str, message: str, hint: str = "Check the path that you gave.") -> UnopenedError:
    """The error for a file that can't be opened."""
    return UnopenedError([Problem(Location(file, 1, 1), message, hint)])
