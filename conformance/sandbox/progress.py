"""The body that shows a batch, built from the schema of the status operation.

The document has JSON pointers to the numbers; the other fields of its schema are filled in by type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.sandbox import values
from conformance.sandbox.batches import BatchView, FileKind
from spec import Batch, Contract, Operation
from spec.model import JSON


class Progress:
    """How one status operation shows batches."""

    def __init__(self, contract: Contract, operation: Operation, batch: Batch) -> None:
        """Sort the fields of the operation's response by their use for a batch."""
        media = operation.success.json if operation.success else None
        self._batch = batch
        self._fields = contract.properties(media.schema) if media and media.schema else {}
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
            batch.status: view.status,
            batch.request_file: file("request"),
            batch.success_file: file("success"),
            batch.error_file: file("error"),
            batch.created: values.rendered(view.created),
            batch.updated: values.rendered(view.updated),
        }
        body: dict[str, Any] = {}
        for name, schema in self._fields.items():
            body[name] = {} if values.kind(schema) == "json" else self._other(name, schema, view)
        for pointer, value in pointers.items():
            if pointer:
                _put(body, pointer, value)
        return body

    def _other(self, name: str, schema: Mapping[str, JSON], view: BatchView) -> JSON:
        """A field that no pointer names: a time, a duration, or what the batch is about."""
        match values.kind(schema):
            case "instant":
                return values.rendered(view.updated)
            case "number":
                return view.took if view.took is not None or "null" in schema["type"] else 0
            case "boolean":
                return view.over
            case "uuid":
                return view.id
        return f"{self._summaries[view.operation]} ({view.id[:8]})"


def _put(body: dict[str, Any], pointer: str, value: JSON) -> None:
    *parents, last = (token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
    for parent in parents:
        body = body.setdefault(parent, {})
    body[last] = value
