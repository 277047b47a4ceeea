"""The body that shows a batch, built from the schema of the status operation.

The document has JSON pointers to the numbers; the other fields of its schema are filled in by type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.sandbox import members, validation, values
from conformance.sandbox.batches import BatchView, FileKind
from spec import Batch, Contract, Operation
from spec.model import JSON
from spec.pointers import tokens


class Progress:
    """How one status operation shows batches."""

    def __init__(self, contract: Contract, operation: Operation, batch: Batch) -> None:
        """Sort the fields of the operation's response by their use for a batch."""
        media = operation.success.json if operation.success else None
        self._batch, self._contract = batch, contract
        self._checks: dict[int, validation.Check] = {}
        self._fields = contract.properties(media.schema) if media and media.schema else {}
        self._status = _at(contract, self._fields, batch.status)
        self._summaries = {o.code: o.summary or o.code for o in contract.operations}

    def document(self, view: BatchView, file_url: Callable[[str, FileKind], str]) -> JSON:
        """The body for one look at a batch."""

        def file(kind: FileKind) -> str | None:
            return file_url(view.id, kind) if kind in view.files else None

        batch = self._batch
        pointers: dict[str | None, JSON] = {
            batch.id: view.id,
            batch.total: view.total,
            batch.succeeded: view.succeeded,
            batch.failed: view.failed,
            batch.status: self._fitting(self._status, view.status),
            batch.request_file: file("request"),
            batch.success_file: file("success"),
            batch.error_file: file("error"),
            batch.created: values.rendered(view.created),
            batch.updated: values.rendered(view.updated),
        }
        body: dict[str, Any] = {}
        for name, schema in self._fields.items():
            body[name] = self._fitting(schema, self._other(name, schema, view))
        for pointer, value in pointers.items():
            if pointer:
                members.put(body, pointer, value)
        return body

    def _fitting(self, schema: Mapping[str, JSON], value: JSON) -> JSON:
        """A value, or in its place one that the schema allows. What pointers name inside an object comes later."""
        known = id(schema)
        if known not in self._checks:
            self._checks[known] = validation.check(self._contract, schema)
        return value if self._checks[known].validator.is_valid(value) else members.fitting(self._contract, schema)

    def _other(self, name: str, schema: Mapping[str, JSON], view: BatchView) -> JSON:
        """A field that no pointer names: a time, a duration, or what the batch is about."""
        match values.kind(schema):
            case "json":
                return {}
            case "instant":
                return values.rendered(view.updated)
            case "number":
                return view.took if view.took is not None or "null" in schema["type"] else 0
            case "boolean":
                return view.over
            case "uuid":
                return view.id
        return f"{self._summaries[view.operation]} ({view.id[:8]})"


def _at(contract: Contract, fields: Mapping[str, Mapping[str, JSON]], pointer: str | None) -> Mapping[str, JSON]:
    """The schema at a pointer into the body."""
    schema: Mapping[str, JSON] = {}
    for token in tokens(pointer or ""):
        schema = fields.get(token, {})
        fields = contract.properties(schema)
    return schema
