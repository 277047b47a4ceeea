"""Answers that a client may keep: their ETag, and 304 where the client has the answer already."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from conformance.sandbox.behaviour import Answer, Asked, Behaviour
from spec import Operation
from spec.model import JSON


def conditional(behaviour: Behaviour, operation: Operation, asked: Asked, answer: Answer) -> Answer:
    """A read's answer with the ETag that the document declares, or 304 without a body."""
    declared = {name.lower() for name in operation.success.headers} if operation.success else set()
    if not operation.safe or answer.status != 200 or "etag" not in declared:
        return answer
    etag = answer.headers.get("ETag") or tag(answer.body)
    sent = asked.headers.get("if-none-match")
    if sent is not None and behaviour.unmodified(operation, sent, etag):
        return Answer(304, None, {"ETag": etag})
    return replace(answer, headers={**answer.headers, "ETag": etag})


def tag(shown: JSON) -> str:
    """The ETag of what is shown."""
    digest = hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return f'"{digest[:16]}"'
