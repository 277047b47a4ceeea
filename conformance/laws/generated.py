"""Generated requests: one that is surely invalid shows no data. Suspects are asked again, so that a finding replays."""

from __future__ import annotations

import json

from conformance.laws.law import Phase, law, operation_of
from conformance.laws.parameters import shows_data
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import submit_patiently
from conformance.transport.exchange import Exchange
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Contract

NOT_ABOUT_IT = (401, 403, 429, 502, 503, 504)
"""Statuses that don't concern the content of a request."""


@law("response.rejects-invalid", phase=Phase.GENERATED)
def rejects_invalid(context: RunContext, clause: Clause) -> Result:
    """Schemathesis' engine generates wrong requests; those that our own reading finds wrong show no data."""
    operation, generated = operation_of(context, clause), context.evidence.generated
    if not generated.invalid.get(operation.code):
        return not_exercised("not-generated", "no request that is surely invalid was generated")
    for request, flaw in generated.taken.get(operation.code, {}).items():
        exchange = context.send(request)
        if is_taken(context.contract, exchange):
            return Finding(f"4xx, or no data: {flaw}", response_excerpt(exchange), (exchange,))
    accepted = generated.accepted.get(operation.code, {})
    for flaw, request in list(accepted.items())[: context.budget.generated_batches]:
        if operation.access and operation.access.of_one:
            exchange = context.resend(request)
            if exchange.response.ok:
                return Finding(f"4xx: {flaw}", response_excerpt(exchange), (exchange,))
            continue
        batch = submit_patiently(context, operation, json.loads(request.body or b"[]"))
        if batch.exchange.response.ok and batch.last and batch.last.succeeded:
            applied = f"{batch.last.succeeded} succeeded"
            return Finding(f"400, or no item that succeeds: {flaw}", applied, batch.chain)
    return Held(generated.invalid[operation.code])


def is_taken(contract: Contract, exchange: Exchange) -> bool:
    """True for an answer that an invalid request must not get: data, or a crash."""
    crashed = exchange.response.status >= 500 and exchange.response.status not in NOT_ABOUT_IT
    return crashed or shows_data(contract.by_code[exchange.request.operation], exchange)
