"""What a law is, and the table of them by the kind of clause that each checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import wraps

from conformance.reading.context import RunContext
from conformance.transport.errors import NotSent
from conformance.verdict import Finding, NotExercised, Reason, Result, not_exercised
from spec import Clause, Collection, Operation
from spec.model import About

Law = Callable[[RunContext, Clause], Result]


class Phase(IntEnum):
    """When in a run a law gets its turn. A clause that writes waits for `WRITES` at least."""

    READS = 1
    """It sends what a good client sends."""
    REFUSALS = 2
    """It sends what a server may refuse; that comes after the reads, in case the server takes it amiss."""
    WRITES = 3
    """It writes rows of our own, or judges how they were written."""
    RESPONSES = 4
    """It judges all answers of the run, so the run has to have them."""
    GENERATED = 5
    """It judges the responses to Schemathesis' engine; without the engine it isn't tried."""
    LOAD = 6
    """It keeps the server busy, so nothing waits behind it."""

    @property
    def judges_evidence(self) -> bool:
        """True for laws that judge what others asked."""
        return self in (Phase.RESPONSES, Phase.GENERATED)


@dataclass(frozen=True)
class Registered:
    """A law in the table. Called, it tries a clause."""

    check: Law
    phase: Phase
    scenario: type[object] | None
    """The trace that it needs of its operation's writes; the runner has the scenario run before."""
    requests: float
    """About how many requests it sends for one clause, beside those that laws share. A plan adds them up."""

    def __call__(self, context: RunContext, clause: Clause) -> Result:
        """The law's result for a clause."""
        return self.check(context, clause)


LAWS: dict[str, Registered] = {}
"""The laws by the kind of clause that each checks. `law` enters them."""


def law(
    *kinds: str, phase: Phase = Phase.READS, scenario: type[object] | None = None, requests: float | None = None
) -> Callable[[Law], Law]:
    """Enter a function as the law for kinds of clauses. Raises ValueError for a kind that has a law already.

    A law sends about one request, unless it says otherwise. One that judges a trace or evidence sends none.
    """
    usual = 0.0 if scenario or phase.judges_evidence else 1.0

    def enter(function: Law) -> Law:
        for kind in kinds:
            if kind in LAWS:
                raise ValueError(f"There is a law for clauses of the kind {kind} already.")
            LAWS[kind] = Registered(function, phase, scenario, usual if requests is None else requests)
        return function

    return enter


def phase_of(clause: Clause) -> Phase:
    """When in a run a clause is tried. One without a law comes to nothing at any time."""
    phase = LAWS[clause.kind].phase if clause.kind in LAWS else Phase.READS
    return max(phase, Phase.WRITES) if clause.writes else phase


def rests_on(*kinds: str) -> Callable[[Law], Law]:
    """Mark a law that goes wrong as well where another clause is broken; the first cause comes first.

    Where it finds something it asks those laws, on the responses that are known. What one of them explains isn't
    held against this clause too.
    """

    def mark(judge: Law) -> Law:
        @wraps(judge)
        def resting(context: RunContext, clause: Clause) -> Result:
            result = judge(context, clause)
            if not isinstance(result, Finding):
                return result
            for kind in kinds:
                for cause in _resting_places(context, clause, kind):
                    if _is_broken(context, clause, cause):
                        text = f"it rests on another clause, which is broken: {cause.requirement}"
                        return not_exercised("blocked-by", text, cause.id)
            return result

        return resting

    return mark


def _resting_places(context: RunContext, clause: Clause, kind: str) -> list[Clause]:
    """The clauses of a kind that a clause rests on: its operation's, or for a write those of the lists that show it."""
    operation = operation_of(context, clause)
    codes = [clause.operation]
    if clause.writes and operation.access:
        collection = operation.access.collection
        codes += [o.code for o in context.contract.operations if o.pagination and _shows(o, collection)]
    return [c for c in context.contract.clauses if c.kind == kind and c.operation in codes]


def _is_broken(context: RunContext, clause: Clause, cause: Clause) -> bool:
    """True where a clause is broken that another one rests on.

    What a write leaves behind may break a list: there the list must have been broken before, or the write is to blame.
    """
    if cause.operation != clause.operation:
        return cause.id in context.evidence.violated
    return isinstance(LAWS[cause.kind](context, cause), Finding)


def _shows(operation: Operation, collection: Collection) -> bool:
    return operation.access is not None and operation.access.collection.name == collection.name


class NoOwnRow(NotSent):
    """There is no row of this run's own that a law could write to."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


def blocked_by(context: RunContext, clause: Clause, kind: str, text: str, *, about: About = None) -> NotExercised:
    """A clause rests on another one of its operation, of a kind and about something, and that one is broken."""
    for other in context.contract.clauses:
        if (other.operation, other.kind, other.about) == (clause.operation, kind, about):
            return not_exercised("blocked-by", text, other.id)
    return not_exercised("not-shown", text)


def operation_of(context: RunContext, clause: Clause) -> Operation:
    """The operation that a clause is about."""
    return context.contract.by_code[clause.operation]
