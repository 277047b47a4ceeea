"""A comparison with all decisions about it: the input of every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from spec.diff.change import Change
from spec.diff.code import Code
from spec.diff.comparison import Comparison, bumped, raised_enough
from spec.diff.rules import Level, worst
from spec.diff.waivers import Judged


@dataclass(frozen=True)
class Report:
    """A comparison, the generated code where it was compared, and the waivers."""

    comparison: Comparison
    code: Code | None
    waivers: tuple[Judged, ...]

    @cached_property
    def waived(self) -> frozenset[str]:
        """Fingerprints of the changes that are excused."""
        return frozenset(fingerprint for judged in self.waivers for fingerprint in judged.excused)

    @cached_property
    def waived_symbols(self) -> frozenset[str]:
        """Names in generated code whose breaking is excused."""
        return frozenset(name for judged in self.waivers for name in judged.symbols)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change, the breaking ones first."""
        return self.comparison.changes

    @property
    def python(self) -> Level | None:
        """For whoever calls the generated package; None where it wasn't compared."""
        return None if self.code is None else self.code.level

    @property
    def level(self) -> Level:
        """For callers, by hand or with generated code."""
        return worst([self.comparison.callers, self.python or self.comparison.names])

    @property
    def breaking(self) -> bool:
        """True when a caller that was right by the old document may fail by the new one."""
        return self.level == "major"

    @property
    def next_version(self) -> str:
        """The version that the new document and its package should have; empty where it can't be known."""
        return bumped(self.comparison.old.version, self.level)

    @property
    def version_raised(self) -> bool | None:
        """Whether the new version fits the changes; None where a version isn't semantic."""
        return raised_enough(self.comparison.old.version, self.comparison.new.version, self.level)

    def unexcused(self, audience: str) -> bool:
        """True when a change that no waiver excuses breaks an audience: callers, servers, names or python."""
        if audience == "python":
            symbols = self.code.symbols if self.code is not None else ()
            return any(symbol.level == "major" and symbol.name not in self.waived_symbols for symbol in symbols)
        return any(getattr(c, audience) == "major" and c.fingerprint not in self.waived for c in self.changes)


def counted(changes: Sequence[Change], audience: str) -> dict[Level, int]:
    """How many changes an audience sees, by level."""
    found: dict[Level, int] = {}
    for change in changes:
        level: Level = getattr(change, audience)
        found[level] = found.get(level, 0) + 1
    return found
