"""Bulk writes when things go wrong: nothing lost, nothing claimed that isn't known."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from akinon_seller_products import AsyncClient, Client, Progress, errors, models

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
        assert len(driver.cut_off(run, 4)) == 4
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


def posts(made: Any) -> int:
    return sum(peer.head.startswith("POST") for peer in made.seen)


def test_a_journal_belongs_to_its_rows_target_and_account(drive: Drive, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with server(Backend()) as made, server(Backend()) as other:
        driver = drive(made.url)

        def write(skus: list[str], driver: Driver = driver, **more: Any) -> Any:
            return driver.client.bulk(driver.client.upsert_stocks, stocks(skus), chunk_size=2, journal=journal, **more)

        assert len(driver.cut_off(write(["a", "b", "c", "d"], in_flight=1), 2)) == 2
        begun = journal.read_bytes()
        for refused, says in (
            (lambda: write(["a", "b", "c", "d"], drive(other.url)), "url is 'http://127"),
            (lambda: write(["a", "b"], drive(made.url, api_key="another-key")), "key differs"),
            (lambda: write(["a", "b"], drive(made.url, headers={"X-Shop": "2"})), "headers and query differs"),
            (lambda: write(["a", "b"], options={"extra_query": {"shop": "2"}}), "headers and query differs"),
            (
                lambda: driver.client.bulk(driver.client.upsert_prices, [], chunk_size=2, journal=journal),
                "operation is",
            ),
        ):
            with pytest.raises(errors.JournalError, match=says):
                refused()
        for skus in (["b", "a", "c", "d"], ["x", "a", "b", "c"]):
            with pytest.raises(errors.JournalError, match="or their order, aren't those"):
                driver.all(write(skus))
        assert journal.read_bytes() == begun
        assert other.seen == []
        assert posts(made) == 1
        assert b"must-not-leak" not in begun


def test_one_run_at_a_time_has_a_journal(drive: Drive, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with server(Backend()) as made:
        driver = drive(made.url)

        def write() -> Any:
            rows = stocks(["a", "b", "c"])
            return driver.client.bulk(driver.client.upsert_stocks, rows, chunk_size=1, in_flight=1, journal=journal)

        first, early = write(), write()
        assert states(driver.take(first, 1)) == "s"
        sent, kept = len(made.seen), journal.read_bytes()
        for second in (early, write()):
            with pytest.raises(errors.JournalError, match="is in use by another run"):
                driver.all(second)
        assert (len(made.seen), journal.read_bytes()) == (sent, kept)
        late = write()
        assert [outcome.state for outcome in driver.all(first)] == ["succeeded", "succeeded"]
        with pytest.raises(errors.JournalError, match="was finished"):
            driver.all(late)
        assert posts(made) == 3


def test_rows_that_are_fewer_than_before_are_not_the_same(drive: Drive, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with server(Backend()) as made:
        driver = drive(made.url)
        run = driver.client.bulk(driver.client.upsert_stocks, stocks(["a", "b", "c"]), chunk_size=1, journal=journal)
        assert len(driver.cut_off(run, 2)) == 2
        with pytest.raises(errors.JournalError, match="more chunks"):
            driver.all(driver.client.bulk(driver.client.upsert_stocks, stocks(["a"]), chunk_size=1, journal=journal))


def test_a_finished_journal_is_refused_and_a_rehearsal_is_not_the_real_run(drive: Drive, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with server(Backend()) as made:
        driver = drive(made.url)

        def write(client: Any) -> Any:
            return client.bulk(client.upsert_stocks, stocks(["a", "BAD"]), journal=journal)

        assert states(driver.all(write(driver.client))) == "sf"
        sent = len(made.seen)
        with pytest.raises(errors.JournalError, match="1 rows succeeded, 1 failed; to write again, give another file"):
            write(driver.client)
        assert len(made.seen) == sent
        journal.write_text("\n".join(journal.read_text().splitlines()[:-1]) + "\n")  # as a crash before the last line
        remembered = driver.all(write(driver.client))
        assert [outcome.earlier for outcome in remembered] == [True, True]
        assert "reports that it failed" in remembered[1].error
        assert len(made.seen) == sent
        rehearsal = Client("key", base_url=made.url, transport=httpx2.MockTransport(lambda _: httpx2.Response(500)))
        with pytest.raises(errors.JournalError, match="carrier is 'MockTransport' and was 'network'"):
            write(rehearsal)
    journal.write_text('{"journal": 1}\n')
    with pytest.raises(errors.JournalError, match="isn't a journal that this version can read"):
        write(driver.client)


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
