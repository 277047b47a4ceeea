"""The fixture `sandbox`: a sandbox for the tests of the user's own integration.

    def test_the_sync_takes_over_new_products(sandbox):
        sandbox.load([{"sku": "A-1", "name": "Shirt"}])
        sandbox.fail_next(times=2)
        sync(sandbox.url, sandbox.api_key)
        assert [request.status for request in sandbox.requests] == [503, 503, 200]

The sandbox starts with the first test that uses it, and each test finds it in its initial state. A conftest may
override two session fixtures. `sandbox_settings` returns `conformance.sandbox.Settings`. `sandbox_contract` returns
the contract that `spec.load` read from another document.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conformance.sandbox.running import RunningSandbox


@pytest.fixture(scope="session")
def sandbox_contract() -> Any:
    """The document that the sandbox serves; override it to serve another."""
    return import_module("spec").load()


@pytest.fixture(scope="session")
def sandbox_settings() -> Any:
    """How the sandbox is started; override it to change the settings."""
    return import_module("conformance.sandbox").Settings()


@pytest.fixture(scope="session")
def _sandbox_of_the_session(sandbox_contract: Any, sandbox_settings: Any) -> Iterator[RunningSandbox]:
    # The server takes a second to import; a pytest that doesn't use it shouldn't pay for that.
    with import_module("conformance.sandbox.running").start(sandbox_contract, sandbox_settings) as running:
        yield running


@pytest.fixture
def sandbox(_sandbox_of_the_session: RunningSandbox) -> RunningSandbox:
    """A sandbox in its initial state, whatever other tests did with it."""
    _sandbox_of_the_session.reset()
    return _sandbox_of_the_session
