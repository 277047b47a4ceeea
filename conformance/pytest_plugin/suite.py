"""The clauses of the contract as pytest's tests, and the one run that they share."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

import spec
from conformance.commands.run import parsed
from conformance.plugins.loading import BrokenPlugin
from conformance.pytest_plugin.serving import serve
from conformance.reading.preflight import WrongTarget
from conformance.reports import files
from conformance.reports.junit import details
from conformance.reports.model import Clause, Report
from conformance.reports.text import visible
from conformance.reports.waivers import WaiversError
from conformance.runner.config import Usage
from conformance.runner.whole import run

TIMEOUT = 3_600.0
"""Seconds that an xdist worker waits for the worker that carries out the run."""

UNJUDGED = "contract_unjudged"
"""Under what name a worker tells the process above it why no clause could be judged."""


def tests(session: pytest.Session, server: Any) -> list[pytest.Item]:
    """A test for each clause that --contract-args doesn't switch off. Raises UsageError."""
    try:
        suite = Suite.from_parent(session, name="contract", server=server)
        found = suite.collect()
        # pytest counts what is collected by these reports.
        report = pytest.CollectReport(suite.nodeid, outcome="passed", longrepr=None, result=list(found))
        session.config.hook.pytest_collectreport(report=report)
        return found
    except click.ClickException as error:
        raise pytest.UsageError(f"--contract-args: {error.format_message()}") from None
    except (spec.SpecError, Usage, WaiversError, BrokenPlugin) as error:
        raise pytest.UsageError(str(error)) from None


class Suite(pytest.Collector):
    """The clauses, and the report that their tests read."""

    def __init__(self, *, server: Any, **more: Any) -> None:
        super().__init__(**more)
        try:
            arguments = shlex.split(self.config.getoption("contract_args"))
        except ValueError as error:  # a quotation mark that isn't closed
            raise click.UsageError(str(error)) from None
        self.server = server
        # The application is served on this machine, at a port that isn't known yet.
        self.asked = parsed([server if isinstance(server, str) else "http://127.0.0.1", *arguments])
        self.keeps_report = any(argument.startswith("--report") for argument in arguments)
        self.contract = self.asked.contract()
        self.found: dict[str, Clause] | None = None

    def collect(self) -> list[pytest.Item]:
        """One test for each clause; without writes, the clauses that need them are shown as skipped."""
        selection = self.asked.selection(self.contract)
        reasons = [(clause, selection.reason_to_skip(clause)) for clause in self.contract.clauses]
        return [
            ClauseTest.from_parent(self, name=clause.id, clause=clause, skip=reason.text if reason else None)
            for clause, reason in reasons
            if reason is None or clause.writes
        ]

    def outcome(self, clause_id: str) -> Clause:
        """The result for a clause."""
        if self.found is None:
            items = [item for item in self.session.items if isinstance(item, ClauseTest) and item.skip is None]
            report = self._shared_run({item.name for item in items})
            self.found = {clause["id"]: clause for clause in report["clauses"]}
        return self.found[clause_id]

    def _shared_run(self, wanted: set[str]) -> Report:
        """The report of the session's run, which the first xdist worker (or this process) carries out."""
        worker = getattr(self.config, "workerinput", None)
        try:
            return self._run(wanted) if worker is None else self._run_or_awaited(worker, wanted)
        except Unjudged as error:
            # The same for every clause, so it is said once: under xdist by the process that the workers report to.
            message = visible(str(error))
            getattr(self.config, "workeroutput", {})[UNJUDGED] = message
            pytest.exit(message, returncode=pytest.ExitCode.USAGE_ERROR)

    def _run_or_awaited(self, worker: dict[str, Any], wanted: set[str]) -> Report:
        shared = _shared(worker)
        try:
            shared.mkdir(mode=0o700)
        except FileExistsError:
            return _awaited(shared)
        try:
            report = self._run(wanted)
        except Unjudged as error:
            files.write(shared, "unjudged", str(error))
            raise
        except BaseException as error:
            files.write(shared, "failed", str(error))
            raise
        files.write(shared, "report.json", files.to_json(report))
        return report

    def _run(self, wanted: set[str]) -> Report:
        with contextlib.ExitStack() as stack:
            config = replace(
                self.asked,
                base_url=stack.enter_context(_serving(self.server)),
                only=tuple(sorted(wanted)),
                report=self.asked.report if self.keeps_report else None,
            )
            try:
                return run(config)
            except WrongTarget as error:
                raise Unjudged(str(error)) from None


class ClauseTest(pytest.Item):
    """One clause."""

    def __init__(self, *, clause: spec.Clause, skip: str | None, **more: Any) -> None:
        super().__init__(**more)
        self.clause = clause
        self.skip = skip
        for name in ("contract", "prd"):
            self.add_marker(name)
            self.add_marker(getattr(pytest.mark, f"{name}_family")(clause.family))
        self.add_marker(clause.level)

    def runtest(self) -> None:
        """Pass, fail, skip or xfail, by the verdict of the run."""
        if self.skip:
            pytest.skip(self.skip)
        suite = self.parent
        if not isinstance(suite, Suite):
            raise TypeError("a clause's test belongs to the suite")
        found = suite.outcome(self.clause.id)
        match found["verdict"]:
            case "held":
                return
            case "violated" if "waiver" in found:
                pytest.xfail(visible(f"waived until {found['waiver']['expires']}: {found['waiver']['reason']}"))
            case "violated" if self.clause.level == "inferred" and not suite.asked.strict:
                pytest.xfail(visible(f"advice: {found['counterexample']['observed']}"))
            case "violated":
                raise Violated(details(found))
            case "error":
                raise Undecided(found["reason"])
            case verdict:
                pytest.skip(visible(f"{verdict}: {found.get('reason', '')}"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The failure without a traceback through the suite."""
        if isinstance(excinfo.value, (Violated, Undecided, RunFailed)):
            return visible(str(excinfo.value))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place of the clause in the document."""
        where = self.clause.location
        return Path(where.file), where.line - 1, self.clause.id


class Violated(Exception):
    """A clause is violated; the message shows the evidence."""


class Undecided(Exception):
    """A clause could not be judged."""


class Unjudged(Exception):
    """No clause could be judged: the server isn't there, or isn't the one of the document."""


class RunFailed(Exception):
    """The run of another worker failed; that worker's test shows why."""


def leave(worker: dict[str, Any]) -> None:
    """An xdist worker has finished: the last one deletes the shared files."""
    shared = _shared(worker)
    if shared.is_dir():
        (shared / f"left-{worker['workerid']}").touch()
        if len(list(shared.glob("left-*"))) == worker["workercount"]:
            shutil.rmtree(shared, ignore_errors=True)


def _shared(worker: dict[str, Any]) -> Path:
    """The path of the report that the workers of one session share."""
    return Path(tempfile.gettempdir()) / f"contract-{os.getuid()}-{worker['testrunuid']}"


def _awaited(shared: Path) -> Report:
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        if (shared / "report.json").is_file():
            return files.read(shared)
        if (shared / "unjudged").is_file():
            raise Unjudged((shared / "unjudged").read_text("utf-8"))
        if (shared / "failed").is_file():
            raise RunFailed((shared / "failed").read_text("utf-8"))
        time.sleep(0.05)
    raise RunFailed("the worker that carries out the run didn't come to an end")


@contextlib.contextmanager
def _serving(server: Any) -> Iterator[str]:
    """The base URL of a server: the given one, or that of an application that a thread serves meanwhile."""
    if isinstance(server, str):
        yield server
        return
    with serve(server) as url:
        yield url
