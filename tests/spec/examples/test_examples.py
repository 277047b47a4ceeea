"""The servers of spec/examples/: their documents are current, their contracts are imported, and the suite finds what
their READMEs tell."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import spec
from conformance.__main__ import main as conformance
from spec.commands import main

EXAMPLES = Path(spec.__file__).parent / "examples"


@dataclass(frozen=True)
class Example:
    """A server, its document, and a part of its contract with all that is violated in it."""

    folder: str
    document: str
    parts: tuple[str, ...]
    """Globs of clauses: a run of all would take a minute."""
    violated: frozenset[str]
    unexercised: frozenset[str] = frozenset()

    @property
    def path(self) -> Path:
        return EXAMPLES / self.folder


DRF = Example(
    "drf",
    "openapi.yaml",
    ("api_authors_list.filter.*", "api_*.search.*", "api_books_*.write.*", "api_books_*.get.*"),
    frozenset(
        f"api_authors_list.filter.name__{lookup}"
        for lookup in ("contains", "endswith", "icontains", "iendswith", "iexact", "istartswith", "startswith")
    )
    | {"api_authors_list.search.case", "api_books_update.write.absent"},
)
FASTAPI = Example(
    "fastapi",
    "openapi.json",
    ("list_authors_authors_get.filter.*", "list_authors_authors_get.page.*", "*books*.write.*", "*book*.get.*"),
    frozenset({"list_authors_authors_get.filter.name__ilike", "list_authors_authors_get.page.past-end"}),
    frozenset({"list_authors_authors_get.page.default-limit"}),
)
ALL = [DRF, FASTAPI]


@contextmanager
def _served(example: Example) -> Iterator[str]:
    """Its server on a free port. The end of its input ends it."""
    command = [sys.executable, str(example.path / "app.py"), "serve", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            line = server.stdout.readline()
            assert line.startswith("READY "), line
            yield line.split()[1]
        finally:
            server.kill()


@pytest.mark.parametrize("example", ALL, ids=lambda each: each.folder)
def test_the_document_is_what_the_server_publishes(example: Example) -> None:
    command = [sys.executable, str(example.path / "app.py"), "schema"]
    published = subprocess.run(command, capture_output=True, check=True).stdout
    assert published == (example.path / example.document).read_bytes()


@pytest.mark.parametrize("example", ALL, ids=lambda each: each.folder)
def test_the_contract_is_what_an_import_makes_of_it(example: Example, tmp_path: Path) -> None:
    for name in (example.document, "contract.yaml"):
        shutil.copy(example.path / name, tmp_path)
    assert main(["import", str(tmp_path / "contract.yaml")]) == 0
    if os.environ.get("GOLDEN") == "write":
        shutil.copy(tmp_path / "contract.yaml", example.path)
    assert (tmp_path / "contract.yaml").read_text("utf-8") == (example.path / "contract.yaml").read_text("utf-8")
    assert main([str(tmp_path / "contract.yaml")]) == 0


@pytest.mark.parametrize("example", ALL, ids=lambda each: each.folder)
def test_the_suite_finds_what_the_readme_tells(example: Example, tmp_path: Path) -> None:
    with _served(example) as url:
        parts = [argument for part in example.parts for argument in ("--only", part)]
        arguments = [url, "--spec", str(example.path / "contract.yaml"), *parts]
        conformance([*arguments, "--report", str(tmp_path), "--no-schemathesis", "--strict"])
    clauses = json.loads((tmp_path / "report.json").read_text("utf-8"))["clauses"]
    verdicts = {clause["id"]: clause["verdict"] for clause in clauses if clause["verdict"] != "skipped"}
    assert {id for id, verdict in verdicts.items() if verdict == "violated"} == example.violated
    assert {id for id, verdict in verdicts.items() if verdict not in ("held", "violated")} == example.unexercised
    told = (example.path / "README.md").read_text("utf-8")
    assert [id for id in example.violated if f"`{id.rpartition('.')[2]}`" not in told] == []


@pytest.mark.parametrize("contract", sorted(EXAMPLES.glob("*/contract.yaml")), ids=lambda each: each.parent.name)
def test_every_contract_is_valid(contract: Path) -> None:
    assert main([str(contract)]) == 0
