"""`spec import URL`: the document is fetched once, within limits, and saved beside the Overlay."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from pathlib import Path

import pytest

import spec
from spec.commands import main
from spec.importing import fetched
from spec.problems import UnopenedError

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/books": {
            "get": {
                "operationId": "books",
                "parameters": [{"name": "title", "in": "query", "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Book"}}
                            }
                        },
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {"Book": {"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": "string"}}}}
    },
}


@dataclass
class Site:
    """A server of a few pages: a path to a status, headers and a body."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            status, headers, body = made.pages.get(self.path, (404, {}, b"gone"))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        made.url = f"http://127.0.0.1:{server.server_port}"
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _served(site: Site, document: object, path: str = "/openapi.json") -> str:
    site.pages[path] = (200, {"Content-Type": "application/json"}, json.dumps(document).encode())
    return site.url + path


def test_a_document_is_fetched_and_saved(site: Site, tmp_path: Path) -> None:
    assert main(["import", _served(site, DOCUMENT)]) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["openapi.json", "openapi.overlay.yaml"]
    assert (tmp_path / "openapi.json").read_bytes() == site.pages["/openapi.json"][2]
    assert [f.lookup for f in spec.load(tmp_path / "openapi.overlay.yaml").operations[0].filters] == ["matches"]
    assert site.asked == ["/openapi.json"]


def test_the_overlay_may_have_another_name(site: Site, tmp_path: Path) -> None:
    assert main(["import", _served(site, DOCUMENT), "--out", "shop.yaml"]) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["shop.json", "shop.yaml"]


def test_a_document_in_yaml_keeps_its_name_apart(site: Site, tmp_path: Path) -> None:
    site.pages["/schema/"] = (200, {}, b"openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\n")
    assert main(["import", f"{site.url}/schema/", "--out", "shop.yaml"]) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["shop.openapi.yaml", "shop.yaml"]


def test_a_new_version_replaces_the_document_that_was_saved(site: Site, tmp_path: Path) -> None:
    url = _served(site, DOCUMENT)
    assert main(["import", url]) == 0
    _served(site, {**DOCUMENT, "info": {"title": "Shop", "version": "2"}})
    assert main(["import", url]) == 0
    assert spec.load(tmp_path / "openapi.overlay.yaml").version == "2"


def test_a_document_that_a_person_changed_is_not_overwritten(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = _served(site, DOCUMENT)
    assert main(["import", url]) == 0
    (tmp_path / "openapi.json").write_text(json.dumps({**DOCUMENT, "tags": [{"name": "mine"}]}))
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    _served(site, {**DOCUMENT, "info": {"title": "Shop", "version": "2"}})
    assert main(["import", url]) == 2
    assert "this file is in the way" in capsys.readouterr().err
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_redirects_stay_on_the_host(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    _served(site, DOCUMENT)
    site.pages["/docs"] = (302, {"Location": "/openapi.json"}, b"")
    assert main(["import", f"{site.url}/docs"]) == 0
    site.pages["/away"] = (302, {"Location": "http://localhost:1/openapi.json"}, b"")
    assert main(["import", f"{site.url}/away"]) == 2
    assert "it redirects to another host, localhost" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ((404, {}, b"no"), "the server answers 404"),
        ((401, {}, b"no"), "Save the document with your own means"),
        ((200, {}, b"\n<!doctype html>"), "this is a web page, not a document"),
        ((200, {}, b"{"), "JSON syntax"),
        ((200, {}, b'{"a": 1}'), "there is no `openapi` key"),
    ],
)
def test_what_is_no_document_leaves_nothing_behind(
    site: Site,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    page: tuple[int, dict[str, str], bytes],
    message: str,
) -> None:
    site.pages["/x"] = page
    assert main(["import", f"{site.url}/x"]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "http://user:secret@127.0.0.1:1/openapi.json?key=secret"]) == 2
    error = capsys.readouterr().err
    assert "http://127.0.0.1:1/openapi.json" in error
    assert "secret" not in error
    assert list(tmp_path.iterdir()) == []


def test_a_download_has_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched, "MAX_BYTES", 100)
    with pytest.raises(UnopenedError, match="larger than"):
        fetched._read([b"x" * 101], "http://x.example", lambda: 0.0)
    ticks = iter([0.0, 1.0, 61.0])
    with pytest.raises(UnopenedError, match="didn't arrive within 60 s"):
        fetched._read(repeat(b"x"), "http://x.example", lambda: next(ticks))


def test_redirects_in_a_circle_end(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.pages["/round"] = (302, {"Location": "/round"}, b"")
    assert main(["import", f"{site.url}/round"]) == 2
    assert "it redirects more than 10 times" in capsys.readouterr().err
    assert len(site.asked) == 10
