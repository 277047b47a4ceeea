"""Another writer: somebody who changes the catalog while it is being read."""

from __future__ import annotations

import asyncio
import random
from itertools import count
from sqlite3 import Connection

from conformance.sandbox import store, values
from conformance.sandbox.sql import Sql, run
from conformance.sandbox.tables import Shape

PREFIX = "other-writer-"
"""What the keys of the rows begin with that this writer adds, and takes away again."""


async def churn(rows: store.Store, shapes: list[Shape], rate: float, seed: int) -> None:
    """Change a row, add one or delete one, `rate` times a second, until cancelled."""
    rng = random.Random(seed)
    for turn in count():
        await asyncio.sleep(1 / rate)
        with rows.work() as connection:
            for shape in shapes:
                _change(connection, shape, turn, rng)


def _change(connection: Connection, shape: Shape, turn: int, rng: random.Random) -> None:
    key = shape.key.column
    keys = [found for (found,) in run(connection, "SELECT", key, "FROM", shape.table, "ORDER BY", key)]
    if not keys or shape.key.kind != "text":
        return
    if turn % 3 == 0:
        _touch(connection, shape, rng.choice(keys))
    elif turn % 3 == 1:
        _add(connection, shape, rng.choice(keys), f"{PREFIX}{turn}")
    else:
        run(connection, "DELETE FROM", shape.table, "WHERE", Sql(f"{key} = ?", (f"{PREFIX}{turn - 1}",)))


def _touch(connection: Connection, shape: Shape, key: str) -> None:
    updated = shape.collection.updated
    if updated:
        changes = {shape.fields[updated].column: values.now()}
        store.update(connection, shape.table, changes, Sql(f"{shape.key.column} = ?", (key,)))


def _add(connection: Connection, shape: Shape, like: str, key: str) -> None:
    """Add a copy of a row under a key of our own, made now."""
    this = Sql(f"{shape.key.column} = ?", (like,))
    now = values.rendered(values.now())
    stamps = {name: now for name in (shape.collection.created, shape.collection.updated) if name}
    (row,) = store.rows(connection, shape, this, [shape.key.column])
    store.add(connection, shape, [{**row, shape.key.name: key, **stamps}], [_unseen(connection, shape, this)])


def _unseen(connection: Connection, shape: Shape, this: Sql) -> store.Row:
    hidden = [shape.fields[name] for name in shape.collection.hidden]
    if not hidden:
        return {}
    columns = ", ".join(field.column for field in hidden)
    found = run(connection, "SELECT", columns, "FROM", shape.table, "WHERE", this).fetchone()
    return {field.name: values.shown(field.kind, value) for field, value in zip(hidden, found, strict=True)}
