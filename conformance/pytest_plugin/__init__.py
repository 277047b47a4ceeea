"""Every clause as a test: `pytest --contract-url URL`, or an application in process.

The conftest of a server's team names the application:

    from shop import app

    def pytest_contract_app(config):
        return app  # an ASGI or WSGI application, or a URL

The first test carries out one run of all clauses that pytest selected. Each test then reports the verdict on its
clause. Under xdist one worker carries out the run for all.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


class Hooks:
    """What a conftest may implement."""

    @pytest.hookspec(firstresult=True)
    def pytest_contract_app(self, config: pytest.Config) -> Any:
        """The server under test: an ASGI or WSGI application, or its base URL."""

    @pytest.hookspec(firstresult=True)
    def pytest_prd_app(self, config: pytest.Config) -> Any:
        """The former name of the same hook."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make the hooks known."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin. The suite's own options go into --contract-args. --prd-... are the former names."""
    group = parser.getgroup("contract", "conformance to an OpenAPI document")
    group.addoption(
        "--contract-url", "--prd-url", dest="contract_url", metavar="URL", help="base URL of the server under test"
    )
    group.addoption(
        "--contract-args",
        "--prd-args",
        dest="contract_args",
        metavar="ARGS",
        default="",
        help="options of `seller-contract run`, as in --contract-args='--spec api.yaml --report report'",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    config.addinivalue_line("markers", "contract: a clause of the contract")
    config.addinivalue_line("markers", "contract_family(family): page, filter, auth, ...")
    config.addinivalue_line("markers", "prd: the same as contract, under its former name")
    config.addinivalue_line("markers", "prd_family(family): the same as contract_family, under its former name")
    config.addinivalue_line("markers", "documented: a clause that the page states")
    config.addinivalue_line("markers", "inferred: a clause that is advice, unless --strict")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add a test for each clause, before -k and -m select among them."""
    server = config.getoption("contract_url")
    for application in (config.hook.pytest_contract_app, config.hook.pytest_prd_app):
        if server is None:
            server = application(config=config)
    if server is not None:
        items.extend(_suite().tests(session, server))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of xdist is through. Where it found no server to judge, the whole session ends, with one message."""
    message = getattr(node, "workeroutput", {}).get(
        "contract_unjudged"
    )  # the name in `suite`, which takes a second to import
    if message:
        pytest.exit(message, returncode=pytest.ExitCode.USAGE_ERROR)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Delete the files that the workers of xdist shared."""
    worker = getattr(session.config, "workerinput", None)
    if worker is not None and any(item.get_closest_marker("contract") for item in session.items):
        _suite().leave(worker)


def _suite() -> ModuleType:
    """The suite, imported late because that takes a second: a pytest that doesn't use it shouldn't pay for it.

    pytest puts the folders of tests first on the module path, and one of them may hold a spec.py of the user's.
    """
    home = str(Path(__file__).parents[2])
    sys.path.insert(0, home)
    try:
        return import_module("conformance.pytest_plugin.suite")
    finally:
        sys.path.remove(home)
