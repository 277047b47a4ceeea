"""The command: the files that it writes, the same each time, and its error messages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import spec
from generator import names, output, planner, render
from generator.__main__ import main
from generator.planner import plan
from generator.runtime import client as runtime_client
from generator.runtime import client_async as runtime_async
from generator.runtime.call import RequestOptions

from .conftest import ROOT
from .documents import django, document, get

PACKAGE = "akinon_seller_products"
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.yaml"))
WITH_STRUCTS = ("bodies", "names", "schemas30", "schemas31")
SEEN_BY_PYRIGHT = ("ours", "odd_schemas31", "structs_openapi", "structs_schemas31")
OUR_RULES = "E,F,W,I,UP,B,C4,SIM,PT,PIE,RET,RUF,S,T10,PLC,PLE,PLW,FURB,PERF"
RUFF = [sys.executable, "-m", "ruff"]


def run(command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def saved(folder: Path, content: object) -> Path:
    path = folder / "document.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A copy of what is committed."""
    out = tmp_path / "generated"
    shutil.copytree(ROOT / "generated", out, ignore=shutil.ignore_patterns("__pycache__"))
    return out


def test_what_is_committed_is_what_is_made() -> None:
    assert main(["--check"]) == 0


@pytest.mark.slow
def test_the_output_does_not_depend_on_the_machine(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "generator", "--spec", str(spec.DEFAULT), "--out"]
    surroundings = {"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo", "COLUMNS": "20"}
    done = run([*command, str(tmp_path / "a")], **surroundings)
    assert done.returncode == 0, done.stderr
    assert main(["--check", "--out", str(tmp_path / "a")]) == 0
    assert main(["--spec", os.path.relpath(spec.DEFAULT), "--check", "--out", str(tmp_path / "a")]) == 0


EDITS: dict[str, Callable[[Path], object]] = {
    f"changed: {{}}/{PACKAGE}/client.py": lambda out: (out / PACKAGE / "client.py").write_text("x = 1\n"),
    f"changed: {{}}/{PACKAGE}/_runtime/retry.py": lambda out: (out / PACKAGE / "_runtime" / "retry.py").write_text(""),
    f"stale: {{}}/{PACKAGE}/old.py": lambda out: shutil.copy(out / PACKAGE / "models.py", out / PACKAGE / "old.py"),
    f"missing: {{}}/{PACKAGE}/models.py": lambda out: (out / PACKAGE / "models.py").unlink(),
    f"missing: {{}}/{PACKAGE}/_patch.py": lambda out: (out / PACKAGE / "_patch.py").unlink(),
    f"foreign: {{}}/{PACKAGE}/mine.py": lambda out: (out / PACKAGE / "mine.py").write_text("# mine\n"),
}


@pytest.mark.parametrize("named", EDITS)
def test_check_names_what_differs_and_writes_nothing(
    made: Path, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    EDITS[named](made)
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    assert main(["--check", "--out", str(made)]) == 1
    assert named.format(made) in capsys.readouterr().out
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


def test_generating_mends_all_but_foreign_files_and_the_seam(made: Path) -> None:
    for edit in EDITS.values():
        edit(made)
    seam = made / PACKAGE / "_patch.py"
    seam.write_text("from .client import AsyncClient, Client\n\n__all__ = ['AsyncClient', 'Client']  # mine\n")
    mine = seam.read_bytes()
    assert main(["--out", str(made)]) == 0
    assert seam.read_bytes() == mine
    assert (made / PACKAGE / "mine.py").read_text() == "# mine\n"
    (made / PACKAGE / "mine.py").unlink()
    assert main(["--check", "--out", str(made)]) == 0


def test_an_edit_of_the_document_shows_in_the_diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = spec.DEFAULT.read_text(encoding="utf-8")
    added = (
        "        - name: name__startswith\n          in: query\n          description: Begins.\n"
        "          schema: {type: string}\n          x-filter: {field: name, lookup: startswith}\n"
    )
    edited = tmp_path / "openapi.yaml"
    edited.write_text(text.replace("        - name: base_code\n", added + "        - name: base_code\n", 1), "utf-8")
    assert main(["--spec", str(edited), "--check"]) == 1
    shown = capsys.readouterr().out
    assert "+        name__startswith: str | int | Unset = UNSET," in shown
    assert '+    startswith = Lookup[Literal["get_products"], str]("get_products", "name__startswith")' in shown


def test_files_are_replaced_all_or_none(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    contract = spec.load(spec.DEFAULT)
    files = {path: data + b"\n# changed\n" for path, data in render.files(plan(contract)).items()}
    replace, count = os.replace, iter(range(100))

    def failing(source: Path, target: Path) -> None:
        if next(count) == 5:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OSError, match="No space"):
        output.write(files, made)
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before
    assert [path.name for path in made.parent.iterdir()] == [made.name]


def test_a_template_can_be_overridden(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    template = (
        '{% extends "default/package/client.py.jinja2" %}'
        "{% block async_method %}{{ super() }}  # {{ o.code }}{% endblock %}"
    )
    (tmp_path / "package" / "client.py.jinja2").write_text(template)
    out = tmp_path / "out"
    assert main(["--templates", str(tmp_path), "--out", str(out)]) == 0
    assert "async_methods.value(Client.get_batch_request)  # PRD107" in (out / PACKAGE / "client.py").read_text()
    assert main(["--check", "--out", str(out)]) == 1


@pytest.mark.parametrize(
    ("template", "says"),
    [("{% for %}", "client.py.jinja2:1: "), ("{{ nothing.here }}", "undefined"), ("def (", "don't make Python")],
)
def test_a_broken_template_is_an_error_in_words(
    tmp_path: Path, template: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "client.py.jinja2").write_text(template)
    assert main(["--templates", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


REFUSED = document(
    {
        "/fine": {"get": get({"type": "string"}, operationId="fine")},
        "/far": {"get": get({"$ref": "other.yaml#/X"}, operationId="far")},
        "/xml": {
            "get": get(
                operationId="xml_parameter",
                parameters=[
                    {"name": "x", "in": "query", "content": {"application/xml": {"schema": {"type": "string"}}}}
                ],
            )
        },
        "/socket": {"get": get(operationId="socket", servers=[{"url": "wss://example.com"}])},
        "/digest": {"get": get(operationId="digest", security=[{"Digest": []}])},
    },
    schemas={"Unused": {"$ref": "#/components/schemas/Missing"}},
    components={"securitySchemes": {"Digest": {"type": "http", "scheme": "digest"}}},
)
REFUSED_NAMES = ("far", "xml_parameter", "socket", "digest", "")


def test_what_cannot_be_expressed_is_refused_by_name_and_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = saved(tmp_path, REFUSED), tmp_path / "out"
    assert main(["--spec", str(path), "--out", str(out)]) == 2
    printed = capsys.readouterr().err
    for name in REFUSED_NAMES:
        assert f": {name}: " in printed or not name
    assert "nothing stands at #/components/schemas/Missing" in printed
    assert "document.json:1:" in printed
    assert not out.exists()
    assert main(["--spec", str(path), "--out", str(out), "--allow-partial"]) == 0
    refusals = json.loads((out / "refusals.json").read_text())
    assert {refusal["operation"] for refusal in refusals} == set(REFUSED_NAMES)
    assert all(refusal["line"] >= 1 and refusal["column"] > 1 and refusal["message"] for refusal in refusals)
    assert "def fine" in (out / "odd_api" / "client.py").read_text()


@pytest.mark.parametrize("content", ["", "[1]", "openapi: 3.1.0\ninfo: {", "{}", "\x00"])
def test_a_document_that_cannot_be_read_is_an_error_in_words(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "document.yaml").write_text(content)
    assert main(["--spec", str(tmp_path / "document.yaml"), "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr().err
    assert "document.yaml:" in printed
    assert "Traceback" not in printed
    assert not (tmp_path / "out").exists()


def test_no_such_document_or_a_folder_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--spec", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["--out", str(tmp_path / "file" / "out")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_document_without_operations_makes_a_client_without_methods(tmp_path: Path) -> None:
    path = saved(tmp_path, document({}))
    assert main(["--spec", str(path), "--out", str(tmp_path / "out")]) == 0
    done = run([sys.executable, "-c", "import odd_api; odd_api.Client"], PYTHONPATH=str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every package that the corpus makes, beside each other, and ours."""
    folder = tmp_path_factory.mktemp("packages")
    shutil.copytree(ROOT / "generated", folder / "ours", ignore=shutil.ignore_patterns("__pycache__"))
    large = saved(folder, django(40, 160))
    for path in [*CORPUS, large]:
        name = f"odd_{path.stem}"
        assert main(["--spec", str(path), "--out", str(folder / name), "--package", name]) == 0
    structs = ["--models", "msgspec", "--package"]
    for path in [spec.DEFAULT, *(each for each in CORPUS if each.stem in WITH_STRUCTS)]:
        name = f"structs_{path.stem}"
        assert main(["--spec", str(path), "--out", str(folder / name), *structs, name]) == 0
    return folder


@pytest.mark.slow
def test_every_package_is_clean_for_ruff(everything: Path) -> None:
    assert run([*RUFF, "check", "--isolated", "--quiet", str(everything)]).stdout == ""
    ours = [
        "--isolated",
        "--quiet",
        "--line-length",
        "120",
        "--select",
        OUR_RULES,
        "--ignore",
        "RUF001,RUF002,RUF003,S311",
    ]
    assert run([*RUFF, "check", *ours, str(everything)]).stdout == ""
    assert run([*RUFF, "format", "--check", "--quiet", str(everything)]).stdout == ""


@pytest.mark.slow
def test_every_package_is_clean_for_mypy(everything: Path) -> None:
    folders = sorted(path for path in everything.iterdir() if path.is_dir() and not path.name.startswith("."))
    packages = [argument for path in folders for argument in ("-p", _package(path))]
    paths = os.pathsep.join(str(path) for path in folders)
    cache = ["--cache-dir", str(everything / ".cache"), "--config-file", os.devnull]
    done = run(
        [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.11", *cache, *packages], MYPYPATH=paths
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_every_package_is_clean_for_pyright(everything: Path) -> None:
    folders = sorted(path for path in everything.iterdir() if path.is_dir() and path.name in SEEN_BY_PYRIGHT)
    settings = {"include": [str(path) for path in folders], "typeCheckingMode": "strict", "pythonVersion": "3.11"}
    (everything / "pyright.json").write_text(json.dumps(settings))
    command = [
        sys.executable,
        "-m",
        "basedpyright",
        "-p",
        str(everything / "pyright.json"),
        "--pythonpath",
        sys.executable,
    ]
    done = run(command)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_every_package_can_be_imported_and_has_an_operation_for_each_in_the_document(everything: Path) -> None:
    names = [f"odd_{path.stem}" for path in CORPUS] + [f"structs_{stem}" for stem in WITH_STRUCTS]
    count = "sum(not n.startswith('_') for n in vars(importlib.import_module(name).Client))"
    code = f"import importlib, json; print(json.dumps({{name: {count} for name in {names}}}))"
    done = run(
        [sys.executable, "-W", "error", "-c", code], PYTHONPATH=os.pathsep.join(str(everything / n) for n in names)
    )
    assert done.returncode == 0, done.stderr
    methods = ("get", "put", "post", "delete")
    read = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in CORPUS}
    documents = {name: read[name.partition("_")[2]] for name in names}
    assert json.loads(done.stdout) == {
        name: sum(method in item for item in content["paths"].values() for method in methods)
        for name, content in documents.items()
    }


def _package(folder: Path) -> str:
    return next(path.name for path in folder.iterdir() if (path / "__init__.py").exists())


def test_a_template_of_models_can_be_overridden(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "models.py.jinja2").write_text(
        '{% extends "default/package/models.py.jinja2" %}'
        "{% block model %}# Mine: {{ m.name }}.{{ super() }}{% endblock %}"
    )
    assert main(["--templates", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    assert "# Mine: Product.\nclass Product(Model):" in (tmp_path / "out" / PACKAGE / "models.py").read_text()


@pytest.mark.parametrize(
    ("name", "template", "says"),
    [
        ("package/README.md.jinja2", b"a\n{{ nope }}", "README.md.jinja2:2: 'nope' is undefined"),
        ("package/README.md.jinja2", b"{{ 1 / 0 }}", "README.md.jinja2:1: division by zero"),
        ("package/README.md.jinja2", b"\xff", "README.md.jinja2: it isn't UTF-8"),
        ("package/client.py.jinja2", b'{% extends "gone.jinja2" %}', "no template 'gone.jinja2'"),
        ("package/models.py.jinja2", b"{{ nope.x }}", "models.py.jinja2:1: 'nope'"),
    ],
)
def test_a_template_error_names_file_and_line(
    tmp_path: Path, name: str, template: bytes, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(template)
    assert main(["--templates", str(tmp_path / "mine"), "--out", str(tmp_path / "out")]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [["--package", "1-x"], ["--package", "class"], ["--templates", "nowhere"]])
def test_options_that_cannot_be_used(tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*options, "--out", str(tmp_path / "out")]) == 2
    assert options[1] in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("written", "field"),
    [("model_code", "model_code"), ("model_dump", "model_dump_"), ("class", "class_"), ("2nd", "f_2nd")],
)
def test_a_field_keeps_its_name_unless_it_cannot(written: str, field: str) -> None:
    assert names.field(written) == field


def test_operations_and_arguments_do_not_hide_the_clients_own() -> None:
    clients = (runtime_client.SyncBase, runtime_async.AsyncBase)
    own = {name for client in clients for name in dir(client) if not name.startswith("_")}
    assert own <= set(planner._METHODS)
    assert RequestOptions.__annotations__.keys() <= set(planner._OWN_ARGUMENTS)
