"""One run, from its config to its report."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Protocol

from conformance import fuzzing
from conformance.laws import LAWS, phase_of
from conformance.plugins.loading import BrokenPlugin
from conformance.reading.context import RunContext
from conformance.reading.evidence import Evidence
from conformance.reading.preflight import preflight
from conformance.reports import evidence as evidence_files
from conformance.reports import files, formats, past, waivers
from conformance.reports.model import Report
from conformance.reports.stream import NAME, Stream, header
from conformance.runner.config import Config
from conformance.runner.leftovers import delete_own_rows
from conformance.runner.run import RunRecord, carry_out
from conformance.runner.so_far import so_far
from conformance.runner.watchdog import Watchdog, unwatched
from conformance.transport.exchange import Request, Response
from conformance.transport.guard import Ownership
from conformance.transport.journal import JOURNAL
from conformance.transport.target import Target
from conformance.verdict import LONGEST_MESSAGE, Outcome
from spec import Clause, Contract


class Watching(Protocol):
    """Follows a run while it goes on."""

    def __enter__(self) -> Watching: ...
    def __exit__(self, *_: object) -> None: ...
    def started(self, clause: Clause) -> None: ...
    def concluded(self, outcome: Outcome) -> None: ...


class Quiet:
    """Follows a run and shows nothing."""

    def __enter__(self) -> Quiet:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to release."""

    def started(self, clause: Clause) -> None:
        """A clause is being tried."""

    def concluded(self, outcome: Outcome) -> None:
        """A clause has its verdict."""


View = Callable[[list[Clause], Callable[[], int]], Watching]
"""Makes a watcher of a run's clauses and of a function that gives the requests sent so far."""


def run(config: Config, view: View = lambda clauses, spent: Quiet()) -> Report:
    """Check a server against the document; gives the report.

    Raises Usage for a config that can't be carried out, spec.SpecError for a document that can't be read,
    WrongTarget for a server that isn't the one of the document. A violation raises nothing: it is in the report.
    """
    return watched(config, view, unwatched(), lambda report: None)


def watched(config: Config, view: View, watchdog: Watchdog, save: Callable[[Report], None]) -> Report:
    """Run under a watchdog. The report of a stopped run is saved before its rows are deleted."""
    contract = config.contract()
    with _folder(config) as folder:
        return _run(contract, replace(config, report=folder), folder, view, watchdog, save)


@contextlib.contextmanager
def _folder(config: Config) -> Iterator[Path]:
    """The report folder. A temporary one is kept while its journal names rows: only the journal knows them."""
    if config.report is not None:
        yield config.report
        return
    temporary = Path(tempfile.mkdtemp(prefix="contract-conformance-"))
    try:
        yield temporary
    finally:
        if not (temporary / JOURNAL).exists():
            shutil.rmtree(temporary, ignore_errors=True)


def _run(
    contract: Contract,
    config: Config,
    folder: Path,
    view: View,
    watchdog: Watchdog,
    save: Callable[[Report], None],
) -> Report:
    known = waivers.load(config.waivers) if config.waivers else []
    selection, expected, earlier = config.selection(contract), config.gaps(contract), config.past(contract)
    key = config.key(contract)
    files.clear(folder, [NAME, *formats.FILES])
    evidence_files.clear(folder)
    tried = [clause for clause in contract.clauses if selection.reason_to_skip(clause) is None]
    head = header(
        contract,
        config.base_url,
        config.seed,
        config.settings,
        embedded=config.embedded,
        waivers=known,
        gaps=expected,
        exercised_at=past.exercised_at(earlier),
    )
    evidence = Evidence(contract)
    found = RunRecord(contract, config.base_url, config.seed, config.strict, datetime.now(UTC))
    seen = fuzzing.Observations(contract, found.notes, generated=evidence.generated)
    _check_laws(contract)

    def observe(request: Request, response: Response) -> None:
        evidence.observe(request, response)
        stream.answered(request, response)

    ownership = Ownership(contract, config.base_url, folder / JOURNAL) if config.may_write else None
    target = Target(
        config.base_url,
        contract,
        key,
        config.limits,
        ownership=ownership,
        verify=config.verify,
        observe=observe,
        second_key=config.other_key(contract),
    )
    watchdog.halt = target.halt

    def all_tried() -> None:
        began = _begin(RunContext(contract, target, config.seed), stream)
        with view(tried, lambda: target.total) as watching:

            def started(clause: Clause) -> None:
                watchdog.doing = clause.id
                watching.started(clause)

            def concluded(outcome: Outcome) -> None:
                stream.concluded(outcome)
                watching.concluded(outcome)

            carry_out(
                found,
                target,
                evidence,
                selection,
                began,
                budget=config.budget,
                on_start=started,
                on_outcome=concluded,
                before_responses=partial(_explore, config, seen, target, tried),
            )

    # From here on there is a report. Whatever takes long before a request comes above.
    stream = Stream(folder / NAME, head)
    try:
        with stream:
            try:
                all_tried()
            except KeyboardInterrupt:  # between two steps, or before the first: the steps themselves expect it
                target.halt()
                found.stopped = target.halted
                if not found.outcomes:
                    found.notes.append("It ended at the first look at the server.")
            watchdog.came_back()
            watchdog.doing = "clean-up"
            notes = [target.redact(note, LONGEST_MESSAGE) for note in found.notes]
            if found.stopped:
                save(so_far(stream.path, found.stopped, notes))
            if ownership:
                notes += delete_own_rows(contract, ownership, config, watchdog.came_back)
            stream.finished(found.stopped, found.requests, notes)
    except Exception as error:
        # Our rows are deleted even after a failure such as a full disk.
        for note in delete_own_rows(contract, ownership, config) if ownership else ():
            error.add_note(note)
        raise
    finally:
        target.close()
    report = files.read(stream.path)
    if config.history and config.add_to_history and report["complete"]:
        past.add(config.history, report)
    return report


def _begin(context: RunContext, stream: Stream) -> datetime:
    """The start of the run by the server's clock. Without a first look there is nothing to report."""
    try:
        return preflight(context)
    except Exception:
        stream.path.unlink(missing_ok=True)
        raise


def _check_laws(contract: Contract) -> None:
    """Raises BrokenPlugin for a clause that no law checks."""
    for clause in contract.clauses:
        if clause.kind not in LAWS:
            raise BrokenPlugin(f"There is the clause {clause.id}, but no law checks clauses of the kind {clause.kind}.")


def _explore(config: Config, seen: fuzzing.Observations, target: Target, tried: list[Clause]) -> None:
    """Let Schemathesis' engine test the operations whose clauses judge evidence."""
    operations = {clause.operation for clause in tried if phase_of(clause).judges_evidence}
    if config.schemathesis and config.effort != "quick" and operations:
        explore = import_module("conformance.fuzzing.explore").explore  # takes a second to import
        explore(seen, target, config.seed, operations=operations, budget=config.budget)
