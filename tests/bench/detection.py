"""The share of the sandbox's faults that is found, with requests and seconds: plain Schemathesis and this suite.

Both are run as a user would, as commands in processes of their own, against the same sandbox with the same
fault, one after the other. A fault counts as found when a run reports something on it that the same
command doesn't report on the honest sandbox. Requests are counted by the server.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import spec
from conformance.sandbox import faults

KEY = "bench-key"
EXAMPLES = 30
PATIENCE = 900
"""Seconds that one run may take."""

Command = Callable[[str, Path], list[str]]
"""From the server's URL and an empty folder to what is run."""
Reader = Callable[[Path], frozenset[str]]
"""From that folder, after the run, to what was reported."""


@dataclass(frozen=True)
class Tool:
    """One of the two."""

    name: str
    command: Command
    reported: Reader


@dataclass(frozen=True)
class Measured:
    """One run of a tool."""

    reported: frozenset[str]
    requests: int
    seconds: float


def schemathesis_command(url: str, folder: Path, key: str = KEY) -> list[str]:
    """Every check and phase is on by default; the seed is fixed for the sake of the reader."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    options = f"--max-examples {EXAMPLES} --seed 1 --generation-database none --no-color".split()
    report = str(folder / "report.json")
    header = f"Authorization: {key}"
    return [program, "run", str(spec.DEFAULT), "--url", url, "-H", header, *options, "--report-json-path", report]


def schemathesis_reported(folder: Path) -> frozenset[str]:
    """Failures and errors by their code and operation."""
    report = json.loads((folder / "report.json").read_text("utf-8"))
    failures = {f"{f['code']} {operation}" for f in report["failures"] for operation in f["operations"]}
    return frozenset(failures | {f"error {json.dumps(error, sort_keys=True)[:80]}" for error in report["errors"]})


def our_command(url: str, folder: Path) -> list[str]:
    """A run as it is by default on this machine: with writes, and with Schemathesis' engine inside."""
    return [sys.executable, "-m", "conformance", url, "--report", str(folder)]


def our_reported(folder: Path) -> frozenset[str]:
    """The clauses that are violated, inferred ones too."""
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return frozenset(clause["id"] for clause in report["clauses"] if clause["verdict"] == "violated")


TOOLS = (
    Tool(f"schemathesis run -n {EXAMPLES}", schemathesis_command, schemathesis_reported),
    Tool("python -m conformance", our_command, our_reported),
)


def main(count: int) -> None:
    """Measure, and print a line for each fault as it comes, then the totals."""
    chosen = spread([fault.id for fault in faults(spec.load())], count)
    print(f"{len(chosen)} faults of the sandbox, spread over all of them; seconds are of the wall clock")
    print(f"{'fault':<58}" + "".join(f"{tool.name:>32}" for tool in TOOLS))
    honest = [measure(tool, None) for tool in TOOLS]
    print(_line("(none: the honest sandbox)", [_cell(m, bool(m.reported)) for m in honest]))
    runs: list[list[Measured]] = []
    for fault in chosen:
        runs.append([measure(tool, fault) for tool in TOOLS])
        cells = [_cell(m, bool(m.reported - base.reported)) for m, base in zip(runs[-1], honest, strict=True)]
        print(_line(fault, cells), flush=True)
    totals = []
    for index, base in enumerate(honest):
        mine = [run[index] for run in runs]
        totals.append(
            (
                sum(bool(m.reported - base.reported) for m in mine),
                sum(m.requests for m in mine) / max(1, len(mine)),
                sum(m.seconds for m in mine) / max(1, len(mine)),
            )
        )
    print(_line("found", [f"{found} of {len(runs)}" for found, _, _ in totals]))
    print(_line("requests a run", [f"{requests:.0f}" for _, requests, _ in totals]))
    print(_line("seconds a run", [f"{seconds:.1f}" for _, _, seconds in totals]))
    (theirs, their_requests, their_seconds), (ours, our_requests, our_seconds) = totals
    times = f"{ours / theirs:.1f} times the faults" if theirs else f"{ours} faults to none"
    print(
        f"{times}, with {our_requests / max(1, their_requests):.2f} times the requests "
        f"in {our_seconds / max(0.1, their_seconds):.2f} times the seconds"
    )


def spread(ids: Sequence[str], count: int) -> list[str]:
    """So many of the ids at even distances, in their order."""
    count = min(count, len(ids))
    return [ids[int((n + 0.5) * len(ids) / count)] for n in range(count)]


def measure(tool: Tool, fault: str | None) -> Measured:
    """Run a tool once against a fresh sandbox."""
    with tempfile.TemporaryDirectory() as name, serving(fault, Path(name) / "audit") as url:
        folder = Path(name) / "report"
        folder.mkdir()
        started = time.monotonic()
        # Both exit with 1 for what they found; what they found stands in their reports.
        subprocess.run(
            tool.command(url, folder),
            cwd=name,  # Schemathesis leaves files where it runs
            env={**os.environ, "PRD_API_KEY": KEY},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )
        seconds = time.monotonic() - started
        requests = len((Path(name) / "audit").read_text("utf-8").splitlines())
        reported = tool.reported(folder) if (folder / "report.json").is_file() else frozenset()
        return Measured(reported, requests, seconds)


@contextlib.contextmanager
def serving(fault: str | None, audit: Path) -> Iterator[str]:
    """A sandbox in a process of its own; gives its URL."""
    command = [sys.executable, "-m", "conformance.sandbox", "--audit", str(audit)]
    command += ["--fault", fault] if fault else []
    environment = {**os.environ, "PRD_API_KEY": KEY}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            ready = process.stdout.readline() if process.stdout else ""
            yield ready.removeprefix("READY ").strip()
        finally:
            process.terminate()


def _line(name: str, cells: list[str]) -> str:
    return f"{name:<58}" + "".join(f"{cell:>32}" for cell in cells)


def _cell(measured: Measured, found: bool) -> str:
    return f"{'found' if found else '-'} {measured.requests:>6} requests {measured.seconds:>6.1f} s"
