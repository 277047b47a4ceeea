"""Rows out of a collection and into it, each checked against the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from conformance.sandbox import store, validation, values, worker, writing
from conformance.sandbox.control import filling, texts
from conformance.sandbox.control.asking import Asked, Wrong, unknown_field
from conformance.sandbox.messages import say
from conformance.sandbox.store import Row, Store
from conformance.sandbox.tables import Field, Shape
from spec import Contract
from spec.model import JSON

_MOST_WRONG = 100
"""Rows with problems that an answer names; nobody reads ten thousand."""
_MOST_KEYS = 5000

Errors = dict[str, dict[str, list[str]]]


def dump(rows: Store, shape: Shape) -> list[Row]:
    """All rows in their order, with what no response shows of them."""
    unseen = _unseen(shape)
    order = store.default_order(shape)
    with rows.work() as connection:
        shown = store.rows(connection, shape, sa.true(), order)
        if not unseen:
            return shown
        others = connection.execute(sa.select(*(field.column for field in unseen)).order_by(*order)).all()
    names = [field.name for field in unseen]
    return [
        {**row, **{n: v for n, v in zip(names, more, strict=True) if v is not None}}
        for row, more in zip(shown, others, strict=True)
    ]


def load(rows: Store, shape: Shape, many: Sequence[Row], *, replace: bool) -> None:
    """Put rows into a collection, in the place of those with the same keys or of all."""
    key = shape.key
    with rows.work() as connection:
        if replace:
            connection.execute(sa.delete(shape.table))
        else:
            keys = [row[key.name] for row in many]
            for start in range(0, len(keys), _MOST_KEYS):
                connection.execute(sa.delete(shape.table).where(key.column.in_(keys[start : start + _MOST_KEYS])))
        store.add(connection, shape, many)


def parsed(shape: Shape, asked: Asked) -> list[Any]:
    """The rows that a request's body holds, in whatever way they are written. Raises Wrong."""
    if asked.media_type == "application/json":
        return list(asked.body)
    try:
        text = asked.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Wrong(400, say("en", "not-text")) from None
    read = texts.from_csv if asked.media_type == "text/csv" else texts.from_lines
    try:
        return read(shape, text)
    except texts.Unreadable as error:
        raise Wrong(400, "A row can't be read; nothing was loaded.", {error.row: {"row": [str(error)]}}) from None
    except texts.UnknownNames as error:
        raise Wrong(400, "The line of names is wrong; nothing was loaded.", error.errors) from None


def written(shape: Shape, rows: list[Row], format: str) -> tuple[Any, str]:
    """Rows in a format, and its content type."""
    if format == "csv":
        names = [*shape.order, *(field.name for field in _unseen(shape))]
        return texts.to_csv(shape, names, rows), "text/csv; charset=utf-8"
    if format == "ndjson":
        return texts.to_lines(rows), "application/x-ndjson; charset=utf-8"
    return rows, "application/json"


class Loading:
    """Makes rows ready to be loaded: checked, and whole."""

    def __init__(self, contract: Contract, shape: Shape, now: int, *, fill: bool) -> None:
        """What `fill` is true for gets the required fields that it lacks."""
        self._contract = contract
        self._shape = shape
        self._now = now
        self._fill = fill
        row = contract.properties({"$ref": shape.collection.item})
        schemas = {name: field.schema for name, field in shape.fields.items()}
        schemas |= {name: row[name] for name in shape.parts}
        stamps = {shape.collection.created, shape.collection.updated}
        self._required = [n for n in contract.required({"$ref": shape.collection.item}) if n not in stamps]
        if shape.key.name not in self._required:
            self._required.append(shape.key.name)
        self._known = frozenset(schemas)
        self._check = validation.check(
            contract,
            {
                "type": "object",
                "properties": {n: dict(schema) for n, schema in schemas.items()},
                "required": self._required,
            },
        )
        self._approved = worker.approved(contract, shape)

    def ready(self, rows: list[Any]) -> list[Row]:
        """The rows, whole. Raises Wrong with what is wrong with each."""
        filled = filling.fill(self._contract, self._shape, self._required, rows) if self._fill else rows
        errors: Errors = {}
        seen: set[object] = set()
        for index, row in enumerate(filled):
            found = self._problems(row)
            key = None if found else _same(self._shape.key, row[self._shape.key.name])
            if not found and key in seen:
                found = {self._shape.key.name: ["Another row of this body has the same value."]}
            if found:
                errors[str(index)] = found
                if len(errors) == _MOST_WRONG:
                    break
            else:
                seen.add(key)
        if errors:
            many = "one row is" if len(errors) == 1 else f"{len(errors)} rows are"
            raise Wrong(400, f"Nothing was loaded: {many} wrong.", errors)
        return [self._whole(row) for row in filled]

    def _problems(self, row: Any) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for error in self._check.validator.iter_errors(row):
            problem, path = validation.located(error)
            found.setdefault(".".join(path) or "row", []).append(say("en", *problem))
        if not isinstance(row, Mapping):
            return found
        for name in row:
            if name not in self._known:
                found.setdefault(name, []).append(unknown_field(name, self._known))
        if not found:
            for name, part in self._shape.parts.items():
                keys = [_same(part.key, entry[part.key.name]) for entry in row.get(name, ())]
                if len(set(keys)) < len(keys):
                    found[name] = [f"Two entries have the same {part.key.name}."]
        return found

    def _whole(self, row: Row) -> Row:
        shape = self._shape
        stamps = {name: self._now for name in (shape.collection.created, shape.collection.updated) if name}
        blanks = {name: writing.blank(field) for name, field in shape.fields.items()}
        return {**blanks, **self._approved, **stamps, **row}


def _same(field: Field, value: JSON) -> JSON:
    """A key in the form in which equal ones are the same."""
    return values.bound(field.kind, value) if field.kind == "uuid" else value


def _unseen(shape: Shape) -> list[Field]:
    shown = {field.name for field in shape.shown}
    return [field for name, field in shape.fields.items() if name not in shown]
