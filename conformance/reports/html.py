"""report.html: the report as one page that needs nothing but a browser, offline.

Every string is escaped by the template engine; should one slip through all the same, the page's own policy lets
no script run but the page's, by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from conformance.reports import timings
from conformance.reports.advice import advice_for
from conformance.reports.causes import blocked
from conformance.reports.conclusion import causes_of, counts, decides, plural, violations, waived
from conformance.reports.difference import marked, marked_response
from conformance.reports.families import explained
from conformance.reports.gaps import explanation as gap_explanation
from conformance.reports.model import FAILING, Cause, Clause, Report
from conformance.reports.past import before, trends
from conformance.reports.text import cut, everywhere
from conformance.reports.waivers import explanation
from conformance.verdict import Verdict

TEMPLATES = Path(__file__).parent / "templates"

VERDICTS: dict[Verdict, tuple[str, str]] = {
    "violated": ("✗", "violated"),
    "error": ("!", "errors"),
    "held": ("✓", "held"),
    "not-exercised": ("○", "not exercised"),
    "skipped": ("–", "skipped"),
}
"""Mark and name of each verdict, the worst first. The mark distinguishes them without colour."""

FIRST, LAST = 3, 5
"""Requests of a long chain that are shown, from its beginning and from its end."""

MANY = 100
"""Violations from which on only one and two are shown."""

MOST = 300_000
"""Characters of each kind of text that a page may hold in all; beyond, they are cut so that it opens at once."""


@dataclass(frozen=True)
class Cell:
    """One operation's clauses of one family."""

    prefix: str
    first: str
    counts: dict[Verdict, int]

    @property
    def worst(self) -> Verdict:
        """What the cell is coloured by."""
        return next(verdict for verdict in VERDICTS if self.counts.get(verdict))

    @property
    def words(self) -> str:
        """The cell, read aloud."""
        shown = ", ".join(f"{self.counts[v]} {name}" for v, (_, name) in VERDICTS.items() if self.counts.get(v))
        return f"{self.prefix}: {shown}"


@dataclass(frozen=True)
class Step:
    """One request of a chain with what came back; `skipped` steps before it are left out."""

    number: int
    request: str
    """The curl line; empty where it is too long for a page, for half a line doesn't run."""
    answer: Markup
    status: str
    skipped: int = 0


def html(report: Report, past: Sequence[Report] = ()) -> str:
    """The report as a page; `past` gives each clause a trend."""
    history = trends(past, report) if past else {}
    runs = [everywhere(run) for run in (*before(past, report), report)] if past else []
    report = everywhere(report)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(plural=plural, day=_day, cut=cut)
    # The page's policy names the digest of the script as it stands in the page.
    script = environment.get_template("report.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    longest = _excerpts(report)
    found, hints = _by_weight(report)
    return environment.get_template("report.html.j2").render(
        report=report,
        counts=counts(report),
        digest=digest,
        verdicts=VERDICTS,
        families=_families(report),
        rows=_matrix(report),
        clauses={clause["id"]: clause for clause in report["clauses"]},
        violations=violations(report),
        causes=found,
        hints=hints,
        waived=waived(report),
        blocked_by=lambda clause: blocked(report["clauses"], [clause["id"]]),
        explained=explained(_families(report)),
        runs=runs,
        gap_explanation=gap_explanation,
        failing=FAILING,
        missing=_missing(report),
        history=history,
        timings=timings.rows(report),
        histogram=timings.total(report),
        marked=lambda text, other: marked(cut(text, longest.side), cut(other, longest.side)),
        steps=lambda clause: _steps(clause, longest),
        explanation=explanation,
        decides=lambda clause: decides(report, clause),
        seconds=_seconds(report),
    )


def _families(report: Report) -> list[str]:
    return list(dict.fromkeys(clause["family"] for clause in report["clauses"]))


def _matrix(report: Report) -> list[tuple[str, dict[str, Cell]]]:
    rows: dict[str, dict[str, list[Clause]]] = {}
    for clause in report["clauses"]:
        rows.setdefault(clause["operation"], {}).setdefault(clause["family"], []).append(clause)
    found = []
    for operation in report["operations"]:
        families = rows.get(operation["code"], {})
        cells = {
            family: Cell(
                f"{operation['code']}.{family}",
                clauses[0]["id"],
                {v: n for v in VERDICTS if (n := sum(c["verdict"] == v for c in clauses))},
            )
            for family, clauses in families.items()
        }
        found.append((operation["code"], cells))
    return found


def _by_weight(report: Report) -> tuple[list[Cause], list[Cause]]:
    """The causes that decide, and those that are advice."""
    counting = {clause["id"] for clause in violations(report)}
    found = causes_of(report)
    return [c for c in found if c["clause"] in counting], [c for c in found if c["clause"] not in counting]


def _missing(report: Report) -> list[tuple[str, str, list[str]]]:
    """What wasn't exercised by the reason why, with what it would take; the most first."""
    groups: dict[tuple[str, str], list[str]] = {}
    folded = {id for cause in causes_of(report) for id in cause["blocked"]}
    for clause in report["clauses"]:
        if clause["id"] not in folded and clause["verdict"] in ("not-exercised", "skipped", "error"):
            groups.setdefault((clause.get("reason", ""), advice_for(clause)), []).append(clause["id"])
    return [(reason, advice, ids) for (reason, advice), ids in sorted(groups.items(), key=lambda g: -len(g[1]))]


@dataclass(frozen=True)
class Excerpts:
    """The longest that a text of each kind may be on a page."""

    side: int
    request: int
    answer: int
    first: int
    last: int
    """Requests of a chain's beginning and end."""


def _excerpts(report: Report) -> Excerpts:
    """How long each text may be: the fewer there are, the longer."""
    examples = [clause["counterexample"] for clause in report["clauses"] if "counterexample" in clause]
    first, last = (FIRST, LAST) if len(examples) < MANY else (1, 2)
    requests = sum(min(len(example["requests"]), first + last) for example in examples) or 1
    return Excerpts(
        side=max(150, min(4_000, MOST // (2 * len(examples) or 1))),
        request=max(2_000, min(8_000, MOST // requests)),
        answer=max(80, min(1_500, MOST // requests)),
        first=first,
        last=last,
    )


def _steps(clause: Clause, longest: Excerpts) -> list[Step]:
    example = clause.get("counterexample")
    if not example:
        return []
    answers = [*example["answers"], *[""] * len(example["requests"])]
    steps = [
        Step(
            number,
            request if len(request) <= longest.request else "",
            marked_response(cut(answer, longest.answer), example["expected"], example["observed"]),
            answer[:3],
        )
        for number, (request, answer) in enumerate(zip(example["requests"], answers, strict=False), 1)
    ]
    if len(steps) <= longest.first + longest.last:
        return steps
    left_out = len(steps) - longest.first - longest.last
    end = steps[-longest.last :]
    return [*steps[: longest.first], replace(end[0], skipped=left_out), *end[1:]]


def _seconds(report: Report) -> float | None:
    if report["finished"] is None:
        return None
    return (datetime.fromisoformat(report["finished"]) - datetime.fromisoformat(report["started"])).total_seconds()


def _day(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%-d %B %Y, %H:%M UTC")
