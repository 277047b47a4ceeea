"""The pages for a browser: the page at `/`, and the interactive documentation."""

from __future__ import annotations

import mimetypes
from functools import cache
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from conformance.sandbox.behaviour import Answer
from conformance.sandbox.control import asking
from spec import Contract

_PAGE = Path(__file__).with_name("page")
_PREFIX = "/_sandbox/"
DOCS = f"{_PREFIX}docs/"
"""Path of the interactive documentation."""
_PACKAGE = "flask-swagger-ui"
"""Ships the files of Swagger UI. Only they are used, nothing of it is imported."""
_ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "favicon-32x32.png")
_SAFE = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""No page loads anything from elsewhere, and none can be framed by another."""


def find(contract: Contract, path: str) -> Answer | None:
    """The page at a path, or a file that one of the pages uses; None where there is none."""
    if path == "/":
        return _file(_PAGE / "index.html")
    if path == f"{_PREFIX}openapi.yaml":
        return _text(asking.DOCUMENT.read_text("utf-8"), "application/yaml; charset=utf-8")
    if path == f"{DOCS}api.json":
        return Answer(200, served_here(contract), _SAFE)
    if path == f"{DOCS}control.json":
        return Answer(200, served_here(asking.document()), _SAFE)
    if path == DOCS:
        return _file(_PAGE / "docs.html") if documentation_is_installed() else None
    folder, _, name = path.removeprefix(_PREFIX).partition("/")
    if folder == "page" and name in ("page.css", "page.js", "docs.js", "docs.css"):
        return _file(_PAGE / name)
    if folder == "docs" and name in _ASSETS and _assets():
        return _file(Path(str(_assets())) / name)
    return None


def documentation_is_installed() -> bool:
    """True where there is Swagger UI."""
    return _assets() is not None


def served_here(contract: Contract) -> dict[str, object]:
    """The document with this server in the place of its own, so that what is tried out is sent here."""
    servers = contract.document.get("servers") or [{"url": "/"}]
    path = urlsplit(servers[0]["url"]).path.rstrip("/")
    return {**contract.document, "servers": [{"url": path or "/", "description": "This sandbox."}]}


@cache
def _assets() -> Path | None:
    """The folder of Swagger UI's files."""
    try:
        files = metadata.files(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    found = next((file for file in files if file.name == _ASSETS[1]), None)
    return Path(str(found.locate())).parent if found else None


def _file(file: Path) -> Answer:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if kind == "image/png":
        return Answer(200, file.read_bytes(), _SAFE, kind)
    return _text(file.read_text("utf-8"), f"{kind}; charset=utf-8")


def _text(text: str, content_type: str) -> Answer:
    return Answer(200, text, _SAFE, content_type)
