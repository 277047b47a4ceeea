"""Did a run see enough? A clause that rests on something broken, or that an earlier run exercised, leaves a gap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import cast

from conformance.reports.listed import entries
from conformance.reports.model import Clause, Exercise, ExpectedGap, Gap, GapState
from conformance.selection import matches

SCHEMA = Path(__file__).with_name("gaps.schema.json")

REQUIRED = 95.0
"""Percent. Sparse data and a key that may only read leave no gap, so a few percent are for what goes wrong once."""

_UNSELECTED = ("not-selected", "switched-off", "needs-writes", "other-shard", "not-generated")
"""Why a clause is skipped that the run wasn't to try."""

RESTING = ("blocked-by", "scenario-incomplete")
"""Why a clause isn't exercised that rests on another one, or on a write that didn't come to its end."""


class GapsError(Exception):
    """A file of expected gaps that can't be used. The message names everything that is wrong with it."""


def load(path: Path) -> list[Gap]:
    """The expected gaps of a YAML or TOML file. Raises GapsError."""
    try:
        return cast("list[Gap]", entries(path, SCHEMA))
    except ValueError as error:
        raise GapsError(str(error)) from None


def apply(gaps: Iterable[Gap], clauses: Sequence[Clause], target: str) -> list[ExpectedGap]:
    """Every expected gap with what became of it."""
    found = []
    for gap in gaps:
        state: GapState = "elsewhere"
        expected: list[str] = []
        if fnmatchcase(target.rstrip("/"), gap.get("target", "*").rstrip("/")):
            expected = [c["id"] for c in clauses if matches(c["id"], gap["clause"]) and is_selected(c) and not told(c)]
            state = "used" if expected else "unused"
        found.append(cast(ExpectedGap, {**gap, "state": state, "clauses": expected}))
    return found


def exercise(clauses: Sequence[Clause], gaps: Iterable[ExpectedGap], required: float | None) -> Exercise:
    """How much of the selected clauses was exercised. Where nothing is required, it is enough."""
    expected = {id for gap in gaps for id in gap["clauses"]}
    selected = [clause for clause in clauses if is_selected(clause)]
    missing = [clause["id"] for clause in selected if is_gap(clause) and clause["id"] not in expected]
    allowed = len(selected) * (100 - (required or 0.0)) / 100
    return {
        "selected": len(selected),
        "exercised": sum(told(clause) for clause in selected),
        "gaps": missing,
        "enough": len(missing) <= allowed,
    }


def is_selected(clause: Clause) -> bool:
    """True for a clause that the run was to try. Reports of earlier versions give no code for what was skipped."""
    return clause["verdict"] != "skipped" or clause.get("reason_code", _UNSELECTED[0]) not in _UNSELECTED


def told(clause: Clause) -> bool:
    """True for a clause that was exercised."""
    return clause["verdict"] in ("held", "violated")


def is_gap(clause: Clause) -> bool:
    """True for a clause that could be exercised, if nothing were broken, and wasn't."""
    return not told(clause) and (clause.get("reason_code") in RESTING or "exercised_at" in clause)


def explanation(gap: ExpectedGap) -> str:
    """What a gap's state means."""
    match gap["state"]:
        case "used":
            return f"expects {len(gap['clauses'])} not to be exercised"
        case "unused":
            return "nothing that it is for was missing in this run"
        case "elsewhere":
            return f"is for {gap.get('target', 'another target')}"
