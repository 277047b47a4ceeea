"""How many mistakes of other stacks the suite finds, by server and family, and whether their variants stay green.

Plain Schemathesis runs beside it. A run of the suite on a mistake ends at the first documented violation. The server is
thrown away then, so nothing is cleaned up.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from conformance import Config, WrongTarget, run
from conformance.reports.model import Report
from conformance.verdict import Outcome
from spec import Clause
from tests.bench import detection
from tests.servers import KEY, SERVERS, Fault, Server, serving


class Enough(BaseException):
    """A documented clause is violated. No ordinary exception, so the run doesn't delete its rows first."""


@dataclass
class _UntilViolated:
    """Follows a run up to its first documented violation."""

    spent: Callable[[], int]
    clause: str = ""
    requests: int = 0

    def __enter__(self) -> _UntilViolated:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to release."""

    def started(self, clause: Clause) -> None:
        """A clause is being tried."""

    def concluded(self, outcome: Outcome) -> None:
        """A clause has its verdict."""
        if outcome.verdict == "violated" and outcome.clause.level == "documented":
            self.clause, self.requests = outcome.clause.id, self.spent()
            raise Enough


@dataclass(frozen=True)
class Measured:
    """What a run found: documented clauses, or inferred ones where there are no others."""

    clauses: tuple[str, ...]
    level: str
    """`documented`, `inferred`, or nothing."""
    requests: int
    seconds: float


@dataclass
class _Sum:
    """What one tool did about the faults of one family."""

    found: int = 0
    runs: int = 0
    requests: int = 0
    seconds: float = 0.0

    def add(self, found: bool, requests: int, seconds: float) -> None:
        self.found += found
        self.runs += 1
        self.requests += requests
        self.seconds += seconds

    def __str__(self) -> str:
        runs = max(1, self.runs)
        return f"{self.found:>5} of {self.runs:<4}{self.requests / runs:>6.0f}{self.seconds / runs:>8.1f} s"


def main(count: int, table: Path | None = None) -> None:
    """Measure so many faults of each server, evenly spread, beside plain Schemathesis.

    For 0: all faults and the variants, without Schemathesis, which takes most of a minute for each.
    Each result goes into the table as it comes, in columns between tabs.
    """
    with table.open("a", encoding="utf-8") if table else tempfile.TemporaryFile("w") as out:
        for server in SERVERS:
            if not server.available():
                print(f"{server.name}: {server.command[0]} isn't installed")
                continue
            decided = [fault for fault in server.faults() if fault.decides]
            by_id = {fault.id: fault for fault in decided}
            chosen = [by_id[id] for id in detection.spread(list(by_id), count)] if count else decided
            print(f"{server.name} ({server.technology})", flush=True)
            _faults(server, chosen, beside=bool(count), out=out)
            if not count:
                _variants(server, out)


def _faults(server: Server, chosen: Iterable[Fault], *, beside: bool, out: IO[str]) -> None:
    honest = whole(server)
    usual = schemathesis(server) if beside else None
    print(f"  a whole run on the honest server: {honest.requests} requests, {honest.seconds:.1f} s", flush=True)
    if usual:
        print(f"  plain Schemathesis on it: {usual.requests} requests, {usual.seconds:.1f} s", flush=True)
    ours: defaultdict[str, _Sum] = defaultdict(_Sum)
    theirs: defaultdict[str, _Sum] = defaultdict(_Sum)
    for fault in chosen:
        seen = until_violated(server, "--fault", fault.id)
        level = "" if set(seen.clauses) <= set(honest.clauses) else seen.level
        _record(out, server, "fault", fault.id, fault.family, level or "missed", seen)
        for family in (fault.family, "all"):
            ours[family].add(level == "documented", seen.requests, seen.seconds)
        if level != "documented":
            print(f"  {level or 'missed'}: {fault.id}: {fault.what}", flush=True)
        if usual:
            other = schemathesis(server, "--fault", fault.id)
            for family in (fault.family, "all"):
                theirs[family].add(bool(other.reported - usual.reported), other.requests, other.seconds)
    found, of_schemathesis = "found, requests, seconds", "plain Schemathesis" if usual else ""
    print(f"  {'family':<12}{found:>28}    {of_schemathesis:>28}".rstrip())
    for family in (*(name for name in ours if name != "all"), "all"):
        print(f"  {family:<12}{ours[family]!s:>28}    {theirs[family] if usual else ''!s:>28}".rstrip(), flush=True)


def _variants(server: Server, out: IO[str]) -> None:
    for variant in server.variants():
        seen = whole(server, "--variant", variant)
        red = seen.level == "documented"
        _record(out, server, "variant", variant, "", "red" if red else "green", seen)
        if red:
            print(f"  {variant}, which the page allows, is called wrong: {', '.join(seen.clauses)}", flush=True)


def _record(out: IO[str], server: Server, kind: str, id: str, family: str, level: str, seen: Measured) -> None:
    spent = (str(seen.requests), f"{seen.seconds:.1f}")
    out.write("\t".join((server.name, kind, id, family, level, *spent, " ".join(seen.clauses))) + "\n")
    out.flush()


def schemathesis(server: Server, *options: str) -> detection.Measured:
    """A run of plain Schemathesis, every check and phase on. Its requests are the test cases that it counts."""
    with serving(server, *options) as url, tempfile.TemporaryDirectory() as name:
        folder, started = Path(name), time.monotonic()
        subprocess.run(
            detection.schemathesis_command(url, folder, KEY),
            cwd=name,  # it leaves files where it runs
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=detection.PATIENCE,
            check=False,
        )
        seconds, file = time.monotonic() - started, folder / "report.json"
        if not file.is_file():
            return detection.Measured(frozenset(), 0, seconds)
        cases = int(json.loads(file.read_text("utf-8"))["test_cases"]["generated"])
        return detection.Measured(detection.schemathesis_reported(folder), cases, seconds)


def until_violated(server: Server, *options: str) -> Measured:
    """A run with writes that ends at the first documented violation; a whole one where there is none."""
    watching: list[_UntilViolated] = []

    def watch(clauses: list[Clause], spent: Callable[[], int]) -> _UntilViolated:
        watching.append(_UntilViolated(spent))
        return watching[0]

    with serving(server, *options) as url, tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        try:
            report = run(_config(url, folder), watch)
        except Enough:
            found = watching[0]
            return Measured((found.clause,), "documented", found.requests, time.monotonic() - started)
        except WrongTarget:
            # No run at all, and the reason in words: a person sees at once what the server does.
            return Measured(("no run",), "documented", 0, time.monotonic() - started)
        return _measured(report, time.monotonic() - started)


def whole(server: Server, *options: str) -> Measured:
    """A whole run with writes."""
    with serving(server, *options) as url, tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        return _measured(run(_config(url, folder)), time.monotonic() - started)


def _measured(report: Report, seconds: float) -> Measured:
    violated = [clause for clause in report["clauses"] if clause["verdict"] == "violated"]
    documented = tuple(str(clause["id"]) for clause in violated if clause["level"] == "documented")
    found = documented or tuple(str(clause["id"]) for clause in violated)
    level = "documented" if documented else "inferred" if found else ""
    return Measured(found, level, int(report["requests"]["total"]), seconds)


def _config(url: str, folder: str) -> Config:
    return Config(url, api_key=KEY, writes=True, schemathesis=False, report=Path(folder))
