"""How long a law waits for the batches that it sends itself."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.reading.context import RunContext, decided
from conformance.scenarios.operations import row_writer
from conformance.scenarios.run import trace_of_writes
from conformance.scenarios.trace import NotReached
from conformance.writing.submission import Item, Submission, submit
from spec import Operation


@decided
def patience_of(context: RunContext, operation: Operation) -> float:
    """Seconds to wait for the end of an operation's batch: few if its scenario saw one that didn't end.

    An operation whose scenario couldn't run is like the one that makes its rows.
    """
    full = context.target.limits.batch
    trace = trace_of_writes(context, operation)
    if isinstance(trace, NotReached):
        writer = row_writer(context, operation)
        return full if writer is None or writer == operation else patience_of(context, writer)
    return min(full, context.budget.brief_patience) if any(batch.timed_out for batch in trace.batches) else full


def submit_patiently(
    context: RunContext, operation: Operation, items: Sequence[Item], *, like: Operation | None = None
) -> Submission:
    """Submit a batch for a law.

    The wait is as long as the scenario of the operation allows, or of the one it is `like`.
    """
    return submit(context, operation, items, patience=patience_of(context, like or operation))
