"""What each clause follows from: a golden file of all of them, for a person to read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import spec
from spec import Contract
from spec.clauses import basis

CONTRACT = spec.load()
OTHERS = {
    name: spec.load(Path(__file__).parents[1] / "conformance" / f"{name}.yaml")
    for name in ("garden", "library", "harbour", "bazaar")
}
"""Documents of words that this one doesn't use."""
DOCUMENTS = {"openapi": CONTRACT, **OTHERS}
GOLDEN = Path(__file__).with_name("bases")


def listed(contract: Contract) -> str:
    """Every clause with its level, and what it follows from."""
    return "".join(
        f"{c.id}\n    {c.requirement}\n    {c.level}, {c.basis.kind}: {c.basis.text}\n" for c in contract.clauses
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_each_clause_follows_from(name: str) -> None:
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(listed(DOCUMENTS[name]), "utf-8")
    assert golden.read_text("utf-8") == listed(DOCUMENTS[name])


def test_a_clause_is_inferred_where_it_was_decided_and_only_there() -> None:
    assert {(c.level, c.basis.level) for c in CONTRACT.clauses} == {
        ("documented", "documented"),
        ("inferred", "inferred"),
    }
    assert all(c.basis.text.strip() for c in CONTRACT.clauses)


def test_a_sentence_is_quoted_only_where_it_is_more_than_a_title_or_the_phrase_of_a_status() -> None:
    titles = {o.provenance.text for o in CONTRACT.operations} | {o.summary for o in CONTRACT.operations}
    quoted = {c.id: c.basis.text for c in CONTRACT.clauses if c.basis.kind == "sentence"}
    assert not {id for id, text in quoted.items() if text in titles}
    assert not {id for id, text in quoted.items() if text[:3].isdigit()}


@pytest.mark.parametrize(
    ("id", "kind", "text"),
    [
        ("PRD102.filter.name__icontains", "sentence", "name"),
        ("PRD102.param.invalid.page", "type", "type: integer"),
        ("PRD102.param.bounds.page", "bound", "minimum: 1"),
        ("PRD102.page.default-limit", "default", "default: 10"),
        ("PRD102.default.approved", "default", "default: true"),
        ("PRD102.page.next", "example", '"next": '),
        ("PRD108.param.required.query", "declaration", "required: true"),
        ("PRD101.write.updates", "term", "Upsert means"),
        ("PRD102.response.no-server-error", "standard", "RFC 9110, section 15.6"),
        ("PRD102.page.past-end", "decision", "The page doesn't say"),
    ],
)
def test_the_basis_of_a_clause(id: str, kind: str, text: str) -> None:
    clause = CONTRACT.clause(id)
    assert clause
    assert clause.basis.kind == kind
    assert text in clause.basis.text


def test_every_kind_that_is_named_is_one_of_the_documents() -> None:
    named = {*basis._STANDARD, *basis._TERM, *basis._OURS, *basis._DECLARED}
    assert named <= {c.kind for contract in DOCUMENTS.values() for c in contract.clauses}
