"""Bounds on what a server sends: the work on one value never grows faster than the value, and stays small.

A server may send a text of a megabyte or a row with ten thousand attributes. Such values are read and reported, but
no value to send is made of them, and no mutant is tried on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

LONGEST_PICKED = 400
"""Characters of a text that a value to send may be made of; a URL has room for little more."""

LONGEST_COMPARED = 50_000
"""Characters of a text that a lookup is decided on."""

MOST_MEMBERS = 100
"""Members of an object, or entries of a list, that are looked at."""


def bounded(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row without its over-long texts: they become null. Of large objects and lists the first members are kept."""
    return {name: _bounded(value) for name, value in islice(row.items(), MOST_MEMBERS)}


def _bounded(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST_PICKED else None
    if isinstance(value, Mapping):
        return {key: _member(member) for key, member in islice(value.items(), MOST_MEMBERS) if len(key) <= 200}
    return [_member(member) for member in value[:MOST_MEMBERS]] if isinstance(value, list) else value


def _member(value: Any) -> Any:
    """What stands in an object or a list: short texts, and what is no text."""
    return None if isinstance(value, str) and len(value) > LONGEST_PICKED else value
