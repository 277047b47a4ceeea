"""How a clause is made: one place, so that all ids and levels follow one rule."""

from __future__ import annotations

from spec.clauses.basis import basis
from spec.model import About, Clause, Level, Location, Operation, Provenance


def clause(
    operation: Operation,
    kind: str,
    requirement: str,
    rests_on: Provenance,
    location: Location,
    *,
    about: About = None,
    named: str = "",
    words: str = "",
    level: Level | None = None,
    writes: bool = False,
) -> Clause:
    """The clause `<code>.<words>[.<named>]`, at the level of what it rests on unless `level` is given.

    The default `words` are the kind's; several kinds may share them.
    """
    parts = (operation.code, words or kind, named)
    follows_from = basis(operation, kind, rests_on, about, level or rests_on.level)
    return Clause(
        id=".".join(part for part in parts if part),
        kind=kind,
        operation=operation.code,
        about=about,
        level=follows_from.level,
        requirement=requirement,
        source=rests_on.text,
        basis=follows_from,
        location=location,
        writes=writes,
    )


def written(
    operation: Operation,
    kind: str,
    requirement: str,
    rests_on: Provenance | None = None,
    *,
    about: About = None,
    named: str = "",
    words: str = "",
    level: Level | None = None,
) -> Clause:
    """A clause about what an operation writes; it rests on the operation itself unless `rests_on` is given."""
    return clause(
        operation,
        kind,
        requirement,
        rests_on or operation.provenance,
        operation.access.location if operation.access else operation.location,
        about=about,
        named=named,
        words=words,
        level=level,
        writes=True,
    )
