"""The laws, each on a small shop of its own: silent on an honest one, and red on one with the mistake."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance.laws import LAWS, Phase
from conformance.oracle.budget import NORMAL
from conformance.runner.run import in_order, try_clause
from conformance.transport import target
from conformance.verdict import Finding, Outcome
from spec import Clause
from tests.conformance import inconclusive, quirks
from tests.conformance.fake import CONTRACT, Shop, ask_of, log_of, outcome
from tests.conformance.golden import expect, titles
from tests.conformance.mistakes import MISTAKES
from tests.conformance.mutate import Mistake, changed


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop without a wire needs no second try."""
    monkeypatch.setattr(target, "ATTEMPTS", 1)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m[0]}: {m[1]}")
def test_a_mistake_is_found_and_confirmed(tmp_path: Path, mistake: Mistake) -> None:
    clause, _, shop = mistake
    # Some shops fail only on the largest bodies that a run sends.
    found = outcome(ask_of(shop(), tmp_path, budget=NORMAL), clause)
    assert found.verdict == "violated", found
    example = found.counterexample
    assert example is not None
    assert example.replays == 2 or clause.endswith("page.stable")
    shown = f"{len(example.requests)} requests, {found.witnesses} witnesses"
    law = kinds()[clause]
    expect(law, f"{clause}: {mistake[1]}", [shown, f"expected {example.expected}", f"observed {example.observed}"])


LAWS_ALONE = {clause.kind for clause in CONTRACT.clauses if LAWS[clause.kind].phase is not Phase.GENERATED}
"""Kinds of clauses whose laws say something without Schemathesis' engine."""


def test_no_finding_is_kept_of_a_mistake_that_is_no_more() -> None:
    kept = [title for blocks in titles().values() for title in blocks if ": " in title]
    assert sorted(kept) == sorted(f"{clause}: {name}" for clause, name, _ in MISTAKES)


@pytest.mark.parametrize("seed", range(20))
def test_an_honest_shop_is_never_accused(tmp_path: Path, seed: int) -> None:
    """Another part of the clauses for each seed, those of a family together: they share what they ask."""
    context = ask_of(Shop(28), tmp_path, seed)
    known = sorted((c for c in CONTRACT.clauses if c.kind in LAWS_ALONE), key=lambda c: (c.writes, c.kind, c.id))
    clauses = known[seed * len(known) // 20 : (seed + 1) * len(known) // 20]
    wrong = [(c.id, found) for c in clauses if isinstance(found := LAWS[c.kind](context, c), Finding)]
    assert wrong == []


def test_an_honest_shop_holds_nearly_everything(tmp_path: Path) -> None:
    found = _try_all(Shop(), tmp_path)
    expect_by_law("45 rows", found)
    assert Counter(o.verdict for o in found if not o.clause.id.endswith("body.whole")).keys() == {"held"}
    assert all(o.witnesses for o in found if o.verdict == "held")


def _try_all(shop: Shop, folder: Path | None, wanted: Callable[[Clause], bool] = bool) -> list[Outcome]:
    """The outcome of every wanted clause."""
    context = ask_of(shop, folder)
    clauses = [clause for clause in in_order(filter(wanted, CONTRACT.clauses)) if clause.kind in LAWS_ALONE]
    return [try_clause(context, LAWS[clause.kind], clause) for clause in clauses]


@cache
def kinds() -> dict[str, str]:
    """The kind of each clause, which names its law."""
    return {clause.id: clause.kind for clause in CONTRACT.clauses}


def expect_by_law(title: str, found: list[Outcome]) -> None:
    """Compare outcomes with the golden files of their laws."""
    by_law: dict[str, list[str]] = {}
    for one in found:
        by_law.setdefault(one.clause.kind, []).append(in_words(one))
    for law, lines in by_law.items():
        expect(law, title, lines)


def in_words(found: Outcome) -> str:
    """What a person reads about an outcome."""
    if found.verdict != "held":
        reason = found.reason.text if found.reason else ""
        return f"{found.clause.id}: {found.verdict} {reason}".rstrip()
    alive = f"; left alive: {', '.join(found.survivors)}" if found.survivors else ""
    return f"{found.clause.id}: held in {found.witnesses} cases{alive}"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_without_discriminating_rows_no_clause_about_rows_is_held(count: int) -> None:
    tried = _try_all(Shop(count), None, lambda c: not c.writes and c.family != "auth")
    expect_by_law(f"{count} rows", tried)
    found = {outcome.clause.id: outcome for outcome in tried}
    assert not [o for o in found.values() if o.verdict in ("violated", "error")]
    if count == 0:
        held = {id.split(".", 1)[1].split(".")[0] for id, o in found.items() if o.verdict == "held"}
        assert held <= {"param", "batch", "response"}
    for name in ("page.next", "page.disjoint", "page.complete", "page.default-page", "page.limit"):
        assert count > 1 or found[f"PRD102.{name}"].verdict == "not-exercised"


def test_a_wrong_response_is_found_though_the_rows_change() -> None:
    """The last page was wrong, and is the last one no longer; a list of seven rows is wrong as ever."""

    def listed(found: tuple[int, Any], *_: Any) -> tuple[int, Any]:
        status, page = found
        return 201 if len(page["results"]) == 7 else status, {**page, "next": page["next"] or False}

    shop = changed("listed", listed)()
    context = ask_of(shop)
    for name in ("page.complete", "page.next", "filter.name"):
        clause = next(c for c in CONTRACT.clauses if c.id.startswith(f"PRD102.{name}"))
        try_clause(context, LAWS[clause.kind], clause)
    shop.rows += [shop.make(n) for n in range(100, 300)]
    assert outcome(context, "PRD102.response.schema").verdict == "violated"
    assert outcome(context, "PRD102.response.status").verdict == "violated"


def test_every_law_has_a_mistake() -> None:
    tried = {clause.kind for id, _, _ in MISTAKES if (clause := CONTRACT.clause(id))}
    here = {clause.kind for clause in CONTRACT.clauses}  # the other kinds are tried with documents that have them
    assert sorted((LAWS_ALONE & here) - tried) == []


def test_no_row_of_ours_shares_a_text_with_one_of_theirs(tmp_path: Path) -> None:
    """A server that confuses rows with one code then changes ours alone."""
    shop = Shop()
    theirs = {row[name] for row in shop.rows for name in ("name", "base_code")}
    context = ask_of(shop, tmp_path)
    for clause in in_order(c for c in CONTRACT.clauses if c.family in ("write", "batch", "body")):
        try_clause(context, LAWS[clause.kind], clause)
    sent = [item for r in log_of(context) if r.method == "POST" for item in _items(r.body or b"")]
    ours = {item.get(name) for item in sent for name in ("name", "base_code") if isinstance(item.get(name), str)}
    assert len(ours) > 20
    assert not ours & theirs


def _items(body: bytes) -> list[Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


@pytest.mark.parametrize("value", [None, 7, "x", [], [{"key": "COLOR"}], {"COLOR": [1]}], ids=repr)
@pytest.mark.parametrize(
    "fields", [{"attributes"}, {*Shop(1).rows[0]} - {"sku"}], ids=["attributes", "all but the key"]
)
def test_no_law_breaks_on_rows_of_another_shape(fields: set[str], value: Any) -> None:
    def shown(found: tuple[int, Any], *_: Any) -> tuple[int, Any]:
        status, page = found
        return status, {**page, "results": [{**row, **dict.fromkeys(fields, value)} for row in page["results"]]}

    found = _try_all(changed("listed", shown)(12), None, lambda clause: not clause.writes)
    assert not [outcome for outcome in found if outcome.verdict == "error"]


@pytest.mark.parametrize("name", quirks.SHOPS)
def test_a_quirk_is_no_mistake(tmp_path: Path, name: str) -> None:
    found = _try_all(quirks.SHOPS[name](), tmp_path, lambda clause: clause.family in ("page", "response"))
    assert {outcome.verdict for outcome in found} == {"held"}


@pytest.mark.parametrize("name", inconclusive.SHOPS)
def test_why_a_law_is_inconclusive(tmp_path: Path, name: str) -> None:
    found = _try_all(inconclusive.SHOPS[name](), tmp_path, lambda clause: clause.writes)
    assert not [outcome for outcome in found if outcome.verdict == "error"]
    # How often evidence was seen changes with every request that a scenario makes.
    timely = [o for o in found if o.verdict != "held" or not (o.clause.family == "response" or "times" in o.clause.id)]
    expect_by_law(f"a shop {name}", [outcome for outcome in timely if outcome.verdict != "held"])
