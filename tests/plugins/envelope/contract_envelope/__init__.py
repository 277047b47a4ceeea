"""A list is answered with an object, so that fields can be added to it: the clause, its law and its fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance import (
    Clause,
    Contract,
    Finding,
    Held,
    Request,
    Result,
    RunContext,
    clause,
    clauses,
    fault,
    law,
    not_exercised,
)

if TYPE_CHECKING:
    from conformance.sandbox.behaviour import Answer, Asked
    from conformance.sandbox.faults.fault import Case, Named

KIND = "envelope.object"


@clauses
def derive(contract: Contract) -> Iterator[Clause]:
    """One clause for each operation that has pages and can be asked for without parameters."""
    for operation in contract.operations:
        if operation.pagination and not any(parameter.required for parameter in operation.parameters):
            said = "A list is answered with a JSON object."
            yield clause(operation, KIND, said, operation.provenance, operation.location)


@law(KIND)
def envelope(context: RunContext, clause: Clause) -> Result:
    """A list is answered with an object."""
    operation = context.contract.by_code[clause.operation]
    exchange = context.send(Request(operation.code, operation.method, operation.path))
    if not exchange.response.ok:
        return not_exercised("no-witness", "the list wasn't answered with rows")
    if isinstance(exchange.response.json, dict):
        return Held(1)
    return Finding("a JSON object", f"{exchange.response.text[:60]}...", (exchange,))


@fault(KIND)
def faults(case: Case) -> Iterator[Named]:
    """The list is answered with the rows alone."""
    rows = case.operation.pagination.results.name if case.operation.pagination else ""

    def bare(right: Any, asked: Asked, answer: Answer) -> Answer:
        honest: Answer = right(asked, answer)
        return replace(honest, body=honest.body[rows]) if honest.status == 200 else honest

    yield "bare-array", "a list is answered with its rows alone", case.at("answer", bare)
