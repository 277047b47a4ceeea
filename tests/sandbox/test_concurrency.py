"""Readers and writers at the same time, and what outlives the process."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

import spec
from conformance.sandbox import DEFAULT_KEY, Settings, StoreError, app
from tests.clock import HANG
from tests.sandbox.asking import PRICES, PRODUCTS, look, page, price, product, rows, write
from tests.sandbox.conftest import Edited, Serving
from tests.sandbox.test_edited import add_field


@pytest.mark.slow
def test_readers_see_whole_items_while_writers_write(serving: Serving) -> None:
    with serving(products=30) as client:
        writing = threading.Event()
        writing.set()

        def writer(number: int) -> int:
            mine = [f"c{number}-{turn}" for turn in range(40)]
            for turn in range(3):
                write(client, "POST", PRODUCTS, [product(sku, name=str(turn), base_code=str(turn)) for sku in mine])
                write(client, "POST", PRICES, [price(sku, price=str(turn)) for sku in mine])
            batch = write(client, "DELETE", PRODUCTS, [{"sku": sku} for sku in mine])
            assert batch["state"] == {"total": 40, "succeeded": 40, "failed": 0}
            return len(mine)

        def reader() -> int:
            seen = 0
            while writing.is_set():
                answer = page(client, limit=500)
                assert answer["count"] == len(answer["results"])
                for row in answer["results"]:
                    if row["sku"].startswith("c"):
                        assert row["name"] == row["base_code"]
                        seen += 1
            return seen

        before = rows(client)
        with ThreadPoolExecutor(5) as pool:
            readers = [pool.submit(reader) for _ in range(2)]
            writers = [pool.submit(writer, number) for number in range(3)]
            for one in writers:
                one.result()
            writing.clear()
            assert sum(one.result() for one in readers) > 0
        assert rows(client) == before


def test_another_writer_leaves_our_rows_alone(serving: Serving) -> None:
    with serving(products=30, churn=200) as client:
        write(client, "POST", PRODUCTS, [product("mine")])
        stamps = {max(row["updated_at"] for row in rows(client)) for _ in range(20)}
        assert len(stamps) > 1
        assert len(rows(client)) >= 20


def _start(file: Path, *more: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "conformance.sandbox", "--db", str(file), "--products", "10", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=spec.DEFAULT.parents[1])
    assert process.stdout
    return process, process.stdout.readline().removeprefix("READY ").strip()


@pytest.mark.slow
def test_a_file_survives_a_kill_with_what_is_pending(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    headers = {"Authorization": DEFAULT_KEY}
    process, url = _start(file, "--batch-delay", "30")
    try:
        with httpx2.Client(base_url=url, headers=headers, timeout=HANG, verify=False) as client:
            before = rows(client)
            done = client.post(PRODUCTS, json=[product("first"), product("second")]).json()["batch_request_id"]
            later = client.request("DELETE", PRODUCTS, json=[{"sku": "first"}]).json()["batch_request_id"]
            assert look(client, done)["state"]["succeeded"] == 0
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(HANG)
    process, url = _start(file)
    try:
        with httpx2.Client(base_url=url, headers=headers, timeout=HANG, verify=False) as client:
            while look(client, later)["processed_in"] is None:
                pass
            assert look(client, done)["state"] == {"total": 2, "succeeded": 2, "failed": 0}
            after = rows(client)
            assert [row["sku"] for row in after if row not in before] == ["second"]
    finally:
        process.terminate()
        assert process.wait(HANG) == 0
        assert process.stdout
        process.stdout.close()


def test_a_file_of_something_else_is_refused(tmp_path: Path, edited: Edited) -> None:
    text = tmp_path / "text.db"
    text.write_text("not a database, but long enough to look like one" * 100)
    with pytest.raises(StoreError, match="can't be used as a database"):
        app(spec.load(), Settings(db=text))
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(StoreError, match="other data than this document describes"):
        app(spec.load(), Settings(db=other))
    mine = tmp_path / "mine.db"
    app(spec.load(), Settings(db=mine, products=3)).close()
    app(spec.load(), Settings(db=mine, products=3)).close()
    contract = edited(lambda data: add_field(data, "novelty", {"type": "integer"}))
    with pytest.raises(StoreError, match="take another file"):
        app(contract, Settings(db=mine))
    with pytest.raises(StoreError):
        app(spec.load(), Settings(db=tmp_path / "no" / "folder" / "x.db"))
    assert os.listdir(tmp_path)
