"""Safe on somebody's server, end to end: a run as a process of its own, and a sandbox that writes down all it gets."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

import spec
from conformance.__main__ import main
from conformance.sandbox import Settings, serve
from tests.clock import HANG
from tests.conformance.loopback import Received, Respond, loopback, response

KEY = "canary-7c1e5b90aa"
WRITES = ("PRD101.write", "PRD103.write", "PRD105.write", "PRD101.body.type", "PRD101.auth", "PRD104.auth")


@dataclass
class Shop:
    """A sandbox, and what it was sent."""

    url: str
    audit: Path
    client: httpx2.Client

    def rows(self) -> list[dict[str, Any]]:
        """Every row there is."""
        found: list[dict[str, Any]] = []
        for approved in ("true", "false"):
            query = {"approved": approved, "limit": "500"}
            found += self.client.get("/api/i2/products/", params=query).json()["results"]
        return sorted(found, key=lambda row: str(row["sku"]))

    def wait_for_writes(self, count: int, process: subprocess.Popen[bytes]) -> None:
        """Until so many came in, or the process is over."""
        until = time.monotonic() + HANG
        while process.poll() is None and time.monotonic() < until:
            if self.audit.read_bytes().count(b'"POST"') >= count:
                return
            clean(Path(f"/proc/{process.pid}/cmdline").read_bytes())
            time.sleep(0.01)

    def writes(self) -> list[dict[str, Any]]:
        """Every write, as it came in."""
        lines = [json.loads(line) for line in self.audit.read_text("utf-8").splitlines()]
        return [line for line in lines if line["method"] != "GET"]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running(tmp_path) as found:
        yield found


@contextlib.contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Shop]:
    audit = folder / "audit.ndjson"
    with (
        serve(spec.load(), Settings(api_key=KEY, products=60, audit=audit, **settings)) as url,
        httpx2.Client(base_url=url, headers={"Authorization": KEY}, timeout=HANG, verify=False) as client,
    ):
        yield Shop(url, audit, client)


def command(url: str, report: Path, *more: str, only: tuple[str, ...] = WRITES) -> list[str]:
    selected = [word for name in only for word in ("--only", name)]
    return [sys.executable, "-m", "conformance", url, "--report", str(report), *selected, "--no-schemathesis", *more]


def environment(key: str | None = KEY) -> dict[str, str]:
    return {**os.environ, "NO_COLOR": "1", **({"PRD_API_KEY": key} if key else {})}


def run(url: str, report: Path, *more: str, key: str | None = KEY, only: tuple[str, ...] = WRITES) -> Any:
    arguments = command(url, report, *more, only=only)
    return subprocess.run(arguments, env=environment(key), capture_output=True, text=True, timeout=HANG, check=False)


def foreign(shop: Shop, tokens: int = 1) -> list[str]:
    """The keys in writes that no run can have made."""
    found: set[str] = set()
    for write in shop.writes():
        body = str(write["body"])
        for named in re.finditer(r'"sku":\s*', body):
            found.update(_texts(json.JSONDecoder().raw_decode(body, named.end())[0]))
    ours = {key for key in found if re.fullmatch(r"prdct-[0-9a-f]{10}-\d{3}-.*", key.lower())}
    assert len({key.split("-")[1].lower() for key in ours}) <= tokens
    return sorted(found - ours)


def _texts(value: Any) -> list[str]:
    return [text for part in value for text in _texts(part)] if isinstance(value, list) else [str(value)]


def contents(folder: Path) -> list[bytes]:
    """The contents of every file below a folder; compressed ones are unpacked."""
    found = [file for file in folder.rglob("*") if file.is_file()]
    return [gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes() for file in found]


def clean(*texts: str | bytes) -> None:
    for text in texts:
        shown = text if isinstance(text, str) else text.decode("utf-8", "replace")
        assert KEY not in shown
        assert KEY[:-1] not in shown
        assert KEY.swapcase() not in shown


def test_a_run_writes_only_to_its_own_rows_and_leaves_everything_as_it_was(shop: Shop, tmp_path: Path) -> None:
    before = shop.rows()
    done = run(shop.url, tmp_path / "report", "--writes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(shop.writes()) > 40
    assert foreign(shop) == []
    assert shop.rows() == before
    assert not (tmp_path / "report" / "journal.ndjson").exists()
    clean(done.stdout, done.stderr, *contents(tmp_path / "report"))


def test_a_run_that_only_reads_sends_no_write_with_the_key(shop: Shop, tmp_path: Path) -> None:
    done = run(shop.url, tmp_path / "report", "--no-writes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {write["status"] for write in shop.writes()} == {401}
    assert set(foreign(shop)) <= {"PRDCT-no-such-row"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_what_a_killed_run_leaves_is_taken_away(shop: Shop, tmp_path: Path, seed: int) -> None:
    before, report = shop.rows(), tmp_path / "report"
    writes = random.Random(seed).randint(1, 40)
    process = subprocess.Popen(command(shop.url, report, "--writes"), env=environment(), stdout=subprocess.DEVNULL)
    try:
        shop.wait_for_writes(writes, process)
    finally:
        process.kill()
        process.wait()
    journal = report / "journal.ndjson"
    assert journal.exists()
    clean(*contents(report))
    done = run(shop.url, report, "--clean-up")
    assert (done.returncode, done.stderr) == (0, "")
    assert shop.rows() == before
    assert foreign(shop) == []
    assert not journal.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_cleans_up_and_reports_it(shop: Shop, tmp_path: Path, number: signal.Signals) -> None:
    before, report = shop.rows(), tmp_path / "report"
    process = subprocess.Popen(
        command(shop.url, report, "--writes"), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    shop.wait_for_writes(4, process)
    process.send_signal(number)
    output, _ = process.communicate(timeout=HANG)
    clean(output)
    written = json.loads((report / "report.json").read_text("utf-8"))
    assert "interrupted" in json.dumps(written["stopped"])
    assert process.returncode == written["exit_code"] != 0
    assert shop.rows() == before
    assert foreign(shop) == []
    assert not (report / "journal.ndjson").exists()


# -- the key, whatever the server does with it ------------------------------------------------------------


def test_a_server_that_repeats_the_key_everywhere_gets_it_into_nothing(tmp_path: Path) -> None:
    """In bodies, headers, links and errors: as it came, escaped, and cut."""
    known = {"name": "Bag", "base_code": "b", "category": "07be580a-ad72-4778-b309-1d02d6c2acec", "attributes": {}}

    def echo(received: Received) -> bytes:
        key = received.header("Authorization") or "none"
        rows = [
            {**known, "sku": f"{n}-{key}", "images": [key], "videos": [], "prices": [], "stocks": []} for n in (1, 2)
        ]
        link = f"http://{key}.example/?page=2&limit=10&key={key}"
        data = {"count": 25, "next": link, "previous": key, "results": rows, "detail": f"no {key!r} & {key}"}
        status = 200 if len(received.target) % 3 else 500 if len(received.target) % 2 else 403
        return response(
            status, json.dumps(data).encode(), f"X-Key: {key}", f"Location: /{key}", f'Set-Cookie: k="{key}"'
        )

    with loopback(echo) as server:
        done = run(server.url, tmp_path / "report", "--max-requests", "400", only=())
    assert server.received
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stdout + done.stderr
    clean(done.stdout, done.stderr, *contents(tmp_path / "report"))


# -- the wrong target ---------------------------------------------------------------------------------------


@pytest.fixture
def sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The one line that a run on a wrong target prints."""

    def said(url: str, *more: str, key: str | None = KEY) -> str:
        monkeypatch.setattr("conformance.transport.target.ATTEMPTS", 2)
        if key:
            monkeypatch.setenv("PRD_API_KEY", key)
        else:
            monkeypatch.delenv("PRD_API_KEY", raising=False)
        code = main([url, "--report", str(tmp_path / "report"), *more])
        output, errors = capsys.readouterr()
        assert (code, output) == (2, ""), output + errors
        assert len(errors.splitlines()) == 1, errors
        clean(errors)
        return errors

    return said


PAGE = response(200, b"<html><body>Welcome</body></html>", "Content-Type: text/html; charset=utf-8")
WRONG = [
    (lambda received: PAGE, "is a web page"),
    (
        lambda received: response(302, b"", "Location: https://sso.example/login"),
        "redirects to https://sso.example/login",
    ),
    (lambda received: response(401, b'{"detail": "no"}'), "doesn't accept the key (401)"),
    (lambda received: response(403, b"{}"), "doesn't accept the key (403)"),
    (lambda received: response(404, b"{}"), "isn't there (404)"),
    (lambda received: response(500, b"oops"), "fails on every request (500)"),
    (lambda received: response(200, b'{"users": [1, 2], "total": 2}'), "another shape"),
    (lambda received: response(200, b"[]"), "another shape"),
    (lambda received: response(200, b'{"count": '), "doesn't answer with JSON"),
    (lambda received: b"SSH-2.0-OpenSSH_9\r\n\r\n", "gives no response"),
]


@pytest.mark.parametrize(("respond", "says"), WRONG, ids=[says for _, says in WRONG])
def test_a_wrong_target_is_said_in_one_sentence(sentence: Callable[..., str], respond: Respond, says: str) -> None:
    with loopback(respond) as server:
        assert says in sentence(server.url)


def test_a_server_that_breaks_the_parser_with_the_key_gets_it_into_nothing(sentence: Callable[..., str]) -> None:
    def echo(received: Received) -> bytes:
        return (received.header("Authorization") or "").encode() + b" \xff\r\n\r\n"

    with loopback(echo) as server:
        assert "gives no response" in sentence(server.url)


def test_a_closed_port_is_said_in_one_sentence(sentence: Callable[..., str]) -> None:
    with loopback(lambda received: PAGE) as server:
        url = server.url
    assert "gives no response" in sentence(url)


def test_an_endless_answer_is_said_in_one_sentence(sentence: Callable[..., str]) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\n\r\n[")
        while True:
            connection.sendall(b" ")
            time.sleep(0.02)

    with loopback(lambda received: drip) as server:
        assert "doesn't end within 2 s" in sentence(server.url, "--timeout", "2")


def test_a_certificate_that_nobody_vouches_for_is_said_in_one_sentence(
    tmp_path: Path, sentence: Callable[..., str]
) -> None:
    certificate, key, junk = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "cert.srl"
    junk.write_text("junk")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with loopback(lambda received: PAGE, context) as server:
        assert "isn't trusted" in sentence(server.url)
        assert "is a web page" in sentence(server.url, "--ca-bundle", str(certificate))
        assert "cert.srl: holds no certificate" in sentence(server.url, "--ca-bundle", str(junk))


def test_without_a_key_it_names_the_variable(sentence: Callable[..., str]) -> None:
    with loopback(lambda received: response(401, b"{}")) as server:
        assert "Set PRD_API_KEY" in sentence(server.url, key=None)
