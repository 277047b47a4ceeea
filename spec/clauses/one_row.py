"""Clauses about operations on one row: shown by its key, created, updated, removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.clauses.clause import clause, written
from spec.model import JSON, Access, Clause, Contract, Field, Operation, Provenance, Response, Schema

BOUNDS = ("enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength")
"""The words by which a schema leaves out values of its type."""


def derive(contract: Contract, operation: Operation) -> Iterator[Clause]:
    """The clauses on one operation; none where it doesn't concern one row."""
    access = operation.access
    if access is None:
        return
    match access.action:
        case "gets":
            yield from _gets(operation, access)
        case "creates":
            yield from _creates(contract, operation, access)
        case "updates":
            yield from _updates(contract, operation, access)
        case "removes":
            yield from _removes(operation, access)


def _gets(operation: Operation, access: Access) -> Iterator[Clause]:
    key, place = access.collection.key, (access.provenance, access.location)
    yield clause(operation, "get.shows", f"A row is shown by its {key}: that row, as the list shows it.", *place)
    missing = _declared(operation, 404, 410)
    if missing:
        of = Provenance(missing.provenance.level, f"{missing.status} {missing.description}".rstrip())
        requirement = f"A value of {key} that no row has is answered {_statuses(operation, 404, 410)}."
    else:
        of = Provenance("inferred", "The page doesn't say what is answered where there is no such row.")
        requirement = f"A value of {key} that no row has is answered 4xx."
    yield clause(operation, "get.unknown-row", requirement, of, missing.location if missing else access.location)


def _creates(contract: Contract, operation: Operation, access: Access) -> Iterator[Clause]:
    collection, row = access.collection, contract.shown_fields(access.collection)
    fields = fields_of(contract, operation)
    yield written(
        operation,
        "create.makes",
        "A valid row is made, once: its key finds it, and the list shows it.",
        access.provenance,
        words="write.creates",
    )
    yield from _read_back(contract, operation, "create", fields)
    yield from _answer(contract, operation, "create", row)
    if any(field.name == collection.key for field in fields):
        conflict = _declared(operation, 409)
        yield written(
            operation,
            "create.known-key",
            f"A row with a {collection.key} that another row has is answered 4xx, and changes nothing.",
            Provenance(conflict.provenance.level, f"409 {conflict.description}".rstrip())
            if conflict
            else Provenance("inferred", "The page doesn't say what becomes of a row whose key is taken."),
            words="write.known-key",
        )
    else:
        yield written(
            operation,
            "create.unique-key",
            f"Each new row gets its own {collection.key}, which no other row has.",
            words="write.unique-key",
        )
    if access.many:
        yield written(
            operation,
            "create.list",
            "Each item of the list is a new row of its own, and the answer has the rows in the items' order.",
            access.provenance,
            words="write.list",
        )
    yield written(operation, "create.others-stay", "Other rows stay as they are.", words="write.others-stay")
    for field in fields:
        if "default" in field.schema and field.name in row and field.name != collection.key and not field.required:
            yield written(
                operation,
                "create.default",
                f"A row without {field.name} gets {field.schema['default']!r}.",
                about=field,
                named=field.name,
                words="write.default",
            )
    yield from _bodies(contract, operation, fields)


def _updates(contract: Contract, operation: Operation, access: Access) -> Iterator[Clause]:
    collection, row = access.collection, contract.shown_fields(access.collection)
    fields = [field for field in fields_of(contract, operation) if field.name != collection.key]

    def of(kind: str, requirement: str, rests_on: Provenance | None = None) -> Clause:
        return written(operation, f"update.{kind}", requirement, rests_on, words=f"write.{kind}")

    yield of("changes", "The row whose key is in the path is changed, and is shown as it is now.")
    yield from _read_back(contract, operation, "update", fields)
    for field in fields:
        if field.name in row and may_be_null(field.schema) and may_be_null(row[field.name]):
            yield written(
                operation,
                "update.null",
                f"null sets {field.name} to null.",
                about=field,
                named=field.name,
                words="write.null",
            )
    yield from _answer(contract, operation, "update", row)
    yield of("others-stay", "Other rows stay as they are.")
    if operation.method == "PUT":
        yield of("twice", "The same request sent twice leaves the row as one does.")
    if any(not field.required and field.name in row for field in fields):
        yield of("absent", *_absent(operation, access))
    if collection.created and not any(field.name == collection.created for field in fields):
        yield of("created-stays", f"{collection.created} stays when the row is updated.")
    if collection.updated and not any(field.name == collection.updated for field in fields):
        yield of("updated-moves", f"{collection.updated} moves on when the row is updated.")
    yield from _unknown(operation)
    yield from _conditional(contract, operation, access)
    yield from _bodies(contract, operation, fields)


def _absent(operation: Operation, access: Access) -> tuple[str, Provenance]:
    """The requirement on optional fields that are left out, and what it rests on."""
    verb = "keeps its value" if access.absent == "keep" else "is cleared"
    requirement = f"An optional field that the request leaves out {verb}."
    if access.states_absent:
        return requirement, access.provenance
    if operation.method == "PUT":
        why = "RFC 9110 lets PUT replace the row; the page doesn't say what becomes of fields that are left out."
        return requirement, Provenance("inferred", why)
    return requirement, operation.provenance


def _removes(operation: Operation, access: Access) -> Iterator[Clause]:
    yield written(operation, "remove.gone", "The row whose key is in the path is shown no more.", words="write.deletes")
    yield written(operation, "remove.others-stay", "Other rows stay as they are.", words="write.others-stay")
    yield from _unknown(operation)
    if operation.access:
        yield from _conditional(None, operation, access)


def _unknown(operation: Operation) -> Iterator[Clause]:
    """What is answered where there is no such row: as declared, or any refusal, or as it would be with one."""
    missing = _declared(operation, 404, 410)
    if missing:
        of = Provenance(missing.provenance.level, f"{missing.status} {missing.description}".rstrip())
        requirement = f"A key that no row has is answered {_statuses(operation, 404, 410)}, and makes no row."
    else:
        of = Provenance("inferred", "The page doesn't say what is answered where there is no such row.")
        requirement = "A key that no row has makes no row, and no server error."
    yield written(operation, "row.unknown-row", requirement, of, words="write.unknown-row")


def _conditional(contract: Contract | None, operation: Operation, access: Access) -> Iterator[Clause]:
    """If-Match, where the document declares it."""
    header = next((p for p in operation.parameters if p.place == "header" and p.name.lower() == "if-match"), None)
    if header is None:
        return
    yield written(
        operation,
        "row.if-match",
        "With an earlier ETag in If-Match the answer is 412, and nothing changes; with the row's own it is done.",
        header.provenance,
        words="write.if-match",
    )


def _read_back(contract: Contract, operation: Operation, action: str, fields: list[Field]) -> Iterator[Clause]:
    """A clause for each field that is sent and shown alike."""
    collection = operation.access.collection if operation.access else None
    row = contract.shown_fields(collection) if collection else {}
    for field in fields:
        if field.name not in row or (collection and field.name == collection.key):
            continue
        if _shape(contract, field.schema) == _shape(contract, row[field.name]):
            reads_back = f"{field.name} reads back as it was written."
            yield written(operation, f"{action}.field", reads_back, about=field, named=field.name, words="write.field")


def _shape(contract: Contract, schema: Schema) -> tuple[str, ...]:
    """Whether values are objects, lists or neither; of a list, also what is in it.

    A row may show what a key stands for: then the shapes differ, and the field doesn't read back.
    """
    whole = contract.whole(contract.resolve(schema))
    types = whole.get("type")
    names = types if isinstance(types, list) else [types]
    if "object" in names or "properties" in whole:
        return ("object",)
    if "array" not in names:
        return ("plain",)
    items = whole.get("items")
    return ("array", *_shape(contract, items)) if isinstance(items, Mapping) else ("array",)


def _answer(contract: Contract, operation: Operation, action: str, row: Mapping[str, Schema]) -> Iterator[Clause]:
    """The row in the answer, where it is declared there."""
    success, shown = operation.success, contract.properties(contract.row_answered(operation))
    if success and any(name in row for name in shown):
        yield written(
            operation, f"{action}.answer", "The answer shows the row as it is afterwards.", words="write.answer"
        )


def fields_of(contract: Contract, operation: Operation) -> list[Field]:
    """The fields of the row that an operation is sent."""
    needed = contract.needed_fields(operation)
    return [
        Field(name, contract.whole(schema), name in needed) for name, schema in contract.body_fields(operation).items()
    ]


def may_be_null(schema: Schema) -> bool:
    """True for a schema that null fits."""
    types = schema.get("type")
    return (isinstance(types, list) and "null" in types) or schema.get("nullable") is True


def _bodies(contract: Contract, operation: Operation, fields: list[Field]) -> Iterator[Clause]:
    """Bodies that the document forbids. Any 4xx refuses them."""
    refused = _declared(operation, 400, 422)
    source = refused.provenance if refused else operation.provenance
    text = f"{refused.status} {refused.description}".rstrip() if refused else source.text
    of = Provenance(source.level, text)

    def refuses(kind: str, requirement: str, field: Field | None = None, rests_on: Provenance = of) -> Clause:
        named = field.name if field else ""
        return written(operation, f"row.{kind}", requirement, rests_on, about=field, named=named, words=f"body.{kind}")

    for field in fields:
        rests_on = _provenance(field.schema, of)
        if field.required:
            lacking = f"A row without {field.name} is answered 4xx."
            yield refuses("required", lacking, field, _filled(field) if "default" in field.schema else rests_on)
        if is_typed(field.schema):
            yield refuses("type", f"A row whose {field.name} is of another type is answered 4xx.", field, rests_on)
        if any(word in field.schema for word in BOUNDS):
            outside = f"A row whose {field.name} is none of the allowed values is answered 4xx."
            yield refuses("bounds", outside, field, rests_on)
    yield refuses("not-object", "A body that isn't an object is answered 4xx.")
    yield refuses("malformed", "A body that isn't JSON is answered 4xx.")
    yield refuses("whole", "A request that is refused changes nothing.")


def is_typed(schema: Schema) -> bool:
    """True for a schema of which some value is surely of another type."""
    types = schema.get("type")
    names = types if isinstance(types, list) else [types]
    return any(isinstance(name, str) and name != "null" for name in names)


def _filled(field: Field) -> Provenance:
    return Provenance("inferred", f"{field.name} is required and has a default, so a server may fill it in.")


def _provenance(schema: Schema, inherited: Provenance) -> Provenance:
    marked: JSON = schema.get("x-provenance")
    if isinstance(marked, Mapping) and "inferred" in marked:
        return Provenance("inferred", str(marked["inferred"]))
    return inherited


def _declared(operation: Operation, *codes: int) -> Response | None:
    """The first response that is declared for one of some statuses by itself."""
    return next((r for r in operation.responses for code in codes if r.status == str(code)), None)


def _statuses(operation: Operation, *codes: int) -> str:
    return " or ".join(str(code) for code in codes if _declared(operation, code))
