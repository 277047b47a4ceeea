"""The stream of a run: what happens, one JSON object a line, written as it happens.

A header says what is tried on what; then come verdicts and answers; a footer says how it ended. Whatever
kills a run, what it found until then is on disk.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import IO

from conformance import verdict
from conformance.reports.evidence import keep
from conformance.reports.model import (
    FORMAT,
    Answered,
    Concluded,
    Event,
    Example,
    Footer,
    Gap,
    Header,
    Operation,
    Place,
    Recorded,
    Settings,
    Statement,
    Waiver,
)
from conformance.reports.text import LONGEST_REQUEST, as_json, storable
from conformance.transport.exchange import Request, Response
from conformance.verdict import Counterexample, Outcome
from spec import Clause, Contract

NAME = "events.ndjson"
"""The stream's file in the report folder."""


class Stream:
    """Writes a run's events to a file. Use as a context manager; safe to tell of answers from several threads."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.header = header
        self._answers: dict[str, list[tuple[int, float]]] = {}
        self._lock = threading.Lock()
        self._file: IO[str] | None = None

    def __enter__(self) -> Stream:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # The file is there once its header is, so a run that is ended while this is written leaves no half of one.
        aside = self.path.with_name(f".{self.path.name}.new")
        self._file = aside.open("w", encoding="utf-8", newline="\n")
        try:
            self._write(self.header)
            aside.replace(self.path)
        except BaseException:
            self._file.close()
            aside.unlink(missing_ok=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file:
            self._file.close()

    def answered(self, request: Request, answer: Response) -> None:
        """Remember how an answer went; written with the next verdict."""
        with self._lock:
            self._answers.setdefault(request.operation, []).append((answer.status, round(answer.elapsed * 1000, 1)))

    def concluded(self, outcome: Outcome) -> None:
        """A clause has its verdict. What proves it is on disk before the event that names it."""
        self._write_answers()
        if outcome.counterexample:
            keep(self.path.parent, outcome.counterexample)
        self._write(concluded(outcome))

    def finished(self, stopped: str | None, requests: Mapping[str, int], notes: Iterable[str] = ()) -> None:
        """The run is over."""
        self._write_answers()
        self._write(footer(stopped, requests, notes))

    def _write_answers(self) -> None:
        with self._lock:
            answers, self._answers = self._answers, {}
        if answers:
            self._write(Answered(event="answered", answers=answers))

    def _write(self, event: Event) -> None:
        if self._file:
            self._file.write(line(event))
            self._file.flush()


def line(event: Event) -> str:
    """An event as it stands in the stream."""
    return as_json(event) + "\n"


def header(
    contract: Contract,
    target: str,
    seed: int,
    settings: Settings,
    *,
    embedded: bool = False,
    waivers: Iterable[Waiver] = (),
    gaps: Iterable[Gap] = (),
    exercised_at: Mapping[str, str] | None = None,
    started: datetime | None = None,
) -> Header:
    """The first event of a run."""
    return Header(
        event="header",
        format=FORMAT,
        tool={"name": "conformance", "version": tool_version()},
        document={
            "title": contract.title,
            "version": contract.version,
            "file": contract.file,
            "sha256": contract.sha256,
        },
        target=target,
        embedded=embedded,
        seed=seed,
        settings=settings,
        started=moment(started),
        operations=[
            Operation(code=o.code, method=o.method, path=o.path, summary=o.summary) for o in contract.operations
        ],
        waivers=list(waivers),
        gaps=list(gaps),
        clauses=[statement(clause, (exercised_at or {}).get(clause.id)) for clause in contract.clauses],
    )


def statement(clause: Clause, exercised_at: str | None = None) -> Statement:
    """What a clause says, as data."""
    where = clause.location
    said = Statement(
        id=clause.id,
        level=clause.level,
        operation=clause.operation,
        family=clause.family,
        requirement=clause.requirement,
        source=clause.source,
        basis={"kind": clause.basis.kind, "text": clause.basis.text},
        location=Place(file=where.file, line=where.line, column=where.column),
        writes=clause.writes,
    )
    if exercised_at:
        said["exercised_at"] = exercised_at
    return said


def concluded(outcome: Outcome) -> Concluded:
    """A verdict as data, its texts made fit for any file."""
    event = Concluded(
        event="concluded",
        clause=outcome.clause.id,
        verdict=outcome.verdict,
        witnesses=outcome.witnesses,
        requests=outcome.requests,
        seconds=round(outcome.seconds, 3),
    )
    if outcome.reason:
        event["reason"] = storable(outcome.reason.text)
        event["reason_code"] = outcome.reason.code
        if outcome.reason.clause:
            event["blocked_by"] = outcome.reason.clause
    if outcome.survivors:
        event["untold"] = [storable(text) for text in outcome.survivors]
    if outcome.counterexample:
        event["counterexample"] = _example(outcome.counterexample)
    return event


def _example(example: Counterexample) -> Example:
    shown: Example = {
        "expected": storable(example.expected),
        "observed": storable(example.observed),
        "requests": [storable(request, LONGEST_REQUEST) for request in example.requests],
        "answers": [storable(answer) for answer in example.answers],
        "replays": example.replays,
    }
    if example.symptom:
        shown["symptom"] = example.symptom
    if example.exchanges:
        shown["exchanges"] = [_recorded(exchange) for exchange in example.exchanges]
    return shown


def _recorded(exchange: verdict.Recorded) -> Recorded:
    shown = Recorded(
        operation=exchange.operation,
        method=exchange.method,
        url=storable(exchange.url, LONGEST_REQUEST),
        request_headers=[(storable(name), storable(value)) for name, value in exchange.request_headers],
        milliseconds=round(exchange.seconds * 1000, 1),
        status=exchange.status,
        response_headers=[(storable(name), storable(value)) for name, value in exchange.response_headers],
    )
    if exchange.sent_at:
        shown["sent_at"] = moment(exchange.sent_at)
    if exchange.sent:
        shown["sent"] = exchange.sent.name
    if exchange.received:
        shown["received"] = exchange.received.name
    return shown


def footer(stopped: str | None, requests: Mapping[str, int], notes: Iterable[str] = ()) -> Footer:
    """The last event of a run."""
    return Footer(
        event="footer",
        finished=moment(),
        stopped=storable(stopped) if stopped else None,
        notes=[storable(note) for note in notes],
        requests=dict(sorted(requests.items())),
    )


def moment(at: datetime | None = None) -> str:
    """A time as every report writes it."""
    return (at or datetime.now(UTC)).isoformat(timespec="milliseconds")


def tool_version() -> str:
    """The version of this project, as installed; "0" in a checkout that isn't."""
    try:
        return metadata.version("seller-center-contract")
    except metadata.PackageNotFoundError:
        return "0"
