"""Batches: a link of a 202 passes on the ticket, and the status operation shows the progress (x-batch)."""

from __future__ import annotations

from collections.abc import Iterable

from spec.model import Batch, Media, Operation, Provenance, Response, Ticket
from spec.pointers import escape
from spec.reader.read_context import Object, ReadContext


def batch(context: ReadContext, node: Object, pointer: str, media: Media | None, inherited: Provenance) -> Batch | None:
    """How a status operation shows a batch's progress, or None. `media` is the body of its first 2xx response."""
    mark = context.extension(node, "x-batch", pointer)
    if not mark:
        return None
    schema = media.schema if media and media.schema else {}
    for role, target in mark.items():
        if not role.startswith("x-") and not _stands(context, schema, target):
            context.problem(
                f"{pointer}/x-batch/{role}",
                f"the answer's body has nothing at {target}",
                "Give a JSON pointer into the response's schema, as /state/total.",
            )
    return Batch(
        id=mark["id"],
        status=mark.get("status"),
        total=mark["total"],
        succeeded=mark["succeeded"],
        failed=mark["failed"],
        request_file=mark.get("request_file"),
        success_file=mark.get("success_file"),
        error_file=mark.get("error_file"),
        created=mark.get("created"),
        updated=mark.get("updated"),
        provenance=context.provenance(mark, inherited),
        location=context.where(f"{pointer}/x-batch"),
    )


def _stands(context: ReadContext, schema: Object, pointer: str) -> bool:
    for token in pointer.split("/")[1:]:
        properties = context.properties(schema, "")
        if token not in properties:
            return False
        schema = properties[token]
    return True


def ticket(responses: Iterable[Response]) -> Ticket | None:
    """The link from a 202 to an operation that takes a value of the 202's body, or None."""
    for response in responses:
        for link in response.links:
            for parameter, expression in link.parameters.items():
                if response.status == "202" and expression.startswith("$response.body#/"):
                    return Ticket(expression.removeprefix("$response.body#"), link.operation_id, parameter)
    return None


def check_links(context: ReadContext, operations: tuple[Operation, ...]) -> None:
    """Check that links name existing operations and parameters, and that a ticket's operation takes it."""
    by_id = {operation.id: operation for operation in operations}
    for operation in operations:
        before = len(context.problems)
        for response in operation.responses:
            for link in response.links:
                here = f"{response.pointer}/links/{escape(link.name)}"
                target = by_id.get(link.operation_id)
                if target is None:
                    known = _few(by_id)
                    context.problem(
                        f"{here}/operationId",
                        f"there is no operation {link.operation_id!r}",
                        f"Link to one of {known}.",
                        harmless=not context.vocabulary,
                    )
                    continue
                names = {name for p in target.parameters for name in (p.name, f"{p.place}.{p.name}")}
                for name in link.parameters:
                    if name not in names:
                        known = _few(p.name for p in target.parameters)
                        context.problem(
                            f"{here}/parameters/{escape(name)}",
                            f"{target.id} has no parameter {name!r}",
                            f"It has {known or 'none'}.",
                            harmless=not context.vocabulary,
                        )
        if operation.ticket and context.vocabulary:
            _check_ticket(context, operation, operation.ticket, by_id.get(operation.ticket.operation_id))
        context.blame(before, operation.pointer)


def _check_ticket(context: ReadContext, operation: Operation, ticket: Ticket, status: Operation | None) -> None:
    if status is not None and status.batch is None:
        context.problem(
            status.pointer,
            f"{operation.code} hands out a ticket for {status.code}, which has no x-batch",
            "Declare with x-batch where its response shows the progress.",
        )
    accepted = operation.response(202)
    media = accepted.json if accepted else None
    if accepted and media and media.schema and not _stands(context, media.schema, ticket.pointer):
        context.problem(
            f"{accepted.pointer}/links",
            f"the 202's body has nothing at {ticket.pointer}",
            "Let the link's expression point to a field of the body's schema.",
        )


def _few(names: Iterable[str]) -> str:
    """A list of choices, short enough to read."""
    listed = list(names)
    return ", ".join(listed[:12]) + (f" and {len(listed) - 12} more" if len(listed) > 12 else "")
