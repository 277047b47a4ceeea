"""The fixture `sandbox`, used as an integrator would use it: a small sync job and its tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

import spec
from conformance.sandbox import DEFAULT_KEY, RunningSandbox, SandboxError, Settings
from conformance.sandbox.running import start
from tests.clock import HANG
from tests.sandbox.asking import PRODUCTS, STOCKS

pytest_plugins = ["pytester"]


class SyncJob:
    """Takes over the stock of a shop: reads all products, and writes the stocks that differ."""

    def __init__(self, url: str, key: str, pause: Callable[[float], object]) -> None:
        self.client = httpx2.Client(base_url=url, headers={"Authorization": key}, timeout=HANG, verify=False)
        self.pause = pause

    def __enter__(self) -> SyncJob:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def ask(self, method: str, url: str, **sent: Any) -> Any:
        """Up to three tries, with the server's Retry-After between them."""
        for _ in range(2):
            try:
                response = self.client.request(method, url, **sent)
            except httpx2.RemoteProtocolError:
                continue
            if response.status_code not in (429, 503):
                break
            self.pause(float(response.headers.get("Retry-After", 1)))
        else:
            response = self.client.request(method, url, **sent)
        response.raise_for_status()
        return response.json()

    def run(self, stock_list: str, wanted: dict[str, str]) -> list[str]:
        """Bring the stocks to what is wanted; the skus that were changed."""
        shown: dict[str, str] = {}
        url: str | None = f"{PRODUCTS}?limit=2"
        while url:
            page = self.ask("GET", url)
            for row in page["results"]:
                found = [s["stock"] for s in row["stocks"] if s["stock_list"] == stock_list]
                shown[row["sku"]] = found[0] if found else ""
            url = page["next"]
        changed = [sku for sku in shown if sku in wanted and wanted[sku] != shown[sku]]
        items = [{"sku": s, "stock_list": stock_list, "stock": wanted[s], "unit_type": "qty"} for s in changed]
        if items:
            ticket = self.ask("POST", STOCKS, json=items)["batch_request_id"]
            while (batch := self.ask("GET", f"{PRODUCTS}batch-requests/{ticket}"))["processed_in"] is None:
                self.pause(30)
            assert batch["state"]["failed"] == 0
        return changed


LIST = "4c7c6e4e-2655-4e9b-8012-69395b40b0cf"
SHOP = [{"sku": f"S-{n}", "stocks": [{"stock_list": LIST, "stock": "1", "unit_type": "qty"}]} for n in range(5)]


def test_the_job_writes_what_differs(sandbox: RunningSandbox) -> None:
    sandbox.load(SHOP)
    with SyncJob(sandbox.url, sandbox.api_key, sandbox.advance) as job:
        assert job.run(LIST, {"S-1": "1", "S-3": "7", "S-9": "9"}) == ["S-3"]
    assert [row["stocks"][0]["stock"] for row in sandbox.rows()] == ["1", "1", "1", "7", "1"]
    written = [request for request in sandbox.requests if request.method == "POST"]
    assert [item["sku"] for item in written[0].json] == ["S-3"]
    pages = [request.query.get("page", ["1"]) for request in sandbox.requests if request.operation == "PRD102"]
    assert pages == [["1"], ["2"], ["3"]]


def test_the_job_comes_through_what_goes_wrong_now_and_then(sandbox: RunningSandbox) -> None:
    sandbox.load(SHOP)
    sandbox.fail_next("PRD102", status=429, headers={"Retry-After": "40"})
    sandbox.fail_next("upsert_stocks", times=2)
    sandbox.fail_next("PRD102", drop=True)
    pauses: list[float] = []
    with SyncJob(sandbox.url, sandbox.api_key, pauses.append) as job:
        assert job.run(LIST, {"S-0": "2"}) == ["S-0"]
    assert pauses[:3] == [40, 1, 1]
    assert [r.status for r in sandbox.requests][:3] == [429, None, 200]


def test_the_job_waits_for_slow_batches_without_the_test_waiting(sandbox: RunningSandbox) -> None:
    sandbox.load(SHOP)
    sandbox.freeze("2030-01-01T00:00:00Z")
    sandbox.switch(batch_delay=3600)
    with SyncJob(sandbox.url, sandbox.api_key, sandbox.advance) as job:
        job.run(LIST, {"S-0": "2", "S-4": "3"})
    assert sandbox.now == datetime(2030, 1, 1, 1, 0, tzinfo=UTC)
    assert [(batch["over"], batch["succeeded"]) for batch in sandbox.batches] == [(True, 2)]


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_it_as_new(sandbox: RunningSandbox, turn: int) -> None:
    assert (len(sandbox.rows()), sandbox.requests, sandbox.batches) == (150, [], [])
    assert abs(sandbox.now.timestamp() - time.time()) < 3600
    headers = {"Authorization": sandbox.api_key}
    httpx2.request("DELETE", f"{sandbox.url}{PRODUCTS}", headers=headers, json=[{"sku": sandbox.rows()[0]["sku"]}])
    sandbox.advance()
    assert len(sandbox.rows()) == 149
    sandbox.freeze("2001-01-01T00:00:00Z")


def test_rows_that_are_wrong_are_named(sandbox: RunningSandbox) -> None:
    with pytest.raises(SandboxError, match=r"(?s)2 rows are wrong.*0: .*sku.*2: .*Did you mean name"):
        sandbox.load([{"name": "x"}, {"sku": "a"}, {"sku": "b", "nmae": "x"}])
    sandbox.load([{"sku": "more"}], keep=True)
    assert len(sandbox.rows()) == 151
    sandbox.snapshot()
    sandbox.load([])
    assert sandbox.rows() == []
    sandbox.restore()
    assert len(sandbox.rows()) == 151


def test_it_is_found_by_pytest_and_started_as_the_conftest_says(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        import pytest
        from conformance.sandbox import Settings

        @pytest.fixture(scope="session")
        def sandbox_settings():
            return Settings(products=3, api_key="canary-77", control_key="canary-78")
    """)
    pytester.makepyfile("""
        def test_one(sandbox):
            assert len(sandbox.rows()) == 3
            sandbox.load([{"sku": "a"}])

        def test_two(sandbox):
            assert len(sandbox.rows()) == 3
            assert "canary" not in repr(sandbox)
    """)
    pytester.runpytest_inprocess("-q").assert_outcomes(passed=2)


def test_it_can_be_had_without_pytest() -> None:
    with start(spec.load(), Settings(products=1)) as running:
        assert running.api_key == DEFAULT_KEY
        assert running.url in repr(running)
        assert len(running.rows()) == 1
