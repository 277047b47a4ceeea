"""From the events of a run to its report: a pure function, so that a report can be made again at any time."""

from __future__ import annotations

import bisect
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import cast

from conformance.reports import gaps as expected_gaps
from conformance.reports.causes import causes as find_causes
from conformance.reports.conclusion import conclusion, exit_code
from conformance.reports.model import Clause, Event, Footer, Header, Judgement, Report, Statement, Timing, Verdicts
from conformance.reports.waivers import apply

BOUNDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Upper ends of the histogram's classes in milliseconds; a last class holds what took longer."""

CUT = "the stream ends before the run did: it was killed, or is still going on"

Answers = Mapping[str, list[tuple[int, float]]]


def fold(header: Header, events: Iterable[Event]) -> Report:
    """The report of a run. A stream without a footer makes an incomplete report, which is marked so."""
    judged: dict[str, Judgement] = {}
    answers: dict[str, list[tuple[int, float]]] = {}
    footer: Footer | None = None
    for event in events:
        match event["event"]:
            case "concluded":
                judged[event["clause"]] = cast(
                    Judgement, {name: value for name, value in event.items() if name not in ("event", "clause")}
                )
            case "answered":
                for operation, some in event["answers"].items():
                    answers.setdefault(operation, []).extend(some)
            case "footer":
                footer = event
    stopped = footer["stopped"] if footer else CUT
    requests = footer["requests"] if footer else {operation: len(some) for operation, some in answers.items()}
    return conclude(
        header,
        [clause(said, judged.get(said["id"]), stopped) for said in header["clauses"]],
        {operation: timing(some) for operation, some in sorted(answers.items()) if some},
        requests,
        finished=footer["finished"] if footer else None,
        stopped=stopped,
        notes=footer["notes"] if footer else [],
    )


def conclude(
    header: Header,
    clauses: list[Clause],
    timings: dict[str, Timing],
    requests: Mapping[str, int],
    *,
    finished: str | None,
    stopped: str | None,
    notes: list[str],
) -> Report:
    """A report from its parts: waivers applied, verdicts counted, and the answer given."""
    clauses, waivers = apply(header["waivers"], clauses, header["target"], header["started"])
    gaps = expected_gaps.apply(header.get("gaps", []), clauses, header["target"])
    report = Report(
        format=header["format"],
        tool=header["tool"],
        document=header["document"],
        target=header["target"],
        embedded=header["embedded"],
        seed=header["seed"],
        strict=header["settings"]["strict"],
        settings=header["settings"],
        started=header["started"],
        finished=finished,
        complete=stopped is None,
        stopped=stopped,
        notes=notes,
        answer="",
        exit_code=0,
        verdicts=tally(clauses),
        causes=find_causes(clauses, strict=header["settings"]["strict"]),
        exercise=expected_gaps.exercise(clauses, gaps, header["settings"].get("require_exercised")),
        requests={"total": sum(requests.values()), "by_operation": dict(sorted(requests.items()))},
        histogram_bounds=list(BOUNDS),
        timings=timings,
        operations=header["operations"],
        waivers=waivers,
        gaps=gaps,
        clauses=clauses,
    )
    return {**report, "answer": conclusion(report), "exit_code": exit_code(report)}


def clause(said: Statement, judged: Judgement | None, stopped: str | None) -> Clause:
    """A clause with its verdict, or with the reason why the run never came to it."""
    if judged is None:
        judged = {
            "verdict": "not-exercised",
            "witnesses": 0,
            "requests": 0,
            "seconds": 0.0,
            "reason": stopped or "the run ended before it",
            "reason_code": "not-reached",
        }
    return cast(Clause, {**said, **judged})


def tally(clauses: Iterable[Clause]) -> Verdicts:
    """How many clauses have which verdict."""
    found = Counter(clause["verdict"] for clause in clauses)
    return {
        "held": found["held"],
        "violated": found["violated"],
        "not-exercised": found["not-exercised"],
        "skipped": found["skipped"],
        "error": found["error"],
    }


def timing(answers: list[tuple[int, float]]) -> Timing:
    """How the answers of one operation went."""
    took = sorted(milliseconds for _, milliseconds in answers)
    histogram = [0] * (len(BOUNDS) + 1)
    for milliseconds in took:
        histogram[bisect.bisect_left(BOUNDS, milliseconds)] += 1
    statuses = Counter(str(status) for status, _ in answers)
    return {
        "answers": dict(sorted(statuses.items())),
        "milliseconds": {
            "min": took[0],
            "median": round(statistics.median(took), 1),
            "p95": took[min(len(took) - 1, int(0.95 * len(took)))],
            "max": took[-1],
        },
        "histogram": histogram,
    }
