"""report.html: the report as one page that needs nothing but a browser, offline.

Every string is escaped by the template engine; should one slip through all the same, the page's own policy lets
no script run but the page's, by its hash.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.reports import timings
from conformance.reports.advice import advice_for
from conformance.reports.conclusion import advice, counts, decides, plural, violations, waived
from conformance.reports.model import FAILING, Clause, Report
from conformance.reports.past import trends
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

ALIKE = 0.5
"""Below this share of common words, two texts differ so much that marks would say nothing."""

MOST_WORDS = 200
"""... and above so many words finding them takes too long."""


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
    answer: str
    skipped: int = 0


def html(report: Report, past: Sequence[Report] = ()) -> str:
    """The report as a page; `past` gives each clause a trend."""
    history = trends(past, report) if past else {}
    report = everywhere(report)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(plural=plural, day=_day, cut=cut)
    script = (TEMPLATES / "report.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    longest = _excerpts(report)
    return environment.get_template("report.html.j2").render(
        report=report,
        counts=counts(report),
        style=Markup((TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S704 -- a file of ours
        script=Markup(script),  # noqa: S704 -- the same, and the page's policy names its digest
        digest=digest,
        verdicts=VERDICTS,
        families=_families(report),
        rows=_matrix(report),
        violations=violations(report),
        advice=advice(report),
        waived=waived(report),
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


def _missing(report: Report) -> list[tuple[str, str, list[str]]]:
    """What wasn't exercised by the reason why, with what it would take; the most first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for clause in report["clauses"]:
        if clause["verdict"] in ("not-exercised", "skipped", "error"):
            groups.setdefault((clause.get("reason", ""), advice_for(clause)), []).append(clause["id"])
    return [(reason, advice, ids) for (reason, advice), ids in sorted(groups.items(), key=lambda g: -len(g[1]))]


def marked(text: str, other: str) -> Markup:
    """A text, escaped, with what the other one doesn't have marked."""
    words, others = (re.findall(r"\w+", part) for part in (text, other))
    alike = difflib.SequenceMatcher(None, words[:MOST_WORDS], others[:MOST_WORDS], autojunk=False).ratio()
    if max(len(words), len(others)) > MOST_WORDS or alike < ALIKE:
        return escape(text)
    mine, theirs = (re.findall(r"\w+|\s+|[^\w\s]", part) for part in (text, other))
    matcher = difflib.SequenceMatcher(None, mine, theirs, autojunk=False)
    shown = Markup("")
    for kind, start, end, _, _ in matcher.get_opcodes():
        part = "".join(mine[start:end])
        shown += Markup("<mark>{}</mark>").format(part) if kind in ("replace", "delete") and part.strip() else part
    return shown


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
        Step(number, request if len(request) <= longest.request else "", cut(answer, longest.answer))
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
