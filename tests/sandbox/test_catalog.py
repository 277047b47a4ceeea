"""The made-up catalog: the same for the same seed, valid by the document, and discriminating."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from conformance.sandbox import values
from spec import Contract
from tests.sandbox.asking import SEARCH, everything, rows
from tests.sandbox.conftest import Serving


def test_the_same_seed_makes_the_same_rows(serving: Serving) -> None:
    def shown(**settings: Any) -> Any:
        with serving(**settings) as client:
            return everything(client), rows(client, SEARCH, query="")

    assert shown(products=40) == shown(products=40)
    assert shown(products=40) != shown(products=40, seed=2)


@pytest.mark.parametrize("seed", range(1, 6))
def test_rows_are_as_the_document_says(contract: Contract, serving: Serving, seed: int) -> None:
    with serving(seed=seed, products=400) as client:
        for name, shown in (("Product", everything(client)), ("CatalogProduct", rows(client, SEARCH, query=""))):
            schema = {"$ref": f"#/components/schemas/{name}", "components": contract.document["components"]}
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            assert [error.message for row in shown for error in validator.iter_errors(row)] == []


def test_texts_distinguish_the_lookups(client: httpx2.Client) -> None:
    shown = everything(client)
    assert len(shown) == 150
    for field in ("name", "base_code", "sku"):
        texts = {row[field] for row in shown}
        folded = Counter(text.casefold() for text in texts)
        assert max(folded.values()) > 1, "the same in another case"
        assert any(a != b and b.startswith(a) for a in texts for b in texts), "a prefix"
        assert any(a != b and b.endswith(a) for a in texts for b in texts), "a suffix"
        for special in "%_\\'+&,şŞçÖ ":
            assert any(special in text for text in texts), (field, special)
    names = {row["name"] for row in shown}
    assert any("  " in name for name in names)
    assert any(name != name.strip() for name in names)
    assert any(max(name) > "\uffff" for name in names)
    assert len({row["base_code"] for row in shown}) < len({row["sku"] for row in shown}) == 150


def test_attributes_hold_texts_and_integers(client: httpx2.Client) -> None:
    shown = everything(client)
    kinds = {(name, type(value)) for row in shown for name, value in row["attributes"].items()}
    both = {name for name, kind in kinds if (name, str) in kinds and (name, int) in kinds}
    keys = {name for name, _ in kinds}
    assert both
    assert any(a != b and b.startswith(a) for a in keys for b in keys)
    assert any(a != b and a.casefold() == b.casefold() for a in keys for b in keys)
    assert any(row["attributes"] == {} for row in shown)


def test_times_are_equal_and_next_to_each_other(client: httpx2.Client) -> None:
    shown = everything(client)
    for field in ("created_at", "updated_at"):
        times = [int(values.instant(row[field])) for row in shown]
        assert max(Counter(times).values()) > 1
        assert 1000 in {b - a for a, b in pairwise(sorted(set(times)))}
        assert any(time % 86_400_000_000 == 0 for time in times)
    by_created = sorted(shown, key=lambda row: (row["created_at"], row["sku"]))
    by_updated = sorted(shown, key=lambda row: (row["updated_at"], row["sku"]))
    assert by_created != by_updated
    assert all(row["created_at"] <= row["updated_at"] for row in shown)


def test_several_lists_of_prices_and_stocks(client: httpx2.Client) -> None:
    shown = everything(client)
    for part, key in (("prices", "price_list"), ("stocks", "stock_list")):
        assert {len(row[part]) for row in shown} >= {0, 1, 2, 3}
        assert len({entry[key] for row in shown for entry in row[part]}) >= 4
