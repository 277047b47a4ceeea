"""Several processes on one database: nothing is lost and nothing done twice when one of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

import spec
from conformance.sandbox import DEFAULT_KEY
from conformance.sandbox.__main__ import main
from conformance.sandbox.control import PREFIX
from tests.clock import HANG
from tests.sandbox.asking import PRODUCTS, product
from tests.sandbox.postgres import Server

ROOT = spec.DEFAULT.parents[1]
HEADERS = {"Authorization": DEFAULT_KEY}
WRITERS, ROUNDS, KEYS, KILLS = 5, 8, 4, 4


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


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that answer requests."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def ask(process: subprocess.Popen[str], client: httpx2.Client, method: str, path: str, **sent: Any) -> httpx2.Response:
    """An answer, from whichever process lives long enough."""
    while process.poll() is None:
        try:
            response = client.request(method, path, **sent)
        except httpx2.TransportError:
            continue
        assert response.status_code < 500, response.text
        return response
    raise AssertionError("the sandbox has ended")


def test_killed_processes_lose_nothing_and_do_nothing_twice(postgres: Server) -> None:
    with served(postgres.database()) as (url, process):

        def write(number: int) -> list[str]:
            """Batches of the same keys, one after the other."""
            tickets = []
            with httpx2.Client(base_url=url, headers=HEADERS, timeout=HANG, verify=False) as client:
                for turn in range(ROUNDS):
                    items = [product(f"w{number}-{key}", name=str(turn)) for key in range(KEYS)]
                    tickets.append(ask(process, client, "POST", PRODUCTS, json=items).json()["batch_request_id"])
                    if number == 0 and turn < KILLS:
                        living = children(process)
                        os.kill(living[turn % len(living)], signal.SIGKILL)
            return tickets

        with ThreadPoolExecutor(WRITERS) as pool:
            tickets = [ticket for found in pool.map(write, range(WRITERS)) for ticket in found]
        with httpx2.Client(base_url=url, headers=HEADERS, timeout=HANG, verify=False) as client:
            for ticket in tickets:
                while not (batch := ask(process, client, "GET", f"{PRODUCTS}batch-requests/{ticket}").json())[
                    "processed_in"
                ]:
                    pass
                assert batch["state"] == {"total": KEYS, "succeeded": KEYS, "failed": 0}
            shown = ask(process, client, "GET", f"{PRODUCTS}?sku__contains=w&limit=100").json()["results"]
            # Batches of one writer are done in the order in which they were sent.
            mine = {row["sku"]: row["name"] for row in shown if row["base_code"] == "B"}
            assert mine == {f"w{n}-{key}": str(ROUNDS - 1) for n in range(WRITERS) for key in range(KEYS)}
        assert len(children(process)) == 2


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
