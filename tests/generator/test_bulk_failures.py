"""Bulk writes: which rows failed and why, found with few requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .bulk import Backend, Drive, posts, states, stocks
from .raw import Peer, batch, server


def test_the_rows_that_failed_are_found(drive: Drive) -> None:
    backend = Backend()
    with server(backend) as made:
        driver = drive(made.url)
        rows = stocks(["a", "b", "BAD1", "c", "d", "e", "f", "BAD2"])
        assert states(driver.all(driver.client.bulk(driver.client.upsert_stocks, rows, chunk_size=8))) == "ssfssssf"


def test_a_chunk_that_is_refused_is_cut_up(drive: Drive) -> None:
    def refuse(peer: Peer, skus: list[str]) -> bool:
        if any(sku.startswith("NO") for sku in skus):
            peer.answer({"detail": "invalid"}, 400)
            return True
        return False

    backend = Backend(refuse)
    with server(backend) as made:
        driver = drive(made.url)
        outcomes = driver.all(driver.client.bulk(driver.client.upsert_stocks, stocks(["a", "NO", "b", "c", "NO2"])))
        assert states(outcomes) == "sfssf"
        assert "invalid" in outcomes[1].error


def refusing(peer: Peer, skus: list[str]) -> bool:
    bad = any(sku.startswith("NO") for sku in skus)
    if bad:
        peer.answer({"detail": "invalid"}, 400)
    return bad


def test_looking_for_failed_rows_is_bounded(drive: Drive) -> None:
    with server(Backend(refusing)) as made:
        driver = drive(made.url)
        skus = [f"NO{n}" for n in range(1000)]
        outcomes = driver.all(driver.client.bulk(driver.client.upsert_stocks, stocks(skus)))
        assert states(outcomes) == "f" * 1000
        assert posts(made) <= 5 + 64 + 16 + 4 + 2 + 2 + 5
        assert all("invalid" in outcome.error for outcome in outcomes)
        assert "wasn't looked for any further" in outcomes[-1].error


def test_looking_goes_on_where_it_helps(drive: Drive) -> None:
    with server(Backend(refusing)) as made:
        driver = drive(made.url)
        skus = [f"{'NO' if n % 50 == 7 else 'x'}{n}" for n in range(200)]
        outcomes = driver.all(driver.client.bulk(driver.client.upsert_stocks, stocks(skus), chunk_size=50))
        assert states(outcomes) == "".join("f" if sku.startswith("NO") else "s" for sku in skus)
        assert posts(made) <= 4 * 2 * 7


def test_rows_that_a_refusal_names_are_not_looked_for(drive: Drive) -> None:
    def refuse(peer: Peer, skus: list[str]) -> bool:
        bad = {n: sku for n, sku in enumerate(skus) if sku.startswith("NO")}
        if bad:
            peer.answer({str(n): {"sku": [f"{sku} is unknown"]} for n, sku in bad.items()}, 400)
        return bool(bad)

    with server(Backend(refuse)) as made:
        driver = drive(made.url)
        outcomes = driver.all(driver.client.bulk(driver.client.upsert_stocks, stocks(["a", "NO1", "b", "NO2", "c"])))
        assert states(outcomes) == "sfsfs"
        assert outcomes[1].details == {"sku": ["NO1 is unknown"]}
        assert "NO2 is unknown" in outcomes[3].error
        assert posts(made) == 2


class Filing(Backend):
    """Writes a file of the failed rows, and returns its URL."""

    def __init__(self, host: str = "", write: Callable[[list[str]], Any] | None = None) -> None:
        super().__init__()
        self._host = host
        self._write = write or (lambda skus: [{"sku": sku, "errors": [f"{sku} is bad"]} for sku in skus])
        self.asked: list[Peer] = []

    def __call__(self, peer: Peer) -> None:
        number = int(peer.target.rpartition("-")[2].partition(".")[0] or 0) if peer.head.startswith("GET") else 0
        if not peer.head.startswith("GET"):
            return super().__call__(peer)
        skus = self.taken[number]
        bad = [sku for sku in skus if sku.startswith("BAD")]
        if peer.target.startswith("/files/"):
            self.asked.append(peer)
            return peer.answer(self._write(bad))
        id = peer.target.rpartition("/")[2]
        state = batch(len(skus), len(skus) - len(bad), len(bad), id)
        return peer.answer({**state, "error_file": f"{self._host}/files/e-{number}.json" if bad else None})


@pytest.mark.parametrize("method", ["upsert_stocks", "delete_products"])
def test_failed_rows_carry_the_reasons_of_the_servers_file(drive: Drive, method: str) -> None:
    backend = Filing()
    with server(backend) as made:
        driver = drive(made.url)
        skus = ["a", "BAD1", "b", "BAD2"]
        rows = list(stocks(skus)) if method == "upsert_stocks" else [{"sku": sku} for sku in skus]
        outcomes = driver.all(driver.client.bulk(getattr(driver.client, method), rows))
        assert states(outcomes) == "sfsf"
        assert [outcome.error for outcome in outcomes] == [None, '["BAD1 is bad"]', None, '["BAD2 is bad"]']
        assert outcomes[1].details == {"sku": "BAD1", "errors": ["BAD1 is bad"]}
        assert outcomes[1].error_file == "/files/e-0.json"
        assert len(backend.taken) == 1
        assert all("authorization: " in peer.head.lower() for peer in backend.asked)


@pytest.mark.parametrize("skus", [["BAD"], ["BAD", "a"]])
def test_a_file_on_another_host_is_named_and_not_asked_for(drive: Drive, skus: list[str]) -> None:
    with server(lambda peer: peer.answer([])) as other, server(Filing(other.url)) as made:
        driver = drive(made.url)
        outcomes = driver.all(driver.client.bulk(driver.client.delete_products, [{"sku": sku} for sku in skus]))
        assert states(outcomes) == ("f" if len(skus) == 1 else "uu")
        assert f"see {other.url}/files/e-0.json" in outcomes[0].error
        assert other.seen == []


@pytest.mark.parametrize("content", ["<html>", [], {"detail": "no"}, [{"sku": "elsewhere"}]])
def test_after_a_file_without_reasons_failed_rows_are_searched(drive: Drive, content: Any) -> None:
    with server(Filing(write=lambda skus: content)) as made:
        driver = drive(made.url)
        outcomes = driver.all(driver.client.bulk(driver.client.upsert_stocks, stocks(["a", "BAD1", "b"])))
        assert states(outcomes) == "sfs"
        assert "reports that it failed; see /files/e-" in outcomes[1].error
