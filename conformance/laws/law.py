"""What a law is, and the table of them by the kind of clause that each checks."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reading.context import RunContext
from conformance.transport.errors import NotSent
from conformance.verdict import NotExercised, Result, not_exercised
from spec import Clause, Operation

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


def blocked_by(context: RunContext, clause: Clause, words: str, text: str) -> NotExercised:
    """A clause rests on another one of its operation, named by the words of its id, and that one is broken."""
    other = f"{clause.operation}.{words}"
    if context.contract.clause(other) is None:
        return not_exercised("no-witness", text)
    return not_exercised("blocked-by", text, other)


def operation_of(context: RunContext, clause: Clause) -> Operation:
    """The operation that a clause is about."""
    return context.contract.by_code[clause.operation]
