"""What happens to rows of our own when they are written, told once and judged by many laws.

A story sends the same few batches to every operation of its kind and notes what the server said of each
batch and what the rows looked like after it. A replay tells it again, with new keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

from conformance.reading.context import Ask
from conformance.scenarios.deletes import tell_deletes
from conformance.scenarios.operations import action, ownership_of, parts_of, row_writer, siblings, unused_key
from conformance.scenarios.parts import tell_parts
from conformance.scenarios.rows import tell_rows
from conformance.scenarios.scenario import Step, Story
from conformance.transport.target import PARALLEL
from conformance.writing.batches import look, reader_of
from spec import Operation

__all__ = [
    "Step",
    "Story",
    "action",
    "ownership_of",
    "parts_of",
    "row_writer",
    "siblings",
    "story",
    "tell_all",
    "unused_key",
]

LATER = 2
"""Looks at a batch that is over: what goes back and forth is seen in three."""


def story(ask: Ask, operation: Operation) -> Story:
    """The story of an operation's writes, told once for each Ask."""
    return ask.once(("story", operation.code), lambda a: _tell(a, operation))


def tell_all(ask: Ask, operations: Iterable[Operation]) -> None:
    """Tell several stories side by side: they touch different rows, and most of their time is waiting.

    What goes wrong with one is left for the laws that need it to run into.
    """
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="story") as pool:
        waiting = [pool.submit(story, ask, operation) for operation in operations]
        try:
            wait(waiting)
        except KeyboardInterrupt:
            ask.target.halt()
            raise


def _tell(ask: Ask, operation: Operation) -> Story:
    access = operation.access
    if access is None or access.action == "reads":
        return Story(operation, {}, {}, why_not="the operation writes nothing")
    if reader_of(ask, operation) is None:
        return Story(operation, {}, {}, why_not="no list shows what was written: none filters on its key")
    if access.action == "deletes":
        told = tell_deletes(ask, operation)
    elif access.parts:
        told = tell_parts(ask, operation)
    else:
        told = tell_rows(ask, operation)
    first = told.first
    if first and first.over and first.ticket:
        told = replace(told, later=tuple(look(ask, operation, first.ticket) for _ in range(LATER)))
    return told
