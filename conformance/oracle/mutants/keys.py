"""Mutants of free keys: which key of an object is used, and which values count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from conformance.oracle.lookups import compare, kind_of
from conformance.oracle.many import over
from conformance.oracle.mutants.mutant import Mutant, Reading, Row, reading
from spec import Filter


def key_mutants(filter: Filter) -> Iterator[Mutant]:
    kind = kind_of(filter.schema)

    def attributes(row: Row) -> Mapping[str, Any]:
        found = row.get(filter.field)
        return found if isinstance(found, Mapping) else {}

    def some_of(name: str, picked: Callable[[Row, str | None], list[Any]]) -> Mutant:
        """A mutant that shows a row where one of the picked values satisfies the lookup."""

        def shows(row: Row, operand: str, key: str | None) -> bool:
            return any(bool(compare(filter.lookup, kind, value, operand)) for value in picked(row, key))

        def over_rows(rows: Sequence[Row], key: str | None) -> Callable[[str], Sequence[bool | None]]:
            values = [picked(row, key) for row in rows]
            read = over(filter.lookup, kind, [one for of_row in values for one in of_row])

            def shown(operand: str) -> Sequence[bool | None]:
                truths = iter(read(operand))
                return [any(list(islice(truths, len(of_row)))) for of_row in values]

            return shown

        return Mutant(name, shows, reads=picked, over_rows=over_rows)

    def under(name: str, pick: Callable[[str, str], bool]) -> Mutant:
        return some_of(name, lambda row, key: [v for other, v in attributes(row).items() if pick(other, key or "")])

    def crossed(row: Row, key: str | None) -> list[Any]:
        return list(attributes(row).values()) if key in attributes(row) else []

    def of_type(wanted: type) -> Reading:
        return lambda value, operand: isinstance(value, wanted) and compare(filter.lookup, kind, value, operand)

    yield under("upper and lower case of the key don't count", lambda n, k: n.casefold() == k.casefold())
    yield under("any key may match", lambda n, k: True)
    yield some_of("the key of one entry and the value of another", crossed)
    yield under("a key that begins so may match", lambda n, k: n.startswith(k))
    yield under("only the key's first part counts", lambda n, k: n == k.split("_")[0])
    yield Mutant("having the key is enough", lambda row, operand, key: key in attributes(row))
    yield reading(
        filter, "falsy values never match", lambda v, o: bool(v) and compare(filter.lookup, kind, v, o) is True
    )
    yield reading(filter, "integers never match", of_type(str))
    if filter.lookup in ("exact", "iexact"):
        yield reading(filter, "only integers match", of_type(int))
