"""Findings as an Overlay's actions, and the text of both in YAML."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from spec import overlay
from spec.importing.findings import Finding
from spec.model import JSON
from spec.source import Source

_PLAIN = re.compile(r"[A-Za-z][\w ,.()'/-]*[\w.)]|[A-Za-z]")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True)
class Action:
    """One action of an Overlay."""

    target: str
    update: Mapping[str, JSON] | None
    """None where the action removes its target."""
    heading: str = ""
    """The operation that it stands under, as a comment; empty for the document."""

    @cached_property
    def slots(self) -> tuple[str, ...]:
        """The members that it sets, each by a name of its own. Two actions for the same member share it."""
        if self.update is None:
            return (f"{self.target} removed",)
        return tuple(f"{self.target} {name}" for name in _members(self.update))

    @cached_property
    def digest(self) -> str:
        """A short name for all that it says."""
        said = {"target": self.target, "update": self.update}
        return short(json.dumps(said, sort_keys=True, ensure_ascii=False))

    def lines(self) -> Iterator[str]:
        """The action in YAML."""
        yield f"  - target: {scalar(self.target)}"
        if self.update is None:
            yield "    remove: true"
        else:
            yield "    update:"
            yield from block(self.update, 6)


def short(text: str) -> str:
    """Eight digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def actions(source: Source, findings: Iterable[Finding]) -> Iterator[Action]:
    """The actions that carry out findings, those that remove something first."""
    for finding in findings:
        target = overlay.of_pointer(source.data, finding.pointer)
        heading = "" if not finding.pointer else " ".join(finding.subject.split(" ")[:2])
        for member in finding.replaces:
            yield Action(overlay.of_pointer(source.data, f"{finding.pointer}/{member}"), None, heading)
        yield Action(target, finding.update, heading)


def _members(update: Mapping[str, JSON]) -> Iterator[str]:
    for key, value in update.items():
        if key in ("x-collections", "links") and isinstance(value, Mapping):
            yield from (f"{key} {name}" for name in value)
        else:
            yield key


def block(value: Mapping[str, JSON], indent: int) -> Iterator[str]:
    """An object in YAML's block style; what is short and flat stands in one line."""
    for key, each in value.items():
        begin = f"{' ' * indent}{scalar(key)}:"
        if isinstance(each, Mapping) and each and not _short(each):
            yield begin
            yield from block(each, indent + 2)
        else:
            yield f"{begin} {flow(each)}"


def _short(value: Mapping[str, JSON]) -> bool:
    flat = all(not isinstance(each, Mapping) for each in value.values())
    return flat and len(flow(value)) < 90 and (len(value) > 1 or "inferred" in value)


def flow(value: JSON) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: JSON) -> str:
    """A text, number or constant; a text in quotes wherever YAML could take it for something else."""
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS and "," not in value
    return value if plain else json.dumps(value, ensure_ascii=False)
