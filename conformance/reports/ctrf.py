"""ctrf.json: the Common Test Report Format, one test for each clause."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from conformance.reports.conclusion import decides
from conformance.reports.junit import details, excuse, observed
from conformance.reports.model import Clause, Report
from conformance.reports.text import as_json, everywhere

VERSION = "0.0.0"
"""Version of the format; its readers take every 0.x alike."""

STATUSES = {"held": "passed", "violated": "failed", "error": "failed", "skipped": "skipped", "not-exercised": "skipped"}


def ctrf(report: Report) -> str:
    """The report as CTRF."""
    report = everywhere(report)
    tests = [_test(report, clause) for clause in report["clauses"]]
    statuses = Counter(test["status"] for test in tests)
    started = _milliseconds(report["started"])
    data = {
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "timestamp": report["finished"] or report["started"],
        "generatedBy": f"{report['tool']['name']} {report['tool']['version']}",
        "results": {
            "tool": {"name": report["tool"]["name"], "version": report["tool"]["version"]},
            "summary": {
                "tests": len(tests),
                **{status: statuses[status] for status in ("passed", "failed", "skipped", "pending", "other")},
                "start": started,
                "stop": _milliseconds(report["finished"]) if report["finished"] else started,
                "extra": {
                    "answer": report["answer"],
                    "target": report["target"],
                    "seed": report["seed"],
                    "document": report["document"],
                    "complete": report["complete"],
                },
            },
            "tests": tests,
        },
    }
    return as_json(data, indent=2) + "\n"


def _test(report: Report, clause: Clause) -> dict[str, Any]:
    verdict = clause["verdict"]
    # A waived violation hasn't passed: it was tried, and it is wrong.
    decided = verdict != "violated" or decides(report, clause)
    test: dict[str, Any] = {
        "name": clause["id"],
        "status": STATUSES[verdict] if decided else "other",
        "duration": round(clause["seconds"] * 1000),
        "suite": [clause["operation"], clause["family"]],
        "rawStatus": verdict,
        "tags": [clause["level"], clause["family"]],
        "type": "conformance",
        "filePath": clause["location"]["file"],
        "line": clause["location"]["line"],
    }
    if verdict == "violated":
        test |= {"message": observed(clause) if decided else excuse(clause), "trace": details(clause)}
    elif "reason" in clause:
        test["message"] = clause["reason"]
    return test


def _milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)
