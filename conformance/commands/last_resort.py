"""Ends a run whose main thread hangs: writes the report, names the rows that are left, and ends the process."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from conformance.commands.terminal import summary
from conformance.reports import files, formats
from conformance.reports.model import Report
from conformance.reports.stream import NAME
from conformance.runner.config import Config
from conformance.runner.leftovers import left_behind
from conformance.runner.so_far import so_far
from conformance.runner.watchdog import GRACE
from conformance.transport.journal import JOURNAL, journaled
from spec.command_line import USAGE


@dataclass
class LastResort:
    """Ends the process of a run that hangs. The report shows what the run has found."""

    config: Config
    folder: Path
    earlier: Sequence[Report]

    def give_up(self, reason: str, doing: str) -> None:
        """Write the report, print a summary, and end the process with the run's exit code."""
        code: int = USAGE
        try:
            report = self.report(reason, doing)
            save(self.folder, report, self.earlier)
            summary(report)
            print("report:", ", ".join(str(self.folder / name) for name in ("report.html", "report.json")))
            code = report["exit_code"]
        except Exception as error:  # the process must end, whatever is wrong
            print(f"{reason}, and no report could be written: {error}", file=sys.stderr)
        finally:
            leave(code)

    def report(self, reason: str, doing: str) -> Report:
        """The report of the run so far."""
        journal = self.folder / JOURNAL
        notes = [f"It didn't come back from {doing} within {GRACE:g} s, so it was ended there."]
        notes += left_behind(self.config, journal, journaled(journal, self.config.base_url))
        return so_far(self.folder / NAME, reason, notes)


def save(folder: Path, report: Report, earlier: Sequence[Report]) -> None:
    """Write every format of a report. The summary of a CI job gets nothing: a later report may replace this one."""
    for name, make in formats.FORMATS.values():
        files.write(folder, name, make(report, earlier))


def leave(code: int) -> NoReturn:
    """End the process at once. It doesn't wait for threads that compute for ever."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            continue
    os._exit(code)
