"""Cursors: texts that name a place in a list by the row before it, so that it stays when rows come and go."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from spec.model import JSON

PARAMETER = "cursor"
"""The parameter of a cursor in links, where the document has none for it."""


@dataclass(frozen=True)
class Place:
    """A place in a list."""

    key: JSON
    """The key of the row before it; None at the beginning."""
    start: int
    """How many rows were before it when the cursor was made: what counts once that row is deleted."""


BEGINNING = Place(None, 0)


def token(place: Place) -> str:
    """The cursor of a place."""
    return base64.urlsafe_b64encode(json.dumps([place.key, place.start]).encode()).decode()


def read(text: str) -> Place:
    """The place that a cursor names. Raises ValueError with what `messages.say` needs."""
    try:
        key, start = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        if isinstance(start, int) and start >= 0:
            return Place(key, start)
    except (ValueError, TypeError):
        pass
    raise ValueError("format", "cursor")
