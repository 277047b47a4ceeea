"""The traces of writes of one row: what was sent, and what was shown after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.scenarios.trace import NotReached
from conformance.transport.exchange import Exchange
from conformance.writing.one_row import Look, Written
from spec import Operation
from spec.model import JSON


@dataclass(frozen=True)
class State:
    """A write, and the row after it."""

    write: Written
    after: Look

    @property
    def row(self) -> Mapping[str, Any]:
        """The row after the write; empty where none is shown."""
        return self.after.row or {}

    @property
    def chain(self) -> tuple[Any, ...]:
        """The exchanges that show it."""
        return (self.write.exchange, *self.after.chain)


@dataclass(frozen=True)
class ListTrace:
    """What became of a list of rows that was sent in one request."""

    exchange: Exchange
    sent: tuple[Mapping[str, JSON], ...]
    answered: tuple[Mapping[str, Any], ...]
    """The rows of the answer, in its order."""
    shown: tuple[Look, ...]
    """Each of them as it is shown afterwards."""


@dataclass(frozen=True)
class CreateTrace:
    """What became of rows that were created."""

    operation: Operation
    first: State
    listed: Look
    """The first row in the list."""
    second: State
    """Another row."""
    first_later: Look
    """The first row after the second was created."""
    bare: State | NotReached
    """A row of required fields only."""
    together: ListTrace | NotReached
    """Several rows in one list."""
    known_key: State | NotReached
    """The answer to a row with the key of the first, and the first row after it."""


@dataclass(frozen=True)
class UpdateTrace:
    """What became of a row that was updated."""

    operation: Operation
    created: State
    change: State
    """Every field has another value."""
    other: tuple[Look, Look]
    """Another row before and after the change."""
    twice: State | NotReached
    """The same request again."""
    part: State | NotReached
    """A PATCH of one field, or a PUT of the required ones."""
    nulls: Mapping[str, State]
    """By the field that was set to null."""
    unknown: State | NotReached
    """A key that no row has, and what is shown of it after."""
    matched: MatchTrace | NotReached
    defaults: Mapping[str, JSON]
    """What a field gets that is cleared, by the document."""


@dataclass(frozen=True)
class RemoveTrace:
    """What became of a row that was removed."""

    operation: Operation
    created: State
    removal: State
    listed: Look
    """The removed row in the list."""
    other: tuple[Look, Look]
    """Another row before and after."""
    again: State
    """The same request again."""
    matched: MatchTrace | NotReached


@dataclass(frozen=True)
class MatchTrace:
    """What became of writes with If-Match: of an earlier state, then of the row's own."""

    before: Look
    stale: State
    fresh: State


OneRowTrace = CreateTrace | UpdateTrace | RemoveTrace
