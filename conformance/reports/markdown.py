"""summary.md: the conclusion and the violations, short enough for a job's summary page."""

from __future__ import annotations

import re

from conformance.reports.conclusion import causes_of, counts, violations, waived
from conformance.reports.model import FAILING, Cause, Clause, Report
from conformance.reports.text import everywhere, one_line
from conformance.reports.waivers import explanation
from conformance.verdict import Verdict

MOST = 40
"""Violations shown; a summary page holds a megabyte at most, and nobody reads that."""

MOST_IDS = 5
"""Ids in one line."""

MARKS = {0: "✅", 1: "❌", 2: "⚠️"}


def markdown(report: Report) -> str:
    """The report as Markdown."""
    report = everywhere(report)
    document = report["document"]
    lines = [
        f"## {MARKS[report['exit_code']]} {plain(report['answer'])}",
        "",
        f"{counts(report)}. {plain(document['title'])} {plain(document['version'])} "
        f"(`{document['sha256'][:12]}`), seed {report['seed']}, {report['started'][:16].replace('T', ' ')} UTC.",
        "",
    ]
    found = causes_of(report)
    counting = {clause["id"] for clause in violations(report)}
    lines += _causes("Violations", report, [cause for cause in found if cause["clause"] in counting])
    hints = [cause for cause in found if cause["clause"] not in counting]
    lines += _causes("Advice: inferred clauses, which decide nothing", report, hints)
    lines += _matrix(report)
    lines += _listed("Waived", waived(report))
    failing = [waiver for waiver in report["waivers"] if waiver["state"] in FAILING]
    if failing:
        lines += ["### Waivers to remove or renew", ""]
        lines += [f"- `{code(waiver['clause'])}` {plain(explanation(waiver))}" for waiver in failing]
        lines.append("")
    if report["notes"]:
        lines += ["### Notes", "", *[f"- {plain(note)}" for note in report["notes"]], ""]
    lines += _not_exercised(report)
    return "\n".join(lines).rstrip() + "\n"


def _matrix(report: Report) -> list[str]:
    verdicts: tuple[Verdict, ...] = ("held", "violated", "not-exercised", "skipped", "error")
    lines = ["| operation | held | violated | not exercised | skipped | errors |", "|---|--:|--:|--:|--:|--:|"]
    for operation in report["operations"]:
        own = [clause["verdict"] for clause in report["clauses"] if clause["operation"] == operation["code"]]
        if own:
            numbers = " | ".join(str(own.count(verdict) or "") for verdict in verdicts)
            lines.append(f"| `{code(operation['code'])}` {plain(operation['summary'])} | {numbers} |")
    return [*lines, ""]


def _listed(title: str, clauses: list[Clause]) -> list[str]:
    if not clauses:
        return []
    lines = [f"### {title}", ""]
    for clause in clauses[:MOST]:
        lines += _violation(clause)
    if len(clauses) > MOST:
        lines.append(f"- and {len(clauses) - MOST} more: see the report")
    return [*lines, ""]


def _causes(title: str, report: Report, causes: list[Cause]) -> list[str]:
    """One item for each cause; what else it breaks is named below it."""
    if not causes:
        return []
    clauses = {clause["id"]: clause for clause in report["clauses"]}
    lines = [f"### {title}", ""]
    for cause in causes[:MOST]:
        lines += _violation(clauses[cause["clause"]], cause["headline"] if cause["also"] else "")
        for what, ids in (("the same cause", cause["also"]), ("not exercised because of it", cause["blocked"])):
            if ids:
                lines.append(f"  - {what}: {len(ids)} ({_ids(ids)})")
    if len(causes) > MOST:
        lines.append(f"- and {len(causes) - MOST} more: see the report")
    return [*lines, ""]


def _violation(clause: Clause, headline: str = "") -> list[str]:
    example = clause.get("counterexample")
    where = f"{clause['location']['file']}:{clause['location']['line']}"
    lines = [f"- **`{code(clause['id'])}`** {plain(headline or clause['requirement'])} (`{code(where)}`)"]
    if example:
        lines += [
            f"  - expected {plain(one_line(example['expected']))}",
            f"  - observed {plain(one_line(example['observed']))}",
        ]
        if example["requests"] and len(example["requests"][-1]) < 1_000:
            lines.append(f"  - `{code(example['requests'][-1])}`")
    return lines


def _ids(ids: list[str]) -> str:
    shown = ", ".join(f"`{code(one)}`" for one in ids[:MOST_IDS])
    return shown + (f" and {len(ids) - MOST_IDS} more" if len(ids) > MOST_IDS else "")


def _not_exercised(report: Report) -> list[str]:
    missing: dict[str, list[str]] = {}
    folded = {id for cause in causes_of(report) for id in cause["blocked"]}
    for clause in report["clauses"]:
        if clause["verdict"] == "not-exercised" and clause["id"] not in folded:
            missing.setdefault(clause.get("reason", ""), []).append(clause["id"])
    if not missing:
        return []
    lines = ["<details><summary>Not exercised, and what was missing</summary>", ""]
    for reason, ids in list(missing.items())[:MOST]:
        lines.append(f"- {plain(one_line(reason))}: {_ids(ids)}")
    return [*lines, "", "</details>", ""]


def plain(text: str) -> str:
    """A text that Markdown shows as it is, whatever is in it."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&@-])", r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """A text for between backticks, which nothing but a backtick can end."""
    return " ".join(text.replace("`", "'").replace("|", "\u2758").split())
