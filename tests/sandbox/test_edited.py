"""Edits of the document alone: the sandbox follows, with discriminating data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.asking import PRODUCTS, SEARCH, everything, page, product, rows, write
from tests.sandbox.conftest import Edited, Serving

Data = dict[str, Any]


def add_field(data: Data, name: str, schema: Data, *lookups: str) -> None:
    """A new field of products, with a filter for each lookup."""
    item = data["components"]["schemas"]["Product"]
    item["properties"][name] = {**schema, "description": "New.", "x-provenance": {"inferred": "A test."}}
    item["required"].append(name)
    data["components"]["schemas"]["ProductUpsert"]["properties"][name] = item["properties"][name]
    for lookup in lookups:
        many = {"type": "array", "items": schema}
        data["paths"][PRODUCTS]["get"]["parameters"].append(
            {
                "name": name if lookup == "exact" else f"{name}__{lookup}",
                "in": "query",
                "description": "New.",
                "schema": many if lookup == "in" else schema,
                **({"style": "form", "explode": False} if lookup == "in" else {}),
                "x-filter": {"field": name, "lookup": lookup},
            }
        )
    for example in _examples(data):
        example[name] = {"integer": 1, "boolean": True}.get(schema["type"], _text(schema))


def _text(schema: Data) -> str:
    samples = {"decimal": "1.5", "date-time": "2025-01-01T00:00:00Z", "uuid": "9db60fcc-90ff-4ce3-9761-57d8bdf138d4"}
    return samples.get(schema.get("format", ""), "x")


def _examples(data: Data) -> list[Data]:
    found: list[Data] = data["paths"][PRODUCTS]["get"]["responses"]["200"]["content"]["application/json"]["example"][
        "results"
    ]
    return found


FIELDS = [
    ({"type": "integer"}, lambda value: value),
    ({"type": "integer", "minimum": 500, "maximum": 510}, lambda value: value),
    ({"type": "string", "format": "decimal"}, Decimal),
    ({"type": "string", "format": "date-time"}, lambda value: value),
    ({"type": "string", "format": "date"}, lambda value: value),
]


@pytest.mark.slow
@pytest.mark.parametrize(("schema", "read"), FIELDS)
def test_a_new_ordered_field(edited: Edited, serving: Serving, schema: Data, read: Any) -> None:
    lookups = ("exact", "gt", "gte", "lt", "lte", "in")
    contract = edited(lambda data: add_field(data, "novelty", schema, *lookups))
    with serving(contract=contract) as client:
        shown = rows(client)
        values = sorted({row["novelty"] for row in shown}, key=read)
        assert len(values) >= 5
        middle = read(values[len(values) // 2])
        tests: dict[str, Any] = {
            "novelty": lambda value: value == middle,
            "novelty__gt": lambda value: value > middle,
            "novelty__gte": lambda value: value >= middle,
            "novelty__lt": lambda value: value < middle,
            "novelty__lte": lambda value: value <= middle,
        }
        for name, test in tests.items():
            expected = [row for row in shown if test(read(row["novelty"]))]
            assert rows(client, **{name: str(values[len(values) // 2])}) == expected
            assert 0 < len(expected) < len(shown)
        some = ",".join(str(value) for value in values[:2])
        assert rows(client, novelty__in=some) == [row for row in shown if row["novelty"] in values[:2]]
        assert client.get(PRODUCTS, params={"novelty": "not one"}).status_code == 400


def test_a_new_text_field(edited: Edited, serving: Serving) -> None:
    lookups = ("exact", "iexact", "contains", "istartswith", "iendswith", "in")
    contract = edited(lambda data: add_field(data, "brand", {"type": "string", "maxLength": 12}, *lookups))
    with serving(contract=contract) as client:
        shown = rows(client)
        assert max(len(row["brand"]) for row in shown) <= 12
        assert [row["brand"] for row in shown] != [row["name"][:12] for row in shown]
        for value in ("Red", "şapka", "%", "100", "Cut,"):
            fold = value.casefold()
            for name, expected in {
                "brand": [row for row in shown if row["brand"] == value],
                "brand__iexact": [row for row in shown if row["brand"].casefold() == fold],
                "brand__contains": [row for row in shown if value in row["brand"]],
                "brand__istartswith": [row for row in shown if row["brand"].casefold().startswith(fold)],
                "brand__iendswith": [row for row in shown if row["brand"].casefold().endswith(fold)],
            }.items():
                assert rows(client, **{name: value}) == expected, (name, value)
        assert {row["brand"] for row in rows(client, brand__in="Red,red,RED")} == {"Red", "red"}
        batch = write(client, "POST", PRODUCTS, [product("new", brand="Yeni  Marka")])
        assert batch["state"]["succeeded"] == 1
        assert rows(client, brand="Yeni  Marka")[0]["sku"] == "new"


@pytest.mark.parametrize(
    ("schema", "lookups"),
    [
        ({"type": "boolean"}, ("exact",)),
        ({"type": "string", "format": "uuid"}, ("exact", "in")),
        ({"type": "string", "enum": ["draft", "Draft", "live"]}, ("exact", "in")),
        ({"type": ["string", "null"], "minLength": 3}, ("exact", "icontains")),
    ],
)
def test_a_new_field_of_another_kind(edited: Edited, serving: Serving, schema: Data, lookups: tuple[str, ...]) -> None:
    def change(data: Data) -> None:
        types = schema["type"]
        add_field(data, "kind", {**schema, "type": types if isinstance(types, str) else "string"}, *lookups)
        data["components"]["schemas"]["Product"]["properties"]["kind"]["type"] = types

    with serving(contract=edited(change)) as client:
        shown = rows(client)
        values = {row["kind"] for row in shown}
        assert len(values) >= 2
        assert (None in values) == ("null" in schema["type"])
        for value in list(values - {None})[:5]:
            sent = str(value).lower() if isinstance(value, bool) else value
            found = rows(client, kind=sent)
            assert found == [row for row in shown if row["kind"] == value]
            assert 0 < len(found) < len(shown)


def test_renamed_parameters_and_envelope(edited: Edited, serving: Serving) -> None:
    def change(data: Data) -> None:
        data["components"]["parameters"]["Limit"]["name"] = "page_size"
        data["components"]["parameters"]["Page"]["name"] = "p"
        for parameter in data["paths"][PRODUCTS]["get"]["parameters"]:
            if parameter.get("name") == "name__icontains":
                parameter["name"] = "title_has"
        properties = data["components"]["schemas"]["Page"]["properties"]
        for old, new in (("count", "total"), ("results", "items"), ("next", "after"), ("previous", "before")):
            properties[new] = properties.pop(old)
        data["components"]["schemas"]["Page"]["required"] = ["total", "after", "before", "items"]
        for name in ("ProductPage", "CatalogPage"):
            own = data["components"]["schemas"][name]["allOf"][1]["properties"]
            own["items"] = own.pop("results")
        for path in (PRODUCTS, SEARCH):
            example = data["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["example"]
            for old, new in (("count", "total"), ("results", "items"), ("next", "after"), ("previous", "before")):
                example[new] = example.pop(old)

    with serving(contract=edited(change)) as client:
        answer = page(client, title_has="red", page_size=3, p=2)
        assert set(answer) == {"total", "items", "after", "before"}
        assert len(answer["items"]) == 3
        assert all("red" in row["name"].casefold() for row in answer["items"])
        assert "p=3" in answer["after"]
        assert client.get(PRODUCTS, params={"limit": 3}).status_code == 400


def test_a_new_family_of_free_keys_and_another_reader(edited: Edited, serving: Serving) -> None:
    def change(data: Data) -> None:
        paths = data["paths"]
        reading = paths[PRODUCTS]["get"]
        names = ("Page", "Limit")
        paths["/api/i2/catalog/by-label/"] = {
            "get": {
                **{
                    name: value
                    for name, value in reading.items()
                    if name not in ("parameters", "operationId", "x-code")
                },
                "operationId": "list_labels",
                "x-code": "NEW1",
                "x-reads": {"collection": "catalog"},
                "responses": paths[SEARCH]["get"]["responses"],
                "parameters": [
                    *({"$ref": f"#/components/parameters/{name}"} for name in names),
                    {
                        "name": "label",
                        "in": "query",
                        "description": "New.",
                        "style": "form",
                        "explode": True,
                        "schema": {
                            "type": "object",
                            "additionalProperties": False,
                            "patternProperties": {
                                "^label\\.[A-Z]+$": {
                                    "type": "string",
                                    "description": "New.",
                                    "x-filter": {"name": "label.KEY", "field": "attributes", "lookup": "icontains"},
                                }
                            },
                        },
                    },
                ],
            }
        }

    with serving(contract=edited(change)) as client:
        path = "/api/i2/catalog/by-label/"
        shown = rows(client, path)
        assert shown == rows(client, SEARCH, query="")
        found = rows(client, path, **{"label.COLOR": "RED"})
        assert found == [row for row in shown if "red" in str(row["attributes"].get("COLOR", "")).casefold()]
        assert found
        assert client.get(path, params={"label.color": "x"}).status_code == 400


def test_a_row_by_its_key(edited: Edited, serving: Serving) -> None:
    def change(data: Data) -> None:
        reading = data["paths"][PRODUCTS]["get"]
        data["paths"]["/api/i2/products/one/{sku}"] = {
            "get": {
                "operationId": "get_product",
                "x-code": "NEW2",
                "summary": "Get a product",
                "x-reads": {"collection": "products"},
                "x-provenance": {"inferred": "A test."},
                "parameters": [{"name": "sku", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Product"}}},
                    },
                    "401": reading["responses"]["401"],
                },
            }
        }

    with serving(contract=edited(change)) as client:
        for row in everything(client)[:5]:
            if "/" not in row["sku"]:
                assert page(client, f"/api/i2/products/one/{row['sku']}") == row
        assert client.get("/api/i2/products/one/none").status_code == 404


def test_clearing_what_an_upsert_leaves_out(edited: Edited, serving: Serving) -> None:
    def change(data: Data) -> None:
        data["paths"][PRODUCTS]["post"]["x-upserts"]["absent"] = "clear"

    with serving(contract=edited(change)) as client:
        entry = {"price_list": "4c7c6e4e-2655-4e9b-8012-69395b40b0cf", "price": "1", "retail_price": "1"}
        entry |= {"currency_type": "TRY", "tax_rate": "0"}
        write(client, "POST", PRODUCTS, [product("new", images=["https://a.example"], prices=[entry])])
        write(client, "POST", PRODUCTS, [product("new")])
        (row,) = rows(client, sku="new")
        assert (row["images"], row["prices"]) == ([], [])


def test_another_key_in_another_place(edited: Edited, serving: Serving) -> None:
    def change(data: Data) -> None:
        scheme = data["components"]["securitySchemes"]["ApiKey"]
        data["components"]["securitySchemes"]["ApiKey"] = {**scheme, "in": "query", "name": "token"}

    with serving(contract=edited(change)) as client:
        assert client.get(PRODUCTS).status_code == 401
        answer = page(client, token="sandbox-key", limit=1)
        assert "sandbox-key" not in answer["next"]
    bearer = {"type": "http", "scheme": "bearer", "description": "New.", "x-provenance": {"inferred": "A test."}}
    contract = edited(lambda data: data["components"]["securitySchemes"].update(ApiKey=bearer))
    with serving(contract=contract) as client:
        assert client.get(PRODUCTS).status_code == 401
        assert client.get(PRODUCTS, headers={"Authorization": "Bearer sandbox-key"}).status_code == 200
