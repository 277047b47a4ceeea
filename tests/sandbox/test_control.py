"""A sandbox that is controlled while it runs, over its control API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

import spec
from conformance.oracle.awkward import MIXED, TEXTS
from conformance.sandbox import DEFAULT_KEY, Settings, app
from conformance.sandbox.control import PREFIX, asking
from conformance.sandbox.control.operations import Operations
from spec import Contract
from tests.sandbox.asking import PRICES, PRODUCTS, everything, look, one, page, product, rows, write
from tests.sandbox.conftest import Database, Edited, Serving, client_of


@pytest.fixture
def client(module_client: httpx2.Client) -> httpx2.Client:
    """The module's sandbox, as it was at the start."""
    control(module_client, "POST", "reset")
    return module_client


@pytest.fixture(scope="module")
def module_client(contract: Contract, database: Database) -> Iterator[httpx2.Client]:
    with client_of(contract, db=database()) as client:
        yield client


def control(client: httpx2.Client, method: str, path: str, **sent: Any) -> Any:
    """What a control request is answered, which must be well."""
    response = client.request(method, PREFIX + path, **sent)
    assert response.status_code in (200, 204), response.text
    if response.status_code == 204:
        return None
    is_json = response.headers["content-type"].startswith("application/json")
    return response.json() if is_json else response.text


DOCUMENTS = Path(__file__).parent.parent / "conformance"
ROWS = "collections/products/rows?fill=true"


def refused(client: httpx2.Client, status: int, method: str, path: str, **sent: Any) -> Any:
    response = client.request(method, PREFIX + path, **sent)
    assert response.status_code == status, response.text
    return response.json()


def test_every_operation_of_the_document_is_carried_out() -> None:
    ids = {operation.id for operation in asking.document().operations}
    methods = {name for name in vars(Operations) if not name.startswith("_")} - {"perform"}
    assert ids == methods


# -- state --------------------------------------------------------------------------------------------


def test_a_reset_puts_everything_as_it_was(client: httpx2.Client) -> None:
    before = everything(client)
    write(client, "POST", PRODUCTS, [product("mine")])
    write(client, "DELETE", PRODUCTS, [{"sku": before[0]["sku"]}])
    control(client, "PATCH", "switches", json={"page_cap": 1, "faults": ["PRD102.filter.name:ignored"]})
    control(client, "PUT", "snapshots/one")
    control(client, "PUT", "clock", json={"frozen": True, "now": "2030-01-01T00:00:00Z"})
    control(client, "POST", "failures", json={"times": 5})
    control(client, "POST", "reset")
    assert control(client, "GET", "requests") == []
    assert everything(client) == before
    assert control(client, "GET", "batches") == []
    assert control(client, "GET", "snapshots") == []
    assert control(client, "GET", "failures") == []
    assert control(client, "GET", "clock")["frozen"] is False
    assert control(client, "GET", "switches")["page_cap"] is None
    assert len(rows(client, name="no such name")) == 0


def test_a_snapshot_brings_rows_and_batches_back(client: httpx2.Client) -> None:
    control(client, "PUT", "clock", json={"frozen": True})
    control(client, "PATCH", "switches", json={"batch_delay": 60})
    ticket = client.post(PRODUCTS, json=[product("later")]).json()["batch_request_id"]
    control(client, "PUT", "snapshots/waiting")
    control(client, "POST", f"batches/{ticket}/finish")
    assert one(client, "later")
    control(client, "POST", "snapshots/waiting/restore")
    assert one(client, "later") is None
    assert look(client, ticket)["state"]["succeeded"] == 0
    control(client, "POST", "clock/advance", json={"seconds": 60})
    assert look(client, ticket)["state"]["succeeded"] == 1
    assert control(client, "GET", "snapshots") == ["waiting"]
    control(client, "DELETE", "snapshots/waiting")
    assert "waiting" in refused(client, 404, "POST", "snapshots/waiting/restore")["detail"]
    refused(client, 400, "PUT", "snapshots/no%20such")


@pytest.mark.parametrize(
    ("method", "path", "sent", "field", "sentence"),
    [
        ("PATCH", "switches", {"json": {"latncy": 1}}, "latncy", "There is no such field. Did you mean latency?"),
        ("PATCH", "switches", {"json": {"past_end": "x"}}, "past_end", "none of the allowed values: empty, 404."),
        ("PATCH", "switches", {"json": {"batch_delay": 1e300}}, "batch_delay", "maximum"),
        ("PATCH", "switches", {"json": {"approve_after": 1e30}}, "approve_after", "maximum"),
        ("POST", "failures", {"json": {"headers": {"X Y": "a"}}}, "headers", "not a valid value"),
        ("POST", "failures", {"json": {"headers": {"X": "a\nb"}}}, "headers.X", "not a valid value"),
        ("POST", "failures", {"json": {"headers": {"X": "ş"}}}, "headers.X", "not a valid value"),
        ("PUT", "clock", {"json": {"frozen": True, "now": "9999-12-31T23:59:59Z"}}, "now", "from 1970 to 9000-01-01"),
        ("PUT", "clock", {"json": {"frozen": True, "now": "0001-01-01T00:00:00+14:00"}}, "now", "from 1970 to"),
        ("GET", "requests?operation=nope", {}, "operation", "There is no such operation; there are PRD108"),
        ("GET", "requests?status=200&status=400", {}, "status", "given more than once"),
        ("POST", ROWS, {"content": "sku,nmae\na,b"}, "nmae", "There is no such field. Did you mean name?"),
        ("POST", ROWS, {"content": "sku,sku\na,b"}, "sku", "Two columns have this name."),
    ],
)
def test_what_is_wrong_is_named(
    client: httpx2.Client, method: str, path: str, sent: dict[str, Any], field: str, sentence: str
) -> None:
    headers = {"Content-Type": "text/csv"} if "content" in sent else {}
    errors = refused(client, 400, method, path, headers=headers, **sent)["errors"]
    assert list(errors) == [field]
    assert sentence in errors[field][0]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("warehouse", 'curl --header "Authorization: Bearer $A_WAREHOUSE_API_KEY" '),
        ("garden", 'curl --header "X-Key: $A_GARDEN_API_KEY" '),
        ("library", "curl 'http"),
    ],
)
def test_the_first_line_to_try_is_of_the_document(serving: Serving, name: str, line: str) -> None:
    with serving(contract=spec.load(DOCUMENTS / f"{name}.yaml"), products=3) as client:
        about = control(client, "GET", "about")
        assert about["example"].replace("{base}", "http").startswith(line)
        assert (about["variable"] is None) is ("KEY" not in line)


@pytest.mark.parametrize("format", ["json", "ndjson", "csv"])
def test_what_is_dumped_can_be_loaded(client: httpx2.Client, format: str) -> None:
    kinds = {"json": "application/json", "ndjson": "application/x-ndjson", "csv": "text/csv"}
    special = {"attributes": {"A": 'x"', "B": "null", "C": None, "D": "two\nlines,\u2028"}, "images": [""]}
    texts = ["", "null", '"quoted"', " x ", "'", "\\", *TEXTS.values(), *MIXED]
    write(client, "POST", PRODUCTS, [product(f"t{n}", name=text, **special) for n, text in enumerate(texts)])
    dumped = client.get(f"{PREFIX}collections/products/rows", params={"format": format})
    assert dumped.headers["content-type"].startswith(kinds[format])
    before = everything(client)
    write(client, "POST", PRODUCTS, [product("t1"), product("other")])
    loaded = control(
        client,
        "POST",
        "collections/products/rows?replace=true",
        content=dumped.content,
        headers={"Content-Type": kinds[format]},
    )
    assert loaded == {"loaded": len(before)}
    assert everything(client) == before


def test_rows_of_ones_own(client: httpx2.Client) -> None:
    mine = {"sku": "mine", "name": "Mine", "attributes": {"COLOR": "Red"}, "prices": [], "approved": True}
    problem = refused(client, 400, "POST", "collections/products/rows", json=[mine])
    assert set(problem["errors"]["0"]) == {"base_code", "category", "images", "videos", "stocks"}
    path = "collections/products/rows?fill=true&replace=true"
    assert control(client, "POST", path, json=[mine, {**mine, "sku": "other", "approved": False}]) == {"loaded": 2}
    (shown,) = rows(client)
    assert {name: shown[name] for name in ("sku", "name", "attributes", "prices", "stocks")} == {
        "sku": "mine", "name": "Mine", "attributes": {"COLOR": "Red"}, "prices": [], "stocks": [],
    }  # fmt: skip
    assert [row["sku"] for row in rows(client, attribute__COLOR="Red")] == ["mine"]
    assert [row["sku"] for row in rows(client, approved="false")] == ["other"]
    control(client, "POST", "collections/products/rows?fill=true", json=[{"sku": "mine", "name": "Again"}])
    assert [row["name"] for row in rows(client)] == ["Again"]


def test_rows_that_are_wrong_are_named_and_none_is_loaded(client: httpx2.Client) -> None:
    before = everything(client)
    good = before[0] | {"sku": "good"}
    two = [{"price_list": good["category"], "price": "1", "retail_price": "1", "tax_rate": "1", "currency_type": "a"}]
    many = [
        good,
        good | {"sku": 5},
        good | {"sku": "a", "nmae": "x"},
        good,
        good | {"sku": "b", "prices": two * 2},
        good | {"sku": "c", "created_at": "yesterday"},
    ]
    errors = refused(client, 400, "POST", "collections/products/rows", json=many)["errors"]
    assert {row: set(found) for row, found in errors.items()} == {
        "1": {"sku"}, "2": {"nmae"}, "3": {"sku"}, "4": {"prices"}, "5": {"created_at"},
    }  # fmt: skip
    assert "Did you mean name?" in errors["2"]["nmae"][0]
    lines = {"content": b'{"sku": "a"}\n\n{"sku": \n', "headers": {"Content-Type": "application/x-ndjson"}}
    assert set(refused(client, 400, "POST", "collections/products/rows", **lines)["errors"]) == {"1"}
    cells = {"content": b"sku,name\na,b\nc\n", "headers": {"Content-Type": "text/csv"}}
    assert set(refused(client, 400, "POST", "collections/products/rows", **cells)["errors"]) == {"1"}
    refused(client, 415, "POST", "collections/products/rows", content=b"x", headers={"Content-Type": "text/xml"})
    refused(client, 400, "POST", "collections/products/rows", json={"sku": "x"})
    assert set(refused(client, 400, "POST", "collections/products/rows", json=[good, "x"])["errors"]) == {"1"}
    assert "products" in refused(client, 404, "GET", "collections/things/rows")["detail"]
    assert everything(client) == before


# -- requests -----------------------------------------------------------------------------------------


def test_the_requests_seen(client: httpx2.Client) -> None:
    page(client, name="a b")
    client.post(PRODUCTS, json=[product("seen")])
    client.get("/nothing/")
    seen = control(client, "GET", "requests")
    assert [(r["method"], r["path"], r["operation"], r["status"], r["tenant"]) for r in seen] == [
        ("GET", PRODUCTS, "PRD102", 200, 1),
        ("POST", PRODUCTS, "PRD101", 202, 1),
        ("GET", "/nothing/", None, 404, None),
    ]
    assert seen[0]["query"] == "name=a+b"
    assert '"seen"' in seen[1]["body"]
    assert "batch_request_id" in seen[1]["response"]["body"]
    assert DEFAULT_KEY not in str(seen)
    for query, expected in (
        ({"operation": "PRD102"}, [0]), ({"method": "post"}, [1]), ({"status": 404}, [2]),
        ({"path": "products"}, [0, 1]),
        ({"after": seen[1]["id"]}, [2]), ({"method": "GET", "status": 200}, [0]),
    ):  # fmt: skip
        assert control(client, "GET", "requests", params=query) == [seen[turn] for turn in expected]
    entries = control(client, "GET", "requests/har")["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [200, 202, 404]
    assert entries[0]["request"]["queryString"] == [{"name": "name", "value": "a b"}]
    assert DEFAULT_KEY not in str(entries)
    control(client, "DELETE", "requests")
    assert control(client, "GET", "requests") == []
    refused(client, 400, "GET", "requests?status=ok")
    refused(client, 400, "GET", "requests?stauts=200")


def test_a_key_in_the_query_is_never_kept(serving: Serving, edited: Edited) -> None:
    def in_query(data: Any) -> None:
        data["components"]["securitySchemes"]["ApiKey"] |= {"in": "query", "name": "api_key"}

    with serving(contract=edited(in_query), api_key="canary-77", products=2) as client:
        assert client.get(f"{PRODUCTS}?api%5Fkey=canary-77&limit=1").status_code == 200
        assert client.get(f"{PRODUCTS}?api_key=canary-77").status_code == 200
        seen = client.get(f"{PREFIX}requests")
        assert len(seen.json()) == 2
        assert "canary-77" not in seen.text + client.get(f"{PREFIX}requests/har").text


def test_only_the_newest_requests_are_kept(contract: Contract) -> None:
    with client_of(contract, kept_requests=2, products=2) as client:
        for turn in range(3):
            client.get(f"/{turn}")
        assert [r["path"] for r in client.get(f"{PREFIX}requests").json()] == ["/1", "/2"]


# -- behaviour ----------------------------------------------------------------------------------------


def test_switches_while_it_runs(client: httpx2.Client) -> None:
    start = control(client, "GET", "switches")
    control(client, "PATCH", "switches", json={"read_only": True})
    assert client.post(PRODUCTS, json=[]).status_code == 403
    changed = control(client, "PATCH", "switches", json={"read_only": False, "page_cap": 3, "past_end": "404"})
    assert changed == {**start, "page_cap": 3, "past_end": "404"}
    assert len(page(client)["results"]) == 3
    assert client.get(PRODUCTS, params={"page": 999}).status_code == 404
    control(client, "PATCH", "switches", json={"flaky": 1})
    assert client.get(PRODUCTS).status_code == 503
    assert control(client, "DELETE", "switches") == start
    assert len(page(client)["results"]) == 10


def test_faults_while_it_runs(client: httpx2.Client) -> None:
    fault = "PRD102.filter.name:ignored"
    control(client, "PATCH", "switches", json={"faults": [fault]})
    assert rows(client, name="no such name")
    assert [f["id"] for f in control(client, "GET", "faults") if f["active"]] == [fault]
    problem = refused(client, 400, "PATCH", "switches", json={"faults": ["PRD102.filter.nmae:ignored"], "page_cap": 1})
    assert "did you mean" in problem["errors"]["faults"][0]
    assert control(client, "GET", "switches")["page_cap"] is None
    control(client, "PATCH", "switches", json={"faults": []})
    assert not rows(client, name="no such name")


@pytest.mark.parametrize(
    "body",
    [
        {"flaky": 2}, {"latency": -1}, {"rate_limit": 0}, {"page_cap": 0}, {"no": 1}, {"past_end": "x"}, [], "x",
        {"faults": 1},
    ],
)  # fmt: skip
def test_switches_that_are_wrong(client: httpx2.Client, body: Any) -> None:
    start = control(client, "GET", "switches")
    assert refused(client, 400, "PATCH", "switches", json=body)["errors"]
    assert control(client, "GET", "switches") == start


def test_the_next_requests_fail_as_asked(client: httpx2.Client) -> None:
    before = everything(client)
    headers = {"Retry-After": "7"}
    control(client, "POST", "failures", json={"operation": "PRD102", "times": 2, "status": 429, "headers": headers})
    control(client, "POST", "failures", json={"status": 500, "body": ["broken"]})
    assert client.post(PRODUCTS, json=[product("lost")]).json() == ["broken"]
    assert control(client, "GET", "failures")[0]["times"] == 2
    first = client.get(PRODUCTS)
    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert client.get(PRODUCTS).status_code == 429
    assert everything(client) == before
    page = {"status": 502, "headers": {"Content-Type": "text/html"}, "body": "<h1>Bad gateway</h1>"}
    control(client, "POST", "failures", json=page)
    assert client.get(PRODUCTS).text == page["body"]
    control(client, "POST", "failures", json={"drop": True})
    with pytest.raises(httpx2.RemoteProtocolError):
        client.get(PRODUCTS)
    assert control(client, "GET", "requests")[-1]["status"] is None
    control(client, "POST", "failures", json={"times": 3})
    control(client, "DELETE", "failures")
    assert client.get(PRODUCTS).status_code == 200
    assert "PRD102" in refused(client, 400, "POST", "failures", json={"operation": "PRD999"})["errors"]["operation"][0]


# -- time ---------------------------------------------------------------------------------------------


def test_batches_follow_the_clock(client: httpx2.Client) -> None:
    control(client, "PUT", "clock", json={"frozen": True, "now": "2031-05-06T07:08:09.123Z"})
    control(client, "PATCH", "switches", json={"batch_delay": 40})
    tickets = [
        client.post(PRODUCTS, json=[product(f"{turn}-{n}") for n in range(8)]).json()["batch_request_id"]
        for turn in range(2)
    ]
    seen = []
    for _ in range(9):
        seen.append(tuple(look(client, ticket)["state"]["succeeded"] for ticket in tickets))
        assert control(client, "POST", "clock/advance", json={"seconds": 10})["frozen"]
    assert seen == [(0, 0), (2, 0), (4, 0), (6, 0), (8, 0), (8, 2), (8, 4), (8, 6), (8, 8)]
    batch = look(client, tickets[0])
    assert (batch["created_at"], batch["updated_at"]) == ("2031-05-06T07:08:09.123Z", "2031-05-06T07:08:49.123Z")
    assert batch["processed_in"] == 40
    row = one(client, "1-7")
    assert row
    assert row["created_at"] == "2031-05-06T07:09:29.123Z"


def test_one_long_step_of_the_clock_does_all_in_its_time(client: httpx2.Client) -> None:
    control(client, "PUT", "clock", json={"frozen": True, "now": "2031-01-01T00:00:00Z"})
    control(client, "PATCH", "switches", json={"batch_delay": 4})
    client.post(PRODUCTS, json=[product("late")])
    client.post(PRICES, json=[{"sku": "late", "price_list": product("x")["category"], "price": "1",
                               "retail_price": "1", "tax_rate": "1", "currency_type": "TRY"}])  # fmt: skip
    now = control(client, "POST", "clock/advance", json={"seconds": 3600})["now"]
    assert now == "2031-01-01T01:00:00.000Z"
    batches = control(client, "GET", "batches")
    assert [(b["over"], b["succeeded"], b["updated_at"]) for b in batches] == [
        (True, 1, "2031-01-01T00:00:04.000Z"),
        (True, 1, "2031-01-01T00:00:08.000Z"),
    ]


def test_approval_follows_the_clock(client: httpx2.Client) -> None:
    control(client, "PUT", "clock", json={"frozen": True})
    control(client, "PATCH", "switches", json={"approve_after": 3600})
    write(client, "POST", PRODUCTS, [product("waits")])
    assert rows(client, sku="waits") == []
    control(client, "POST", "clock/advance", json={"seconds": 3599.9})
    assert rows(client, sku="waits") == []
    control(client, "POST", "clock/advance", json={"seconds": 0.1})
    assert len(rows(client, sku="waits")) == 1


def test_the_rate_limit_follows_the_clock(client: httpx2.Client) -> None:
    control(client, "PUT", "clock", json={"frozen": True})
    control(client, "PATCH", "switches", json={"rate_limit": 2})
    answers = [client.get(PRODUCTS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[2].headers["retry-after"] == "1"
    control(client, "POST", "clock/advance", json={"seconds": 0.5})
    assert [client.get(PRODUCTS).status_code for _ in range(2)] == [200, 429]


def test_a_batch_is_finished_now_and_those_before_it(client: httpx2.Client) -> None:
    control(client, "PUT", "clock", json={"frozen": True})
    control(client, "PATCH", "switches", json={"batch_delay": 60})
    made, gone, after = (
        client.request(method, PRODUCTS, json=[item]).json()["batch_request_id"]
        for method, item in (("POST", product("brief")), ("DELETE", {"sku": "brief"}), ("POST", product("last")))
    )
    finished = control(client, "POST", f"batches/{gone}/finish")
    assert (finished["over"], finished["succeeded"]) == (True, 1)
    assert [b["over"] for b in control(client, "GET", "batches")] == [True, True, False]
    assert control(client, "GET", "batches")[0]["id"] == made
    control(client, "PATCH", "switches", json={"batch_delay": 0})
    control(client, "POST", "clock/advance", json={"seconds": 0})
    assert look(client, after)["state"]["succeeded"] == 1
    refused(client, 404, "POST", "batches/none/finish")


def test_the_clock_stands_goes_on_and_comes_back(client: httpx2.Client) -> None:
    control(client, "PUT", "clock", json={"frozen": True, "now": "2019-01-01T00:00:00+03:00"})
    assert control(client, "GET", "clock") == {"now": "2018-12-31T21:00:00.000Z", "frozen": True}
    assert control(client, "PUT", "clock", json={"frozen": False})["now"] < "2019"
    assert control(client, "PUT", "clock", json={"frozen": False, "now": "2040-01-01T00:00:00Z"})["now"] >= "2040"
    assert control(client, "DELETE", "clock")["now"] < "2040"
    for body in ({}, {"frozen": 1}, {"frozen": True, "now": "x"}, {"frozen": True, "now": "2025-01-01"}):
        refused(client, 400, "PUT", "clock", json=body)
    refused(client, 400, "POST", "clock/advance", json={"seconds": -1})


# -- who may ------------------------------------------------------------------------------------------


def test_health_and_readiness_need_no_key(client: httpx2.Client) -> None:
    for path in ("health", "ready"):
        elsewhere = {"Host": "sandbox.example", "Authorization": ""}
        assert control(client, "GET", path, headers=elsewhere) == {"status": "ok"}


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("control_key", "address", "headers", "status"),
    [
        (None, "127.0.0.1", {"Host": "localhost:8000"}, 200),
        (None, "::1", {"Host": "[::1]:8000"}, 200),
        (None, "127.0.0.1", {"Host": "rebound.example"}, 403),
        (None, "192.0.2.7", {"Host": "127.0.0.1"}, 403),
        ("canary-77", "192.0.2.7", {"Host": "box"}, 401),
        ("canary-77", "192.0.2.7", {"Host": "box", "X-Control-Key": "canary-7"}, 401),
        ("canary-77", "192.0.2.7", {"Host": "box", "X-Control-Key": "canary-77"}, 200),
        ("canary-77", "127.0.0.1", {"Host": "localhost"}, 200),
        (None, "127.0.0.1", {"Host": "localhost", "Origin": "https://evil.example"}, 403),
        (None, "127.0.0.1", {"Host": "localhost:8", "Origin": "http://localhost:8"}, 200),
        (None, "127.0.0.1", {"Host": "localhost", "Origin": "null"}, 403),
    ],
)
async def test_who_may_control(
    contract: Contract, control_key: str | None, address: str, headers: dict[str, str], status: int
) -> None:
    sandbox = app(contract, Settings(products=2, control_key=control_key))
    transport = httpx2.ASGITransport(sandbox, client=(address, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        response = await client.get(f"{PREFIX}requests", headers=headers)
        assert response.status_code == status
        assert "canary" not in response.text
    sandbox.close()


def test_control_paths_are_no_part_of_the_api(client: httpx2.Client) -> None:
    assert refused(client, 404, "GET", "nothing")["detail"]
    assert client.put(f"{PREFIX}reset").headers["allow"] == "POST"
    assert "access-control-allow-origin" not in client.get(f"{PREFIX}requests").headers
    assert control(client, "GET", "requests") == []
    assert control(client, "GET", "openapi.yaml").startswith("# How a running sandbox")


def test_a_document_with_such_paths_is_refused(edited: Edited) -> None:
    def moved(data: Any) -> None:
        data["paths"]["/_sandbox/x"] = data["paths"].pop("/api/i2/products/search/")

    with pytest.raises(ValueError, match="controlled under /_sandbox/"):
        app(edited(moved))


# -- browsers -----------------------------------------------------------------------------------------


def test_pages_of_other_origins_may_call_the_api(client: httpx2.Client) -> None:
    origin = {"Origin": "https://shop.example"}
    asked = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "authorization, content-type"}
    preflight = client.options(PRODUCTS, headers={**origin, **asked, "Authorization": ""})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "DELETE"
    assert preflight.headers["access-control-allow-headers"] == "authorization, content-type"
    for response in (preflight, client.get(PRODUCTS, headers=origin), client.get("/nothing", headers=origin)):
        assert response.headers["access-control-allow-origin"] == "*"
    assert client.options(PRODUCTS).status_code == 405


def test_every_answer_says_how_long_it_took(client: httpx2.Client) -> None:
    for path in (PRODUCTS, "/nothing", f"{PREFIX}health"):
        timing = client.get(path).headers["server-timing"]
        assert [part.partition(";dur=")[0] for part in timing.split(", ")] == ["total", "db"]
