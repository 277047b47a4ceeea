"""What everything in the contract has: its place in the document and the sentence that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

JSON = Any
"""Any JSON value, as `json.loads` returns it."""

Schema = Mapping[str, JSON]
"""A JSON Schema, as the document has it."""

Level = Literal["documented", "inferred"]


@dataclass(frozen=True, order=True)
class Location:
    """A position in the document: 1-based line and column."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Provenance:
    """The origin of a fact: the page's own sentence, or our reason for a decision."""

    level: Level
    text: str
