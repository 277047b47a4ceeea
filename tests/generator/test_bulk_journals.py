"""Bulk writes with a journal: what was cut off goes on, and only for the same rows and account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest
from akinon_seller_products import Client, errors

from .bulk import Backend, Drive, posts, states, stocks
from .conftest import Driver
from .raw import server


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
