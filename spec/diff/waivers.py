"""Waivers: changes that break and are wanted all the same, for a reason, by somebody, until some day.

A waiver that excuses nothing fails the run: it has expired, or no change is what it is for.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import jsonschema
import yaml

from spec.diff.change import Change
from spec.diff.code import Symbol

SCHEMA = Path(__file__).with_name("waivers.schema.json")
State = Literal["used", "expired", "stale"]


class WaiversError(Exception):
    """A file of waivers that can't be used. The message names everything that is wrong with it."""


@dataclass(frozen=True)
class Waiver:
    """Excuses the change with a fingerprint, or all changes of a rule and a subject (patterns with *)."""

    change: str
    subject: str
    reason: str
    owner: str
    expires: str

    def excuses(self, change: Change) -> bool:
        """True for a change that it is for."""
        if not (fnmatchcase(change.rule, self.change) or change.fingerprint == self.change):
            return False
        return any(fnmatchcase(subject, self.subject) for subject in change.subjects)

    def excuses_symbol(self, symbol: Symbol) -> bool:
        """True for a name in generated code that it is for."""
        return fnmatchcase(symbol.rule, self.change) and fnmatchcase(symbol.name, self.subject)


@dataclass(frozen=True)
class Judged:
    """A waiver, its result, and the fingerprints that it excuses."""

    waiver: Waiver
    state: State
    excused: tuple[str, ...]
    symbols: tuple[str, ...] = ()
    """Names in generated code that it excuses."""

    def __str__(self) -> str:
        name, until = self.waiver.change, self.waiver.expires
        if self.state == "used":
            count = len(self.excused) + len(self.symbols)
            return f"waiver {name} excuses {count} until {until} ({self.waiver.owner}: {self.waiver.reason})"
        if self.state == "expired":
            return f"waiver {name} expired on {until}: undo the change, or renew the waiver with a reason"
        return f"waiver {name} excuses nothing: remove it"


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
        days = [(number, waiver["expires"]) for number, waiver in enumerate(data["waivers"], 1)]
        wrong = [f"waiver {number}: {day} isn't a day of the calendar" for number, day in days if not _is_day(day)]
    if wrong:
        raise WaiversError("\n".join(f"{path}: {problem}" for problem in wrong))
    return [Waiver(**{"subject": "*", **waiver}) for waiver in data["waivers"]]


def judge(waivers: Iterable[Waiver], changes: Iterable[Change], symbols: Iterable[Symbol], today: date) -> list[Judged]:
    """The result for each waiver; a change that breaks nothing needs none."""
    names = [symbol for symbol in symbols if symbol.level == "major"]
    needing = [change for change in changes if "major" in (change.callers, change.servers, change.names)]
    judged = []
    for waiver in waivers:
        found = tuple(change.fingerprint for change in needing if waiver.excuses(change))
        expired = waiver.expires < today.isoformat()
        coded = tuple(symbol.name for symbol in names if waiver.excuses_symbol(symbol))
        state: State = "expired" if expired else "used" if found or coded else "stale"
        judged.append(Judged(waiver, state, found, coded) if state == "used" else Judged(waiver, state, ()))
    return judged


def _problem(error: jsonschema.ValidationError) -> str:
    path = list(error.absolute_path)
    if len(path) < 2:
        return "a file of waivers is a mapping with a list `waivers`; see spec/diff/waivers.schema.json"
    where = f"waiver {int(path[1]) + 1}" + "".join(f", {name}" for name in path[2:])
    if error.validator == "required" and isinstance(error.instance, dict):
        missing = [name for name in ("change", "reason", "owner", "expires") if name not in error.instance]
        return f"{where} lacks {' and '.join(missing)}"
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
