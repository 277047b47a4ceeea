"""Clauses about writes in batches: upserts, parts, deletes, bad bodies."""

from __future__ import annotations

from collections.abc import Iterator

from spec.clauses.clause import clause, written
from spec.model import Access, Clause, Contract, Field, Operation, Part, Provenance


def derive(contract: Contract, operation: Operation) -> Iterator[Clause]:
    """The clauses on the writes of one operation; none for an operation that only reads."""
    access = operation.access
    if access is None or not access.in_batches:
        return
    if operation.ticket:
        yield from _batch(operation, contract.by_id[operation.ticket.operation_id])
    if access.action == "deletes":
        yield from _delete(operation, access)
    elif access.parts:
        yield from _parts(contract, operation, access)
    else:
        yield from _upsert(contract, operation, access)
    yield from _body(contract, operation)
    unauthorized = operation.response(401)
    if unauthorized and operation.security and operation.body:
        yield clause(
            operation,
            "auth.before-body",
            "A request without a key is answered 401, whatever is wrong with its body.",
            Provenance("inferred", "The page doesn't say which of two errors is answered."),
            unauthorized.location,
        )


def _batch(operation: Operation, status: Operation) -> Iterator[Clause]:
    yield written(operation, "batch.ticket", "The 202 carries a ticket that the status operation takes.")
    yield written(
        operation, "batch.found", f"{status.code} knows the ticket of an accepted batch.", rests_on=status.provenance
    )
    yield written(
        operation, "batch.own-id", f"{status.code} shows the id that it was asked for.", rests_on=status.provenance
    )
    yield written(operation, "batch.ends", "The batch is over within the time allowed: succeeded + failed = total.")
    yield written(operation, "batch.total", "total is the number of items sent, from the first look to the last.")
    yield written(operation, "batch.monotone", "succeeded and failed never fall, and never exceed total together.")
    yield written(operation, "batch.final", "A batch that is over shows the same ever after.")
    yield written(operation, "batch.all-good", "A batch of good items only ends with all of them succeeded.")
    yield written(operation, "batch.mixed", "A batch of good and bad items ends with each counted where it belongs.")
    yield written(operation, "batch.isolated", "A bad item doesn't keep the good ones beside it from being applied.")
    if status.batch and status.batch.created and status.batch.updated:
        yield written(
            operation,
            "batch.times",
            f"{status.batch.created[1:]} is not after {status.batch.updated[1:]}.",
            rests_on=Provenance("inferred", "The page shows both times and says nothing of their order."),
        )


def item_fields(contract: Contract, operation: Operation) -> tuple[Field, ...]:
    """The fields of one item of a write's body."""
    items = contract.items(operation)
    required = contract.required(items)
    return tuple(Field(name, one, name in required) for name, one in contract.properties(items).items())


def _upsert(contract: Contract, operation: Operation, access: Access) -> Iterator[Clause]:
    collection = access.collection
    row = contract.properties({"$ref": collection.item})
    key = collection.key
    yield written(operation, "write.inserts", f"An item with a new {key} makes one row.")
    fields, parts = item_fields(contract, operation), {part.field: part for part in collection.parts}
    for field in fields:
        name = field.name
        if name in row and name != key and name not in parts:
            reads_back = f"{name} reads back exactly as it was written."
            yield written(operation, "write.field", reads_back, about=field, named=name)
    yield written(operation, "write.key", f"{key} reads back exactly as it was written.")
    for part in (parts[field.name] for field in fields if field.name in parts):
        yield written(
            operation,
            "write.part",
            f"{part.field} reads back by value as it was written.",
            _field_provenance(contract, operation, part.field),
            about=part,
            named=part.field,
            words="write.field",
        )
    yield written(operation, "write.updates", f"An item with a known {key} changes its row.")
    yield written(operation, "write.filters", "Filters see a changed row as it is now, not as it was.")
    yield written(operation, "write.history", "After any sequence of writes a row is what the last of them say.")
    yield written(operation, "write.one-row", "The same item sent twice leaves one row.")
    yield written(operation, "write.exact-key", f"Only the row whose {key} is exactly the item's is touched.")
    if collection.created:
        yield written(operation, "write.created-stays", f"{collection.created} stays when a row is updated.")
    if collection.updated:
        yield written(operation, "write.updated-moves", f"{collection.updated} moves on when a row is updated.")
    yield written(
        operation,
        "write.others-stay",
        "A field that another operation writes is left alone.",
        rests_on=Provenance(
            "inferred", "Parts have operations of their own; the page doesn't say that an upsert clears them."
        ),
    )
    verb = "keeps its value" if access.absent == "keep" else "is cleared"
    yield written(
        operation,
        "write.absent",
        f"An optional field that the item leaves out {verb}.",
        level="inferred",
        rests_on=access.provenance,
    )
    objects = [field.name for field in fields if _is_object(contract, row.get(field.name))]
    if objects:
        yield written(
            operation,
            "write.replaces",
            f"What an item holds under {' and '.join(objects)} takes the place of what was there, key by key.",
            rests_on=Provenance(
                "inferred", "The page doesn't say whether the keys of an object are replaced or added to."
            ),
        )
    yield written(
        operation,
        "write.edges",
        "Spaces at the ends of a text are kept.",
        rests_on=Provenance(
            "inferred", "The page doesn't say that texts are trimmed; many servers do it all the same."
        ),
    )
    yield written(
        operation,
        "write.last-wins",
        f"Of two items with one {key} in a batch the later one is applied last.",
        rests_on=Provenance("inferred", "The page doesn't say in which order the items of a batch are worked on."),
    )


def _is_object(contract: Contract, schema: object) -> bool:
    return isinstance(schema, dict) and contract.resolve(schema).get("type") == "object"


def _field_provenance(contract: Contract, operation: Operation, field: str) -> Provenance:
    """The provenance of one field of a write's items, as the document marks it."""
    marked = contract.properties(contract.items(operation)).get(field, {}).get("x-provenance", {})
    for level in ("inferred", "documented"):
        if level in marked:
            return Provenance("inferred" if level == "inferred" else "documented", str(marked[level]))
    return operation.provenance


def _parts(contract: Contract, operation: Operation, access: Access) -> Iterator[Clause]:
    row = contract.properties({"$ref": access.collection.item})
    fields = item_fields(contract, operation)
    keys = {part.key for part in access.parts}
    for part in access.parts:
        entry = contract.properties(contract.resolve(row.get(part.field, {})).get("items", {}))
        for word, requirement in (
            ("inserts", f"An item with a new {part.key} adds one entry to {part.field}."),
            ("updates", f"An item with a known {part.key} changes its entry."),
            ("one-row", f"The same item sent twice leaves one entry in {part.field}."),
            ("other-entries", f"Entries of {part.field} with another {part.key} stay as they are."),
        ):
            yield _of_entry(operation, word, requirement, part, part.field)
        for field in fields:
            if field.name in entry and field.name not in keys:
                reads_back = f"{field.name} reads back by value as it was written."
                yield _of_entry(operation, "field", reads_back, field, field.name)
    created, updated = access.collection.created, access.collection.updated
    if created:
        yield _of_entry(operation, "created-stays", f"{created} stays when an entry of the row is written.")
    if updated:
        moves = f"{updated} moves on when an entry of the row is written, and filters find the row by its new time."
        yield _of_entry(operation, "updated-moves", moves)
    yield _of_entry(operation, "others-stay", "The row's other fields and lists, and all other rows, stay as they are.")
    yield _of_entry(
        operation,
        "unknown-row",
        f"An item with an unknown {access.collection.key} is answered 400, or the item fails; it makes no row.",
    )


def _of_entry(
    operation: Operation, word: str, requirement: str, about: Part | Field | None = None, named: str = ""
) -> Clause:
    """A clause about the entries of parts.

    It has a law of its own, and shares the words of the clause about whole rows.
    """
    return written(operation, f"part.{word}", requirement, about=about, named=named, words=f"write.{word}")


def _delete(operation: Operation, access: Access) -> Iterator[Clause]:
    key = access.collection.key
    yield written(operation, "write.deletes", f"The row with the item's {key} is in no list any more, filtered or not.")
    yield written(
        operation,
        "delete.exact-key",
        f"Only the row whose {key} is exactly the item's is removed.",
        words="write.exact-key",
    )
    yield written(
        operation,
        "delete.unknown-row",
        f"An item with an unknown {key} fails as an item, not as a request.",
        words="write.unknown-row",
        rests_on=Provenance("inferred", "The page doesn't say what becomes of a delete that finds nothing."),
    )
    yield written(operation, "write.recreate", "A removed row can be inserted again.")


def _body(contract: Contract, operation: Operation) -> Iterator[Clause]:
    refused = operation.response(400)
    media = operation.body.json if operation.body else None
    if refused is None or media is None or not media.schema:
        return
    of = Provenance(refused.provenance.level, f"400 {refused.description}")
    items = contract.items(operation)
    either = "is answered 400, or the item fails"
    fields = {field.name: field for field in item_fields(contract, operation)}
    marked = items.get("x-provenance", {})
    ours = Provenance("inferred", str(marked["inferred"])) if "inferred" in marked else None
    for name in contract.required(items):
        filled = Provenance("inferred", f"{name} is required and has a default, so a server may fill it in.")
        basis, lacking = filled if "default" in fields[name].schema else ours or of, f"An item without {name} {either}."
        yield written(operation, "body.required", lacking, basis, about=fields[name], named=name)
    for name, field in fields.items():
        stated = _field_provenance(contract, operation, name)
        basis, mistyped = (
            stated if stated.level == "inferred" else of,
            f"An item whose {name} is of another type {either}.",
        )
        yield written(operation, "body.type", mistyped, basis, about=field, named=name)
    yield written(
        operation, "body.not-array", "A body that is neither a list nor an object is answered 400.", rests_on=of
    )
    yield written(
        operation,
        "body.object",
        "An item that isn't in a list is answered 400.",
        rests_on=Provenance("inferred", "The page describes one item and its example sends a list of them."),
    )
    yield written(operation, "body.malformed", "A body that isn't JSON is answered 400.", rests_on=of)
    yield written(operation, "body.whole", "A request that is refused changes nothing.", rests_on=of)
    yield written(operation, "body.large", "Many items, or a large one, are taken or refused, never a server error.")
    yield written(
        operation,
        "body.empty",
        "An empty array is accepted as an empty batch or answered 400.",
        rests_on=Provenance("inferred", "The page doesn't say how many items a batch may hold."),
    )
