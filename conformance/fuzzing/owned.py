"""Generated bodies with keys of this run in them, so that the guard permits them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable

from conformance.fuzzing.validity import Judge
from conformance.transport.exchange import Request
from conformance.transport.guard import Ownership
from spec import Operation

SHARE_INVALID, SHARE_OTHERS = 2, 8
"""One in this many generated batches is sent.

A batch that isn't surely invalid is probably accepted and keeps a server busy. That gains little: the laws of
writes check valid items.
"""

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
        if not isinstance(data, list):
            return content
        key = operation.access.collection.key
        for index, item in enumerate(data):
            if isinstance(item, dict) and isinstance(item.get(key, ""), str):
                item[key] = keys[index % len(keys)]
        body = json.dumps(data).encode()
        invalid = judge.items(Request(operation.code, operation.method, operation.path, body=body))
        return None if zlib.crc32(content) % (SHARE_INVALID if invalid else SHARE_OTHERS) else body

    return rewrite
