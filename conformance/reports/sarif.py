"""results.sarif: every violation at the line of the document that it breaks, for code scanning."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from conformance.reports.conclusion import decides
from conformance.reports.junit import details
from conformance.reports.model import Clause, Report
from conformance.reports.text import as_json, cut, everywhere

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(report: Report) -> str:
    """The report as SARIF 2.1.0."""
    report = everywhere(report)
    violated = [clause for clause in report["clauses"] if clause["verdict"] == "violated"]
    run = {
        "tool": {
            "driver": {
                "name": report["tool"]["name"],
                "version": report["tool"]["version"],
                "rules": [_rule(clause) for clause in violated],
            }
        },
        "invocations": [
            {
                "executionSuccessful": report["complete"] and not report["verdicts"]["error"],
                "startTimeUtc": _utc(report["started"]),
                **({"endTimeUtc": _utc(report["finished"])} if report["finished"] else {}),
                "exitCode": report["exit_code"],
                "toolExecutionNotifications": _notifications(report),
            }
        ],
        "results": [_result(report, clause, index) for index, clause in enumerate(violated)],
        "columnKind": "unicodeCodePoints",
        "properties": {"target": report["target"], "seed": report["seed"], "document": report["document"]},
    }
    data = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return as_json(data, indent=2) + "\n"


def _notifications(report: Report) -> list[dict[str, Any]]:
    """What a person should know of the run itself."""
    said = [("note", note) for note in report["notes"]]
    if report["stopped"]:
        said.append(("error", f"Incomplete: {report['stopped']}"))
    said += [("error", f"{c['id']}: {c.get('reason', '')}") for c in report["clauses"] if c["verdict"] == "error"]
    return [{"level": level, "message": {"text": text}} for level, text in said]


def _rule(clause: Clause) -> dict[str, Any]:
    return {
        "id": clause["id"],
        "shortDescription": {"text": clause["requirement"]},
        "fullDescription": {"text": f"{clause['requirement']} {clause['level'].capitalize()}: {clause['source']}"},
        "help": {"text": f"seller-contract explain {clause['id']}"},
        "defaultConfiguration": {"level": "error" if clause["level"] == "documented" else "note"},
        "properties": {"tags": [clause["operation"], clause["family"], clause["level"]]},
    }


def _result(report: Report, clause: Clause, index: int) -> dict[str, Any]:
    example, where = clause.get("counterexample"), clause["location"]
    said = f" Expected {cut(example['expected'], 500)}; observed {cut(example['observed'], 500)}." if example else ""
    result: dict[str, Any] = {
        "ruleId": clause["id"],
        "ruleIndex": index,
        "level": "error" if clause["level"] == "documented" or decides(report, clause) else "note",
        "message": {"text": f"{clause['requirement']}{said}", "markdown": f"```text\n{_fenced(details(clause))}\n```"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(where["file"])},
                    "region": {"startLine": where["line"], "startColumn": where["column"]},
                }
            }
        ],
        # The clause is what is the same from run to run, wherever it moves in the document.
        "partialFingerprints": {"clause/v1": clause["id"]},
    }
    if "waiver" in clause:
        waiver = clause["waiver"]
        why = f"{waiver['owner']}, until {waiver['expires']}: {waiver['reason']}"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result


def _fenced(text: str) -> str:
    return text.replace("```", "`\u200b``")


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _utc(moment: str) -> str:
    return moment.replace("+00:00", "Z")
