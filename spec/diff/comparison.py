"""The comparison of two documents: it returns every change."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from spec import reader, wellformed
from spec.diff import documents
from spec.diff.change import Change, Finding, Spot, merged
from spec.diff.clauses import Clauses, Touched, compare_clauses
from spec.diff.context import Context
from spec.diff.facts import same
from spec.diff.rules import Level, worst
from spec.diff.side import Side
from spec.model import Contract
from spec.problems import Problem, SpecError
from spec.source import Source

_VERSION = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?![\d.])")


@dataclass(frozen=True)
class Document:
    """One of the two documents, in a report."""

    file: str
    title: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Comparison:
    """The differences between two documents, and who is affected."""

    old: Document
    new: Document
    changes: tuple[Change, ...]
    clauses: Clauses | None
    warnings: tuple[Problem, ...]
    """The invalid parts of either document, which were compared as far as they could be read."""

    @property
    def callers(self) -> Level:
        """For whoever calls the API."""
        return worst([change.callers for change in self.changes])

    @property
    def servers(self) -> Level:
        """For whoever implements it."""
        return worst([change.servers for change in self.changes])

    @property
    def names(self) -> Level:
        """For the names in generated code, as far as the document alone decides them."""
        return worst([change.names for change in self.changes])

    @property
    def level(self) -> Level:
        """For callers, by hand or with generated code."""
        return worst([self.callers, self.names])

    @property
    def breaking(self) -> bool:
        """True when a caller that was right by the old document may fail by the new one."""
        return self.level == "major"

    @cached_property
    def next_version(self) -> str:
        """The version that the new document should have, or empty where the old one's isn't semantic."""
        return bumped(self.old.version, self.level)


def bumped(version: str, level: Level) -> str:
    """The next version after a change; before 1.0 a breaking change raises the second number."""
    found = _VERSION.fullmatch(version.strip())
    if found is None:
        return ""
    major, minor, patch = (int(part or 0) for part in found.groups())
    if level == "none":
        return f"{major}.{minor}.{patch}"
    if level == "major" and major:
        return f"{major + 1}.0.0"
    if level == "major" or (level == "minor" and major):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def raised_enough(old: str, new: str, level: Level) -> bool | None:
    """Whether a version was raised as far as a change asks for; None where one of the two isn't semantic."""
    wanted, given = _VERSION.fullmatch(bumped(old, level)), _VERSION.fullmatch(new.strip())
    if wanted is None or given is None:
        return None
    asked, got = ([int(part or 0) for part in found.groups()] for found in (wanted, given))
    return got >= asked


def compare(old: Source, new: Source) -> Comparison:
    """Compare two parsed documents. Raises SpecError when one isn't OpenAPI 3."""
    wrong = [problem for source in (old, new) for problem in _not_openapi(source)]
    if wrong:
        raise SpecError(wrong)
    warnings = [*_invalid(old), *_invalid(new)]
    contracts = _contract(old), _contract(new)
    if same(old.data, new.data):
        changes = []
    else:
        context = Context(Side(old), Side(new))
        changes = merged(_placed(context, documents.compare(context), contracts))
        warnings += [*_unreadable(context.old), *_unreadable(context.new)]
    clauses = compare_clauses(*contracts)
    return Comparison(_document(old), _document(new), tuple(changes), clauses, tuple(dict.fromkeys(warnings)))


def _placed(
    context: Context, findings: list[Finding], contracts: tuple[Contract | None, Contract | None]
) -> Iterator[tuple[Finding, Spot | None, Spot | None, tuple[str, ...]]]:
    touched = Touched(contracts)
    for finding in findings:
        old = Spot(finding.old, context.old.where(finding.old)) if finding.old is not None else None
        new = Spot(finding.new, context.new.where(finding.new)) if finding.new is not None else None
        yield finding, old, new, touched.ids(finding)


def _not_openapi(source: Source) -> Iterator[Problem]:
    problem = reader.not_openapi(source)
    # Versions that the reader doesn't know yet are compared as far as they are known here.
    later = problem is not None and problem.pointer == "/openapi" and str(source.data["openapi"]).startswith("3.")
    if problem is not None and not later:
        yield problem


def _contract(source: Source) -> Contract | None:
    """The contract of a document, None where clauses can't be derived from it."""
    contract, problems = reader.attempt(source)
    return contract if all(problem.harmless for problem in problems) else None


def _invalid(source: Source) -> Iterator[Problem]:
    if re.match(r"3\.[01](\.|$)", str(source.data.get("openapi"))):
        yield from wellformed.problems(source)


def _unreadable(side: Side) -> Iterator[Problem]:
    for pointer, message in side.warnings.items():
        yield Problem(side.where(pointer), message, "The rest is compared.", pointer)


def _document(source: Source) -> Document:
    info = source.data.get("info")
    info = info if isinstance(info, dict) else {}
    digest = hashlib.sha256(source.content).hexdigest()
    return Document(source.file, str(info.get("title", "")), str(info.get("version", "")), digest)


__all__ = ["Comparison", "Document", "bumped", "compare", "raised_enough"]
