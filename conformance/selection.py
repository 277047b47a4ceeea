"""Which clauses a run tries."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.verdict import Reason
from spec import Clause


@dataclass(frozen=True)
class Shard:
    """One of several parts of a run."""

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    @classmethod
    def parse(cls, text: str) -> Shard:
        """A shard out of `2/3`. Raises ValueError."""
        found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise ValueError(f"{text!r} isn't a shard; give the number of one and how many there are, as in 2/3")
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True)
class Selection:
    """Which clauses a run tries, and why not the others."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    writes: bool = False
    others: frozenset[str] = frozenset()
    """Ids of the clauses that other shards try."""
    unmarkable: Mapping[str, str] = field(default_factory=dict)
    """Codes of operations that write what a run couldn't know for its own, each with the reason."""
    lesser: frozenset[str] = frozenset()
    """Ids of the clauses that a quick run leaves out, as it tries another one of their kind."""
    off: Mapping[str, str] = field(default_factory=dict)
    """Kinds of clauses for which no requests are generated in this run, each with the reason."""

    def reason_to_skip(self, clause: Clause) -> Reason | None:
        """Why a clause isn't tried, or None."""
        if self.only and not any(matches(clause.id, pattern) for pattern in self.only):
            return Reason("not-selected", "not selected by --only")
        if any(matches(clause.id, pattern) for pattern in self.skip):
            return Reason("switched-off", "switched off by --skip")
        if clause.writes and not self.writes:
            return Reason("needs-writes", "needs writes (--writes)")
        if clause.writes and clause.operation in self.unmarkable:
            return Reason("held-back", self.unmarkable[clause.operation])
        if clause.kind in self.off:
            return Reason("not-generated", self.off[clause.kind])
        if clause.id in self.others:
            return Reason("other-shard", "left to another shard")
        if clause.id in self.lesser:
            return Reason("less-effort", "left out by --effort quick, which tries another clause of its kind")
        return None


def matches(clause_id: str, pattern: str) -> bool:
    """True when a pattern selects a clause: its id, a prefix of it up to a dot, or a glob."""
    return (
        clause_id == pattern
        or clause_id.startswith(f"{pattern.rstrip('.')}.")
        or fnmatch.fnmatchcase(clause_id, pattern)
    )


def left_to_others(clauses: Sequence[Clause], shard: Shard) -> frozenset[str]:
    """The clauses that other shards try: dealt out in turn, so that each gets some of every kind.

    What speaks from all answers of a run isn't among them: every shard tries it on its own answers.
    """
    return frozenset(clause.id for n, clause in enumerate(clauses) if n % shard.of != shard.index - 1)


def beside_one_of_each_kind(clauses: Sequence[Clause]) -> frozenset[str]:
    """All clauses but one of each kind: of the operation that has most kinds, so that few operations are asked much.

    Of several there a hash of the id picks one, so that a new field changes the choice for its own kind at most.
    """
    kinds = Counter(code for code, _ in {(clause.operation, clause.kind) for clause in clauses})
    chosen: dict[str, Clause] = {}
    for clause in sorted(clauses, key=lambda one: (-kinds[one.operation], one.operation, _digest(one.id))):
        chosen.setdefault(clause.kind, clause)
    return frozenset(clause.id for clause in clauses if chosen[clause.kind] is not clause)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
