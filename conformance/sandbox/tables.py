"""The SQL tables of a contract: one for each collection, one for each part, one for each field with free keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, MetaData, Select, Table

from conformance.sandbox import counts, indexes
from conformance.sandbox.columns import Words, column_type, later
from conformance.sandbox.folded import keep_beside
from conformance.sandbox.lookups import as_kept
from conformance.sandbox.values import Kind, kind
from spec import Collection, Contract, Operation, Part, SortKey
from spec.model import JSON, keys_of

# A $ begins no field's column, so these can't meet one.
DUE = "$due"
"""When a row that waits for approval passes the filters' defaults."""
POSITION = "$position"
ROW = "$row"
KEY = "$key"
TEXT = "$text"
VALUE = "$value"
FOLDED = "$folded"
"""The text, upper and lower case taken as equal: the database makes it."""

# The parameters of the statements below.
THIS = "$this"
"""A row's key."""
THESE = "$these"
"""Keys of rows."""
NOW = "$now"
STEP = "$step"
"""How much later the time of a change is at least than the one before, in microseconds."""


@dataclass(frozen=True)
class Field:
    """One field of a row or of an entry, and the column that keeps it."""

    name: str
    kind: Kind
    schema: Mapping[str, JSON]
    required: bool
    nullable: bool
    column: Column[Any]


@dataclass(frozen=True)
class PartShape:
    """The entries of one part of a collection's rows."""

    part: Part
    fields: tuple[Field, ...]
    writable: frozenset[str]
    """The fields that some write sends."""
    key: Field
    table: Table

    @cached_property
    def entries(self) -> Select[Any]:
        """The entries of THESE rows, each with its row's key, in the order in which they were added."""
        owner, position = self.table.c[ROW], self.table.c[POSITION]
        columns = (field.column for field in self.fields)
        return sa.select(owner, *columns).where(owner.in_(sa.bindparam(THESE, expanding=True))).order_by(position)

    @cached_property
    def known(self) -> Select[Any]:
        """The keys of the entries of THESE rows, each with its row's key, as they are kept."""
        owner = self.table.c[ROW]
        keys = (as_kept(owner), as_kept(self.key.column))
        return sa.select(*keys).where(owner.in_(sa.bindparam(THESE, expanding=True)))


@dataclass(frozen=True)
class Reached:
    """The values at the end of a way through objects and lists: one record for each, beside its row's key."""

    path: tuple[str, ...]
    kind: Kind
    owner: Column[Any]
    column: Column[Any]

    @property
    def table(self) -> Table:
        """Where they are kept."""
        return self.column.table


@dataclass(frozen=True)
class Shape:
    """The tables of one collection, and the statements that are needed again and again.

    They are built once, for that takes longer than to execute them.
    """

    collection: Collection
    order: tuple[str, ...]
    """The names that a response shows, in the document's order."""
    fields: Mapping[str, Field]
    """What is kept in the row's own table: what is shown, what only filters see, what is only written."""
    shown: tuple[Field, ...]
    writable: frozenset[str]
    """The fields that an upsert sends; the server owns the others."""
    parts: Mapping[str, PartShape]
    keyed: Mapping[str, Table]
    """For each field that free keys filter on: the table of row, key and the value's text."""
    reached: Mapping[str, Reached]
    """For each filter's field that isn't a column of the row: where its values are."""
    table: Table
    number: Table
    """How many rows there are."""

    @property
    def key(self) -> Field:
        """The field that identifies rows."""
        return self.fields[self.collection.key]

    @property
    def ordered_by(self) -> tuple[Field, ...]:
        """What rows are ordered by where nothing else is asked for: oldest first, then by key."""
        names = (self.collection.created, self.collection.key)
        return tuple(self.fields[name] for name in names if name)

    @property
    def tables(self) -> list[Table]:
        """All tables of rows, and of what hangs on them."""
        beside = [*(part.table for part in self.parts.values()), *self.keyed.values()]
        return list(dict.fromkeys([self.table, *beside, *(reached.table for reached in self.reached.values())]))

    @cached_property
    def shows(self) -> Select[Any]:
        """All rows: the key, then what is shown."""
        return sa.select(self.key.column, *(field.column for field in self.shown))

    @cached_property
    def counts(self) -> Select[int]:
        """How many rows there are."""
        return sa.select(sa.func.count()).select_from(self.table)

    @cached_property
    def finds(self) -> Select[Any]:
        """THIS row with all that is kept in its own table."""
        return sa.select(self.table).where(self.key.column == sa.bindparam(THIS))

    @cached_property
    def known(self) -> Select[Any]:
        """Those of THESE keys that rows have, as they are kept."""
        return sa.select(as_kept(self.key.column)).where(self.key.column.in_(sa.bindparam(THESE, expanding=True)))

    @cached_property
    def changes(self) -> sa.Update:
        """Set fields of THIS row, and move its time of change on to NOW, or by STEP where that is later."""
        change = sa.update(self.table).where(self.key.column == sa.bindparam(THIS))
        updated = self.collection.updated
        if updated is None:
            return change
        as_number = sa.type_coerce(self.table.c[updated], sa.BigInteger) + sa.bindparam(STEP, type_=sa.BigInteger)
        return change.values({updated: later(sa.bindparam(NOW, type_=sa.BigInteger), as_number)})


def shapes(contract: Contract, metadata: MetaData) -> dict[str, Shape]:
    """The tables of every collection, by its name."""
    return {c.name: _shape(contract, c, metadata) for c in contract.collections}


def _shape(contract: Contract, collection: Collection, metadata: MetaData) -> Shape:
    row = contract.properties({"$ref": collection.item})
    required = contract.required({"$ref": collection.item})
    parts = {p.field: p for p in collection.parts}
    own = {name: schema for name, schema in row.items() if name not in parts}
    hidden = {name: contract.resolve(schema) for name, schema in collection.hidden.items()}
    written = {n: s for n, s in _written(contract, collection).items() if n not in parts}
    schemas = {**written, **hidden, **own}
    fields = {n: _field(n, s, n in required, collection.zone, is_key=n == collection.key) for n, s in schemas.items()}
    columns = {name: field.column for name, field in fields.items()}
    kinds = {name: field.kind for name, field in fields.items()}
    table = Table(
        collection.name,
        metadata,
        *(field.column for field in fields.values()),
        Column(DUE, sa.BigInteger),
        *indexes.of_rows(contract, collection, columns, kinds),
        *indexes.of_orders((k.sorts for k in _sort_keys(contract, collection)), collection, columns, kinds),
        _due_index(collection.name),
    )
    by_default = indexes.by_default(contract, collection, columns)
    key = fields[collection.key].column
    parts_of = {name: _part(contract, collection, part, row[name], key) for name, part in parts.items()}
    return Shape(
        collection=collection,
        order=tuple(row),
        fields=fields,
        shown=tuple(fields[name] for name in own),
        writable=frozenset(written) - {collection.created, collection.updated},
        parts=parts_of,
        reached=_reached(contract, collection, fields, parts_of, key),
        keyed={name: _keyed(contract, collection, name, key) for name in _free_key_fields(contract, collection)},
        table=table,
        number=counts.beside(table, by_default),
    )


def _due_index(name: str) -> sa.Index:
    """Most rows wait for nothing, and every look at the rows asks for those that do."""
    waits = sa.text(f'"{DUE}" IS NOT NULL')
    return sa.Index(f"{name}$due", DUE, sqlite_where=waits, postgresql_where=waits)


def _field(name: str, schema: Mapping[str, JSON], required: bool, zone: str | None, *, is_key: bool = False) -> Field:
    declared = schema.get("type", [])
    nullable = "null" in declared if isinstance(declared, list) else bool(schema.get("nullable"))
    of = kind(schema)
    return Field(name, of, schema, required, nullable, Column(name, column_type(schema, zone), primary_key=is_key))


def _part(
    contract: Contract, collection: Collection, part: Part, schema: Mapping[str, JSON], key: Column[Any]
) -> PartShape:
    entry = schema["items"]
    required = contract.required(entry)
    fields = tuple(
        _field(name, sub, name in required, collection.zone) for name, sub in contract.properties(entry).items()
    )
    return PartShape(
        part=part,
        fields=fields,
        writable=frozenset(_written(contract, collection, part)),
        key=next(field for field in fields if field.name == part.key),
        table=Table(
            f"{collection.name}/{part.field}",
            key.table.metadata,
            Column(POSITION, sa.Integer, primary_key=True),
            _owner(key),
            *(field.column for field in fields),
            sa.UniqueConstraint(ROW, part.key),
        ),
    )


def _keyed(contract: Contract, collection: Collection, field: str, row: Column[Any]) -> Table:
    name = f"{collection.name}/{field}"
    key, text = Column(KEY, Words, primary_key=True), Column(TEXT, Words)
    folds = indexes.folds_keys(contract, collection, field)
    folded = (
        keep_beside(text, Column(FOLDED, Words, sa.Computed(sa.func.fold(text), persisted=True))) if folds else None
    )
    return Table(
        name,
        row.table.metadata,
        _owner(row, primary_key=True),
        key,
        text,
        *([] if folded is None else [folded]),
        *indexes.of_keys(contract, collection, field, name, key, text, folded),
        sqlite_with_rowid=False,
    )


def _reached(
    contract: Contract,
    collection: Collection,
    fields: Mapping[str, Field],
    parts: Mapping[str, PartShape],
    key: Column[Any],
) -> dict[str, Reached]:
    """Entries of a part have columns of their own. What else has structure is JSON, and its values get a table."""
    filters = [f for f in indexes.filters_of(contract, collection) if f.several or f.field not in fields]
    keys = [k for k in _sort_keys(contract, collection) if k.sorts not in fields]
    found: dict[str, Reached] = {}
    ways = {**{k.sorts: (k.path, k.schema) for k in keys}, **{f.field: (f.path, f.of) for f in filters}}
    for name, (path, schema) in ways.items():
        part = parts.get(path[0])
        of_part = next((f for f in part.fields if (f.name,) == path[1:]), None) if part else None
        if part and of_part:
            found[name] = Reached(path, of_part.kind, part.table.c[ROW], of_part.column)
            continue
        of = kind(schema)
        value = Column(VALUE, column_type(schema, collection.zone))
        called = f"{collection.name}/{name}"
        table = Table(called, key.table.metadata, _owner(key), value, sa.Index(f"{called}$row", ROW))
        found[name] = Reached(path, of, table.c[ROW], value)
    return found


def _sort_keys(contract: Contract, collection: Collection) -> Iterator[SortKey]:
    for operation in contract.operations:
        mine = operation.access and operation.access.collection.name == collection.name
        if mine and operation.ordering:
            yield from keys_of(operation.ordering)


def _owner(key: Column[Any], *, primary_key: bool = False) -> Column[Any]:
    """The row that an entry belongs to, and goes with."""
    return Column(ROW, key.type, sa.ForeignKey(key, ondelete="CASCADE"), nullable=False, primary_key=primary_key)


def _written(contract: Contract, collection: Collection, part: Part | None = None) -> dict[str, Mapping[str, JSON]]:
    """The fields that upserts send: of the row, or of the entries of a part.

    Those that no row shows are kept as well, as on a real server.
    """
    found: dict[str, Mapping[str, JSON]] = {}
    for operation in contract.operations:
        access = operation.access
        if access is None or access.collection.name != collection.name:
            continue
        if access.action not in ("upserts", "creates", "updates"):
            continue
        item = item_properties(contract, operation)
        if part in access.parts or (part is None and not access.parts):
            found |= item
        elif part and not access.parts and part.field in item:
            found |= contract.properties(item[part.field].get("items", {}))
    return found


def item_properties(contract: Contract, operation: Operation) -> Mapping[str, Mapping[str, JSON]]:
    """The fields of one item of a write's body, or of the one row that it is, each with its schema."""
    if operation.access and operation.access.of_one:
        return contract.body_fields(operation)
    return contract.properties(contract.items(operation))


def _free_key_fields(contract: Contract, collection: Collection) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter.field for filter in indexes.filters_of(contract, collection) if filter.free_key))
