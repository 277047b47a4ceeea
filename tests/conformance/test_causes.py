"""One cause, one finding: what rests on a broken clause names it, and isn't held against the server too."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance.commands.terminal import summary
from conformance.reports.html import html
from conformance.reports.markdown import markdown
from conformance.reports.model import Report
from tests.conformance.fake import CONTRACT, Row, Shop, ask_of, outcome
from tests.conformance.inconclusive import SHOPS
from tests.conformance.made_up import report, violated
from tests.conformance.mutate import changed, mutated

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


def _lacks_first(found: tuple[int, Any], *_: Any) -> tuple[int, Any]:
    status, data = found
    if isinstance(data, dict) and data.get("results"):
        data = {**data, "results": data["results"][1:]}
    return status, data


READS = ("PRD102.page", "PRD102.filter.name", "PRD102.filter.category", "PRD102.relation.category", "PRD108.page")
WRITES = ("PRD104.batch", "PRD104.write.updates", "PRD106.batch", "PRD106.write.updates")

HOSTILE: dict[str, tuple[type[Shop], tuple[str, ...], str]] = {
    "ties across pages": (CAUSES["ties across pages"][0], READS, "PRD108.page.disjoint"),
    "a capped count": (CAUSES["a capped count"][0], READS, "PRD108.page.count"),
    "every list lacks its first row": (
        changed("chosen", lambda rows, *_: rows[1:]),
        (*READS, "PRD102.explore"),
        "PRD102.page.filtered",
    ),
    "every page lacks its first row": (changed("listed", _lacks_first), READS, "PRD108.page.limit"),
    "batches that never end": (SHOPS["whose batches never end"], WRITES, "PRD104.batch.ends"),
    "batches without a ticket": (SHOPS["that gives no ticket"], WRITES, "PRD104.batch.ticket"),
    "every write fails": (
        SHOPS["that fails on every batch"],
        ("PRD104.body.type", "PRD104.response", "PRD106.body.type", "PRD106.response"),
        "PRD104.response.no-server-error",
    ),
    "any key is let in": (mutated(allowed=lambda *_: True), ("PRD102.auth", "PRD108.auth"), "PRD108.auth.missing-key"),
}


def _judged(shop: type[Shop], only: tuple[str, ...], folder: Path) -> Report:
    """The report of a run that tried some clauses; the others are as if they held."""
    context = ask_of(shop(), folder)
    tried = [c.id for c in CONTRACT.clauses if any(c.id.startswith(prefix) for prefix in only)]
    return report(folder / "report", [outcome(context, id) for id in tried])


@pytest.mark.parametrize(("shop", "only", "first"), HOSTILE.values(), ids=HOSTILE.keys())
def test_every_report_opens_with_the_one_cause(
    shop: type[Shop], only: tuple[str, ...], first: str, tmp_path: Path
) -> None:
    found = _judged(shop, only, tmp_path)
    (cause,) = found["causes"]
    assert cause["clause"] == first
    wrong = {clause["id"] for clause in found["clauses"] if clause["verdict"] == "violated"}
    assert {cause["clause"], *cause["also"]} == wrong
    blocked = {clause["id"] for clause in found["clauses"] if clause.get("reason_code") == "blocked-by"}
    assert set(cause["blocked"]) == blocked
    text = io.StringIO()
    summary(found, Console(file=text, soft_wrap=True, width=200))
    shown = [line for line in text.getvalue().splitlines() if line.startswith("✗")]
    assert len(shown) == 1
    assert text.getvalue().splitlines()[1] == shown[0]
    items = [line for line in markdown(found).splitlines() if line.startswith("- **")]
    assert len(items) == 1
    assert f"`{first}`" in items[0]
    page = html(found)
    assert page.count('class="cause') == 1
    assert page.index('class="cause') < page.index('id="matrix"')


def _inserted_twice(self: Shop, row: Row | None, item: Row) -> None:
    Shop.upsert(self, row, item)
    if row is None:
        self.rows.append(dict(self.rows[-1]))


@pytest.mark.parametrize(
    ("shop", "blocking"),
    [(CAUSES["an overlap"][0], "PRD102.page.disjoint"), (mutated(upsert=_inserted_twice), "")],
    ids=["the list shows rows twice", "the write makes rows twice"],
)
def test_a_write_is_not_blamed_for_the_list_nor_the_list_for_a_write(
    shop: type[Shop], blocking: str, tmp_path: Path
) -> None:
    context = ask_of(shop(), tmp_path)
    before = outcome(context, "PRD102.page.disjoint")
    assert before.verdict == ("violated" if blocking else "held")
    found = outcome(context, "PRD101.write.inserts")
    assert (found.reason.clause if found.reason else "") == blocking
    assert (found.verdict == "violated") == (not blocking)


def test_two_mistakes_are_two_causes(tmp_path: Path) -> None:
    ids = ("PRD102.filter.name", "PRD102.page.next", "PRD101.batch.total", "PRD103.batch.total")
    found = report(tmp_path, [violated(clause) for clause in CONTRACT.clauses if clause.id in ids])
    assert [(cause["clause"], cause["also"]) for cause in found["causes"]] == [
        ("PRD102.page.next", []),
        ("PRD102.filter.name", []),
        ("PRD101.batch.total", ["PRD103.batch.total"]),
    ]
    assert "breaks 4 clauses of the contract (3 causes)" in found["answer"]


@pytest.mark.parametrize(
    ("fields", "first"),
    [(("name",), "PRD101.write.field.name"), (("name", "base_code", "images"), "PRD101.write.updates")],
    ids=["one field is kept wrongly", "updates are lost"],
)
def test_lost_writes_have_one_cause(fields: tuple[str, ...], first: str, tmp_path: Path) -> None:
    kinds = ("write.updates", "write.history", "write.last-wins", *(f"write.field.{field}" for field in fields))
    wrong = [violated(clause) for clause in CONTRACT.clauses if clause.id in {f"PRD101.{kind}" for kind in kinds}]
    (cause,) = report(tmp_path, wrong)["causes"]
    assert cause["clause"] == first
    assert len(cause["also"]) == len(kinds) - 1


def test_what_counts_is_not_folded_under_advice(tmp_path: Path) -> None:
    """response.status is documented, and response.declared-status only inferred."""
    inferred = next(c for c in CONTRACT.clauses if c.kind == "response.declared-status")
    documented = next(c for c in CONTRACT.clauses if c.kind == "response.status" and c.operation == inferred.operation)
    (cause,) = report(tmp_path, [violated(inferred), violated(documented)])["causes"]
    assert (cause["clause"], cause["also"]) == (documented.id, [inferred.id])
    (hint,) = report(tmp_path, [violated(inferred)])["causes"]
    assert hint["clause"] == inferred.id
