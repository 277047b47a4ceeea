"""Lists: filters, pages, links, searches, and requests that are refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import httpx2
import pytest

from spec import Contract
from tests.sandbox.asking import PRODUCTS, SEARCH, everything, page, rows
from tests.sandbox.conftest import Serving

ID_OF_NONE = "00000000-0000-4000-8000-000000000000"


def test_the_default_is_what_is_approved(client: httpx2.Client) -> None:
    approved, others = rows(client, approved="true"), rows(client, approved="false")
    assert rows(client) == approved
    assert 0.1 < len(others) / (len(others) + len(approved)) < 0.2
    assert not {row["sku"] for row in approved} & {row["sku"] for row in others}


def test_rows_are_ordered_by_creation_then_key(client: httpx2.Client) -> None:
    shown = [(row["created_at"], row["sku"].encode()) for row in rows(client)]
    assert shown == sorted(shown)


@pytest.mark.parametrize("limit", [1, 7, 10, 33, 200])
def test_a_walk_by_links_shows_every_row_once(client: httpx2.Client, limit: int) -> None:
    expected = rows(client, name__icontains="e", updated_at__gt="2024-01-01T00:00:00+03:00")
    answer = page(client, name__icontains="e", updated_at__gt="2024-01-01T00:00:00+03:00", limit=limit)
    walked, number = list(answer["results"]), 1
    assert answer["previous"] is None
    while answer["next"]:
        back = httpx2.URL(answer["next"])
        answer = client.get(back).json()
        number += 1
        assert parse_qs(urlsplit(answer["previous"]).query)["page"] == [str(number - 1)]
        walked += answer["results"]
    assert walked == expected
    assert answer["count"] == len(expected)


def test_links_keep_the_query_whatever_is_in_it(client: httpx2.Client) -> None:
    value = "a+b &c=d%20,ş🧢#/?"
    answer = page(client, name__icontains="", base_code__icontains="", page=2, limit=3)
    assert answer["next"].startswith(str(client.base_url).rstrip("/") + PRODUCTS)
    answer = client.get(f"{PRODUCTS}?approved=false&limit=1&sku__contains=").json()
    assert dict(parse_qsl(urlsplit(answer["next"]).query, keep_blank_values=True)) == {
        "approved": "false", "limit": "1", "page": "2", "sku__contains": "",
    }  # fmt: skip
    answer = client.get(f"{SEARCH}?query={quote(value)}&page=2").json()
    assert dict(parse_qsl(urlsplit(answer["previous"]).query)) == {"query": value, "page": "1", "limit": "10"}


def test_past_the_end_there_are_no_rows(client: httpx2.Client, serving: Serving) -> None:
    answer = page(client, page=10**30)
    assert (answer["results"], answer["next"]) == ([], None)
    with serving(past_end="404") as other:
        assert other.get(PRODUCTS, params={"page": 99}).status_code == 404
        assert other.get(PRODUCTS, params={"page": 1, "sku": "no such"}).status_code == 200


def test_free_keys_match_by_text(client: httpx2.Client) -> None:
    shown = rows(client)
    for key in ("COLOR", "COL", "SIZE", "WEIGHT", "1", "ESTIMATED_SHIPPING_DURATION"):
        for value in {str(row["attributes"].get(key)) for row in shown}:
            found = rows(client, **{f"attribute__{key}": value})
            assert found == [
                row for row in shown if str(row["attributes"].get(key)) == value and key in row["attributes"]
            ]
    assert rows(client, attribute__NO_SUCH_KEY__contains="") == []


def test_values_survive_the_wire(client: httpx2.Client) -> None:
    for row in everything(client):
        approved = "true" if row in rows(client, sku=row["sku"]) else "false"
        for name in ("name", "base_code", "sku"):
            found = rows(client, **{name: row[name], "approved": approved})
            assert row in found
            assert all(other[name] == row[name] for other in found)


def test_a_csv_list_is_the_union(client: httpx2.Client) -> None:
    shown = rows(client)
    categories = sorted({row["category"] for row in shown})
    assert 4 <= len(categories) <= 6
    some = categories[1:3]
    assert rows(client, category__in=",".join(some)) == [row for row in shown if row["category"] in some]
    assert rows(client, category__in=some[0].upper()) == [row for row in shown if row["category"] == some[0]]
    assert rows(client, category__in="") == []


def test_a_plus_is_a_blank_and_an_escaped_plus_is_one(client: httpx2.Client) -> None:
    assert {row["sku"] for row in client.get(f"{PRODUCTS}?sku=BOOT+KIT").json()["results"]} <= {"BOOT KIT"}
    assert {row["sku"] for row in client.get(f"{PRODUCTS}?sku=BOOT%2BKIT").json()["results"]} <= {"BOOT+KIT"}


def test_a_search_looks_in_its_fields_whatever_the_case(client: httpx2.Client) -> None:
    shown = rows(client, SEARCH, query="")
    assert len(shown) >= 60
    for value in ("red", "ŞAPKA", "akn-tshrt", "C:\\", "%", "_", "🧢", "no such thing"):
        folded = value.casefold()
        fields = ("name", "base_code", "sku")
        expected = [row for row in shown if any(folded in row[field].casefold() for field in fields)]
        assert rows(client, SEARCH, query=value) == expected


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=0", "page"), ("page=-1", "page"), ("page=x", "page"), ("page=1.5", "page"), ("page=", "page"),
        ("limit=0", "limit"), ("limit=ten", "limit"), (f"page={'9' * 6000}", "page"), ("approved=yes", "approved"),
        ("category=1", "category"), ("category__in=1", "category__in"), ("updated_at=2025-05-22", "updated_at"),
        ("created_at__lt=2025-05-22T00:00:00 03:00", "created_at__lt"), ("name=a&name=b", "name"),
        ("nmae=a", "nmae"), ("attribute__COLOR__has=a", "attribute__COLOR__has"), ("attribute__=a", "attribute__"),
        ("name=%FF", "query string"), ("NAME=a", "NAME"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_parameter(client: httpx2.Client, contract: Contract, query: str, name: str) -> None:
    response = client.get(f"{PRODUCTS}?{query}")
    assert response.status_code == 400
    body = response.json()
    clauses = body.pop("$clauses", {})
    assert list(body) == [name]
    assert set(clauses) <= {name}
    assert all(contract.clause(id) for id in clauses.values())
    assert response.headers["content-type"] == "application/json"


def test_all_problems_are_reported_at_once_and_in_the_clients_language(client: httpx2.Client) -> None:
    query = {"page": "0", "limit": "x", "nmae": "a"}
    english = client.get(PRODUCTS, params=query, headers={"Accept-Language": "de, en;q=0.5"}).json()
    turkish = client.get(PRODUCTS, params=query, headers={"Accept-Language": "en;q=0.1, tr-TR"}).json()
    clauses = {
        "page": "PRD102.param.bounds.page",
        "limit": "PRD102.param.invalid.limit",
        "nmae": "PRD102.param.misspelt",
    }
    assert english.pop("$clauses") == turkish.pop("$clauses") == clauses
    assert set(english) == set(turkish) == set(clauses)
    assert "Did you mean name?" in english["nmae"][0]
    assert all(english[name] != turkish[name] for name in english)


@pytest.mark.parametrize("key", [None, "", "wrong", "sandbox-ke", "sandbox-key2", "SANDBOX-KEY", "Bearer sandbox-key"])
def test_only_the_key_opens(client: httpx2.Client, key: str | None) -> None:
    paths = (("GET", PRODUCTS), ("GET", SEARCH), ("POST", PRODUCTS), ("DELETE", PRODUCTS))
    for method, path in (*paths, ("GET", f"{PRODUCTS}batch-requests/{ID_OF_NONE}")):
        request = client.build_request(method, path)
        del request.headers["authorization"]
        if key is not None:
            request.headers["authorization"] = key
        response = client.send(request)
        assert (response.status_code, response.headers["content-type"]) == (401, "application/json")


def test_paths_and_methods_that_there_are_not(client: httpx2.Client) -> None:
    assert client.get("/api/i2/products").status_code == 404
    assert client.get("/api/i2/nothing/").json() == {"detail": "Not found."}
    response = client.put(PRODUCTS)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST, DELETE")
    assert client.head(PRODUCTS).status_code == 200


def test_the_document_needs_no_key(client: httpx2.Client) -> None:
    assert httpx2.get(f"{client.base_url}/openapi.yaml").text.startswith("# The Seller Center")


def test_a_refused_key_names_the_clause(client: httpx2.Client) -> None:
    for key, kind in ((None, "missing"), ("", "empty"), ("other", "wrong")):
        headers = {} if key is None else {"Authorization": key}
        body = httpx2.get(f"{client.base_url}{PRODUCTS}", headers=headers).json()
        assert body["$clauses"] == {"detail": f"PRD102.auth.{kind}-key"}


def test_an_empty_catalog(serving: Serving) -> None:
    with serving(products=0) as client:
        nothing: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}
        assert page(client) == nothing
        assert page(client, SEARCH, query="a") == nothing
