"""Which operations write to the same collection, and which keys this run may write."""

from __future__ import annotations

from conformance.reading.context import RunContext
from conformance.transport.errors import NotSent
from conformance.transport.guard import Ownership
from conformance.transport.keys import NO_SUCH
from spec import Operation, Part


def ownership_of(context: RunContext) -> Ownership:
    """The keys that this run may write. Raises NotSent in a read-only run."""
    if context.target.ownership is None:
        raise NotSent("this run is read-only")
    return context.target.ownership


def unused_key(context: RunContext, operation: Operation, stem: str) -> str:
    """A key that no row has. If a server wrongly upserts it, clean-up deletes the row."""
    return ownership_of(context).mint(NO_SUCH if action(operation) == "deletes" else stem)


def siblings(context: RunContext, operation: Operation) -> list[Operation]:
    """The operations on the same collection."""
    mine = operation.access.collection if operation.access else None
    return [o for o in context.contract.operations if o.access and o.access.collection == mine]


def row_writer(context: RunContext, operation: Operation) -> Operation | None:
    """The operation that inserts whole rows into the collection that an operation writes to."""
    return next((o for o in siblings(context, operation) if action(o) == "upserts" and not parts_of(o)), None)


def action(operation: Operation) -> str:
    """The effect of an operation on its collection; empty when it has none."""
    return operation.access.action if operation.access else ""


def parts_of(operation: Operation) -> tuple[Part, ...]:
    """The parts of a row that an operation writes; none when it writes whole rows."""
    return operation.access.parts if operation.access else ()
