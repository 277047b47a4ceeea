"""An operation before and after, and how a difference between the two is put."""

from __future__ import annotations

from dataclasses import dataclass, replace

from spec import templates
from spec.diff.change import Change, Level
from spec.diff.schemas import Difference
from spec.model import Clause, Contract, Location, Operation


@dataclass(frozen=True)
class Pair:
    """An operation before and after, each with its contract."""

    old: Contract
    new: Contract
    before: Operation
    after: Operation
    clauses: tuple[Clause, ...]
    """The operation's, of both contracts."""

    def change(
        self,
        kind: str,
        subject: str,
        what: str,
        level: Level,
        why: str,
        old: Location | None,
        new: Location | None,
        *,
        about: str = "",
        families: tuple[str, ...] = (),
        hint: str = "",
    ) -> Change:
        """`about` names what the clauses that it touches speak of, `families` are those of which it touches all."""

        def touched(clause: Clause) -> bool:
            return (bool(about) and clause.subject == about) or any(
                clause.words == family or clause.words.startswith(f"{family}.") for family in families
            )

        ids = tuple(dict.fromkeys(clause.id for clause in self.clauses if touched(clause)))
        named = f"{self.after.code} {subject}".strip()
        return Change(kind, (named,), what, level, why, hint, old, new, ids)


def shape(path: str) -> str:
    """A path with its parameters' names left out: they aren't on the wire."""
    return templates.unnamed(path)


def placed(change: Change, pair: Pair, difference: Difference) -> Change:
    """A change with the places of the schemas that differ."""
    old = pair.old.where(difference.old) if difference.old else None
    new = pair.new.where(difference.new) if difference.new else None
    return replace(change, old=old, new=new)
