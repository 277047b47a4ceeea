"""Bounds on values that a server sends: the work on one value stays small, however large it is.

A server may send a text of a megabyte or a row with ten thousand attributes. Such values are read and reported.
But no value to send is made of them, and no mutant is tried on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

LONGEST_PICKED = 400
"""Characters of a text that a value to send may use; a URL has room for little more."""

LONGEST_COMPARED = 50_000
"""Characters of a text on which a lookup is evaluated."""

MOST_MEMBERS = 100
"""Members of an object, or entries of a list, that are used."""


def bounded(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row whose over-long texts are null. Large objects and lists keep their first members."""
    return {name: _bounded(value) for name, value in islice(row.items(), MOST_MEMBERS)}


def _bounded(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST_PICKED else None
    if isinstance(value, Mapping):
        return {key: _member(member) for key, member in islice(value.items(), MOST_MEMBERS) if len(key) <= 200}
    return [_member(member) for member in value[:MOST_MEMBERS]] if isinstance(value, list) else value


def _member(value: Any) -> Any:
    """The members of an object or list: short texts, and values that aren't texts."""
    return None if isinstance(value, str) and len(value) > LONGEST_PICKED else value
