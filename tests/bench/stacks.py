"""How many mistakes of other stacks the suite finds, by server and family, and whether their variants stay green.

A run on a mistake ends at the first documented violation. The server is thrown away then, so nothing is cleaned up.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from conformance import Config, run
from conformance.reports.model import Report
from conformance.verdict import Outcome
from spec import Clause
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


def main(count: int, table: Path | None = None) -> None:
    """Measure so many faults of each server, evenly spread; all of them and the variants for 0.

    Each result goes into the table as it comes, in columns between tabs.
    """
    with table.open("a", encoding="utf-8") if table else tempfile.TemporaryFile("w") as out:
        for server in SERVERS:
            if not server.available():
                print(f"{server.name}: {server.command[0]} isn't installed")
                continue
            honest = whole(server)
            print(f"{server.name} ({server.technology}): {honest.requests} requests on the honest one", flush=True)
            decided = [fault for fault in server.faults() if fault.decides]
            _faults(server, decided[:: max(1, len(decided) // count)] if count else decided, honest, out)
            if not count:
                _variants(server, out)


def _faults(server: Server, chosen: Iterable[Fault], honest: Measured, out: IO[str]) -> None:
    found: Counter[tuple[str, str]] = Counter()
    total: Counter[str] = Counter()
    for fault in chosen:
        seen = until_violated(server, "--fault", fault.id)
        level = "" if set(seen.clauses) <= set(honest.clauses) else seen.level
        _record(out, server, "fault", fault.id, fault.family, level or "missed", seen)
        total[fault.family] += 1
        found[fault.family, level] += 1
        if level != "documented":
            print(f"  {level or 'missed'}: {fault.id}: {fault.what}", flush=True)
    for family, all_of_it in total.items():
        print(f"  {family:<12}{found[family, 'documented']:>4} of {all_of_it}")
    documented = sum(number for (_, level), number in found.items() if level == "documented")
    print(f"  {'all':<12}{documented:>4} of {total.total()}", flush=True)


def _variants(server: Server, out: IO[str]) -> None:
    for variant in server.variants():
        seen = whole(server, "--variant", variant)
        red = seen.level == "documented"
        _record(out, server, "variant", variant, "", "red" if red else "green", seen)
        if red:
            print(f"  {variant}, which the page allows, is called wrong: {', '.join(seen.clauses)}", flush=True)


def _record(out: IO[str], server: Server, kind: str, id: str, family: str, level: str, seen: Measured) -> None:
    out.write("\t".join((server.name, kind, id, family, level, str(seen.requests), " ".join(seen.clauses))) + "\n")
    out.flush()


def until_violated(server: Server, *options: str) -> Measured:
    """A run with writes that ends at the first documented violation; a whole one where there is none."""
    watching: list[_UntilViolated] = []

    def watch(clauses: list[Clause], spent: Callable[[], int]) -> _UntilViolated:
        watching.append(_UntilViolated(spent))
        return watching[0]

    with serving(server, *options) as url, tempfile.TemporaryDirectory() as folder:
        try:
            report = run(_config(url, folder), watch)
        except Enough:
            return Measured((watching[0].clause,), "documented", watching[0].requests)
    return _measured(report)


def whole(server: Server, *options: str) -> Measured:
    """A whole run with writes."""
    with serving(server, *options) as url, tempfile.TemporaryDirectory() as folder:
        return _measured(run(_config(url, folder)))


def _measured(report: Report) -> Measured:
    violated = [clause for clause in report["clauses"] if clause["verdict"] == "violated"]
    documented = tuple(str(clause["id"]) for clause in violated if clause["level"] == "documented")
    found = documented or tuple(str(clause["id"]) for clause in violated)
    level = "documented" if documented else "inferred" if found else ""
    return Measured(found, level, int(report["requests"]["total"]))


def _config(url: str, folder: str) -> Config:
    return Config(url, api_key=KEY, writes=True, schemathesis=False, report=Path(folder))
