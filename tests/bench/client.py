"""Our client beside three others, in one run on loopback.

Times are of the processor, in processes of their own that take turns, so that what else the machine does falls on all
alike. The others are made on the spot from the same document, less what they can't do.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NAMES = {
    "hand": "by hand",
    "ours": "ours",
    "structs": "ours --models msgspec",
    "dcg": "datamodel-code-generator",
    "opc": "openapi-python-client",
}


@dataclass(frozen=True)
class Row:
    """One measure, for each contestant that could be measured; the first one is the unit of the ratios."""

    measure: str
    unit: str
    figures: Mapping[str, float]
    goal: str = ""

    def __str__(self) -> str:
        cells = [f"{self.figures[n]:>12.2f}" if n in self.figures else f"{'-':>12}" for n in NAMES]
        return f"{self.measure:<34} {self.unit:<5}{''.join(cells)}   {self.goal}"


@dataclass(frozen=True)
class Field:
    """The contestants, ready: how each is started, how long it took to make and how many lines it has."""

    python: Mapping[str, str]
    paths: str
    seconds: Mapping[str, float]
    lines: Mapping[str, float]


def rows(rounds: int = 15, calls: int = 60) -> list[Row]:
    """Measure everything. Prints what it can't do."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        field = _field(Path(name))
        server = stack.enter_context(_started([sys.executable, str(HERE / "client_server.py")]))
        base = f"http://127.0.0.1:{_line(server)}"
        page = [_pages(field, base, kind, rounds, calls) for kind in ("sync", "async")]
        first = {n: min(_once(field, n, base, "first") for _ in range(5)) * 1000 for n in field.python}
        peak = {n: _once(field, n, base, "walk") for n in field.python}
    made: list[Row] = []
    for kind, figures in zip(("sync", "async"), page, strict=True):
        made.append(Row(f"page of 100 products, {kind}", "µs", {n: s * 1e6 for n, s in figures.items()}))
        ratios = {n: s / figures["hand"] for n, s in figures.items()}
        made.append(Row("  ratio to by hand", "", ratios, "ours at most 1.05, structs 0.75"))
    return [
        *made,
        Row("import and first call", "ms", first, "ours at most 60 ms above by hand"),
        Row("peak memory over 100,000 products", "MB", peak),
        Row("generation", "s", field.seconds, "ours no slower than datamodel-code-generator"),
        Row("generated lines without runtime", "", field.lines, "ours under 1,100"),
    ]


def main() -> None:
    """Print the table."""
    print(f"{'client':<40}{''.join(f'{n[:11]:>12}' for n in NAMES)}   goal")
    for row in rows():
        print(row)
    print("(" + ", ".join(f"{short}: {name}" for short, name in NAMES.items()) + ")")


def _field(folder: Path) -> Field:
    """Make every client; leave out, with a word, what can't be made."""
    document = folder / "document.yaml"
    document.write_text(yaml.safe_dump(_plain_document(), sort_keys=False), encoding="utf-8")
    python, seconds, lines = {"hand": sys.executable, "ours": sys.executable}, {}, {}
    command = [sys.executable, "-m", "generator", "--out", str(folder / "ours")]
    seconds["ours"] = _timed(command)
    lines["ours"] = _lines(folder / "ours", "_runtime")
    python["structs"] = sys.executable
    options = ["--models", "msgspec", "--package", "structs", "--out", str(folder / "structs_client")]
    seconds["structs"] = _timed([sys.executable, "-m", "generator", *options])
    lines["structs"] = _lines(folder / "structs_client", "_runtime")
    try:
        seconds["dcg"] = _timed(_dcg(document, folder))
        python["dcg"], lines["dcg"] = sys.executable, _lines(folder / "dcg_client", "_runtime")
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"datamodel-code-generator is left out: {error}")
    try:
        python["opc"] = _opc(document, folder, seconds)
        lines["opc"] = _lines(folder / "opc_client", "")
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"openapi-python-client is left out: {error}")
    paths = ":".join(str(path) for path in (folder, folder / "ours", folder / "structs_client", HERE))
    return Field(python, paths, seconds, lines)


def _plain_document() -> object:
    """Our document without the parameter of free keys, which the others refuse or drop, and with its pages written
    out, for openapi-python-client confuses the rows of two pages."""
    document = yaml.safe_load((ROOT / "spec" / "openapi.yaml").read_text(encoding="utf-8"))
    for item in document["paths"].values():
        for operation in item.values():
            kept = [p for p in operation.get("parameters", []) if p.get("name") != "attribute"]
            operation["parameters"] = kept
    schemas = document["components"]["schemas"]
    for name, row in (("ProductPage", "Product"), ("CatalogPage", "CatalogProduct")):
        results = {"type": "array", "items": {"$ref": f"#/components/schemas/{row}"}}
        schemas[name] = {**schemas["Page"], "properties": {**schemas["Page"]["properties"], "results": results}}
    return document


def _dcg(document: Path, folder: Path) -> list[str]:
    options = {
        "--input": str(document),
        "--input-file-type": "openapi",
        "--output": str(folder / "dcg_models.py"),
        "--output-model-type": "pydantic_v2.BaseModel",
        "--target-python-version": "3.11",
        "--generate-client": "httpx2",
        "--client-output": str(folder / "dcg_client"),
        "--client-package": "dcg_client",
        "--client-model-package": "dcg_models",
    }
    pairs = [part for pair in options.items() for part in pair]
    return [sys.executable, "-m", "datamodel_code_generator", *pairs]


def _opc(document: Path, folder: Path, seconds: dict[str, float]) -> str:
    """Its own environment, for it needs other versions; gives the interpreter there."""
    command = shutil.which("openapi-python-client")
    if command is None:
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / "bin" / "python"
        _quiet([str(python), "-m", "pip", "install", "--quiet", "openapi-python-client==0.29.1"])
        command = str(python.with_name("openapi-python-client"))
    else:
        python = Path(command).resolve().with_name("python")
    out = ["--output-path", str(folder / "opc_client"), "--meta", "none"]
    began = time.perf_counter()
    subprocess.run([command, "generate", "--path", str(document), *out], check=False, capture_output=True)
    seconds["opc"] = time.perf_counter() - began
    if not (folder / "opc_client" / "client.py").exists():
        raise OSError("it made nothing")
    return str(python)


def _pages(field: Field, base: str, kind: str, rounds: int, calls: int) -> dict[str, float]:
    """Seconds a call: the median over rounds in which each contestant has its turn."""
    with ExitStack() as stack:
        workers = {n: stack.enter_context(_started(_command(field, n, base, kind), field.paths)) for n in field.python}
        found: dict[str, list[float]] = {n: [] for n in workers}
        for number in range(rounds + 1):
            for name, worker in workers.items():
                assert worker.stdin is not None
                worker.stdin.write(f"{calls}\n")
                worker.stdin.flush()
                taken = float(_line(worker)) / calls
                if number:  # the first round warms up
                    found[name].append(taken)
        return {name: statistics.median(times) for name, times in found.items()}


def _once(field: Field, name: str, base: str, measure: str) -> float:
    with _started(_command(field, name, base, measure), field.paths) as worker:
        return float(_line(worker))


def _command(field: Field, name: str, base: str, measure: str) -> list[str]:
    return [field.python[name], str(HERE / "client_worker.py"), name, base, measure]


class _started:
    """A process with lines in and out, ended at the end."""

    def __init__(self, command: list[str], paths: str = "") -> None:
        environment = {"PYTHONPATH": paths, "PATH": "/usr/bin:/bin"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __enter__(self) -> subprocess.Popen[str]:
        return self._process

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise OSError(f"{process.args!r} said nothing")
    return line


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    _quiet(command)
    return time.perf_counter() - began


def _quiet(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)


def _lines(folder: Path, but: str) -> float:
    sources = [path for path in folder.rglob("*.py") if not but or but not in path.parts]
    return float(sum(len(path.read_text(encoding="utf-8").splitlines()) for path in sources))
