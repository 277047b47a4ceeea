"""Strings of a server's making, made harmless: whatever they hold, no file and no terminal breaks on them."""

from __future__ import annotations

import json
import re
from typing import Any

LONGEST = 4_000
"""Characters of one text that a report keeps."""

LONGEST_REQUEST = 130_000
"""Characters of one curl line that a report keeps. A shell takes no longer word, so no line that runs is cut."""

_SURROGATES = re.compile("[\ud800-\udfff]")

# Controls but tab and newline, noncharacters, and what turns the direction of the text around it or hides in it.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffc"
    "\ufffe\uffff\U000e0000-\U000e0fff]"
)


def storable(text: str, longest: int = LONGEST) -> str:
    """A text that every JSON reader takes: lone surrogates spelled out, and cut where it is too long."""
    return _SURROGATES.sub(_spelled, cut(text, longest))


def cut(text: str, longest: int) -> str:
    """The beginning of a text, with its length where that isn't all of it."""
    return text if len(text) <= longest else f"{text[:longest]}... ({len(text):,} characters)"


def visible(text: str) -> str:
    """A text in which every character can be seen: controls and marks of direction are spelled out."""
    return _SURROGATES.sub(_spelled, _INVISIBLE.sub(_spelled, text))


def one_line(text: str, longest: int = 300) -> str:
    """A text for one line of a terminal."""
    flat = " ".join(visible(text[: longest * 8].replace("\t", " ").replace("\r", " ")).split())
    return flat if len(flat) <= longest else flat[: longest - 3] + "..."


def as_json(data: Any, indent: int | None = None) -> str:
    """JSON that every reader takes, and that does nothing to the terminal of whoever looks at it."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(data, indent=indent, ensure_ascii=False, separators=separators)
    text = _SURROGATES.sub(lambda found: "\\" + _spelled(found), text)
    return _INVISIBLE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def everywhere(data: Any) -> Any:
    """The same JSON data with every string, names included, made visible."""
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, list):
        return [everywhere(item) for item in data]
    if isinstance(data, dict):
        return {visible(name): everywhere(value) for name, value in data.items()}
    return data


def _spelled(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
