"""The package as its users meet it: its surface, its README, its types, its cost to import."""

from __future__ import annotations

import inspect
import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import akinon_seller_products
import pydantic
import pytest
from akinon_seller_products import filters, models

from .conftest import KEY, ROOT

SURFACE = Path(__file__).parent / "surface.txt"
README = ROOT / "generated" / "README.md"


def surface() -> str:
    """Every public name with its signature or fields, one a line."""
    lines = [f"export {name}" for name in sorted(akinon_seller_products.__all__)]
    for client in (akinon_seller_products.Client, akinon_seller_products.AsyncClient):
        for name, member in inspect.getmembers(client, callable):
            if not name.startswith("_"):
                lines.append(f"{client.__name__}.{name}{inspect.signature(member)}")
    for name, model in sorted(vars(models).items()):
        if inspect.isclass(model) and issubclass(model, pydantic.BaseModel) and model.__module__ == models.__name__:
            for field, about in model.model_fields.items():
                needed = "required" if about.is_required() else "optional"
                lines.append(f"{name}({model.__mro__[1].__name__}).{field}: {model.__annotations__[field]} {needed}")
    for name in filters.__all__:
        builder = getattr(filters, name)
        for field in sorted(n for n in dir(builder) if not n.startswith("_")):
            found = getattr(builder, field)
            found = found["KEY"] if isinstance(found, vars(filters)["Keyed"]) else found
            lines.extend(f"{name}.{field}.{lookup}" for lookup in sorted(dir(found)) if not lookup.startswith("_"))
    return "\n".join(lines) + "\n"


def test_the_public_surface_changes_only_on_purpose() -> None:
    """After a change that is meant, write the new one with SURFACE=write and review its diff."""
    if os.environ.get("SURFACE") == "write":
        SURFACE.write_text(surface(), encoding="utf-8")
    assert surface() == SURFACE.read_text(encoding="utf-8")


def test_the_examples_of_the_readme_run(sandbox: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PRD_BASE_URL", sandbox)
    monkeypatch.setenv("PRD_API_KEY", KEY)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    code = "\n".join(blocks)
    for operation in ("search_catalog", "get_products", "upsert_products", "delete_products", "upsert_prices",
                      "upsert_stocks", "upsert_prices_and_stocks", "get_batch_request"):  # fmt: skip
        assert f"client.{operation}(" in code
    script = tmp_path / "readme.py"
    script.write_text(code, encoding="utf-8")
    runpy.run_path(str(script))


def test_it_depends_on_two_packages_and_is_marked_as_typed() -> None:
    settings = tomllib.loads((ROOT / "generated" / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [re.split(r"[^\w-]", each, maxsplit=1)[0] for each in settings["project"]["dependencies"]]
    assert needed == ["httpx2", "pydantic"]
    assert (ROOT / "generated" / "akinon_seller_products" / "py.typed").exists()
    imported = re.findall(
        r"^\s*(?:from|import) ([a-z_0-9]+)", "\n".join(p.read_text() for p in _sources()), re.MULTILINE
    )
    assert set(imported) - set(sys.stdlib_module_names) == {"httpcore2", "httpx2", "pydantic", "pydantic_core"}


def test_the_generated_part_is_thin() -> None:
    lines = sum(len(path.read_text().splitlines()) for path in _sources() if "_runtime" not in path.parts)
    assert lines < 1100


def test_a_blocking_program_does_without_asyncio() -> None:
    code = "import sys, akinon_seller_products as p; p.Client('key'); print('asyncio' in sys.modules)"
    paths = {**os.environ, "PYTHONPATH": str(ROOT / "generated")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=paths)
    assert done.stdout == "False\n"


def _sources() -> list[Path]:
    return sorted((ROOT / "generated" / "akinon_seller_products").rglob("*.py"))


WRONG = """
from akinon_seller_products import AsyncClient, Client, F
client = Client()
F.name.startswith("x")
F.updated_at.gte("2025-01-01")
client.get_products(F.name == "x")
client.get_products(limit="x")
client.get_products(nam="x")
client.search_catalog()
for row in client.get_products():
    row.nothing
async def main() -> None:
    page = await AsyncClient().get_products(F.name.exact("x"))
    page.results[0].prices[0].price + 1.5
    await AsyncClient().get_products(limit="x")
    AsyncClient().upsert_stocks([])
    AsyncClient().get_batch_request("x")
    client.request("GET", 1)
"""

RIGHT = """
import asyncio
import uuid
from collections.abc import AsyncIterator
from akinon_seller_products import AsyncBatch, AsyncClient, Batch, Client, File, models
async def rows() -> AsyncIterator[models.StockUpsert]:
    yield models.StockUpsert(sku="a", stock_list=uuid.uuid4())
async def main() -> None:
    async with AsyncClient(lambda: "key", deadline=5) as client:
        async with asyncio.TaskGroup() as group:
            task: asyncio.Task[models.BatchRequest] = group.create_task(client.get_batch_request(uuid.uuid4()))
            other: asyncio.Task[AsyncBatch[models.BatchRequest]] = asyncio.create_task(client.upsert_stocks([]))
        status: models.BatchRequest = task.result()
        done: bool = await other.result().done()
        async for outcome in client.bulk(client.upsert_stocks, rows()):
            row: models.StockUpsert = outcome.row
        async for product in client.get_products():
            name: str = product.name
        async with client.stream(client.get_products, limit=1) as response:
            async for found in response.json_lines(models.Product):
                sku: str = found.sku
    await client.aclose()
asyncio.run(main())
asyncio.run(AsyncClient().get_batch_request(uuid.uuid4()))
batch: Batch[models.BatchRequest] = Client().upsert_stocks([], deadline=1.0, extra_body={"a": 1})
for outcome in Client().bulk(Client().upsert_stocks, [{"sku": "a"}], progress=lambda progress: print(progress.read)):
    row: dict[str, str] = outcome.row
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both programs."""
    folder = tmp_path_factory.mktemp("programs")
    for name, source in (("wrong", WRONG), ("right", RIGHT)):
        (folder / f"{name}.py").write_text(source)
    return folder


@pytest.fixture(scope="module")
def mypy(programs: Path) -> str:
    """mypy's output for both programs."""
    cache = ["--cache-dir", str(programs / "c"), "--config-file", os.devnull]
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.11", *cache, "wrong.py", "right.py"]
    environment = {**os.environ, "MYPYPATH": str(ROOT / "generated")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=programs).stdout


@pytest.fixture(scope="module")
def pyright(programs: Path) -> str:
    """pyright's output for both programs."""
    paths = {"include": ["*.py"], "extraPaths": [str(ROOT / "generated")], "pythonVersion": "3.11"}
    (programs / "pyright.json").write_text(json.dumps({**paths, "typeCheckingMode": "standard"}))
    command = [sys.executable, "-m", "basedpyright", "-p", "pyright.json", "--pythonpath", sys.executable]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=programs).stdout


@pytest.mark.slow
def test_type_checkers_see_what_is_wrong(mypy: str, pyright: str) -> None:
    found = {int(line) for line in re.findall(r"wrong\.py:(\d+): error", mypy)}
    assert found == {4, 5, 6, 7, 8, 9, 11, 14, 15, 16, 17, 18}, mypy
    assert {16, 17} <= {int(line) for line in re.findall(r"wrong\.py:(\d+):\d+ - error", pyright)}, pyright
    assert "reportUnusedCoroutine" in pyright


@pytest.mark.slow
def test_type_checkers_take_what_is_right(mypy: str, pyright: str) -> None:
    assert "in 1 file (checked 2 source files)" in mypy
    assert "right.py" not in mypy
    assert re.search(r"right\.py:\d+:\d+ - error", pyright) is None, pyright
