"""Cases: which values to send with a filter.

The fewest candidates are chosen that kill every mutant that the known rows can kill. A value kills a mutant if the
mutant would show other rows than the contract.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from conformance.oracle.budget import NORMAL, Budget
from conformance.oracle.candidates import candidates, for_wire, of_other_columns
from conformance.oracle.dates import has_local
from conformance.oracle.lookups import MOMENTS, Truth, kind_of, meaning, parse
from conformance.oracle.many import over
from conformance.oracle.mutants import (
    Mutant,
    Over,
    Row,
    all_or_none,
    first_only,
    is_of_text,
    mutants,
    nothing_as_text,
    shared_mutants,
    value_of,
    wire_mutants,
)
from conformance.oracle.operands import pairs, separator
from spec import Filter


@dataclass(frozen=True)
class Case:
    """One value to send with a filter, and the mutants that it kills."""

    filter: Filter
    key: str | None
    operand: str
    kills: tuple[str, ...]
    """Names of the mutants that would show other rows, among those that are known."""

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The parameter on the wire: a pair, or one for each value of a list that has no delimiter."""
        return pairs(self.filter, self.key, self.operand)

    @cached_property
    def judge(self) -> Callable[[Row], Truth]:
        """Whether a row must be shown."""
        return meaning(self.filter, self.operand, self.key)


@dataclass(frozen=True)
class Cases:
    """The chosen cases, and the names of the mutants that no value kills on these rows."""

    chosen: tuple[Case, ...]
    survivors: tuple[str, ...]


def choose(filter: Filter, rows: Sequence[Row], seed: int, budget: Budget = NORMAL, *, shared: bool = True) -> Cases:
    """The fewest values that kill the most mutants of a filter on these rows.

    Without `shared`, another filter of the same lookup shows the mutants that all fields share.
    """
    # Lookups of one field that has an order get the same values where they can: their responses are compared too.
    rng = random.Random(f"{seed}:{filter.field if kind_of(filter.schema) in MOMENTS else filter.parameter}")
    sampled = list(rows) if len(rows) <= budget.case_rows else rng.sample(list(rows), budget.case_rows)
    texts, times = _columns(sampled)
    wanted = (*mutants(filter, texts, times), first_only(filter, sampled), *all_or_none(filter, sampled))
    wanted += tuple(shared_mutants(filter)) if shared else ()
    others = of_other_columns(filter, sampled, texts)
    pool = list(dict.fromkeys((*others, *candidates(filter, sampled, rng, budget))))[: budget.candidates]
    pairs = [(filter, key, operand) for key, operand in pool]
    return cover(pairs, {filter.parameter: wanted}, sampled, budget.least_cases, budget.most_cases, budget.killers)


def spokesmen(filters: Sequence[Filter], rows: Sequence[Row]) -> frozenset[str]:
    """The filters that stand for others: of each lookup, the one whose rows have the most words.

    Free keys are compared elsewhere than fields. Of their lookups, the one that minds case stands for the other.
    """
    best: dict[tuple[str, bool], tuple[int, bool, str]] = {}
    for filter in filters:
        if is_of_text(filter) and not filter.hidden:
            words = sum(len(str(value).split()) for row in rows for value in _compared(filter, row))
            base = filter.lookup.removeprefix("i")
            kind = (base if filter.free_key else filter.lookup, filter.free_key)
            best[kind] = max(best.get(kind, (-1, False, "")), (words, filter.lookup == base, filter.parameter))
    return frozenset(parameter for *_, parameter in best.values())


def _compared(filter: Filter, row: Row) -> list[object]:
    held = row.get(filter.path[0])
    return list(held.values()) if filter.free_key and isinstance(held, Mapping) else [value_of(filter, row, None)]


def choose_for_wire(filters: Sequence[Filter], rows: Sequence[Row], seed: int, budget: Budget = NORMAL) -> Cases:
    """The fewest values, over several filters, that show whether texts arrive as they were sent."""
    rng = random.Random(f"{seed}:wire")
    sampled = list(rows) if len(rows) <= budget.case_rows else rng.sample(list(rows), budget.case_rows)
    wanted = {f.parameter: (*found, *nothing_as_text(f, sampled)) for f in filters if (found := wire_mutants(f))}
    pool: list[tuple[Filter, str | None, str]] = []
    for filter in filters:
        if filter.parameter in wanted:
            pool += [(filter, key, operand) for key, operand in for_wire(filter, sampled, rng, budget)]
    rng.shuffle(pool)
    return cover(pool, wanted, sampled, 0, budget.wire_cases, budget.killers)


def cover(
    pool: Sequence[tuple[Filter, str | None, str]],
    wanted: Mapping[str, Sequence[Mutant]],
    rows: Sequence[Row],
    least: int,
    most: int,
    enough: int,
) -> Cases:
    """Few of many candidates that together kill as many mutants as they can.

    `wanted` holds the mutants of each filter by its parameter. A mutant of one name counts once. Once `enough`
    candidates kill a mutant no more are sought for it. `least` and `most` bound the number of cases.
    """
    names = dict.fromkeys(mutant.name for found in wanted.values() for mutant in found)
    killers = dict.fromkeys(names, 0)
    scored: list[tuple[Case, bool]] = []
    groups: dict[tuple[str, str | None], _Groups] = {}
    for filter, key, operand in pool:
        if (filter.parameter, key) not in groups:
            groups[filter.parameter, key] = _Groups(filter, key, rows)
        answers = _Answers(filter, key, operand, groups[filter.parameter, key])
        # Skip a candidate that only kills mutants with enough killers.
        rare = [mutant for mutant in wanted[filter.parameter] if killers[mutant.name] < enough]
        found = {mutant.name for mutant in rare if answers.differ(mutant)}
        if not found:
            continue
        found |= {m.name for m in wanted[filter.parameter] if killers[m.name] >= enough and answers.differ(m)}
        killed = tuple(mutant.name for mutant in wanted[filter.parameter] if mutant.name in found)
        scored.append((Case(filter, key, operand, killed), True in answers.of_values))
        for name in killed:
            killers[name] += 1
        if min(killers.values()) >= enough:
            break
    chosen: list[Case] = []
    remaining = {name for case, _ in scored for name in case.kills}
    while scored and len(chosen) < most and (remaining or len(chosen) < least):
        item = max(scored, key=lambda i: (len(remaining & set(i[0].kills)), i[1], len(i[0].kills), -len(i[0].operand)))
        scored.remove(item)
        chosen.append(item[0])
        remaining -= set(item[0].kills)
    chosen = _needed(chosen, least)
    dead = {name for case in chosen for name in case.kills}
    return Cases(tuple(chosen), tuple(name for name in names if name not in dead))


def _needed(chosen: list[Case], least: int) -> list[Case]:
    """The cases without redundant ones, whose mutants the others kill as well. At least `least` stay."""
    kept = list(chosen)
    for case in chosen:
        others = {name for other in kept if other is not case for name in other.kills}
        if len(kept) > least and others.issuperset(case.kills):
            kept.remove(case)
    return kept


class _Groups:
    """Rows grouped by the value that a filter compares. One row stands for all rows of its group."""

    def __init__(self, filter: Filter, key: str | None, rows: Sequence[Row]) -> None:
        self.key, self.rows = key, rows
        self.values = [repr(row.get(filter.path[0]) if filter.part else value_of(filter, row, key)) for row in rows]
        self.places = {value: place for place, value in enumerate(dict.fromkeys(self.values))}
        self.first = [self.rows[self.values.index(value)] for value in self.places]
        """One row for each value that the filter compares."""
        compared = [value_of(filter, row, key) for row in self.first]
        self.there = [place for place, value in enumerate(compared) if value is not None]
        """The places of the values that aren't missing."""
        self.compared = [compared[place] for place in self.there]
        between = separator(filter) if filter.many else ","
        self.right = over(filter.lookup, kind_of(filter.schema), self.compared, between)
        if filter.part or filter.several or has_local(filter):
            # What is compared isn't all that decides: the time zone may, or which of several values it is.
            present = [self.first[place] for place in self.there]
            self.right = lambda operand: [*map(meaning(filter, operand, key), present)]
        self._over: dict[str, Callable[[str], Sequence[bool | None]]] = {}
        self._apart: dict[str, list[tuple[Row, int]]] = {}

    def apart(self, mutant: Mutant) -> list[tuple[Row, int]]:
        """The rows that a mutant distinguishes, each with the place of its value in `first`."""
        if mutant.name not in self._apart:
            seen: dict[tuple[str, str], tuple[Row, int]] = {}
            for row, value in zip(self.rows, self.values, strict=True):
                seen.setdefault((value, repr(mutant.reads(row, self.key))), (row, self.places[value]))
            self._apart[mutant.name] = list(seen.values())
        return self._apart[mutant.name]

    def over(self, name: str, reading: Over) -> Callable[[str], Sequence[bool | None]]:
        """A mutant's reading of the values that aren't missing."""
        if name not in self._over:
            self._over[name] = reading(self.compared)
        return self._over[name]

    def over_rows(self, mutant: Mutant) -> Callable[[str], Sequence[bool | None]]:
        """What a mutant shows of the rows that it can tell apart."""
        if mutant.name not in self._over and mutant.over_rows:
            self._over[mutant.name] = mutant.over_rows([row for row, _ in self.apart(mutant)], self.key)
        return self._over[mutant.name]


class _Answers:
    """The right answers to one operand, computed when a mutant is first compared with them."""

    def __init__(self, filter: Filter, key: str | None, operand: str, groups: _Groups) -> None:
        self.filter, self.key, self.operand, self.groups = filter, key, operand, groups

    @cached_property
    def of_present(self) -> list[Truth]:
        """One for each value that isn't missing."""
        return self.groups.right(self.operand)

    @cached_property
    def of_values(self) -> list[Truth]:
        """One for each value that rows have."""
        missing = meaning(self.filter, self.operand, self.key)
        found = dict(zip(self.groups.there, self.of_present, strict=True))
        return [found[n] if n in found else missing(row) for n, row in enumerate(self.groups.first)]

    def differ(self, mutant: Mutant) -> bool:
        """True when the mutant shows other rows than the contract."""
        if not mutant.differs(self.operand):
            return False
        shows, operand, key = mutant.shows, self.operand, self.key
        if mutant.over is not None:
            return _differ(self.of_present, self.groups.over(mutant.name, mutant.over)(operand))
        right = self.of_values
        if mutant.over_rows is not None:
            of_rows = [right[place] for _, place in self.groups.apart(mutant)]
            return _differ(of_rows, self.groups.over_rows(mutant)(operand))
        return any(
            right[place] is not None and shows(row, operand, key) != right[place]
            for row, place in self.groups.apart(mutant)
        )


def _differ(right: list[Truth], read: Sequence[bool | None]) -> bool:
    """True where a mutant shows a row that must not be shown, or the reverse. Open rows don't count."""
    shown = list(map(bool, read))
    if None not in right:
        return shown != right
    return any(truth is not None and truth is not one for truth, one in zip(right, shown, strict=True))


def _columns(rows: Sequence[Row]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the text columns, those of ids left out, and of the date-time columns."""
    first = rows[0] if rows else {}
    strings = [name for name, value in first.items() if isinstance(value, str) and not _ID.fullmatch(value)]
    times = tuple(name for name in strings if any(parse(kind, first[name]) is not None for kind in MOMENTS))
    return tuple(name for name in strings if name not in times), times


_ID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
