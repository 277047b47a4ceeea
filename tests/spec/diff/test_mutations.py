"""Any edit of any node shows: rich documents, one random change at a time.

A second generator of pairs, which knows nothing of rules: it cuts, doubles and overwrites nodes of real documents.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spec
from spec.problems import SpecError
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
    """A copy with one node changed, or None where this change has no effect."""
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


WITHOUT_EFFECT = {
    "schemas30.yaml": {
        "components/schemas/Owner/nullable": "the property that is an owner is nullable as well",
        "components/schemas/Pet/properties/owner/nullable": "an owner is nullable as well",
        "components/schemas/Pet/properties/status/nullable": "null is among its alternatives",
        "components/schemas/Status/type": "its values say it",
    },
    "schemas31.yaml": {
        "components/schemas/Named/type": "every use is all of another object, too",
        "components/schemas/User/allOf/1/type": "the other part says it",
        "components/schemas/User/allOf/1/properties/role/type": "its values say it",
        "components/schemas/Odd/properties/both/type": "its alternatives say it",
        "components/schemas/Odd/properties/joined/type": "its parts say it",
        "components/schemas/Odd/properties/nullable_enum/type": "its values say it",
    },
    "styles.yaml": {
        "components": "it holds nothing",
        "paths//query/get/parameters/2/explode": "a single value",
        "paths//query/get/parameters/3/explode": "a single value",
    },
}
"""By document, the nodes that add nothing to the rest."""


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_edit_of_any_node_shows(name: str, data: st.DataObject) -> None:
    way = data.draw(st.sampled_from(WAYS[name]))
    how = data.draw(st.sampled_from(["removed", "added", "overwritten"]))
    changed = mutated(DOCUMENTS[name], way, how)
    if changed is None or way == ("openapi",) or at(DOCUMENTS[name], way) in ([], {}):
        return
    try:
        changes = compared(DOCUMENTS[name], changed).changes
    except SpecError:
        return  # no document of OpenAPI any more, which is reported as well
    if not changes:
        assert "/".join(map(str, way)) in WITHOUT_EFFECT.get(name, ()), (way, how)
