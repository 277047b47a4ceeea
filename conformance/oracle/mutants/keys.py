"""Mutants of free keys: which key of an object is used, and which values count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.oracle.lookups import compare, kind_of
from conformance.oracle.mutants.mutant import Mutant, Reading, Row, reading
from spec import Filter


def key_mutants(filter: Filter) -> Iterator[Mutant]:
    kind = kind_of(filter.schema)

    def attributes(row: Row) -> Mapping[str, Any]:
        found = row.get(filter.field)
        return found if isinstance(found, Mapping) else {}

    def under(name: str, pick: Callable[[str, str], bool]) -> Mutant:
        def picked(row: Row, key: str | None) -> list[Any]:
            return [value for other, value in attributes(row).items() if pick(other, key or "")]

        def shows(row: Row, operand: str, key: str | None) -> bool:
            return any(bool(compare(filter.lookup, kind, value, operand)) for value in picked(row, key))

        return Mutant(name, shows, reads=picked)

    def crossed(row: Row, operand: str, key: str | None) -> bool:
        values = attributes(row).values() if key in attributes(row) else ()
        return any(bool(compare(filter.lookup, kind, value, operand)) for value in values)

    def of_type(wanted: type) -> Reading:
        return lambda value, operand: isinstance(value, wanted) and compare(filter.lookup, kind, value, operand)

    yield under("upper and lower case of the key don't count", lambda n, k: n.casefold() == k.casefold())
    yield under("any key may match", lambda n, k: True)
    yield Mutant("the key of one entry and the value of another", crossed, reads=lambda row, key: attributes(row))
    yield under("a key that begins so may match", lambda n, k: n.startswith(k))
    yield under("only the key's first part counts", lambda n, k: n == k.split("_")[0])
    yield Mutant("having the key is enough", lambda row, operand, key: key in attributes(row))
    yield reading(
        filter, "falsy values never match", lambda v, o: bool(v) and compare(filter.lookup, kind, v, o) is True
    )
    yield reading(filter, "integers never match", of_type(str))
    if filter.lookup in ("exact", "iexact"):
        yield reading(filter, "only integers match", of_type(int))
