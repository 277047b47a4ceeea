"""The self-test: one clause of each kind with its faults, and what the matrix makes of the results.

All faults are tried by `python -m conformance selftest`, which takes some minutes.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import spec
from conformance.selftest import Judged, Matrix, Trial, run, selected
from conformance.selftest.matrix import as_json, lines
from spec import Clause, Filter

pytestmark = pytest.mark.no_cover
"""Whole runs. What is measured is what the tests of each part reach, in a fraction of the time."""

CONTRACT = spec.load()
MOST = 2
"""Faults of one clause that are tried here; `python -m conformance selftest` tries all of every clause."""

MOST_OF_WRITES = 1
"""The same of a clause that writes: each of its faults waits for batches."""


def kind(clause: Clause) -> tuple[str, ...]:
    """What is tried once: a kind of clause, and of the filters each lookup, with free keys and without."""
    match clause.about:
        case Filter(lookup=lookup, free_key=free_key) if clause.kind == "filter":
            return (clause.kind, lookup, str(free_key))
    return (clause.kind,)


FIRST_OF_ITS_KIND = {kind(clause): clause for clause in reversed(CONTRACT.clauses)}
FAULTS = dict(selected(CONTRACT, ()))


def some(clause: Clause) -> tuple[str, ...]:
    """Faults of a clause, from the first to the last of them."""
    ids, most = FAULTS[clause.id], MOST_OF_WRITES if clause.writes else MOST
    return ids[:: max(1, len(ids) // most)][:most]


WORK = [(clause.id, some(clause)) for clause in FIRST_OF_ITS_KIND.values()]


@pytest.mark.slow
@pytest.mark.parametrize("work", WORK, ids=[clause for clause, _ in WORK])
def test_a_clause_finds_its_faults_and_nothing_on_the_honest_sandbox(work: tuple[str, tuple[str, ...]]) -> None:
    (judged,) = run(spec.DEFAULT, [work], jobs=1)
    assert judged.honest not in ("violated", "error"), judged.reason
    assert judged.trials
    assert [(trial.fault, trial.why_not) for trial in judged.trials if not trial.found] == []


FOUND = Trial("A.page.count:none", "A.page.count", ("A.page.count",), 1, "", 3, 0.1)
GREEN = Judged("A.page.count", "held", "", (FOUND,))


@pytest.mark.parametrize(
    ("judged", "exit_code", "says"),
    [
        (GREEN, 0, "1 of 1 faults found"),
        (replace(GREEN, trials=()), 1, "A.page.count has no fault"),
        (replace(GREEN, trials=(replace(FOUND, red=(), why_not="held"),)), 1, "A.page.count:none survives 1 clauses"),
        (replace(GREEN, trials=(replace(FOUND, red=("A.page.next",)),)), 1, "is found by A.page.next only"),
        (replace(GREEN, trials=(FOUND, replace(FOUND, red=("A.page.next",)))), 0, "2 of 2 faults found (1 by the"),
        (replace(GREEN, honest="violated", reason="seen"), 1, "on the honest sandbox: violated seen"),
        (replace(GREEN, honest="error", reason="broken"), 1, "on the honest sandbox: error broken"),
    ],
)
def test_exit_code(judged: Judged, exit_code: int, says: str) -> None:
    matrix = Matrix(CONTRACT, [judged], strict=False, seconds=1)
    assert matrix.exit_code == exit_code
    assert says in "\n".join(lines(matrix))
    assert as_json(matrix)["exit_code"] == exit_code


def test_an_inferred_clause_that_is_red_on_the_honest_sandbox_counts_when_strict() -> None:
    inferred = next(clause.id for clause in CONTRACT.clauses if clause.level == "inferred")
    judged = Judged(inferred, "violated", "", (replace(FOUND, clause=inferred, red=(inferred,)),))
    assert [Matrix(CONTRACT, [judged], strict, 1).exit_code for strict in (False, True)] == [0, 1]


def test_clauses_and_faults_are_selected_by_id_prefix_and_glob() -> None:
    everything = dict(selected(CONTRACT, ()))
    assert set(everything) == {clause.id for clause in CONTRACT.clauses}
    assert dict(selected(CONTRACT, ("PRD102.page.disjoint",))) == {
        "PRD102.page.disjoint": everything["PRD102.page.disjoint"]
    }
    assert all(clause.startswith("PRD102.page.") for clause, _ in selected(CONTRACT, ("PRD102.page",)))
    chosen = selected(CONTRACT, ("PRD102.filter.name:ign*",))
    assert chosen == [("PRD102.filter.name", ("PRD102.filter.name:ignored",))]
    assert selected(CONTRACT, ("nothing",)) == []


@pytest.mark.slow
def test_two_processes_find_what_one_finds() -> None:
    work = selected(CONTRACT, ("PRD107.batch.unknown-id", "PRD107.auth.missing-key"))
    told = [
        [(j.clause, j.honest, [t.red for t in j.trials]) for j in run(spec.DEFAULT, work, jobs=jobs)] for jobs in (1, 2)
    ]
    assert told[0] == told[1]
