"""A search for words: each is looked for by itself, in any of the fields, and a row needs all of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import spec
from conformance.laws.search import _has, _is_words, _turned
from conformance.selftest import run, selected

WAREHOUSE = Path(__file__).with_name("warehouse.yaml")
FAULTS = dict(selected(spec.load(WAREHOUSE), ()))
BOOKS: Any = SimpleNamespace(search=("title", "author"), by_words=True)


@pytest.mark.parametrize("clause", ["listShelves.search.sound", "listShelves.search.complete"])
def test_a_search_that_takes_the_words_otherwise_is_found(clause: str) -> None:
    tried = tuple(fault for fault in FAULTS[clause] if fault.endswith((":any-word", ":one-text")))
    assert tried
    (judged,) = run(WAREHOUSE, [(clause, tried)], jobs=1)
    assert judged.honest == "held", judged.reason
    assert [(trial.fault, trial.red) for trial in judged.trials if clause not in trial.red] == []


def test_an_order_whose_fields_are_open_shows_the_same_rows() -> None:
    clause = "listShelves.order.same-rows"
    (judged,) = run(WAREHOUSE, [(clause, FAULTS[clause])], jobs=1)
    assert judged.honest == "held", judged.reason
    assert judged.trials
    assert [trial.fault for trial in judged.trials if clause not in trial.red] == []
    assert not [each for each in spec.load(WAREHOUSE).clauses if each.id.startswith("listShelves.order.sorted")]


@pytest.mark.parametrize(
    ("value", "found"),
    [("sea", True), ("wolf sea", True), ("london wolf", True), ("wolf lake", False), ("jack", True), ("jack x", False)],
)
def test_a_row_needs_every_word(value: str, found: bool) -> None:
    assert _has(BOOKS, {"title": "The Sea-Wolf", "author": "Jack London"}, value) is found


def test_words_are_taken_out_of_their_order_and_out_of_different_rows() -> None:
    rows: list[dict[str, Any]] = [
        {"title": "One", "author": None},
        {"title": "Sea Wolf", "author": "London"},
        {"title": "A Day", "author": "B"},
    ]
    assert list(_turned(BOOKS, rows)) == ["London Sea", "Sea B"]


@pytest.mark.parametrize("value", ["a,b", 'say "x"', "it's", "a\tb", "a  b", "-a", "a+b", "back\\slash"])
def test_values_that_servers_split_in_different_ways_are_not_sent(value: str) -> None:
    assert not _is_words(value)
