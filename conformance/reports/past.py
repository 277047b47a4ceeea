"""The past of a target: its earlier runs by the same document, in a folder that runs add themselves to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from conformance.reports import files
from conformance.reports.gaps import told
from conformance.reports.model import Report
from conformance.verdict import Verdict

MOST = 30
"""Runs that a trend shows, the latest of them."""

EMBEDDED = "embedded sandbox"
"""The name of the embedded sandbox, whose URL is another in every run."""

Subject = tuple[str, str]
"""What was checked against what: a target, and the title of a document. Its version may change from run to run."""

Trend = list[tuple[str, Verdict]]
"""The verdicts on a clause, each with the start of its run; oldest first."""


class NoPast(Exception):
    """A folder of past reports without one of this target and document. The message names what it holds."""


def subject(report: Report) -> Subject:
    """What a report is about."""
    return named(report["target"], report["document"]["title"], embedded=report["embedded"])


def named(target: str, title: str, *, embedded: bool) -> Subject:
    """What a run is about."""
    return EMBEDDED if embedded else target.rstrip("/"), title


def all_in(folder: Path) -> list[Report]:
    """The reports in a folder and below it, oldest first and each once; what isn't a whole report is passed over."""
    found: dict[tuple[Subject, str], Report] = {}
    for path in sorted(folder.rglob("*.json")):
        try:
            report = files.read(path)
        except files.UnreadableReport:
            continue
        found[subject(report), report["started"]] = report
    return sorted(found.values(), key=lambda report: report["started"])


def of(folder: Path, about: Subject) -> list[Report]:
    """The reports of a target and document in a folder, oldest first. Raises NoPast where there are none."""
    reports = all_in(folder)
    found = [report for report in reports if subject(report) == about]
    if not found:
        others = sorted({f"{target} ({title})" for target, title in map(subject, reports)})
        holds = f"It holds reports of {', '.join(others[:5])}." if others else "It holds no report."
        raise NoPast(
            f"--history {folder} has no report of {about[0]} ({about[1]}). {holds} "
            "To begin with this run, add --add-to-history."
        )
    return found


def before(reports: Iterable[Report], report: Report) -> list[Report]:
    """The latest reports about the same that are older than one, oldest first."""
    older = [one for one in reports if subject(one) == subject(report) and one["started"] < report["started"]]
    return older[-MOST:]


def exercised_at(reports: Sequence[Report]) -> dict[str, str]:
    """When each clause was exercised last."""
    return {clause["id"]: report["started"] for report in reports for clause in report["clauses"] if told(clause)}


def trends(past: Iterable[Report], report: Report) -> dict[str, Trend]:
    """The verdicts on each clause over time, this run's last; runs that didn't know the clause are left out."""
    found: dict[str, Trend] = {}
    for run in [*before(past, report), report]:
        for clause in run["clauses"]:
            found.setdefault(clause["id"], []).append((run["started"], clause["verdict"]))
    return found


def add(folder: Path, report: Report) -> Path:
    """Put a report into a folder of past ones. Raises OSError."""
    target, title = (re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "-" for text in subject(report))
    moment = re.sub(r"[^0-9TZ]", "", report["started"][:23])
    return files.write(folder / f"{target}--{title}"[:150], f"{moment}.json", files.to_json(report))
