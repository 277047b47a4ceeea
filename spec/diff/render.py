"""A report for a terminal, and as annotations of GitHub's."""

from __future__ import annotations

from collections.abc import Sequence

from spec.diff.change import Change, Spot
from spec.diff.code import Symbol
from spec.diff.report import Report
from spec.diff.rules import LEVELS, Level

TITLES: dict[Level, str] = {
    "major": "Breaking",
    "minor": "Compatible",
    "patch": "Only in words",
    "none": "Without effect",
}
_SHOWN = 6
_SENTENCES: dict[tuple[str, Level], str] = {
    ("callers", "major"): "some must change",
    ("callers", "minor"): "none must change",
    ("callers", "patch"): "none must change",
    ("callers", "none"): "none must change",
    ("servers", "major"): "must do what they needn't before",
    ("servers", "minor"): "may do what they couldn't before",
    ("servers", "patch"): "needn't change",
    ("servers", "none"): "needn't change",
}


def text(report: Report) -> str:
    """For a terminal."""
    lines: list[str] = []
    for level in LEVELS:
        group = [change for change in report.changes if change.level == level]
        if group:
            lines += [TITLES[level].upper(), *(line for change in group for line in _lines(change, report)), ""]
    if report.code is not None and report.code.symbols:
        lines += [f"PYTHON ({report.code.package})", *map(_symbol, report.code.symbols), ""]
    lines += [f"{judged}" for judged in report.waivers]
    return "\n".join([*lines, *verdicts(report), summary(report)])


def _lines(change: Change, report: Report) -> list[str]:
    waived = " (waived)" if change.fingerprint in report.waived else ""
    lines = [f"  {few(change.subjects)}: {change.what}{waived}", f"      {change.why}"]
    if change.hint:
        lines.append(f"      {change.hint}")
    lines.append(f"      {place(change.old)} → {place(change.new)}  {change.rule} {change.fingerprint}")
    if change.clauses:
        lines.append(f"      clauses: {few(change.clauses)}")
    return lines


def _symbol(symbol: Symbol) -> str:
    was = f": {symbol.before} → {symbol.after}" if symbol.before and symbol.after else ""
    return f"  {symbol.level:5}  {symbol.kind} {symbol.name} {symbol.action}{was}"


def verdicts(report: Report) -> list[str]:
    """A line for each audience of a change."""
    if not report.changes:
        return []
    comparison = report.comparison
    lines = [
        f"callers: {comparison.callers}, {_SENTENCES['callers', comparison.callers]}",
        f"servers: {comparison.servers}, {_SENTENCES['servers', comparison.servers]}",
    ]
    if report.code is not None:
        lines.append(f"python:  {report.code.level}, {len(report.code.symbols)} symbols differ")
    elif comparison.names != "none":
        lines.append(
            f"python:  {comparison.names}, as far as names show; python -m generator diff compares the packages"
        )
    clauses = comparison.clauses
    if clauses is not None and clauses.level != "none":
        counts = (len(clauses.added), len(clauses.removed), len(clauses.releveled))
        lines.append("clauses: {} new, {} gone, {} with another level".format(*counts))
    if report.next_version:
        lines.append(
            f"version: {comparison.old.version} → {report.next_version}, and the document has {comparison.new.version}"
        )
    return lines


def summary(report: Report) -> str:
    """The whole in one line."""
    names = f"{report.comparison.old.file} → {report.comparison.new.file}"
    if not report.changes:
        return f"{names}: nothing differs"
    counts = [
        f"{count} {TITLES[level].lower()}"
        for level in LEVELS
        if (count := sum(change.level == level for change in report.changes))
    ]
    return f"{names}: {report.level} ({', '.join(counts)})"


def place(spot: Spot | None) -> str:
    """Where a change stands in one document."""
    return str(spot.location) if spot else "–"


def few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


# -- annotations ---------------------------------------------------------------------------------------

_MOST = 50
"""GitHub shows some ten annotations of a step, and keeps few more."""


def github(report: Report) -> str:
    """Workflow commands: an error for each change that breaks callers, a notice for the others that matter."""
    shown = [change for change in report.changes if change.level in ("major", "minor")]
    lines = [_annotation(change, report) for change in shown[:_MOST]]
    if len(shown) > _MOST:
        lines.append(f"::notice::{len(shown) - _MOST} more changes aren't annotated")
    level = "error" if report.breaking else "notice"
    return "\n".join([*lines, f"::{level}::{_escaped(summary(report))}"])


def _annotation(change: Change, report: Report) -> str:
    excused = change.fingerprint in report.waived
    level = "notice" if change.level == "minor" else "warning" if excused else "error"
    spot = change.new or change.old
    where = (
        f" file={_property(spot.location.file)},line={spot.location.line},col={spot.location.column},"
        if spot and ":" not in spot.location.file
        else " "
    )
    message = f"{few(change.subjects)}: {change.what}. {change.why} {change.hint}".strip()
    return f"::{level}{where}title={_property(change.rule)}::{_escaped(message)}"


def _escaped(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")
