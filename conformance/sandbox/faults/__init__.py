"""Faults: for every clause of a contract, ways in which a real server might break it.

They are derived from the clauses by kind, so that a filter which is added to the document has its faults at
once. Nothing in the honest server knows of them; they change what it does at the seams of `behaviour`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from conformance.plugins.registry import FAULTS, Faults
from conformance.sandbox.behaviour import HONEST, Behaviour
from conformance.sandbox.faults import (
    access,
    answers,
    batches,
    bodies,
    caches,
    combinations,
    fields,
    filters,
    histories,
    one_row,
    orderings,
    paging,
    parts,
    row_bodies,
    searches,
    shaping,
    wire,
    writes,
)
from conformance.sandbox.faults.fault import Case, Family, Fault
from spec import Contract

__all__ = ["Fault", "behaviour", "faults", "tenancy_faults"]

_TABLES: tuple[Mapping[str, Family], ...] = (
    access.FAMILIES,
    answers.FAMILIES,
    searches.FAMILIES,
    shaping.FAMILIES,
    paging.FAMILIES,
    orderings.FAMILIES,
    filters.FAMILIES,
    wire.FAMILIES,
    combinations.FAMILIES,
    batches.FAMILIES,
    fields.FAMILIES,
    writes.FAMILIES,
    parts.FAMILIES,
    histories.FAMILIES,
    bodies.FAMILIES,
    one_row.FAMILIES,
    row_bodies.FAMILIES,
    caches.FAMILIES,
)


def _families() -> Mapping[str, tuple[Faults, ...]]:
    """By the kind of clause: a plugin's where no table has the kind, else those of all tables."""
    found: dict[str, tuple[Faults, ...]] = {kind: (family,) for kind, family in FAULTS.items()}
    ours: dict[str, tuple[Faults, ...]] = {}
    for table in _TABLES:
        for kind, family in table.items():
            ours[kind] = (*ours.get(kind, ()), family)
    return {**found, **ours}


def faults(contract: Contract) -> tuple[Fault, ...]:
    """Every fault that there is for a contract, in the order of its clauses; those of plugins included."""
    families = _families()
    return tuple(
        Fault(f"{clause.id}:{name}", clause.id, description, change)
        for clause in contract.clauses
        for family in families.get(clause.kind, ())
        for name, description, change in family(Case(contract, clause, contract.by_code[clause.operation]))
    )


def tenancy_faults(contract: Contract) -> tuple[Fault, ...]:
    """The faults that only a client with two keys can find. Their clauses exist where a run has a second key."""
    return tuple(
        Fault(f"{clause}:{name}", clause, description, change)
        for operation in contract.operations
        if operation.security
        for clause in [f"{operation.code}.auth.other-tenant"]
        for name, description, change in access.other_tenant(operation)
    )


def behaviour(contract: Contract, ids: Iterable[str]) -> Behaviour:
    """An honest behaviour with the named faults in it. Raises ValueError for an unknown fault."""
    found = HONEST
    wanted = tuple(ids)
    known = {fault.id: fault for fault in (*faults(contract), *tenancy_faults(contract))} if wanted else {}
    for id in wanted:
        if id not in known:
            near = difflib.get_close_matches(id, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "--faults and /_sandbox/faults list them"
            raise ValueError(f"there is no fault {id!r}: {hint}")
        found = known[id].change(found)
    return found
