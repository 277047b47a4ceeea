"""Only what the reader accepts: findings that it refuses are left out, with its reason.

The findings are applied to a copy of the document in which each has a line of its own. So a problem's line says
which finding it concerns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from spec import overlay, reader, vocabulary
from spec.importing.findings import Finding, Unrecognised
from spec.model import Location
from spec.pointers import escape
from spec.problems import Problem
from spec.source import Source

_FILE = "\0findings"
"""No file has this name."""


@dataclass(frozen=True)
class Sound:
    """Findings that the reader accepts, and what became of the others."""

    findings: tuple[Finding, ...]
    refused: tuple[Unrecognised, ...]


def sound(source: Source, findings: Sequence[Finding]) -> Sound:
    """The findings without those that the reader refuses. A refused one takes its group and its followers along."""
    known = {_identity(problem) for problem in reader.attempt(source)[1]}
    left, refused = _without_unknown_words(source, findings)
    while True:
        problems = [p for p in _problems(source, left) if _identity(p) not in known]
        reasons = dict(_reasons(left, problems))
        if not reasons:
            return Sound(tuple(left), tuple(refused))
        left, gone = _without(left, reasons)
        refused += [Unrecognised(source.where(finding.pointer), finding.subject, why) for finding, why in gone]


def _identity(problem: Problem) -> tuple[str, str]:
    return problem.pointer, problem.message


def _without_unknown_words(source: Source, findings: Iterable[Finding]) -> tuple[list[Finding], list[Unrecognised]]:
    """The findings that the vocabulary has words for."""
    reasons: dict[int, str] = {}
    kept = list(findings)
    for index, finding in enumerate(kept):
        for name, value in finding.update.items():
            if name.startswith("x-"):
                wrong = vocabulary.refusal(name, value)
                if wrong:
                    reasons[index] = f"the vocabulary has no words for it: {wrong}"
    left, gone = _without(kept, reasons)
    return left, [Unrecognised(source.where(finding.pointer), finding.subject, why) for finding, why in gone]


def _problems(source: Source, findings: Sequence[Finding]) -> list[Problem]:
    """The reader's problems with the document as the findings describe it."""
    work = overlay.Work(source)
    for index, finding in enumerate(findings):
        for member in finding.replaces:
            work.remove(f"{finding.pointer}/{escape(member)}")
        work.merge(finding.pointer, finding.update, _line(index))
    return reader.attempt(replace(source, data=work.data, locations=work.locations))[1]


def _line(index: int) -> Callable[[str], Location]:
    """The line of a finding, whatever is asked of its inside."""
    here = Location(_FILE, index + 1, 1)
    return lambda _: here


def _reasons(findings: Sequence[Finding], problems: Iterable[Problem]) -> Iterator[tuple[int, str]]:
    """Which findings the problems concern, by their index, each with the reader's words."""
    by_operation: dict[str, list[int]] = {}
    for index, finding in enumerate(findings):
        operation = _operation(finding.pointer)
        by_operation.setdefault(operation, []).append(index)
    for problem in problems:
        if problem.location.file == _FILE:
            yield problem.location.line - 1, problem.message
            continue
        # The problem is at an element of the document: all that is said of its operation has caused it.
        concerned = [problem.pointer, *problem.operations]
        for operation in dict.fromkeys(_operation(pointer) for pointer in concerned):
            yield from ((index, problem.message) for index in by_operation.get(operation, ()))


def _operation(pointer: str) -> str:
    """The pointer of the operation that an element belongs to; of anything else, its own."""
    inside = re.match(r"(/paths/[^/]+/(?:get|put|post|delete|patch))(/|$)", pointer)
    return inside[1] if inside else pointer


def _without(findings: Sequence[Finding], reasons: dict[int, str]) -> tuple[list[Finding], list[tuple[Finding, str]]]:
    """What is left without some findings, their groups, and whatever needs one of these groups."""
    lost = {findings[index].group: why for index, why in reasons.items()}
    while True:
        more = {f.group: why for f in findings for group, why in list(lost.items()) if group in f.needs}
        if not more.keys() - lost.keys():
            break
        lost |= {group: why for group, why in more.items() if group not in lost}
    left, gone, told = [], [], set()
    for finding in findings:
        if finding.group not in lost:
            left.append(finding)
        elif finding.group not in told:
            told.add(finding.group)
            gone.append((finding, lost[finding.group]))
    return left, gone
