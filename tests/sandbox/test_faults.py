"""Faults: one for every clause, and each shows."""

from __future__ import annotations

import zlib
from functools import cache

import pytest

import spec
from conformance.sandbox import Fault, Settings, app, faults
from spec import Contract
from tests.sandbox.conftest import Edited, Serving
from tests.sandbox.probe_requests import transcript
from tests.sandbox.test_edited import add_field

CONTRACT = spec.load()
SHARE = 80
"""One fault in so many is tried here; the conformance suite's own self-test tries all of them."""
TRIED = [fault for fault in faults(CONTRACT) if zlib.crc32(fault.id.encode()) % SHARE == 0]


@cache
def honest(operation_code: str, subject: str) -> list[str]:
    """What a sandbox without faults answers."""
    return transcript(CONTRACT, CONTRACT.by_code[operation_code], subject)


def test_every_clause_has_a_fault(contract: Contract) -> None:
    broken = {fault.clause for fault in faults(contract)}
    assert [clause.id for clause in contract.clauses if clause.id not in broken] == []


def test_ids_name_the_clause_and_are_unique(contract: Contract) -> None:
    found = faults(contract)
    assert len({fault.id for fault in found}) == len(found)
    assert all(fault.id.startswith(f"{fault.clause}:") and fault.description for fault in found)


@pytest.mark.slow
@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda operation: operation.code)
def test_the_honest_sandbox_answers_the_same_twice(operation: spec.Operation) -> None:
    assert transcript(CONTRACT, operation) == honest(operation.code, "")


@pytest.mark.slow
@pytest.mark.parametrize("fault", TRIED, ids=lambda fault: fault.id)
def test_a_fault_shows(fault: Fault) -> None:
    clause = CONTRACT.clause(fault.clause)
    assert clause
    operation = CONTRACT.by_code[clause.operation]
    assert transcript(CONTRACT, operation, clause.subject, fault.id) != honest(operation.code, clause.subject)


def test_a_new_filter_has_its_faults_at_once(edited: Edited, serving: Serving) -> None:
    contract = edited(lambda data: add_field(data, "novelty", {"type": "integer"}, "exact", "gt"))
    assert {"PRD102.filter.novelty__gt:as-gte", "PRD102.combine.novelty:or"} <= {f.id for f in faults(contract)}
    with serving(contract=contract, faults=("PRD102.filter.novelty__gt:as-gte",)) as client:
        shown = client.get("/api/i2/products/", params={"novelty__gt": "10", "limit": 500}).json()["results"]
        assert 10 in {row["novelty"] for row in shown}


def test_several_faults_at_once(serving: Serving) -> None:
    both = ("PRD102.filter.name:ignored", "PRD102.page.default-limit:doubled")
    with serving(faults=both) as client:
        assert len(client.get("/api/i2/products/", params={"name": "no such"}).json()["results"]) == 20


def test_an_unknown_fault_is_refused_with_the_nearest(contract: Contract) -> None:
    with pytest.raises(ValueError, match=r"did you mean PRD102\.filter\.name:ignored"):
        app(contract, Settings(faults=("PRD102.filter.name:ignore",)))
