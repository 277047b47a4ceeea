"""Two keys: each has a catalog and batches of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from conformance.sandbox import Settings, app, faults, serve
from conformance.sandbox.control import PREFIX
from conformance.sandbox.faults import tenancy_faults
from spec import Contract
from tests.clock import HANG
from tests.sandbox.asking import PRODUCTS, everything, one, product, write
from tests.sandbox.conftest import Database


@contextmanager
def two(contract: Contract, **settings: Any) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """A client for each of two keys."""
    keys = ("first", "second")
    with serve(contract, Settings(api_key=keys[0], second_key=keys[1], products=30, **settings)) as url:
        first, second = (
            httpx2.Client(base_url=url, headers={"Authorization": key}, timeout=HANG, verify=False) for key in keys
        )
        with first, second:
            yield first, second


def test_a_tenant_sees_and_changes_only_what_is_its_own(contract: Contract, database: Database) -> None:
    with two(contract, db=database()) as (first, second):
        before = everything(second)
        batch = write(first, "POST", PRODUCTS, [product("mine")])
        write(first, "DELETE", PRODUCTS, [{"sku": before[0]["sku"]}])
        assert one(first, "mine")
        assert everything(second) == before
        assert second.get(f"{PRODUCTS}batch-requests/{batch['id']}").status_code == 404
        assert first.get(batch["success_file"]).status_code == 200
        assert second.get(batch["success_file"]).status_code == 404
        write(second, "POST", PRODUCTS, [product("mine", name="theirs")])
        assert [(one(client, "mine") or {})["name"] for client in (first, second)] == [
            product("mine")["name"],
            "theirs",
        ]
        assert first.get(PRODUCTS, headers={"Authorization": "third"}).status_code == 401
        assert [r["tenant"] for r in first.get(f"{PREFIX}requests?status=202").json()] == [1, 1, 2]


def test_control_requests_name_the_tenant(contract: Contract, database: Database) -> None:
    with two(contract, db=database()) as (first, second):
        path = f"{PREFIX}collections/products/rows"
        first.post(path, params={"tenant": 2, "replace": "true", "fill": "true"}, json=[{"sku": "only"}])
        assert [row["sku"] for row in everything(second)] == ["only"]
        assert len(everything(first)) == 30
        assert "2 of them" in first.get(path, params={"tenant": 3}).json()["detail"]
        first.post(f"{PREFIX}reset")
        assert len(everything(second)) == 30


def test_what_two_tenants_wrote_survives(contract: Contract, database: Database, tmp_path: Path) -> None:
    where = database() or str(tmp_path / "x.db")
    for _ in range(2):
        with two(contract, db=where) as (first, second):
            write(first, "POST", PRODUCTS, [product("mine")])
            assert one(second, "mine") is None


@pytest.mark.parametrize("code", ["PRD102", "PRD101", "PRD107"])
def test_a_fault_lets_the_second_key_reach_the_first_ones(contract: Contract, code: str) -> None:
    with two(contract, faults=(f"{code}.auth.other-tenant:first-tenant",)) as (first, second):
        batch = write(first, "POST", PRODUCTS, [product("mine")])
        assert (one(second, "mine") is not None) is (code == "PRD102")
        shown = second.get(f"{PRODUCTS}batch-requests/{batch['id']}").status_code
        assert shown == (200 if code == "PRD107" else 404)
        second.post(PRODUCTS, json=[product("theirs")])
        first.post(f"{PREFIX}clock/advance", json={"seconds": 0})
        assert (one(first, "theirs") is not None) is (code == "PRD101")


def test_the_faults_of_tenants_are_apart_from_those_of_clauses(contract: Contract) -> None:
    apart = tenancy_faults(contract)
    assert len(apart) == len(contract.operations)
    assert not {fault.id for fault in apart} & {fault.id for fault in faults(contract)}


def test_keys_show_in_no_repr(contract: Contract) -> None:
    settings = Settings(api_key="canary-1", second_key="canary-2", control_key="canary-3", products=1)
    sandbox = app(contract, settings)
    assert "canary" not in repr(settings) + repr(sandbox) + repr(sandbox.tenants)
    sandbox.close()
