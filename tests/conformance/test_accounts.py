"""Two accounts: with a second key the suite looks whether one account reaches the rows and batches of the other."""

from __future__ import annotations

from pathlib import Path

import pytest

import spec
from conformance.laws import accounts
from conformance.reports.model import Report
from conformance.runner.config import Config, Usage
from conformance.runner.whole import run
from conformance.sandbox import Settings, serve
from conformance.sandbox.faults import tenancy_faults
from spec import Contract

KEYS = ("canary-first-41", "canary-second-42")
FAULTS = {fault.clause: fault.id for fault in tenancy_faults(spec.load())}
ALL = "*.other-tenant"
CLAUSES = [clause.id for clause in accounts.with_second_key(spec.load()).clauses if clause.kind == accounts.KIND]


def checked(contract: Contract, report: Path, *faults: str, writes: bool = True, only: str = ALL) -> Report:
    with serve(contract, Settings(api_key=KEYS[0], second_key=KEYS[1], products=20, faults=faults)) as url:
        return run(
            Config(
                url, api_key=KEYS[0], second_key=KEYS[1], writes=writes, only=(only,), report=report, schemathesis=False
            )
        )


@pytest.fixture(scope="module")
def contract() -> Contract:
    return spec.load()


def test_two_accounts_of_an_honest_server_have_nothing_in_common(contract: Contract, tmp_path: Path) -> None:
    report = checked(contract, tmp_path)
    verdicts = {clause["id"]: clause["verdict"] for clause in report["clauses"] if clause["verdict"] != "skipped"}
    assert verdicts == dict.fromkeys(CLAUSES, "held")
    assert len(CLAUSES) == 6


@pytest.mark.slow
@pytest.mark.parametrize("clause", CLAUSES)
def test_an_operation_that_serves_every_key_alike_is_found(contract: Contract, tmp_path: Path, clause: str) -> None:
    report = checked(contract, tmp_path, FAULTS[clause], only=clause)
    assert [c["id"] for c in report["clauses"] if c["verdict"] == "violated"] == [clause]
    # Neither key is in what was written of it, and the curl lines send the right one.
    written = "".join(path.read_bytes().decode("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file())
    assert not any(key in written for key in KEYS)
    assert "$PRD_SECOND_API_KEY" in written


def test_a_read_only_run_doesnt_write_with_the_other_key_either(contract: Contract, tmp_path: Path) -> None:
    with pytest.raises(Usage, match="No clause is selected"):
        checked(contract, tmp_path, writes=False)


def test_without_a_second_key_there_are_no_such_clauses(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config("http://127.0.0.1:1", api_key=KEYS[0])
    assert config.contract().clause(CLAUSES[0]) is None
    monkeypatch.setenv("PRD_SECOND_API_KEY", KEYS[1])
    assert config.contract().clause(CLAUSES[0]) is not None
    monkeypatch.setenv("PRD_SECOND_API_KEY", KEYS[0])
    with pytest.raises(Usage, match="PRD_SECOND_API_KEY holds the same key as PRD_API_KEY"):
        config.contract()
    assert not any(key in repr(Config("http://127.0.0.1:1", api_key=KEYS[0], second_key=KEYS[1])) for key in KEYS)
