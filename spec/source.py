"""Text to data with positions: YAML 1.2 and JSON, every problem with its line and column.

The only place that parses. Values follow YAML 1.2's core schema (`on` and `no` are strings, a date is a
string), so that a document means the same here as to every OpenAPI tool.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from spec.model import JSON, Location

MAX_BYTES = 32 * 1024 * 1024
"""A larger document is refused: no OpenAPI document is, and parsing it would look like a hang."""

MAX_NODES = 3_000_000
"""The same for values: a few aliases of aliases would otherwise fill the memory."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, what, and what to do about it."""

    location: Location
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" + (f"\n    {self.hint}" if self.hint else "")


class SpecError(Exception):
    """A document that can't be used. `problems` lists everything found, in the document's order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: p.location)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Source:
    """A parsed document: its bytes, its data, and where each JSON pointer stands."""

    file: str
    content: bytes
    data: JSON
    locations: dict[str, Location]


def read(path: Path | str) -> Source:
    """Read and parse a YAML or JSON file.

    Raises SpecError for a file that is missing, empty, not UTF-8, too large or not well-formed, for
    duplicate keys and for keys that aren't strings.
    """
    file = _shown(Path(path))
    start = Location(file, 1, 1)
    try:
        if Path(path).stat().st_size > MAX_BYTES:
            raise _refuse(start, f"the file is larger than {MAX_BYTES >> 20} MiB", "Give an OpenAPI document.")
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise _refuse(start, "there is no such file", "Check the path that you gave.") from None
    except OSError as error:
        raise _refuse(start, f"the file can't be read: {error.strerror}", "Check the path that you gave.") from None
    return parse(content, file)


def parse(content: bytes, file: str) -> Source:
    """Parse the bytes of a YAML or JSON document; `file` is the name to report. Raises SpecError."""
    start = Location(file, 1, 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refuse(Location(file, line, 1), "the file isn't UTF-8", "Save it as UTF-8.") from None
    if text.lstrip().startswith(("{", "[")):
        # JSON may be indented with tabs, which YAML forbids; inside JSON strings a raw tab can't stand.
        text = text.replace("\t", " ")
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise SpecError([_syntax(error, file)]) from None
    except RecursionError:
        raise _refuse(start, "the document is nested too deeply", "Give an OpenAPI document.") from None
    if root is None:
        raise _refuse(start, "the file is empty", "Give an OpenAPI document, 3.0 or 3.1.")
    builder = _Builder(file)
    try:
        data = builder.build(root, "")
    except RecursionError:
        raise _refuse(start, "the document is nested too deeply", "Give an OpenAPI document.") from None
    if builder.problems:
        raise SpecError(builder.problems)
    return Source(file, content, data, builder.locations)


def escape(token: str) -> str:
    """One key as a token of a JSON pointer (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def _shown(path: Path) -> str:
    """The path as a person would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)


def _refuse(location: Location, message: str, hint: str) -> SpecError:
    return SpecError([Problem(location, message, hint)])


def _syntax(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    location = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not well-formed"
    return Problem(location, f"YAML syntax: {what}", "Check indentation, quotes and colons here and on the line above.")


_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, JSON] = {
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _plain(text: str) -> JSON:
    """A plain scalar by YAML 1.2's core schema, without infinities, which JSON lacks."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


class _Builder:
    """Turns YAML nodes into plain data and notes where each pointer stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.locations: dict[str, Location] = {}
        self.problems: list[Problem] = []
        self.open: set[int] = set()

    def at(self, node: Any) -> Location:
        return Location(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def build(self, node: Any, pointer: str) -> JSON:
        self.locations.setdefault(pointer, self.at(node))
        if len(self.locations) > MAX_NODES:
            raise _refuse(self.at(node), f"more than {MAX_NODES:,} values", "Do its aliases multiply? Use $ref.")
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if id(node) in self.open:
            self.problems.append(Problem(self.at(node), "an alias contains itself", "Use $ref for a recursive schema."))
            return None
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.build(child, f"{pointer}/{i}") for i, child in enumerate(node.value)]
            return self.mapping(node, pointer)
        finally:
            self.open.discard(id(node))

    def scalar(self, node: Any) -> JSON:
        if not node.style:
            return _plain(node.value)
        value: str = node.value
        # JSON writes a character outside the BMP as two escapes, which YAML reads one by one.
        if any("\ud800" <= c <= "\udfff" for c in value):
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value

    def mapping(self, node: Any, pointer: str) -> dict[str, JSON]:
        found: dict[str, JSON] = {}
        first: dict[str, Location] = {}
        for key_node, value_node in node.value:
            here = self.at(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(here, "a key must be a plain string", "Quote the key."))
                continue
            key = key_node.value
            if key == "<<" and key_node.style is None:
                self.problems.append(Problem(here, "merge keys (<<) aren't part of YAML 1.2", "Use $ref or allOf."))
                continue
            if key in found:
                self.problems.append(
                    Problem(here, f"the key {key!r} stands twice", f"It first stands at {first[key]}; keep one.")
                )
                continue
            first[key] = here
            child = f"{pointer}/{escape(key)}"
            self.locations[child] = here
            found[key] = self.build(value_node, child)
        return found
