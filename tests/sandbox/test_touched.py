"""Items that are applied together have the effect of the same items applied one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from conformance.sandbox import Settings, app, batches, writing
from conformance.sandbox.api import Sandbox
from conformance.sandbox.behaviour import HONEST
from conformance.sandbox.control.rows import dump
from spec import Contract
from spec.model import JSON
from tests.sandbox.asking import LISTS, price, product
from tests.sandbox.conftest import Database, Edited

ROUNDS, ITEMS = 12, 40
NOON = 1_800_000_000_000_000


@pytest.fixture(params=["keep", "clear"])
def pair(request: pytest.FixtureRequest, database: Database, edited: Edited) -> Iterator[tuple[Sandbox, Sandbox]]:
    """Two sandboxes with the same rows. The second one is given each item by itself, as a fault would be."""

    def absent(data: dict[str, Any]) -> None:
        data["paths"]["/api/i2/products/"]["post"]["x-upserts"]["absent"] = request.param

    contract = edited(absent)
    both = [app(contract, Settings(products=6, db=database())) for _ in range(2)]
    both[1].state.behaviour = replace(HONEST, apply=lambda _, step: writing.apply(step))
    yield both[0], both[1]
    for sandbox in both:
        sandbox.close()


def items(contract: Contract, rng: random.Random, known: list[str]) -> tuple[str, list[JSON]]:
    """A batch of random items: some keys twice, some unknown, some that can't be applied."""
    keys = [*known[:3], "new-1", "new-2", "new-3"]
    lists = [LISTS[0], LISTS[0].upper(), LISTS[1]]
    code = rng.choice(["PRD101", "PRD101", "PRD103", "PRD105"])

    def item() -> JSON:
        key = rng.choice(keys)
        if code == "PRD103":
            return {"sku": key}
        if code == "PRD105":
            whole = price(key, rng.choice(lists), price=str(rng.randrange(9)))
            return {n: v for n, v in whole.items() if n in ("sku", "price_list", "price") or rng.random() < 0.6}
        whole = product(key, name=str(rng.randrange(9)), attributes={"COLOR": rng.choice("ab"), rng.choice("XYZ"): 1})
        if rng.random() < 0.2:
            whole["product"] = "00000000-0000-4000-8000-000000000000"
        return {n: v for n, v in whole.items() if n == "sku" or rng.random() < 0.8}

    many = [item() for _ in range(ITEMS)]
    if rng.random() < 0.2:
        many[rng.randrange(ITEMS)] = {"sku": ["no key"], "price_list": LISTS[0]}
    return code, many


def work(sandbox: Sandbox, code: str, many: list[JSON]) -> tuple[list[JSON], list[JSON], list[JSON]]:
    """Work on a batch; each item's reasons, the rows, and what free keys find."""
    tenant = sandbox.tenants[0]
    shape = tenant.store.shapes["products"]
    with tenant.store.work() as connection:
        id = batches.accept(connection, code, "en", many, sandbox.state.clock.now())
    tenant.worker.finish(1_000_000)
    with tenant.store.work() as connection:
        state = batches.view(connection, id)
        outcomes = batches.file(connection, id, "error")
        found = [tuple(one) for one in connection.execute(sa.select(shape.keyed["attributes"]))]
    assert state is not None
    assert (state.total, state.failed, state.over) == (len(many), len(outcomes), True)
    return outcomes, dump(tenant.store, shape), sorted(found, key=repr)


def test_together_is_one_by_one(pair: tuple[Sandbox, Sandbox]) -> None:
    rng = random.Random(5)
    known = [row["sku"] for row in dump(pair[0].tenants[0].store, pair[0].tenants[0].store.shapes["products"])]
    failed = applied = 0
    for turn in range(ROUNDS):
        for sandbox in pair:
            sandbox.state.clock.freeze(NOON + turn * 1000)
        code, many = items(pair[0].contract, rng, known)
        together, one_by_one = (work(sandbox, code, many) for sandbox in pair)
        assert together == one_by_one
        failed, applied = failed + len(together[0]), applied + ITEMS - len(together[0])
    assert failed
    assert applied
