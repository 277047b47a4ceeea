"""The generated client against a sandbox of every form that pages have: it comes to the end of each list."""

from __future__ import annotations

import asyncio
import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

import spec
from conformance import sandbox
from generator.__main__ import main
from tests.conformance.pagings import DOCUMENTS

ROWS = 25
SIZED = {
    name: {} if name == "pages of one size" else {"size" if name == "pages from 0" else "limit": 10}
    for name in DOCUMENTS
}


@pytest.fixture
def package(name: str, tmp_path: Path) -> Any:
    """The client of a document, and where its list is served."""
    document, package = tmp_path / "books.yaml", f"books_{list(DOCUMENTS).index(name)}"
    document.write_text(DOCUMENTS[name], "utf-8")
    assert main(["--spec", str(document), "--out", str(tmp_path / "out"), "--package", package]) == 0
    sys.path.insert(0, str(tmp_path / "out"))
    yield importlib.import_module(package)
    sys.path.remove(str(tmp_path / "out"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_list_of_every_form_is_walked_to_its_end(name: str, package: Any, tmp_path: Path) -> None:
    contract = spec.load(tmp_path / "books.yaml")
    with sandbox.serve(contract, sandbox.Settings(products=ROWS)) as url, package.Client(base_url=url) as client:
        first = client.list_books(**SIZED[name])
        assert [len(page.results) for page in first.iter_pages()] == [10, 10, 5]
        counted = contract.operations[0].pagination and contract.operations[0].pagination.count
        assert first.count == (ROWS if counted else None)
        assert len({book.isbn for book in first}) == ROWS
        second = client.list_books(checkpoint=first.checkpoint(), **SIZED[name])
        assert [book.isbn for book in second] == [book.isbn for book in first][10:]

        async def all_of_them() -> list[str]:
            async with package.AsyncClient(base_url=url) as other:
                return [book.isbn async for book in other.list_books(**SIZED[name])]

        assert asyncio.run(all_of_them()) == [book.isbn for book in first]
