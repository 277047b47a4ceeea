"""The trace of a scenario: the batches that an operation was sent, step by step, and the rows after each.

Each kind of scenario has its own trace class, with its steps and keys as fields.
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
    """One batch of a scenario, and the rows after it by key."""

    name: str
    """What was sent, in the words of a reason."""
    submission: Submission
    read_backs: Mapping[str, ReadBack] = field(default_factory=dict)

    def row(self, key: str) -> Mapping[str, Any]:
        """The row with a key after this step; empty when no such row exists."""
        return (self.read_backs[key].row if key in self.read_backs else None) or {}

    def chain(self, key: str) -> tuple[Exchange, ...]:
        """The exchanges that show the row after this step: the batch, its end, the list."""
        return (*self.submission.chain, *(self.read_backs[key].chain if key in self.read_backs else ()))

    @property
    def over(self) -> bool:
        """True when the batch was accepted and seen to be over."""
        return self.submission.accepted and self.submission.over


@dataclass(frozen=True)
class NotReached:
    """A step or a scenario that didn't run, and why."""

    reason: Reason
    sent: tuple[Step, ...] = ()
    """What was sent on the way there."""


def not_applicable(text: str) -> NotReached:
    """The document defines nothing that a scenario or a step could do."""
    return NotReached(Reason("not-applicable", text))


def incomplete(text: str) -> NotReached:
    """A scenario stopped before a step."""
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
    """Those of some steps that a scenario reached."""
    return tuple(step for step in steps if isinstance(step, Step))


@dataclass(frozen=True)
class MixedStep:
    """A batch of valid and bad items."""

    step: Step
    bad: int
    """The number of bad items; 0 where the server accepts what was meant as bad."""
    good: tuple[str, ...]
    """The keys of its valid items."""
    alone: Step | NotReached
    """Items with the same mistake, sent without a valid one."""
    unmade: str = ""
    """The key of a bad item that would insert a row."""


@dataclass(frozen=True)
class EdgeCaseSteps:
    """Batches of very many rows, each with an edge case."""

    insert: Step
    beside: Step
    """Two more rows, sent while the server still works on those."""
    update: Step | NotReached
    by_other_texts: tuple[tuple[str, Exchange], ...] = ()
    """Keys of rows with a text such as 0012, and the list under another one for each, such as 12."""
    by_own_texts: tuple[tuple[str, Exchange], ...] = ()
    """Keys of rows with a text that filters may not find, and the list under it for each."""


@dataclass(frozen=True)
class NearKeys:
    """A key, and others that a careless server may confuse with it."""

    main: str
    longer: str
    lower: str

    @property
    def all(self) -> tuple[str, str, str]:
        """The longer one comes first, so that a server that looks for a prefix finds it first."""
        return self.longer, self.main, self.lower


@dataclass(frozen=True, kw_only=True)
class Trace(ABC):
    """What every trace holds."""

    operation: Operation
    mixed: MixedStep | NotReached
    """The batch of valid and bad items."""
    polls_after_end: tuple[StatusPoll, ...] = ()
    """Polls of the first batch after it was over."""

    @property
    @abstractmethod
    def steps(self) -> tuple[Step, ...]:
        """The steps that were reached."""

    @property
    @abstractmethod
    def good_steps(self) -> tuple[Step, ...]:
        """Steps that sent valid items only."""

    @property
    @abstractmethod
    def edge_case_steps(self) -> tuple[Step, ...]:
        """Batches of very many rows that were seen to end."""

    @property
    def batches(self) -> tuple[Submission, ...]:
        """The batches that were sent to the operation itself."""
        code = self.operation.code
        return tuple(s.submission for s in self.steps if s.submission.exchange.request.operation == code)

    @property
    def first(self) -> Submission | None:
        """The first batch that was sent to the operation itself."""
        return next(iter(self.batches), None)
