"""`python -m conformance selftest`: is every clause able to fail, and silent where nothing is wrong?

The sandbox is started with each of its faults in turn. A fault that turns no clause red survives, and the
self-test fails.
"""

from __future__ import annotations

import argparse
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

import spec
from conformance.commands.options import Usage
from conformance.reports.files import write_text
from conformance.sandbox import Fault
from conformance.sandbox.faults import faults
from conformance.selection import matches
from conformance.selftest.matrix import Matrix, as_json, lines
from conformance.selftest.trial import Bench, Judged, Trial
from spec import Contract

__all__ = ["Bench", "Judged", "Matrix", "Trial", "main", "run"]

FILE = "selftest.json"

Work = tuple[str, tuple[str, ...]]
"""A clause's id and the ids of the faults to try it with."""


def main(argv: list[str]) -> int:
    """Exit code 0 when every fault is found, every clause has one, and the honest sandbox is green; else 1."""
    given = _parser().parse_args(argv)
    contract = spec.load(given.spec)
    work = selected(contract, tuple(given.only))
    if not work:
        raise Usage("No clause is selected. `--only` takes ids of clauses or faults, prefixes up to a dot, and globs.")
    started = time.monotonic()
    judged = []
    for done, one in enumerate(run(given.spec, work, jobs=given.jobs, seed=given.seed, full=given.full), 1):
        judged.append(one)
        if sys.stderr.isatty():
            print(f"\r{done} of {len(work)} clauses", end="\r", file=sys.stderr, flush=True)
    matrix = Matrix(contract, judged, given.strict, time.monotonic() - started)
    print("\n".join(lines(matrix)))
    if given.report:
        path = given.report / FILE
        write_text(path, json.dumps(as_json(matrix), indent=2, ensure_ascii=False) + "\n")
        print(f"report: {path}")
    return matrix.exit_code


def selected(contract: Contract, patterns: tuple[str, ...]) -> list[Work]:
    """The clauses and faults that the patterns choose; all without a pattern."""
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
    """Try the work in as many processes as `jobs` says; results come in the order of the work."""
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
    return spec.load(file)


@cache
def _faults(file: Path) -> dict[str, Fault]:
    return {fault.id: fault for fault in faults(_contract(file))}


@cache
def _bench(file: Path, seed: int, full: bool) -> Bench:
    """One bench for each process."""
    return Bench(_contract(file), seed, full=full)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance selftest",
        description="Start the sandbox with each of its faults and show which clauses find it.",
        epilog="Exit code 0 when every fault is found, every clause has one and finds it, and the honest sandbox is "
        "green; 1 when not.",
    )
    add = parser.add_argument
    add("--only", action="append", default=[], metavar="GLOB", help="only these clauses or faults (repeatable)")
    add("--full", action="store_true", help="try every clause on every fault, and confirm each finding by replays")
    add("--strict", action="store_true", help="an inferred clause that is red on the honest sandbox fails as well")
    # Much of the time is spent in waiting for batches.
    jobs = 2 * (os.cpu_count() or 1)
    add("--jobs", type=int, default=jobs, metavar="N", help="processes (default: twice the cores, %(default)s)")
    add("--seed", type=int, default=0, metavar="N", help="as for a run (default: %(default)s)")
    add("--spec", type=Path, default=spec.DEFAULT, metavar="FILE", help="the document (default: spec/openapi.yaml)")
    add("--report", type=Path, metavar="DIR", help=f"also write {FILE} there")
    return parser
