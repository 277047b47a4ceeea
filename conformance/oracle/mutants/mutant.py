"""What a mutant is: a name, and the rows that a server with that mistake would show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spec import Filter

Row = Mapping[str, Any]
Reading = Callable[[Any, str], bool | None]
"""(a row's value, the operand) to whether the row is shown."""


def _always(operand: str) -> bool:
    return True


@dataclass(frozen=True)
class Mutant:
    """A misreading: its name, and which rows a server with it would show."""

    name: str
    shows: Callable[[Row, str, str | None], bool]
    """(row, operand, free key) to whether the row is shown."""
    differs: Callable[[str], bool] = _always
    """Whether an operand can matter at all: a change that leaves it as it is can't."""
    reads: Callable[[Row, str | None], object] = lambda row, key: None
    """(row, free key) to what it looks at beside the value that the filter compares: where that is the same too, it
    answers the same."""


def value_of(filter: Filter, row: Row, key: str | None) -> Any:
    """What the filter compares in a row; None when it isn't there."""
    value = row.get(filter.field)
    if filter.free_key:
        return value.get(key) if isinstance(value, Mapping) else None
    return value


def reading(filter: Filter, name: str, decide: Reading, differs: Callable[[str], bool] = _always) -> Mutant:
    """A mutant that compares the right value in a wrong way."""

    def shows(row: Row, operand: str, key: str | None) -> bool:
        value = value_of(filter, row, key)
        return value is not None and bool(decide(value, operand))

    return Mutant(name, shows, differs)
