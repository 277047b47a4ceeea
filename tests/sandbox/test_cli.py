"""The command line, which scripts depend on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

import spec
from conformance.sandbox.__main__ import main
from tests.clock import HANG

ROOT = spec.DEFAULT.parents[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_line_says_ready_and_a_signal_stops_it_cleanly(number: signal.Signals) -> None:
    environment = {**os.environ, "PRD_API_KEY": "of the environment"}
    command = [sys.executable, "-m", "conformance.sandbox", "--products", "3"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline()
        match = re.fullmatch(r"READY (http://127\.0\.0\.1:\d+)\n", line)
        assert match, line + process.stderr.read()
        headers = {"Authorization": "of the environment"}
        assert httpx2.get(f"{match[1]}/api/i2/products/", headers=headers).json()["count"] == 3
        process.send_signal(number)
        assert process.wait(HANG) == 0
        assert process.stdout.read() == ""
        assert process.stderr.read() == ""


def test_a_document_that_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(spec.DEFAULT.read_text("utf-8").replace("lookup: icontains", "lookup: hasitin", 1), "utf-8")
    assert main(["--spec", str(file)]) == 2
    assert "hasitin" in capsys.readouterr().err
    assert main(["--spec", str(tmp_path / "none.yaml")]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--products", "-1"],
        ["--flaky", "2"],
        ["--rate-limit", "0/s"],
        ["--page-cap", "0"],
        ["x"],
        ["--latency", "nan"],
        ["--batch-delay", "inf"],
        ["--approve-after", "1e300"],
        ["--flaky", "nan"],
        ["--churn", "inf"],
        ["--link-base", "example.com"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "See `python -m conformance.sandbox --help`." in capsys.readouterr().err


def test_what_can_not_be_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fault", "PRD102.filter.nmae:ignored"]) == 2
    assert "did you mean" in capsys.readouterr().err
    (tmp_path / "text.db").write_text("x" * 5000)
    assert main(["--db", str(tmp_path / "text.db")]) == 2
    assert "can't be used as a database" in capsys.readouterr().err
    assert main(["--host", "203.0.113.1"]) == 2
    assert "can't listen on 203.0.113.1" in capsys.readouterr().err
    assert main(["--audit", str(tmp_path / "no" / "log")]) == 2
    assert f"can't write to {tmp_path / 'no' / 'log'}: No such file or directory" in capsys.readouterr().err


def test_the_list_of_faults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--faults"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("PRD102.filter.name__icontains:ascii-only  ") for line in lines)


def test_every_switch_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for switch in ("--batch-delay", "--latency", "--rate-limit", "--page-cap", "--flaky", "--read-only", "--fault"):
        assert switch in text
