"""Keys in a path that lead to the rows: rows are shown where they belong, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from conformance.laws.law import Phase, law, operation_of
from conformance.laws.row_reads import known_keys
from conformance.reading.context import RunContext, get
from conformance.reading.listing import row_excerpt
from conformance.reading.sample import identity, sample_of
from conformance.transport.exchange import Request
from conformance.transport.made_rows import places, rows_in
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.one_row import request
from spec import Clause, Operation, Parameter, templates

_NOBODY = ("1999999973", "prdct-no-such")
"""Keys that surely nothing has; numbers where the fixed value is one."""


@law("outer", phase=Phase.REFUSALS)
def outer(context: RunContext, clause: Clause) -> Result:
    """With another key on the way to them, the rows aren't shown."""
    operation, name = operation_of(context, clause), clause.speaks_of(Parameter).name
    key = operation.access.collection.key if operation.access else ""
    right = _requests(context, operation)
    if not right:
        return not_exercised("no-data", "no row is known that could be shown in the wrong place")
    for one, expected in right:
        other = _elsewhere(operation, one, name)
        exchange = context.send(other)
        shown = rows_in(exchange.response.json, key) if exchange.response.ok else ()
        wrong = next((row for row in shown if str(row.get(key)) in expected), None)
        if wrong is not None:
            found = f"{row_excerpt(operation, wrong, ())}, which is of {name} {operation.outer[name]}"
            return Finding(
                f"no row under the {name} {(places(operation, other) or {})[name]}",
                found,
                (context.send(one), exchange),
            )
    return Held(len(right))


def _requests(context: RunContext, operation: Operation) -> list[tuple[Request, set[str]]]:
    """Requests that show rows, each with the keys of rows that it may show."""
    access = operation.access
    if access is None or access.action == "gets":
        return [(request(context, operation, key), {key}) for key in known_keys(context, operation)[:2]]
    known = sample_of(context, operation)
    keys = {identity(operation, row) for row in known.rows.values()}
    return [(get(operation, known.base), keys)] if keys else []


def _elsewhere(operation: Operation, right: Request, name: str) -> Request:
    """The same request with another key on the way."""
    fixed = operation.outer[name]
    other = _NOBODY[0] if fixed.isdecimal() else _NOBODY[1]
    found = {**(places(operation, right) or {}), name: other}
    return replace(right, path=templates.filled(operation.path, {n: quote(v, safe="") for n, v in found.items()}))
