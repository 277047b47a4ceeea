"""Choices of fields that change more than which fields are shown, or less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at
from conformance.sandbox.query import Query
from conformance.sandbox.store import Row
from spec.model import JSON

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


def expands(case: Case) -> Iterator[Named]:
    """Keys that aren't expanded, or to the wrong row."""

    def first_for_all() -> Change:
        seen: dict[str, JSON] = {}

        def wrong(right: Callable[[Row, Row], Row], expanded: Row, plain: Row) -> Row:
            return {
                **expanded,
                **{n: seen.setdefault(n, expanded[n]) for n in case.parameter.expands if expanded.get(n)},
            }

        return at(case.operation, "expanded", wrong)

    def emptied(right: Callable[[Row, Row], Row], expanded: Row, plain: Row) -> Row:
        return {**expanded, **dict.fromkeys(case.parameter.expands)}

    yield "ignored", "the keys are shown", at(case.operation, "expanded", lambda right, expanded, plain: plain)
    yield "null", "null is shown in place of a key", at(case.operation, "expanded", emptied)
    yield "first-for-all", "the row of the first key is shown for all", afresh(first_for_all)


FAMILIES: Mapping[str, Family] = {"fields": fields, "expands": expands}
