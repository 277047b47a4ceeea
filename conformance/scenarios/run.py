"""Running the scenario of an operation, once in each context."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

from conformance.reading.context import RunContext, observed
from conformance.scenarios.deletes import DeletesTrace, run_deletes
from conformance.scenarios.one_row import trace_of_one_row
from conformance.scenarios.parts import PartsTrace, run_parts
from conformance.scenarios.rows import RowsTrace, run_rows
from conformance.scenarios.trace import NotReached, not_applicable
from conformance.transport.target import PARALLEL
from conformance.writing.items import Style
from conformance.writing.read_back import reader_of
from conformance.writing.submission import poll_status
from spec import Operation

AnyTrace = RowsTrace | PartsTrace | DeletesTrace


@observed
def trace_of_writes(context: RunContext, operation: Operation) -> AnyTrace | NotReached:
    """The trace of an operation's writes: its scenario runs once in each context."""
    if operation.access is None or not operation.access.in_batches:
        return not_applicable("the operation writes no batches")
    if reader_of(context, operation) is None:
        return not_applicable("no list shows what was written: none filters on its key")
    trace = _run(context, operation)
    if isinstance(trace, NotReached):
        return trace
    first = trace.first
    if first is None or not first.over or first.ticket is None:
        return trace
    polls = tuple(poll_status(context, operation, first.ticket) for _ in range(context.budget.polls_after_end))
    return replace(trace, polls_after_end=polls)


def _run(context: RunContext, operation: Operation) -> AnyTrace | NotReached:
    access = operation.access
    if access is not None and access.action == "deletes":
        return run_deletes(context, operation)
    if access is not None and access.parts:
        return run_parts(context, operation)
    return run_rows(context, operation)


def style_of(context: RunContext, operation: Operation) -> Style:
    """The style of new rows that an operation accepts."""
    trace = trace_of_writes(context, operation)
    return trace.style if isinstance(trace, RowsTrace) else "plain"


def _trace(context: RunContext, operation: Operation) -> object:
    of_one = operation.access is not None and operation.access.of_one
    return (trace_of_one_row if of_one else trace_of_writes)(context, operation)


def run_all(context: RunContext, operations: Iterable[Operation]) -> None:
    """Run several scenarios at once: they write different rows, and mostly wait.

    The error of one is raised again in the laws that need it.
    """
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="scenario") as pool:
        waiting = [pool.submit(_trace, context, operation) for operation in operations]
        try:
            wait(waiting)
        except KeyboardInterrupt:
            context.target.halt()
            raise
