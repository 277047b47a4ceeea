"""How a clause is put together: one place, so that ids and levels follow one rule."""

from __future__ import annotations

from spec.model import Clause, Level, Location, Operation, Provenance


def clause(
    operation: Operation,
    kind: str,
    requirement: str,
    rests_on: Provenance,
    location: Location,
    *,
    subject: str = "",
    level: Level | None = None,
    writes: bool = False,
) -> Clause:
    """The clause `<code>.<kind>[.<subject>]`, at the level of what it rests on unless `level` says otherwise."""
    name = f"{operation.code}.{kind}"
    return Clause(
        id=f"{name}.{subject}" if subject else name,
        kind=kind,
        operation=operation.code,
        subject=subject,
        level=level or rests_on.level,
        requirement=requirement,
        source=rests_on.text,
        location=location,
        writes=writes,
    )
