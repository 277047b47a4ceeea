"""The Python verdict is what the packages themselves show: by their names when imported, and to a type checker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generator.changes import compare_code
from spec.diff.code import Code, Symbol
from tests.generator.changes.conftest import Packages

_LOOK = """
import inspect, json, akinon_seller_products as package
from akinon_seller_products import F, models
methods = {
    f"Client.{name}": [p for p in inspect.signature(method).parameters if p not in ("self", "options")]
    for name, method in inspect.getmembers(package.client.Client, inspect.isfunction)
    if not name.startswith("_") and name in vars(package.client.Client)
}
shown = {
    name: list(cls.model_fields)
    for name, cls in vars(models).items()
    if inspect.isclass(cls) and cls.__module__ == models.__name__ and hasattr(cls, "model_fields")
}
lookups = []
for name in dir(F):
    field = getattr(F, name)
    if name.startswith("_"):
        continue
    keyed = type(field).__name__ == "Keyed"
    holder = field["KEY"] if keyed else field
    lookups += [
        f'F.{name}{"[" + chr(34) + "KEY" + chr(34) + "]" if keyed else ""}.{lookup}'
        for lookup in dir(holder)
        if type(getattr(holder, lookup)).__name__ == "Lookup"
    ]
print(json.dumps({"methods": methods, "models": shown, "lookups": lookups}))
"""


@pytest.fixture(scope="module")
def code(packages: Packages) -> Code:
    found = compare_code(packages.old, packages.new)
    assert found is not None
    return found


def _seen(folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", _LOOK]
    found = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=True)
    loaded: dict[str, Any] = json.loads(found.stdout)
    return loaded


def _names(code: Code, kind: str, action: str) -> set[str]:
    return {symbol.name for symbol in code.symbols if symbol.kind == kind and symbol.action == action}


@pytest.mark.slow
def test_what_came_and_went_is_what_the_imported_packages_show(packages: Packages, code: Code) -> None:
    old, new = _seen(packages.old_folder), _seen(packages.new_folder)
    renamed = {
        s.name: s.after.removesuffix("(...)") for s in code.symbols if s.kind == "method" and s.action == "renamed"
    }
    assert set(old["methods"]) - set(new["methods"]) == _names(code, "method", "removed") | set(renamed)
    assert set(new["methods"]) - set(old["methods"]) == _names(code, "method", "added") | set(renamed.values())
    assert set(old["lookups"]) - set(new["lookups"]) == _names(code, "lookup", "removed")
    assert set(new["lookups"]) - set(old["lookups"]) == _names(code, "lookup", "added")
    assert set(old["models"]) == set(new["models"])
    keywords = {
        which: {
            f"{renamed.get(method, method)}({name}=)" for method, names in side["methods"].items() for name in names
        }
        for which, side in (("old", old), ("new", new))
    }
    assert keywords["old"] - keywords["new"] == _names(code, "keyword", "removed")
    assert keywords["new"] - keywords["old"] == _names(code, "keyword", "added")
    fields = {
        which: {f"models.{model}.{name}" for model, names in side["models"].items() for name in names}
        for which, side in (("old", old), ("new", new))
    }
    assert fields["old"] - fields["new"] == _names(code, "field", "removed")
    assert fields["new"] - fields["old"] == _names(code, "field", "added")


# A line of code that was right, and the symbol whose change makes a type checker refuse it; None where it stays right.
CALLS: dict[str, str | None] = {
    'client.get_products(name__icontains="a")': "Client.get_products(name__icontains=)",
    "client.get_products()": "Client.get_products(category=)",
    "client.upsert_stocks([]).result(timeout=1)": "Client.upsert_stocks",
    "client.get_batch_request(uuid4()).status + 1": "models.BatchRequest.status",
    'F.name.icontains("a")': "F.name.icontains",
    'F.name.contains("a")': None,
    'client.search_catalog(query="a", page=2)': None,
}


@pytest.mark.slow
def test_a_type_checker_refuses_what_is_said_to_break(packages: Packages, code: Code, tmp_path: Path) -> None:
    lines = ["from uuid import uuid4", "from akinon_seller_products import Client, F", "client = Client()", *CALLS]
    script = tmp_path / "calls.py"
    script.write_text("\n".join(lines) + "\n", "utf-8")
    assert not _refused(script, packages.old_folder, tmp_path / "cache")
    refused = _refused(script, packages.new_folder, tmp_path / "cache")
    breaking = {symbol.name for symbol in code.symbols if symbol.level == "major"}
    for number, (line, symbol) in enumerate(CALLS.items(), 4):
        assert (number in refused) == (symbol is not None), line
        assert symbol is None or symbol in breaking, (line, breaking)


def _refused(script: Path, folder: Path, cache: Path) -> set[int]:
    """The lines that mypy refuses with a package on its path. The cache keeps what both packages import."""
    environment = {**os.environ, "MYPYPATH": str(folder)}
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(cache), "--no-error-summary", "--follow-imports=silent"]
    found = subprocess.run(
        [*command, str(script)], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert found.returncode in (0, 1), found.stdout + found.stderr
    return {
        int(line.split(":")[1])
        for line in found.stdout.splitlines()
        if line.startswith(str(script)) and "error" in line
    }


def test_the_levels(code: Code) -> None:
    def symbol(name: str, kind: str) -> Symbol:
        return next(s for s in code.symbols if s.name == name and s.kind == kind)

    assert symbol("models.BatchRequest.status", "field").level == "major"
    assert symbol("models.BatchRequest.brand_new", "field").level == "minor"
    assert symbol("models.ProductUpsert.images", "field").level == "major"
    assert symbol("Client.upsert_stocks", "method").after == "Client.put_stocks(...)"
    assert symbol("Client.get_products(title__icontains=)", "keyword").level == "minor"
    assert code.level == "major"
