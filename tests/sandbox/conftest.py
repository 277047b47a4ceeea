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

Serving = Callable[..., AbstractContextManager[httpx2.Client]]
Edited = Callable[[Callable[[dict[str, Any]], None]], Contract]


@pytest.fixture(scope="session")
def contract() -> Contract:
    return spec.load()


@contextmanager
def client_of(contract: Contract, **settings: Any) -> Iterator[httpx2.Client]:
    """A client of a sandbox that lives as long as the block."""
    with (
        serve(contract, Settings(**settings)) as base_url,
        httpx2.Client(base_url=base_url, headers={"Authorization": DEFAULT_KEY}, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def serving(contract: Contract) -> Serving:
    """Start a sandbox with other settings."""

    def start(**settings: Any) -> AbstractContextManager[httpx2.Client]:
        return client_of(settings.pop("contract", contract), **settings)

    return start


@pytest.fixture(scope="module")
def client(contract: Contract) -> Iterator[httpx2.Client]:
    """A sandbox as it comes, one for each module."""
    with client_of(contract) as client:
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
