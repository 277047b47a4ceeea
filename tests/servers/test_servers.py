"""The servers on other stacks: correct as they stand, and the suite finds a sample of their mistakes."""

from __future__ import annotations

import re

import pytest

from conformance import Config, run

from . import FOLDER, KEY, SERVERS, Server, serving

BOUNDED = ("PRD102.filter.attribute__KEY__contains", "PRD102.filter.category__in", "PRD102.page.count")

MISTAKES = [
    # server, fault, the clause that finds it
    ("plain_node", "contains-index-0", "PRD102.filter.name__contains"),
    ("plain_node", "in-ten", "PRD102.filter.category__in"),
    ("plain_node", "attribute-no-elem-match", "PRD102.filter.attribute__KEY"),
    ("fastapi_sqlite", "like-contains", "PRD102.filter.name__contains"),
    ("fastapi_sqlite", "category-text", "PRD102.filter.category"),
    ("fastapi_sqlite", "naive-offset", "PRD102.filter.updated_at"),
    ("django_rest", "like-contains", "PRD102.filter.name__contains"),
    ("django_rest", "eav-chained", "PRD102.filter.attribute__KEY"),
    ("django_rest", "join-count", "PRD102.page.count"),
]

available = [
    pytest.param(server, id=server.name, marks=pytest.mark.skipif(not server.available(), reason="not installed"))
    for server in SERVERS
]


def violated(server: Server, only: tuple[str, ...], *options: str) -> list[str]:
    with serving(server, *options) as url:
        report = run(Config(url, only=only, api_key=KEY, writes=False, schemathesis=False))
    return [str(clause["id"]) for clause in report["clauses"] if clause["verdict"] == "violated"]


@pytest.mark.parametrize("server", available)
def test_an_honest_server_is_green(server: Server) -> None:
    assert violated(server, BOUNDED) == []


@pytest.mark.parametrize("server", available)
def test_a_server_that_shows_its_ids_in_upper_case_is_green(server: Server) -> None:
    variant = next(name for name in server.variants() if name in ("upper-uuids", "uuid-upper"))
    assert violated(server, ("PRD102.filter.category", "PRD107.auth"), "--variant", variant) == []


@pytest.mark.parametrize(("name", "fault", "clause"), MISTAKES)
def test_a_mistake_is_found(name: str, fault: str, clause: str) -> None:
    server = next(server for server in SERVERS if server.name == name)
    if not server.available():
        pytest.skip(f"{server.command[0]} isn't installed")
    assert clause in violated(server, (clause,), "--fault", fault)


@pytest.mark.parametrize("server", available)
def test_every_fault_and_variant_is_in_the_code(server: Server) -> None:
    sources = [path for path in (FOLDER / server.name).iterdir() if path.suffix in (".py", ".mjs")]
    asked = {name for path in sources for name in re.findall(r'"([a-z0-9-]+)"', _code(path.read_text("utf-8")))}
    names = [fault.id for fault in server.faults()] + list(server.variants())
    assert len(names) == len(set(names))
    assert set(names) <= asked


def _code(source: str) -> str:
    """A module without its tables."""
    return "" if "FAULTS:" in source or "export const FAULTS" in source else source
