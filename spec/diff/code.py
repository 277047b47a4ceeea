"""The effects of a change on generated code, as data: a generator fills it in, the reports print it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spec.diff.rules import Level, worst

Action = Literal["added", "removed", "renamed", "retyped", "changed"]


@dataclass(frozen=True)
class Symbol:
    """One name that a caller's code may use, and its change."""

    action: Action
    kind: str
    """method, keyword, model, field, lookup, error, module, ..."""
    name: str
    """As code writes it: Client.get_products(limit=), Product.name."""
    before: str
    after: str
    """A line of code, or empty for a name that was added or removed."""
    level: Level

    @property
    def rule(self) -> str:
        """Its name in waivers: python.field.retyped, ..."""
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
