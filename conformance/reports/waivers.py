"""Waivers: known violations, each excused by a person until a date.

A waiver that excuses nothing fails the run: it has expired, what it excuses is fixed, or it names no clause.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import cast

from conformance.reports.listed import entries
from conformance.reports.model import Clause, Waived, Waiver, WaiverState
from conformance.selection import matches

SCHEMA = Path(__file__).with_name("waivers.schema.json")


class WaiversError(Exception):
    """A file of waivers that can't be used. The message names everything that is wrong with it."""


def load(path: Path) -> list[Waiver]:
    """The waivers of a YAML or TOML file. Raises WaiversError."""
    try:
        found = cast("list[Waiver]", entries(path, SCHEMA))
    except ValueError as error:
        raise WaiversError(str(error)) from None
    wrong = [
        f"waiver {number} ({waiver['clause']}): {waiver['expires']} isn't a day of the calendar"
        for number, waiver in enumerate(found, 1)
        if not _is_day(waiver["expires"])
    ]
    if wrong:
        raise WaiversError("\n".join(f"{path}: {problem}" for problem in wrong))
    return found


def apply(
    waivers: Iterable[Waiver], clauses: Iterable[Clause], target: str, started: str
) -> tuple[list[Clause], list[Waived]]:
    """The clauses with the waivers that excuse them, and every waiver with its state."""
    clauses = list(clauses)
    today = started[:10]
    judged: list[Waived] = []
    excused: dict[str, Waiver] = {}
    for waiver in waivers:
        found = [clause for clause in clauses if matches(clause["id"], waiver["clause"])]
        state = _state(waiver, found, target, today)
        wrong = [clause["id"] for clause in found if clause["verdict"] == "violated"] if state == "used" else []
        for clause_id in wrong:
            excused.setdefault(clause_id, waiver)
        judged.append(cast(Waived, {**waiver, "state": state, "clauses": wrong}))
    marked: list[Clause] = [
        {**clause, "waiver": excused[clause["id"]]} if clause["id"] in excused else clause for clause in clauses
    ]
    return marked, judged


def _state(waiver: Waiver, found: list[Clause], target: str, today: str) -> WaiverState:
    if not found:
        return "unknown"
    if "target" in waiver and not fnmatchcase(target.rstrip("/"), waiver["target"].rstrip("/")):
        return "elsewhere"
    if waiver["expires"] < today:
        return "expired"
    if any(clause["verdict"] == "violated" for clause in found):
        return "used"
    # What wasn't tried may be as wrong as ever; only what is seen to hold needs no waiver any more.
    return "stale" if all(clause["verdict"] == "held" for clause in found) else "untried"


def explanation(waiver: Waived) -> str:
    """What a waiver's state means, and what to do about it."""
    match waiver["state"]:
        case "used":
            return f"excuses {len(waiver['clauses'])} until {waiver['expires']}"
        case "untried":
            return "not all of what it is for was exercised in this run"
        case "elsewhere":
            return f"is for {waiver.get('target', 'another target')}"
        case "expired":
            return f"expired on {waiver['expires']}: fix what it excuses, or renew it with a reason"
        case "stale":
            return "what it excuses holds now: take the waiver away"
        case "unknown":
            return "the document has no such clause: correct the id, or take the waiver away"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
