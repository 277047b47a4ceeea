"""The indexes that a document implies: one way in for each filter, and one for the order of pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ColumnElement, Index

from conformance.sandbox import lookups
from conformance.sandbox.folded import keep_folds
from conformance.sandbox.lookups import PIECES
from conformance.sandbox.values import Kind
from spec import Collection, Contract, Filter

_EQUAL = {"exact", "in"}
_RANGES = {"gt", "gte", "lt", "lte", "range"}
_FOLDED = {"iexact", "icontains", "istartswith", "iendswith"}
_PIECES = {"contains", "startswith", "endswith"}


def of_rows(
    contract: Contract, collection: Collection, columns: Mapping[str, Column[Any]], kinds: Mapping[str, Kind]
) -> Iterator[Index]:
    """The indexes of a collection's own table."""
    filters = [f for f in filters_of(contract, collection) if f.field in columns and not (f.free_key or f.several)]
    order = [columns[name] for name in (collection.created, collection.key) if name]
    # Pages of all rows are pages of those that the defaults show.
    shown = by_default(contract, collection, columns)
    yield Index(f"{collection.name}$order", *shown, *order)
    if shown:
        yield Index(f"{collection.name}$all", *order)
        # For rows that are found by their keys, and counted.
        yield Index(f"{collection.name}$shown", *shown, order[-1])
    asked: dict[str, set[str]] = {}
    for filter in filters:
        asked.setdefault(filter.field, set()).add(filter.lookup)
    for field in _searched(contract, collection):
        asked.setdefault(field, set()).add("icontains")
    for field, of in asked.items():
        # Numbers are compared by value, which differs from the order of their texts.
        if kinds[field] in ("text", "uuid", "instant") and columns[field] not in (*shown, *order[:1]):
            name, column = f"{collection.name}.{field}", columns[field]
            yield from _of(name, column, of, kinds[field], shown, is_key=column is order[-1])


def of_orders(
    names: Iterable[str], collection: Collection, columns: Mapping[str, Column[Any]], kinds: Mapping[str, Kind]
) -> Iterator[Index]:
    """The indexes of the fields that an order of a list names, in both directions.

    Equal values stand as they do in the order that isn't asked for, so one index read backwards wouldn't do.
    """
    order = [columns[name] for name in (collection.created, collection.key) if name]
    for name in dict.fromkeys(names):
        if name in columns and name != collection.key:
            value = lookups.comparable(columns[name], kinds[name])
            called = f"{collection.name}.{name}"
            yield _only_on("sqlite", Index(f"{called}$up", value, *order))
            yield _only_on("sqlite", Index(f"{called}$down", value.desc(), *order))
            if kinds[name] != "text":
                # In an ordered index of PostgreSQL no text may be longer than some 2,700 bytes.
                yield _only_on("postgresql", Index(f"{called}$up#", value, *order))
                yield _only_on("postgresql", Index(f"{called}$down#", value.desc().nulls_last(), *order))


def by_default(contract: Contract, collection: Collection, columns: Mapping[str, Column[Any]]) -> list[Column[Any]]:
    """The columns that filters narrow where a request doesn't say anything of them."""
    filters = [f for f in filters_of(contract, collection) if f.field in columns and not (f.free_key or f.several)]
    return [columns[name] for name in dict.fromkeys(f.field for f in filters if f.default is not None)]


def of_keys(
    contract: Contract,
    collection: Collection,
    field: str,
    name: str,
    key: Column[Any],
    text: Column[Any],
    folded: Column[Any] | None,
) -> Iterator[Index]:
    """The indexes of the table of a field's free keys."""
    yield from _equal(f"{name}$key", key, text)
    if folded is not None:
        yield from _equal(f"{name}$folded", key, folded)
    yield from _of_pieces(name, text, _asked_of_keys(contract, collection, field), folded)


def folds_keys(contract: Contract, collection: Collection, field: str) -> bool:
    """True where the texts of a field's free keys are looked for without regard to case."""
    return bool(_folded(_asked_of_keys(contract, collection, field)))


def _asked_of_keys(contract: Contract, collection: Collection, field: str) -> set[str]:
    return {f.lookup for f in filters_of(contract, collection) if f.free_key and f.field == field}


def _of(
    name: str, column: Column[Any], asked: set[str], kind: Kind, before: Sequence[Column[Any]], *, is_key: bool
) -> Iterator[Index]:
    """After the columns that nearly every request narrows, so that rows can be counted without reading them."""
    if kind != "text" or asked & _RANGES:
        if asked & (_EQUAL | _RANGES) and not is_key:
            yield Index(f"{name}$value", *before, column)
    elif asked and not is_key:
        yield from _equal(f"{name}$value", *before, column)
    if kind == "text":
        if _folded(asked):
            yield from _equal(f"{name}$folded", *before, keep_folds(column))
        yield from _of_pieces(name, column, asked, sa.func.fold(column))


def _equal(name: str, *columns: Any) -> Iterator[Index]:
    """To find equal texts. In an ordered index of PostgreSQL no text may be longer than some 2,700 bytes."""
    yield _only_on("sqlite", Index(name, *columns))
    yield _only_on("postgresql", Index(f"{name}#", columns[-1], postgresql_using="hash"))


def _of_pieces(name: str, column: Column[Any], asked: set[str], folded: ColumnElement[Any] | None) -> Iterator[Index]:
    """Pieces are found by trigrams. SQLite has none for tables that aren't made for searching alone."""
    if asked & _PIECES:
        yield _trigrams(f"{name}$pieces", column)
    if folded is not None and {lookup.removeprefix("i") for lookup in _folded(asked)} & _PIECES:
        yield _trigrams(f"{name}$folded-pieces", folded)


def _trigrams(name: str, text: ColumnElement[Any]) -> Index:
    searched = sa.collate(text, PIECES).label("searched")
    index = Index(name, searched, postgresql_using="gin", postgresql_ops={"searched": "gin_trgm_ops"})
    return _only_on("postgresql", index)


def _only_on(dialect: str, index: Index) -> Index:
    index.ddl_if(dialect=dialect)
    return index


def _folded(asked: Iterable[str]) -> set[str]:
    return _FOLDED & {*asked}


def filters_of(contract: Contract, collection: Collection) -> list[Filter]:
    """The filters of all lists of a collection."""
    return [
        filter
        for operation in contract.operations
        if operation.access and operation.access.collection.name == collection.name
        for filter in operation.filters
    ]


def _searched(contract: Contract, collection: Collection) -> Iterator[str]:
    for operation in contract.operations:
        if operation.access and operation.access.collection.name == collection.name:
            for parameter in operation.parameters:
                yield from parameter.search
