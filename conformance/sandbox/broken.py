"""Which clause a refused request broke: error bodies name it beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.sandbox.exchange import CLAUSES
from conformance.sandbox.query import Invalid
from spec import Contract, Operation

_OF_PARAMETERS: Mapping[str, str] = {
    "required": "param.required",
    "bounds": "param.bounds",
    "type": "param.invalid",
    "format": "param.invalid",
    "choice": "param.invalid",
    "unknown-parameter": "param.misspelt",
    "did-you-mean": "param.misspelt",
}
"""The kind of clause that a problem with a parameter breaks; others break `response.rejects-invalid`."""


def named(contract: Contract, operation: Operation, invalid: Invalid) -> Mapping[str, Any]:
    """The errors of an invalid request, with the clauses that it broke."""
    broken = {
        path: found
        for path, kind in invalid.kinds.items()
        if (found := _first(contract, operation, _candidates(operation, path, kind)))
    }
    return {**invalid.errors, CLAUSES: broken} if broken else invalid.errors


def key(contract: Contract, operation: Operation, shown: str | None, detail: str) -> Mapping[str, Any]:
    """The error of a request without a key that counts, with the clause that asks for one."""
    kind = "missing" if shown is None else "wrong" if shown else "empty"
    found = _first(contract, operation, [f"auth.{kind}-key"])
    return {"detail": detail, CLAUSES: {"detail": found}} if found else {"detail": detail}


def _candidates(operation: Operation, path: str, kind: str) -> Iterator[str]:
    """Kinds and subjects of clauses, the most particular first."""
    if operation.access and operation.access.writes:
        field = path.split(".")[1] if "." in path else ""
        if not field:
            yield f"body.{kind}"
        elif kind == "required" and path.count(".") == 1:
            yield f"body.required.{field}"
        else:
            yield f"body.type.{field}"
    elif kind in _OF_PARAMETERS:
        yield f"{_OF_PARAMETERS[kind]}.{path}"
        yield _OF_PARAMETERS[kind]
    yield "response.rejects-invalid"


def _first(contract: Contract, operation: Operation, candidates: Iterable[str]) -> str | None:
    ids = (f"{operation.code}.{one}" for one in candidates)
    return next((id for id in ids if contract.clause(id)), None)
