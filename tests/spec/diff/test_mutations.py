"""Any edit of any node shows: documents that say much, one random change at a time.

A second generator of pairs, which knows nothing of rules: it cuts, doubles and overwrites nodes of real documents.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spec
from spec.source import read
from tests.spec.diff.documents import compared

ROOT = Path(__file__).parents[3]
CORPUS = [spec.DEFAULT, *sorted((ROOT / "tests/generator/corpus").glob("*.yaml"))]
DOCUMENTS = {path.name: read(path).data for path in CORPUS}


def nodes(data: Any) -> list[tuple[str | int, ...]]:
    """The way to every value of a document."""
    found: list[tuple[str | int, ...]] = []
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    for way, node in waiting:
        if way:
            found.append(way)
        if isinstance(node, dict):
            waiting += [((*way, key), value) for key, value in node.items()]
        elif isinstance(node, list):
            waiting += [((*way, index), value) for index, value in enumerate(node)]
    return found


WAYS = {name: nodes(data) for name, data in DOCUMENTS.items()}


def at(data: Any, way: tuple[str | int, ...]) -> Any:
    for token in way:
        data = data[token]
    return data


def mutated(data: Any, way: tuple[str | int, ...], how: str) -> Any | None:
    """A copy with one node changed, or None where this change says nothing new."""
    found = copy.deepcopy(data)
    holder, last = at(found, way[:-1]), way[-1]
    value = holder[last]
    if how == "removed":
        del holder[last]
    elif how == "added" and isinstance(value, dict):
        value["x-added"] = 1
    elif how == "overwritten":
        holder[last] = _other(value)
    else:
        return None
    return found


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 3
    if isinstance(value, float):
        return value + 0.5
    if isinstance(value, str):
        return f"{value}X"
    return 17


SILENT = ("openapi",)
"""What changes nothing by itself: the version of OpenAPI that the document is written in."""


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_edit_of_any_node_shows(name: str, data: st.DataObject) -> None:
    way = data.draw(st.sampled_from(WAYS[name]))
    how = data.draw(st.sampled_from(["removed", "added", "overwritten"]))
    changed = mutated(DOCUMENTS[name], way, how)
    if changed is None or way[0] in SILENT:
        return
    if how == "removed" and is_default(DOCUMENTS[name], way):
        assert not [c for c in compared(DOCUMENTS[name], changed).changes if c.level != "patch"]
        return
    assert compared(DOCUMENTS[name], changed).changes, (way, how)


def is_default(document: Any, way: tuple[str | int, ...]) -> bool:
    """True for a key that says what holds without it."""
    return False
