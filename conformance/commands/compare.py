"""Comparing two reports: clauses that got better or worse, are new, or aren't exercised any more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from conformance.reports.files import read
from conformance.reports.markdown import code, plain
from conformance.reports.model import Clause, Report
from conformance.reports.text import one_line, visible
from spec.command_line import FILE, argument, command, option

Kind = Literal["worse", "unsure", "new", "better", "exercised", "gone"]

TITLES: dict[Kind, str] = {
    "worse": "violated now",
    "unsure": "not exercised any more",
    "better": "no longer violated",
    "exercised": "exercised now",
    "new": "new clauses",
    "gone": "clauses that are gone",
}
"""The kinds of change, the worst first."""

CONCLUSIVE = ("held", "violated")


@dataclass(frozen=True)
class Change:
    """One clause whose verdict isn't the same in both reports."""

    kind: Kind
    clause: str
    level: str
    before: str
    after: str
    detail: str


def compare(before: Report, after: Report) -> list[Change]:
    """Every clause that differs, the worst changes first."""
    old, new = ({clause["id"]: clause for clause in report["clauses"]} for report in (before, after))
    changes = [change for name in {**old, **new} if (change := _change(old.get(name), new.get(name)))]
    order = list(TITLES)
    return sorted(changes, key=lambda change: (order.index(change.kind), change.clause))


def _change(old: Clause | None, new: Clause | None) -> Change | None:
    if new is None:
        return Change("gone", old["id"], old["level"], old["verdict"], "-", old["requirement"]) if old else None
    before, after = old["verdict"] if old else "-", new["verdict"]
    kind: Kind
    if before == after:
        return None
    if after == "violated":
        kind = "worse"
    elif old is None:
        kind = "new"
    elif before == "violated" and after == "held":
        kind = "better"
    elif before in CONCLUSIVE and after not in CONCLUSIVE:
        kind = "unsure"
    elif after in CONCLUSIVE:
        kind = "exercised"
    else:
        return None
    return Change(kind, new["id"], new["level"], before, after, _detail(new))


def _detail(clause: Clause) -> str:
    example = clause.get("counterexample")
    return f"observed {example['observed']}" if example else clause.get("reason", clause["requirement"])


def worse(before: Report, after: Report, changes: Sequence[Change]) -> bool:
    """True when something that counts got worse: a violation, or a clause that went unexercised unasked."""
    strict = after["strict"] or before["strict"]
    asked = before["settings"] != after["settings"]
    return any(
        (change.kind == "worse" or (change.kind == "unsure" and not (asked and change.after == "skipped")))
        and (strict or change.level == "documented")
        for change in changes
    )


def heading(before: Report, after: Report) -> str:
    """What is compared with what."""
    lines = [f"before  {_named(before)}", f"after   {_named(after)}"]
    if before["document"]["sha256"] != after["document"]["sha256"]:
        lines.append("The document isn't the same in both.")
    if before["target"] != after["target"] and not (before["embedded"] and after["embedded"]):
        lines.append("Two targets are compared: read `before` and `after` as one and the other.")
    lines += [
        f"{name} is incomplete: {report['stopped']}."
        for name, report in (("before", before), ("after", after))
        if not report["complete"]
    ]
    return "\n".join(lines)


def _named(report: Report) -> str:
    target = "the embedded sandbox" if report["embedded"] else report["target"]
    return visible(f"{target}, {report['started'][:16].replace('T', ' ')}: {report['answer']}")


def as_text(before: Report, after: Report, changes: Sequence[Change]) -> str:
    """The changes for a terminal."""
    lines = [heading(before, after)]
    for kind, title in TITLES.items():
        some = [change for change in changes if change.kind == kind]
        if some:
            lines += ["", f"{title} ({len(some)})"]
            lines += [
                f"  {change.clause}  {change.before} -> {change.after}  {one_line(change.detail, 160)}"
                for change in some
            ]
    if not changes:
        lines += ["", "No clause differs."]
    return "\n".join(lines)


def as_markdown(before: Report, after: Report, changes: Sequence[Change]) -> str:
    """The changes for a pull request."""
    lines = [*[f"{plain(line)}  " for line in heading(before, after).splitlines()], ""]
    for kind, title in TITLES.items():
        some = [change for change in changes if change.kind == kind]
        if some:
            lines += [f"### {title.capitalize()} ({len(some)})", ""]
            lines += [
                f"- `{code(change.clause)}` {change.before} → {change.after}: {plain(one_line(change.detail, 160))}"
                for change in some
            ]
            lines.append("")
    return "\n".join(lines if changes else [*lines, "No clause differs."]).rstrip()


def as_json(before: Report, after: Report, changes: Sequence[Change]) -> str:
    """The changes as data."""
    data = {
        "before": {"target": before["target"], "started": before["started"], "exit_code": before["exit_code"]},
        "after": {"target": after["target"], "started": after["started"], "exit_code": after["exit_code"]},
        "worse": worse(before, after, changes),
        "changes": [asdict(change) for change in changes],
    }
    return json.dumps(data, indent=2)


FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}


@command(
    epilog="""\
exit codes: 0 nothing got worse; 1 a documented clause is violated now, or isn't exercised any more (inferred ones
count if a run was --strict); 2 a report can't be read

example:
  seller-contract compare before after --format markdown
"""
)
@argument("before", type=FILE, help="report.json, events.ndjson, or a folder with either")
@argument("after", type=FILE, help="the same, of the later run or of the other target")
@option("--format", type=click.Choice(list(FORMATS)), default="text", show_default=True)
def compare_command(before: Path, after: Path, format: str) -> int:
    """Compare two reports clause by clause: two runs of one target, or the same run on two targets."""
    old, new = read(before), read(after)
    changes = compare(old, new)
    print(FORMATS[format](old, new, changes))
    return 1 if worse(old, new, changes) else 0
