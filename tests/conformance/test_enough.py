"""A green run says that enough was seen: gaps make it inconclusive, sparse data doesn't."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import spec
from conformance import sandbox
from conformance.__main__ import main
from conformance.commands.merge import merge
from conformance.reports.model import Report
from conformance.sandbox.running import start
from conformance.verdict import Code, Outcome, Reason
from tests.conformance.made_up import SETTINGS, contract, report

KEY = "a-key-of-the-test"
CLAUSES = contract().clauses


def _left_out(share: float, code: Code, verdict: Any = "not-exercised") -> list[Outcome]:
    some = CLAUSES[: int(len(CLAUSES) * share)]
    return [Outcome(clause, verdict, reason=Reason(code, "a reason", clause="PRD101.batch.ends")) for clause in some]


def _made(folder: Path, outcomes: list[Outcome], required: float = 95.0, **more: Any) -> Report:
    return report(folder, outcomes, settings={**SETTINGS, "require_exercised": required}, **more)


@pytest.mark.parametrize(
    ("share", "code", "required", "exit_code"),
    [
        (0.04, "blocked-by", 95, 0),
        (0.06, "blocked-by", 95, 2),
        (0.06, "scenario-incomplete", 95, 2),
        (0.06, "blocked-by", 90, 0),
        (0.04, "blocked-by", 100, 2),
        (0.9, "blocked-by", 0, 0),
        (0.9, "no-data", 95, 0),
        (0.9, "no-witness", 95, 0),
        (0.9, "not-shown", 100, 0),
    ],
)
def test_what_rests_on_something_broken_is_a_gap_and_sparse_data_is_none(
    tmp_path: Path, share: float, code: Code, required: float, exit_code: int
) -> None:
    found = _made(tmp_path, _left_out(share, code), required)
    assert found["exit_code"] == exit_code
    assert found["answer"].startswith("Inconclusive: ") == (exit_code == 2)


@pytest.mark.parametrize("code", ["not-permitted", "held-back"])
def test_a_key_that_may_only_read_leaves_no_gap(tmp_path: Path, code: Code) -> None:
    found = _made(tmp_path, _left_out(0.5, code, "skipped"))
    assert found["exit_code"] == 0
    assert f"{len(CLAUSES) - len(CLAUSES) // 2} of {len(CLAUSES)} selected clauses exercised" in found["answer"]


@pytest.mark.parametrize("code", ["not-selected", "switched-off", "needs-writes", "not-generated"])
def test_what_was_not_selected_does_not_count(tmp_path: Path, code: Code) -> None:
    found = _made(tmp_path, _left_out(0.5, code, "skipped"), exercised_at={CLAUSES[0].id: "2026-02-01T00:00:00.000Z"})
    assert found["exit_code"] == 0
    rest = len(CLAUSES) - len(CLAUSES) // 2
    assert f"{rest} of {rest} selected clauses exercised and held" in found["answer"]


def test_what_an_earlier_run_exercised_is_a_gap(tmp_path: Path) -> None:
    left_out = _left_out(0.1, "no-data")
    before = {outcome.clause.id: "2026-02-01T00:00:00.000Z" for outcome in left_out}
    found = _made(tmp_path, left_out, exercised_at=before)
    assert found["exit_code"] == 2
    assert "43 were exercised in an earlier run" in found["answer"]


def test_an_expected_gap_is_none(tmp_path: Path) -> None:
    left_out = _left_out(0.1, "blocked-by")
    gaps: Any = [{"clause": outcome.clause.id, "reason": "the vendor knows"} for outcome in left_out[:30]]
    elsewhere: Any = [{"clause": "*", "reason": "another host", "target": "https://other.example"}]
    assert _made(tmp_path / "expected", left_out, gaps=[*gaps, *elsewhere])["exit_code"] == 0
    found = _made(tmp_path / "elsewhere", left_out, gaps=elsewhere)
    assert found["exit_code"] == 2
    assert [gap["state"] for gap in found.get("gaps", [])] == ["elsewhere"]


def test_the_shards_of_a_run_are_judged_together(tmp_path: Path) -> None:
    parts = []
    for index in (1, 2):
        settings: Any = {**SETTINGS, "require_exercised": 95.0, "shard": f"{index}/2"}
        mine = [clause for n, clause in enumerate(CLAUSES) if n % 2 == index - 1]
        others: list[Outcome] = [
            Outcome(clause, "skipped", reason=Reason("other-shard", "")) for clause in CLAUSES if clause not in mine
        ]
        blocked = [Outcome(mine[n], "not-exercised", reason=Reason("blocked-by", "")) for n in range(40 * (index - 1))]
        parts.append(report(tmp_path / str(index), [*others, *blocked], settings=settings))
    assert [part["exit_code"] for part in parts] == [0, 2]
    whole = merge(parts)
    assert whole["exit_code"] == 2
    assert f"40 clauses of {len(CLAUSES)}" in whole["answer"]


@contextmanager
def _serving(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Iterator[str]:
    monkeypatch.setenv("PRD_API_KEY", KEY)
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY, **settings)) as url:
        yield url


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "only", "exit_code"),
    [
        ({"faults": ("PRD104.batch.ends:stuck",)}, ("PRD104.batch", "PRD104.write"), 2),
        ({"read_only": True}, ("PRD104.batch", "PRD102.page"), 0),
        ({"products": 3}, ("PRD102",), 0),
    ],
    ids=["batches that never end", "a key that may only read", "three rows"],
)
def test_a_run_is_inconclusive_for_what_is_broken_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, Any],
    only: tuple[str, ...],
    exit_code: int,
) -> None:
    with _serving(monkeypatch, **settings) as url:
        chosen = [word for one in only for word in ("--only", one)]
        # The cause itself is left out, as a waiver would: what rests on it must not make a green run.
        left_out = ["--skip", "PRD104.batch.ends", "--no-schemathesis", "--batch-timeout", "0.5"]
        assert main([url, *chosen, *left_out, "--report", str(tmp_path)]) == exit_code


def test_a_run_adds_itself_to_the_history_and_is_compared_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    past, folder = tmp_path / "past", tmp_path / "report"
    options = [
        "--no-writes",
        "--no-schemathesis",
        "--only",
        "PRD102.page.d*",
        "--only",
        "PRD102.response",
        "--report",
        str(folder),
        "--history",
        str(past),
    ]
    monkeypatch.setenv("PRD_API_KEY", KEY)
    with start(spec.load(), sandbox.Settings(api_key=KEY)) as running:
        url = running.url
        assert main([url, *options]) == 2  # a folder that isn't there is a typo
        assert main([url, *options, "--add-to-history"]) == 0
        assert len(list(past.rglob("*.json"))) == 1
        running.load([{"sku": "A-1"}])
        assert main([url, *options]) == 2
        clauses = json.loads((folder / "report.json").read_text("utf-8"))["clauses"]
        gone = [clause for clause in clauses if clause["verdict"] == "not-exercised"]
        assert gone
        assert all(datetime.fromisoformat(clause["exercised_at"]) < datetime.now(UTC) for clause in gone)
        assert "were exercised in an earlier run" in capsys.readouterr().out
    with _serving(monkeypatch) as other:
        assert main([other, *options]) == 2
        said = capsys.readouterr().err
        assert f"no report of {other}" in said
        assert url in said
