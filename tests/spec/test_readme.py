"""spec/README.md is true: its example is valid, and it leaves out nothing of the vocabulary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import spec
from spec import lookups, vocabulary
from spec.__main__ import main

BAZAAR = Path(__file__).parents[1] / "conformance" / "bazaar.yaml"
README = spec.DEFAULT.with_name("README.md").read_text("utf-8")


@pytest.fixture
def bookshop(tmp_path: Path) -> Path:
    """The complete example, taken from the README."""
    (block,) = re.findall(r"## A complete example\n.*?```yaml\n(.*?)```", README, re.DOTALL)
    file = tmp_path / "books.yaml"
    file.write_text(block, "utf-8")
    return file


def test_the_example_is_valid_and_says_everything(bookshop: Path) -> None:
    assert main([str(bookshop)]) == 0
    contract = spec.load(bookshop)
    assert set(re.findall(r"\bx-[a-z]+", bookshop.read_text("utf-8"))) == vocabulary.names()
    listing = contract.by_code["BOOK1"]
    assert [f.lookup for f in listing.filters] == ["icontains", "in", "gte", "exact", "startswith"]
    assert listing.pagination
    assert contract.by_code["BOOK4"].ticket
    assert contract.by_code["BOOK5"].batch


def test_the_clauses_that_the_readme_names_exist(bookshop: Path) -> None:
    contracts = (spec.load(), spec.load(bookshop), spec.load(BAZAAR), spec.load(BAZAAR.with_name("harbour.yaml")))
    clauses = [clause for contract in contracts for clause in contract.clauses]
    # A clause that is about one element ends with its name.
    words = {clause.words.removesuffix(f".{clause.subject}") for clause in clauses}
    table = README.partition("## Clauses")[2].partition("## ")[0]
    named = {
        re.sub(r"\.(NAME|FIELD)$", "", name)
        for row in re.findall(r"^\| .*\| (.*) \|$", table, re.MULTILINE)[1:]
        for name in re.findall(r"`([^`]+)`", row)
    }
    assert named <= words
    assert {clause.family for clause in clauses} == {name.partition(".")[0] for name in named}


def test_every_extension_and_lookup_is_explained() -> None:
    headings = " ".join(re.findall(r"^### (.*)$", README, re.MULTILINE))
    assert {name for name in vocabulary.names() if name not in headings} <= {"x-vocabulary"}
    for lookup in lookups.LOOKUPS.values():
        assert f"`{lookup.part or lookup.compares}`" in README


def test_the_problem_that_the_readme_shows_is_the_one_that_is_printed(
    bookshop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(bookshop.parent)
    bookshop.write_text(bookshop.read_text("utf-8").replace("{field: title, lookup", "{field: titel, lookup"), "utf-8")
    assert main([bookshop.name]) == 1
    shown = re.findall(r"^    (books\.yaml.*)\n        (.*) \.\.\.$", README, re.MULTILINE)
    assert len(shown) == 1
    printed = capsys.readouterr().err.splitlines()
    assert printed[0] == shown[0][0]
    assert printed[1].strip().startswith(shown[0][1])
