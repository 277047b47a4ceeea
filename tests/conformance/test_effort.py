"""How much a run asks: a quick one tries one clause of each kind, a thorough one kills mutants that others let live."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import httpx2
import pytest

import spec
from conformance.laws import LAWS, Phase
from conformance.oracle import cases
from conformance.oracle.budget import EFFORTS
from conformance.reports.model import Report
from conformance.runner.config import Config
from conformance.runner.whole import run
from conformance.sandbox import Settings, serve
from conformance.selection import beside_one_of_each_kind
from spec import Contract

pytestmark = [pytest.mark.no_cover, pytest.mark.slow]
"""Whole runs. What is measured is what the tests of each part reach, in a fraction of the time."""

MOST_REQUESTS = 150


@pytest.fixture(scope="module")
def contract() -> Contract:
    return spec.load()


def quick(contract: Contract, folder: Path, *faults: str) -> Report:
    with serve(contract, Settings(products=150, faults=faults)) as url:
        return run(Config(url, api_key="sandbox-key", effort="quick", report=folder))


def test_a_quick_run_tries_each_kind_once_with_few_requests(contract: Contract, tmp_path: Path) -> None:
    report = quick(contract, tmp_path)
    kinds = {clause.id: clause.kind for clause in contract.clauses}
    verdicts = {clause["id"]: clause["verdict"] for clause in report["clauses"] if clause["verdict"] != "skipped"}
    assert set(verdicts.values()) == {"held"}
    assert set(Counter(kinds[id] for id in verdicts).values()) == {1}
    reads = {c.kind for c in contract.clauses if not c.writes and LAWS[c.kind].phase is not Phase.GENERATED}
    assert {kinds[id] for id in verdicts} == reads
    assert report["requests"]["total"] < MOST_REQUESTS
    assert report["settings"]["effort"] == "quick"
    left_out = {c.get("reason_code") for c in report["clauses"] if c["verdict"] == "skipped"}
    assert left_out == {"less-effort", "needs-writes", "not-generated"}
    assert any(clause.get("untold") for clause in report["clauses"])


def test_a_quick_run_finds_what_is_broken_everywhere(contract: Contract, tmp_path: Path) -> None:
    tried = next(c for c in contract.clauses if c.kind == "page.disjoint" and c.id not in _left_out(contract))
    report = quick(contract, tmp_path, f"{tried.id}:overlap")
    assert tried.id in {clause["id"] for clause in report["clauses"] if clause["verdict"] == "violated"}


def _left_out(contract: Contract) -> frozenset[str]:
    return beside_one_of_each_kind([clause for clause in contract.clauses if not clause.writes])


def test_a_new_field_changes_the_choice_for_its_own_kind_alone(contract: Contract) -> None:
    clauses = contract.clauses
    without = [clause for clause in clauses if clause.kind != "filter"]
    chosen = {c.id for c in clauses} - beside_one_of_each_kind(clauses)
    assert {c.id for c in without} - beside_one_of_each_kind(without) == {i for i in chosen if ".filter." not in i}


def test_more_effort_leaves_fewer_mutants_alive(contract: Contract) -> None:
    operation = contract.by_code["PRD102"]
    with serve(contract, Settings(products=150)) as url:
        page = httpx2.get(f"{url}{operation.path}?limit=100", headers={"Authorization": "sandbox-key"})
    rows = page.json()["results"]
    filters = [f for f in operation.filters if f.lookup in ("icontains", "startswith", "exact", "in") and not f.hidden]
    found = {
        effort: [cases.choose(filter, rows, 0, budget) for filter in filters[:6]] for effort, budget in EFFORTS.items()
    }
    alive = {effort: sum(len(one.survivors) for one in chosen) for effort, chosen in found.items()}
    sent = {effort: sum(len(one.chosen) for one in chosen) for effort, chosen in found.items()}
    assert alive["quick"] > alive["normal"] >= alive["thorough"]
    assert sent["quick"] < sent["normal"] < sent["thorough"]
