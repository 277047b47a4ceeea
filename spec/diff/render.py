"""A comparison as text, as Markdown for a review's comment, and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from spec.diff.change import LEVELS, Change
from spec.model import Contract, Location

_TITLES = {"major": "Breaking", "minor": "Compatible", "patch": "Only in words"}
_SHOWN = 6


def verdict(changes: Sequence[Change]) -> str:
    """What semantic versioning asks for: major, minor, patch, or none when nothing differs."""
    return next((level for level in LEVELS if any(change.level == level for change in changes)), "none")


def text(old: Contract, new: Contract, changes: Sequence[Change]) -> str:
    """For a terminal."""
    lines = []
    for level in LEVELS:
        group = [change for change in changes if change.level == level]
        if group:
            lines += [_TITLES[level].upper(), *(line for change in group for line in _lines(change)), ""]
    return "\n".join([*lines, _summary(old, new, changes)])


def _lines(change: Change) -> list[str]:
    lines = [f"  {_few(change.subjects)}: {change.what}", f"      {change.why}"]
    if change.hint:
        lines.append(f"      {change.hint}")
    lines.append(f"      {_place(change.old)} → {_place(change.new)}")
    if change.clauses:
        lines.append(f"      clauses: {_few(change.clauses)}")
    return lines


def markdown(old: Contract, new: Contract, changes: Sequence[Change]) -> str:
    """For a comment under a change: a table for each level, the wording folded away."""
    lines = [f"### {_summary(old, new, changes)}", ""]
    for level in LEVELS:
        group = [change for change in changes if change.level == level]
        if not group:
            continue
        title = f"{_TITLES[level]} ({len(group)})"
        lines += ["<details>", f"<summary>{title}</summary>", ""] if level == "patch" else [f"**{title}**", ""]
        lines += ["| | what | why | where | clauses |", "|-|-|-|-|-|", *map(_row, group), ""]
        lines += ["</details>", ""] if level == "patch" else []
    return "\n".join(lines).rstrip()


def _row(change: Change) -> str:
    subjects = _cell(_few(change.subjects))
    why = _cell(f"{change.why} {change.hint}".strip())
    ids = _few([f"`{id}`" for id in change.clauses])
    where = f"{_place(change.old)} → {_place(change.new)}"
    return f"| {subjects} | {_cell(change.what)} | {why} | {where} | {ids} |"


def _cell(words: str) -> str:
    """Text that can't end a cell, begin a tag or span lines."""
    return " ".join(words.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("_", "\\_")


def as_json(old: Contract, new: Contract, changes: Sequence[Change]) -> str:
    """For scripts; spec/README.md documents the shape, `format` counts its versions."""
    return json.dumps(
        {
            "format": 1,
            "verdict": verdict(changes),
            "breaking": any(change.breaking for change in changes),
            "old": {"file": old.file, "version": old.version, "sha256": old.sha256},
            "new": {"file": new.file, "version": new.version, "sha256": new.sha256},
            "changes": [
                {
                    "kind": change.kind,
                    "subjects": list(change.subjects),
                    "what": change.what,
                    "level": change.level,
                    "breaking": change.breaking,
                    "why": change.why,
                    "hint": change.hint,
                    "old": _json_place(change.old),
                    "new": _json_place(change.new),
                    "clauses": list(change.clauses),
                }
                for change in changes
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def _json_place(location: Location | None) -> dict[str, object] | None:
    return {"file": location.file, "line": location.line, "column": location.column} if location else None


def _summary(old: Contract, new: Contract, changes: Sequence[Change]) -> str:
    if not changes:
        return f"{old.file} → {new.file}: nothing differs"
    counts = [
        f"{count} {_TITLES[level].lower()}"
        for level in LEVELS
        if (count := sum(change.level == level for change in changes))
    ]
    return f"{old.file} → {new.file}: {verdict(changes)} ({', '.join(counts)})"


def _place(location: Location | None) -> str:
    return str(location) if location else "–"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
