"""`python -m conformance`: test a server against the contract."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib import import_module

import spec
from conformance import engine, plan, waivers
from conformance.ask import Ask
from conformance.cleanup import clean_up
from conformance.exchange import Answer, Request
from conformance.laws.responses import Evidence
from conformance.options import Options, Usage, parse, read_key, settings
from conformance.ownership import JOURNAL, Ownership, journaled
from conformance.preflight import WrongTarget, preflight
from conformance.reports import files, formats
from conformance.reports.files import UnreadableReport
from conformance.reports.stream import NAME, Stream, header
from conformance.run import Run, carry_out
from conformance.selection import Selection, left_to_others
from conformance.target import Limits, Target
from conformance.verdict import Outcome
from conformance.view import View, complain, summary
from conformance.waivers import WaiversError
from spec import Clause, Contract

COMMANDS = {
    "compare": "conformance.compare",
    "explain": "conformance.explain",
    "merge": "conformance.merge",
    "replay": "conformance.replay",
    "report": "conformance.reports.again",
    "selftest": "conformance.selftest",
}
"""What else than a run can be asked for: each module has a `main` that is given the rest of the arguments."""


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 conforms, 1 violations, 2 usage, unreachable or nothing could be exercised."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments and arguments[0] in COMMANDS:
            command: Callable[[list[str]], int] = import_module(COMMANDS[arguments[0]]).main
            return command(arguments[1:])
        with ending_on_sigterm():
            return conform(parse(arguments))
    except (spec.SpecError, Usage, WrongTarget, WaiversError, UnreadableReport) as error:
        complain(str(error))
    except KeyboardInterrupt:
        complain("Interrupted before anything was judged.")
    except BrokenPipeError:
        # Whoever read the output has seen enough; without this, Python complains once more on its way out.
        sys.stdout = None
    except OSError as error:
        complain(f"{error.filename or 'the report'}: {error.strerror}")
    return 2


def conform(options: Options) -> int:
    """One run as the options ask for it, its reports written; gives the exit code."""
    contract = spec.load(options.spec)
    known = waivers.load(options.waivers) if options.waivers else []
    others = left_to_others(contract.clauses, options.shard) if options.shard else frozenset()
    selection = Selection(options.only, options.skip, options.writes, others)
    tried = [clause for clause in contract.clauses if selection.reason_to_skip(clause) is None]
    if not tried:
        raise Usage("No clause is selected. `--only` and `--skip` take ids, prefixes up to a dot, and globs.")
    if options.clean_up:
        return only_clean_up(contract, options)
    if options.plan:
        print(plan.text(contract, selection, options))
        return 0
    files.clear(options.report, [NAME, *formats.FILES])
    with server(options, contract) as (base_url, key):
        embedded = options.base_url is None
        head = header(contract, base_url, options.seed, settings(options), embedded=embedded, waivers=known)
        stream = Stream(options.report / NAME, head)
        evidence = Evidence(contract)

        def observe(request: Request, answer: Answer) -> None:
            evidence.observe(request, answer)
            stream.answered(request, answer)

        limits = Limits(options.rate, options.max_requests, options.max_time, options.timeout)
        ownership = Ownership(contract, base_url, options.report / JOURNAL) if options.writes else None
        verify = options.ca_bundle or True
        target = Target(base_url, contract, key, limits, ownership=ownership, verify=verify, observe=observe)
        run = Run(contract, base_url, options.seed, options.strict, datetime.now(UTC))
        seen = engine.Seen(contract, run.notes)
        try:
            began = preflight(Ask(contract, target, options.seed))
            with stream, View(tried, lambda: target.total, options.max_requests) as view:

                def concluded(outcome: Outcome) -> None:
                    stream.concluded(outcome)
                    view.concluded(outcome)

                carry_out(
                    run,
                    target,
                    evidence,
                    selection,
                    began,
                    on_start=view.started,
                    on_outcome=concluded,
                    before_responses=partial(explore, options, seen, target, tried),
                    more_laws=engine.laws(seen),
                )
                if ownership:
                    run.notes += take_away(contract, ownership, key, options)
                stream.finished(run.stopped, run.requests, run.notes)
        finally:
            target.close()
    report = files.read(stream.path)
    summary(report)
    paths = formats.write_all(options.report, report, options.history)
    if options.write_waivers:
        paths.append(files.write_text(options.write_waivers, waivers.draft(report)))
    print("report:", ", ".join(str(path) for path in paths))
    return report["exit_code"]


def only_clean_up(contract: Contract, options: Options) -> int:
    """Finish what a killed run left, by the journal in the report folder; gives the exit code."""
    if options.base_url is None:
        raise Usage("--clean-up needs the BASE_URL of the run that left something.")
    journal = options.report / JOURNAL
    if not journaled(journal, options.base_url):
        print(f"Nothing to clean up: {journal} has no keys for {options.base_url}.")
        return 0
    ownership = Ownership(contract, options.base_url, journal)
    notes = take_away(contract, ownership, read_key(), options)
    print("\n".join(notes) or f"Nothing of earlier runs is left on {options.base_url}.")
    return 2 if notes else 0


def take_away(contract: Contract, ownership: Ownership, key: str | None, options: Options) -> list[str]:
    """Delete what was planted, beyond the run's budgets; gives what a person should know of it."""
    limits = Limits(options.rate, timeout=options.timeout)
    verify = options.ca_bundle or True
    target = Target(ownership.base_url, contract, key, limits, ownership=ownership, verify=verify)
    try:
        left = clean_up(Ask(contract, target, options.seed), ownership)
    except KeyboardInterrupt:
        left = journaled(ownership.path, ownership.base_url)
    finally:
        target.close()
    if not left:
        return []
    shown = ", ".join(left[:20]) + (f" and {len(left) - 20} more" if len(left) > 20 else "")
    return [f"Left on the server: {shown}. The same command with --clean-up tries again; {ownership.path} lists them."]


def explore(options: Options, seen: engine.Seen, target: Target, tried: list[Clause]) -> None:
    """Let Schemathesis' engine ask the operations of which something is still to be said."""
    operations = {clause.operation for clause in tried if clause.family == "response"}
    if options.schemathesis and operations:
        run_engine = import_module("conformance.engine.explore").explore  # takes a second to import
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


@contextlib.contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """A SIGTERM ends the run as Ctrl-C does: with a report that says so."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread, which is the only one that signals reach
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
