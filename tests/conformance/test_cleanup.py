"""Planted rows are deleted, whatever else is wrong with the server; rows that stay are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import spec
from conformance.oracle.budget import NORMAL
from conformance.reading.context import RunContext
from conformance.reports.text import LONGEST
from conformance.runner import leftovers
from conformance.runner.config import Config
from conformance.transport.guard import Ownership
from conformance.transport.journal import journaled
from conformance.transport.keys import NO_SUCH
from conformance.writing.cleanup import clean_up
from tests.conformance.fake import Refused, Shop, ask_of
from tests.conformance.mutate import changed, mutated

HURRIED = replace(NORMAL, delete_check=0.01)
"""Few polls of batches that never end."""


def planted(shop: Shop, folder: Path, count: int = 30, stem: str = "A") -> tuple[RunContext, Ownership, list[str]]:
    """A shop with rows of a run's own among its others."""
    context = ask_of(shop, folder, budget=HURRIED)
    own = context.target.ownership
    assert own is not None
    keys = [own.mint(stem) for _ in range(count)]
    for key in keys:
        Shop.upsert(shop, None, {"sku": key})
    own.journal.note(keys)
    return context, own, keys


def _contains_finds_nothing(self: Shop, name: str, value: str, row: Any) -> bool:
    return not name.endswith("contains") and Shop.shows(self, name, value, row)


def _refuses_deletes(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    raise Refused(500, "no")


def _takes(most: int) -> Any:
    """Takes batches of so many items at most."""

    def submitted(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
        if body.count(b"{") > most:
            raise Refused(400, f"at most {most} items")
        return Shop.submitted(self, operation, body)

    return submitted


@pytest.mark.parametrize(
    "shop",
    [
        Shop,
        mutated(shows=_contains_finds_nothing),
        changed("looked_up", lambda found, shop, ticket: (200, {**found[1], "state": {}})),
        mutated(looked_up=lambda self, ticket: (500, {})),
        mutated(approved=lambda self, row, wanted: wanted is not row["sku"].startswith("PRDCT")),
        mutated(submitted=_takes(7)),
        mutated(submitted=_takes(1)),
    ],
    ids=[
        "honest",
        "contains finds nothing",
        "batches never end",
        "batches can't be looked at",
        "not approved",
        "seven at once",
        "one by one",
    ],
)
def test_what_was_planted_is_taken_away_and_nothing_else(tmp_path: Path, shop: type[Shop]) -> None:
    there = shop()
    before = list(there.rows)
    context, own, _ = planted(there, tmp_path)
    assert clean_up(context, own) == []
    assert there.rows == before
    assert not own.path.exists()


def _fifty_at_most(self: Shop, query: Any, name: str, default: int) -> int:
    number = Shop.number(self, query, name, default)
    if name == "limit" and number > 50:
        raise Refused(400, "at most 50")
    return number


@pytest.mark.parametrize("shop", [Shop, mutated(number=_fifty_at_most)], ids=["honest", "fifty rows a page"])
def test_rows_that_should_never_have_been_made_go_too(tmp_path: Path, shop: type[Shop]) -> None:
    there = shop()
    context, own, _ = planted(there, tmp_path, 700, NO_SUCH)
    assert clean_up(context, own) == []
    assert len(there.rows) == 45


@pytest.mark.parametrize(
    "shop", [mutated(delete=lambda self, sku: True), mutated(delete=lambda self, sku: False)], ids=["kept", "failed"]
)
def test_what_cant_be_taken_away_is_named_and_stays_in_the_journal(tmp_path: Path, shop: type[Shop]) -> None:
    there = shop()
    context, own, keys = planted(there, tmp_path, 3)
    assert clean_up(context, own) == keys
    assert all(key in own.path.read_text() for key in keys)
    assert there.asked < 60


class Large(Shop):
    """A shop of many rows, quick at deleting them: what a batch deletes goes at its end, in one look at the rows."""

    most = 1_000

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[Any, list[Any]] = {}
        self.going: set[str] = set()

    def chosen(self, operation: Any, query: Any, request: Any) -> list[Any]:
        wanted = (operation.code, tuple(pair for pair in query if pair[0] not in ("page", "limit")))
        if wanted not in self.known:
            self.known[wanted] = super().chosen(operation, query, request)
        return self.known[wanted]

    def taken(self, operation: Any, item: Any) -> bool:
        self.going.add(item["sku"])
        return True

    def submitted(self, operation: Any, body: bytes) -> tuple[int, Any]:
        if body.count(b"{") > self.most:
            raise Refused(413, f"at most {self.most} items")
        done = super().submitted(operation, body)
        self.go()
        return done

    def go(self) -> None:
        """Let the rows go that a batch deletes."""
        self.rows = [row for row in self.rows if row["sku"] not in self.going]
        self.going, self.known = set(), {}


class Ignores(Large):
    """It says that rows are deleted, and they stay."""

    def go(self) -> None:
        self.going = set()


class Delays(Large):
    """Rows go when their batch has been asked for twice more."""

    polls = 0

    def go(self) -> None:
        """Nothing goes yet."""

    def looked_up(self, ticket: str) -> tuple[int, Any]:
        self.polls += 1
        if self.polls % 3:
            status, data = super().looked_up(ticket)
            return status, {**data, "state": {**data["state"], "succeeded": 0}}
        Large.go(self)
        return super().looked_up(ticket)


class Refuses(Large):
    """It takes no delete."""

    most = 0


@pytest.mark.parametrize("shop", [Large, Delays, type("Few", (Large,), {"most": 60})], ids=["honest", "slow", "small"])
def test_ten_thousand_rows_go(tmp_path: Path, shop: type[Shop]) -> None:
    there = shop()
    context, own, _ = planted(there, tmp_path, 10_000)
    assert clean_up(context, own) == []
    assert len(there.rows) == 45
    assert not own.path.exists()


@pytest.mark.parametrize("shop", [Ignores, Refuses])
def test_ten_thousand_rows_that_stay_are_all_named(tmp_path: Path, shop: type[Shop]) -> None:
    there = shop()
    context, own, keys = planted(there, tmp_path, 10_000)
    assert clean_up(context, own) == sorted(keys)
    assert journaled(own.path, own.base_url) == keys
    said = leftovers.left_behind(Config("http://127.0.0.1:1"), own.path, keys)
    assert said[0].endswith(f"seller-contract clean-up http://127.0.0.1:1 --report {tmp_path}")
    assert [key for line in said[1:] for key in line.removeprefix("Left: ").split(", ")] == keys
    assert max(map(len, said)) < LONGEST


def _fails(self: Shop, operation: Any, request: Any) -> tuple[int, Any]:
    raise Refused(500, "no")


def test_what_no_list_answers_for_isnt_forgotten(tmp_path: Path) -> None:
    there = mutated(listed=_fails)()
    context, own, keys = planted(there, tmp_path, 3)
    assert clean_up(context, own) == keys
    assert journaled(own.path, own.base_url) == keys


def test_where_the_document_has_no_delete_rows_are_named(tmp_path: Path) -> None:
    there = Shop()
    context, own, keys = planted(there, tmp_path, 3)
    kept = tuple(o for o in context.contract.operations if not (o.access and o.access.action == "deletes"))
    assert clean_up(context.restart(replace(context.contract, operations=kept)), own) == keys
    assert journaled(own.path, own.base_url) == keys


def test_where_nothing_was_planted_nothing_is_asked(tmp_path: Path) -> None:
    there = Shop()
    context, own, _ = planted(there, tmp_path, 0)
    assert clean_up(context, own) == []
    assert there.asked == 0


@pytest.mark.parametrize(("stops", "notes"), [(0, 0), (1, 0), (2, 2)])
def test_a_clean_up_that_is_stopped_once_goes_on_and_twice_says_what_it_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops: int, notes: int
) -> None:
    _, own, keys = planted(Shop(), tmp_path, count=1)
    seen: list[int] = []

    def interrupted(_ask: RunContext, _own: Ownership) -> list[str]:
        seen.append(1)
        if len(seen) <= stops:
            raise KeyboardInterrupt
        return []

    monkeypatch.setattr(leftovers, "clean_up", interrupted)
    said = leftovers.delete_own_rows(spec.load(), own, Config("http://127.0.0.1:1", api_key="key"))
    assert len(said) == notes
    assert all(f"seller-contract clean-up http://127.0.0.1:1 --report {tmp_path}" in line for line in said[:1])
    assert all(keys[0] in line for line in said[1:])
