"""Nothing here knows Akinon's API: a document of another kind is served, tested, and its faults are found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.selftest import run

pytestmark = [pytest.mark.no_cover, pytest.mark.slow]
"""Whole runs. What is measured is what the tests of each part reach, in a fraction of the time."""

WAREHOUSE = Path(__file__).with_name("warehouse.yaml")


def test_a_sandbox_of_another_document_conforms_to_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--spec", str(WAREHOUSE), "--report", str(tmp_path), "--no-schemathesis", "--strict"])
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    by_verdict = {v: [c["id"] for c in report["clauses"] if c["verdict"] == v] for v in ("violated", "error", "held")}
    assert by_verdict["violated"] + by_verdict["error"] == []
    assert code == 0, capsys.readouterr().out
    assert {
        f"listOrders.filter.{name}" for name in ("ref", "lines", "paid", "due__lt", "state", "state__in", "since")
    } <= {*by_verdict["held"]}
    assert {f"listOrders.relation.{name}" for name in ("lines", "due", "weight")} <= {*by_verdict["held"]}
    assert {"putOrders.write.updates", "removeOrders.write.deletes", "listShelves.filter.meta.KEY"} <= {
        *by_verdict["held"]
    }
    # The number of a shelf can't mark it as this run's own.
    skipped = [c["reason"] for c in report["clauses"] if c["operation"] == "putShelves" and c["writes"]]
    assert skipped
    assert all("allows no key" in reason for reason in skipped)


@pytest.mark.parametrize(
    "fault",
    [
        "listOrders.filter.state:ignored",
        "listOrders.filter.paid:ignored",
        "listOrders.page.count:of-page",
        "putOrders.write.updates:ignored",
    ],
)
def test_a_fault_of_another_document_is_found(fault: str) -> None:
    clause = fault.partition(":")[0]
    (judged,) = run(WAREHOUSE, [(clause, (fault,))], jobs=1)
    assert judged.honest == "held", judged.reason
    assert [(trial.fault, trial.found) for trial in judged.trials] == [(fault, True)]
