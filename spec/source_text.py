"""Limits that YAML and JSON share: on numbers, size and nesting."""

from __future__ import annotations

import math

MAX_NODES = 3_000_000
"""A document with more values is refused: a few aliases of aliases could otherwise fill the memory."""

MAX_DEPTH = 200
"""Deeper nesting is refused: no document needs it, and recursive code stays safe."""

_MAX_DIGITS = 400


def is_number(text: str) -> bool:
    """False for a decimal number beyond a double: other tools would read a different number."""
    return len(text) <= _MAX_DIGITS and not math.isinf(float(text))
