# Copied from the client generator's runtime; not to be edited here.
"""Rows in chunks: checked, and with their identities."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from .batches import Outcome, State
from .body import Body
from .outgoing import Unfit


@dataclass(frozen=True)
class Rows:
    """Rows that are sent together: their places in the input, as they were given, checked, and as JSON data."""

    places: tuple[int, ...]
    given: tuple[Any, ...]
    checked: tuple[Any, ...]
    data: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.places)

    def halves(self) -> tuple[Rows, Rows]:
        """The first and the second half."""
        half = len(self) // 2
        return self.at(range(half)), self.at(range(half, len(self)))

    def at(self, numbers: Collection[int]) -> Rows:
        """Some of them, by their places among these."""
        return Rows(
            tuple(self.places[n] for n in numbers),
            tuple(self.given[n] for n in numbers),
            tuple(self.checked[n] for n in numbers),
            tuple(self.data[n] for n in numbers),
        )

    def without(self, numbers: Collection[int]) -> Rows:
        """The others."""
        return self.at([n for n in range(len(self)) if n not in numbers])

    def all(
        self, state: State, error: str | None, batch: str | None = None, file: str | None = None
    ) -> list[Outcome[Any]]:
        """The same outcome for each."""
        pairs = zip(self.places, self.given, strict=True)
        return [Outcome(place, row, state, batch, error, None, file) for place, row in pairs]


@dataclass(frozen=True)
class Chunk:
    """The unit of the journal: the rows that can be sent, and those that can't."""

    number: int
    rows: Rows
    refused: tuple[Outcome[Any], ...]
    keys: frozenset[tuple[str, ...]]
    """The identities of its rows. Chunks that share one are sent one after the other."""
    digest: str
    """Of its rows and all rows before them, in order."""


def cut(
    body: Body, keys: Sequence[tuple[str, ...]], number: int, first: int, taken: Sequence[Any], before: str
) -> Chunk:
    """The chunk of some rows, the first of which has a place; `before` is the digest of the chunk before."""
    fit: list[tuple[int, Any, Any]] = []
    refused: list[Outcome[Any]] = []
    for place, row in enumerate(taken, first):
        try:
            fit.append((place, row, body.check([row])[0]))
        except Unfit as unfit:
            why = str(unfit).replace("body[0].", "").replace("body[0]", "row")
            refused.append(Outcome(place, row, "failed", None, why))
    places, given, checked = zip(*fit, strict=True) if fit else ((), (), ())
    text = body.json(list(checked))
    rows = Rows(places, given, checked, tuple(from_json(text)))
    digest = hashlib.sha256(b"\0".join((before.encode(), repr((places, len(taken))).encode(), text))).hexdigest()
    return Chunk(number, rows, tuple(refused), _keys(rows, keys), digest)


def _keys(rows: Rows, keys: Sequence[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    """Without keys, all rows might be the same."""
    if not keys:
        return frozenset({()})
    return frozenset((*names, *(str(row.get(name)) for name in names)) for row in rows.data for names in keys)
