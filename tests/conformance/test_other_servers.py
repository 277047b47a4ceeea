"""Servers that write lists, pages and keys in other ways are tested as they document it, and their faults are found."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import spec
from conformance.__main__ import main
from conformance.laws.law import LAWS, Phase
from conformance.reading.context import RunContext
from conformance.reading.evidence import Evidence
from conformance.reading.preflight import WrongTarget, preflight
from conformance.runner.run import RunRecord, carry_out
from conformance.selection import Selection
from conformance.selftest import run
from conformance.transport.exchange import Request, Response
from conformance.transport.target import Target
from conformance.verdict import Result
from spec import Clause
from tests.conformance.other_servers import DOCUMENTS


@pytest.fixture(params=DOCUMENTS.keys())
def document(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "document.yaml"
    file.write_text(DOCUMENTS[request.param], "utf-8")
    return file


def test_the_sandbox_conforms_and_everything_is_exercised(document: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    code = main(["--spec", str(document), "--report", str(report), "--no-schemathesis", "--strict"])
    clauses = json.loads((report / "report.json").read_text("utf-8"))["clauses"]
    others = {c["id"]: c.get("reason") for c in clauses if c["verdict"] not in ("held", "skipped")}
    assert others == {}
    assert code == 0
    held = {c["id"] for c in clauses if c["verdict"] == "held"}
    contract = spec.load(document)
    lists = [f for operation in contract.operations for f in operation.filters if f.many]
    assert {f"listThings.filter.{f.parameter}" for f in lists} <= held
    assert {f"listThings.combine.{f.parameter}" for f in lists} <= held
    assert {"listThings.auth.missing-key", "listThings.auth.truncated-key", "listThings.auth.wrong-key"} <= held


FAULTS = [
    ("repeated keys, an array, a key in the query", "listThings.filter.name_any", "first-only"),
    ("repeated keys, an array, a key in the query", "listThings.filter.name_any", "last-only"),
    ("repeated keys, an array, a key in the query", "listThings.filter.name_any", "cut-at-commas"),
    ("repeated keys, an array, a key in the query", "listThings.filter.day_any", "first-only"),
    ("repeated keys, an array, a key in the query", "listThings.filter.name", "ascii-folded"),
    ("pipes and spaces, required pages by number, a cookie", "listThings.filter.name_any", "cut-at-commas"),
    ("pipes and spaces, required pages by number, a cookie", "listThings.filter.brand_any", "last-only"),
    ("pipes and spaces, required pages by number, a cookie", "listThings.page.next-link", "one-too-far"),
    ("pipes and spaces, required pages by number, a cookie", "listThings.page.next", "null-early"),
]


@pytest.mark.parametrize(("name", "clause", "fault"), FAULTS)
def test_a_fault_is_found(name: str, clause: str, fault: str, tmp_path: Path) -> None:
    file = tmp_path / "document.yaml"
    file.write_text(DOCUMENTS[name], "utf-8")
    (judged,) = run(file, [(clause, (f"{clause}:{fault}",))], jobs=1)
    assert judged.honest == "held", judged.reason
    assert [trial.found for trial in judged.trials] == [True]


def _look(document: str, response: Response, tmp_path: Path) -> None:
    """The first look at a server that answers everything with one response."""
    file = tmp_path / "document.yaml"
    file.write_text(document, "utf-8")
    contract = spec.load(file)
    target = Answering("https://shop.example", contract, None)
    target.response = response
    preflight(RunContext(contract, target, 0))


class Answering(Target):
    """A target that needs no wire."""

    response: Response

    def _send_once(self, request: Request) -> Response:
        return self.response


ARRAY = DOCUMENTS["repeated keys, an array, a key in the query"]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'[{"id": 1, "name": "a", "day": null, "at": "2024-01-01T00:00:00Z"}]',
        b'[{"id": 1, "name": "a", "at": 7}]',
    ],
)
def test_the_first_look_takes_every_answer_that_the_document_describes(body: bytes, tmp_path: Path) -> None:
    _look(ARRAY, Response(200, {"content-type": "application/json"}, body, 0.0), tmp_path)


def test_the_first_look_takes_an_answer_without_json_where_none_is_declared(tmp_path: Path) -> None:
    document = ARRAY.replace("application/json: {schema: {$ref: '#/components/schemas/Error'}}", "text/plain: {}")
    found = document.index("          content:\n            application/json:")
    document = document[:found] + document[document.index("components:") :]
    for filters in ("name", "id", "name_any", "id_any", "day_any"):
        lines = document.splitlines(keepends=True)
        document = "".join(line for line in lines if f"{{name: {filters}, in: query" not in line)
    document = document.replace("      parameters:\n", "")
    _look(document, Response(200, {}, b"", 0.0), tmp_path)


@pytest.mark.parametrize("body", [b'{"message": "hi"}', b'["a", "b"]', b"<p>hi</p>", b""])
def test_the_first_look_takes_no_other_answer(body: bytes, tmp_path: Path) -> None:
    with pytest.raises(WrongTarget):
        _look(ARRAY, Response(200, {"content-type": "application/json"}, body, 0.0), tmp_path)


def test_faults_of_the_suite_are_no_silence_of_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "document.yaml"
    file.write_text(ARRAY, "utf-8")
    contract = spec.load(file)
    target = Answering("https://shop.example", contract, None)
    target.response = Response(200, {"content-type": "application/json"}, b"[]", 0.0)
    record = RunRecord(contract, target.base_url, 0, False, datetime.now(UTC))
    for kind, one in list(LAWS.items()):
        if one.phase is not Phase.GENERATED:
            monkeypatch.setitem(LAWS, kind, replace(one, check=_broken))
    carry_out(record, target, Evidence(contract), Selection(), datetime.now(UTC))
    codes = {outcome.reason.code for outcome in record.outcomes if outcome.reason}
    assert record.stopped is None
    assert codes <= {"own-fault", "not-generated"}
    assert "own-fault" in codes


def _broken(context: RunContext, clause: Clause) -> Result:
    raise ZeroDivisionError(clause.id)
