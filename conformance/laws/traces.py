"""Laws that judge the trace of a scenario."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from conformance.laws.law import Law, Phase, law, operation_of, rests_on
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import NotReached, Step, Trace, trace_of_writes
from conformance.scenarios.trace import why_incomplete
from conformance.verdict import NotExercised, Reason, Result
from spec import Clause, Collection

T = TypeVar("T", bound=Trace)

Judge = Callable[[RunContext, Clause, T], Result]


ROWS_OF_A_LIST = ("page.stable", "page.disjoint", "page.complete", "page.count")
"""What a law rests on that counts the rows with a key in the list that shows them."""


class Missing(Exception):
    """A law needs a step that its trace doesn't have, or that wasn't seen to end."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


def scenario_law(kind: str, needs: type[T], *, rests: tuple[str, ...] = ()) -> Callable[[Judge[T]], Judge[T]]:
    """Enter a law for a kind of clause that judges traces of a type. It `rests` on clauses of the lists of its rows.

    Where its scenario couldn't run, or didn't get to a step that the law asks for with `ended`, the clause isn't
    exercised, for the reason that the trace holds.
    """

    def enter(judge: Judge[T]) -> Judge[T]:
        def checked(context: RunContext, clause: Clause, trace: Trace) -> Result:
            if not isinstance(trace, needs):
                raise TypeError(
                    f"{kind} judges a {needs.__name__}, and {clause.operation} leaves a {type(trace).__name__}"
                )
            return judge(context, clause, trace)

        law(kind, phase=Phase.WRITES, scenario=needs)(rests_on(*rests)(wraps(judge)(_with_trace(checked))))
        return judge

    return enter


def batch_law(kind: str) -> Callable[[Judge[Trace]], Judge[Trace]]:
    """Enter a law for a kind of clause that judges the batches of every scenario; see `scenario_law`."""

    def enter(judge: Judge[Trace]) -> Judge[Trace]:
        law(kind, phase=Phase.WRITES, scenario=Trace)(wraps(judge)(_with_trace(judge)))
        return judge

    return enter


def _with_trace(judge: Judge[Trace]) -> Law:
    """A law that runs the scenario of a clause's operation, and judges its trace."""

    def judged(context: RunContext, clause: Clause) -> Result:
        trace = trace_of_writes(context, operation_of(context, clause))
        if isinstance(trace, NotReached):
            return NotExercised(trace.reason)
        try:
            return judge(context, clause, trace)
        except Missing as missing:
            return NotExercised(missing.reason)

    return judged


def reached(step: Step | NotReached) -> Step:
    """A step that the scenario got to. Raises Missing, with the reason, where it didn't."""
    if isinstance(step, NotReached):
        raise Missing(step.reason)
    return step


def ended(step: Step | NotReached) -> Step:
    """A step whose batch was accepted and seen to end. Raises Missing, with the reason, where there is none."""
    found = reached(step)
    if not found.over:
        excerpt = response_excerpt(found.submission.chain[-1])
        raise Missing(why_incomplete(f"{found.name} wasn't taken, or not seen to end: {excerpt}", found.submission))
    return found


def collection_of(trace: Trace) -> Collection:
    """The collection that a scenario writes to."""
    if trace.operation.access is None:
        raise ValueError(f"{trace.operation.code} writes nothing")
    return trace.operation.access.collection
