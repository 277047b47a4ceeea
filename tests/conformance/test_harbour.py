"""A harbour: words of the vocabulary that no other document has. They hold, and their own faults are found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import spec
from conformance.laws import LAWS
from conformance.laws.combinations import together
from conformance.oracle.cases import Case
from conformance.oracle.lookups import meaning
from conformance.oracle.operands import allows, pairs
from conformance.sandbox.faults import faults
from conformance.selftest import Bench

HARBOUR = Path(__file__).with_name("harbour.yaml")
CONTRACT = spec.load(HARBOUR)
BY_ID = {clause.id: clause for clause in CONTRACT.clauses}
FILTERS = {filter.parameter: filter for operation in CONTRACT.operations for filter in operation.filters}
CLAUSES = (
    "filter.length=gte:",
    "filter.length=in:",
    "filter.filter[name]",
    "filter.filter[name]=~",
    "filter.filter[name]=!",
    "filter.built=between:",
    "combine.length=gte:",
    "relation.length",
    "get.not-modified",
    "expands.expand",
    "fields.fields",
    "fields.omit",
    "filter.arrives",
    "filter.arrives__lt",
    "filter.arrives__range",
    "filter.leaves__gt",
    "filter.arrives__date",
    "relation.arrives",
    "param.invalid.arrives",
)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    bench = Bench(CONTRACT, 0)
    yield bench
    bench.close()


@pytest.mark.slow
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


NOON = "2024-01-15T12:00:00"
"""In New York it is 17:00 in UTC."""


@pytest.mark.parametrize(
    ("parameter", "row", "operand", "shown"),
    [
        ("arrives", {"arrives": NOON}, NOON, True),
        ("arrives", {"arrives": NOON}, f"{NOON}.000", True),
        ("arrives__gte", {"arrives": NOON}, "2024-01-15T12:00:00.001", False),
        ("arrives__gte", {"arrives": NOON}, f"{NOON}Z", None),
        ("arrives__lt", {"arrives": NOON}, "2024-01-15T17:00:00.001Z", True),
        ("arrives__lt", {"arrives": NOON}, "2024-01-15T17:00:00Z", False),
        ("arrives__lt", {"arrives": NOON}, "2024-01-15T20:00:00.001+03:00", True),
        ("leaves__gt", {"leaves": "2024-01-15T17:00:00Z"}, "2024-01-15T11:59:59", True),
        ("leaves__gt", {"leaves": "2024-01-15T17:00:00Z"}, NOON, False),
        ("arrives__date", {"arrives": "2024-01-15T23:30:00"}, "2024-01-15", True),
    ],
)
def test_times_without_an_offset(parameter: str, row: dict[str, str], operand: str, shown: bool | None) -> None:
    assert meaning(FILTERS[parameter], operand)(row) is shown


@pytest.mark.parametrize("time", ["2024-11-03T01:30:00", "2024-03-10T02:30:00"])
def test_hours_that_the_clocks_show_twice_or_never_are_open(time: str) -> None:
    assert meaning(FILTERS["arrives"], time)({"arrives": time}) is None
    assert meaning(FILTERS["arrives__lt"], "2024-12-01T00:00:00Z")({"arrives": time}) is None
