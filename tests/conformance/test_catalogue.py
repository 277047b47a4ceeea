"""The catalogue of mistakes: its mutants and faults exist, and its cases kill what they name."""

from __future__ import annotations

import pytest

import spec
from conformance.oracle.lookups import satisfies
from conformance.oracle.mutants import Mutant, mutants, wire_mutants
from conformance.sandbox.faults import faults
from conformance.selftest.catalogue import CATALOGUE, ROWS, Entry

CONTRACT = spec.load()
FILTERS = {f.parameter: f for f in CONTRACT.by_code["PRD102"].filters}
FAULTS = {fault.id for fault in faults(CONTRACT)}


def mutant_of(entry: Entry) -> Mutant:
    filter = FILTERS[entry.parameter]
    known = mutants(filter, ("name", "base_code", "sku"), ("updated_at", "created_at")) + wire_mutants(filter)
    return next(mutant for mutant in known if mutant.name == entry.mutant)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: f"{entry.technology}: {entry.mutant}")
def test_every_case_kills_its_mutant(entry: Entry) -> None:
    mutant, filter = mutant_of(entry), FILTERS[entry.parameter]
    assert mutant.differs(entry.operand)
    right = [satisfies(filter, row, entry.operand, entry.key) for row in ROWS]
    shown = [mutant.shows(row, entry.operand, entry.key) for row in ROWS]
    assert any(truth is not None and truth is not one for truth, one in zip(right, shown, strict=True))


def test_every_entry_has_a_fault_of_the_sandbox_and_says_where_it_is_from() -> None:
    assert {entry.fault for entry in CATALOGUE} <= FAULTS
    assert all(entry.source and entry.seen and entry.does for entry in CATALOGUE)
    assert len({(entry.technology, entry.mutant) for entry in CATALOGUE}) == len(CATALOGUE)
