"""Regular expressions: decided for those that every database and language reads alike."""

from __future__ import annotations

import re
from functools import lru_cache

PLAIN_PATTERN = re.compile(r"\^?(?:[A-Za-z0-9 _]|\.|\[[A-Za-z0-9]+\][+*]?|[A-Za-z0-9][+*]|\|(?![|$]))+\$?")
"""Letters, digits, spaces, a dot, sets of letters, repetitions, alternatives, and an anchor at either end."""


def found(pattern: str, value: str, *, folds: bool) -> bool | None:
    """Whether a regular expression is found in a text; None where languages read it differently."""
    plain = PLAIN_PATTERN.fullmatch(pattern) and value.isascii() and value.isprintable()
    if not plain or (folds and "i" in (pattern + value).lower()):
        return None
    compiled = _compiled(pattern, folds)
    return compiled is not None and compiled.search(value) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str, folds: bool) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.ASCII | (re.IGNORECASE if folds else 0))
    except re.error:
        return None
