"""The conclusion of a report: conforms or not, in one sentence, with how much was really exercised."""

from __future__ import annotations

from typing import Literal

from conformance.reports import causes
from conformance.reports.gaps import RESTING, is_selected
from conformance.reports.model import FAILING, Cause, Clause, Report


def decides(report: Report, clause: Clause) -> bool:
    """True for a violation that counts: documented, or any with --strict, and not waived."""
    return causes.decides(clause, strict=report["strict"])


def violations(report: Report) -> list[Clause]:
    """The violations that decide the exit code."""
    return [clause for clause in report["clauses"] if decides(report, clause)]


def advice(report: Report) -> list[Clause]:
    """Violations that decide nothing: inferred ones, unless --strict."""
    return [
        clause
        for clause in report["clauses"]
        if clause["verdict"] == "violated" and not decides(report, clause) and "waiver" not in clause
    ]


def waived(report: Report) -> list[Clause]:
    """Violations that a waiver excuses."""
    return [clause for clause in report["clauses"] if "waiver" in clause]


def exit_code(report: Report) -> Literal[0, 1, 2]:
    """0 conforms, 1 violations or a waiver that excuses nothing, 2 too little exercised, an error, or broken off."""
    if violations(report) or any(waiver["state"] in FAILING for waiver in report["waivers"]):
        return 1
    verdicts = report["verdicts"]
    exercised = verdicts["held"] + verdicts["violated"]
    return 0 if exercised and not verdicts["error"] and report["complete"] and is_enough(report) else 2


def is_enough(report: Report) -> bool:
    """False where more was left out than the run allows."""
    return "exercise" not in report or report["exercise"]["enough"]


def target(report: Report) -> str:
    """What the target is called in a sentence."""
    return "The embedded sandbox" if report["embedded"] else report["target"]


def conclusion(report: Report) -> str:
    """The conclusion in one sentence."""
    wrong, verdicts = len(violations(report)), report["verdicts"]
    clauses = {clause["id"]: clause for clause in report["clauses"]}
    failing = [waiver for waiver in report["waivers"] if waiver["state"] in FAILING]
    if wrong:
        broken_off = "" if report["complete"] else f"; incomplete: {report['stopped']}"
        found = sum(decides(report, clauses[cause["clause"]]) for cause in causes_of(report))
        of_one = f" ({plural(found, 'cause')})" if found < wrong else ""
        broken = f"{target(report)} breaks {plural(wrong, 'clause')} of the contract{of_one}"
        return f"{broken}; {exercised(report)}{broken_off}."
    if failing:
        return f"No violation that isn't waived, but {plural(len(failing), 'waiver')} must go or be renewed."
    if not report["complete"]:
        return f"Incomplete: {report['stopped']}; {exercised(report)}."
    if verdicts["error"]:
        return f"{plural(verdicts['error'], 'clause')} could not be judged for an error; {exercised(report)}."
    if not verdicts["held"] and not verdicts["violated"]:
        return f"Nothing could be exercised on {report['target']}."
    if not is_enough(report):
        return f"Inconclusive: {missing(report)}; {exercised(report)}."
    excused = f" but for {plural(len(waived(report)), 'waived violation')}" if waived(report) else ""
    held = f"{verdicts['held']:,} of {selected(report):,} selected clauses exercised and held"
    return f"{target(report)} conforms{excused}, as far as its data could tell: {held}."


def causes_of(report: Report) -> list[Cause]:
    """The causes of the violations, also of a report of an earlier version."""
    found = report.get("causes")
    return causes.causes(report["clauses"], strict=report["strict"]) if found is None else found


def missing(report: Report) -> str:
    """What was left out of what could have been exercised, and why."""
    gaps = set(report["exercise"]["gaps"]) if "exercise" in report else set()
    left_out = [clause for clause in report["clauses"] if clause["id"] in gaps]
    before = sum(clause.get("reason_code") not in RESTING for clause in left_out)
    resting = len(left_out) - before
    why = [f"{resting:,} rest on what is broken"] if resting else []
    why += [f"{before:,} were exercised in an earlier run"] if before else []
    required = report["settings"].get("require_exercised", 0)
    return (
        f"{plural(len(left_out), 'clause')} of {selected(report):,} could not be exercised ({', '.join(why)}), "
        f"and --require-exercised is {required:g} %"
    )


def selected(report: Report) -> int:
    """How many clauses the run was to try."""
    return sum(is_selected(clause) for clause in report["clauses"])


def exercised(report: Report) -> str:
    """How much of what was selected was really exercised."""
    verdicts = report["verdicts"]
    told = verdicts["held"] + verdicts["violated"]
    return f"{told:,} of {selected(report):,} selected clauses were exercised"


def counts(report: Report) -> str:
    """The verdicts in numbers."""
    verdicts = report["verdicts"]
    hints = len(advice(report))
    parts = [
        f"{verdicts['held']} held",
        f"{verdicts['violated']} violated" + (f" ({hints} inferred: advice)" if hints else ""),
        f"{verdicts['not-exercised']} not exercised",
        f"{verdicts['skipped']} skipped",
        plural(verdicts["error"], "error"),
    ]
    if waived(report):
        parts.insert(2, f"{len(waived(report))} of them waived")
    return ", ".join(parts) + f"; {plural(report['requests']['total'], 'request')}"


def plural(number: int, noun: str) -> str:
    """A number with its noun: 1 clause, 2 clauses."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
