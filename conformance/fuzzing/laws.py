"""The laws that speak from what the engine saw: each asks its suspects again, so that a finding replays."""

from __future__ import annotations

import json

from conformance.fuzzing.observations import REFUSALS, Observations, is_taken
from conformance.laws.law import LAWS, Law, operation_of
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import submit_patiently
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause

GENERATED = ("response.rejects-invalid",)
"""Kinds of clauses that only generated requests speak of."""

MOST_BATCHES = 8
"""Accepted batches of invalid items that are sent again to see what becomes of them."""


def laws(seen: Observations, plain: Law = LAWS["response.status"]) -> dict[str, Law]:
    """Laws by the kind of clause that they check; `plain` is what a valid request's status is judged by without it."""

    def rejects_invalid(context: RunContext, clause: Clause) -> Result:
        """Schemathesis' engine generates wrong requests; those that our own reading finds wrong show no data."""
        operation = operation_of(context, clause)
        if not seen.invalid.get(operation.code):
            return not_exercised("not-generated", "no request that is surely invalid was generated")
        for request in seen.taken.get(operation.code, ()):
            exchange = context.send(request)
            if is_taken(seen.contract, exchange):
                return Finding(f"4xx, or no data: {seen.judge(request)}", response_excerpt(exchange), (exchange,))
        for flaw, request in list(seen.accepted.get(operation.code, {}).items())[:MOST_BATCHES]:
            batch = submit_patiently(context, operation, json.loads(request.body or b"[]"))
            if batch.exchange.response.ok and batch.last and batch.last.succeeded:
                applied = f"{batch.last.succeeded} succeeded"
                return Finding(f"400, or no item that succeeds: {flaw}", applied, batch.chain)
        return Held(seen.invalid[operation.code])

    def status(context: RunContext, clause: Clause) -> Result:
        """A plain valid request is answered with the declared success, and no valid one of the engine's is refused."""
        result = plain(context, clause)
        operation = operation_of(context, clause)
        if isinstance(result, Finding):
            return result
        for request in seen.refused.get(operation.code, ()):
            exchange = context.send(request)
            if exchange.response.status in REFUSALS:
                return Finding("no refusal of a request that is valid", response_excerpt(exchange), (exchange,))
        more = seen.valid.get(operation.code, 0)
        return Held(result.witnesses + more) if isinstance(result, Held) else result

    return {"response.rejects-invalid": rejects_invalid, "response.status": status}
