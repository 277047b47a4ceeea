"""A report as JSON, for scripts; diff.schema.json describes it."""

from __future__ import annotations

import json

from spec.diff.change import Change, Spot
from spec.diff.comparison import Document
from spec.diff.report import Report

FORMAT = 2
"""The version of the format: raised when a key is removed or changes its meaning."""


def as_json(report: Report) -> str:
    """The whole report."""
    return json.dumps(_report(report), ensure_ascii=False, indent=2, default=str)


def _report(report: Report) -> dict[str, object]:
    comparison, clauses, code = report.comparison, report.comparison.clauses, report.code
    return {
        "format": FORMAT,
        "verdict": report.level,
        "breaking": report.breaking,
        "verdicts": {
            "callers": comparison.callers,
            "servers": comparison.servers,
            "python": report.python or comparison.names,
            "clauses": clauses.level if clauses is not None else "none",
        },
        "version": {
            "old": comparison.old.version,
            "new": comparison.new.version,
            "next": report.next_version or None,
            "raised": report.version_raised,
        },
        "old": _document(comparison.old),
        "new": _document(comparison.new),
        "changes": [_change(change, report) for change in report.changes],
        "clauses": None
        if clauses is None
        else {
            "added": list(clauses.added),
            "removed": list(clauses.removed),
            "releveled": [{"id": id, "old": old, "new": new} for id, old, new in clauses.releveled],
        },
        "python": None
        if code is None
        else {
            "package": code.package,
            "symbols": [
                {
                    "rule": symbol.rule,
                    "action": symbol.action,
                    "kind": symbol.kind,
                    "name": symbol.name,
                    "old": symbol.before or None,
                    "new": symbol.after or None,
                    "level": symbol.level,
                    "waived": symbol.name in report.waived_symbols,
                }
                for symbol in code.symbols
            ],
        },
        "waivers": [
            {
                "change": judged.waiver.change,
                "subject": judged.waiver.subject,
                "reason": judged.waiver.reason,
                "owner": judged.waiver.owner,
                "expires": judged.waiver.expires,
                "state": judged.state,
            }
            for judged in report.waivers
        ],
        "warnings": [
            {"file": w.location.file, "line": w.location.line, "column": w.location.column, "message": w.message}
            for w in comparison.warnings
        ],
    }


def _document(document: Document) -> dict[str, object]:
    return {"file": document.file, "version": document.version, "sha256": document.sha256}


def _change(change: Change, report: Report) -> dict[str, object]:
    first = change.operations[0] if change.operations else None
    return {
        "rule": change.rule,
        "fingerprint": change.fingerprint,
        "subjects": list(change.subjects),
        "operation": first.id or first.code if first else None,
        "method": first.method or None if first else None,
        "path": first.path or None if first else None,
        "operations": [
            {"operation": called.id or called.code, "method": called.method or None, "path": called.path or None}
            for called in change.operations
        ],
        "what": change.what,
        "level": change.level,
        "breaking": change.breaking,
        "callers": change.callers,
        "servers": change.servers,
        "why": change.why,
        "hint": change.hint,
        "old": _spot(change.old),
        "new": _spot(change.new),
        "old_value": change.before,
        "new_value": change.after,
        "clauses": list(change.clauses),
        "waived": change.fingerprint in report.waived,
    }


def _spot(spot: Spot | None) -> dict[str, object] | None:
    if spot is None:
        return None
    place = spot.location
    return {"file": place.file, "line": place.line, "column": place.column, "pointer": spot.pointer}
