"""Rows left over: they go, or every one is named; the sandbox's audit log is the witness."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

import spec
from conformance import Config, run
from conformance.__main__ import main
from conformance.sandbox import Settings, serve
from conformance.transport.exchange import Request, Response
from conformance.transport.keys import mint
from conformance.transport.target import Target
from tests.clock import HANG

KEY = "canary-31ce"
MANY = 400
OTHERS = 60


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRD_API_KEY", KEY)


@contextmanager
def shop(folder: Path, **switches: Any) -> Iterator[tuple[str, httpx2.Client]]:
    """A sandbox that keeps its rows in the folder, with an audit log there."""
    settings = Settings(api_key=KEY, products=OTHERS, db=folder / "rows.db", audit=folder / "audit.ndjson", **switches)
    with (
        serve(spec.load(), settings) as url,
        httpx2.Client(base_url=url, headers={"Authorization": KEY}, timeout=HANG, verify=False) as client,
    ):
        yield url, client


def planted(client: httpx2.Client, count: int = MANY) -> list[str]:
    """The keys of rows as a killed run leaves them."""
    before = rows(client)
    keys = [mint("c0ffee1234", number, "left") for number in range(count)]
    category = client.get("/api/i2/products/").json()["results"][0]["category"]
    for start in range(0, count, 200):
        items = [
            {"sku": key, "name": key, "base_code": key, "category": category, "attributes": {}}
            for key in keys[start : start + 200]
        ]
        assert client.post("/api/i2/products/", json=items).status_code == 202
    while rows(client) < before + count:
        continue
    return keys


def rows(client: httpx2.Client) -> int:
    """How many rows there are, approved or not."""
    counts = [client.get("/api/i2/products/", params={"approved": said}).json()["count"] for said in ("true", "false")]
    return sum(counts)


def journal(folder: Path, url: str, keys: list[str]) -> Path:
    """The journal of the run that left them."""
    path = folder / "report" / "journal.ndjson"
    path.parent.mkdir()
    path.write_text("".join(json.dumps({"base_url": url, "key": key}) + "\n" for key in keys), "utf-8")
    return path


def clean_up(url: str, folder: Path) -> int:
    """The exit code of the command."""
    return main(["clean-up", url, "--report", str(folder / "report")])


def deletes(folder: Path) -> list[list[str]]:
    """The keys of every delete that the server was sent."""
    lines = [json.loads(line) for line in (folder / "audit.ndjson").read_text("utf-8").splitlines()]
    bodies = [json.loads(line["body"]) for line in lines if line["method"] == "DELETE" and line["status"] != 413]
    return [[item["sku"] for item in body] for body in bodies]


# A body of 4 kB holds some sixty keys.
@pytest.mark.parametrize("switches", [{}, {"batch_delay": 0.3}, {"max_body": 4_000}], ids=["honest", "slow", "small"])
def test_what_is_left_over_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str], switches: dict[str, Any]) -> None:
    with shop(tmp_path) as (_, client):
        before = rows(client)
        keys = planted(client)
    with shop(tmp_path, **switches) as (url, client):
        path = journal(tmp_path, url, keys)
        assert clean_up(url, tmp_path) == 0, capsys.readouterr().out
        assert rows(client) == before
    assert not path.exists()
    assert {key for sent in deletes(tmp_path) for key in sent} == set(keys)


IGNORES = {"faults": ("PRD103.write.deletes:ignored",)}


@pytest.mark.parametrize("switches", [IGNORES, {"read_only": True}], ids=["ignores deletes", "refuses deletes"])
def test_rows_that_stay_are_all_named_and_stay_in_the_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], switches: dict[str, Any]
) -> None:
    with shop(tmp_path) as (_, client):
        keys = planted(client)
    with shop(tmp_path, **switches) as (url, _):
        path = journal(tmp_path, url, keys)
        assert clean_up(url, tmp_path) == 2
    said = capsys.readouterr().out
    assert said.startswith("Left on the server, or not seen gone: 400 keys of this run. To delete what they name: ")
    assert f"seller-contract clean-up {url} --report {path.parent}" in said.splitlines()[0]
    named = {key for line in said.splitlines()[1:] for key in line.removeprefix("Left: ").split(", ")}
    assert named == set(keys)
    assert {json.loads(line)["key"] for line in path.read_text("utf-8").splitlines()} == set(keys)


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the run may act on it."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_run_that_vanishes_at_any_write_leaves_nothing_that_its_journal_does_not_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    """As if killed at a random write: before the server had it, or after, when nobody heard the response."""
    rng = random.Random(seed)
    last, arrives = rng.randint(1, 12), rng.random() < 0.7
    send, writes = Target._send_once, 0

    def send_until_killed(self: Target, request: Request) -> Response:
        nonlocal writes
        writes += request.method != "GET"
        if writes < last:
            return send(self, request)
        if arrives and writes == last:
            send(self, request)
        raise Killed

    only = ("PRD101.write.inserts", "PRD103.write.deletes", "PRD104.write.updates", "PRD105.batch.total")
    with shop(tmp_path) as (url, client):
        before = rows(client)
        monkeypatch.setattr(Target, "_send_once", send_until_killed)
        with pytest.raises(Killed):
            run(Config(url, only=only, writes=True, schemathesis=False, report=tmp_path / "report"))
        monkeypatch.setattr(Target, "_send_once", send)
        named = {
            json.loads(line)["key"] for line in (tmp_path / "report/journal.ndjson").read_text("utf-8").splitlines()
        }
        bodies = [json.loads(line) for line in (tmp_path / "audit.ndjson").read_text("utf-8").splitlines()]
        sent = {
            item.get("sku") or item["product"]
            for b in bodies
            if b["method"] == "POST"
            for item in json.loads(b["body"])
        }
        assert sent <= named
        assert clean_up(url, tmp_path) == 0, capsys.readouterr().out
        assert rows(client) == before
    assert not (tmp_path / "report" / "journal.ndjson").exists()
