"""Mutants that use the wrong column, that show one row only, or that demand a row for every value of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import zip_longest

from conformance.oracle.lookups import compare, kind_of, meaning
from conformance.oracle.many import over
from conformance.oracle.mutants.mutant import Mutant, Row, value_of, values_of
from conformance.oracle.operands import listed, separator
from spec import Filter
from spec.lookups import LOOKUPS


def other_column(filter: Filter, name: str, *, too: bool = False) -> Mutant:
    """A mutant that compares another column than the right one, or both."""
    kind, between = kind_of(filter.schema), separator(filter)

    def shows(row: Row, operand: str, key: str | None) -> bool:
        columns = (row.get(name), value_of(filter, row, key)) if too else (row.get(name),)
        return any(compare(filter.lookup, kind, value, operand, between) for value in columns)

    def over_rows(rows: Sequence[Row], key: str | None) -> Callable[[str], Sequence[bool | None]]:
        other = over(filter.lookup, kind, [row.get(name) for row in rows], between)
        right = over(filter.lookup, kind, [value_of(filter, row, key) for row in rows] if too else [], between)
        return lambda operand: [any(pair) for pair in zip_longest(other(operand), right(operand))]

    title = f"looks at {name} too" if too else f"looks at {name}"
    return Mutant(title, shows, reads=lambda row, key: row.get(name), over_rows=over_rows)


def first_only(filter: Filter, rows: Sequence[Row]) -> Mutant:
    """A mutant that shows one row where several are right, like a server that drops duplicates."""

    @lru_cache(maxsize=256)
    def first(operand: str, key: str | None) -> int | None:
        right = meaning(filter, operand, key)
        return next((id(row) for row in rows if right(row) is True), None)

    return Mutant(
        "only the first match is shown",
        lambda row, operand, key: id(row) == first(operand, key),
        reads=lambda row, key: id(row),
    )


def all_or_none(filter: Filter, rows: Sequence[Row]) -> tuple[Mutant, ...]:
    """A mutant that shows nothing if some value of a list is in no row; none for filters without a list."""
    kind = kind_of(filter.schema)

    def known(part: str, key: str | None) -> bool:
        return any(compare("exact", kind, one, part) for row in rows for one in values_of(filter, row, key))

    @lru_cache(maxsize=256)
    def all_known(operand: str, key: str | None) -> bool:
        return all(known(part, key) for part in listed(filter, operand))

    def shows(row: Row, operand: str, key: str | None) -> bool:
        return all_known(operand, key) and meaning(filter, operand, key)(row) is True

    name, listing = "nothing is found with a value that no row has", LOOKUPS[filter.lookup].operand == "list"
    return (Mutant(name, shows, lambda operand: separator(filter) in operand),) if listing else ()
