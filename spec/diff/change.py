"""Findings, and how the findings of one edit become one change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spec.diff.facts import canonical
from spec.diff.rules import LEVELS, RULES, Level, Rule, worst
from spec.model import JSON, Location

_DIRECTIONS = ("request.", "response.")


@dataclass(frozen=True, order=True)
class Called:
    """An operation by its usual name."""

    code: str
    """x-code, else the operationId, else method and path; empty for the document as a whole."""
    id: str = ""
    method: str = ""
    path: str = ""
    sent: bool = False
    """True for callbacks and webhooks, where the server sends the request."""


@dataclass(frozen=True)
class Finding:
    """One difference in one operation (or the document)."""

    rule: str
    operation: Called
    subject: str
    what: str
    old: str | None
    new: str | None
    """JSON pointers; None where the value is missing."""
    before: JSON = None
    after: JSON = None
    hint: str = ""
    about: str = ""
    """The subject of the clauses that it touches: a field or parameter."""


@dataclass(frozen=True)
class Spot:
    """The location of a change in a document."""

    pointer: str
    location: Location


@dataclass(frozen=True)
class Change:
    """The difference of one edit: what changed, who is affected, and why."""

    rule: str
    operations: tuple[Called, ...]
    subjects: tuple[str, ...]
    """Its subjects; several when they share the element that changed."""
    what: str
    callers: Level
    servers: Level
    names: Level
    why: str
    hint: str
    old: Spot | None
    new: Spot | None
    before: JSON
    after: JSON
    clauses: tuple[str, ...]
    """Ids of the clauses of either document that concern it."""

    @property
    def level(self) -> Level:
        """For whoever calls the API, by hand or with generated code."""
        return worst([self.callers, self.names])

    @property
    def breaking(self) -> bool:
        """True when a caller that was right by the old document may fail by the new one."""
        return self.level == "major"

    @property
    def fingerprint(self) -> str:
        """The same for the same change, independent of its place and of other changes."""
        what = canonical([self.rule, sorted(self.subjects), self.what])
        return hashlib.sha256(what.encode()).hexdigest()[:12]


def merged(findings: Iterable[tuple[Finding, Spot | None, Spot | None, Sequence[str]]]) -> list[Change]:
    """The changes, graver ones first. An edit that concerns several operations or both directions is one change."""
    groups: dict[tuple[object, ...], list[tuple[Finding, Spot | None, Spot | None, Sequence[str]]]] = {}
    for entry in findings:
        finding, old, new, _ = entry
        key = (_without_direction(finding.rule), finding.what, finding.hint, old, new)
        groups.setdefault(key, []).append(entry)
    changes = [_change(group) for group in groups.values()]
    return sorted(changes, key=lambda change: LEVELS.index(change.level))


def _without_direction(rule: str) -> str:
    for direction in _DIRECTIONS:
        if rule.startswith(direction):
            return rule.removeprefix(direction)
    return rule


def _change(group: list[tuple[Finding, Spot | None, Spot | None, Sequence[str]]]) -> Change:
    first, old, new, _ = group[0]
    rules = [RULES[finding.rule] for finding, *_ in group]
    gravest = min(rules, key=_gravity)
    return Change(
        rule=gravest.id,
        operations=tuple(dict.fromkeys(finding.operation for finding, *_ in group if finding.operation.code)),
        subjects=tuple(dict.fromkeys(f"{f.operation.code} {f.subject}".strip() for f, *_ in group)),
        what=first.what,
        callers=worst([rule.callers for rule in rules]),
        servers=worst([rule.servers for rule in rules]),
        names=worst([rule.names for rule in rules]),
        why=gravest.why,
        hint=first.hint,
        old=old,
        new=new,
        before=first.before,
        after=first.after,
        clauses=tuple(dict.fromkeys(id for *_, ids in group for id in ids)),
    )


def _gravity(rule: Rule) -> tuple[int, int]:
    return LEVELS.index(worst([rule.callers, rule.names])), LEVELS.index(rule.servers)
