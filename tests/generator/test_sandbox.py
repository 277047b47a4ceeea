"""The generated client, sync and async, against the sandbox over HTTP: every operation."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from akinon_seller_products import F, errors, models

from tests.clock import HANG

from .conftest import KEY, Driver

Drive = Callable[..., Driver]


def product(sku: str, **more: Any) -> models.ProductUpsert:
    return models.ProductUpsert(
        name=f"Name of {sku}", base_code="BASE", sku=sku, category=uuid.uuid4(), attributes={"COLOR": "Red"}, **more
    )


@pytest.fixture
def name() -> str:
    return f"T{uuid.uuid4().hex[:12]}"


def test_a_list_is_walked_over_all_its_pages(drive: Drive, sandbox: str) -> None:
    driver = drive(sandbox)
    page = driver.do(driver.client.get_products(limit=7))
    assert len(page.results) == 7
    assert page.number == 1
    assert page.has_next_page()
    second = driver.do(page.next_page())
    assert second.number == 2
    rows = driver.all(driver.client.get_products(limit=100))
    assert len(rows) == page.count
    assert len({row.sku for row in rows}) == len(rows)
    assert [row.sku for row in rows[:14]] == [row.sku for row in (*page.results, *second.results)]


def test_rows_have_exact_amounts_and_aware_moments(drive: Drive, sandbox: str) -> None:
    driver = drive(sandbox)
    rows = driver.take(driver.client.get_products(limit=50), 50)
    assert all(row.updated_at.tzinfo is not None for row in rows)
    prices = [price.price for row in rows for price in row.prices]
    assert prices
    assert all(isinstance(price, Decimal) for price in prices)


def test_a_checkpoint_goes_on_where_it_was_taken(drive: Drive, sandbox: str) -> None:
    driver = drive(sandbox)
    first = driver.do(driver.client.get_products(limit=5, approved=True))
    rest = driver.take(driver.client.get_products(limit=5, approved=True, checkpoint=first.checkpoint()), 5)
    second = driver.do(first.next_page())
    assert [row.sku for row in rest] == [row.sku for row in second.results]
    with pytest.raises(errors.InvalidRequestError, match="another list"):
        driver.all(driver.client.get_products(limit=6, checkpoint=first.checkpoint()))


def test_conditions_select_rows(drive: Drive, sandbox: str) -> None:
    driver = drive(sandbox)
    seen = driver.take(driver.client.get_products(limit=50), 50)
    word = seen[0].name.split()[0]
    found = driver.all(driver.client.get_products(F.name.icontains(word.swapcase()), limit=100))
    assert seen[0].sku in {row.sku for row in found}
    key, value = next((k, v) for row in seen for k, v in row.attributes.items() if isinstance(v, str) and v.isascii())
    both = F.attribute[key].startswith(value[:1]) & F.updated_at.gte(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC))
    found = driver.all(driver.client.get_products(both, limit=100))
    assert found
    assert all(str(row.attributes[key]).startswith(value[:1]) for row in found)
    categories = {row.category for row in seen[:3]}
    found = driver.all(driver.client.get_products(F.category.in_(categories), limit=100))
    assert {row.category for row in found} == categories


def test_flat_keywords_and_conditions_mean_the_same(drive: Drive, sandbox: str) -> None:
    driver = drive(sandbox)
    sku = driver.do(driver.client.get_products(limit=1)).results[0].sku
    flat = driver.all(driver.client.get_products(sku__contains=sku[1:]))
    built = driver.all(driver.client.get_products(F.sku.contains(sku[1:])))
    assert [row.sku for row in flat] == [row.sku for row in built]
    assert sku in {row.sku for row in flat}


def test_the_catalog_is_searched(drive: Drive, sandbox: str) -> None:
    driver = drive(sandbox)
    page = driver.do(driver.client.search_catalog(query="a", limit=3, accept_language="tr"))
    assert page.count
    assert all(isinstance(row.id, uuid.UUID) for row in page.results)


def test_a_product_is_written_priced_stocked_and_deleted(drive: Drive, sandbox: str, name: str) -> None:
    driver = drive(sandbox)
    client, prices, stocks = driver.client, uuid.uuid4(), uuid.uuid4()
    batch = driver.do(client.upsert_products([product(name), product(f"{name}-2")]))
    result = driver.do(batch.result(timeout=HANG))
    assert (result.ok, result.total, result.succeeded) == (True, 2, 2)
    assert isinstance(driver.do(batch.status()), models.BatchRequest)
    assert isinstance(driver.do(client.get_batch_request(uuid.UUID(batch.id))), models.BatchRequest)

    price = models.PriceUpsert(
        sku=name, price_list=prices, currency_type="USD", retail_price=Decimal("1E+2"), price=Decimal("89.90"),
        tax_rate=Decimal("0.08"),
    )  # fmt: skip
    stock = {"sku": name, "stock_list": str(stocks), "unit_type": "qty", "stock": "90"}
    assert driver.do(driver.do(client.upsert_prices([price])).result(HANG)).ok
    assert driver.do(driver.do(client.upsert_stocks([stock])).result(HANG)).ok
    both = models.PriceAndStockUpsert(
        sku=f"{name}-2", price_list=prices, stock_list=stocks, currency_type="USD", retail_price=Decimal(1),
        price=Decimal(1), tax_rate=Decimal(0), unit_type="qty", stock=Decimal(3),
    )  # fmt: skip
    assert driver.do(driver.do(client.upsert_prices_and_stocks([both])).result(HANG)).ok

    rows = [row for flag in (True, False) for row in driver.all(client.get_products(sku=name, approved=flag))]
    assert [str(p.retail_price) for p in rows[0].prices] == ["100"]
    assert [str(s.stock) for s in rows[0].stocks] == ["90"]

    gone = driver.do(client.delete_products([models.ProductDelete(sku=name), {"sku": f"{name}-2"}]))
    assert driver.do(gone.wait(timeout=HANG)).state.succeeded == 2
    assert not driver.all(client.get_products(sku=name))


def test_a_batch_is_taken_up_from_its_checkpoint(drive: Drive, sandbox: str, name: str) -> None:
    driver = drive(sandbox)
    batch = driver.do(driver.client.upsert_products([product(name)]))
    again = driver.client.resume_batch(batch.checkpoint())
    assert driver.do(again.result(timeout=HANG)).succeeded == 1


def test_bulk_writes_have_an_outcome_for_every_row(drive: Drive, sandbox: str, name: str, tmp_path: Path) -> None:
    driver = drive(sandbox)
    rows: list[Any] = [product(f"{name}-{n}") for n in range(50)]
    rows[7] = {"sku": f"{name}-7"}
    rows[31] = product(f"{name}-31", product=uuid.uuid4())
    journal = tmp_path / "journal"
    outcomes = driver.all(driver.client.bulk(driver.client.upsert_products, rows, chunk_size=9, journal=journal))
    assert [outcome.index for outcome in outcomes] == list(range(50))
    failed = {outcome.index: outcome.error for outcome in outcomes if outcome.state == "failed"}
    assert set(failed) == {7, 31}
    assert "name: Field required" in failed[7]
    assert [outcome.row for outcome in outcomes] == rows
    with pytest.raises(errors.JournalError, match="48 rows succeeded, 2 failed"):
        driver.client.bulk(driver.client.upsert_products, rows, chunk_size=9, journal=journal)
    gone = driver.all(driver.client.bulk(driver.client.delete_products, [{"sku": f"{name}-{n}"} for n in range(50)]))
    assert len(gone) == 50


def test_errors_have_the_names_of_their_statuses_and_no_key(drive: Drive, sandbox: str) -> None:
    driver = drive(sandbox)
    with pytest.raises(errors.NotFoundError) as caught:
        driver.do(driver.client.get_batch_request(uuid.uuid4()))
    error = caught.value
    assert (error.status, error.method, error.attempts) == (404, "GET", 1)
    assert error.path == "/api/i2/products/batch-requests/{id}"
    assert error.body is not None
    assert KEY not in repr(error) + str(error) + repr(vars(error))

    other = drive(sandbox, api_key="another-key")
    with pytest.raises(errors.AuthenticationError):
        other.do(other.client.get_products())


def test_the_raw_answer_is_at_hand(drive: Drive, sandbox: str) -> None:
    driver = drive(sandbox)
    raw = driver.do(driver.client.with_raw_response(driver.client.get_products, limit=2))
    assert raw.status_code == 200
    assert raw.headers["content-type"].startswith("application/json")
    assert len(json.loads(raw.content)["results"]) == len(raw.parsed.results) == 2
