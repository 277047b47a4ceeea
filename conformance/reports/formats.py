"""The formats of a report: a table of files and of the functions that make them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from conformance.reports import evidence, files
from conformance.reports.badge import badge
from conformance.reports.ctrf import ctrf
from conformance.reports.har import HAR, har
from conformance.reports.html import html
from conformance.reports.junit import junit
from conformance.reports.markdown import markdown
from conformance.reports.model import Report
from conformance.reports.sarif import sarif

Past = Sequence[Report]

FORMATS: dict[str, tuple[str, Callable[[Report, Past], str]]] = {
    "json": ("report.json", lambda report, past: files.to_json(report)),
    "html": ("report.html", html),
    "junit": ("junit.xml", lambda report, past: junit(report)),
    "ctrf": ("ctrf.json", lambda report, past: ctrf(report)),
    "sarif": ("results.sarif", lambda report, past: sarif(report)),
    "markdown": ("summary.md", lambda report, past: markdown(report)),
    "badge": ("badge.svg", lambda report, past: badge(report)),
}
"""Name of each format, the file in the report folder, and how it is made of a report and those before it."""

FILES = [name for name, _ in FORMATS.values()] + [HAR]

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def write_all(folder: Path, report: Report, past: Past = (), *, sources: Sequence[Path] = ()) -> list[Path]:
    """Write every format to a folder; gives the files that a person wants to know of. Raises OSError.

    `sources` are the folders that the report was made from: the evidence is brought from there.
    """
    for source in sources:
        evidence.bring(report, source, folder)
    files.write(folder, HAR, har(report, folder))
    for name, make in FORMATS.values():
        files.write(folder, name, make(report, past))
    summary = os.environ.get(STEP_SUMMARY)
    if summary:
        with open(summary, "a", encoding="utf-8") as file:
            file.write(markdown(report))
    return [folder / "report.html", folder / "report.json"]
