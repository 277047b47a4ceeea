"""Lookups that are more than a comparison, all in one document: every clause holds, and every fault is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import spec
from conformance.laws import LAWS
from conformance.sandbox.faults import faults
from conformance.selftest import Bench
from spec import Filter
from spec.lookups import LOOKUPS

pytestmark = [pytest.mark.no_cover, pytest.mark.slow]
"""Whole runs. What is measured is what the tests of each part reach, in a fraction of the time."""

LIBRARY = Path(__file__).with_name("library.yaml")
CONTRACT = spec.load(LIBRARY)
FAMILIES = ("filter", "relation", "order", "search")
CLAUSES = {clause.id: clause for clause in CONTRACT.clauses if clause.family in FAMILIES}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    bench = Bench(CONTRACT, 0)
    yield bench
    bench.close()


@pytest.mark.parametrize("id", CLAUSES)
def test_it_holds_and_its_own_faults_are_found(bench: Bench, id: str) -> None:
    mine = [fault for fault in faults(CONTRACT) if fault.clause == id]
    assert mine
    judged = bench.judge(CLAUSES[id], mine)
    assert judged.honest == "held", judged.reason
    assert {trial.fault: trial.why_not for trial in judged.trials if not trial.found_by_own} == {}


def test_every_clause_of_the_document_has_a_law() -> None:
    assert {clause.kind for clause in CONTRACT.clauses} - LAWS.keys() == set()


def test_the_document_has_every_lookup_that_takes_more_than_a_value() -> None:
    about = [clause.about for clause in CLAUSES.values()]
    lookups = {filter.lookup for filter in about if isinstance(filter, Filter)}
    unusual = {name for name, each in LOOKUPS.items() if not (each.related or each.negated or each.part)}
    assert unusual <= lookups
    assert any(LOOKUPS[name].negated and LOOKUPS[name].many for name in lookups)
    assert any(LOOKUPS[name].negated and LOOKUPS[name].part for name in lookups)
