"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import pytest

from conformance.sandbox.faults import faults
from tests.conformance.made_up import contract

pytest_plugins = ["pytester"]

CONFTEST = """\
import spec
from conformance import sandbox

def pytest_contract_app(config):
    return sandbox.app(spec.load(), sandbox.Settings(api_key="canary-77", faults={faults!r}))
"""

QUICK = "--contract-args=--no-writes --no-schemathesis --report report"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the application."""
    monkeypatch.setenv("PRD_API_KEY", "canary-77")


def shown(result: pytest.RunResult) -> str:
    """What a pytest printed; the key is in none of it."""
    text = result.stdout.str() + result.stderr.str()
    assert "canary-77" not in text
    return text


def test_every_clause_is_a_test_with_an_application_in_process(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST.format(faults=()))
    result = pytester.runpytest_inprocess("-k", "PRD107", QUICK, "-rA")
    text = shown(result)
    assert result.ret == 0, text
    assert "PASSED ::contract::PRD107.auth.missing-key" in text
    assert "a valid request needs the id of something" in text
    assert (pytester.path / "report" / "events.ndjson").is_file()


def test_a_violation_fails_its_test_and_shows_how(pytester: pytest.Pytester) -> None:
    fault = next(fault.id for fault in faults(contract()) if fault.clause == "PRD107.auth.missing-key")
    pytester.makeconftest(CONFTEST.format(faults=(fault,)))
    result = pytester.runpytest_inprocess("-m", "documented", "-k", "PRD107.auth", QUICK)
    text = shown(result)
    assert result.ret == 1, text
    assert "A request without a key is answered 401." in text
    assert "$ curl " in text
    assert "Traceback" not in text


@pytest.mark.slow
def test_the_workers_of_xdist_share_one_run(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST.format(faults=()))
    result = pytester.runpytest_inprocess("-n", "2", "-k", "PRD107.auth", QUICK)
    assert result.ret == 0, shown(result)
    result.assert_outcomes(passed=6)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--contract-url", "http://127.0.0.1:9", "--contract-args=--only PRD999"], "--only PRD999 selects no clause"),
        (["--contract-url", "http://127.0.0.1:9", "--contract-args=--onyl x"], "Did you mean '--only'?"),
        (["--prd-url", "http://127.0.0.1:9", "--prd-args=--only 'x"], "--contract-args: No closing quotation"),
        (["--prd-url", "ftp://x"], "isn't a URL"),
    ],
)
def test_wrong_usage_is_said_in_a_line(pytester: pytest.Pytester, arguments: list[str], said: str) -> None:
    result = pytester.runpytest_inprocess(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in shown(result)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_a_server_that_isnt_there_is_said_once(pytester: pytest.Pytester, workers: list[str]) -> None:
    pytester.makeconftest("import conformance.transport.target\nconformance.transport.target.ATTEMPTS = 1\n")
    result = pytester.runpytest_subprocess("--contract-url", "http://127.0.0.1:9", "-k", "PRD107.auth", QUICK, *workers)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert shown(result).count("gives no response") == 1


def test_the_count_of_what_is_collected_is_right(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_zebra(): pass")
    url = ("--contract-url", "http://127.0.0.1:9")
    result = pytester.runpytest_inprocess("--collect-only", "-q", *url, "-k", "PRD107.auth or zebra")
    clauses = [clause for clause in contract().clauses if clause.id.startswith("PRD107.auth.")]
    text = shown(result)
    assert [f"::contract::{clause.id}" in text for clause in clauses] == [True] * len(clauses)
    total = len(contract().clauses) + 1
    assert f"{len(clauses) + 1}/{total} tests collected ({total - len(clauses) - 1} deselected)" in text
