"""The commands of the suite, from the command line's side: runs, reports again, compare, merge, replay, explain."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import spec
from conformance import sandbox
from conformance.__main__ import main
from conformance.commands.explain import BASES
from conformance.commands.merge import merge
from conformance.commands.replay import from_curl
from conformance.pytest_plugin.serving import serve
from conformance.reports import files
from conformance.reports.formats import FILES, FORMATS
from conformance.runner.config import Usage
from conformance.transport.exchange import Credential, Request
from conformance.transport.key_place import KeyPlace
from tests.clock import HANG
from tests.conformance.loopback import Received, loopback, response
from tests.conformance.made_up import SETTINGS, documented, inferred, outcome, problem, report, violated, write

KEY = "canary-4f1d"
FAULT = "PRD102.filter.name__icontains:ignored"
QUICK = ["--no-schemathesis", "--no-writes"]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of every server here."""
    monkeypatch.setenv("PRD_API_KEY", KEY)


@pytest.fixture(scope="module")
def honest() -> Iterator[str]:
    """A sandbox."""
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY)) as url:
        yield url


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    """A sandbox with one fault."""
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY, faults=(FAULT,))) as url:
        yield url


def run(*arguments: str | Path) -> int:
    """The exit code of a command."""
    return main([str(argument) for argument in arguments])


def test_a_run_writes_every_report(tmp_path: Path, honest: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(honest, *QUICK, "--only", "PRD107", "--report", tmp_path) == 0
    names = {*FILES, "events.ndjson"}
    assert {path.name for path in tmp_path.iterdir()} == names
    found = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert problem("Report", found) is None
    assert found["timings"]["PRD107"]["answers"]["401"] >= 6
    assert "conforms" in capsys.readouterr().out


@pytest.mark.slow
def test_a_batch_may_take_as_long_as_is_said(tmp_path: Path) -> None:
    """What is too slow for one run is quick enough for another."""
    found = {}
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY, batch_delay=0.5)) as url:
        for seconds in ("0.05", "5"):
            options = ("--no-schemathesis", "--only", "PRD101.batch.ends", "--batch-timeout", seconds)
            run(url, *options, "--report", tmp_path)
            clauses = files.read(tmp_path)["clauses"]
            found[seconds] = next(c for c in clauses if c["id"] == "PRD101.batch.ends")
    assert [clause["verdict"] for clause in found.values()] == ["violated", "held"]
    assert found["0.05"]["counterexample"]["expected"].startswith("an end within 0.")


def test_reports_made_again_from_the_stream_are_the_same(
    tmp_path: Path, honest: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run(honest, *QUICK, "--only", "PRD107", "--report", tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert run("report", tmp_path / "events.ndjson", "--report", tmp_path / "again") == 0
    for name, _ in FORMATS.values():
        assert (tmp_path / "again" / name).read_bytes() == made[name]
    capfdbinary.readouterr()
    assert run("report", tmp_path / "events.ndjson", "--format", "junit") == 0
    assert capfdbinary.readouterr().out == made["junit.xml"]


@pytest.mark.slow
def test_a_violation_is_found_waived_and_replayed(
    tmp_path: Path, faulty: str, honest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    only = ["--only", "PRD102.filter.name__icontains", "--report", str(tmp_path)]
    draft = tmp_path / "waivers.yaml"
    assert run(faulty, *QUICK, *only, "--write-waivers", draft) == 1
    draft.write_text(draft.read_text("utf-8").replace('""', '"known"'), "utf-8")
    assert run("replay", tmp_path, "PRD102.filter") == 1
    assert "PRD102.filter.name__icontains: still violated" in capsys.readouterr().out
    assert run("replay", tmp_path, "--base-url", honest) == 0
    assert "no longer violated" in capsys.readouterr().out
    assert run(faulty, *QUICK, *only, "--waivers", draft) == 0
    assert run("replay", tmp_path, "PRD108") == 2
    assert "has no violation of PRD108" in capsys.readouterr().err


@pytest.mark.slow
def test_shards_merged_are_the_whole_run(tmp_path: Path, faulty: str, capsys: pytest.CaptureFixture[str]) -> None:
    only = [*QUICK, "--only", "PRD102.filter.name*", "--only", "PRD107"]
    assert run(faulty, *only, "--report", tmp_path / "whole") == 1
    for shard in ("1", "2"):
        run(faulty, *only, "--shard", f"{shard}/2", "--report", tmp_path / shard)
    assert run("merge", tmp_path / "1", tmp_path / "2", "--report", tmp_path / "merged") == 1
    whole, merged = files.read(tmp_path / "whole"), files.read(tmp_path / "merged")
    assert [(c["id"], c["verdict"]) for c in merged["clauses"]] == [(c["id"], c["verdict"]) for c in whole["clauses"]]
    assert problem("Report", merged) is None
    assert merged["requests"]["total"] == sum(files.read(tmp_path / n)["requests"]["total"] for n in "12")
    assert run("merge", tmp_path / "1", "--report", tmp_path / "half") == 2
    assert "Missing: 2/2" in capsys.readouterr().err


def test_what_isnt_a_set_of_shards_isnt_merged(tmp_path: Path) -> None:
    def shard(name: str | None, **more: Any) -> Any:
        return report(tmp_path / "x", [], settings={**SETTINGS, "shard": name}, **more)

    for reports, said in (
        ([shard("1/2"), shard("1/2")], "Missing: 2/2"),
        ([shard(None)], "whole run"),
        ([shard("1/2"), shard("2/2", target="https://other.example")], "different targets"),
        ([shard("1/2"), {**shard("2/2"), "seed": 8}], "different seeds"),
    ):
        with pytest.raises(Usage, match=said):
            merge(reports)


def test_two_reports_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two, three = documented(3)
    write(tmp_path / "a", [violated(one), outcome(three, "not-exercised")])
    write(tmp_path / "b", [violated(two, "\x1b[31m"), violated(inferred())])
    assert run("compare", tmp_path / "a", tmp_path / "b") == 1
    shown = capsys.readouterr().out
    assert re.search(rf"violated now \(2\)\n.*{re.escape(two.id)}  held -> violated", shown, re.DOTALL)
    assert f"no longer violated (1)\n  {one.id}  violated -> held" in shown
    assert f"exercised now (1)\n  {three.id}" in shown
    assert "\x1b" not in shown
    assert run("compare", tmp_path / "b", tmp_path / "a") == 1
    assert run("compare", tmp_path / "a", tmp_path / "a") == 0
    assert "No clause differs." in capsys.readouterr().out
    assert run("compare", tmp_path / "a", tmp_path / "b", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["worse"] is True
    assert run("compare", tmp_path / "a", tmp_path / "b", "--format", "markdown") == 1
    assert "### Violated now (2)" in capsys.readouterr().out
    assert run("compare", tmp_path / "a", tmp_path / "none") == 2


def test_every_clause_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for clause in ("PRD102.filter.name__icontains", "PRD107.auth.missing-key", "PRD102.response.schema"):
        assert run("explain", clause) == 0
        shown = capsys.readouterr().out
        assert any(f"{label}:" in shown for label in BASES.values())
        for part in ("Checked by:", "Catches:", "waivers:", "spec/openapi.yaml:"):
            assert part in shown
        assert "there is no law for it yet" not in shown
    assert run("explain", "PRD102") == 0
    assert run("explain", "PRD102.filter.name_icontains") == 2
    assert "Did you mean PRD102.filter.name__icontains" in capsys.readouterr().err


def test_a_plan_sends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("http://127.0.0.1:9", "--plan", "--report", tmp_path) == 0
    shown = capsys.readouterr().out
    assert "nothing sent yet" in shown
    assert "GET /api/i2/products/  (PRD102)" in shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("only", "shown", "altogether"),
    [
        (["PRD102.wire"], "wire 1 (16)", 16),
        (["PRD102.wire", "PRD102.edges"], "wire 1 (16), edges 1 (2)", 18),
        (["PRD103.write.deletes", "PRD103.write.recreate"], "write 2 (0), writing rows (40)", 40),
        (["PRD108.response.schema"], "response 1 (1), Schemathesis (50)", 51),
    ],
    ids=["a law", "two laws", "a scenario that laws share", "the engine"],
)
def test_a_plan_adds_up_what_laws_and_scenarios_send(
    only: list[str], shown: str, altogether: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("plan", *(word for id in only for word in ("--only", id))) == 0
    plan = capsys.readouterr().out
    assert f"      {shown}\n" in plan
    assert f"altogether about {altogether}," in plan


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ftp://x"], "isn't a URL"),
        (["http://127.0.0.1:9", "--only", "PRD999"], "--only PRD999 selects no clause"),
        (["http://127.0.0.1:9", "--only", "PRD107"], "gives no response"),
        (["--waivers", "none.yaml"], "there is no such file"),
        (["--history", "none"], "there is no such folder"),
        (["--history", "."], "has no report of"),
        (["--add-to-history"], "needs --history"),
        (["--history", "past", "--add-to-history", "--shard", "1/2"], "merge"),
        (["--expected-gaps", "none.yaml"], "there is no such file"),
        (["--expected-gaps", "unknown.yaml"], "selects no clause. Did you mean"),
        (["--expected-gaps", "bare.yaml"], "gap 1 lacks reason"),
        (["--require-exercised", "101"], "from 0 to 100"),
        (["--spec", "none.yaml"], "none.yaml"),
        (["report", "none"], "No such file"),
    ],
)
def test_what_cant_be_done_is_said_in_a_line(
    tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("conformance.transport.target.ATTEMPTS", 1)
    for name, gap in (("unknown", "clause: PRD102.pages, reason: slow"), ("bare", "clause: PRD102")):
        (tmp_path / f"{name}.yaml").write_text(f"gaps: [{{{gap}}}]", "utf-8")
    assert run(*arguments) == 2
    assert said in capsys.readouterr().err


def test_a_shard_that_isnt_one_is_a_matter_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--shard", "3/2") == 2
    assert "'3/2' isn't a shard" in capsys.readouterr().err


@pytest.mark.parametrize(
    "place",
    [
        KeyPlace("header", "Authorization"),
        KeyPlace("header", "Authorization", "Bearer "),
        KeyPlace("header", "Authorization", basic=True),
        KeyPlace("query", "api key"),
        KeyPlace("cookie", "session"),
    ],
)
@pytest.mark.parametrize("credential", Credential)
def test_a_curl_line_is_read_back_as_the_request_that_it_was_made_of(credential: Credential, place: KeyPlace) -> None:
    request = Request(
        "PRD101",
        "POST",
        "/a/b/",
        (("name", "it's a+b & c%"), ("empty", "")),
        (("Accept-Language", "tr"),),
        '{"name": "Ş\'"}'.encode(),
        credential,
    )
    option = place.option(credential, "K_API_KEY")
    line = request.curl("http://x.example", [option] if option else [])
    assert from_curl(line, "PRD101", [place], "K_API_KEY") == request
    assert from_curl("curl 'cut", "PRD101", [place], "K") is None
    assert from_curl("rm -rf /", "PRD101", [place], "K") is None


async def mirror(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A server that repeats whatever it is sent, the key included, and breaks about every clause."""
    if scope["type"] != "http":
        return
    said = json.dumps({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})
    row = {"sku": said, "name": said, "base_code": said}
    body = json.dumps({"count": 1, "next": said, "previous": said, "results": [row], "id": said, "state": said})
    headers = [(b"content-type", b"application/json"), (b"x-key", said.encode()), (b"location", said.encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


def test_the_key_is_in_no_artefact_even_where_the_server_repeats_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with serve(mirror) as url:
        assert run(url, *QUICK, "--report", tmp_path / "r", "--write-waivers", tmp_path / "w.yaml") == 1
        run("replay", tmp_path / "r", "PRD107.auth")
    shown = capfd.readouterr()
    kept = [path for path in (tmp_path / "r").rglob("*") if path.is_file()]
    assert any(path.suffix == ".gz" for path in kept)
    everything = {
        path.name: (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
        for path in [*kept, tmp_path / "w.yaml"]
    }
    assert "$PRD_API_KEY" in everything["report.json"]
    for name, text in {**everything, "stdout": shown.out, "stderr": shown.err}.items():
        assert KEY not in text, name


def test_a_terminated_run_writes_an_incomplete_report(tmp_path: Path) -> None:
    asked = threading.Event()

    def respond(received: Received) -> bytes:
        asked.set()
        return response(200, json.dumps({"count": 0, "next": None, "previous": None, "results": []}).encode())

    with loopback(respond) as server:
        # It waits for minutes before its second request, however fast or slow this machine is.
        command = [
            sys.executable,
            "-m",
            "conformance",
            server.url,
            *QUICK,
            "--rate",
            "0.002",
            "--report",
            str(tmp_path),
        ]
        process = subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert asked.wait(HANG)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=HANG)
    assert process.returncode == 2, err
    assert "Incomplete: interrupted" in out
    assert files.read(tmp_path)["stopped"] == "interrupted"
    assert "Traceback" not in err


READ_BY_NOBODY = [
    ["explain", "PRD102"],
    ["explain", "--help"],
    ["plan"],
    ["--plan"],
    ["http://127.0.0.1:9", "--plan"],
    ["report", "{}", "--format", "json"],
    ["compare", "{}", "{}"],
    ["clean-up", "http://127.0.0.1:9"],
]


@pytest.mark.slow
@pytest.mark.parametrize("arguments", READ_BY_NOBODY, ids=" ".join)
def test_output_that_nobody_reads_is_no_traceback(tmp_path: Path, arguments: list[str]) -> None:
    write(tmp_path, [])
    code, errors = unread(*(word.format(tmp_path) for word in arguments))
    assert (code in (0, 1, 2), errors) == (True, "")


@pytest.mark.slow
def test_a_run_whose_output_nobody_reads_ends_with_its_report_and_leaves_nothing(tmp_path: Path, honest: str) -> None:
    options = ["--writes", "--no-schemathesis", "--only", "PRD103.write.deletes", "--only", "PRD107"]
    assert unread(honest, *options, "--report", str(tmp_path)) == (0, "")
    assert files.read(tmp_path / "report.json")["complete"]
    assert not (tmp_path / "journal.ndjson").exists()


def unread(*arguments: str) -> tuple[int, str]:
    """The exit code of a command whose output is closed, and its errors."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "conformance", *arguments]
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    return done.returncode, done.stderr
