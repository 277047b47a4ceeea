"""A story: the batches that an operation was sent, step by step, and the rows after each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.reading.context import RunContext
from conformance.transport.exchange import Exchange
from conformance.verdict import Reason
from conformance.writing.batches import Item, ReadBack, StatusPoll, Submission, find, find_all, submit
from conformance.writing.items import Style
from spec import Operation


@dataclass(frozen=True)
class Step:
    """One batch of a story and the rows after it, by key."""

    submission: Submission
    read_backs: Mapping[str, ReadBack] = field(default_factory=dict)

    def row(self, key: str) -> Mapping[str, Any]:
        """The row with a key after this step; empty when there is none."""
        return (self.read_backs[key].row if key in self.read_backs else None) or {}

    def chain(self, key: str) -> tuple[Exchange, ...]:
        """What shows the row after this step: the batch, its end, the list."""
        return (*self.submission.chain, *(self.read_backs[key].chain if key in self.read_backs else ()))


@dataclass(frozen=True)
class Trace:
    """Everything that was seen of one operation's writes."""

    operation: Operation
    steps: Mapping[str, Step]
    keys: Mapping[str, str]
    bad: int = 0
    """How many bad items the step "mixed" holds; 0 when no bad item gets into a batch."""
    filtered: tuple[Exchange, ...] = ()
    """What filters showed: for a delete those that had shown the row, for an update those by its new values."""
    outdated: tuple[Exchange, ...] = ()
    """What filters by the old values showed after an update."""
    later: tuple[StatusPoll, ...] = ()
    """Looks at the first batch long after it was over."""
    style: Style = "plain"
    """How rich the new rows are that the server takes."""
    why_not: Reason | None = None
    """Why the story couldn't be told."""

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps.values())

    @property
    def first(self) -> Submission | None:
        """The first batch that the operation itself was sent."""
        own = (s.submission for s in self if s.submission.exchange.request.operation == self.operation.code)
        return next(own, None)

    def step(self, name: str) -> Step | None:
        """A step by name, or None when it wasn't reached."""
        return self.steps.get(name)


def send_step(
    context: RunContext,
    operation: Operation,
    items: Sequence[Item],
    *keys: str,
    expected: bool = True,
    after: Step | None = None,
    stem: str = "",
    **more: Any,
) -> Step:
    """Send a batch and look at rows; the first of them changes, where there is a step that it comes `after`.

    Rows whose keys have a `stem` of their own are looked for together.
    """
    submission = submit(context, operation, items, **more)
    over = submission.accepted and submission.over
    unlike = after.row(keys[0]) if after and over else None
    if stem and over:
        return Step(submission, find_all(context, operation, stem, keys, unlike={keys[0]: unlike}))

    def seen(key: str) -> ReadBack:
        # Of a batch that isn't over nothing can be expected yet, and of one that was refused nothing at all.
        return find(
            context, operation, key, expected=expected if over else None, unlike=unlike if key == keys[0] else None
        )

    return Step(submission, {key: seen(key) for key in keys})
