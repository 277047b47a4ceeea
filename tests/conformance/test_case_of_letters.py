"""A clause about case holds only on letters that show it: LIKE folds A to Z alone, and is right on all others."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.oracle.mutants.texts import ascii_lower
from tests.conformance.fake import Row, Shop, ask_of, outcome
from tests.conformance.mutate import mutated

ASCII = ("Shirt Red", "shirt red", "Cotton", "SILK", "wool Coat")
OTHERS = ("ÜÖ ŞĞ", "üö şğ", "ÇÖŞ", "ğüö", "şö Ğ")
DIGITS = ("100 200", "300", "42 100", "7", "200 7")


def _shop(names: tuple[str, ...], folds_ascii: bool) -> type[Shop]:
    """A shop with these names, whose case-sensitive lookups are LIKE where `folds_ascii`."""

    def make(self: Shop, n: int) -> Row:
        return {**Shop.make(self, n), "name": names[n % len(names)]}

    def matches(self: Shop, lookup: str, value: str, operand: str) -> bool:
        if folds_ascii and lookup != "exact" and not lookup.startswith("i"):
            value, operand = ascii_lower(value), ascii_lower(operand)
        return Shop.matches(self, lookup, value, operand)

    steps: dict[str, Any] = {"make": make, "matches": matches}
    return mutated(**steps)


@pytest.mark.parametrize(
    ("names", "folds_ascii", "verdict"),
    [
        (ASCII, True, "violated"),
        (ASCII, False, "held"),
        (OTHERS, True, "not-exercised"),
        (OTHERS, False, "not-exercised"),
        (DIGITS, True, "held"),
        (DIGITS, False, "held"),
    ],
)
def test_contains_is_called_case_sensitive_only_where_a_letter_shows_it(
    names: tuple[str, ...], folds_ascii: bool, verdict: str
) -> None:
    found = outcome(ask_of(_shop(names, folds_ascii)()), "PRD102.filter.name__contains")
    assert found.verdict == verdict, found
    if verdict == "not-exercised":
        assert found.reason
        assert found.reason.code == "no-witness"
        assert "a from A" in found.reason.text
