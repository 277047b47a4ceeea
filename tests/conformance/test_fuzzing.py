"""Schemathesis' engine through our target: what it may send, and which of its findings count."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import spec
from conformance import fuzzing as engine
from conformance import sandbox
from conformance.fuzzing.explore import explore
from conformance.fuzzing.validity import Judge
from conformance.laws import LAWS
from conformance.reading.context import RunContext
from conformance.reading.evidence import Evidence
from conformance.runner.run import try_clause
from conformance.transport.exchange import Request, Response
from conformance.transport.guard import Ownership
from conformance.transport.pace import Limits
from conformance.transport.target import Target
from conformance.verdict import Outcome
from spec import Contract

CONTRACT = spec.load()
JUDGE = Judge(CONTRACT)
SEARCH, LIST, BATCH = (CONTRACT.by_code[code] for code in ("PRD108", "PRD102", "PRD107"))
ID = "9db60fcc-90ff-4ce3-9761-57d8bdf138d4"


def listing(*query: tuple[str, str]) -> Request:
    return Request("PRD102", "GET", LIST.path, query)


@pytest.mark.parametrize(
    "request_",
    [
        listing(),
        listing(("page", "1"), ("limit", "10")),
        listing(("name", "Çanta 🎒"), ("attribute__COLOR__icontains", "red")),
        listing(("category", ID), ("category__in", f"{ID},{ID}")),
        listing(("updated_at__gt", "2024-02-29T10:00:00.5+03:00"), ("approved", "false")),
        Request("PRD107", "GET", BATCH.path.replace("{id}", ID)),
        Request("PRD108", "GET", SEARCH.path, (("query", "red"),), (("Accept-Language", "tr"),)),
    ],
)
def test_surely_valid(request_: Request) -> None:
    assert JUDGE(request_) == ""


@pytest.mark.parametrize(
    "query",
    [
        ("page", ""),
        ("page", "null"),
        ("page", " 2 "),
        ("page", "1e3"),
        ("page", "5.0"),
        ("page", "1_000"),
        ("page", "٣"),
        ("page", "99999999999999999999"),
        ("limit", "100000"),
        ("name", ""),
        ("name", "a\0b"),
        ("name", "x" * 5000),
        ("category", ""),
        ("category", ID.upper()),
        ("category", ID.replace("-", "")),
        ("category__in", ""),
        ("category__in", f"{ID},"),
        ("approved", "1"),
        ("approved", "True"),
        ("updated_at", "2024-02-29"),
        ("updated_at", "1709200800"),
        ("updated_at", "0001-01-01T00:00:00+23:59"),
        ("nmae", "misspelt"),
        ("attribute__", "no key"),
        ("attribute__it's", "no key either"),
    ],
)
def test_what_a_sensible_server_may_read_either_way_is_left_open(query: tuple[str, str]) -> None:
    assert JUDGE(listing(query)) is None


@pytest.mark.parametrize(
    ("query", "flaw"),
    [
        ([("page", "0")], "page='0' is outside the declared minimum 1"),
        ([("page", "-3")], "page='-3' is outside the declared minimum 1"),
        ([("page", "abc")], "page='abc' isn't an integer"),
        ([("page", "0.5")], "page='0.5' isn't an integer"),
        ([("page", "true")], "page='true' isn't an integer"),
        ([("page", "0"), ("page", "x")], "page='0' is outside the declared minimum 1"),
        ([("category", "red")], "category='red' isn't a uuid"),
        ([("category__in", f"{ID},red")], "category__in='red' isn't a uuid"),
        ([("approved", "maybe")], "approved='maybe' isn't a boolean"),
        ([("created_at__lt", "yesterday")], "created_at__lt='yesterday' isn't a date"),
        (
            [("created_at__lt", "2024-13-01T00:00:00Z")],
            "created_at__lt='2024-13-01T00:00:00Z' isn't a date that there is",
        ),
        ([("name", ""), ("page", "x")], "page='x' isn't an integer"),
    ],
)
def test_surely_invalid(query: list[tuple[str, str]], flaw: str) -> None:
    assert JUDGE(listing(*query)) == flaw


def test_of_a_parameter_given_twice_all_must_be_wrong() -> None:
    assert JUDGE(listing(("page", "0"), ("page", "1"))) is None
    assert JUDGE(listing(("category", "red"), ("category", ID))) is None


def test_a_required_parameter_is_missed() -> None:
    assert JUDGE(Request("PRD108", "GET", SEARCH.path)) == "query is required, and isn't there"


def test_a_path_is_judged_where_it_leads_to_the_operation() -> None:
    assert JUDGE(Request("PRD107", "GET", BATCH.path.replace("{id}", "red"))) == "id in the path='red' isn't a uuid"
    assert JUDGE(Request("PRD107", "GET", BATCH.path.replace("{id}", "a%2Fb"))) is None
    assert JUDGE(Request("PRD107", "GET", BATCH.path.replace("{id}", ".."))) is None


@pytest.mark.parametrize(
    ("body", "flaw"),
    [(b"{", "the body isn't JSON"), (b"{}", "the body isn't an array"), (b"[{}]", None), (b"[]", None), (b"", None)],
)
def test_of_a_body_only_the_outermost_shape_is_judged(body: bytes, flaw: str | None) -> None:
    assert JUDGE(Request("PRD101", "POST", LIST.path, body=body)) == flaw


JUDGED = ("response.status", "response.rejects-invalid")
"""Kinds of clauses that speak of what was generated."""


class Explored:
    """One run of the engine against a sandbox."""

    def __init__(self, *faults: str, operations: tuple[str, ...] = ("PRD108", "PRD107"), limits: Limits | None = None):
        self.sent: list[Request] = []
        self.outcomes: dict[str, Outcome] = {}
        evidence = Evidence(CONTRACT)
        self.seen = engine.Observations(CONTRACT, generated=evidence.generated)

        def observe(request: Request, response: Response) -> None:
            self.sent.append(request)
            evidence.observe(request, response)

        with sandbox.serve(CONTRACT, sandbox.Settings(faults=faults)) as url:
            target = Target(url, CONTRACT, sandbox.DEFAULT_KEY, limits or Limits(), observe=observe)
            explore(self.seen, target, 0, operations=operations)
            self.asked = len(self.sent)
            if limits is None:
                for clause in CONTRACT.clauses:
                    if clause.kind in JUDGED and clause.operation in operations:
                        context = RunContext(CONTRACT, target, 0, evidence=evidence)
                        self.outcomes[clause.id] = try_clause(context, LAWS[clause.kind], clause)
            target.close()


@pytest.fixture(scope="module")
def honest() -> Explored:
    """The engine on the honest sandbox."""
    return Explored()


def test_the_honest_sandbox_is_green(honest: Explored) -> None:
    assert {id: o.verdict for id, o in honest.outcomes.items() if id != "PRD107.response.status"} == {
        "PRD108.response.status": "held",
        "PRD108.response.rejects-invalid": "held",
        "PRD107.response.rejects-invalid": "held",
    }
    assert honest.outcomes["PRD108.response.rejects-invalid"].witnesses >= 10
    assert honest.seen.notes == []


def test_nothing_is_sent_twice_and_nothing_that_writes(honest: Explored) -> None:
    sent = honest.sent[: honest.asked]
    assert len(set(sent)) == len(sent)
    assert {(request.method, request.operation) for request in sent} == {("GET", "PRD108"), ("GET", "PRD107")}
    assert {name for request in sent for name, _ in request.headers} == {"Accept-Language"}


def test_texts_that_servers_stumble_over_are_among_them(honest: Explored) -> None:
    asked = {value for request in honest.sent for name, value in request.query if name == "query"}
    assert {"a\0b", "it's", "a\\", "([{*+?"} <= asked
    assert any(len(value) > 1000 for value in asked)


def test_invalid_data_that_is_answered_with_rows_is_a_finding() -> None:
    outcome = Explored("PRD108.param.bounds.page:default", operations=("PRD108",)).outcomes[
        "PRD108.response.rejects-invalid"
    ]
    assert outcome.verdict == "violated"
    assert outcome.counterexample
    assert "page=" in outcome.counterexample.expected
    assert outcome.counterexample.replays == 2


def test_a_budget_ends_the_engine_and_is_kept() -> None:
    explored = Explored(limits=Limits(requests=70))
    assert explored.asked == 10
    assert len(explored.seen.notes) == 1
    assert Explored(limits=Limits(requests=60)).asked == 0


def test_a_spent_time_budget_is_a_note() -> None:
    explored = Explored(limits=Limits(seconds=0.000001))
    assert explored.asked == 0
    assert "stopped" in explored.seen.notes[0]


def test_in_a_run_that_may_write_only_its_own_rows_are_written(tmp_path: Path) -> None:
    seen = engine.Observations(CONTRACT)
    with sandbox.serve(CONTRACT) as url:
        ownership = Ownership(CONTRACT, url, tmp_path / "journal")
        target = Target(url, CONTRACT, sandbox.DEFAULT_KEY, ownership=ownership)
        explore(seen, target, 0, operations=("PRD101", "PRD103", "PRD105"))
        target.close()
    written = [item for code in seen.asked for request in seen.asked[code] for item in items(request)]
    assert {code for code in seen.asked if seen.asked[code]} == {"PRD101", "PRD103", "PRD105"}
    assert len(written) >= 20
    # An empty list or object names no row; everything else is a key of this run.
    assert [item["sku"] for item in written if not ownership.owns(item["sku"]) and item["sku"] not in ([], {})] == []
    assert seen.generated.invalid["PRD101"] >= 5


def items(request: Request) -> list[dict[str, Any]]:
    try:
        data = json.loads(request.body or b"")
    except ValueError:
        return []
    return [item for item in data if isinstance(item, dict) and "sku" in item] if isinstance(data, list) else []


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (b'[{"sku": "a"}]', "name is required, and isn't there"),
        (b"[7]", "the item 7 isn't an object"),
        (b"[7, {}]", "the item 7 isn't an object"),
        (b"[]", None),
        (b"{}", None),
    ],
)
def test_items_are_wrong_when_each_is(body: bytes, flaw: str | None) -> None:
    assert JUDGE.items(Request("PRD101", "POST", LIST.path, body=body)) == flaw


def test_an_item_of_another_type_is_wrong() -> None:
    media = CONTRACT.by_code["PRD101"].body
    assert media
    assert media.json
    good = media.json.examples[0][0]
    for item, flaw in (
        (good, None),
        ({**good, "name": ["a"]}, "name isn't of the type string"),
        ({**good, "images": "a"}, "images isn't of the type array"),
        ({**good, "name": None}, None),
    ):
        body = json.dumps([item]).encode()
        assert JUDGE.items(Request("PRD101", "POST", LIST.path, body=body)) == flaw


SCRIPT = """
import hashlib, spec
from conformance import fuzzing as engine
from conformance import sandbox
from conformance.fuzzing.explore import explore
from conformance.transport.target import Target
contract = spec.load()
sent = []
with sandbox.serve(contract) as url:
    target = Target(url, contract, sandbox.DEFAULT_KEY, observe=lambda request, answer: sent.append(request))
    explore(engine.Observations(contract), target, int("SEED"), operations=["PRD108", "PRD107"])
print(len(sent), hashlib.sha256(repr(sent).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def sent_with() -> Callable[[int, str], str]:
    """What the engine sends with a seed and a hash seed, in a process of its own."""

    def sent(seed: int, hash_seed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT.replace("SEED", str(seed))],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    return sent


@pytest.mark.slow
def test_the_same_seed_sends_the_same(sent_with: Callable[[int, str], str]) -> None:
    first = sent_with(3, "1")
    assert first == sent_with(3, "2")
    assert first != sent_with(4, "1")


def test_the_contract_is_left_as_it_was(honest: Explored) -> None:
    assert spec.load() == CONTRACT
    assert isinstance(CONTRACT, Contract)
