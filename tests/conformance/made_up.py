"""Reports of runs that never were: as quick to make as they are awkward."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

import spec
from conformance.reports import files, schema
from conformance.reports.model import Report, Settings, Waiver
from conformance.reports.stream import NAME, Stream, header
from conformance.transport.exchange import Request, Response
from conformance.verdict import Counterexample, Outcome, Reason, Verdict
from spec import Clause, Contract

TARGET = "https://shop.example"
STARTED = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

SETTINGS: Settings = {
    "writes": False,
    "strict": False,
    "only": [],
    "skip": [],
    "shard": None,
    "rate": 10.0,
    "max_requests": 3_000,
    "max_time": 900.0,
}


@cache
def contract() -> Contract:
    """The project's own document."""
    return spec.load()


def documented(count: int) -> list[Clause]:
    """Some clauses that decide the exit code."""
    return [clause for clause in contract().clauses if clause.level == "documented"][:count]


def inferred() -> Clause:
    """A clause that is advice."""
    return next(clause for clause in contract().clauses if clause.level == "inferred")


def violated(clause: Clause, text: str = "a count of 3", chain: int = 1) -> Outcome:
    """A violation whose every text is `text`."""
    requests = tuple(f"""curl -sS -g -H "Authorization: $PRD_API_KEY" '{TARGET}/{n}' # {text}""" for n in range(chain))
    example = Counterexample(f"not {text}", text, requests, tuple(f"200 {text}" for _ in requests), replays=2)
    return Outcome(clause, "violated", 2, counterexample=example, requests=3, seconds=0.25)


def outcome(clause: Clause, verdict: Verdict) -> Outcome:
    """A verdict of any kind."""
    if verdict == "violated":
        return violated(clause)
    if verdict == "held":
        return Outcome(clause, "held", witnesses=4, requests=2, seconds=0.1)
    return Outcome(clause, verdict, reason=Reason("no-witness", f"{verdict} for a reason"))


def write(
    folder: Path,
    outcomes: Sequence[Outcome],
    *,
    waivers: Sequence[Waiver] = (),
    answers: int = 3,
    stopped: str | None = None,
    notes: Sequence[str] = (),
    target: str = TARGET,
    settings: Settings = SETTINGS,
    started: datetime = STARTED,
    **more: Any,
) -> Path:
    """The stream of a run that had these outcomes; clauses without one were held."""
    head = header(contract(), target, 7, settings, waivers=waivers, started=started, **more)
    known = {o.clause.id: o for o in outcomes}
    path = folder / NAME
    with Stream(path, head) as stream:
        for number in range(answers):
            stream.answered(Request("PRD102", "GET", "/"), Response(200, {}, b"", (number % 97) / 500))
        for clause in contract().clauses:
            stream.concluded(known.get(clause.id) or outcome(clause, "held"))
        stream.finished(stopped, {"PRD102": answers}, notes)
    return path


def report(folder: Path, outcomes: Sequence[Outcome], **more: Any) -> Report:
    """The report of such a run."""
    return files.read(write(folder, outcomes, **more))


def problem(kind: str, data: Any) -> str | None:
    """What keeps data from being a report, or an event, as report.schema.json describes it for other languages."""
    described = json.loads(schema.FILE.read_text("utf-8"))
    if kind != "Report":
        described = {"$schema": described["$schema"], "$ref": f"#/$defs/{kind}", "$defs": described["$defs"]}
    error = next(iter(jsonschema_rs.Draft202012Validator(described).iter_errors(data)), None)
    return error.message if error else None
