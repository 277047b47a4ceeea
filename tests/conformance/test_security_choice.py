"""Where a document lets a request choose among security schemes, a person says which one the key is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import sandbox
from conformance.__main__ import main
from conformance.runner.config import Config
from conformance.transport.exchange import Credential
from conformance.transport.key_place import key_places
from spec import load
from tests.conformance.pagings import DOCUMENTS

SCHEMES = {
    "session": ("{type: apiKey, in: cookie, name: sid}", ("cookie", "sid", "k")),
    "login": ("{type: http, scheme: basic}", ("header", "Authorization", "Basic Oms=")),
    "token": ("{type: http, scheme: bearer}", ("header", "Authorization", "Bearer k")),
    "inQuery": ("{type: apiKey, in: query, name: api_key}", ("query", "api_key", "k")),
    "inHeader": ("{type: apiKey, in: header, name: X-Key}", ("header", "X-Key", "k")),
}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    declared = "".join(f"    {name}: {scheme}\n" for name, (scheme, _) in SCHEMES.items())
    text = DOCUMENTS["limit and offset"].replace("components:\n", f"components:\n  securitySchemes:\n{declared}")
    text = text.replace("paths:\n", f"security: [{', '.join(f'{{{name}: []}}' for name in SCHEMES)}]\npaths:\n")
    path = tmp_path / "books.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", SCHEMES)
def test_the_key_goes_where_the_chosen_scheme_has_it(name: str, document: Path) -> None:
    contract = Config("http://127.0.0.1:1", document=document, security=name).contract()
    (place,) = key_places(contract, "BOOKS", "k")
    assert (place.place, place.name, place.value("k", Credential.RIGHT)) == SCHEMES[name][1]
    usual = Config("http://127.0.0.1:1", document=document).contract()
    assert key_places(usual, "BOOKS", "k")[0].name == "sid"


def test_a_run_with_the_chosen_scheme_is_let_in(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("A_SHELF_API_KEY", "sandbox-key")
    with sandbox.serve(load(document), sandbox.Settings(products=25)) as url:
        options = ["--spec", str(document), "--report", str(tmp_path / "report"), "--only", "BOOKS.page.disjoint"]
        assert main([url, *options, "--security", "inQuery"]) == 0, capsys.readouterr().out


def test_a_scheme_that_the_document_lacks_is_an_error(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["http://127.0.0.1:1", "--spec", str(document), "--security", "oauth"]) == 2
    said = capsys.readouterr().err
    assert "--security oauth: the document has no such scheme; it declares session, login, token" in said
