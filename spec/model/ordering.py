"""What a query parameter sorts the rows by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from spec.model.origin import JSON, Location, Provenance

FIELD = "{field}"
"""Stands for a field's name in a template."""


@dataclass(frozen=True)
class Direction:
    """A parameter of its own that carries the direction."""

    parameter: str
    ascending: str
    descending: str


@dataclass(frozen=True)
class Ordering:
    """A query parameter that sorts (x-ordering)."""

    parameter: str
    fields: Mapping[str, str]
    """The field of the rows by its name in the query."""
    schemas: Mapping[str, Mapping[str, JSON]]
    """The schema of each field, by the same names."""
    nested: frozenset[str]
    """The fields that are a way through objects, with dots between their names."""
    open: bool
    """True where the document doesn't say by which fields: these are all that have an order."""
    ascending: str
    descending: str | None
    """The value that sorts by a field, with FIELD for its name; None where the order can't be turned round."""
    direction: Direction | None
    allowed: tuple[str, ...] | None
    """The values that the parameter's schema lists; None where it lists none."""
    several: bool
    """True when rows that are equal in one field can be sorted by a further one."""
    delimiter: str | None
    """What stands between several keys; None where each is a pair of its own, or there is only one."""
    unknown: Literal["refused", "ignored"] | None
    """What becomes of a name that no field has; None where the document doesn't say it."""
    default: str | None
    """The declared default, as it would be sent."""
    provenance: Provenance
    location: Location


@dataclass(frozen=True)
class SortKey:
    """One field that an ordering sorts by, in one direction."""

    ordering: Ordering = field(compare=False, repr=False)
    name: str
    descending: bool = False

    @property
    def sorts(self) -> str:
        """The field of the rows."""
        return self.ordering.fields[self.name]

    @property
    def path(self) -> tuple[str, ...]:
        """The way to the field from the row; most often its name alone."""
        return tuple(self.sorts.split(".")) if self.sorts in self.ordering.nested else (self.sorts,)

    @property
    def schema(self) -> Mapping[str, JSON]:
        """The schema of the field's values."""
        return self.ordering.schemas[self.name]

    @property
    def value(self) -> str | None:
        """The value that asks for it; None where there is none."""
        template = (
            self.ordering.descending if self.descending and not self.ordering.direction else self.ordering.ascending
        )
        value = None if template is None else template.replace(FIELD, self.name)
        allowed = self.ordering.allowed
        return value if allowed is None or value in allowed else None


def keys_of(ordering: Ordering) -> Iterator[SortKey]:
    """Every field in every direction that can be asked for."""
    for name in ordering.fields:
        for descending in (False, True):
            key = SortKey(ordering, name, descending)
            if key.value is not None:
                yield key


def sorted_by(keys: Sequence[SortKey]) -> tuple[tuple[str, str], ...]:
    """The pairs of a query that sorts by these keys, the first one first."""
    ordering = keys[0].ordering
    columns = [(ordering.parameter, [str(key.value) for key in keys])]
    turn = ordering.direction
    if turn:
        columns.append((turn.parameter, [turn.descending if key.descending else turn.ascending for key in keys]))
    if ordering.several and ordering.delimiter is None:
        return tuple((name, value) for name, values in columns for value in values)
    return tuple((name, (ordering.delimiter or ",").join(values)) for name, values in columns)
