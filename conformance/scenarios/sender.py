"""Sending the batches of one scenario in turn, and reading back the rows after each."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.reading.context import RunContext
from conformance.scenarios.trace import Step
from conformance.writing.read_back import ReadBack, find, find_all
from conformance.writing.submission import Item, Submission, poll_to_end, send_batch
from spec import Operation


class BatchSender:
    """Sends batches of one scenario.

    After one batch of an operation has timed out, the wait for its later ones is short.
    """

    def __init__(self, context: RunContext) -> None:
        self.context = context
        self._endless: set[str] = set()

    def submit(
        self,
        operation: Operation,
        items: Sequence[Item],
        *,
        headers: tuple[tuple[str, str], ...] = (),
        at_once: bool = False,
    ) -> Submission:
        """Send a batch, and poll its status until it is over or the patience ends."""
        sent = send_batch(self.context, operation, items, headers=headers)
        return self.poll_to_end(operation, sent, at_once=at_once)

    def poll_to_end(self, operation: Operation, sent: Submission, *, at_once: bool = False) -> Submission:
        """Poll the status of a batch until it is over or the patience ends."""
        full = self.context.target.limits.batch
        patience = min(full, self.context.budget.brief_patience) if operation.code in self._endless else full
        polled = poll_to_end(self.context, operation, sent, at_once=at_once, patience=patience)
        if polled.timed_out:
            self._endless.add(operation.code)
        return polled

    def step(
        self,
        name: str,
        operation: Operation,
        items: Sequence[Item],
        *keys: str,
        expected: bool = True,
        after: Step | None = None,
        stem: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        at_once: bool = False,
    ) -> Step:
        """Send a batch and read back rows. If it comes `after` a step, the first row must differ from that step's.

        Rows whose keys share a `stem` of their own are read together.
        """
        submission = self.submit(operation, items, headers=headers, at_once=at_once)
        over = submission.accepted and submission.over
        unlike = after.row(keys[0]) if after and over else None
        if stem and over:
            found = find_all(self.context, operation, stem, keys, unlike={keys[0]: unlike})
            return Step(name, submission, found)

        def seen(key: str) -> ReadBack:
            # An unfinished batch has no effect to expect yet, and a refused one has none at all.
            return find(
                self.context,
                operation,
                key,
                expected=expected if over else None,
                unlike=unlike if key == keys[0] else None,
            )

        return Step(name, submission, {key: seen(key) for key in keys})
