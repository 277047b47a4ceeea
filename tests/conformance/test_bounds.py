"""What a server sends is bounded before it is worked on: no value, however large, takes a law long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.oracle.bounds import LONGEST_COMPARED, LONGEST_PICKED, MOST_MEMBERS, bounded
from conformance.oracle.cases import choose
from conformance.oracle.lookups import compare, text
from tests.conformance.fake import CONTRACT, Shop, ask_of, outcome

READS = [c for c in CONTRACT.clauses if c.operation == "PRD102" and not c.writes and not c.kind.startswith("response.")]


def huge(n: int) -> dict[str, Any]:
    """A row whose values are as large as a server may send them."""
    row = Shop(n + 1).rows[n]
    deep: Any = "x"
    for _ in range(100):
        deep = [deep]
    return {
        **row,
        "name": "w" * 100_000 + str(n),
        "base_code": "a b " * 25_000,
        "attributes": {f"KEY_{i}": f"{i}" * 3 for i in range(2_000)},
        "images": [deep],
    }


def test_over_long_texts_are_null_and_large_objects_cut() -> None:
    row = bounded(huge(0))
    assert row["name"] is None
    assert len(row["attributes"]) == MOST_MEMBERS
    assert bounded({"name": "x" * LONGEST_PICKED}) == {"name": "x" * LONGEST_PICKED}


def test_no_value_to_send_is_longer_than_a_url_takes() -> None:
    rows = [bounded(huge(n)) for n in range(2)] + [bounded(row) for row in Shop(10).rows]
    for filter in CONTRACT.by_code["PRD102"].filters:
        if not filter.hidden:
            assert all(len(case.operand) <= 4 * LONGEST_PICKED for case in choose(filter, rows, 0).chosen)


@pytest.mark.parametrize("clause", sorted({c.kind: c.id for c in READS}.values()))
def test_every_law_about_lists_bears_huge_rows(tmp_path: Path, clause: str) -> None:
    shop = Shop(28)
    for n in (3, 14, 25):
        shop.rows[n] = huge(n)
    found = outcome(ask_of(shop), clause)
    assert found.verdict in ("held", "not-exercised"), found


def test_a_text_that_is_too_long_is_left_undecided() -> None:
    assert compare("contains", "text", "x" * (LONGEST_COMPARED + 1), "y") is None
    assert compare("contains", "text", "x" * 100, "y") is False
    assert text("icontains", "Σ" * 1_000, "σ") is True
