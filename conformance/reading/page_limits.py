"""What the document leaves to the server: how many rows of a list it shows at once."""

from __future__ import annotations

from dataclasses import replace

from conformance.reading.context import RunContext
from conformance.reading.sample import LARGE_PAGE, base_query, paged
from spec import Operation

SMALLER = (50, 20, 10)
"""Limits that are tried where a large one is refused."""


def with_page_limits(context: RunContext) -> tuple[RunContext, list[str]]:
    """An Ask whose contract knows the largest limit of each list that refuses a large one, and notes of that.

    Where none does it is the same Ask. A document that names a largest limit is taken at its word.
    """
    found = {
        operation.code: limit for operation in context.contract.operations if (limit := _largest(context, operation))
    }
    if not found:
        return context, []
    operations = tuple(
        replace(o, pagination=replace(o.pagination, largest_limit=found[o.code]))
        if o.pagination and o.code in found
        else o
        for o in context.contract.operations
    )
    notes = [
        f"{code} refuses {LARGE_PAGE} rows a page, so {limit} are asked for at most." for code, limit in found.items()
    ]
    contract = replace(context.contract, operations=operations)
    return context.restart(contract), notes


def _largest(context: RunContext, operation: Operation) -> int | None:
    """The largest limit that is taken of those tried; None where a large one is, or none at all."""
    names = operation.pagination
    if names is None or not operation.safe or names.largest_limit is not None:
        return None
    base = base_query(context, operation)
    if not context.page(operation, paged(operation, base, page=1, limit=LARGE_PAGE)).exchange.response.refused:
        return None
    limits = (limit for limit in SMALLER if limit > names.default_limit)
    return next((n for n in limits if context.page(operation, paged(operation, base, page=1, limit=n)).is_page), None)
