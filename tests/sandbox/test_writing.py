"""Writes: batches from the 202 to the end, and what they change."""

from __future__ import annotations

import json
import random
from typing import Any

import httpx2
import pytest

from spec import Contract
from tests.sandbox.asking import BOTH, LISTS, PRICES, PRODUCTS, SEARCH, STOCKS, look, one, price, product, rows, write
from tests.sandbox.conftest import Serving


def test_what_is_written_is_what_is_read(client: httpx2.Client) -> None:
    item = product(
        "w1 ş+&,",
        name="  Two  blanks \t\x00 ve ŞİĞ 🧢 ",
        attributes={"i": 1, "s": "1", "f": 1.5, "n": None, "l": [1, {"a": []}], "boş": "", "b": True},
        images=["https://b.example", "https://a.example", "https://b.example"],
        prices=[{k: v for k, v in price("", LISTS[turn]).items() if k != "sku"} for turn in (1, 0)],
    )
    assert write(client, "POST", PRODUCTS, [item])["state"] == {"total": 1, "succeeded": 1, "failed": 0}
    row = one(client, item["sku"])
    assert row
    created, updated = row.pop("created_at"), row.pop("updated_at")
    assert created == updated
    assert row == {**item, "videos": [], "stocks": []}


def test_an_upsert_keeps_what_it_leaves_out(client: httpx2.Client) -> None:
    write(client, "POST", PRODUCTS, [product("w2", images=["https://a.example"])])
    before = one(client, "w2")
    assert before
    for turn in range(3):
        write(client, "POST", PRODUCTS, [product("w2", name=f"Again {turn}")])
        after = one(client, "w2")
        assert after
        assert after["updated_at"] > before["updated_at"]
        assert {**after, "name": "", "updated_at": ""} == {**before, "name": "", "updated_at": ""}
        before = after


def test_updates_within_a_millisecond_still_move_on(client: httpx2.Client) -> None:
    write(client, "POST", PRODUCTS, [product("w3", name=str(turn)) for turn in range(30)])
    row = one(client, "w3")
    assert row
    assert row["name"] == "29"
    assert row["updated_at"] > row["created_at"]


def test_prices_and_stocks_by_list(client: httpx2.Client) -> None:
    write(client, "POST", PRODUCTS, [product("w4"), product("w4-x")])
    write(client, "POST", PRICES, [price("w4", LISTS[0]), price("w4", LISTS[1]), price("w4-x")])
    stock = {"sku": "w4", "stock_list": LISTS[0], "stock": "12.50", "unit_type": "qty"}
    write(client, "POST", STOCKS, [stock])
    write(client, "POST", BOTH, [{**price("w4", LISTS[1], price="1234567890.123456789"), **stock, "stock": "0"}])
    row = one(client, "w4")
    assert row
    assert [(entry["price_list"], entry["price"]) for entry in row["prices"]] == [
        (LISTS[0], "89.9000"),
        (LISTS[1], "1234567890.123456789"),
    ]
    assert row["stocks"] == [
        {"stock_list": LISTS[0], "unit_type": "qty", "stock": "0", "sold_quantity_unreported": "0"}
    ]
    write(client, "POST", PRICES, [{"sku": "w4", "price_list": LISTS[0], "price": "5"}])
    row = one(client, "w4")
    assert row
    assert row["prices"][0] == {**{k: v for k, v in price("w4").items() if k != "sku"}, "price": "5"}


def test_items_that_fail_do_not_stop_the_others(client: httpx2.Client) -> None:
    catalog = rows(client, SEARCH, query="")[3]["id"]
    items = [
        product("w5-bad", product="00000000-0000-4000-8000-000000000000"),
        product("w5", product=catalog.upper()),
        product("w5-price", prices=[{"price_list": LISTS[0]}]),
    ]
    batch = write(client, "POST", PRODUCTS, items)
    assert batch["state"] == {"total": 3, "succeeded": 1, "failed": 2}
    assert client.get(batch["request_file"]).json() == items
    assert client.get(batch["success_file"]).json() == [items[1]]
    errors = client.get(batch["error_file"]).json()
    assert [(error["index"], sorted(error["errors"])) for error in errors] == [
        (0, ["product"]),
        (2, ["currency_type", "price", "retail_price", "tax_rate"]),
    ]
    assert one(client, "w5")
    assert not one(client, "w5-bad")
    assert not one(client, "w5-price")
    assert httpx2.get(batch["error_file"]).status_code == 401


def test_unknown_rows_fail_as_items(client: httpx2.Client) -> None:
    for method, path, item in (
        ("POST", PRICES, price("no such")),
        ("POST", STOCKS, {"sku": "no such", "stock_list": LISTS[0]}),
        ("DELETE", PRODUCTS, {"sku": "no such"}),
    ):
        batch = write(client, method, path, [item])
        assert batch["state"] == {"total": 1, "succeeded": 0, "failed": 1}
        assert batch["success_file"] is None
        assert "sku" in client.get(batch["error_file"]).json()[0]["errors"]
    assert not one(client, "no such")


def test_a_delete_takes_exactly_its_row(client: httpx2.Client) -> None:
    skus = ["w6", "w6-1", "W6", " w6", "w6 "]
    write(client, "POST", PRODUCTS, [product(sku) for sku in skus])
    write(client, "POST", PRICES, [price(sku) for sku in skus])
    first = one(client, "w6")
    batch = write(client, "DELETE", PRODUCTS, [{"sku": "w6"}, {"sku": "w6"}])
    assert batch["state"] == {"total": 2, "succeeded": 1, "failed": 1}
    assert [one(client, sku) is not None for sku in skus] == [False, True, True, True, True]
    write(client, "POST", PRODUCTS, [product("w6")])
    again = one(client, "w6")
    assert first
    assert again
    assert again["prices"] == []
    assert again["created_at"] > first["created_at"]


def test_the_documents_own_examples_can_be_sent(client: httpx2.Client, contract: Contract) -> None:
    for operation in contract.operations:
        media = operation.body.json if operation.body else None
        if media and operation.method == "POST":
            batch = write(client, operation.method, operation.path, media.examples[0])
            assert batch["state"]["failed"] == 0, (operation.code, client.get(batch["error_file"] or "/").text)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"", ["body"]), (b"{", ["body"]), (b"null", ["body"]), (b"{}", ["body"]), (b'"x"', ["body"]),
        (b"[NaN]", ["body"]), (b"[1e999]", ["body"]), (b'[{"sku": "\\ud800"}]', ["body"]), (b"\xff", ["body"]),
        (b"[" * 300 + b"]" * 300, ["body"]), (b"[" * 200_000, ["body"]),
        (b"[1]", ["0"]), (b'[{"sku": "a"}, {}]', ["1"]), (b'[{"sku": null}]', ["0"]),
        (b'[{"sku": 1}, {"sku": []}]', ["0", "1"]),
    ],
)  # fmt: skip
def test_a_body_that_is_refused_changes_nothing(client: httpx2.Client, content: bytes, names: list[str]) -> None:
    before = rows(client)
    response = client.request("DELETE", PRODUCTS, content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    body = response.json()
    clauses = body.pop("$clauses")
    assert list(body) == names
    assert {path.split(".")[0] for path in clauses} == set(names)
    assert rows(client) == before


def test_a_refusal_names_index_and_field(client: httpx2.Client) -> None:
    bad = product("w7", prices=[{"price_list": "x", "price": "1,5"}], category="no")
    del bad["name"]
    response = client.post(PRODUCTS, json=[product("w7"), bad])
    assert response.status_code == 400
    assert set(response.json()["1"]) == {"name", "category", "prices.0.price_list", "prices.0.price"}
    assert response.json()["$clauses"] == {
        "1.name": "PRD101.body.required.name",
        "1.category": "PRD101.body.type.category",
        "1.prices.0.price_list": "PRD101.body.type.prices",
        "1.prices.0.price": "PRD101.body.type.prices",
    }
    assert not one(client, "w7")


def test_bodies_of_all_sizes(client: httpx2.Client, serving: Serving) -> None:
    assert write(client, "DELETE", PRODUCTS, [])["state"] == {"total": 0, "succeeded": 0, "failed": 0}
    batch = write(client, "POST", PRODUCTS, [product("w8", name="x" * 1_000_000)])
    assert batch["state"]["succeeded"] == 1
    # Nothing that can be made shorter, as an index might.
    long = "".join(map(chr, random.Random(1).sample(range(0x4E00, 0x9FFF), 5000)))
    batch = write(client, "POST", PRODUCTS, [product("w9", name=long, base_code=long, attributes={"LONG": long})])
    assert batch["state"]["succeeded"] == 1
    assert [
        row["sku"] for row in rows(client, name__icontains=long[10:400], attribute__LONG__startswith=long[:400])
    ] == ["w9"]
    batch = write(client, "DELETE", PRODUCTS, [{"sku": f"none {turn}"} for turn in range(10_000)])
    assert batch["state"] == {"total": 10_000, "succeeded": 0, "failed": 10_000}
    with serving(max_body=1000) as small:
        assert small.post(PRODUCTS, json=[product("x", name="x" * 1000)]).status_code == 413
    response = client.post(PRODUCTS, content="[]", headers={"Content-Type": "text/plain"})
    assert response.status_code == 415


def test_progress_is_monotone_and_ends(serving: Serving) -> None:
    with serving(batch_delay=0.3, products=5) as client:
        items = [{"sku": f"none {turn}"} for turn in range(8)]
        id = client.request("DELETE", PRODUCTS, json=items).json()["batch_request_id"]
        seen: list[Any] = [look(client, id)]
        while seen[-1]["processed_in"] is None:
            seen.append(look(client, id))
        done = [batch["state"]["failed"] for batch in seen]
        assert done[0] == 0
        assert done == sorted(done)
        assert set(done) > {0, 8}
        assert [batch["status"] for batch in seen] == sorted(batch["status"] for batch in seen)
        assert all(batch["state"]["total"] == 8 for batch in seen)
        assert look(client, id) == seen[-1]


def test_an_approval_takes_its_time(serving: Serving) -> None:
    with serving(approve_after=0.2, products=5) as client:
        write(client, "POST", PRODUCTS, [product("new")])
        assert rows(client, sku="new", approved="false")
        while not rows(client, sku="new"):
            assert rows(client, sku="new", approved="false") or rows(client, sku="new")
        assert not rows(client, sku="new", approved="false")


def test_unknown_batches(client: httpx2.Client) -> None:
    assert client.get(f"{PRODUCTS}batch-requests/00000000-0000-4000-8000-000000000000").status_code == 404
    response = client.get(f"{PRODUCTS}batch-requests/1")
    assert (response.status_code, "id" in response.json()) == (400, True)
    assert client.get("/batches/00000000-0000-4000-8000-000000000000-s.json").status_code == 404


def test_the_audit_names_every_request_and_no_key(serving: Serving, tmp_path: Any) -> None:
    audit = tmp_path / "audit.jsonl"
    with serving(audit=audit, products=5) as client:
        write(client, "DELETE", PRODUCTS, [{"sku": "ş"}])
        client.get(PRODUCTS, params={"name": "a b"})
    lines = [json.loads(line) for line in audit.read_text("ascii").splitlines()]
    assert (lines[0]["method"], lines[0]["body"], lines[0]["status"]) == ("DELETE", '[{"sku":"ş"}]', 202)
    assert lines[-1]["query"] == "name=a+b"
    assert "sandbox-key" not in audit.read_text("ascii")
