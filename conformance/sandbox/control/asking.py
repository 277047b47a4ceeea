"""A control request as its document describes it: parameters and body, checked and typed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from conformance.sandbox import validation
from conformance.sandbox.messages import say
from conformance.sandbox.validation import Check, check
from spec import Contract, Operation, load
from spec.model import JSON

DOCUMENT = Path(__file__).with_name("openapi.yaml")


class Wrong(Exception):
    """A control request that is refused."""

    def __init__(self, status: int, detail: str, errors: Mapping[str, Any] | None = None) -> None:
        self.status = status
        self.body = {"detail": detail} | ({"errors": errors} if errors else {})
        super().__init__(detail)


@dataclass(frozen=True)
class Asked:
    """The parameters and body of a control request."""

    values: Mapping[str, Any]
    """Path and query parameters, those with a default filled in."""
    body: JSON
    """The JSON body; None where there is none, or where it isn't JSON."""
    content: bytes
    media_type: str


@dataclass(frozen=True)
class _Signature:
    parameters: Mapping[str, tuple[str, Check]]
    """Place and schema, by name."""
    body: Check | None
    media_types: tuple[str, ...]


@cache
def document() -> Contract:
    """The control API's own document."""
    return load(DOCUMENT)


@cache
def _signature(operation_id: str) -> _Signature:
    contract = document()
    operation = contract.by_id[operation_id]
    json_body = operation.body.json if operation.body else None
    return _Signature(
        parameters={p.name: (p.place, check(contract, p.schema)) for p in operation.parameters},
        body=check(contract, json_body.schema) if json_body and json_body.schema else None,
        media_types=tuple(media.content_type for media in operation.body.media) if operation.body else (),
    )


def read(
    operation: Operation, path: Mapping[str, str], query_string: bytes, content: bytes, content_type: str
) -> Asked:
    """The parameters and body of a request. Raises Wrong with all problems of its parameters, or of its body."""
    signature = _signature(operation.id)
    media_type = content_type.partition(";")[0].strip().lower()
    values = _values(signature, path, query_string)
    if not signature.media_types:
        return Asked(values, None, b"", media_type)
    media_type = media_type or signature.media_types[0]
    if media_type not in signature.media_types:
        raise Wrong(415, f"The body must be {' or '.join(signature.media_types)}.")
    body = _body(signature.body, content) if media_type == "application/json" and signature.body else None
    return Asked(values, body, content, media_type)


def _values(signature: _Signature, path: Mapping[str, str], query_string: bytes) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    given = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True, errors="replace")
    names = [name for name, _ in given]
    for name, text in (*path.items(), *given):
        place, of = signature.parameters.get(name, ("", None))
        if of is None or (place == "path") is not (name in path):
            errors[name] = [say("en", "unknown-parameter")]
            continue
        if names.count(name) > 1:
            errors[name] = [say("en", "twice")]
            continue
        try:
            found[name] = of.text(text)
        except ValueError as error:
            errors[name] = [say("en", *error.args)]
    if errors:
        raise Wrong(400, "The parameters are wrong.", errors)
    defaults = {name: of.schema["default"] for name, (_, of) in signature.parameters.items() if "default" in of.schema}
    return {**defaults, **found}


def _body(of: Check, content: bytes) -> JSON:
    try:
        value = validation.body(content)
    except ValueError as error:
        raise Wrong(400, say("en", *error.args)) from None
    errors: dict[str, list[str]] = {}
    for found in of.validator.iter_errors(value):
        kind: Any = found.kind
        if kind.name == "additionalProperties":
            errors |= {name: [unknown_field(name, of.schema.get("properties", ()))] for name in kind.unexpected}
            continue
        problem, steps = validation.located(found)
        errors.setdefault(".".join(steps) or "body", []).append(say("en", *problem))
    if errors:
        raise Wrong(400, "The body is wrong.", errors)
    return value


def unknown_field(name: str, known: Iterable[str]) -> str:
    """The sentence about a name that no field has."""
    near = validation.nearest(name, known)
    return f"There is no such field. Did you mean {near}?" if near else "There is no such field."


def encoded(value: JSON) -> str:
    """JSON text that people can read."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
