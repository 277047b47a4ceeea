"""Every form of pages: a sandbox that serves it conforms, and what it does wrong is found by the clause about it."""

from __future__ import annotations

from pathlib import Path

import pytest

import spec
from conformance.sandbox.faults import faults
from conformance.selftest import run
from tests.conformance.pagings import DOCUMENTS, GROWING

UNSEEN = {"unescaped"}
"""No title of these books has a character that a link must escape."""

UNSEEN_IN_ONE_SIZE = {"on-full-last-page", "first-value-only"}
"""The sandbox's books don't fill the last of its pages, nor do those that two filters leave fill a second one."""

SHARES = 4
"""Each fault is tried on every fourth document that has it."""


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_pages_of_every_form_are_checked(name: str, tmp_path: Path) -> None:
    document = tmp_path / "books.yaml"
    document.write_text(DOCUMENTS[name], "utf-8")
    contract = spec.load(document)
    clauses = [clause.id for clause in contract.clauses if clause.family == "page"]
    unseen = UNSEEN | (UNSEEN_IN_ONE_SIZE if name == "pages of one size" else set())
    found = [f for f in faults(contract) if f.clause in clauses and f.id.partition(":")[2] not in unseen]
    assert {fault.clause for fault in found} == set(clauses)
    mine = [fault for place, fault in enumerate(found) if place % SHARES == list(DOCUMENTS).index(name) % SHARES]
    work = [(clause, tuple(fault.id for fault in mine if fault.clause == clause)) for clause in clauses]
    judged = run(document, work, jobs=1)
    assert [(one.clause, one.honest, one.reason) for one in judged if one.honest != "held"] == []
    assert [(t.fault, t.why_not) for one in judged for t in one.trials if not t.found_by_own] == []


def test_a_cursor_that_counts_rows_is_found_out_by_an_insert(tmp_path: Path) -> None:
    document = tmp_path / "books.yaml"
    document.write_text(GROWING, "utf-8")
    (judged,) = run(document, [("BOOKS.page.insert", ("BOOKS.page.insert:offset",))], jobs=1)
    assert (judged.honest, judged.reason) == ("held", "")
    assert [(trial.fault, trial.found_by_own) for trial in judged.trials] == [("BOOKS.page.insert:offset", True)]
