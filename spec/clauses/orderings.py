"""Clauses about sorted lists."""

from __future__ import annotations

from collections.abc import Iterator

from spec.clauses.clause import clause
from spec.model import About, Clause, Operation, SortKey, keys_of


def derive(operation: Operation) -> Iterator[Clause]:
    """The clauses on an operation whose rows can be sorted."""
    ordering = operation.ordering
    if ordering is None:
        return
    name, source, location = ordering.parameter, ordering.provenance, ordering.location

    def of(kind: str, requirement: str, about: About = ordering, named: str = "") -> Clause:
        return clause(operation, f"order.{kind}", requirement, source, location, about=about, named=named)

    if ordering.open:
        yield of("same-rows", f"With {name} a list shows the same rows as without it.")
        return
    directions = {(key.name, key.descending) for key in keys_of(ordering)}
    for each, field in ordering.fields.items():
        ways = [way for way, down in (("up", False), ("down", True)) if (each, down) in directions]
        stand = f"Sorted by {each}, rows stand in the order of {field}, {' and '.join(ways)}."
        yield of("sorted", stand, SortKey(ordering, each), each)
    yield of("same-rows", f"With {name} a list shows the same rows as without it.")
    if operation.pagination:
        yield of("pages", "The pages of a sorted list show every row once, and go on in its order.")
    if operation.filters:
        yield of("filtered", "A filtered list is sorted as well, and shows the rows that satisfy the filter.")
    if ordering.several and len(ordering.fields) > 1:
        yield of("keys", "Rows that are equal in one field are sorted by the next one.")
    if ordering.default is not None:
        yield of("default", f"Without {name} the answer is that of {name}={ordering.default}.")
    if ordering.unknown:
        become = "is answered 4xx" if ordering.unknown == "refused" else "leaves the rows as they are without it"
        yield of("unknown", f"A value of {name} that names no field {become}.")
