"""What a law is, and the table of them by the kind of clause that each checks."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reading.context import RunContext
from conformance.transport.errors import NotSent
from conformance.verdict import NotExercised, Reason, Result, not_exercised
from spec import Clause, Operation
from spec.model import About

Law = Callable[[RunContext, Clause], Result]
LAWS: dict[str, Law] = {}


def law(kind: str) -> Callable[[Law], Law]:
    """Enter a function as the law for a kind of clause."""

    def enter(function: Law) -> Law:
        LAWS[kind] = function
        return function

    return enter


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
