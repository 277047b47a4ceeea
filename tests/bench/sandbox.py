"""The sandbox on SQLite and PostgreSQL: how soon it starts, what it takes, how many requests and items it does.

Each server is a process of its own, started as a user would. What isn't absolute stands beside the same measure of the
other databases, taken in the same run.
"""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

import spec
from conformance import Config
from conformance import run as check
from conformance.sandbox import DEFAULT_KEY
from tests.sandbox import load, postgres
from tests.sandbox.asking import PRICES, PRODUCTS, price, product

PATIENCE = 3600.0
"""Seconds that an answer may take."""
CLIENTS = (1, 20)
REQUESTS = 200
"""Requests of each kind, by all clients together."""
LOAD = {"clients": 20, "rounds": 8, "keys": 25, "kills": 10, "seed": 1}


@dataclass(frozen=True)
class Way:
    """One of the ways to run it."""

    name: str
    database: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One measure of one way."""

    measure: str
    unit: str
    value: float
    goal: str = ""


def main(rows: int, items: int, whole_run: bool) -> None:
    """Measure every way that there is here, and print a table."""
    with tempfile.TemporaryDirectory() as name, _ways(Path(name)) as ways:
        print(f"{rows:,} products, batches of {items:,} items, {REQUESTS} requests of each kind")
        found: dict[str, list[Figure]] = {way.name: [] for way in ways}
        for way in ways:
            for figure in measured(way, rows, items, whole_run):
                print(f"{way.name:<16} {figure.measure:<40}{_cell(figure.value, 10)} {figure.unit}", flush=True)
                found[way.name].append(figure)
    print_table(found)


@contextlib.contextmanager
def _ways(folder: Path) -> Iterator[list[Way]]:
    sqlite = Way("SQLite", str(folder / "sandbox.db"))
    if postgres.MISSING:
        print(f"PostgreSQL is left out: {postgres.MISSING}")
        yield [sqlite]
        return
    with postgres.server() as server:
        one, two = server.database(), server.database()
        yield [sqlite, Way("PostgreSQL", one), Way("with 2 workers", two, ("--workers", "2"))]


def measured(way: Way, rows: int, items: int, whole_run: bool) -> Iterator[Figure]:
    """All figures of one way, one after the other."""
    began = time.perf_counter()
    with serving(way, rows):
        yield Figure("rows made and loaded", "1/s", rows / (time.perf_counter() - began))
    began = time.perf_counter()
    with serving(way, rows) as (url, process):
        yield Figure("start on a filled database", "s", time.perf_counter() - began, "under 5 s at 1,000,000 rows")
        yield Figure("  of it on the processor", "s", _processor_seconds(process))
        yield from pages(url, rows)
        if whole_run:
            began, worked = time.perf_counter(), _processor_seconds(process)
            check(Config(url, api_key=DEFAULT_KEY, writes=False, schemathesis=False, seed=0, max_time=PATIENCE))
            yield Figure(
                "a read-only conformance run", "s", time.perf_counter() - began, "under 60 s at 1,000,000 rows"
            )
            yield Figure("  of it on the server's processor", "s", _processor_seconds(process) - worked)
        # As many processes as there are have read by now whatever they keep.
        yield Figure("memory, all processes", "MB", _megabytes(process), "under 300 MB at 1,000,000 rows")
        yield from batches(url, items)
        if way.options:
            yield from killed(url, process)


def pages(url: str, rows: int) -> Iterator[Figure]:
    """How long a page takes, by kind and number of clients."""
    kinds: Mapping[str, Sequence[Mapping[str, Any]]] = {
        "plain": [{"page": page} for page in range(1, 20)],
        "by a free key": [{"attribute__COLOR": one} for one in ("Red", "red", "Blue", "Kırmızı", "nothing")],
        "by a piece": [{"name__icontains": one} for one in ("red", "shirt", "100%", "ş", "qzqzq")],
        "deep": [{"page": max(1, rows * share // 1200)} for share in range(60, 100, 3)],
    }
    for clients in CLIENTS:
        for kind, queries in kinds.items():
            seconds = _asked(url, clients, queries)
            who = "1 client" if clients == 1 else f"{clients} clients"
            yield Figure(f"page, {kind}, {who}, p50", "ms", statistics.median(seconds) * 1000)
            yield Figure(f"page, {kind}, {who}, p99", "ms", sorted(seconds)[int(len(seconds) * 0.99)] * 1000)


def _asked(url: str, clients: int, queries: Sequence[Mapping[str, Any]]) -> list[float]:
    def ask(number: int) -> list[float]:
        seconds = []
        with _client(url) as client:
            for turn in range(REQUESTS // clients):
                began = time.perf_counter()
                response = client.get(PRODUCTS, params={**queries[(number + turn) % len(queries)], "limit": 10})
                seconds.append(time.perf_counter() - began)
                response.raise_for_status()
        return seconds

    with ThreadPoolExecutor(clients) as pool:
        return [one for some in pool.map(ask, range(clients)) for one in some]


def batches(url: str, items: int) -> Iterator[Figure]:
    """Items a second, from the request to the end of the batch."""
    skus = [f"bench-{number}" for number in range(items)]
    new = [product(sku, name=f"Shirt {sku}", attributes={"COLOR": "Red", "N": 1, "SIZE": sku[-1]}) for sku in skus]
    writes = {
        "new products": ("POST", PRODUCTS, new),
        "known products": ("POST", PRODUCTS, [{**item, "name": "Shirt"} for item in new]),
        "prices": ("POST", PRICES, [price(sku) for sku in skus]),
        "deletes": ("DELETE", PRODUCTS, [{"sku": sku} for sku in skus]),
    }
    with _client(url) as client:
        for name, (method, path, body) in writes.items():
            began = time.perf_counter()
            ticket = client.request(method, path, json=body).raise_for_status().json()["batch_request_id"]
            state = _state_at_the_end(client, ticket)
            if state["failed"]:
                raise RuntimeError(f"{name}: {state}")
            yield Figure(f"batch, {name}", "1/s", items / (time.perf_counter() - began))


def _state_at_the_end(client: httpx2.Client, ticket: str) -> Mapping[str, int]:
    """How many items of a batch succeeded and failed, once it is over."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        batch = client.get(f"{PRODUCTS}batch-requests/{ticket}").json()
        if batch["processed_in"] is not None:
            return dict(batch["state"])
        time.sleep(0.05)
    raise RuntimeError(f"batch {ticket} isn't over after {PATIENCE:.0f} s")


def killed(url: str, process: subprocess.Popen[str]) -> Iterator[Figure]:
    """Clients that write while processes are killed at random."""
    began = time.perf_counter()
    done = load.run(url, process, **LOAD)
    name = f"{LOAD['clients']} clients, {done.kills} kills"
    yield Figure(f"{name}: items", "1/s", done.items / (time.perf_counter() - began))
    yield Figure(f"{name}: lost or done twice", "", len(done.wrong), "0")
    for text in done.wrong:
        print(f"  {text}")


@contextlib.contextmanager
def serving(way: Way, rows: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A sandbox in processes of its own, once it serves."""
    command = [sys.executable, "-m", "conformance.sandbox", "--db", way.database, "--products", str(rows), *way.options]
    root = spec.DEFAULT.parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            ready = process.stdout.readline() if process.stdout else ""
            if not ready.startswith("READY "):
                raise RuntimeError(f"{way.name} doesn't serve")
            yield ready.removeprefix("READY ").strip(), process
        finally:
            process.send_signal(signal.SIGTERM)


def _client(url: str) -> httpx2.Client:
    return httpx2.Client(base_url=url, headers={"Authorization": DEFAULT_KEY}, timeout=PATIENCE, verify=False)


def _megabytes(process: subprocess.Popen[str]) -> float:
    """What the process and its children hold in memory."""
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in (process.pid, *load.children(process))]
    return sum(int(text.partition("VmRSS:")[2].split()[0]) for text in texts) / 1024


def _processor_seconds(process: subprocess.Popen[str]) -> float:
    """What the process and its children have worked. Unlike time, it hardly depends on what else the machine does."""
    texts = [Path(f"/proc/{pid}/stat").read_text() for pid in (process.pid, *load.children(process))]
    ticks = (text.rpartition(")")[2].split()[11:13] for text in texts)
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")


def print_table(found: Mapping[str, Sequence[Figure]]) -> None:
    """A line for each measure: each way's figure, and its ratio to the first one's."""
    first, *others = found
    values = {way: {figure.measure: figure.value for figure in figures} for way, figures in found.items()}
    measures = {figure.measure: figure for figures in found.values() for figure in figures}
    print(f"{'':<40}{'':<5}{first:>12}" + "".join(f"{way:>16}{'ratio':>8}" for way in others) + "   goal")
    for measure, figure in measures.items():
        base = values[first].get(measure)
        cells = [_cell(base, 12)]
        for way in others:
            value = values[way].get(measure)
            cells += [_cell(value, 16), _cell(value / base if value is not None and base else None, 8)]
        print(f"{measure:<40}{figure.unit:<5}{''.join(cells)}   {figure.goal}")


def _cell(value: float | None, width: int) -> str:
    return f"{'-':>{width}}" if value is None else f"{value:>{width},.{0 if value >= 100 else 2}f}"
