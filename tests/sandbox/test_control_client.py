"""The control API, driven by the client that its own document gives."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest

from conformance.sandbox import DEFAULT_KEY, Settings, serve
from conformance.sandbox.control.asking import DOCUMENT
from generator.__main__ import main
from spec import Contract
from tests.clock import HANG
from tests.sandbox.asking import PRODUCTS, product

PACKAGE = "sandbox_control_api"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The generated package."""
    folder = tmp_path_factory.mktemp("control")
    assert main(["--spec", str(DOCUMENT), "--out", str(folder)]) == 0
    sys.path.insert(0, str(folder))
    try:
        yield import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def test_a_day_with_the_generated_client(package: Any, contract: Contract, tmp_path: Path) -> None:
    settings = Settings(products=20, control_key="canary-77")
    with (
        serve(contract, settings) as url,
        package.Client(base_url=url, api_key="canary-77") as control,
        httpx2.Client(base_url=url, headers={"Authorization": DEFAULT_KEY}, timeout=HANG, verify=False) as client,
    ):
        assert control.get_health().status == "ok"
        assert control.get_about().collections == ["products", "catalog"]
        rows = control.dump_rows("products")
        assert len(rows) == 20
        control.save_snapshot("before")
        loaded = control.load_rows("products", [{"sku": "mine", "name": "Mine"}], fill=True, replace=True)
        assert loaded.loaded == 1
        assert [row["sku"] for row in client.get(PRODUCTS).json()["results"]] == ["mine"]
        control.restore_snapshot("before")
        assert control.dump_rows("products") == rows

        control.fail_next({"operation": "PRD102", "status": 500})
        assert client.get(PRODUCTS).status_code == 500
        assert control.set_switches({"page_cap": 2, "batch_delay": 60}).page_cap == 2
        assert len(client.get(PRODUCTS).json()["results"]) == 2

        assert control.set_clock({"frozen": True}).frozen
        ticket = client.post(PRODUCTS, json=[product("later")]).json()["batch_request_id"]
        assert [batch.over for batch in control.list_batches()] == [False]
        control.advance_clock({"seconds": 60})
        assert [(batch.over, batch.succeeded) for batch in control.list_batches()] == [(True, 1)]
        assert control.finish_batch(ticket).over

        seen = control.list_requests(operation="PRD102")
        assert [(request.status, request.path) for request in seen][1] == (500, PRODUCTS)
        assert len(control.get_har().log["entries"]) == len(control.list_requests())
        with pytest.raises(package.APIError, match="products"):
            control.load_rows("things", [])
        control.reset()
        assert control.list_requests() == []
        assert control.get_switches().page_cap is None
