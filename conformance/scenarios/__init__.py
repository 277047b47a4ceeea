"""What happens to rows of our own when they are written, told once and judged by many laws.

A story sends the same few batches to every operation of its kind and notes what the server said of each
batch and what the rows looked like after it. A replay tells it again, with new keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

from conformance.reading.context import RunContext, observed
from conformance.scenarios.deletes import run_deletes
from conformance.scenarios.operations import action, ownership_of, parts_of, row_writer, siblings, unused_key
from conformance.scenarios.parts import run_parts
from conformance.scenarios.rows import run_rows
from conformance.scenarios.scenario import Step, Trace
from conformance.transport.target import PARALLEL
from conformance.verdict import Reason
from conformance.writing.batches import look, reader_of
from conformance.writing.items import Style
from spec import Operation

__all__ = [
    "Step",
    "Trace",
    "action",
    "ownership_of",
    "parts_of",
    "row_writer",
    "run_all",
    "siblings",
    "style_of",
    "trace_of_writes",
    "unused_key",
]

LATER = 2
"""Looks at a batch that is over: what goes back and forth is seen in three."""


@observed
def trace_of_writes(context: RunContext, operation: Operation) -> Trace:
    """What happened to the rows that an operation wrote: its scenario runs once in each context."""

    access = operation.access
    if access is None or access.action == "reads":
        return Trace(operation, {}, {}, why_not=Reason("not-applicable", "the operation writes nothing"))
    if reader_of(context, operation) is None:
        return Trace(
            operation,
            {},
            {},
            why_not=Reason("not-applicable", "no list shows what was written: none filters on its key"),
        )
    if access.action == "deletes":
        told = run_deletes(context, operation)
    elif access.parts:
        told = run_parts(context, operation)
    else:
        told = run_rows(context, operation)
    first = told.first
    if first and first.over and first.ticket:
        told = replace(told, later=tuple(look(context, operation, first.ticket) for _ in range(LATER)))
    return told


def style_of(context: RunContext, operation: Operation) -> Style:
    """How rich the new rows are that an operation takes."""
    return trace_of_writes(context, operation).style


def run_all(context: RunContext, operations: Iterable[Operation]) -> None:
    """Run several scenarios side by side: they touch different rows, and most of their time is waiting.

    What goes wrong with one is left for the laws that need it to run into.
    """
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="story") as pool:
        waiting = [pool.submit(trace_of_writes, context, operation) for operation in operations]
        try:
            wait(waiting)
        except KeyboardInterrupt:
            context.target.halt()
            raise
