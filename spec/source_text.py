"""What YAML and JSON share: numbers, and how much of either is taken."""

from __future__ import annotations

import math

MAX_NODES = 3_000_000
"""More values than that are refused: a few aliases of aliases would otherwise fill the memory."""

MAX_DEPTH = 200
"""Deeper nesting is refused: no document needs it, and whoever walks one can do so without fear."""

_MAX_DIGITS = 400


def is_number(text: str) -> bool:
    """False for a decimal number that no double holds: other tools would read another one."""
    return len(text) <= _MAX_DIGITS and not math.isinf(float(text))
