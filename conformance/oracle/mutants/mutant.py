"""A mutant: a name, and the rows that a server with that mistake would show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from conformance.oracle.dates import as_compared
from conformance.oracle.lookups import values_at
from spec import Filter

Row = Mapping[str, Any]
Reading = Callable[[Any, str], bool | None]
"""From a row's value and the operand to whether the row is shown."""
Over = Callable[[Sequence[Any]], Callable[[str], Sequence[bool | None]]]
"""A reading of many values at once: what doesn't depend on the operand is worked out only once."""


def _always(operand: str) -> bool:
    return True


@dataclass(frozen=True)
class Mutant:
    """A wrong meaning of a filter: its name, and the rows that it shows."""

    name: str
    shows: Callable[[Row, str, str | None], bool]
    """From (row, operand, free key) to whether the row is shown."""
    differs: Callable[[str], bool] = _always
    """False for an operand to which the mistake makes no difference, because it leaves it unchanged."""
    reads: Callable[[Row, str | None], object] = lambda row, key: None
    """From (row, free key) to what the mutant uses beside the compared value. Rows equal in both give equal results."""
    over: Over | None = None
    """For a mutant that uses the compared value alone: its reading of the values that aren't missing."""
    over_rows: Callable[[Sequence[Row], str | None], Callable[[str], Sequence[bool | None]]] | None = None
    """From (rows, free key) to `shows` for many rows at once, as `over` is for many values."""


def value_of(filter: Filter, row: Row, key: str | None) -> Any:
    """The value that the filter compares in a row; None when it is missing; all of them where there may be several."""
    if filter.several:
        found = values_at(row, filter.path)
        return tuple(as_compared(filter, value) for value in found)
    value = row.get(filter.path[0])
    if filter.free_key:
        return value.get(key) if isinstance(value, Mapping) else None
    for name in filter.path[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return as_compared(filter, value)


def values_of(filter: Filter, row: Row, key: str | None) -> tuple[Any, ...]:
    """The same as a list: one value, unless there may be several."""
    value = value_of(filter, row, key)
    return value if filter.several else (value,)


def reading(
    filter: Filter, name: str, decide: Reading, differs: Callable[[str], bool] = _always, over: Over | None = None
) -> Mutant:
    """A mutant that compares the right value in a wrong way."""

    def shows(row: Row, operand: str, key: str | None) -> bool:
        values = values_of(filter, row, key)
        return any(value is not None and bool(decide(value, operand)) for value in values)

    def one_by_one(values: Sequence[Any]) -> Callable[[str], Sequence[bool | None]]:
        return lambda operand: list(map(decide, values, repeat(operand)))

    return Mutant(name, shows, differs, over=None if filter.several else over or one_by_one)


def between_forms(
    filter: Filter,
    name: str,
    decide: Callable[[Any, Any], bool | None],
    of_value: Callable[[Any], Any],
    of_operand: Callable[[str], Any],
    differs: Callable[[str], bool] = _always,
) -> Mutant:
    """A mutant that changes the value and the operand before it compares them; None can't be compared."""

    def one(value: Any, operand: str) -> bool | None:
        left, right = of_value(value), of_operand(operand)
        return None if left is None or right is None else decide(left, right)

    def over(values: Sequence[Any]) -> Callable[[str], Sequence[bool | None]]:
        forms = list(map(of_value, values))
        readable = None not in forms

        def read(operand: str) -> Sequence[bool | None]:
            wanted = of_operand(operand)
            if wanted is None:
                return [None] * len(forms)
            if readable:
                return list(map(decide, forms, repeat(wanted)))
            return [None if form is None else decide(form, wanted) for form in forms]

        return read

    return reading(filter, name, one, differs, over)
