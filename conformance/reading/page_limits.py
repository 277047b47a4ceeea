"""Page limits: how many rows a server shows at once. The document leaves that to the server."""

from __future__ import annotations

from dataclasses import replace

from conformance.reading.context import RunContext, paged
from conformance.reading.sample import base_query
from spec import Operation


def with_page_limits(context: RunContext, *, written: bool = False) -> tuple[RunContext, list[str]]:
    """A context whose contract knows the largest limit of each list that refuses a large one, and notes about it.

    Where no list does it is the same context. A maximum in the document is believed. `written` leaves out the lists
    that no operation writes to.
    """
    accesses = [operation.access for operation in context.contract.operations if operation.access]
    names = {access.collection.name for access in accesses if access.action != "reads" or not written}
    lists = (o for o in context.contract.operations if not written or (o.access and o.access.collection.name in names))
    found = {operation.code: limit for operation in lists if (limit := _largest(context, operation))}
    if not found:
        return context, []
    operations = tuple(
        replace(o, pagination=replace(o.pagination, limit=replace(o.pagination.limit, largest=found[o.code])))
        if o.pagination and o.pagination.limit and o.code in found
        else o
        for o in context.contract.operations
    )
    notes = [
        f"{code} refuses {context.budget.page_rows} rows a page, so {limit} are asked for at most."
        for code, limit in found.items()
    ]
    contract = replace(context.contract, operations=operations)
    return context.restart(contract), notes


def _largest(context: RunContext, operation: Operation) -> int | None:
    """The largest of the tried limits that is accepted; None where a large one is accepted, or none."""
    limit = operation.pagination.limit if operation.pagination else None
    if limit is None or not operation.safe or limit.largest is not None:
        return None
    base = base_query(context, operation)
    if not context.large_page(operation, base, page=1).exchange.response.refused:
        return None
    smaller = (n for n in context.budget.smaller_limits if n > limit.usual)
    return next((n for n in smaller if context.page(operation, paged(operation, base, page=1, limit=n)).is_page), None)
