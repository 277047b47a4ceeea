"""Evidence on the declared responses, from all responses of a run, whatever sent the requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from conformance.transport.exchange import MISSING, Credential, Request, Response
from spec import Contract, Operation
from spec.values import checker

MOST_SUSPECTS = 8
"""Requests kept for each clause, the last of each shape: one is enough, but data move on, and answers with them."""

KINDS = (
    "response.content-type",
    "response.schema",
    "response.no-server-error",
    "response.declared-status",
)
"""Kinds of clauses that every answer may break."""

STATUS = "response.status"
"""The finding for valid reads: a success other than the declared one."""

_Shape = tuple[Credential, tuple[str, ...], bytes | None]


def _shape(request: Request) -> _Shape:
    """What reads have in common that differ in values alone; each write is one of its own."""
    return request.credential, tuple(name for name, _ in request.query), request.body


def _reshaped(operation: Operation, request: Request) -> bool:
    return any(name in operation.reshaping for name, _ in request.query)


@dataclass
class Generated:
    """Generated requests and their responses by operation code, as far as a law can repeat them."""

    taken: dict[str, dict[Request, str]] = field(default_factory=dict)
    """Surely invalid, and answered with data; with what is wrong with the request."""
    accepted: dict[str, dict[str, Request]] = field(default_factory=dict)
    """Writes that were accepted though each of their items is surely invalid, by what is wrong with the first.

    Their batches show the outcome.
    """
    refused: dict[str, list[Request]] = field(default_factory=dict)
    """Surely valid, and refused."""
    invalid: dict[str, int] = field(default_factory=dict)
    """How many were surely invalid."""
    valid: dict[str, int] = field(default_factory=dict)
    """How many were surely valid."""


@dataclass
class Evidence:
    """Evidence on the declared responses. `Target.observe` fills it."""

    contract: Contract
    suspects: dict[tuple[str, str], dict[_Shape, Request]] = field(default_factory=dict)
    """(operation code, kind of clause) to requests whose answers broke it."""
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    """(operation code, kind of clause) to how many answers could have broken it."""
    generated: Generated = field(default_factory=Generated)
    """What is known of requests that were generated; nothing where none were."""
    violated: set[str] = field(default_factory=set)
    """Ids of the clauses that are violated, as far as the run has come."""

    def __post_init__(self) -> None:
        self._check = checker(self.contract, "response")
        self._lock = threading.Lock()

    def observe(self, request: Request, response: Response) -> None:
        """Take one answer into account."""
        operation = self.contract.by_code[request.operation]
        for kind in (*KINDS, STATUS):
            verdict = self.judge(operation, kind, response)
            if kind == "response.schema" and response.ok and _reshaped(operation, request):
                continue  # a row of which some fields are shown isn't the declared row
            if verdict is None:
                continue
            key = (operation.code, kind)
            with self._lock:
                self.seen[key] = self.seen.get(key, 0) + 1
                if verdict:
                    kept = self.suspects.setdefault(key, {})
                    kept.pop(_shape(request), None)
                    kept[_shape(request)] = request
                    if len(kept) > MOST_SUSPECTS:
                        kept.pop(next(iter(kept)))

    def judge(self, operation: Operation, kind: str, response: Response) -> str | None:
        """What is wrong with an answer, "" when nothing is, None when the clause doesn't speak of it."""
        declared = operation.response(response.status)
        if kind == "response.no-server-error":
            # 503 is a server's response under load; the request has been repeated already.
            return None if response.status == 503 else (f"{response.status}" if response.status >= 500 else "")
        if kind == STATUS:
            success = operation.success
            if success is None or not operation.safe or not response.ok:
                return None
            return "" if success.covers(response.status) else f"{response.status}, not {success.status}"
        refusals = any(one.status[0] in "4d" for one in operation.responses)
        if kind == "response.declared-status" and response.refused and not refusals:
            return None  # a document without any refusal doesn't define how the server refuses
        if kind == "response.declared-status" and response.status == 304:
            return None  # RFC 9110 has it for every GET that asks for it
        if kind == "response.declared-status":
            return None if response.status >= 500 else ("" if declared else f"{response.status}, which isn't declared")
        if declared is None or not declared.media or response.status >= 500:
            return None
        if kind == "response.content-type":
            allowed = [m.content_type for m in declared.media]
            covered = any(media.covers(response.content_type) for media in declared.media)
            fits = covered or (not response.ok and response.content_type.endswith("+json"))
            return "" if fits else f"content type {response.content_type or '(none)'}, not {' or '.join(allowed)}"
        media = declared.json
        if media is None or media.schema is None:
            return None
        if not response.ok and not response.body.strip():
            return None  # what an error's body holds is nowhere said, so it may hold nothing
        if response.json is MISSING:
            return "a body that isn't JSON"
        return self._check(f"{media.pointer}/schema", response.json) or ""
