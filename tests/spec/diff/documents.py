"""Small documents to compare: one operation that is sent and answers what a test is about."""

from __future__ import annotations

import json
from typing import Any

from spec.diff.comparison import Comparison, compare
from spec.source import parse

JSON = Any


def document(version: str = "3.1.0", **parts: JSON) -> dict[str, JSON]:
    """A document with one operation, GET /things, and what is given."""
    base: dict[str, JSON] = {
        "openapi": version,
        "info": {"title": "Things", "version": "1.2.3"},
        "servers": [{"url": "https://things.example.com"}],
        "paths": {"/things": {"get": {"operationId": "list_things", "responses": {"200": {"description": "Good."}}}}},
    }
    return {**base, **parts}


def with_schemas(
    *, sent: JSON = None, shown: JSON = None, components: JSON = None, version: str = "3.1.0"
) -> dict[str, JSON]:
    """A document with POST /things, its request body and its response of given schemas."""
    operation: dict[str, JSON] = {"operationId": "make_thing", "responses": {"200": {"description": "Good."}}}
    if sent is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": sent}}}
    if shown is not None:
        operation["responses"]["200"]["content"] = {"application/json": {"schema": shown}}
    found = document(version, paths={"/things": {"post": operation}})
    if components is not None:
        found["components"] = {"schemas": components}
    return found


def compared(old: JSON, new: JSON) -> Comparison:
    """Two documents' data, compared."""
    return compare(*(parse(json.dumps(data).encode(), name) for data, name in ((old, "old.json"), (new, "new.json"))))


def edited(data: JSON, pointer: str, value: JSON) -> JSON:
    """A copy with another value at a pointer, or without it for None."""
    found = json.loads(json.dumps(data))
    *way, last = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    holder = found
    for token in way:
        holder = holder[int(token)] if isinstance(holder, list) else holder[token]
    if value is None:
        del holder[int(last) if isinstance(holder, list) else last]
    else:
        holder[int(last) if isinstance(holder, list) else last] = value
    return found


def told(comparison: Comparison) -> str:
    """The changes as lines, for a test that fails."""
    return "\n".join(f"{c.callers}/{c.servers} {c.rule}: {c.subjects} {c.what}" for c in comparison.changes)
