"""Bulk writes when things go wrong: nothing lost, nothing claimed that isn't known."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from akinon_seller_products import errors, models

from .conftest import Driver
from .raw import TICKET, Peer, batch, server

Drive = Callable[..., Driver]


class Backend:
    """Takes batches; rows whose SKU begins with BAD fail. `refuse` may answer a write in another way."""

    def __init__(self, refuse: Callable[[Peer, list[str]], bool] = lambda peer, skus: False) -> None:
        self.taken: list[list[str]] = []
        self._refuse = refuse

    def __call__(self, peer: Peer) -> None:
        if peer.head.startswith("GET"):
            skus = self.taken[int(peer.target.rpartition("/")[2].rpartition("-")[2])]
            failed = sum(sku.startswith("BAD") for sku in skus)
            peer.answer(batch(len(skus), len(skus) - failed, failed, peer.target.rpartition("/")[2]))
            return
        skus = [row["sku"] for row in json.loads(peer.body)]
        if not self._refuse(peer, skus):
            self.taken.append(skus)
            peer.answer({"batch_request_id": f"00000000-0000-0000-0000-{len(self.taken) - 1:012}"}, 202)


def stocks(skus: list[str]) -> Iterator[models.StockUpsert]:
    for sku in skus:
        yield models.StockUpsert.model_validate(
            {"sku": sku, "stock_list": "4c7c6e4e-2655-4e9b-8012-69395b40b0cf", "stock": "1"}
        )


def states(outcomes: list[Any]) -> str:
    assert [outcome.index for outcome in outcomes] == list(range(len(outcomes)))
    return "".join(outcome.state[0] for outcome in outcomes)


def test_the_rows_that_failed_are_found(drive: Drive) -> None:
    backend = Backend()
    with server(backend) as made:
        driver = drive(made.url)
        rows = stocks(["a", "b", "BAD1", "c", "d", "e", "f", "BAD2"])
        assert states(driver.all(driver.client.bulk(driver.client.upsert_stocks, rows, chunk_size=8))) == "ssfssssf"


def test_what_failed_of_a_delete_is_unknown_for_it_is_not_sent_twice(drive: Drive) -> None:
    backend = Backend()
    with server(backend) as made:
        driver = drive(made.url)
        rows = [{"sku": sku} for sku in ("a", "BAD", "c")]
        outcomes = driver.all(driver.client.bulk(driver.client.delete_products, rows))
        assert states(outcomes) == "uuu"
        assert "1 of 3 failed, and not which" in outcomes[0].error
        assert backend.taken == [["a", "BAD", "c"]]


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


def test_a_key_that_is_not_taken_ends_the_write(drive: Drive) -> None:
    def refuse(peer: Peer, skus: list[str]) -> bool:
        if skus == ["c"]:
            peer.answer({"detail": "no"}, 401)
        return skus == ["c"]

    backend = Backend(refuse)
    with server(backend) as made:
        driver = drive(made.url)
        seen: list[Any] = []

        def collect() -> None:
            run = driver.client.bulk(driver.client.upsert_stocks, stocks(["a", "b", "c", "d"]), chunk_size=1)
            seen.extend(driver.take(run, 3))
            driver.all(run)

        with pytest.raises(errors.AuthenticationError):
            collect()
        assert states(seen) == "ssf"
        assert backend.taken == [["a"], ["b"]]


@pytest.mark.parametrize("kind", ["reset", "garbage"])
def test_a_delete_of_which_nothing_came_back_is_unknown(drive: Drive, kind: str) -> None:
    def refuse(peer: Peer, skus: list[str]) -> bool:
        if kind == "reset":
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.socket.close()
        else:
            peer.answer("<html>", 202, type="text/html")
        return True

    with server(Backend(refuse)) as made:
        driver = drive(made.url, max_retries=2)
        run = driver.client.bulk(driver.client.delete_products, [{"sku": "a"}])
        outcomes = driver.take(run, 1)
        assert states(outcomes) == "u"
        assert len(made.seen) == 1


def test_upserts_are_sent_again_and_deletes_are_not(drive: Drive) -> None:
    def refuse(peer: Peer, skus: list[str]) -> bool:
        if peer.number == 0:
            peer.answer({}, 502)
        return peer.number == 0

    backend = Backend(refuse)
    with server(backend) as made:
        driver = drive(made.url)
        assert driver.do(driver.client.upsert_stocks(stocks(["a"]))).id
        assert len(made.seen) == 2
    with server(Backend(refuse)) as made:
        driver = drive(made.url)
        with pytest.raises(errors.InternalServerError):
            driver.do(driver.client.delete_products([{"sku": "a"}]))
        assert len(made.seen) == 1


def test_a_row_never_overtakes_an_earlier_one_of_its_key(drive: Drive) -> None:
    backend = Backend()
    with server(backend) as made:
        driver = drive(made.url)
        run = driver.client.bulk(driver.client.upsert_stocks, stocks(["a", "b", "a", "c"]), chunk_size=1, in_flight=4)
        assert states(driver.all(run)) == "ssss"
        order = ["POST" if peer.head.startswith("POST") else "GET" for peer in made.seen]
        assert order == ["POST", "POST", "GET", "POST", "POST", "GET", "GET", "GET"]


def test_a_write_that_was_cut_off_goes_on_from_its_journal(drive: Drive, tmp_path: Path) -> None:
    backend, journal = Backend(), tmp_path / "journal"
    skus = [f"s{n}" for n in range(10)]
    with server(backend) as made:
        driver = drive(made.url)
        run = driver.client.bulk(driver.client.upsert_stocks, stocks(skus), chunk_size=2, in_flight=1, journal=journal)
        assert len(driver.take(run, 4)) == 4
        journal.write_bytes(journal.read_bytes() + b'{"chunk": 9, "dig')  # as a crash leaves it
        sent = len(backend.taken)
        again = driver.client.bulk(driver.client.upsert_stocks, stocks(skus), chunk_size=2, journal=journal)
        outcomes = driver.all(again)
        assert states(outcomes) == "s" * 10
        assert [outcome.earlier for outcome in outcomes] == [True] * 4 + [False] * 6
        assert len(backend.taken) <= 5 + 1
        assert sent < 5


def test_memory_holds_a_few_chunks_whatever_the_number_of_rows(drive: Drive) -> None:
    backend = Backend()
    ahead: list[int] = []

    def rows() -> Iterator[models.StockUpsert]:
        for number, row in enumerate(stocks([f"s{n}" for n in range(200)])):
            ahead.append(number - len(got))
            yield row

    got: list[Any] = []
    with server(backend) as made:
        driver = drive(made.url)
        run = driver.client.bulk(driver.client.upsert_stocks, rows(), chunk_size=10, in_flight=2)
        while found := driver.take(run, 1):
            got.extend(found)
    assert len(got) == 200
    assert max(ahead) <= 40


def test_bulk_takes_only_the_clients_own_batch_methods(drive: Drive) -> None:
    driver = drive("http://127.0.0.1:9")
    with pytest.raises(TypeError, match="upsert_products"):
        driver.client.bulk(driver.client.get_products, [])


LIES: dict[str, Callable[[str, int], dict[str, Any]]] = {
    "it tells of another batch": lambda id, look: batch(4, 4, 0, "00000000-0000-0000-0000-00000000ffff"),
    "it tells of fewer rows": lambda id, look: batch(3, 3, 0, id),
    "it tells of no rows": lambda id, look: batch(-1, 0, 0, id),
    "it goes back and forth": lambda id, look: batch(4, look % 3, 0, id),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_a_lying_status_leaves_open_is_unknown(drive: Drive, lie: str) -> None:
    looks = iter(range(1000))

    def handler(peer: Peer) -> None:
        if peer.head.startswith("GET"):
            peer.answer(LIES[lie](peer.target.rpartition("/")[2], next(looks)))
        else:
            peer.answer({"batch_request_id": TICKET}, 202)

    with server(handler) as made:
        driver = drive(made.url)
        rows = stocks(["A", "B", "C", "D"])
        outcomes = driver.all(driver.client.bulk(driver.client.upsert_stocks, rows, batch_timeout=0.5))
    assert states(outcomes) == "uuuu"
    assert all(outcome.error for outcome in outcomes)


def test_a_batch_that_is_still_being_counted_is_not_over(drive: Drive) -> None:
    told = iter([(1, 1), (2, 2), (4, 3), (4, 4)])

    def handler(peer: Peer) -> None:
        if peer.head.startswith("GET"):
            peer.answer(batch(*next(told)))
        else:
            peer.answer({"batch_request_id": TICKET}, 202)

    with server(handler) as made:
        driver = drive(made.url)
        handle = driver.do(driver.client.upsert_stocks(list(stocks(["A", "B", "C", "D"]))))
        result = driver.do(handle.result(5.0, interval=0.01))
    assert (result.ok, result.total) == (True, 4)
