"""The evidence of a report: curl lines that run as they stand, bodies kept whole, the key in none of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import spec
from conformance import Config, run, sandbox
from conformance.commands.replay import from_curl
from conformance.reports import evidence, files, formats
from conformance.reports.har import HAR
from conformance.reports.model import Report
from conformance.runner.record import LONGEST_INLINE, counterexample_of, excerpt
from conformance.transport.exchange import Credential, Exchange, Request, Response
from conformance.transport.key_place import key_places
from conformance.transport.target import Target
from conformance.verdict import Finding
from tests.conformance.made_up import problem

KEY = "Canary-Key-0123456789"
BROKEN = {
    "PRD102.page.stable": "random",
    "PRD107.auth.truncated-key": "",
    "PRD103.body.not-array": "as-empty",
    "PRD104.write.updates.prices": "ignored",
}
LIST = spec.load().by_code["PRD102"]
ROW_KEY = LIST.access.collection.key if LIST.access else ""


def target(document: spec.Contract | None = None) -> Target:
    """A target that is never asked."""
    return Target("https://shop.example", document or spec.load(), KEY)


def broken(clause: str, way: str) -> str:
    """The sandbox's fault that breaks a clause, in a way."""
    return next(f.id for f in sandbox.faults(spec.load()) if f.clause == clause and way in f.id)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Report]]:
    """The folder and the report of a run on a sandbox that breaks several promises; the sandbox is still there."""
    folder = tmp_path_factory.mktemp("report")
    faults = tuple(broken(clause, way) for clause, way in BROKEN.items())
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY, faults=faults)) as url:
        report = run(Config(url, api_key=KEY, only=tuple(BROKEN), schemathesis=False, writes=True, report=folder))
        formats.write_all(folder, report)
        yield folder, report


def test_every_curl_line_runs_as_it_stands(found: tuple[Path, Report]) -> None:
    folder, report = found
    examples = {c["id"]: c["counterexample"] for c in report["clauses"] if "counterexample" in c}
    assert set(examples) == set(BROKEN)
    methods = set()
    for id, example in examples.items():
        for line, kept in zip(example["requests"], example["exchanges"], strict=True):
            methods.add(kept["method"])
            done = subprocess.run(
                ["bash", "-c", f"{line} -o /dev/null -w '%{{http_code}}'"],
                cwd=folder,
                env={**os.environ, "PRD_API_KEY": KEY},
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stderr, done.stdout) == (0, "", str(kept["status"])), (id, line)
    assert len(methods) > 1


def test_what_is_called_missing_is_in_the_evidence(found: tuple[Path, Report]) -> None:
    folder, report = found
    example = next(c["counterexample"] for c in report["clauses"] if c["id"] == "PRD102.page.stable")
    for answer, kept in zip(example["answers"], example["exchanges"], strict=True):
        whole = json.loads(evidence.body(folder, kept["received"]) or b"")
        codes = [row[ROW_KEY] for row in whole["results"]]
        named = [code for code in codes if code in example["expected"] + example["observed"]]
        assert named
        assert named[0] in answer
        assert kept["sent_at"] >= report["started"]
        assert any(name == "content-type" for name, _ in kept["response_headers"])


def test_no_file_of_a_report_holds_the_key(found: tuple[Path, Report]) -> None:
    folder, _ = found
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in names} >= {".gz", ".har", ".json"}
    for name in names:
        content = evidence.body(folder, str(name)) or (folder / name).read_bytes()
        assert KEY.encode() not in content, name
        assert KEY[:-1].encode() not in content, name


def test_the_archive_holds_every_exchange_whole(found: tuple[Path, Report]) -> None:
    folder, report = found
    log = json.loads((folder / HAR).read_text("utf-8"))["log"]
    kept = list(evidence.exchanges(report))
    assert len(log["entries"]) == len(kept)
    for entry, (clause, exchange) in zip(log["entries"], kept, strict=True):
        assert entry["comment"] == clause
        assert entry["request"]["url"] == exchange["url"]
        assert entry["response"]["status"] == exchange["status"]
        text = entry["response"]["content"].get("text", "").encode()
        assert text == (evidence.body(folder, exchange.get("received")) or b"")
    keys = [h["value"] for e in log["entries"] for h in e["request"]["headers"] if h["name"] == "Authorization"]
    assert "$PRD_API_KEY" in keys
    assert "${PRD_API_KEY%?}" in keys


def test_the_report_with_its_evidence_is_as_the_schema_says(found: tuple[Path, Report]) -> None:
    folder, report = found
    assert problem("Report", json.loads((folder / "report.json").read_text("utf-8"))) is None
    assert files.read(folder) == report


def test_the_evidence_goes_with_a_report_that_is_made_elsewhere(found: tuple[Path, Report], tmp_path: Path) -> None:
    folder, report = found
    elsewhere = tmp_path / "elsewhere"
    formats.write_all(elsewhere, files.read(folder), sources=[folder])
    assert (elsewhere / HAR).read_text("utf-8") == (folder / HAR).read_text("utf-8")
    assert all(
        (elsewhere / exchange["received"]).is_file()
        for _, exchange in evidence.exchanges(files.read(elsewhere))
        if "received" in exchange
    )
    shutil.rmtree(elsewhere / "evidence")
    formats.write_all(elsewhere, report)
    assert "isn't beside the report" in (elsewhere / HAR).read_text("utf-8")


def test_an_earlier_runs_evidence_goes_and_other_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    for name in ("a.json", "b.json.gz", "c.body", "d.body.gz.part", "notes.txt"):
        (folder / name).write_text(name)
    evidence.clear(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["../secret.json", "/etc/passwd", "evidence/../../x", "evidence", ""])
def test_a_report_from_anywhere_reads_no_file_beyond_its_evidence(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.json").write_text("secret")
    inside = tmp_path / "report"
    inside.mkdir()
    assert evidence.body(inside, name) is None


@pytest.mark.parametrize(
    "body",
    [b"[1]", b"@file", b"x" * (LONGEST_INLINE + 1), "é".encode(), b"\xff\x00\n'", b"", b"a\r\nb"],
    ids=["short", "at", "long", "no-ascii", "bytes", "empty", "lines"],
)
def test_a_body_of_any_kind_is_sent_again_byte_for_byte(tmp_path: Path, body: bytes) -> None:
    request = Request("PRD101", "POST", "/p", (), (("X-Empty", ""),), body, Credential.EMPTY)
    finding = Finding("this", "that", (Exchange(request, Response(200, {}, b"", 0.0)),))
    example = counterexample_of(target(), finding, 2)
    evidence.keep(tmp_path, example)
    (line,) = example.requests
    again = from_curl(line, "PRD101", key_places(spec.load(), "PRD101", KEY), "PRD_API_KEY", tmp_path)
    assert again == request


def test_a_key_in_a_declared_place_of_the_query_is_taken_out_by_its_place() -> None:
    contract = spec.load()
    schemes = (*contract.security_schemes, replace(contract.security_schemes[0], place="query", parameter="token"))
    request = Request("PRD102", "GET", "/p", (("token", "short"), ("page", "1")), (("Cookie", "session=1"),))
    response = Response(200, {"set-cookie": "session=2"}, b"", 0.0)
    finding = Finding("this", "that", (Exchange(request, response),))
    (kept,) = counterexample_of(target(replace(contract, security_schemes=schemes)), finding, 2).exchanges
    assert "short" not in kept.url
    assert "session" not in repr(kept)


def page(*names: str, pad: int = 0) -> Exchange:
    """A page of rows with these keys."""
    rows = [{ROW_KEY: name, "price": 1.50, "pad": "x" * pad} for name in names]
    body = json.dumps({"count": len(rows), "results": rows}).replace("1.5,", "1.50,").encode()
    return Exchange(Request("PRD102", "GET", "/p"), Response(200, {}, body, 0.0))


def test_an_excerpt_keeps_numbers_as_they_were_sent_and_is_laid_out() -> None:
    shown = excerpt(target(), page("A"), "A")
    assert '\n      "price": 1.50,' in shown
    assert "more" not in shown


def test_of_a_long_list_the_named_rows_stay() -> None:
    shown = excerpt(target(), page(*(f"K-{n}" for n in range(99)), pad=200), "K-77 is on none of the pages")
    assert '"K-77"' in shown
    assert '"K-7"' not in shown
    assert "98 rows more" in shown
