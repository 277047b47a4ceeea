"""Clients that write to several processes, which are killed at random meanwhile: is anything lost, or done twice?"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from conformance.sandbox import DEFAULT_KEY
from tests.clock import HANG
from tests.sandbox.asking import PRICES, PRODUCTS, price, product

HEADERS = {"Authorization": DEFAULT_KEY}


@dataclass
class Done:
    """What came of it."""

    batches: int = 0
    items: int = 0
    kills: int = 0
    repeated: int = 0
    """Requests that had no answer, because their process was killed, and were sent again."""
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Sent:
    ticket: str
    items: int
    repeated: bool


class _Client:
    """Sends batches of its own rows, one after the other and without waiting for them."""

    def __init__(self, url: str, process: subprocess.Popen[str], name: str) -> None:
        self._client = httpx2.Client(base_url=url, headers=HEADERS, timeout=HANG, verify=False)
        self._process = process
        self._name = name
        self.sent: list[_Sent] = []

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **sent: Any) -> tuple[Any, bool]:
        """An answer, from whichever process lives long enough, and whether it took more than one request."""
        repeated = False
        while self._process.poll() is None:
            try:
                response = self._client.request(method, path, **sent)
            except httpx2.TransportError:
                repeated = True
                continue
            assert response.status_code < 500, response.text
            return response.json(), repeated
        raise AssertionError("the sandbox has ended")

    def write(self, turn: int, keys: int) -> None:
        """A batch of all its rows: by turns they are written, get a price, and are deleted."""
        skus = [f"{self._name}-{key}" for key in range(keys)]
        method, path, items = (
            ("POST", PRODUCTS, [product(sku, name=str(turn)) for sku in skus]),
            ("POST", PRICES, [price(sku, price=str(turn)) for sku in skus]),
            ("DELETE", PRODUCTS, [{"sku": sku} for sku in skus]),
            ("POST", PRODUCTS, [product(sku, name=str(turn)) for sku in skus]),
        )[turn % 4]
        answer, repeated = self.ask(method, path, json=items)
        self.sent.append(_Sent(answer["batch_request_id"], keys, repeated))

    def wrong(self, turns: int, keys: int) -> list[str]:
        """What isn't as it has to be, once all batches are over."""
        found = []
        for turn, sent in enumerate(self.sent):
            batch, until = None, time.monotonic() + HANG
            while batch is None or batch["processed_in"] is None:
                assert time.monotonic() < until, f"batch {sent.ticket} isn't over: {batch}"
                batch, _ = self.ask("GET", f"{PRODUCTS}batch-requests/{sent.ticket}")
            right = {"total": keys, "succeeded": keys, "failed": 0}
            # A delete that was sent again may have been carried out by then.
            again = {"total": keys, "succeeded": 0, "failed": keys}
            if batch["state"] != right and not (sent.repeated and turn % 4 == 2 and batch["state"] == again):
                found.append(f"{self._name}, batch {turn + 1}: {batch['state']}")
        shown, _ = self.ask("GET", PRODUCTS, params={"sku__contains": f"{self._name}-", "limit": 1000})
        last = max((turn for turn in range(turns) if turn % 4 != 1), default=0)
        names = {row["sku"]: row["name"] for row in shown["results"]}
        expected = {} if last % 4 == 2 else {f"{self._name}-{key}": str(last) for key in range(keys)}
        if names != expected:
            found.append(f"{self._name}: {names}, not {expected}")
        return found


def run(
    url: str, process: subprocess.Popen[str], *, clients: int, rounds: int, keys: int, kills: int, seed: int
) -> Done:
    """Let so many clients send so many batches of so many items each. `process` watches over those that serve."""
    rng, done = random.Random(seed), Done()
    many = [_Client(url, process, f"load{number}") for number in range(clients)]
    answered = threading.Semaphore(0)
    # Spread over the requests rather than over time: a slow machine gets as many kills as a fast one.
    killing = sorted(rng.sample(range(clients * rounds), kills))

    def write(client: _Client) -> None:
        for turn in range(rounds):
            client.write(turn, keys)
            answered.release()

    def kill() -> None:
        for number in range(clients * rounds):
            answered.acquire()
            if number in killing:
                os.kill(rng.choice(living(process)), signal.SIGKILL)
                done.kills += 1

    try:
        with ThreadPoolExecutor(clients + 1) as pool:
            killer = pool.submit(kill)
            for one in [pool.submit(write, client) for client in many]:
                one.result()
            killer.result()
            done.wrong = [text for found in pool.map(lambda c: c.wrong(rounds, keys), many) for text in found]
    finally:
        for client in many:
            client.close()
    sent = [one for client in many for one in client.sent]
    done.batches, done.items = len(sent), sum(one.items for one in sent)
    done.repeated = sum(one.repeated for one in sent)
    return done


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that answer requests."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def living(process: subprocess.Popen[str]) -> list[int]:
    """The same, once there are some: one that was killed is started again."""
    while not (found := children(process)):
        pass
    return found
