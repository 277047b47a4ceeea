"""Regular expressions: decided for those that every database and language reads alike."""

from __future__ import annotations

import re

from spec.patterns import searching

PLAIN_PATTERN = re.compile(r"\^?(?:[A-Za-z0-9 _]|\.|\[[A-Za-z0-9]+\][+*]?|[A-Za-z0-9][+*]|\|(?![|$]))+\$?")
"""Letters, digits, spaces, a dot, sets of letters, repetitions, alternatives, and an anchor at either end."""


def found(pattern: str, value: str, *, folds: bool) -> bool | None:
    """Whether a regular expression is found in a text; None where languages read it differently."""
    plain = PLAIN_PATTERN.fullmatch(pattern) and value.isascii() and value.isprintable()
    if not plain or (folds and "i" in (pattern + value).lower()):
        return None
    # Of letters without an i, and no others, lower case is what folding means.
    pattern, value = (pattern.lower(), value.lower()) if folds else (pattern, value)
    try:
        return searching(pattern)(value)
    except ValueError:
        return False
