"""What a clause comes to depends on the server alone: not on what ran before, nor on which machine ran it."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conformance.laws import LAWS, phase_of
from conformance.reading.context import RunContext, decided, observed
from conformance.reading.memory import Once
from conformance.runner.run import in_order, try_clause
from conformance.selection import Shard, left_to_others
from conformance.transport.exchange import Request, Response
from spec import Clause
from tests.conformance import mistakes
from tests.conformance.fake import CONTRACT, Shop, ask_of, log_of

pytestmark = [pytest.mark.no_cover, pytest.mark.slow]
"""Whole runs. What is measured is what the tests of each part reach, in a fraction of the time."""

MISTAKES = {f"{clause}: {name}": shop for clause, name, shop in mistakes.MISTAKES}


SAMPLE = (
    "PRD102.page.disjoint: overlap",
    "PRD101.write.updates: ignored",
    "PRD101.body.whole: half applied",
)


def clauses() -> list[Clause]:
    """The clauses whose laws ask for themselves, in a run's order; `response` clauses speak from all responses."""
    return [clause for clause in in_order(CONTRACT.clauses) if not phase_of(clause).judges_evidence]


def come_to(shop: type[Shop], tried: list[Clause], folder: Path) -> dict[str, str]:
    """What each clause comes to in one run, in words without the run's token and numbers."""
    context = ask_of(shop(), folder)
    found = {}
    for clause in tried:
        outcome = try_clause(context, LAWS[clause.kind], clause)
        shown = outcome.counterexample and (outcome.counterexample.expected, outcome.counterexample.observed)
        found[clause.id] = steady(f"{outcome.verdict} {outcome.reason} {shown}")
    return found


def steady(text: str) -> str:
    """A text without what numbers requests and keys of a run."""
    text = re.sub(r"(?i)prdct-[0-9a-z]+-\d+", "KEY", text)
    text = re.sub(r"\b[0-9a-f]{8}-0000-4000-8000-[0-9a-f]{12}\b|\b\d\d\d-[A-Z]\b", "ID", text)
    return re.sub(r"20\d\d-\d\d-\d\dT[0-9:.]+Z?|\(\d[\d,]* characters\)", "TIME", text)


def some(tried: list[Clause], most: int, seed: int) -> list[Clause]:
    return random.Random(seed).sample(tried, min(most, len(tried)))


@pytest.mark.parametrize("name", ["honest", *SAMPLE])
def test_a_clause_comes_to_the_same_alone_shuffled_and_in_shards(tmp_path: Path, name: str) -> None:
    shop = MISTAKES.get(name, Shop)
    tried = [c for c in clauses() if c.operation in ("PRD102", "PRD101") and c.kind != "body.large"]
    wanted = {clause.id for clause in some(tried, 25, 1)} | {name.split(":", maxsplit=1)[0]}
    tried = [clause for clause in tried if clause.id in wanted]
    whole = come_to(shop, tried, tmp_path / "whole")
    assert name == "honest" or any(found.startswith("violated") for found in whole.values())
    shuffled = random.Random(2).sample(tried, len(tried))
    assert come_to(shop, shuffled, tmp_path / "shuffled") == whole
    shards: dict[str, str] = {}
    for index in (1, 2):
        others = left_to_others(tried, Shard(index, 2))
        shards |= come_to(shop, [c for c in tried if c.id not in others], tmp_path / f"shard{index}")
    assert shards == whole
    for clause in some(tried, 6, 3):
        assert come_to(shop, [clause], tmp_path / clause.id) == {clause.id: whole[clause.id]}


def test_the_same_seed_sends_the_same_requests(tmp_path: Path) -> None:
    def sent(folder: Path, seed: int) -> Counter[str]:
        context = ask_of(Shop(30), folder, seed)
        for clause in some(clauses(), 40, 4):
            try_clause(context, LAWS[clause.kind], clause)
        log = log_of(context)
        return Counter(steady(f"{r.method} {r.target} {r.credential} {r.headers} {r.body!r}") for r in log)

    assert sent(tmp_path / "one", 7) == sent(tmp_path / "two", 7)
    assert sent(tmp_path / "three", 8) != sent(tmp_path / "two", 7)


# -- threads ------------------------------------------------------------------------------------------------


class Slow(Shop):
    """A shop whose every response waits until several requests are on their way."""

    def __init__(self, count: int = 45) -> None:
        super().__init__(count)
        self.meeting = threading.Barrier(2)
        self.guard = threading.Lock()

    def response(self, request: Request, key: str | None) -> Response:
        """The response to any request, after another one has come, or a moment has passed."""
        try:
            self.meeting.wait(0.05)
        except threading.BrokenBarrierError:
            self.meeting.reset()
        with self.guard:
            return super().response(request, key)


def test_scenarios_side_by_side_come_to_what_they_come_to_in_turn(tmp_path: Path) -> None:
    wanted = [clause for clause in clauses() if clause.kind in ("write.inserts", "write.deletes", "write.updates")]

    def side_by_side(shop: Shop, folder: Path) -> dict[str, str]:
        context = ask_of(shop, folder)
        found = dict[str, str]()

        def judge(clause: Clause) -> None:
            found[clause.id] = try_clause(context, LAWS[clause.kind], clause).verdict

        threads = [threading.Thread(target=judge, args=(clause,)) for clause in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    assert side_by_side(Slow(12), tmp_path / "threads") == {clause.id: "held" for clause in wanted}


def test_a_value_is_made_once_though_many_ask_at_once() -> None:
    once: Once[str, object] = Once()
    made: list[object] = []
    ready, results = threading.Barrier(8), []

    def make() -> object:
        made.append(object())
        return made[-1]

    def get() -> None:
        ready.wait()
        results.append(once.get("key", make))

    threads = [threading.Thread(target=get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert set(map(id, results)) == {id(made[0])}


def test_what_fails_is_not_kept() -> None:
    once: Once[str, int] = Once()
    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 // 0)
    assert not once.knows("key")
    assert once.get("key", lambda: 7) == 7
    assert once.get("key", lambda: 8) == 7


def test_a_replay_decides_the_same_and_observes_anew() -> None:
    calls: list[Any] = []

    @decided
    def choice(context: RunContext, name: str) -> str:
        calls.append(name)
        return name

    @observed
    def sight(context: RunContext, name: str) -> str:
        calls.append(name)
        return name

    context = ask_of(Shop(1))
    for _ in range(2):
        assert (choice(context, "choice"), sight(context, "sight")) == ("choice", "sight")
    replay = context.replay_context()
    assert (choice(replay, "choice"), sight(replay, "sight")) == ("choice", "sight")
    assert calls == ["choice", "sight", "sight"]
    assert choice(context.restart(), "choice") == "choice"
    assert calls == ["choice", "sight", "sight", "choice"]
