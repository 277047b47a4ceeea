"""Clauses about what an operation changes: the life of a batch, upserts, parts, deletes, bad bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spec.clauses.clause import clause
from spec.model import Access, Clause, Contract, Level, Operation, Provenance

_Say = Callable[..., Clause]


def derive(contract: Contract, operation: Operation) -> Iterator[Clause]:
    """The clauses of one operation's writes; none for an operation that only reads."""
    access = operation.access
    if access is None or access.action == "reads":
        return

    def say(
        kind: str, requirement: str, *, subject: str = "", level: Level | None = None, of: Provenance | None = None
    ) -> Clause:
        return clause(
            operation,
            kind,
            requirement,
            of or operation.provenance,
            access.location,
            subject=subject,
            level=level,
            writes=True,
        )

    if operation.ticket:
        yield from _batch(say, contract.by_id[operation.ticket.operation_id])
    if access.action == "deletes":
        yield from _delete(say, access)
    elif access.parts:
        yield from _parts(say, contract, operation, access)
    else:
        yield from _upsert(say, contract, operation, access)
    yield from _body(say, contract, operation)
    unauthorized = operation.response(401)
    if unauthorized and operation.security and operation.body:
        yield clause(
            operation,
            "auth.before-body",
            "A request without a key is answered 401, whatever is wrong with its body.",
            Provenance("inferred", "The page doesn't say which of two errors is answered."),
            unauthorized.location,
        )


def _batch(say: _Say, status: Operation) -> Iterator[Clause]:
    yield say("batch.ticket", "The 202 carries a ticket that the status operation takes.")
    yield say("batch.found", f"{status.code} knows the ticket of an accepted batch.", of=status.provenance)
    yield say("batch.own-id", f"{status.code} shows the id that it was asked for.", of=status.provenance)
    yield say(
        "batch.ends",
        "The batch is over within the time allowed: succeeded + failed = total.",
        level="inferred",
        of=Provenance("inferred", "The page doesn't say how long a batch may take."),
    )
    yield say("batch.total", "total is the number of items sent, from the first look to the last.")
    yield say("batch.monotone", "succeeded and failed never fall, and never exceed total together.")
    yield say("batch.final", "A batch that is over shows the same ever after.")
    yield say("batch.all-good", "A batch of good items only ends with all of them succeeded.")
    yield say("batch.mixed", "A batch of good and bad items ends with each counted where it belongs.")
    yield say("batch.isolated", "A bad item doesn't keep the good ones beside it from being applied.")
    if status.batch and status.batch.created and status.batch.updated:
        yield say(
            "batch.times",
            f"{status.batch.created[1:]} is not after {status.batch.updated[1:]}.",
            level="inferred",
            of=Provenance("inferred", "The page shows both times and says nothing of their order."),
        )


def item_fields(contract: Contract, operation: Operation) -> tuple[str, ...]:
    """The fields of one item of a write's body."""
    media = operation.body.json if operation.body else None
    schema = contract.resolve(media.schema) if media and media.schema else {}
    items = schema.get("items")
    return tuple(contract.properties(items)) if isinstance(items, dict) else ()


def _upsert(say: _Say, contract: Contract, operation: Operation, access: Access) -> Iterator[Clause]:
    collection = access.collection
    row = contract.properties({"$ref": collection.item})
    key = collection.key
    yield say("write.inserts", f"An item with a new {key} makes one row.")
    parts = {part.field for part in collection.parts}
    for field in item_fields(contract, operation):
        if field in row and field != key and field not in parts:
            yield say("write.field", f"{field} reads back exactly as it was written.", subject=field)
    yield say("write.key", f"{key} reads back exactly as it was written.")
    for field in item_fields(contract, operation):
        if field in parts:
            yield say(
                "write.field",
                f"{field} reads back by value as it was written.",
                subject=field,
                of=_field_provenance(contract, operation, field),
            )
    yield say("write.updates", f"An item with a known {key} changes its row.")
    yield say("write.filters", "Filters see a changed row as it is now, not as it was.")
    yield say("write.history", "After any sequence of writes a row is what the last of them say.")
    yield say("write.one-row", "The same item sent twice leaves one row.")
    yield say("write.exact-key", f"Only the row whose {key} is exactly the item's is touched.")
    if collection.created:
        yield say("write.created-stays", f"{collection.created} stays when a row is updated.")
    if collection.updated:
        yield say("write.updated-moves", f"{collection.updated} moves on when a row is updated.")
    yield say(
        "write.others-stay",
        "A field that another operation writes is left alone.",
        level="inferred",
        of=Provenance(
            "inferred", "Parts have operations of their own; the page doesn't say that an upsert clears them."
        ),
    )
    verb = "keeps its value" if access.absent == "keep" else "is cleared"
    yield say(
        "write.absent", f"An optional field that the item leaves out {verb}.", level="inferred", of=access.provenance
    )
    objects = [n for n in item_fields(contract, operation) if _is_object(contract, row.get(n))]
    if objects:
        yield say(
            "write.replaces",
            f"What an item holds under {' and '.join(objects)} takes the place of what was there, key by key.",
            level="inferred",
            of=Provenance("inferred", "The page doesn't say whether the keys of an object are replaced or added to."),
        )
    yield say(
        "write.edges",
        "Spaces at the ends of a text are kept.",
        level="inferred",
        of=Provenance("inferred", "The page doesn't say that texts are trimmed; many servers do it all the same."),
    )
    yield say(
        "write.last-wins",
        f"Of two items with one {key} in a batch the later one is applied last.",
        level="inferred",
        of=Provenance("inferred", "The page doesn't say in which order the items of a batch are worked on."),
    )


def _is_object(contract: Contract, schema: object) -> bool:
    return isinstance(schema, dict) and contract.resolve(schema).get("type") == "object"


def _field_provenance(contract: Contract, operation: Operation, field: str) -> Provenance:
    """The provenance of one field of a write's items, as the document marks it."""
    media = operation.body.json if operation.body else None
    schema = contract.resolve(media.schema) if media and media.schema else {}
    marked = contract.properties(schema["items"]).get(field, {}).get("x-provenance", {}) if "items" in schema else {}
    for level in ("inferred", "documented"):
        if level in marked:
            return Provenance("inferred" if level == "inferred" else "documented", str(marked[level]))
    return operation.provenance


def _parts(say: _Say, contract: Contract, operation: Operation, access: Access) -> Iterator[Clause]:
    row = contract.properties({"$ref": access.collection.item})
    fields = item_fields(contract, operation)
    keys = {part.key for part in access.parts}
    for part in access.parts:
        entry = contract.properties(contract.resolve(row[part.field]).get("items", {}))
        yield say("write.inserts", f"An item with a new {part.key} adds one entry to {part.field}.", subject=part.field)
        yield say("write.updates", f"An item with a known {part.key} changes its entry.", subject=part.field)
        yield say("write.one-row", f"The same item sent twice leaves one entry in {part.field}.", subject=part.field)
        yield say(
            "write.other-entries",
            f"Entries of {part.field} with another {part.key} stay as they are.",
            subject=part.field,
        )
        for field in fields:
            if field in entry and field not in keys:
                yield say("write.field", f"{field} reads back by value as it was written.", subject=field)
    yield say("write.others-stay", "The row's other fields and lists, and all other rows, stay as they are.")
    yield say(
        "write.unknown-row",
        f"An item with an unknown {access.collection.key} is answered 400, or the item fails; it makes no row.",
    )


def _delete(say: _Say, access: Access) -> Iterator[Clause]:
    key = access.collection.key
    yield say("write.deletes", f"The row with the item's {key} is in no list any more, filtered or not.")
    yield say("write.exact-key", f"Only the row whose {key} is exactly the item's is removed.")
    yield say(
        "write.unknown-row",
        f"An item with an unknown {key} fails as an item, not as a request.",
        level="inferred",
        of=Provenance("inferred", "The page doesn't say what becomes of a delete that finds nothing."),
    )
    yield say("write.recreate", "A removed row can be inserted again.")


def _body(say: _Say, contract: Contract, operation: Operation) -> Iterator[Clause]:
    refused = operation.response(400)
    media = operation.body.json if operation.body else None
    if refused is None or media is None or not media.schema:
        return
    of = Provenance(refused.provenance.level, f"400 {refused.description}")
    schema = contract.resolve(media.schema)
    items = schema.get("items", {})
    either = "is answered 400, or the item fails"
    fields = contract.properties(items)
    marked = contract.resolve(items).get("x-provenance", {})
    ours = Provenance("inferred", str(marked["inferred"])) if "inferred" in marked else None
    for field in contract.required(items):
        filled = Provenance("inferred", f"{field} is required and has a default, so a server may fill it in.")
        basis = filled if "default" in fields[field] else ours or of
        yield say("body.required", f"An item without {field} {either}.", subject=field, of=basis)
    for field in fields:
        stated = _field_provenance(contract, operation, field)
        basis = stated if stated.level == "inferred" else of
        yield say("body.type", f"An item whose {field} is of another type {either}.", subject=field, of=basis)
    yield say("body.not-array", "A body that is neither a list nor an object is answered 400.", of=of)
    yield say(
        "body.object",
        "An item that isn't in a list is answered 400.",
        level="inferred",
        of=Provenance("inferred", "The page describes one item and its example sends a list of them."),
    )
    yield say("body.malformed", "A body that isn't JSON is answered 400.", of=of)
    yield say("body.whole", "A request that is refused changes nothing.", of=of)
    yield say("body.large", "Many items, or a large one, are taken or refused, never a server error.")
    yield say(
        "body.empty",
        "An empty array is accepted as an empty batch or answered 400.",
        level="inferred",
        of=Provenance("inferred", "The page doesn't say how many items a batch may hold."),
    )
