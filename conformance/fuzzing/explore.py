"""Running Schemathesis' engine on the contract's document.

The engine's event classes aren't public API, so the version is pinned. Its reports about itself (health checks,
schemas that it can't satisfy) become notes, never verdicts.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

from conformance.fuzzing.bridge import Bridge
from conformance.fuzzing.observations import Observations
from conformance.fuzzing.owned import rewriting
from conformance.fuzzing.rough import roughened
from conformance.oracle.budget import NORMAL, Budget
from conformance.transport.target import Target
from spec import Contract, Operation


def explore(
    seen: Observations,
    target: Target,
    seed: int,
    *,
    operations: Collection[str] | None = None,
    budget: Budget = NORMAL,
) -> None:
    """Let the engine test the operations, or those with the given codes; a read-only run tests only those that read.

    The same seed gives the same requests, except for the run's keys in writes. Raises KeyboardInterrupt where
    the engine was interrupted, because the engine itself hides that.
    """
    may_write = target.ownership is not None
    wanted = [o for o in seen.contract.operations if operations is None or o.code in operations]
    readers, writers = [o for o in wanted if o.safe], [o for o in wanted if may_write and _may_be_generated(o)]
    left = budget.generated_requests
    if target.limits.requests is not None:
        left = min(left, target.limits.requests - target.total - budget.reserved_requests)
    if left < 1:
        seen.notes.append("Schemathesis' engine was left out: the budget has no requests left for it.")
        return
    bridge = Bridge(seen.contract, target, seen, left)
    if target.ownership:
        bridge.rewrite = rewriting(target.ownership, seen.judge)
    document = _document(seen.contract)
    _execute(document, ("coverage", "fuzzing"), bridge, readers, seed, budget.generated_examples)
    # Rough texts are added only where examples are sent unchanged: the coverage phase would combine them with
    # everything.
    rough = roughened(document, seen.contract, readers)
    _execute(rough, ("examples",), bridge, readers, seed, budget.generated_examples)
    # Writes come last: their unusual rows would disturb the reads. Inserts precede operations that need rows.
    for rank in range(3):
        some = [o for o in writers if _rank(o) == rank]
        _execute(document, ("examples", "coverage", "fuzzing"), bridge, some, seed, budget.generated_examples)
    if bridge.stopped:
        seen.notes.append(f"Schemathesis' engine was stopped: {bridge.stopped}.")
    elif bridge.closed:
        seen.notes.append("Schemathesis' engine was stopped: it has sent as much as it may.")


def _may_be_generated(operation: Operation) -> bool:
    """True for a write whose generated requests can name rows of the run's own: in the body, not in the path."""
    return not operation.safe and not (operation.access and operation.access.by)


def _rank(operation: Operation) -> int:
    """0 for an operation that inserts rows, 1 for one that changes parts, 2 for one that deletes."""
    access = operation.access
    return 1 if access is None or access.parts else (2 if access.action == "deletes" else 0)


def _execute(
    document: dict[str, Any],
    phases: Collection[str],
    bridge: Bridge,
    chosen: Collection[Operation],
    seed: int,
    examples: int,
) -> None:
    """One run of the engine over some of its phases."""
    if not chosen or bridge.closed:
        return
    schema: BaseSchema = schemathesis.openapi.from_dict(copy.deepcopy(document), config=_config(seed, examples, phases))
    for operation in chosen:
        schema = schema.include(method=operation.method, path=operation.path)
    schema.app = bridge
    stream = from_schema(schema).execute()
    bridge.stop = stream.stop
    interrupted = False
    for event in stream:
        if isinstance(event, events.NonFatalError):
            bridge.seen.notes.append(f"Schemathesis, {event.label}: {event.info.title}: {event.info.message}")
        elif isinstance(event, events.FatalError):
            bridge.seen.notes.append(f"Schemathesis broke off: {event.exception}")
        elif isinstance(event, events.Interrupted):
            interrupted = True
    if interrupted and not bridge.closed:
        raise KeyboardInterrupt


def _document(contract: Contract) -> dict[str, Any]:
    """The document without its servers: the engine would send probes of its own to them."""
    document: dict[str, Any] = copy.deepcopy(dict(contract.document))
    for item in document.get("paths", {}).values():
        for node in (item, *(value for value in item.values() if isinstance(value, dict))):
            node.pop("servers", None)
    document.pop("servers", None)
    return document


def _config(seed: int, examples: int, phases: Collection[str]) -> SchemathesisConfig:
    """Settings that don't depend on time, on the server's responses, on a former run or on the environment."""
    alone = {"extra-data-sources": {"responses": False}, "operation-ordering": "none"}
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "suppress-health-check": ["all"],
            "cache": {"enabled": False},
            "workers": 1,
            "continue-on-failure": True,
            "generation": {
                "max-examples": examples,
                "no-shrink": True,
                "deterministic": True,
                "database": "none",
                # The target handles the key.
                "with-security-parameters": False,
            },
            "phases": {
                "enabled": False,
                "examples": {**alone, "enabled": "examples" in phases},
                "coverage": {**alone, "enabled": "coverage" in phases, "unexpected-methods": []},
                "fuzzing": {**alone, "enabled": "fuzzing" in phases, "error-feedback": {"enabled": False}},
            },
            # Our own laws judge the responses, request by request.
            "checks": {"enabled": False},
        }
    )
