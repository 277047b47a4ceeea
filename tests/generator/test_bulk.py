"""Bulk writes when things go wrong: nothing lost, nothing claimed that isn't known."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from akinon_seller_products import AsyncClient, Progress, errors, models

from .bulk import Backend, Drive, states, stocks
from .raw import TICKET, Peer, batch, server


def test_what_failed_of_a_delete_is_unknown_for_it_is_not_sent_twice(drive: Drive) -> None:
    backend = Backend()
    with server(backend) as made:
        driver = drive(made.url)
        rows = [{"sku": sku} for sku in ("a", "BAD", "c")]
        outcomes = driver.all(driver.client.bulk(driver.client.delete_products, rows))
        assert states(outcomes) == "uuu"
        assert "1 of 3 failed, and not which" in outcomes[0].error
        assert backend.taken == [["a", "BAD", "c"]]


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
    "it returns another batch": lambda id, look: batch(4, 4, 0, "00000000-0000-0000-0000-00000000ffff"),
    "it counts fewer rows": lambda id, look: batch(3, 3, 0, id),
    "it counts no rows": lambda id, look: batch(-1, 0, 0, id),
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
    states = iter([(1, 1), (2, 2), (4, 3), (4, 4)])

    def handler(peer: Peer) -> None:
        if peer.head.startswith("GET"):
            peer.answer(batch(*next(states)))
        else:
            peer.answer({"batch_request_id": TICKET}, 202)

    with server(handler) as made:
        driver = drive(made.url)
        handle = driver.do(driver.client.upsert_stocks(list(stocks(["A", "B", "C", "D"]))))
        result = driver.do(handle.result(5.0, interval=0.01))
    assert (result.ok, result.total) == (True, 4)


def test_prices_are_kept_in_order_for_each_price_list(drive: Drive) -> None:
    lists = ["4c7c6e4e-2655-4e9b-8012-69395b40b0c0", "4c7c6e4e-2655-4e9b-8012-69395b40b0c1"]
    with server(Backend()) as made:
        driver = drive(made.url)

        def order(pairs: list[tuple[str, int]]) -> list[str]:
            rows = [{"sku": sku, "price_list": lists[n], "price": "1"} for sku, n in pairs]
            del made.seen[:]
            driver.all(driver.client.bulk(driver.client.upsert_prices, rows, chunk_size=1, in_flight=4))
            return ["POST" if peer.head.startswith("POST") else "GET" for peer in made.seen]

        assert order([("a", 0), ("a", 1)]) == ["POST", "POST", "GET", "GET"]
        assert order([("a", 0), ("a", 0)]) == ["POST", "GET", "POST", "GET"]


def test_rows_may_come_asynchronously() -> None:
    async def rows() -> AsyncIterator[models.StockUpsert]:
        for row in stocks(["a", "b", "BAD"]):
            await asyncio.sleep(0)
            yield row

    async def write(url: str) -> list[str]:
        async with AsyncClient("key", base_url=url) as client:
            return [outcome.state async for outcome in client.bulk(client.upsert_stocks, rows(), chunk_size=2)]

    with server(Backend()) as made:
        assert asyncio.run(write(made.url)) == ["succeeded", "succeeded", "failed"]


def test_an_input_that_breaks_ends_the_write_after_what_was_sent(drive: Drive) -> None:
    def rows() -> Iterator[models.StockUpsert]:
        yield from stocks(["a", "b", "c"])
        raise LookupError("no more rows")

    backend = Backend()
    with server(backend) as made:
        driver = drive(made.url)
        seen: list[Any] = []

        def collect() -> None:
            run = driver.client.bulk(driver.client.upsert_stocks, rows(), chunk_size=2)
            seen.extend(driver.take(run, 2))
            driver.all(run)

        with pytest.raises(LookupError, match="no more rows"):
            collect()
        assert states(seen) == "ss"
        assert backend.taken == [["a", "b"]]


def test_progress_is_counted_in_rows(drive: Drive) -> None:
    reports: list[Progress] = []
    with server(Backend()) as made:
        driver = drive(made.url)
        rows = [*stocks(["a", "b", "BAD"]), {"sku": "not a stock"}]
        run = driver.client.bulk(driver.client.upsert_stocks, rows, chunk_size=2, in_flight=1, progress=reports.append)
        outcomes = driver.all(run)
    assert (reports[-1].read, reports[-1].succeeded, reports[-1].failed, reports[-1].unknown) == (4, 2, 2, 0)
    assert [progress.under_way for progress in reports] == [2, 0, 2, 0]
    assert Counter(outcome.state for outcome in outcomes) == {"succeeded": 2, "failed": 2}


@pytest.mark.parametrize("limits", [{"chunk_size": 0}, {"in_flight": 0}, {"isolate_requests": -1}, {"deadline": 0}])
def test_limits_that_cannot_be(drive: Drive, limits: Any) -> None:
    driver = drive("http://127.0.0.1:9")
    with pytest.raises(ValueError, match="must be"):
        driver.client.bulk(driver.client.upsert_stocks, [], **limits)
