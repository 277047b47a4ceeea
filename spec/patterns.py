"""Regular expressions that somebody else wrote: a document's, or a text of a server's that is read as one.

Python's engine may take for ever for some of them, and no other thread runs meanwhile, nor is a signal heard. The
engine here takes a time that is linear in the text. Expressions that it doesn't know, such as those that look ahead,
get a bounded number of steps.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import jsonschema_rs

STEPS = 100_000
"""Of an expression that looks ahead or behind; beyond, it doesn't match."""


@lru_cache(maxsize=4096)
def searching(pattern: str) -> Callable[[str], bool]:
    """A function that tells whether a text has a match of a pattern, as ECMA-262 reads it. Raises ValueError."""
    schema = {"type": "string", "pattern": pattern}
    for engine in (jsonschema_rs.RegexOptions(), jsonschema_rs.FancyRegexOptions(backtrack_limit=STEPS)):
        try:
            validator = jsonschema_rs.Draft202012Validator(schema, pattern_options=engine)
        except (ValueError, jsonschema_rs.ValidationError):
            continue
        return lambda text: validator.is_valid(_whole(text))
    raise ValueError(f"{pattern!r} isn't a regular expression")


def is_match(pattern: str, text: str) -> bool:
    """True where a pattern matches a whole text. Raises ValueError for what isn't a pattern."""
    return searching(f"^(?:{pattern})$")(text)


def literal(text: str) -> str:
    """A pattern that matches a text and nothing else."""
    return "".join(c if c.isalnum() or not c.isascii() else f"\\x{ord(c):02x}" for c in text)


def _whole(text: str) -> str:
    """A text without halves of characters, which can't leave Python."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
