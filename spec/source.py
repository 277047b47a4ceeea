"""A file to data with positions: YAML 1.2 or JSON, every problem with its line and column.

Only this module opens a document. `source_yaml` and `source_json` parse the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spec import source_json, source_yaml
from spec.model import JSON, Location
from spec.problems import Problem, refusal, unopened

MAX_BYTES = 32 * 1024 * 1024
"""A larger document is refused: OpenAPI documents are smaller, and parsing it would look like a hang."""

_GIVE = "Give an OpenAPI document, 3.0 or 3.1, in YAML or JSON."


@dataclass(frozen=True)
class Source:
    """A parsed document: its bytes, its data, and the position of each JSON pointer."""

    file: str
    content: bytes
    data: JSON
    locations: dict[str, Location]
    problems: tuple[Problem, ...] = ()
    """What is wrong, and no reason to stop: an Overlay's action without an effect."""

    def where(self, pointer: str) -> Location:
        """The position of a JSON pointer or its nearest ancestor that is written in the file."""
        while pointer and pointer not in self.locations:
            pointer = pointer.rpartition("/")[0]
        return self.locations[pointer]


def read(path: Path | str) -> Source:
    """Read and parse a YAML or JSON file.

    Raises UnopenedError for a file that is missing or can't be opened. Raises SpecError for one that is empty,
    not UTF-8, too large, nested too deeply or not well-formed, and for duplicate keys.
    """
    file = _shown(Path(path))
    try:
        if Path(path).stat().st_size > MAX_BYTES:
            raise refusal(file, f"the file is larger than {MAX_BYTES >> 20} MiB", _GIVE)
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise unopened(file, "there is no such file") from None
    except IsADirectoryError:
        raise unopened(file, "this is a directory, not a file", "Give the document itself.") from None
    except PermissionError:
        raise unopened(file, "you may not read this file", "Check its permissions.") from None
    except OSError as error:
        raise unopened(file, f"the file can't be read: {error.strerror}") from None
    except ValueError as error:  # a path with a NUL in it
        raise unopened(file, f"the file can't be read: {error}") from None
    return parse(content, file)


def parse(content: bytes, file: str) -> Source:
    """Parse the bytes of a YAML or JSON document; `file` is the name to report. Raises SpecError."""
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise refusal(file, "this is a binary file, or text that isn't UTF-8", _GIVE, line)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].rpartition(b"\n")[2].decode("utf-8", "replace")
        line = content.count(b"\n", 0, error.start) + 1
        raise refusal(file, "the file isn't UTF-8", "Save it as UTF-8.", line, len(before) + 1) from None
    if not text.strip():
        raise refusal(file, "the file is empty", _GIVE)
    data, locations = _parse(text, file)
    return Source(file, content, data, locations)


def _parse(text: str, file: str) -> tuple[JSON, dict[str, Location]]:
    """Parse as JSON where the text looks like JSON: it is about twenty times faster, and YAML forbids tabs."""
    if text.lstrip().startswith(("{", "[")) and (file.lower().endswith(".json") or source_json.is_json(text)):
        return source_json.parse(text, file)
    return source_yaml.parse(text, file)


def _shown(path: Path) -> str:
    """The path as a person would type it in the working folder."""
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path
    # A name may hold bytes that aren't UTF-8; it must still be printable.
    return str(shown).encode("utf-8", "replace").decode("utf-8")
