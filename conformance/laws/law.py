"""What a law is, and the table of them by the kind of clause that each checks."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reading.context import RunContext
from conformance.verdict import Result
from spec import Clause, Operation

Law = Callable[[RunContext, Clause], Result]
LAWS: dict[str, Law] = {}


def law(kind: str) -> Callable[[Law], Law]:
    """Enter a function as the law for a kind of clause."""

    def enter(function: Law) -> Law:
        LAWS[kind] = function
        return function

    return enter


def operation_of(context: RunContext, clause: Clause) -> Operation:
    """The operation that a clause is about."""
    return context.contract.by_code[clause.operation]
