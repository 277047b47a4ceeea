"""A sandbox to ask, and the document that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

import spec
from conformance.sandbox import DEFAULT_KEY, Settings, serve
from spec import Contract
from tests.clock import HANG
from tests.sandbox import postgres as postgres_server

Serving = Callable[..., AbstractContextManager[httpx2.Client]]
Database = Callable[[], str | None]
Edited = Callable[[Callable[[dict[str, Any]], None]], Contract]


@pytest.fixture(scope="session")
def contract() -> Contract:
    return spec.load()


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A server of PostgreSQL's for the tests of this process."""
    if postgres_server.MISSING:
        pytest.skip(postgres_server.MISSING)
    with postgres_server.server() as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Gives where a sandbox may keep its rows: nothing of SQLite's, or a new database of PostgreSQL's."""
    if request.param == "sqlite":
        return lambda: None
    server: postgres_server.Server = request.getfixturevalue("postgres")
    return server.database


@contextmanager
def client_of(contract: Contract, **settings: Any) -> Iterator[httpx2.Client]:
    """A client of a sandbox that lives as long as the block."""
    with (
        serve(contract, Settings(**settings)) as base_url,
        httpx2.Client(base_url=base_url, headers={"Authorization": DEFAULT_KEY}, timeout=HANG, verify=False) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def serving(contract: Contract, database: Database) -> Serving:
    """Start a sandbox with other settings."""

    def start(**settings: Any) -> AbstractContextManager[httpx2.Client]:
        return client_of(settings.pop("contract", contract), **{"db": database(), **settings})

    return start


@pytest.fixture(scope="module")
def client(contract: Contract, database: Database) -> Iterator[httpx2.Client]:
    """A sandbox as it comes, one for each module and database."""
    with client_of(contract, db=database()) as client:
        yield client


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """The contract of the project's document after an edit of its data."""

    def edit(change: Callable[[dict[str, Any]], None]) -> Contract:
        data = yaml.safe_load(spec.DEFAULT.read_text("utf-8"))
        change(data)
        file = tmp_path / "edited.yaml"
        file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
        return spec.load(file)

    return edit
