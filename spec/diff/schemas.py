"""Two documents' schemas compared: each pair once, whatever uses it.

Whether a difference breaks depends on the direction in which values travel, which only the user of the pair knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from spec.diff.differences import Compared, Difference, Direction, Edge, Pair, Relation
from spec.diff.facts import same
from spec.diff.normal import Schemas
from spec.diff.side_by_side import SideBySide


@dataclass
class Comparer:
    """The pairs of two documents, each compared once."""

    old: Schemas
    new: Schemas
    _done: dict[Pair, Compared] = field(default_factory=dict)
    _changed: dict[Pair, bool] = field(default_factory=dict)
    _same: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def reversed(self) -> Comparer:
        """The same documents the other way round."""
        return Comparer(self.new, self.old)

    @property
    def one_version(self) -> bool:
        """True when both documents are of the same OpenAPI version, 3.0 and later ones held apart."""
        return self.old.side.is_30 == self.new.side.is_30

    def compare(self, pair: Pair) -> Compared:
        """The differences of a pair itself, and its parts."""
        if pair not in self._done:
            found = self._done[pair] = Compared()
            if not self._unchanged(pair):
                SideBySide(self, pair, found).compare()
        return self._done[pair]

    def reach(self, root: Pair, *, changed: bool = False) -> Iterator[tuple[Pair, str, Direction | None]]:
        """Every pair that a pair leads to, itself first, with the path to it; if `changed`, only what differs."""
        seen: set[tuple[Pair, Direction | None]] = set()
        waiting: list[tuple[Pair, str, Direction | None]] = [(root, "", None)]
        for pair, path, only in waiting:
            if (pair, only) in seen or (pair, None) in seen:
                continue
            seen.add((pair, only))
            yield pair, path, only
            waiting += [
                (edge.pair, joined(path, edge.step), only or edge.only)
                for edge in self.compare(pair).edges
                if not (only and edge.only and only != edge.only) and not (changed and not self.differs(edge.pair))
            ]

    def within(self, pair: Pair) -> bool:
        """True when all that fits the old schema fits the new one."""
        return not any(
            difference.relation in ("narrower", "changed", "removed") or difference.aspect == "property.required"
            for part, _, _ in self.reach(pair)
            for difference in self.compare(part).own
        )

    def equal(self, pair: Pair) -> bool:
        """True when the schemas differ in words at most."""
        return not any(
            difference.relation != "words" for part, _, _ in self.reach(pair) for difference in self.compare(part).own
        )

    def differs(self, pair: Pair) -> bool:
        """True when a pair or one of its parts has a difference."""
        if pair not in self._changed:
            users: dict[Pair, list[Pair]] = {}
            order = {pair: None}
            for part in (waiting := [pair]):
                for edge in self.compare(part).edges:
                    users.setdefault(edge.pair, []).append(part)
                    if edge.pair not in order and edge.pair not in self._changed:
                        order[edge.pair] = None
                        waiting.append(edge.pair)
            changed = [part for part in {*order, *users} if self._changed.get(part) or self.compare(part).own]
            found = set(changed)
            for part in changed:
                fresh = [user for user in users.get(part, ()) if user not in found]
                found.update(fresh)
                changed += fresh
            self._changed.update({part: part in found for part in order})
        return self._changed[pair]

    # -- what need not be looked at ------------------------------------------------------------------

    def _unchanged(self, pair: Pair) -> bool:
        """True when both are written alike at the same place, and so is all that they refer to."""
        return pair.old == pair.new and all(self.alike(pointer) for pointer in pair.old)

    def alike(self, pointer: str) -> bool:
        """True when the same stands at a pointer in both documents, and in all that it refers to."""
        pointer = pointer.removesuffix("!")
        if pointer not in self._same:
            seen, alike = {pointer}, True
            waiting = [pointer]
            while waiting and alike:
                here = waiting.pop()
                try:
                    before, after = self.old.side.at(here), self.new.side.at(here)
                except KeyError:
                    alike = False
                    break
                known = self._same.get(here)
                alike = known is not False and same(before, after)
                if alike and known is None:
                    fresh = self.old.side.references(here) - seen
                    seen |= fresh
                    waiting += fresh
            self._same[pointer] = alike
            if alike:
                self._same.update(dict.fromkeys(seen, True))
        return self._same[pointer]


def joined(path: str, step: str) -> str:
    """A path and one step more."""
    if not path or not step:
        return path + step
    return f"{path}{step}" if step.startswith(("[", "(")) else f"{path}.{step}"


__all__ = ["Compared", "Comparer", "Difference", "Direction", "Edge", "Pair", "Relation", "joined"]
