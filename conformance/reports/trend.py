"""The past of a report: what earlier runs found, clause by clause."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conformance.reports.files import UnreadableReport, read
from conformance.reports.model import Report
from conformance.verdict import Verdict

MOST = 30
"""Runs that a trend shows, the latest of them."""


def history(folder: Path) -> list[Report]:
    """The reports in a folder and below it, oldest first; what isn't a whole report is passed over."""
    found: list[Report] = []
    for path in sorted(folder.rglob("*.json")):
        try:
            found.append(read(path))
        except UnreadableReport:
            continue
    return sorted(found, key=lambda report: report["started"])[-MOST:]


def trends(past: Iterable[Report], report: Report) -> dict[str, list[Verdict]]:
    """The verdicts on each clause over time, this run's last; runs that didn't know the clause are left out."""
    found: dict[str, list[Verdict]] = {}
    for run in [*(before for before in past if before["started"] < report["started"]), report]:
        for clause in run["clauses"]:
            found.setdefault(clause["id"], []).append(clause["verdict"])
    return found
