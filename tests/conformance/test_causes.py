"""One cause, one finding: what rests on a broken clause names it, and isn't held against the server too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.fake import CONTRACT, Row, Shop, ask_of, outcome
from tests.conformance.inconclusive import SHOPS
from tests.conformance.mutate import mutated

PAGES = [c.id for c in CONTRACT.clauses if c.operation == "PRD102" and c.family == "page"]


def _ties(self: Shop, rows: list[Row], page: int, limit: int) -> list[Row]:
    """Three rows at a time are equal in what the list is sorted by, and every other page sorts them otherwise."""
    step = 1 if page % 2 else -1
    sorted_so = [row for at in range(0, len(rows), 3) for row in rows[at : at + 3][::step]]
    return sorted_so[(page - 1) * limit : page * limit]


CAUSES: dict[str, tuple[type[Shop], str, set[str]]] = {
    "ties across pages": (mutated(cut=_ties), "disjoint", {"complete", "same-order"}),
    "a capped count": (
        mutated(count=lambda s, rows, n: min(len(rows), 20), has_next=lambda s, p, n, c: p * n < len(s.rows)),
        "count",
        {"next", "past-end", "complete"},
    ),
    "a count of the page": (mutated(count=lambda s, rows, n: min(len(rows), n)), "count", set()),
    "an overlap": (
        mutated(cut=lambda s, rows, p, n: rows[max(0, (p - 1) * n - (p > 1)) : p * n]),
        "disjoint",
        set(),
    ),
    "a lost row": (
        mutated(cut=lambda s, rows, p, n: rows[(p - 1) * n + (p > 1) : p * n]),
        "complete",
        {"count"},
    ),
}


@pytest.mark.parametrize(("shop", "cause", "resting"), CAUSES.values(), ids=CAUSES.keys())
def test_a_broken_list_has_one_cause(shop: type[Shop], cause: str, resting: set[str]) -> None:
    context = ask_of(shop())
    found = {id: outcome(context, id) for id in PAGES}
    assert [id for id, one in found.items() if one.verdict == "violated"] == [f"PRD102.page.{cause}"]
    blocked = {id: one.reason.clause for id, one in found.items() if one.reason and one.reason.code == "blocked-by"}
    assert {f"PRD102.page.{name}" for name in resting} <= blocked.keys()
    assert set(blocked.values()) <= {f"PRD102.page.{cause}"}


def test_nothing_is_blocked_on_an_honest_list() -> None:
    context = ask_of(Shop())
    assert not [id for id in PAGES if (one := outcome(context, id)).reason and one.reason.code == "blocked-by"]


@pytest.mark.parametrize("id", ["PRD101.batch.final", "PRD103.batch.final", "PRD104.write.updates.prices"])
def test_what_rests_on_batches_that_never_end_names_that(id: str, tmp_path: Path) -> None:
    context = ask_of(SHOPS["whose batches never end"](), tmp_path)
    reason = outcome(context, id).reason
    assert reason
    assert (reason.code, reason.clause) == ("blocked-by", f"{id[:6]}.batch.ends")
    assert outcome(context, reason.clause).verdict == "violated"
