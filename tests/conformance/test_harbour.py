"""A harbour: words of the vocabulary that no other document has. They hold, and their own faults are found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import spec
from conformance.laws import LAWS
from conformance.laws.combinations import together
from conformance.oracle.cases import Case
from conformance.oracle.operands import allows, pairs
from conformance.sandbox.faults import faults
from conformance.selftest import Bench

HARBOUR = Path(__file__).with_name("harbour.yaml")
CONTRACT = spec.load(HARBOUR)
BY_ID = {clause.id: clause for clause in CONTRACT.clauses}
FILTERS = {filter.parameter: filter for filter in CONTRACT.by_code["listShips"].filters}
CLAUSES = (
    "filter.length=gte:",
    "filter.length=in:",
    "filter.filter[name]",
    "filter.filter[name]=~",
    "filter.filter[name]=!",
    "filter.built=between:",
    "combine.length=gte:",
    "relation.length",
)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    bench = Bench(CONTRACT, 0)
    yield bench
    bench.close()


@pytest.mark.parametrize("words", CLAUSES)
def test_it_holds_and_its_own_faults_are_found(bench: Bench, words: str) -> None:
    id = next(clause.id for clause in CONTRACT.clauses if clause.words == words)
    mine = [fault for fault in faults(CONTRACT) if fault.clause == id]
    assert mine
    judged = bench.judge(BY_ID[id], mine)
    assert judged.honest == "held", judged.reason
    assert {trial.fault: trial.why_not for trial in judged.trials if not trial.found_by_own} == {}


def test_every_clause_has_a_law_and_a_fault() -> None:
    assert {clause.kind for clause in CONTRACT.clauses} - LAWS.keys() == set()
    assert {clause.id for clause in CONTRACT.clauses} == {fault.clause for fault in faults(CONTRACT)}


def test_a_prefix_stands_before_the_value() -> None:
    assert pairs(FILTERS["length=gte:"], None, "5") == (("length", "gte:5"),)
    assert pairs(FILTERS["length=in:"], None, "5|6") == (("length", "in:5|6"),)
    assert pairs(FILTERS["filter[name]"], None, "a") == (("filter[name]", "a"),)


@pytest.mark.parametrize(
    ("parameter", "operand", "allowed"),
    [
        ("filter[name]", "Ida", True),
        ("filter[name]", "~Ida", False),
        ("filter[name]=~", "Ida", True),
        ("filter[name]=~", "~Ida", False),
        ("filter[name]=~~", "~Ida", True),
        ("built=>", "2024-01-01", True),
        ("built=>", "=2024-01-01", False),
        ("length=gte:", "5", True),
    ],
)
def test_no_value_makes_another_prefix_of_its_own(parameter: str, operand: str, allowed: bool) -> None:
    assert allows(FILTERS[parameter])(operand) is allowed


def test_only_a_parameter_that_is_an_array_stands_twice() -> None:
    later, earlier = Case(FILTERS["built=>"], None, "2024-01-01", ()), Case(FILTERS["built=<"], None, "2024-02-01", ())
    long, short = Case(FILTERS["length=gte:"], None, "5", ()), Case(FILTERS["length=lt:"], None, "9", ())
    assert not together(later, earlier)
    assert together(long, short)
    assert not together(long, long)
    assert together(long, later)
