"""A run ends at its deadline and on a signal, computing included, with a report that says where it stood."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import spec
from conformance import sandbox
from conformance.reports import files
from conformance.runner import watchdog
from tests.clock import HANG

KEY = "canary-55d0"
STUCK = "PRD102.page.disjoint"
LONG = 3600
"""A deadline in seconds that no test waits for."""

PROGRAM = """
import re, signal, sys, threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from conformance.laws import LAWS
from conformance.__main__ import main
from conformance.runner import watchdog

watchdog.GRACE = 0.2
late = ["the deadline"] if "--max-time" in sys.argv else []

def begin():
    print("computing,", signal.getitimer(signal.ITIMER_REAL)[0], "s left", flush=True)
    if late and late.pop():
        signal.setitimer(signal.ITIMER_REAL, 0.01)

def for_ever():
    begin()
    while True:
        pass

def stubborn():
    while True:
        try:
            for_ever()
        except BaseException:
            pass

def in_a_regular_expression():
    begin()
    re.fullmatch("(a+)+b", "a" * 64)

def in_a_worker():
    with ThreadPoolExecutor(1) as pool:
        wait([pool.submit(for_ever)])

kind, compute, *arguments = sys.argv[1:]
LAWS[kind] = replace(LAWS[kind], check=lambda context, clause: globals()[compute]())
sys.exit(main(arguments))
"""


def started(url: str, report: Path, compute: str, *more: str, only: str = STUCK) -> subprocess.Popen[str]:
    """A run of its own process, with a law that computes for ever. A deadline that was given comes once it does."""
    clause = spec.load().clause(only)
    assert clause is not None
    options = ["--report", str(report), "--no-schemathesis", "--only", only, "--only", "PRD107", *more]
    command = [sys.executable, "-c", PROGRAM, clause.kind, compute, url, *options]
    environment = {**os.environ, "PRD_API_KEY": KEY, "NO_COLOR": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], report: Path) -> tuple[Any, str]:
    """The report of a run that ended by itself, and its output."""
    try:
        output, errors = process.communicate(timeout=HANG)
    finally:
        process.kill()
    assert "Traceback" not in errors, errors
    found = files.read(report / "report.json")
    assert process.returncode == found["exit_code"] == 2, output + errors
    assert "Incomplete" in output
    return found, output


WAYS = ["for_ever", "stubborn", "in_a_regular_expression", "in_a_worker"]


@pytest.mark.slow
@pytest.mark.parametrize("compute", WAYS)
def test_the_deadline_ends_what_computes_for_ever(tmp_path: Path, compute: str) -> None:
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY)) as url:
        found, output = ended(started(url, tmp_path, compute, "--no-writes", "--max-time", str(LONG)), tmp_path)
    assert found["stopped"] == f"the budget of {LONG} seconds is spent"
    assert any(STUCK in note for note in found["notes"])
    left = re.search(r"computing, ([\d.]+) s left", output)
    assert left
    assert 0 < float(left[1]) <= LONG + watchdog.SLACK


@pytest.mark.slow
@pytest.mark.parametrize(
    ("compute", "number"), list(zip(WAYS, itertools.cycle([signal.SIGINT, signal.SIGTERM]), strict=False))
)
def test_a_signal_ends_what_computes_for_ever(tmp_path: Path, compute: str, number: signal.Signals) -> None:
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY)) as url:
        process = started(url, tmp_path, compute, "--no-writes")
        assert process.stdout is not None
        assert any("computing" in line for line in process.stdout)
        process.send_signal(number)
        found, _ = ended(process, tmp_path)
    assert found["stopped"] == "interrupted"
    assert any(STUCK in note for note in found["notes"])


@pytest.mark.slow
def test_a_run_that_is_given_up_names_what_it_leaves_and_the_command_that_deletes_it(tmp_path: Path) -> None:
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY)) as url:
        process = started(url, tmp_path, "stubborn", "--writes", only="PRD101.write.inserts")
        assert process.stdout is not None
        assert any("computing" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        found, output = ended(process, tmp_path)
        keys = {json.loads(line)["key"] for line in (tmp_path / "journal.ndjson").read_text("utf-8").splitlines()}
        said = "\n".join(found["notes"])
        assert keys
        assert all(key in said and key in output for key in keys)
        command = f"seller-contract clean-up {url} --report {tmp_path}"
        assert command in said
        assert command in output
        done = subprocess.run(
            [sys.executable, "-m", "conformance", *command.split()[1:]],
            env={**os.environ, "PRD_API_KEY": KEY},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "journal.ndjson").exists()
