"""YAML text to data and positions.

Values follow YAML 1.2's core schema: `on` and `no` are strings, and so is a date. So a document means the same
here as in every OpenAPI tool. Keys are always strings (`200:`). Merge keys (`<<`) are understood: YAML 1.2
dropped them, but most tools kept them.

The code works on the parser's events, one after the other. So no depth of nesting can exhaust the stack, and an
alias shares the value of its anchor instead of copying it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from spec.model import JSON, Location
from spec.pointers import escape
from spec.problems import Problem, SpecError, refusal
from spec.source_text import MAX_DEPTH, MAX_NODES, is_number

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, JSON] = {
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MERGE = object()
"""Stands for the key `<<`, which differs from every string."""


def parse(text: str, file: str) -> tuple[JSON, dict[str, Location]]:
    """The data of a YAML text, and the position of each pointer: a member at its key, an element at its start.

    Values from an alias or a merge key have no position of their own. Raises SpecError for a syntax error,
    duplicate keys, keys that aren't scalars, deep nesting, and aliases that contain themselves or multiply.
    """
    odd = _UNPRINTABLE.search(text)
    if odd:
        line, column = text.count("\n", 0, odd.start()) + 1, odd.start() - text.rfind("\n", 0, odd.start())
        name = f"U+{ord(odd.group()):04X}"
        raise refusal(file, f"the character {name} isn't allowed in YAML", "Take it out, or escape it.", line, column)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise SpecError([*builder.problems, _syntax(error, file)]) from None
    if builder.problems:
        raise SpecError(builder.problems)
    if builder.data is None:
        raise refusal(file, "the file is empty", "Give an OpenAPI document, 3.0 or 3.1, in YAML or JSON.")
    return builder.data, builder.locations


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    location = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
    message = f"YAML syntax: {error.problem or 'not well-formed'}"
    if error.context and error.context_mark and mark and error.context_mark.line != mark.line:
        message += f" ({error.context} that starts in line {error.context_mark.line + 1})"
    if "tab character" in message or "cannot start any token" in message:
        return Problem(location, message, "Indent with spaces, never with tabs; quote a value that begins with @ or `.")
    return Problem(location, message, "Check indentation, quotes and colons here and on the line above.")


@dataclass
class _Open:
    """A collection that is being read."""

    value: Any
    pointer: str
    anchor: str | None
    nodes_before: int
    key: Any = None
    """Of a mapping: the key whose value comes next, None when a key comes next."""
    height: int = 1
    """Levels from here down, as far as read."""


@dataclass(frozen=True)
class _Anchored:
    value: JSON
    nodes: int
    height: int


class _Builder:
    """Builds values from the events, and records the position of each pointer."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.data: JSON = None
        self.locations: dict[str, Location] = {}
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, _Anchored | None] = {}
        self.nodes = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self.scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self.start(event, {} if kind is yaml.MappingStartEvent else [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self.end()
        elif kind is yaml.AliasEvent:
            self.alias(event)
        elif kind is yaml.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                raise self.stop(event, "a second YAML document starts here", "Give each document a file of its own.")

    def at(self, event: Any) -> Location:
        mark = event.start_mark
        return Location(self.file, mark.line + 1, mark.column + 1)

    def stop(self, event: Any, message: str, hint: str) -> SpecError:
        return SpecError([*self.problems, Problem(self.at(event), message, hint)])

    # -- events ------------------------------------------------------------------------------------

    def scalar(self, event: Any) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and top.key is None and type(top.value) is dict:
            self.key(top, event)
            return
        text: str = event.value
        value: JSON = text
        if event.implicit[0]:
            try:
                value = _plain(text)
            except ValueError:
                hint = "Quote it if it is text; else write a number that a double can hold."
                self.problems.append(Problem(self.at(event), "the number is too large", hint))
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(value, 1, 0)
        self.place(event, value)

    def key(self, top: _Open, event: Any) -> None:
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(event.value, 1, 0)
        if event.value == "<<" and event.implicit[0]:
            top.key = _MERGE
            return
        key: str = event.value
        top.key = key
        pointer = f"{top.pointer}/{escape(key)}"
        here = self.at(event)
        if key in top.value:
            hint = f"It first stands at {self.locations[pointer]}; keep one."
            self.problems.append(Problem(here, f"the key {key!r} stands twice", hint, pointer))
        self.locations[pointer] = here

    def start(self, event: Any, value: JSON) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and top.key is None and type(top.value) is dict:
            raise self.stop(event, "a key must be plain text", "Quote it if it is meant as text.")
        if len(self.stack) >= MAX_DEPTH:
            raise self.stop(event, "the document is nested too deeply", f"At most {MAX_DEPTH} levels are read.")
        nodes_before = self.nodes
        pointer = self.place(event, value)
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(value, pointer, event.anchor, nodes_before))

    def end(self) -> None:
        done = self.stack.pop()
        if type(done.value) is dict and _MERGE in done.value:
            self.merge(done)
        if done.anchor:
            self.anchors[done.anchor] = _Anchored(done.value, self.nodes - done.nodes_before, done.height)
        if self.stack:
            self.stack[-1].height = max(self.stack[-1].height, done.height + 1)

    def alias(self, event: Any) -> None:
        top = self.stack[-1] if self.stack else None
        if event.anchor not in self.anchors:
            raise self.stop(event, f"there is no anchor &{event.anchor} before here", "Check the alias's spelling.")
        target = self.anchors[event.anchor]
        if target is None:
            raise self.stop(event, f"the alias *{event.anchor} contains itself", "Use $ref for a recursive schema.")
        if top is not None and top.key is None and type(top.value) is dict:
            raise self.stop(event, "an alias can't be a key", "Write the key itself.")
        if len(self.stack) + target.height > MAX_DEPTH:
            raise self.stop(event, "the document is nested too deeply", f"At most {MAX_DEPTH} levels are read.")
        if top is not None:
            top.height = max(top.height, target.height + 1)
        self.nodes += target.nodes
        self.place(event, target.value)

    # -- values ------------------------------------------------------------------------------------

    def place(self, event: Any, value: JSON) -> str:
        """Put a value into the open collection, and return its pointer."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.stop(event, f"more than {MAX_NODES:,} values", "Do its aliases multiply? Use $ref.")
        if not self.stack:
            self.data = value
            self.locations[""] = self.at(event)
            return ""
        top = self.stack[-1]
        if type(top.value) is list:
            pointer = f"{top.pointer}/{len(top.value)}"
            top.value.append(value)
            self.locations[pointer] = self.at(event)
            return pointer
        key, top.key = top.key, None
        if key is _MERGE:
            top.value.setdefault(_MERGE, []).append((event, value))
            return f"{top.pointer}/<<"
        top.value[key] = value
        return f"{top.pointer}/{escape(key)}"

    def merge(self, done: _Open) -> None:
        """The entries that `<<` merges from one or more mappings; the mapping's own entries win."""
        for event, value in done.value.pop(_MERGE):
            brought = value if isinstance(value, list) else [value]
            if not all(isinstance(mapping, dict) for mapping in brought):
                hint = "Quote it if it is meant as a key; write allOf if it is meant as a schema."
                self.problems.append(Problem(self.at(event), "<< merges mappings, and this is none", hint))
                continue
            for mapping in brought:
                for key, item in mapping.items():
                    done.value.setdefault(key, item)


def _plain(text: str) -> JSON:
    """A plain scalar by YAML 1.2's core schema, without infinities, which JSON lacks.

    Raises ValueError for a number that no double holds.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if text[:2] in ("0o", "0x") and _INT.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        if not is_number(text):
            raise ValueError(text)
        return int(text) if _INT.fullmatch(text) else float(text)
    return text
