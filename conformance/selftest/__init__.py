"""The self-test: can every clause fail, and is every clause quiet on a correct server?

It starts the sandbox with each of its faults in turn. A fault that turns no clause red survives, and the
self-test fails.
"""

from __future__ import annotations

import fnmatch
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

from conformance.commands import options
from conformance.plugins.loading import load
from conformance.reports.files import write_text
from conformance.runner.config import Usage
from conformance.sandbox import Fault
from conformance.sandbox.faults import faults
from conformance.selection import matches
from conformance.selftest.matrix import Matrix, as_json, lines
from conformance.selftest.trial import Bench, Judged, Trial
from spec import Contract
from spec.command_line import FILE, command, option

__all__ = ["Bench", "Judged", "Matrix", "Trial", "run", "selftest"]

NAME = "selftest.json"

Work = tuple[str, tuple[str, ...]]
"""A clause's id and the ids of the faults to try it with."""


JOBS = 2 * (os.cpu_count() or 1)
"""Much of the time is a wait for batches."""


@command(
    epilog="""\
exit codes: 0 every fault is found, every clause has a law and a fault that it finds, and the honest sandbox is
green; 1 not; 2 wrong usage

example:
  seller-contract selftest --only PRD102.page.disjoint
"""
)
@option("--only", multiple=True, metavar="GLOB", help="only these clauses or faults (repeatable)")
@option("--full", is_flag=True, help="try every clause on every fault, and confirm each finding by replays")
@option("--strict", is_flag=True, help="an inferred clause that is red on the honest sandbox fails as well")
@option("--jobs", type=options.WHOLE, default=JOBS, metavar="N", help=f"processes (default: twice the cores, {JOBS})")
@options.seed
@options.document
@option("--report", type=FILE, metavar="DIR", help=f"also write {NAME} there")
def selftest(
    only: tuple[str, ...], full: bool, strict: bool, jobs: int, seed: int, document: Path, report: Path | None
) -> int:
    """Start the sandbox with each of its faults, and show which clauses find it."""
    contract = load(document)
    work = selected(contract, only)
    if not work:
        raise Usage("No clause is selected. `--only` takes ids of clauses or faults, prefixes up to a dot, and globs.")
    started = time.monotonic()
    judged = []
    for done, one in enumerate(run(document, work, jobs=jobs, seed=seed, full=full), 1):
        judged.append(one)
        if sys.stderr.isatty():
            print(f"\r{done} of {len(work)} clauses", end="\r", file=sys.stderr, flush=True)
    matrix = Matrix(contract, judged, strict, time.monotonic() - started)
    print("\n".join(lines(matrix)))
    if report:
        path = report / NAME
        write_text(path, json.dumps(as_json(matrix), indent=2, ensure_ascii=False) + "\n")
        print(f"report: {path}")
    return matrix.exit_code


def selected(contract: Contract, patterns: tuple[str, ...]) -> list[Work]:
    """The clauses and faults that the patterns select; all without a pattern."""
    by_clause: dict[str, list[str]] = {clause.id: [] for clause in contract.clauses}
    for fault in faults(contract):
        by_clause[fault.clause].append(fault.id)
    if not patterns:
        return [(clause, tuple(ids)) for clause, ids in by_clause.items()]
    found = []
    for clause, ids in by_clause.items():
        if any(matches(clause, pattern) for pattern in patterns):
            found.append((clause, tuple(ids)))
        elif chosen := [id for id in ids if any(fnmatch.fnmatchcase(id, pattern) for pattern in patterns)]:
            found.append((clause, tuple(chosen)))
    return found


def run(file: Path, work: list[Work], *, jobs: int, seed: int = 0, full: bool = False) -> Iterator[Judged]:
    """Do the work in `jobs` processes; results come in the order of the work."""
    judge = partial(_judge, file, seed, full)
    if jobs == 1:
        yield from map(judge, work)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(judge, work)


def _judge(file: Path, seed: int, full: bool, work: Work) -> Judged:
    bench = _bench(file, seed, full)
    clause = bench.contract.clause(work[0])
    if clause is None:
        raise ValueError(f"{file} has no clause {work[0]}")
    known = _faults(file)
    return bench.judge(clause, [known[id] for id in work[1]])


@cache
def _contract(file: Path) -> Contract:
    return load(file)


@cache
def _faults(file: Path) -> dict[str, Fault]:
    return {fault.id: fault for fault in faults(_contract(file))}


@cache
def _bench(file: Path, seed: int, full: bool) -> Bench:
    """One bench for each process."""
    return Bench(_contract(file), seed, full=full)
