"""Generated bodies with keys of this run in them, so that the guard permits them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable

from conformance.fuzzing.validity import Judge
from conformance.transport.exchange import Request
from conformance.transport.guard import Ownership
from conformance.transport.keys import key_is_given
from conformance.writing.row_values import types_of
from spec import Operation
from spec.model import JSON, Schema

SHARE_INVALID, SHARE_OTHERS = 2, 8
"""One in this many generated batches is sent.

A batch that isn't surely invalid is probably accepted and keeps a server busy. That gains little: the laws of
writes check valid items.
"""

LONG = 40
"""Characters that a text must have room for to hold a token."""

Rewrite = Callable[[Operation, bytes], bytes | None]
"""From an operation and a generated body to the body to send, or None to send nothing."""


def rewriting(ownership: Ownership, judge: Judge) -> Rewrite:
    """Put keys of the run where the engine made up texts or left them out, so that any mistake lies elsewhere.

    Keys that aren't texts are left for the guard to check.
    """
    keys = [ownership.mint(f"engine-{name}") for name in ("a", "b", "c")]

    def rewrite(operation: Operation, content: bytes) -> bytes | None:
        if operation.access is None:
            return None
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            return content
        key = operation.access.collection.key
        if operation.access.of_one:
            return _one(operation, data, content) if operation.access.action == "creates" else None
        if not isinstance(data, list):
            return content
        for index, item in enumerate(data):
            if isinstance(item, dict) and isinstance(item.get(key, ""), str):
                item[key] = keys[index % len(keys)]
        body = json.dumps(data).encode()
        invalid = judge.items(Request(operation.code, operation.method, operation.path, body=body))
        return None if zlib.crc32(content) % (SHARE_INVALID if invalid else SHARE_OTHERS) else body

    def _one(operation: Operation, data: JSON, content: bytes) -> bytes | None:
        """A generated row that holds the run's token; None where no field of it can: nobody could tell whose it is."""
        access = operation.access
        rows = access.sent_in(data) if access else []
        if access is None or not rows or not all(isinstance(row, dict) for row in rows):
            return content
        marked = [_marked(operation, row) for row in rows]
        taken = [row for row in marked if row is not None]
        if len(taken) < len(rows):
            return None
        body = json.dumps(access.written(taken)).encode()
        invalid = judge.items(Request(operation.code, operation.method, operation.path, body=body))
        return None if zlib.crc32(content) % (SHARE_INVALID if invalid else SHARE_OTHERS) else body

    def _marked(operation: Operation, sent: dict[str, JSON]) -> dict[str, JSON] | None:
        """A row that holds the run's token, or None."""
        contract, name = judge.contract, operation.access.collection.key if operation.access else ""
        given = key_is_given(contract, operation)
        row = {field: value for field, value in sent.items() if field != name or given}
        free = [n for n, schema in contract.body_fields(operation).items() if _is_free(contract.whole(schema))]
        needed = contract.needed_fields(operation)
        # A required text that is missing is the mistake, so another one holds the token then.
        places = [n for n in free if isinstance(row.get(n), str) or (n not in row and n not in needed)]
        if given and isinstance(row.get(name), str):
            places = [name]
        if not places:
            return None
        row[places[0]] = ownership.mint("engine")
        return row

    return rewrite


def _is_free(schema: Schema) -> bool:
    """True for a field that takes any text, as long as one that holds a token."""
    free = "string" in types_of(schema) and not schema.keys() & {"format", "enum", "pattern"}
    return free and int(schema.get("maxLength", LONG)) >= LONG >= int(schema.get("minLength", 0))
