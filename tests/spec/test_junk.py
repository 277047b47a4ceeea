"""Whatever stands in a document, the answer is a list of problems: nothing else is ever raised."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import spec
from spec.diff import compare
from spec.problems import SpecError
from spec.source import Source, parse, read
from spec.validate import validate
from tests.spec import big

_BOOKSHOP = re.findall(r"```yaml\n(openapi:.*?)```", spec.DEFAULT.with_name("README.md").read_text("utf-8"), re.DOTALL)[
    0
]
_JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3.5, "", "x", "#/components/schemas/Book", "^(", "KEY", "\ud800"),
    *([], [1], ["a"], [[]], [{}], {}, {"a": 1}, {"type": "array"}, {"allOf": [3]}, {"properties": [1]}),
    *({"$ref": "#/components/schemas/Book"}, {"$ref": "#/"}, {"$ref": "#/paths"}, {"$ref": 3}, {"$ref": []}),
)
_KEYS = ("$ref", "x-filter", "x-batch", "x-pagination", "type", "allOf", "required", "schema", "items", "properties")


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()):
        yield from _paths(inner, (*path, key))


def _spoilt(document: Any, chance: random.Random) -> Any:
    """The document with something in it replaced, removed or added."""
    changed = copy.deepcopy(document)
    path = chance.choice(list(_paths(changed)))
    at = changed
    for token in path[:-1]:
        at = at[token]
    act = chance.random()
    if act < 0.6:
        at[path[-1]] = chance.choice(_JUNK)
    elif act < 0.8 or not isinstance(at, dict):
        del at[path[-1]]
    else:
        at[chance.choice(_KEYS)] = chance.choice(_JUNK)
    return changed


@pytest.mark.parametrize("seed", range(6))
def test_junk_in_a_document(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    file = tmp_path / "document.yaml"
    file.write_text(_BOOKSHOP, "utf-8")
    base = spec.load(file).document if seed % 2 else big.document("3.0.3" if seed % 4 else "3.1.0", 2)
    file = tmp_path / "document.json"
    whole = parse(json.dumps(base).encode(), "whole.json")
    for _ in range(15):
        file.write_text(json.dumps(_spoilt(base, chance)), "utf-8")
        verdict = validate(file)
        _, problems = spec.examine(file)
        assert all(str(problem) and problem.hint for problem in (*verdict.problems, *problems))
        assert {p.message for p in problems} <= {p.message for p in verdict.problems}
        _compared_both_ways(whole, file)


def _compared_both_ways(whole: Source, file: Path) -> None:
    """Whatever is wrong, what can be read is compared, and every change has its place."""
    try:
        changed = read(file)
        found = [*compare(whole, changed).changes, *compare(changed, whole).changes]
    except SpecError:
        return  # nothing can be read of it, as `validate` reports
    assert found or changed.data == whole.data or _without_effect(whole.data, changed.data)
    assert all(change.why for change in found)


def _without_effect(one: Any, other: Any) -> bool:
    """True for keywords without effect: they state what holds without them."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {key for key in {**one, **other} if one.get(key, "none") != other.get(key, "none")}
        return all(_without_effect(one.get(key), other.get(key)) for key in keys - {"style", "items", "type"})
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return all(_without_effect(a, b) for a, b in zip(one, other, strict=True))
    return one == other


@pytest.mark.parametrize("seed", range(4))
def test_junk_in_the_text(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    file = tmp_path / "document.yaml"
    for _ in range(25):
        at = chance.randrange(len(_BOOKSHOP))
        junk = chance.choice(
            ["", "\t", ": ", "{", "]", "'", '"', "&a ", "*a", "\n", "- ", "#", "\x07", "\ud7ff", "!!x "]
        )
        file.write_text(_BOOKSHOP[:at] + junk + _BOOKSHOP[at + chance.choice([0, 1, 5, 40]) :], "utf-8")
        assert all(problem.hint for problem in validate(file).problems)
