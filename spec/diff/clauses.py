"""The clauses that a change touches, and those that come, go or change their level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spec.diff.change import Finding
from spec.diff.rules import Level
from spec.model import Clause, Contract

_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "response.": ("response.schema",),
    "response.removed": ("response.declared-status",),
    "response.added": ("response.declared-status",),
    "response.success": ("response.declared-status", "response.status"),
    "header.": ("response.schema",),
    "body.": ("body", "write"),
    "request.content": ("body",),
    "security.": ("auth",),
    "operation.moved": ("response",),
}
"""Prefixes of rules, and the kinds of clauses that they touch."""

_EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    "x-pagination": ("page",),
    "x-search": ("search",),
    "x-ordering": ("order",),
    "x-batch": ("batch",),
    "x-upserts": ("write",),
    "x-deletes": ("write",),
    "x-gets": ("get",),
    "x-creates": ("write",),
    "x-updates": ("write",),
    "x-reads": ("page", "filter"),
}


@dataclass(frozen=True)
class Clauses:
    """The differences between the clauses of two documents."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    releveled: tuple[tuple[str, str, str], ...]
    """Id, old level, new level."""

    @property
    def level(self) -> Level:
        """For whoever selects or waives clauses by their ids."""
        return "minor" if self.added or self.removed or self.releveled else "none"


class Touched:
    """The clauses of both documents by their subjects."""

    def __init__(self, contracts: Iterable[Contract | None]) -> None:
        self._roles: dict[tuple[str, str], str] = {}
        self._clauses: dict[str, dict[str, Clause]] = {}
        for contract in contracts:
            for clause in contract.clauses if contract is not None else ():
                self._clauses.setdefault(clause.operation, {}).setdefault(clause.id, clause)
            for operation in contract.operations if contract is not None else ():
                for parameter in operation.parameters:
                    if parameter.pagination or parameter.search:
                        role = "page" if parameter.pagination else "search"
                        self._roles[operation.code, parameter.name] = role

    def ids(self, finding: Finding) -> tuple[str, ...]:
        """Ids of the clauses that concern the subject of a finding."""
        known = self._clauses.get(finding.operation.code, {})
        if finding.rule in ("operation.added", "operation.removed"):
            return tuple(known)
        families = [f for start, kinds in _FAMILIES.items() if finding.rule.startswith(start) for f in kinds]
        extension = next((name for name in _EXTENSIONS if name in finding.subject or name in finding.what), "")
        families += _EXTENSIONS.get(extension, ())
        if "x-pagination" in (finding.rule, *(finding.before or {} if isinstance(finding.before, dict) else ())):
            families.append("page")
        families += filter(None, [self._roles.get((finding.operation.code, finding.about))])
        about = "" if finding.rule.startswith("response.") else finding.about
        return tuple(
            id
            for id, clause in known.items()
            if (about and clause.subject == about) or any(_is(clause, family) for family in families)
        )


def _is(clause: Clause, family: str) -> bool:
    return clause.words == family or clause.words.startswith(f"{family}.")


def compare_clauses(old: Contract | None, new: Contract | None) -> Clauses | None:
    """The clauses that come, go or change their level; None where a document has no readable clauses."""
    if old is None or new is None:
        return None
    before, after = ({clause.id: clause for clause in contract.clauses} for contract in (old, new))
    return Clauses(
        added=tuple(id for id in after if id not in before),
        removed=tuple(id for id in before if id not in after),
        releveled=tuple(
            (id, clause.level, after[id].level)
            for id, clause in before.items()
            if id in after and clause.level != after[id].level
        ),
    )
