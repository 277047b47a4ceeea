"""The table of laws: each kind has one, and says when it is tried and what it needs."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import spec
from conformance.laws import LAWS, Phase, phase_of
from conformance.laws.accounts import with_second_key
from conformance.laws.law import law
from conformance.runner.run import in_order, operations_to_write
from conformance.selection import Selection
from conformance.verdict import Held
from tests.conformance import pagings

CONTRACT = with_second_key(spec.load())
GARDEN = spec.load(Path(__file__).with_name("garden.yaml"))
"""Its writes are done at once, one row at a time."""


def test_every_kind_of_clause_has_a_law_and_a_second_one_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "asked.yaml").write_text(pagings.DOCUMENTS["paged only when asked for"], "utf-8")
    (tmp_path / "growing.yaml").write_text(pagings.GROWING, "utf-8")
    lists = [spec.load(tmp_path / name) for name in ("asked.yaml", "growing.yaml")]
    others = [spec.load(Path(__file__).with_name(f"{name}.yaml")) for name in ("library", "harbour", "bazaar")]
    contracts = (CONTRACT, GARDEN, *others, *lists)
    assert {clause.kind for contract in contracts for clause in contract.clauses} == set(LAWS)
    with pytest.raises(ValueError, match=r"There is a law for clauses of the kind page\.count already"):
        law("page.count")(lambda context, clause: Held(1))


def test_reads_come_before_refusals_writes_and_what_judges_all_answers() -> None:
    ordered = in_order(CONTRACT.clauses)
    assert sorted(clause.id for clause in ordered) == sorted(clause.id for clause in CONTRACT.clauses)
    assert all(phase_of(one) <= phase_of(next) for one, next in pairwise(ordered))
    phases = {clause.id: phase_of(clause) for clause in ordered}
    assert phases["PRD102.page.count"] is Phase.READS
    assert phases["PRD102.auth.missing-key"] is Phase.REFUSALS
    assert phases["PRD101.body.empty"] is phases["PRD101.write.inserts"] is Phase.WRITES
    assert phases["PRD101.response.schema"] is phases["PRD102.response.schema"] is Phase.RESPONSES
    assert ordered[-1].kind == "body.large"


def test_in_a_phase_a_family_is_tried_at_one_go() -> None:
    ordered = [(phase_of(clause), clause.family) for clause in in_order(CONTRACT.clauses)]
    assert len(list(dict.fromkeys(ordered))) == 1 + sum(one != next for one, next in pairwise(ordered))


@pytest.mark.parametrize(
    ("only", "written"),
    [
        ("PRD102", []),
        ("PRD101.body.empty", []),
        ("PRD101.body.required", ["PRD101"]),
        ("PRD103.write.deletes", ["PRD103"]),
        ("PRD103.batch.ticket", ["PRD103"]),
    ],
)
def test_only_the_scenarios_run_ahead_that_a_selected_law_needs(only: str, written: list[str]) -> None:
    selection = Selection((only,), (), True, frozenset())
    assert [o.code for o in operations_to_write(CONTRACT, CONTRACT.clauses, selection)] == written


@pytest.mark.parametrize("kind", sorted({c.kind for c in CONTRACT.clauses if c.kind.startswith("delete.")}))
def test_the_scenario_of_deletes_runs_ahead_for_each_kind_that_judges_it(kind: str) -> None:
    judged = [clause for clause in CONTRACT.clauses if clause.kind == kind]
    selection = Selection((), (), True, frozenset())
    found = [o.code for o in operations_to_write(CONTRACT, judged, selection)]
    assert found == sorted({clause.operation for clause in judged})
