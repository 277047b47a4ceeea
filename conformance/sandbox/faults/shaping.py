"""Choices of fields that change more than which fields are shown, or less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from conformance.sandbox.faults.fault import Case, Family, Named, at
from conformance.sandbox.query import Query
from conformance.sandbox.store import Row

Right = Callable[[Query, Row], Row]


def fields(case: Case) -> Iterator[Named]:
    """Named fields that are shown though they mustn't be, or the other way round."""

    def asks(query: Query) -> bool:
        return query.only is not None if case.parameter.fields == "only" else bool(query.without)

    def ignored(right: Right, query: Query, row: Row) -> Row:
        return row if asks(query) else right(query, row)

    def emptied(right: Right, query: Query, row: Row) -> Row:
        return (
            {name: row[name] if name in right(query, row) else None for name in row}
            if asks(query)
            else right(query, row)
        )

    def one_only(right: Right, query: Query, row: Row) -> Row:
        if case.parameter.fields == "only":
            return dict([*right(query, row).items()][:1]) if asks(query) else right(query, row)
        gone = sorted(query.without)[:1]
        return {name: value for name, value in row.items() if name not in gone}

    yield "ignored", "all fields are shown", at(case.operation, "fields", ignored)
    yield "emptied", "fields that mustn't be shown are shown as null", at(case.operation, "fields", emptied)
    yield "one-only", "of several names only the first counts", at(case.operation, "fields", one_only)


FAMILIES: Mapping[str, Family] = {"fields": fields}
