"""Batches: a 202 with a ticket, and the operation that shows how far the work is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spec import vocabulary
from spec.importing import words
from spec.importing.findings import Finding, inferred
from spec.importing.lists import Member, last_word, members, place, row_parameter
from spec.model import JSON, Contract, Media, Operation
from spec.pointers import escape
from spec.reader.read_context import ReadContext

_COUNTS = (("total", words.BATCH_TOTAL), ("succeeded", words.BATCH_SUCCEEDED), ("failed", words.BATCH_FAILED))
_TIMES = (("created", words.CREATED), ("updated", words.UPDATED))
_FILES = ("request_file", "success_file", "error_file")
_IDS = frozenset({"id", "uuid", "guid", "ticket", "token"})


@dataclass(frozen=True)
class _Status:
    """An operation that shows a batch."""

    operation: Operation
    parameter: str
    id: Member
    mark: dict[str, JSON]


def batches(context: ReadContext, contract: Contract) -> Iterator[Finding]:
    """The links from tickets to the operations that show their batches, and what these show."""
    shown = [each for operation in contract.operations for each in _status(context, operation)]
    by_id = {status.operation.id: status for status in shown}
    linked: dict[str, _Status] = {}
    for operation in contract.operations:
        accepted = operation.response(202)
        if operation.ticket:  # the document has the link
            linked |= {id: status for id, status in by_id.items() if id == operation.ticket.operation_id}
            continue
        if accepted is None or operation.method == "GET" or accepted.json is None:
            continue
        body = operation.body.json if operation.body else None
        many = body is not None and vocabulary.kind(context.read(body.schema or {}, f"{body.pointer}/schema")) == "list"
        found = _ticket(_members(context, accepted.json), shown, many)
        if found is None:
            continue
        ticket, status = found
        expression = f"$response.body#{_pointer(ticket)}"
        link = {"operationId": status.operation.id, "parameters": {status.parameter: expression}}
        reason = f"The response's {'.'.join(ticket.path)} is what {status.operation.path} takes."
        update = {"links": {"status": {**link, **inferred(reason)}}}
        yield Finding(accepted.pointer, update, _group(operation), _label(operation), (_group(status.operation),))
        linked[status.operation.id] = status
    for status in linked.values():
        reason = "Its response counts what succeeded and what failed, of all."
        mark = {"x-batch": {**status.mark, **inferred(reason)}}
        yield Finding(place(context, status.operation), mark, _group(status.operation), _label(status.operation))


def _group(operation: Operation) -> str:
    return f"batch {operation.pointer}"


def _label(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _members(context: ReadContext, media: Media) -> tuple[Member, ...]:
    return tuple(members(context, media.schema, f"{media.pointer}/schema", ())) if media.schema else ()


def _status(context: ReadContext, operation: Operation) -> Iterator[_Status]:
    """An operation of that kind: the path names one batch, the response counts what came of all its items."""
    parameter, media = row_parameter(operation), operation.success.json if operation.success else None
    if operation.method != "GET" or parameter is None or media is None:
        return
    found = _members(context, media)
    ids = [m for m in found if _names(m, parameter, operation) and vocabulary.kind(m.schema) in _TICKETS]
    counts = {role: _one(found, names, ("number",)) for role, names in _COUNTS}
    if not ids or not all(counts.values()):
        return
    others = {"status": _one(found, words.BATCH_STATUS, ("text", "number"))}
    others |= {role: _one(found, frozenset({words.plain(role)}), ("text",)) for role in _FILES}
    others |= {role: _one(found, frozenset(map(words.plain, names)), ("date-time",)) for role, names in _TIMES}
    mark = {role: _pointer(member) for role, member in (counts | others).items() if member}
    yield _Status(operation, parameter, ids[0], {"id": _pointer(ids[0]), **mark})


_TICKETS = ("text", "uuid", "number")


def _one(found: Iterable[Member], names: frozenset[str], kinds: Sequence[str]) -> Member | None:
    """The one member with such a name and kind, or None."""
    same = [m for m in found if words.plain(m.path[-1]) in names and vocabulary.kind(m.schema) in kinds]
    return same[0] if len(same) == 1 else None


def _names(member: Member, parameter: str, operation: Operation) -> bool:
    """True if a member is called like a path's parameter, or like the identifier of what the path shows."""
    own, asked = words.plain(member.path[-1]), words.plain(parameter)
    thing = words.plain(last_word(operation.path)).removesuffix("s").removesuffix("e")
    of_thing = own in _IDS or (own.endswith("id") and (thing.startswith(own[:-2]) or thing.endswith(own[:-2])))
    return own == asked or (of_thing and asked.removesuffix("id").removesuffix("e").removesuffix("s") in ("", thing))


def _ticket(answered: Sequence[Member], shown: Sequence[_Status], many: bool) -> tuple[Member, _Status] | None:
    """The member of a 202 that is the ticket, and the operation that takes it: the only pair that fits.

    A bare `id` is a ticket where both responses share its schema, or where the request wrote many rows.
    """
    pairs = [
        (member, status)
        for status in shown
        for member in answered
        if vocabulary.kind(member.schema) == vocabulary.kind(status.id.schema)
        and _names(member, status.parameter, status.operation)
    ]
    shared = [(member, status) for member, status in pairs if member.pointer == status.id.pointer]
    told = [(member, status) for member, status in pairs if words.plain(member.path[-1]) not in _IDS]
    found = shared or told or (pairs if many else [])
    return found[0] if len(found) == 1 else None


def _pointer(member: Member) -> str:
    return "".join(f"/{escape(token)}" for token in member.path)
