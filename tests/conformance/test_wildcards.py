"""Where a document says which characters are wildcards, no value with one is sent, and no such reading is a mistake."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.oracle.cases import choose
from conformance.oracle.mutants import mutants, shared_mutants
from tests.conformance.fake import CONTRACT

FILTER = next(f for f in CONTRACT.by_code["PRD102"].filters if f.parameter == "name__icontains")
ROWS = [
    {"sku": str(n), "name": name}
    for n, name in enumerate(("Red 100% bag", "red_bag", "Blue", "blue bag*", "50%_off", "Yellow", "yellow"))
]


@pytest.mark.parametrize("wildcards", ["%", "_", "%_", "%_*"])
def test_no_value_with_a_wildcard_is_sent(wildcards: str) -> None:
    chosen = choose(replace(FILTER, wildcards=wildcards), ROWS, 0).chosen
    assert chosen
    assert not [case.operand for case in chosen if set(case.operand) & set(wildcards)]


def test_without_the_declaration_such_values_are_sent() -> None:
    assert any(set(case.operand) & set("%_") for case in choose(FILTER, ROWS, 0).chosen)


@pytest.mark.parametrize(
    ("wildcards", "left"),
    [
        ("", {"% and _ are wildcards", "% is a wildcard", "_ is a wildcard", "* is a wildcard"}),
        ("%", {"% and _ are wildcards", "_ is a wildcard", "* is a wildcard"}),
        ("%_", {"* is a wildcard"}),
        ("%_*", set()),
    ],
)
def test_what_the_document_says_is_no_mutant(wildcards: str, left: set[str]) -> None:
    filter = replace(FILTER, wildcards=wildcards)
    made = (*mutants(filter, ("name",), ()), *shared_mutants(filter))
    assert {mutant.name for mutant in made if mutant.name.endswith(("wildcards", "a wildcard"))} == left
