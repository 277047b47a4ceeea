"""What a scenario leaves: the batches that an operation was sent, step by step, and the rows after each.

Each kind of scenario has a trace of its own, with its steps and keys as fields.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.reading.listing import response_excerpt
from conformance.transport.exchange import Exchange
from conformance.verdict import Reason
from conformance.writing.read_back import ReadBack
from conformance.writing.submission import StatusPoll, Submission
from spec import Operation


@dataclass(frozen=True)
class Step:
    """One batch of a scenario and the rows after it, by key."""

    name: str
    """What was sent, as reasons say it."""
    submission: Submission
    read_backs: Mapping[str, ReadBack] = field(default_factory=dict)

    def row(self, key: str) -> Mapping[str, Any]:
        """The row with a key after this step; empty when there is none."""
        return (self.read_backs[key].row if key in self.read_backs else None) or {}

    def chain(self, key: str) -> tuple[Exchange, ...]:
        """What shows the row after this step: the batch, its end, the list."""
        return (*self.submission.chain, *(self.read_backs[key].chain if key in self.read_backs else ()))

    @property
    def over(self) -> bool:
        """True when its batch was accepted and seen to be over."""
        return self.submission.accepted and self.submission.over


@dataclass(frozen=True)
class NotReached:
    """A step that a scenario didn't get to, or a scenario that couldn't run, and why."""

    reason: Reason


def not_applicable(text: str) -> NotReached:
    """The document gives a scenario or a step nothing to do."""
    return NotReached(Reason("not-applicable", text))


def incomplete(text: str) -> NotReached:
    """A scenario broke off before a step."""
    return NotReached(Reason("scenario-incomplete", text))


def not_taken(what: str, submission: Submission) -> NotReached:
    """No step follows a batch that the server didn't take, or whose rows no list shows."""
    return NotReached(why_incomplete(f"{what}: {response_excerpt(submission.chain[-1])}", submission))


def why_incomplete(text: str, submission: Submission) -> Reason:
    """The reason why nothing follows a batch. One that was accepted and didn't end breaks a clause of its own."""
    if not submission.accepted or submission.over:
        return Reason("scenario-incomplete", text)
    if submission.ticket is None:
        broken = "batch.ticket"
    elif submission.last and not submission.last.exchange.response.ok:
        broken = "batch.found"
    else:
        broken = "batch.ends"
    return Reason("blocked-by", text, f"{submission.exchange.request.operation}.{broken}")


def reached(*steps: Step | NotReached) -> tuple[Step, ...]:
    """Those of some steps that a scenario got to."""
    return tuple(step for step in steps if isinstance(step, Step))


@dataclass(frozen=True)
class MixedStep:
    """A batch of good and bad items."""

    step: Step
    bad: int
    """How many of its items are bad; 0 where what was sent as bad succeeds when it is sent alone."""
    good: tuple[str, ...]
    """The keys of its good items."""
    alone: Step | NotReached
    """Items that are bad in the same way, sent without a good one."""
    unmade: str = ""
    """The key of a bad item that would make a row."""


@dataclass(frozen=True)
class EdgeCaseSteps:
    """Batches of very many rows, each an edge case."""

    insert: Step
    beside: Step
    """Two more rows, sent while the server still worked on those."""
    update: Step | NotReached


@dataclass(frozen=True)
class NearKeys:
    """A key, and others that a careless server may take for it."""

    main: str
    longer: str
    lower: str

    @property
    def all(self) -> tuple[str, str, str]:
        """The longer one comes first, so that a server that looks for a prefix meets it first."""
        return self.longer, self.main, self.lower


@dataclass(frozen=True, kw_only=True)
class Trace(ABC):
    """What every scenario leaves."""

    operation: Operation
    mixed: MixedStep | NotReached
    """The batch of good and bad items."""
    polls_after_end: tuple[StatusPoll, ...] = ()
    """Polls of the first batch after it was over."""

    @property
    @abstractmethod
    def steps(self) -> tuple[Step, ...]:
        """The steps that were reached."""

    @property
    @abstractmethod
    def good_steps(self) -> tuple[Step, ...]:
        """Those that sent nothing but good items."""

    @property
    @abstractmethod
    def edge_case_steps(self) -> tuple[Step, ...]:
        """Those of very many rows that were seen to end."""

    @property
    def batches(self) -> tuple[Submission, ...]:
        """The batches that the operation itself was sent."""
        code = self.operation.code
        return tuple(s.submission for s in self.steps if s.submission.exchange.request.operation == code)

    @property
    def first(self) -> Submission | None:
        """The first batch that the operation itself was sent."""
        return next(iter(self.batches), None)
