"""Only what the reader accepts: findings that it refuses are left out, with its reason.

The findings are applied to a copy of the document in which each has a line of its own. So a problem's line says
which finding it concerns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from spec import overlay, reader, vocabulary
from spec.importing.findings import Finding, Unrecognised
from spec.model import Location
from spec.problems import Problem
from spec.source import Source

_FILE = "\0findings"
"""No file has this name."""


@dataclass(frozen=True)
class Sound:
    """Findings that the reader accepts, and what became of the others."""

    findings: tuple[Finding, ...]
    refused: tuple[Unrecognised, ...]


def sound(source: Source, findings: Sequence[Finding], problems: Iterable[Problem]) -> Sound:
    """The findings without those that the reader refuses. A refused one takes its group and its followers along.

    `problems` are those that the reader has with the document as it stands.
    """
    known = {_identity(problem) for problem in problems}
    left, refused = _without_unknown_words(source, findings)
    while True:
        new = [p for p in _problems(source, left) if _identity(p) not in known]
        reasons: dict[int, str] = {}
        for index, why in _reasons(left, new):
            reasons.setdefault(index, why)
        if not reasons:
            return Sound(tuple(_with_a_list(left)), tuple(refused))
        left, gone = _without(left, reasons)
        refused += [
            Unrecognised(finding.pointer, source.where(finding.pointer), finding.subject, why) for finding, why in gone
        ]


def _with_a_list(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings without the parts of pages whose list was refused."""
    needed = {group for finding in findings for group in finding.needs}
    return (each for each in findings if not each.of_pages or each.group in needed)


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
                    reasons[index] = f"the vocabulary has no word for it: {wrong}"
    left, gone = _without(kept, reasons)
    return left, [
        Unrecognised(finding.pointer, source.where(finding.pointer), finding.subject, why) for finding, why in gone
    ]


def _problems(source: Source, findings: Sequence[Finding]) -> list[Problem]:
    """The reader's problems with the document as the findings describe it."""
    work = overlay.Work(source)
    # A parameter that goes changes the places of those behind it, so its finding comes last.
    for index, finding in sorted(enumerate(findings), key=lambda each: "parameters" in each[1].update):
        for member in finding.replaces:
            work.remove(f"{finding.pointer}/{member}")
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
        if "/x-" in problem.pointer:
            continue  # it is the author's own, or a person's in the Overlay
        # It is at an element of the document: what is said of the operation's pages has caused it, else all.
        for operation in dict.fromkeys(map(_operation, (problem.pointer, *problem.operations))):
            concerned = by_operation.pop(operation, ())  # the first problem often causes the others
            pages = [index for index in concerned if findings[index].of_pages]
            yield from ((index, problem.message) for index in pages or concerned)


def _operation(pointer: str) -> str:
    """The pointer of the operation that an element belongs to; of anything else, its own."""
    inside = re.match(r"(/paths/[^/]+/(?:get|put|post|delete|patch))(/|$)", pointer)
    return inside[1] if inside else pointer


def _without(
    findings: Sequence[Finding], reasons: Mapping[int, str]
) -> tuple[list[Finding], list[tuple[Finding, str]]]:
    """What is left without some findings, their groups, and whatever needs one of these groups.

    A group that is lost is told of once, with the number of those that it takes along.
    """
    lost: dict[str, str] = {}
    for index, why in reasons.items():
        lost.setdefault(findings[index].group, why)
    taken: dict[str, str] = {}
    gone, before = set(lost), -1
    while len(gone) > before:
        before = len(gone)
        for finding in findings:
            needed = next((group for group in finding.needs if group in gone), None)
            if needed is not None and finding.group not in gone:
                taken[finding.group] = taken.get(needed, needed)
        gone.update(taken)
    left = [finding for finding in findings if finding.group not in gone]
    first = {finding.group: finding for finding in reversed(findings)}
    followers = Counter(taken.values())
    return left, [(first[group], why + _along(followers[group])) for group, why in lost.items()]


def _along(followers: int) -> str:
    return f", which {followers} other{'s' if followers > 1 else ''} need" if followers else ""
