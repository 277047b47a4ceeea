"""A filter that is wrong by itself is one finding: the clauses about texts on their way don't blame the wire for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import spec
from conformance import sandbox
from conformance.__main__ import main

KEY = "a-key-of-the-test"


@pytest.mark.parametrize(
    ("clause", "faults"),
    [
        ("PRD102.wire", ("PRD102.filter.name__icontains:nothing",)),
        ("PRD102.wire", ("PRD102.filter.sku:nothing", "PRD102.filter.name__contains:as-startswith")),
        (
            "PRD102.edges",
            (
                "PRD102.filter.name__contains:nothing",
                "PRD102.filter.attribute__KEY__contains:nothing",
            ),
        ),
    ],
)
def test_a_filter_that_is_wrong_anyway_is_not_blamed_on_the_wire(
    clause: str, faults: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRD_API_KEY", KEY)
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY, faults=faults)) as url:
        main([url, "--no-writes", "--no-schemathesis", "--only", clause, "--report", str(tmp_path)])
    clauses = json.loads((tmp_path / "report.json").read_text("utf-8"))["clauses"]
    (found,) = [c for c in clauses if c["id"] == clause]
    assert found["verdict"] in ("held", "not-exercised")
    if found["verdict"] == "not-exercised":
        assert found["reason_code"] == "blocked-by"
        assert found["blocked_by"] in {fault.partition(":")[0] for fault in faults}
