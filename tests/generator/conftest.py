"""A sandbox to drive the generated client against, and one way to write a test for its two kinds."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from akinon_seller_products import AsyncClient, Client

from .kinds import Talk, made

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "a-key-that-must-not-leak"


class Driver:
    """A client of one kind, its calls carried out to the end whether they are to be awaited or not."""

    def __init__(self, client: Any, run: Callable[[Awaitable[Any]], Any] | None) -> None:
        self.client = client
        self._run = run

    def do(self, given: Any) -> Any:
        """What a call gives."""
        return given if self._run is None else self._run(given)

    def all(self, given: Any) -> list[Any]:
        """Everything that an iterable gives."""
        if self._run is None:
            return list(given)
        return self._run(_collect(given))

    def take(self, given: Any, count: int) -> list[Any]:
        """The first few."""
        if self._run is None:
            return list(islice(given, count))
        return self._run(_collect(given, count))

    def cut_off(self, given: Any, count: int) -> list[Any]:
        """The first few; the rest is given up."""
        found = self.take(given, count)
        self.do(given.close() if self._run is None else given.aclose())
        return found


async def _collect(given: AsyncIterable[Any], most: int = sys.maxsize) -> list[Any]:
    found: list[Any] = []
    async for each in given:
        found.append(each)
        if len(found) == most:
            break
    return found


@pytest.fixture(params=["sync", "async"])
def drive(request: pytest.FixtureRequest) -> Iterator[Callable[..., Driver]]:
    """Makes drivers of clients: `drive(base_url, timeout=1)`."""
    loop = asyncio.new_event_loop() if request.param == "async" else None
    made: list[Driver] = []

    def make(base_url: str, **settings: Any) -> Driver:
        settings = {"api_key": KEY, "base_url": base_url, **settings}
        if loop is None:
            made.append(Driver(Client(**settings), None))
        else:
            made.append(Driver(AsyncClient(**settings), loop.run_until_complete))
        return made[-1]

    yield make
    for driver in made:
        driver.do(driver.client.close())
    if loop is not None:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    """The base URL of a sandbox that knows KEY."""
    yield from serve()


def serve(*arguments: str) -> Iterator[str]:
    """Run a sandbox while the base URL that it gives is in use."""
    command = [sys.executable, "-m", "conformance.sandbox", "--port", "0", "--api-key", KEY, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("READY "), line
            yield line.split()[1]
        finally:
            process.terminate()


def drain(rows: Iterable[Any]) -> int:
    """How many there are."""
    return sum(1 for _ in rows)


@pytest.fixture(scope="module", params=["pydantic", "msgspec"])
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., ModuleType]:
    """Makes and imports the client of a document, with models and with structs."""
    folder = tmp_path_factory.mktemp("kinds")
    return lambda content, *options: made(content, folder, "--models", request.param, *options)


@pytest.fixture
def talk() -> Iterator[Callable[..., Talk]]:
    """Starts a server and a client of a package that talks to it: `talk(package, answer, answer)`."""
    with ExitStack() as stack:

        def start(package: ModuleType, *answers: Any, **settings: Any) -> Talk:
            started = Talk(package, *answers, **settings)
            stack.callback(started.close)
            return started

        yield start
