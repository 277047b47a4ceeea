"""Another writer, which changes the catalog during reads."""

from __future__ import annotations

import random
from itertools import count

from sqlalchemy import Connection, delete, select

from conformance.sandbox import store
from conformance.sandbox.clock import Clock
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.tables import Shape

PREFIX = "other-writer-"
"""The prefix of the keys of rows that this writer adds and deletes."""


async def churn(rows: store.Store, shapes: list[Shape], rate: float, seed: int, clock: Clock) -> None:
    """Change a row, add one or delete one, `rate` times a second of the clock, until cancelled."""
    rng = random.Random(seed)
    for turn in count():
        await clock.reach(clock.now() + max(1000, int(1_000_000 / rate)))
        with rows.work() as connection:
            for shape in shapes:
                _change(connection, shape, turn, rng, clock.now())


def _change(connection: Connection, shape: Shape, turn: int, rng: random.Random, now: int) -> None:
    key = shape.key.column
    keys = connection.scalars(select(key).order_by(key)).all()
    if not keys or shape.key.kind != "text":
        return
    if turn % 3 == 0:
        _touch(connection, shape, rng.choice(keys), now)
    elif turn % 3 == 1:
        _add(connection, shape, rng.choice(keys), f"{PREFIX}{turn}", now)
    else:
        connection.execute(delete(shape.table).where(key == f"{PREFIX}{turn - 1}"))


def _touch(connection: Connection, shape: Shape, key: str, now: int) -> None:
    updated = shape.collection.updated
    if updated:
        store.update(connection, shape.table, {updated: now}, shape.key.column == key)


def _add(connection: Connection, shape: Shape, like: str, key: str, now: int) -> None:
    """Add a copy of a row under a key of our own, made now."""
    this = shape.key.column == like
    stamps = {name: now for name in (shape.collection.created, shape.collection.updated) if name}
    (row,) = store.rows(connection, shape, this, [shape.key.column])
    store.add(connection, shape, [{**row, shape.key.name: key, **stamps, **_unseen(connection, shape, this)}])


def _unseen(connection: Connection, shape: Shape, this: Predicate) -> store.Row:
    hidden = [shape.fields[name].column for name in shape.collection.hidden]
    return dict(connection.execute(select(*hidden).where(this)).mappings().one()) if hidden else {}
