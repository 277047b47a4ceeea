"""A package of somebody else's adds a kind of clause, which is then checked, explained and proved like any other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = Path(__file__).parent / "envelope"
CLAUSE = "PRD102.envelope.object"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the package is installed, as pip does it."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(folder), str(OUTSIDE)], check=True, capture_output=True)
    return folder


def suite(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m conformance`, where what is in a folder is installed as well."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}
    command = [sys.executable, "-m", "conformance", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_its_clauses_are_checked_in_a_run(installed: Path, tmp_path: Path) -> None:
    done = suite(
        installed, "--only", "*.envelope.object", "--no-schemathesis", "--no-writes", "--report", str(tmp_path)
    )
    assert done.returncode == 0, done.stderr
    assert "envelope  1 held" in done.stdout


def test_it_is_explained(installed: Path) -> None:
    shown = suite(installed, "explain", CLAUSE).stdout
    assert "A list is answered with an object." in shown
    assert f"{CLAUSE}:bare-array: a list is answered with its rows alone" in shown


@pytest.mark.slow
def test_the_self_test_proves_it(installed: Path) -> None:
    done = suite(installed, "selftest", "--only", CLAUSE, "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 faults found (1 by the clause that they break" in done.stdout


def plugin(folder: Path, source: str) -> Path:
    """A folder in which a plugin of one module is installed."""
    (folder / "odd.py").write_text(source, "utf-8")
    about = folder / "odd-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n", "utf-8")
    (about / "entry_points.txt").write_text("[contract_conformance.plugins]\nodd = odd\n", "utf-8")
    return folder


DERIVE = """
from conformance import Held, clause, clauses, fault, law

@clauses
def derive(contract):
    operation = contract.by_code["PRD102"]
    yield clause(operation, "odd.one", "Anything.", operation.provenance, operation.location)
"""

LAW = """
@law("odd.one")
def one(context, clause):
    return Held(1)
"""

FAULT = """
@fault("odd.one")
def faults(case):
    yield "nothing", "what nobody can see", lambda behaviour: behaviour
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "said"),
    [
        (DERIVE + LAW, "PRD102.odd.one has no fault"),
        (DERIVE + FAULT, "PRD102.odd.one has no law"),
        (DERIVE + LAW + FAULT, "PRD102.odd.one: none of its faults turns it red"),
    ],
    ids=["no fault", "no law", "a fault that it doesn't find"],
)
def test_the_self_test_refuses_a_clause_that_nothing_turns_red(tmp_path: Path, source: str, said: str) -> None:
    done = suite(plugin(tmp_path, source), "selftest", "--only", "PRD102.odd", "--jobs", "1")
    assert done.returncode == 1, done.stderr
    assert said in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import nothing_of_that_name", "The plugin odd (odd) can't be imported: ModuleNotFoundError"),
        (DERIVE, "There is the clause PRD102.odd.one, but no law checks clauses of the kind odd.one."),
        (DERIVE + LAW + LAW, "ValueError: There is a law for clauses of the kind odd.one already."),
        (DERIVE.replace('"PRD102"', '"X"'), "The plugin's odd.derive fails on this document: KeyError"),
        (DERIVE.replace('"odd.one"', '"page.disjoint"'), "PRD102.page.disjoint, which there is already"),
    ],
    ids=["no import", "no law", "two laws", "no operation", "taken"],
)
def test_what_is_wrong_with_a_plugin_is_said_in_a_line(tmp_path: Path, source: str, said: str) -> None:
    done = suite(plugin(tmp_path, source), "http://127.0.0.1:9", "--report", str(tmp_path / "report"))
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
