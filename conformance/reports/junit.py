"""junit.xml: one test case for each clause, under names that stay the same from run to run."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree  # only builds XML here, never reads any
from collections import defaultdict
from datetime import datetime

from conformance.reports.conclusion import decides
from conformance.reports.model import Clause, Report
from conformance.reports.text import cut, everywhere, one_line

LONGEST_ANSWER = 1_000


def junit(report: Report) -> str:
    """The report as JUnit's XML, one suite for each operation."""
    report = everywhere(report)
    cases: dict[str, list[Clause]] = defaultdict(list)
    for clause in report["clauses"]:
        cases[clause["operation"]].append(clause)
    root = ElementTree.Element("testsuites", name="conformance")
    for code, clauses in cases.items():
        suite = ElementTree.SubElement(root, "testsuite", name=code, timestamp=_timestamp(report))
        properties = ElementTree.SubElement(suite, "properties")
        for name, value in _properties(report).items():
            ElementTree.SubElement(properties, "property", name=name, value=value)
        for clause in clauses:
            _case(suite, report, clause)
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
        suite.set("tests", str(len(clauses)))
        suite.set("time", f"{sum(clause['seconds'] for clause in clauses):.3f}")
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{sum(clause['seconds'] for clause in report['clauses']):.3f}")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, report: Report, clause: Clause) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"{clause['operation']}.{clause['family']}",
        name=clause["id"],
        time=f"{clause['seconds']:.3f}",
    )
    verdict = clause["verdict"]
    if verdict == "violated" and decides(report, clause):
        _say(case, "failure", clause["level"], observed(clause)).text = details(clause)
    elif verdict == "violated":
        _say(case, "skipped", "waived" if "waiver" in clause else "advice", excuse(clause)).text = details(clause)
    elif verdict == "error":
        _say(case, "error", "error", clause.get("reason", ""))
    elif verdict != "held":
        _say(case, "skipped", verdict, clause.get("reason", ""))


def _say(case: ElementTree.Element, tag: str, kind: str, message: str) -> ElementTree.Element:
    return ElementTree.SubElement(case, tag, type=kind, message=one_line(f"{kind}: {message}"))


def observed(clause: Clause) -> str:
    """What came instead of what is demanded, in a line."""
    example = clause.get("counterexample")
    return one_line(f"expected {example['expected']}; observed {example['observed']}") if example else ""


def excuse(clause: Clause) -> str:
    """Why a violation decides nothing."""
    if "waiver" in clause:
        waiver = clause["waiver"]
        return one_line(f"until {waiver['expires']}, {waiver['owner']}: {waiver['reason']}")
    return observed(clause)


def details(clause: Clause) -> str:
    """A violation in full, as plain text."""
    where = clause["location"]
    lines = [
        clause["requirement"],
        f"{clause['level']}: {clause['source']}",
        f"{where['file']}:{where['line']}:{where['column']}",
    ]
    example = clause.get("counterexample")
    if example:
        lines += ["", f"expected: {example['expected']}", f"observed: {example['observed']}", ""]
        for request, answer in zip(example["requests"], example["answers"], strict=False):
            lines += [f"$ {request}", cut(answer, LONGEST_ANSWER), ""]
        lines.append(f"reproduced {example['replays']} times")
    return "\n".join(lines)


def _properties(report: Report) -> dict[str, str]:
    return {
        "target": report["target"],
        "seed": str(report["seed"]),
        "document": f"{report['document']['title']} {report['document']['version']}",
        "document.sha256": report["document"]["sha256"],
        "tool": f"{report['tool']['name']} {report['tool']['version']}",
        "answer": report["answer"],
    }


def _timestamp(report: Report) -> str:
    return datetime.fromisoformat(report["started"]).strftime("%Y-%m-%dT%H:%M:%S")
