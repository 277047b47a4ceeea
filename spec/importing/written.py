"""The text of an Overlay: a new one, or an earlier one in which everything that a person changed stays.

An Overlay that was imported ends with a record: a short name for each action's members and for all that it said. An
action that the record knows as it stands is the import's own; any other is a person's. One that the record knows and
that is gone was deleted by a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from spec.importing.actions import Action, scalar, short
from spec.problems import Problem, SpecError
from spec.source import Source

RECORD = "x-import"
_COMMENT = "# A record for the next import; without it, everything above counts as written by a person."
_PER_LINE = 6
_HEADING = re.compile(r"\s*# [A-Z]+ /\S*\s*")


@dataclass(frozen=True)
class Earlier:
    """An Overlay of an earlier import."""

    source: Source
    actions: tuple[Action, ...]
    record: Mapping[str, str]
    """A digest of an action's members to one of all that it said."""
    document: str
    """The digest of the document that was saved, where the import fetched one; else empty."""

    def is_own(self, action: Action) -> bool:
        """True if the import wrote an action, and nobody changed it since."""
        return self.record.get(_members(action)) == action.digest

    @cached_property
    def of_a_person(self) -> tuple[Action, ...]:
        """The actions that a person wrote or changed."""
        return tuple(action for action in self.actions if not self.is_own(action))

    def deleted(self, action: Action) -> bool:
        """True if the import wrote such an action, and a person took it out."""
        return _members(action) in self.record and self._slots.isdisjoint(action.slots)

    @cached_property
    def _slots(self) -> frozenset[str]:
        return frozenset(slot for each in self.actions for slot in each.slots)


@dataclass(frozen=True)
class Written:
    """The text of an Overlay, and what was kept in it."""

    text: str
    changed: int
    """Actions that a person wrote or changed."""
    deleted: int
    """Actions that a person took out, and that stay out."""


def earlier(source: Source) -> Earlier:
    """What an earlier import wrote. Raises SpecError for a file in another form than it writes."""
    data = source.data if isinstance(source.data, dict) else {}
    listed = data.get("actions")
    lines = source.content.decode("utf-8-sig").splitlines()
    raw = listed if isinstance(listed, list) else []
    starts = [source.where(f"/actions/{index}").line for index in range(len(raw))]
    whole = all(isinstance(each, dict) and isinstance(each.get("target"), str) for each in raw)
    if "overlay" not in data or not raw or not whole or not all(re.match(r"\s*- ", lines[line - 1]) for line in starts):
        hint = "Name another file with --out, or take this one away."
        message = "this is no Overlay that an import can continue: each action begins a line, with `- target:`"
        raise SpecError([Problem(source.where(""), message, hint)])
    found = tuple(Action(each["target"], None if each.get("remove") else each.get("update", {})) for each in raw)
    record = data.get(RECORD)
    record = record if isinstance(record, dict) else {}
    pairs = re.findall(r"([0-9a-f]{8})([0-9a-f]{8})", str(record.get("written", "")))
    return Earlier(source, found, dict(pairs), str(record.get("document", "")))


def _members(action: Action) -> str:
    return short("\n".join(action.slots))


def fresh(title: str, version: str, extends: str, actions: Sequence[Action], document: str = "") -> Written:
    """The text of a new Overlay."""
    head = [
        "# What the names and schemas of a document seem to mean. Each guess has its reason.",
        "# Correct or delete what is wrong: a later import keeps your changes.",
        "overlay: 1.0.0",
        "info:",
        f"  title: {scalar(f'The meaning of {title}')}",
        f"  version: {scalar(version)}",
        f"extends: {scalar(extends)}",
        "actions:",
    ]
    return Written(_text(head, _with_added([], {0: actions}), [], _record(actions, document)), 0, 0)


def again(
    before: Earlier, extends: str, actions: Sequence[Action], decided: Sequence[Action], document: str = ""
) -> Written:
    """An earlier Overlay's text with what is recognised now; what a person changed stays as it is.

    `decided` are the actions in whose place a person's are, or none: they are only recorded.
    """
    lines = before.source.content.decode("utf-8-sig").splitlines()
    head, texts, tail = _parted(before, lines)
    line = before.source.where("/extends").line - 1
    if before.source.data.get("extends", extends) != extends and line < len(head):
        head[line] = f"extends: {scalar(extends)}"
    by_members = {_members(action): action for action in actions}
    blocks: list[list[str]] = []
    places: dict[str, int] = {}
    for action, text in zip(before.actions, texts, strict=True):
        name = _members(action)
        if not before.is_own(action):
            blocks.append(text)
        elif name in by_members:
            blocks.append(_renewed(action, by_members[name], text))
            places.setdefault(name, len(blocks))
        else:
            blocks.append([each for each in _leading(text) if not _HEADING.fullmatch(each)])
    added: dict[int, list[Action]] = {}
    place = 0
    for action in actions:
        known = places.get(_members(action))
        if known is None:
            added.setdefault(place, []).append(action)
        else:
            place = known
    body = _with_added(blocks, added)
    deleted = sum(before.deleted(action) for action in decided)
    record = _record([*actions, *decided], document)
    return Written(_text(head, body, tail, record), len(before.of_a_person), deleted)


def _parted(before: Earlier, lines: list[str]) -> tuple[list[str], list[list[str]], list[str]]:
    """The lines before the actions, those of each action with the comments above it, and those behind."""
    source = before.source
    top = [*sorted(source.where(f"/{key}").line for key in source.data), len(lines) + 1]
    begin = source.where("/actions").line
    end = next(line for line in top if line > begin) - 1
    starts = [source.where(f"/actions/{index}").line - 1 for index in range(len(before.actions))]
    begins = [begin]
    for previous, start in pairwise(starts):
        above = range(start - 1, previous, -1)
        begins.append(next((line + 1 for line in above if not re.fullmatch(r"\s*(#.*)?", lines[line])), previous + 1))
    gone = range(0)
    if RECORD in source.data:
        first = source.where(f"/{RECORD}").line - 1
        gone = range(first, next(line for line in top if line > first + 1) - 1)
    while end > starts[-1] and re.fullmatch(r"(#.*)?", lines[end - 1]):
        end -= 1
    texts = [lines[a:b] for a, b in zip(begins, [*begins[1:], end], strict=True)]
    tail = [line for index, line in enumerate(lines[end:], end) if index not in gone and line not in ("", _COMMENT)]
    return lines[:begin], texts, tail


def _leading(text: list[str]) -> list[str]:
    """The comments and empty lines above an action."""
    start = next(index for index, line in enumerate(text) if re.match(r"\s*- ", line))
    return text[:start]


def _renewed(old: Action, new: Action, text: list[str]) -> list[str]:
    """An action's text, written again where the import says something else now."""
    return text if old.digest == new.digest else [*_leading(text), *new.lines()]


def _with_added(blocks: Sequence[list[str]], added: Mapping[int, Sequence[Action]]) -> list[str]:
    """The lines of blocks, and of the actions that are new behind so many of them, under their operations' headings."""
    lines: list[str] = []
    above = ""
    for count in range(len(blocks) + 1):
        block = blocks[count - 1] if count else []
        lines += block
        above = next((line for line in reversed(block) if _HEADING.fullmatch(line)), above)
        for action in added.get(count, ()):
            heading = f"  # {action.heading}"
            if action.heading and above != heading:
                lines += ["", heading]
                above = heading
            lines += action.lines()
    return lines


def _record(actions: Iterable[Action], document: str) -> list[str]:
    """What was written, so that a later import knows what a person changed."""
    names = [_members(action) + action.digest for action in actions]
    rows = [" ".join(names[index : index + _PER_LINE]) for index in range(0, len(names), _PER_LINE)]
    saved = [f"  document: {scalar(document)}"] if document else []
    return [
        "",
        _COMMENT,
        f"{RECORD}:",
        *saved,
        "  written: >-",
        *(f"    {row}" for row in rows),
    ]


def _text(head: list[str], body: list[str], tail: list[str], record: list[str]) -> str:
    return "\n".join([*head, *body, *tail, *record]).rstrip("\n") + "\n"
