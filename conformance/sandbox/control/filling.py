"""Fills in the fields that rows leave out, so that a test names only the fields that it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.sandbox import catalog
from conformance.sandbox.store import Row
from conformance.sandbox.tables import PartShape, Shape
from spec import Contract
from spec.model import JSON

_SEED = 1
_TRIED = 8
"""So many made-up rows are looked at for an entry of each part."""


def fill(contract: Contract, shape: Shape, required: Sequence[str], rows: Sequence[Any]) -> list[Any]:
    """The rows with the required fields that they lack, and their entries too; never a key. Others stay as they are."""
    key = shape.key.name
    entries = _entries(contract, shape)
    filled: list[Any] = []
    for row, other in zip(rows, catalog.generate(contract, shape, len(rows), _SEED), strict=True):
        if not isinstance(row, Mapping):
            filled.append(row)
            continue
        blank: Row = {name: [] for name in shape.parts}
        lacking = {name: blank.get(name, other.get(name)) for name in required if name not in row and name != key}
        parts = {name: _completed(part, entries[name], row[name]) for name, part in shape.parts.items() if name in row}
        filled.append({**row, **lacking, **parts})
    return filled


def _entries(contract: Contract, shape: Shape) -> Mapping[str, Row]:
    """A made-up entry of each part."""
    made_up = list(catalog.generate(contract, shape, _TRIED, _SEED))
    return {name: next((row[name][0] for row in made_up if row[name]), {}) for name in shape.parts}


def _completed(part: PartShape, made_up: Row, entries: JSON) -> JSON:
    if not isinstance(entries, list):
        return entries
    names = [f.name for f in part.fields if f.required and f.name != part.key.name and f.name in made_up]
    return [
        {**{name: made_up[name] for name in names}, **entry} if isinstance(entry, Mapping) else entry
        for entry in entries
    ]
