"""Waivers: known violations, each excused by a person until a date.

A waiver that excuses nothing fails the run: it has expired, what it excuses is fixed, or it names no clause.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

import jsonschema
import yaml

from conformance.reports.model import Clause, Waived, Waiver, WaiverState
from conformance.selection import matches

SCHEMA = Path(__file__).with_name("waivers.schema.json")

_EMPTY = "is empty; a person must fill it in"


class WaiversError(Exception):
    """A file of waivers that can't be used. The message names everything that is wrong with it."""


def load(path: Path) -> list[Waiver]:
    """The waivers of a YAML or TOML file. Raises WaiversError."""
    try:
        text = path.read_text("utf-8")
        data: Any = tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)
    except OSError as error:
        raise WaiversError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, yaml.YAMLError, RecursionError) as error:
        raise WaiversError(f"{path} can't be read: {' '.join(str(error).split())}") from None
    data = _plain(data)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    wrong = [_problem(error) for error in jsonschema.Draft202012Validator(schema).iter_errors(data)]
    if not wrong:
        wrong = [
            f"waiver {number} ({waiver['clause']}): {waiver['expires']} isn't a day of the calendar"
            for number, waiver in enumerate(data["waivers"], 1)
            if not _is_day(waiver["expires"])
        ]
    if wrong:
        raise WaiversError("\n".join(f"{path}: {problem}" for problem in wrong))
    return cast("list[Waiver]", data["waivers"])


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


def _problem(error: jsonschema.ValidationError) -> str:
    path = list(error.absolute_path)
    if not path or not isinstance(error.instance, (str, dict)) or len(path) < 2:
        return "a file of waivers is a mapping with a list `waivers`; see conformance/reports/waivers.schema.json"
    where = f"waiver {int(path[1]) + 1}" + "".join(f", {name}" for name in path[2:])
    if error.validator == "required" and isinstance(error.instance, dict):
        missing = [name for name in ("clause", "reason", "owner", "expires") if name not in error.instance]
        return f"{where} lacks {' and '.join(missing)}"
    if error.instance == "":
        return f"{where} {_EMPTY}"
    return f"{where}: {error.message}"


def _plain(data: Any) -> Any:
    """Days, which YAML and TOML read as such, as the text that was written."""
    if isinstance(data, dict):
        return {name: _plain(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_plain(item) for item in data]
    return data.isoformat() if isinstance(data, date) else data


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
