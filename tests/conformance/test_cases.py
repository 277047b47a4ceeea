"""Cases: each chosen case kills the mutants that it names, the same for a seed; none where nothing discriminates."""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spec
from conformance.oracle.awkward import WITNESSES
from conformance.oracle.budget import NORMAL
from conformance.oracle.candidates import candidates, crafted
from conformance.oracle.cases import (
    Case,
    Cases,
    choose,
    choose_for_wire,
    cover,
    spokesmen,
)
from conformance.oracle.lookups import in_offset, satisfies
from conformance.oracle.mutants import Mutant, all_or_none, first_only, mutants, shared_mutants, wire_mutants
from spec import Filter

FILTERS = {f.parameter: f for f in spec.load().by_code["PRD102"].filters if not f.hidden}
CATEGORIES = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(1, 6)]


def rows(count: int = 40) -> list[dict[str, Any]]:
    """Rows of all kinds, as a server shows them."""
    began = datetime.datetime(2025, 5, 22, 11, 42, 32, 935000, datetime.UTC)
    return [
        {
            "name": WITNESSES[n % len(WITNESSES)],
            "base_code": f"BC-{n // 3}",
            "sku": f"Sku {n}/x" if n % 5 == 0 else f"SKU-{n}",
            "category": CATEGORIES[n % 5],
            "attributes": {
                "COLOR": ("Red", "red", "Dark Red", "Blue", "Göz")[n % 5],
                "color": "Red",
                "COLOR_2": "Blue",
                "SIZE": n % 7,
                "bad key": "Red",
                "": "Red",
                "FLAG": True,
                "LIST": ["Red"],
            },
            "updated_at": in_offset(began + datetime.timedelta(milliseconds=997 * (n // 2)), 0),
            "created_at": in_offset(began - datetime.timedelta(hours=n), 0),
        }
        for n in range(count)
    ]


def all_mutants(filter: Filter, sample: Sequence[dict[str, Any]]) -> dict[str, Mutant]:
    texts = ("name", "base_code", "sku")
    known = (
        *mutants(filter, texts, ("updated_at", "created_at")),
        *shared_mutants(filter),
        first_only(filter, sample),
        *all_or_none(filter, sample),
    )
    return {r.name: r for r in known}


def kills(case: Case, mutant: Mutant, sample: Sequence[dict[str, Any]]) -> bool:
    """Worked out row by row, without any of the shortcuts."""
    return any(
        (right := satisfies(case.filter, row, case.operand, case.key)) is not None
        and mutant.shows(row, case.operand, case.key) is not right
        for row in sample
    )


@pytest.mark.parametrize("parameter", FILTERS)
@pytest.mark.parametrize("seed", [0, 7])
def test_chosen_cases_kill_the_mutants_that_they_name(parameter: str, seed: int) -> None:
    filter, sample = FILTERS[parameter], rows()
    found = choose(filter, sample, seed)
    known = all_mutants(filter, sample)
    assert 2 <= len(found.chosen) <= NORMAL.most_cases
    for case in found.chosen:
        assert case.filter is filter
        assert all(kills(case, known[name], sample) for name in case.kills)
        assert case.kills
        assert case.operand == case.operand.strip() != ""
    told = {name for case in found.chosen for name in case.kills}
    assert set(found.survivors) == set(known) - told
    assert {"ignored", "always empty"} <= told
    assert any(case.judge(row) is True for case in found.chosen for row in sample)


@pytest.mark.parametrize("parameter", sorted(FILTERS))
def test_rich_rows_leave_few_survivors(parameter: str) -> None:
    rich = parameter.startswith(("name", "updated_at", "created_at"))
    # Every row has a time of its own, and the codes are no longer than an index.
    beyond = {"only the first match is shown", "only 8 characters count"}
    if "code" in parameter:
        beyond.add("the words may stand in any order")  # a code is one word
    if not rich:
        beyond.add("texts that are numbers compare as numbers")  # none of these is a number
    survivors = set(choose(FILTERS[parameter], rows(), 0).survivors) - beyond
    assert len(survivors) <= (0 if rich else 2)


def test_one_filter_of_each_lookup_stands_for_the_fields() -> None:
    """The one whose rows have the most words: what takes texts apart shows there."""
    text = [f for f in FILTERS.values() if not f.free_key and f.lookup in ("exact", "contains", "icontains")]
    sample = [{"name": "two words", "base_code": "one", "sku": "one,two", "attributes": {"COLOR": "Red"}}]
    found = spokesmen([f for f in FILTERS.values() if f in text or f.free_key], sample)
    assert {"name", "name__contains", "name__icontains"} <= found
    assert not {f for f in found if f.startswith(("sku", "base_code"))}
    assert "attribute__KEY" in found
    assert "attribute__KEY__iexact" not in found


@pytest.mark.parametrize("parameter", ["name", "name__icontains"])
def test_only_a_filter_that_stands_for_others_shows_the_shared_mutants(parameter: str) -> None:
    filter, sample = FILTERS[parameter], rows()
    shared = {mutant.name for mutant in shared_mutants(filter)}
    killed = {name for case in choose(filter, sample, 0).chosen for name in case.kills}
    alone = choose(filter, sample, 0, shared=False)
    assert shared <= killed
    assert not shared & {*alone.survivors, *(name for case in alone.chosen for name in case.kills)}


def test_the_same_seed_chooses_the_same_and_another_may_not() -> None:
    sample = rows()
    some = [FILTERS[p] for p in ("name__contains", "category__in", "attribute__KEY", "updated_at__gt")]
    for filter in some:
        assert choose(filter, sample, 3) == choose(filter, rows(), 3)
    wire = list(FILTERS.values())
    assert choose_for_wire(wire, sample, 3) == choose_for_wire(wire, rows(), 3)
    assert any(choose(f, sample, 3).chosen != choose(f, sample, 4).chosen for f in some)


@pytest.mark.parametrize(
    "sample",
    [
        [],
        [{}],
        [{"name": None, "attributes": None, "updated_at": None, "category": None}],
        [{"name": "", "attributes": {}, "updated_at": "yesterday"}],
        [{"name": ["x"], "attributes": {"A": None}, "updated_at": 7.5}],
    ],
)
def test_nothing_is_chosen_where_nothing_discriminates(sample: list[dict[str, Any]]) -> None:
    for parameter in ("name", "attribute__KEY", "updated_at", "category__in", "name__icontains"):
        # A value that no row has doesn't kill the mutant that never shows a row.
        assert "always empty" in choose(FILTERS[parameter], sample, 0).survivors
    assert choose_for_wire(list(FILTERS.values()), sample, 0).chosen == ()


def test_survivors_are_named() -> None:
    found = choose(FILTERS["category"], [{"category": CATEGORIES[0]} for _ in range(9)], 0)
    assert found.survivors == ("ids compare as text",)  # the id has no letters
    assert {name for case in found.chosen for name in case.kills} == {
        "ignored",
        "always empty",
        "only the first match is shown",
        "only the first block counts",
    }
    alike = choose(FILTERS["name"], [{"name": "Bag", "sku": "Bag"}] * 9, 0)
    assert "looks at sku" in alike.survivors
    assert "accents don't count" in alike.survivors


def test_no_operand_has_outer_spaces_or_is_empty() -> None:
    sample = [{"name": f" {text} ", "attributes": {"COLOR": f" {text}"}} for text in WITNESSES] + [{"name": "  "}]
    for parameter in ("name", "name__contains", "attribute__KEY__endswith"):
        rng = random.Random(1)
        found = [operand for _, operand in candidates(FILTERS[parameter], sample, rng)]
        assert found
        assert all(operand and operand == operand.strip() for operand in found)
        assert all(c.operand == c.operand.strip() for c in choose_for_wire([FILTERS[parameter]], sample, 1).chosen)


def test_only_keys_that_can_be_asked_are() -> None:
    found = {key for key, _ in candidates(FILTERS["attribute__KEY"], rows(), random.Random(0))}
    assert found == {"COLOR", "color", "COLOR_2", "SIZE", "size"}


def test_unusual_keys_come_first_and_nine_are_enough() -> None:
    sample = [{"attributes": {f"K{n}": f"value {n}" for n in range(20)} | {"ölçü": "a value"}}]
    keys = list(dict.fromkeys(key for key, _ in candidates(FILTERS["attribute__KEY"], sample, random.Random(0))))
    assert len([key for key in keys if key in sample[0]["attributes"]]) == 9
    assert keys[:2] == ["ölçü", "K0"]


@pytest.mark.parametrize("parameter", ["name", "name__contains", "attribute__KEY__istartswith"])
def test_wire_cases_kill_the_mutants_that_they_name(parameter: str) -> None:
    sample = rows()
    filters = list(FILTERS.values())
    found = choose_for_wire(filters, sample, 0)
    assert 0 < len(found.chosen) <= 16
    for case in found.chosen:
        known = {r.name: r for r in wire_mutants(case.filter)}
        assert case.kills
        assert all(kills(case, known[name], sample) for name in case.kills)
    names = {r.name for f in filters for r in wire_mutants(f)}
    assert set(found.survivors) == names - {name for case in found.chosen for name in case.kills}
    assert len(found.survivors) <= 2
    assert choose_for_wire([FILTERS[parameter]], sample, 0).chosen


def test_many_rows_are_sampled() -> None:
    sample = rows(4 * NORMAL.case_rows)
    assert choose(FILTERS["sku"], sample, 0) == choose(FILTERS["sku"], sample, 0)
    seen = {case.operand for seed in range(3) for case in choose(FILTERS["sku"], sample, seed).chosen}
    assert len(seen) > 4
    pool = list(itertools.islice(candidates(FILTERS["sku"], sample, random.Random(0)), NORMAL.candidates + 1))
    assert len(pool) > NORMAL.candidates


def test_cover_takes_the_fewest() -> None:
    """Of "b", which kills one mutant, and "abc", which kills that one and another, only the latter is needed."""
    filter = FILTERS["name"]

    def mutant(name: str, told_by: str) -> Mutant:
        return Mutant(name, lambda row, operand, key: (row["name"] == operand) != (operand in told_by.split()))

    wanted = {"name": [mutant("one", "b abc"), mutant("two", "abc"), mutant("three", "nobody")]}
    pool = [(filter, None, operand) for operand in ("b", "abc", "c")]
    found = cover(pool, wanted, [{"name": "abc"}], 0, 8, 4)
    assert found == Cases((Case(filter, None, "abc", ("one", "two")),), ("three",))
    assert [c.operand for c in cover(pool, wanted, [{"name": "abc"}], 2, 8, 4).chosen] == ["abc", "b"]
    assert cover(pool, wanted, [{"name": "abc"}], 0, 0, 4) == Cases((), ("one", "two", "three"))


def test_a_case_goes_on_the_wire_under_its_key() -> None:
    case = Case(FILTERS["attribute__KEY__icontains"], "COLOR", "re", ())
    assert case.query == (("attribute__COLOR__icontains", "re"),)
    assert case.judge({"attributes": {"COLOR": "RED"}}) is True
    assert case.judge({"attributes": {"SIZE": "RED"}}) is False


@pytest.mark.parametrize("lookup", ["exact", "contains", "startswith", "endswith", "icontains", "iexact"])
def test_crafted_texts_hold_every_character_that_is_tampered_with(lookup: str) -> None:
    filter = replace(FILTERS["name"], lookup=lookup)
    found = list(crafted(filter, ["Red bag", "Salt", "x", "a+b c"]))
    for special in ("&", ";", "#", ",", "\\", '"', "'", "%20", "+", "\U0001f600", "é"):
        assert any(special in operand for operand in found), special
    assert list(crafted(filter, ["abc", "x", 7])) == []


def test_instants_in_another_offset() -> None:
    moment = datetime.datetime(2025, 5, 22, 11, 42, 32, 935000, datetime.UTC)
    assert in_offset(moment, 0) == "2025-05-22T11:42:32.935Z"
    assert in_offset(moment, 180) == "2025-05-22T14:42:32.935+03:00"
    assert in_offset(moment, -330) == "2025-05-22T06:12:32.935-05:30"
    assert in_offset(moment.replace(microsecond=0), 0) == "2025-05-22T11:42:32Z"
    assert in_offset(moment.replace(microsecond=1), 0) == "2025-05-22T11:42:32.000001Z"


SCHEMAS: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": "string", "format": "decimal"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "uuid"},
    {"type": "boolean"},
]


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("lookup", ["exact", "gt", "gte", "lt", "lte", "in"])
def test_filters_of_other_kinds_get_cases_too(schema: dict[str, Any], lookup: str) -> None:
    values: dict[str, list[Any]] = {
        "integer": [1, 2, 3, 5, 8],
        "decimal": ["1.50", "2", "3.25", "89.94"],
        "date": ["2025-01-31", "2025-02-01", "2025-03-01"],
        "uuid": CATEGORIES,
        "boolean": [True, False],
    }
    kind = schema.get("format") or schema["type"]
    sample = [{"x": value, "name": "n"} for value in values[kind]] * 2
    filter = replace(FILTERS["category__in" if lookup == "in" else "name"], field="x", lookup=lookup, schema=schema)
    found = choose(filter, sample, 0)
    if kind == "boolean" or (kind == "uuid" and lookup not in ("exact", "in")):
        assert not found.chosen or lookup in ("exact", "in", "gt", "gte", "lt", "lte")
        return
    known = all_mutants(filter, sample)
    assert {"ignored", "always empty"} <= {name for case in found.chosen for name in case.kills}
    assert all(kills(case, known[name], sample) for case in found.chosen for name in case.kills)
    if kind in ("integer", "decimal", "date") and lookup != "in":
        assert not {name for name in found.survivors if name.startswith("read as")}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.none() | st.integers() | st.text(max_size=12),
                "attributes": st.none()
                | st.dictionaries(st.text(max_size=3), st.text(max_size=5) | st.integers() | st.none(), max_size=3),
            }
        ),
        max_size=12,
    ),
    st.integers(0, 3),
)
def test_rows_of_any_kind_give_discriminating_cases(sample: list[dict[str, Any]], seed: int) -> None:
    for parameter in ("name__icontains", "attribute__KEY__endswith", "name"):
        filter = FILTERS[parameter]
        for case in choose(filter, sample, seed).chosen:
            known = {r.name: r for r in mutants(filter, ("name",), ())}
            assert all(name not in known or kills(case, known[name], sample) for name in case.kills)
