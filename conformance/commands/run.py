"""One run from its options to its reports."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import Protocol

import spec
from conformance import fuzzing as engine
from conformance.commands import plan
from conformance.commands.options import Options, Usage, read_key, settings
from conformance.commands.terminal import View, summary
from conformance.laws.responses import Evidence, evidence_laws
from conformance.reading.context import RunContext
from conformance.reading.preflight import preflight
from conformance.reports import files, formats, waivers
from conformance.reports.model import Report
from conformance.reports.stream import NAME, Stream, header
from conformance.runner.run import RunRecord, carry_out
from conformance.selection import Selection, left_to_others
from conformance.transport.exchange import Request, Response
from conformance.transport.guard import Ownership
from conformance.transport.journal import JOURNAL, journaled
from conformance.transport.keys import unmarkable
from conformance.transport.pace import Limits
from conformance.transport.target import Target
from conformance.verdict import LONGEST_MESSAGE, Outcome
from conformance.writing.cleanup import clean_up
from spec import Clause, Contract


class Watching(Protocol):
    """Whoever is told what a run does while it does it."""

    def __enter__(self) -> Watching: ...
    def __exit__(self, *_: object) -> None: ...
    def started(self, clause: Clause) -> None: ...
    def concluded(self, outcome: Outcome) -> None: ...


def conform(options: Options) -> int:
    """What the options ask for: a run with its reports, its plan, or only the cleaning up; gives the exit code."""
    contract = spec.load(options.spec)
    if options.clean_up:
        return only_clean_up(contract, options)
    if options.plan:
        print(plan.text(contract, selected(contract, options), options))
        return 0
    files.clear(options.report, [NAME, *formats.FILES])
    report = run(contract, options, lambda tried, spent: View(tried, spent, options.max_requests))
    summary(report)
    paths = formats.write_all(options.report, report, options.history)
    if options.write_waivers:
        paths.append(files.write_text(options.write_waivers, waivers.draft(report)))
    print("report:", ", ".join(str(path) for path in paths))
    return report["exit_code"]


def selected(contract: Contract, options: Options) -> Selection:
    """Which clauses the options select. Raises Usage when that is none."""
    others = left_to_others(contract.clauses, options.shard) if options.shard else frozenset()
    off = {} if options.schemathesis else dict.fromkeys(engine.GENERATED, "switched off by --no-schemathesis")
    selection = Selection(options.only, options.skip, options.writes, others, unmarkable(contract), off)
    if all(selection.reason_to_skip(clause) for clause in contract.clauses):
        raise Usage("No clause is selected. `--only` and `--skip` take ids, prefixes up to a dot, and globs.")
    return selection


def run(contract: Contract, options: Options, view: Callable[[list[Clause], Callable[[], int]], Watching]) -> Report:
    """One run, its stream in the report folder; gives the report of it."""
    known = waivers.load(options.waivers) if options.waivers else []
    selection = selected(contract, options)
    tried = [clause for clause in contract.clauses if selection.reason_to_skip(clause) is None]
    with server(options, contract) as (base_url, key):
        embedded = options.base_url is None
        head = header(contract, base_url, options.seed, settings(options), embedded=embedded, waivers=known)
        stream = Stream(options.report / NAME, head)
        evidence = Evidence(contract)

        def observe(request: Request, response: Response) -> None:
            evidence.observe(request, response)
            stream.answered(request, response)

        limits = Limits(
            options.rate,
            options.max_requests,
            options.max_time,
            options.timeout,
            options.batch_timeout,
            options.list_lag,
        )
        ownership = Ownership(contract, base_url, options.report / JOURNAL) if options.writes else None
        verify = options.ca_bundle or True
        target = Target(base_url, contract, key, limits, ownership=ownership, verify=verify, observe=observe)
        found = RunRecord(contract, base_url, options.seed, options.strict, datetime.now(UTC))
        seen = engine.Observations(contract, found.notes)
        try:
            began = preflight(RunContext(contract, target, options.seed))
            with stream, view(tried, lambda: target.total) as watching:

                def concluded(outcome: Outcome) -> None:
                    stream.concluded(outcome)
                    watching.concluded(outcome)

                carry_out(
                    found,
                    target,
                    evidence,
                    selection,
                    began,
                    on_start=watching.started,
                    on_outcome=concluded,
                    before_responses=partial(explore, options, seen, target, tried),
                    more_laws=engine.laws(seen, evidence_laws(evidence)["response.status"]),
                )
                if ownership:
                    found.notes += delete_own_rows(contract, ownership, key, options)
                stream.finished(
                    found.stopped, found.requests, [target.redact(note, LONGEST_MESSAGE) for note in found.notes]
                )
        finally:
            target.close()
    return files.read(stream.path)


def only_clean_up(contract: Contract, options: Options) -> int:
    """Finish what a killed run left, by the journal in the report folder; gives the exit code."""
    if options.base_url is None:
        raise Usage("--clean-up needs the BASE_URL of the run that left something.")
    journal = options.report / JOURNAL
    if not journaled(journal, options.base_url):
        print(f"Nothing to clean up: {journal} has no keys for {options.base_url}.")
        return 0
    ownership = Ownership(contract, options.base_url, journal)
    notes = delete_own_rows(contract, ownership, read_key(), options)
    print("\n".join(notes) or f"Nothing of earlier runs is left on {options.base_url}.")
    return 2 if notes else 0


def delete_own_rows(contract: Contract, ownership: Ownership, key: str | None, options: Options) -> list[str]:
    """Delete what was planted, beyond the run's budgets; gives what a person should know of it."""
    limits = Limits(options.rate, timeout=options.timeout)
    verify = options.ca_bundle or True
    left: list[str] = []
    # Who stops a run that is about to end wants it cleaned up all the same; who insists wants to leave.
    for _ in range(2):
        target = Target(ownership.base_url, contract, key, limits, ownership=ownership, verify=verify)
        try:
            left = clean_up(RunContext(contract, target, options.seed), ownership)
            break
        except KeyboardInterrupt:
            left = journaled(ownership.path, ownership.base_url)
        finally:
            target.close()
    if not left:
        return []
    shown = ", ".join(left[:20]) + (f" and {len(left) - 20} more" if len(left) > 20 else "")
    return [f"Left on the server: {shown}. The same command with --clean-up tries again; {ownership.path} lists them."]


def explore(options: Options, seen: engine.Observations, target: Target, tried: list[Clause]) -> None:
    """Let Schemathesis' engine ask the operations of which something is still to be said."""
    operations = {clause.operation for clause in tried if clause.family == "response"}
    if options.schemathesis and operations:
        run_engine = import_module("conformance.fuzzing.explore").explore  # takes a second to import
        run_engine(seen, target, options.seed, operations=operations)


@contextlib.contextmanager
def server(options: Options, contract: Contract) -> Iterator[tuple[str, str | None]]:
    """The target's base URL and key: the one given, or the embedded sandbox for as long as the run takes."""
    if options.base_url:
        yield options.base_url, read_key()
        return
    sandbox = import_module("conformance.sandbox")  # only a run without a URL needs it
    key = read_key() or sandbox.DEFAULT_KEY
    with sandbox.serve(contract, sandbox.Settings(api_key=key)) as base_url:
        yield base_url, key
