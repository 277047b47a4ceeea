"""The shop's document before and after many edits, and the packages that are generated from both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import spec
from generator import output, render
from generator.planner import plan
from spec import reader
from spec.source import Source, parse

OLD = spec.DEFAULT.read_text("utf-8")

EDITS = (
    # a keyword and a lookup go, and others come
    ("- name: name__icontains", "- name: title__icontains"),
    ("{field: name, lookup: icontains}", "{field: name, lookup: istartswith}"),
    # a method is renamed
    ("operationId: upsert_stocks", "operationId: put_stocks"),
    # a field is retyped, another comes, another goes
    ("        status:\n          type: integer\n", "        status:\n          type: string\n"),
    ("        processed_in:\n", "        brand_new: {type: string}\n        processed_in:\n"),
    # a keyword must be given
    ("- name: category\n          in: query\n", "- name: category\n          in: query\n          required: true\n"),
    # a field that is sent must be given
    (
        "required: [name, base_code, sku, category, attributes]\n",
        "required: [name, base_code, sku, category, attributes, images]\n",
    ),
)


@dataclass(frozen=True)
class Packages:
    """Two documents and the folders of their packages, each of which holds the same import name."""

    old: Source
    new: Source
    old_folder: Path
    new_folder: Path


def edited() -> str:
    text = OLD
    for before, after in EDITS:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    folder = tmp_path_factory.mktemp("packages")
    sources = [parse(text.encode(), f"{name}.yaml") for text, name in ((OLD, "old"), (edited(), "new"))]
    for source in sources:
        contract, problems = reader.attempt(source)
        assert contract is not None
        output.write(render.files(plan(contract, problems)), folder / source.file.partition(".")[0])
    return Packages(sources[0], sources[1], folder / "old", folder / "new")
