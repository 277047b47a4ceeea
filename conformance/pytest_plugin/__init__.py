"""Every clause as a test: `pytest --prd-url URL`, or an application in process.

A team that owns a server says in its conftest where it is:

    from shop import app

    def pytest_prd_app(config):
        return app  # an ASGI or WSGI application, or a URL

The first clause to be tested carries out one run of all that pytest selected; each test then reports what
became of its clause. Under xdist one worker carries it out for all.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest


class Hooks:
    """What a conftest may implement."""

    @pytest.hookspec(firstresult=True)
    def pytest_prd_app(self, config: pytest.Config) -> Any:
        """The server under test: an ASGI or WSGI application, or its base URL."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make the hook known."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin; the suite's own go into --prd-args."""
    group = parser.getgroup("prd", "conformance to the Products API's contract")
    group.addoption("--prd-url", metavar="URL", help="base URL of the server under test")
    group.addoption(
        "--prd-args",
        metavar="ARGS",
        default="",
        help="options of `python -m conformance`, as in --prd-args='--no-writes --seed 3 --report report'",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    config.addinivalue_line("markers", "prd: a clause of the contract")
    config.addinivalue_line("markers", "prd_level(level): documented or inferred")
    config.addinivalue_line("markers", "prd_family(family): page, filter, auth, ...")
    config.addinivalue_line("markers", "documented: a clause that the page states")
    config.addinivalue_line("markers", "inferred: a clause that is advice, unless --strict")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add a test for each clause, before -k and -m choose among them."""
    server = config.getoption("--prd-url") or config.hook.pytest_prd_app(config=config)
    if server is None:
        return
    # The suite takes a second to import; a pytest that doesn't use it shouldn't pay for that.
    items.extend(import_module("conformance.pytest_plugin.suite").tests(session, server))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Take away what the workers of xdist shared."""
    worker = getattr(session.config, "workerinput", None)
    if worker is not None and any(item.get_closest_marker("prd") for item in session.items):
        import_module("conformance.pytest_plugin.suite").leave(worker)
