"""What the packages import: declared, in layers, and nobody's private parts but in one module."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "spec" / "examples"
PACKAGES = ("spec", "generator", "conformance")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
OWN = {*PACKAGES, "tests", "akinon_seller_products", "contract_envelope"}
BRIDGE = ROOT / "conformance" / "fuzzing" / "bridge.py"


def imports(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every name that the modules below a folder import, with its module: `a.b` of `from a import b`."""
    for path in sorted(folder.rglob("*.py")):
        if "corpus" in path.parts or (folder != EXAMPLES and path.is_relative_to(EXAMPLES)):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((path, f"{node.module}.{name.name}") for name in node.names)


def foreign(folder: Path) -> Iterator[tuple[Path, str]]:
    """Those of them that aren't ours, nor Python's own."""
    for path, name in imports(folder):
        top = name.partition(".")[0]
        if top not in OWN and top not in sys.stdlib_module_names:
            yield path, name


def declared(*groups: list[str]) -> set[str]:
    """The import packages of some lists of dependencies."""
    names = {re.split(r"[\s<>=!~\[;]", one)[0].lower().replace("_", "-") for group in groups for one in group}
    providers = metadata.packages_distributions()
    return {
        package
        for package, distributions in providers.items()
        if any(one.lower().replace("_", "-") in names for one in distributions)
    }


def test_every_imported_package_is_declared() -> None:
    project = PROJECT["project"]
    ours = declared(project["dependencies"])
    plugin = declared(["pytest"])  # whoever runs the plugin has pytest
    for package in PACKAGES:
        for path, name in foreign(ROOT / package):
            allowed = ours | plugin if "pytest_plugin" in path.parts else ours
            assert name.partition(".")[0] in allowed, f"{path}: {name} is of no declared dependency"
    tests = ours | declared(project["optional-dependencies"]["dev"])
    for path, name in (*foreign(ROOT / "tests"), *foreign(EXAMPLES)):
        assert name.partition(".")[0] in tests, f"{path}: {name} is of no declared dependency"


@pytest.mark.slow
def test_every_declared_package_is_used() -> None:
    used = {name.partition(".")[0] for package in PACKAGES for _, name in foreign(ROOT / package)}
    # Run as a program; picked up by uvicorn and by SQLAlchemy; only its files are used.
    indirect = {"ruff", "httptools", "psycopg[binary]", "flask-swagger-ui"}
    for dependency in PROJECT["project"]["dependencies"]:
        name = re.split(r"[\s<>=!~\[;]", dependency)[0]
        assert name in indirect or declared([name]) & used, f"{name} is declared and not imported"


def test_private_parts_of_other_packages_are_imported_in_one_module() -> None:
    private = {
        path
        for package in PACKAGES
        for path, name in foreign(ROOT / package)
        if any(part.startswith("_") and not part.startswith("__") for part in name.split("."))
    }
    assert private == {BRIDGE}


def test_the_private_parts_are_where_they_were() -> None:
    """When this fails, a new version of Schemathesis has moved what conformance/fuzzing/bridge.py takes from it."""
    moved = import_module("schemathesis.specs.openapi.coverage._schema").UNKNOWN_PROPERTY_KEY
    assert isinstance(moved, str)
    assert moved


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("spec/reader/paging.py", "from conformance.verdict import Held"),
        ("generator/plan.py", "from conformance.verdict import Held"),
        ("conformance/laws/pages.py", "from conformance.sandbox.lookups import every"),
        ("conformance/reading/sample.py", "from conformance.runner.config import Config"),
        ("conformance/sandbox/lookups.py", "from conformance.oracle.lookups import in_offset"),
    ],
)
def test_an_import_against_the_layers_is_found(tmp_path: Path, module: str, line: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / module
    source, first = path.read_text("utf-8"), "from __future__ import annotations\n"
    path.write_text(source.replace(first, f"{first}{line}\n", 1), "utf-8")
    assert path.read_text("utf-8") != source
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert module.removesuffix(".py").replace("/", ".") in done.stdout
