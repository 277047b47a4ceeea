"""The report as data: one JSON document that everything else is made from."""

from __future__ import annotations

import json
import os
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

from conformance.run import Run, tally
from conformance.verdict import Outcome

FORMAT = 1
"""Version of report.json; report.schema.json describes it."""

SCHEMA = Path(__file__).with_name("report.schema.json")


def tool_version() -> str:
    """The version of this project, as installed; "0" in a checkout that isn't."""
    try:
        return metadata.version("seller-center-contract")
    except metadata.PackageNotFoundError:
        return "0"


def report(run: Run) -> dict[str, Any]:
    """A run as plain data."""
    return {
        "format": FORMAT,
        "tool": {"name": "conformance", "version": tool_version()},
        "document": {
            "title": run.contract.title,
            "version": run.contract.version,
            "file": run.contract.file,
            "sha256": run.contract.sha256,
        },
        "target": run.base_url,
        "seed": run.seed,
        "strict": run.strict,
        "started": run.started.isoformat(timespec="milliseconds"),
        "finished": run.finished.isoformat(timespec="milliseconds") if run.finished else None,
        "complete": run.stopped is None,
        "stopped": run.stopped,
        "exit_code": run.exit_code,
        "verdicts": dict(tally(run.outcomes)),
        "requests": {"total": sum(run.requests.values()), "by_operation": dict(sorted(run.requests.items()))},
        "clauses": [_clause(outcome) for outcome in run.outcomes],
    }


def _clause(outcome: Outcome) -> dict[str, Any]:
    clause = outcome.clause
    found: dict[str, Any] = {
        "id": clause.id,
        "level": clause.level,
        "verdict": outcome.verdict,
        "operation": clause.operation,
        "family": clause.family,
        "requirement": clause.requirement,
        "source": clause.source,
        "location": {
            "file": clause.location.file,
            "line": clause.location.line,
            "column": clause.location.column,
        },
        "witnesses": outcome.witnesses,
        "requests": outcome.requests,
        "seconds": round(outcome.seconds, 3),
    }
    if outcome.reason:
        found["reason"] = outcome.reason
    if outcome.untold:
        found["untold"] = list(outcome.untold)
    if outcome.counterexample:
        example = outcome.counterexample
        found["counterexample"] = {
            "expected": example.expected,
            "observed": example.observed,
            "requests": list(example.requests),
            "answers": list(example.answers),
            "replays": example.replays,
        }
    return found


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file whole or not at all: aside first, then renamed. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        os.chmod(aside, 0o644)
        os.replace(aside, folder / name)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return folder / name


def to_json(data: dict[str, Any]) -> str:
    """The report as text, stable and readable."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
