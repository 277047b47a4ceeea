"""The result for a clause: small frozen values from which every report is folded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from conformance.transport.exchange import Exchange
from spec import Clause

Verdict = Literal["held", "violated", "not-exercised", "skipped", "error"]

Code = Literal[
    "no-data",
    "no-witness",
    "not-shown",
    "not-applicable",
    "not-described",
    "scenario-incomplete",
    "blocked-by",
    "data-moved",
    "not-generated",
    "not-reached",
    "not-selected",
    "switched-off",
    "needs-writes",
    "held-back",
    "not-permitted",
    "other-shard",
    "less-effort",
    "unanswered",
    "own-fault",
]
"""Why a clause is neither held nor violated. `conformance.reports.advice` has the advice for each."""

LONGEST_MESSAGE = 400
"""Characters of a sentence of ours that a report shows; rows and answers are quoted in them."""
LONGEST_ANSWER = 2_000
"""Characters of an answer that a report shows; the whole of it is in a file beside it."""
EVIDENCE = "evidence"
"""The folder beside the report that holds the bodies."""


@dataclass(frozen=True)
class Held:
    """No mistake in `witnesses` cases, in each of which a wrong server would have differed."""

    witnesses: int
    survivors: tuple[str, ...] = ()
    """The mutants that no case kills, for lack of data."""


@dataclass(frozen=True)
class Reason:
    """Why a clause is neither held nor violated: a code for programs, a text for people."""

    code: Code
    text: str
    clause: str = ""
    """Of `blocked-by`: the id of the clause that is broken."""


@dataclass(frozen=True)
class NotExercised:
    """There was no discriminating case, for a reason."""

    reason: Reason


def not_exercised(code: Code, text: str, clause: str = "") -> NotExercised:
    """There was no discriminating case, for the reason with this code and text."""
    return NotExercised(Reason(code, text, clause))


Symptom = Literal["", "missing-rows"]
"""What is wrong, where the same mistake shows in many clauses: rows that belong in a list aren't in it."""


@dataclass(frozen=True)
class Finding:
    """A mistake: what the clause requires, what was observed instead, and the requests that show it."""

    expected: str
    observed: str
    chain: tuple[Exchange, ...]
    witnesses: int = 1
    symptom: Symptom = ""


Result = Held | NotExercised | Finding


@dataclass(frozen=True)
class EvidenceFile:
    """A body kept whole, as a file of the report folder."""

    name: str
    """Its path from the folder; the same content has the same name."""
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Recorded:
    """One request and its response in full. Nothing in it holds the key."""

    operation: str
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int
    response_headers: tuple[tuple[str, str], ...]
    seconds: float
    sent_at: datetime | None
    sent: EvidenceFile | None
    """The request's body, as it went out."""
    received: EvidenceFile | None
    """The response's body, compressed with gzip."""


@dataclass(frozen=True)
class Counterexample:
    """A confirmed violation, ready to be shown: nothing in it holds the key."""

    expected: str
    observed: str
    requests: tuple[str, ...]
    """curl lines, in order."""
    answers: tuple[str, ...]
    """What came back for each."""
    replays: int
    """How often it was seen again before it was reported."""
    symptom: Symptom = ""
    exchanges: tuple[Recorded, ...] = ()
    """The same requests and responses, whole."""


@dataclass(frozen=True)
class Outcome:
    """The verdict on one clause."""

    clause: Clause
    verdict: Verdict
    witnesses: int = 0
    reason: Reason | None = None
    """For everything but held and violated: why."""
    counterexample: Counterexample | None = None
    survivors: tuple[str, ...] = field(default=())
    requests: int = 0
    """Requests that this clause took, beyond answers already known."""
    seconds: float = 0.0
