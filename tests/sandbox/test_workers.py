"""Several processes on one database: nothing is lost and nothing done twice when one of them is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

import spec
from conformance.sandbox import Settings, app, batches
from conformance.sandbox.__main__ import main
from conformance.sandbox.control import PREFIX
from conformance.sandbox.tenants import Tenant
from tests.clock import HANG
from tests.sandbox import load
from tests.sandbox.postgres import Server

ROOT = spec.DEFAULT.parents[1]


@contextmanager
def served(database: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A sandbox of two processes, and the one that watches over them."""
    command = [
        sys.executable,
        "-m",
        "conformance.sandbox",
        "--db",
        database,
        "--products",
        "20",
        "--workers",
        "2",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line.startswith("READY ")
            yield line.removeprefix("READY ").strip(), process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(HANG) == 0


def test_killed_processes_lose_nothing_and_do_nothing_twice(postgres: Server) -> None:
    with served(postgres.database()) as (url, process):
        done = load.run(url, process, clients=6, rounds=5, keys=4, kills=4, seed=1)
        assert done.wrong == []
        assert done.batches == 6 * 5
        assert done.kills == 4
        assert len(load.children(process)) == 2


def test_batches_that_share_a_key_are_worked_on_one_after_the_other(postgres: Server) -> None:
    with two_processes(postgres.database()) as (one, other):
        for keys in (["a"], ["b", "A"], ["c"], ["c", "d"], ["e"]):
            with one.store.work() as connection:
                items = [{"sku": key} for key in keys]
                batches.accept(connection, "PRD103", "en", items, 0, [["products", key] for key in keys])
        with one.store.work() as first, other.store.work() as second:
            taken = [batches.next_pending(connection) for connection in (first, second)]
            assert [pending and pending.number for pending in taken] == [1, 3]
            assert taken[0]
            assert not batches.claim(second, taken[0])
            assert batches.claim(first, taken[0])


def test_a_batch_that_another_process_did_is_not_done_again(postgres: Server) -> None:
    with two_processes(postgres.database()) as (one, other):
        with one.store.work() as connection:
            id = batches.accept(connection, "PRD103", "en", [{"sku": "nothing"}], 0)
        assert other.worker.due() is not None
        one.worker.finish(1)
        assert not other.worker.step()
        assert other.worker.due() is None
        with one.store.work() as connection:
            view = batches.view(connection, id)
            assert view
            assert (view.total, view.failed, view.over) == (1, 1, True)


@contextmanager
def two_processes(database: str) -> Iterator[tuple[Tenant, Tenant]]:
    """The same tenant as two processes have it."""
    contract = spec.load()
    both = [app(contract, Settings(products=3, db=database)) for _ in range(2)]
    try:
        yield both[0].tenants[0], both[1].tenants[0]
    finally:
        for sandbox in both:
            sandbox.close()


def test_what_one_process_can_not_do_for_all_is_refused(postgres: Server) -> None:
    with served(postgres.database()) as (url, _):
        assert httpx2.get(f"{url}{PREFIX}ready").status_code == 200
        assert len(httpx2.get(f"{url}{PREFIX}collections/products/rows").json()) == 20
        response = httpx2.post(f"{url}{PREFIX}reset")
        assert response.status_code == 409
        assert "2 processes" in response.json()["detail"]


def test_processes_need_a_database_that_they_can_share(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["--db", str(tmp_path / "x.db")]):
        assert main(["--workers", "2", *more]) == 2
        assert "postgresql://" in capsys.readouterr().err


def test_a_database_that_can_not_be_had(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for url in (
        f"postgresql://me:canary-77@/x?host={tmp_path}",
        "mysql://me:canary-77@x/y",
        "postgresql://me:canary-77@x:port/y",
    ):
        assert main(["--db", url]) == 2
        said = capsys.readouterr().err
        assert said
        assert "canary-77" not in said
        assert "Traceback" not in said
