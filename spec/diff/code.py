"""What a change does to generated code, as data: whoever generates code fills it in, the reports print it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spec.diff.rules import Level, worst

Action = Literal["added", "removed", "renamed", "retyped", "changed"]


@dataclass(frozen=True)
class Symbol:
    """One name that a caller's code may use, and what became of it."""

    action: Action
    kind: str
    """method, keyword, model, field, lookup, error, module, ..."""
    name: str
    """As code writes it: Client.get_products(limit=), Product.name."""
    before: str
    after: str
    """A line of code, or empty for what came or went."""
    level: Level

    @property
    def rule(self) -> str:
        """What waivers call it: python.field.retyped, ..."""
        return f"python.{self.kind}.{self.action}"


@dataclass(frozen=True)
class Code:
    """The generated package before and after."""

    language: str
    package: str
    symbols: tuple[Symbol, ...]

    @property
    def level(self) -> Level:
        """For whoever calls the generated code."""
        return worst([symbol.level for symbol in self.symbols])
