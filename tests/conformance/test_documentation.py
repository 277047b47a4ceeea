"""Every command of the documentation runs, and what it quotes is there."""

from __future__ import annotations

import re
import shlex
import subprocess
import textwrap
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import yaml
from akinon_seller_products import Client

import spec
from conformance import sandbox
from conformance.__main__ import main
from conformance.commands.console import console
from conformance.commands.console import main as seller_contract
from conformance.reports import gaps, waivers
from conformance.sandbox.__main__ import main as serve_sandbox
from generator.__main__ import main as generate
from spec.__main__ import main as validate
from tests.conformance.made_up import documented, violated, write

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "conformance" / "README.md"]
QUICK = ["--only", "PRD107.auth", "--no-schemathesis"]
KEY = "sandbox-key"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in a language, without the indentation of a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(body) for _, body in found]


COMMANDS = sorted({line for page in PAGES for block in blocks(page, "sh") for line in block.splitlines()})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A sandbox, in the place of any server that the documentation names."""
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY)) as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> Path:
    """A folder with everything that the documentation takes for granted."""
    wrong = [violated(clause) for clause in documented(2)]
    for name, outcomes in (("report", wrong), ("before", wrong[:1]), ("after", []), ("past/1", [])):
        write(tmp_path / name, outcomes, target=url)
    for name in ("waivers", "gaps"):
        (tmp_path / f"{name}.yaml").write_text(f"{name}: []\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRD_API_KEY", KEY)
    return tmp_path


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("python -m conformance ")])
def test_a_command_of_the_suite_runs(command: str, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(command)[3:]
    if words[0] == "selftest":
        pytest.skip("the self-test has tests of its own")
    if words[0] == "merge":
        for shard in ("1", "2"):
            main([url, *QUICK, "--shard", f"{shard}/2", "--report", f"shard-{shard}"])
    if words[0] in ("URL", "https://sandbox.akinon.com"):
        words = [url, *words[1:], *QUICK]
    if words[0] == "replay" and len(words) > 2:
        words[2] = documented(1)[0].id
    assert main(words) in (0, 1), capsys.readouterr().err


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("seller-contract ")])
def test_a_command_of_the_installed_tool_runs(
    command: str, folder: Path, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("openapi.yaml", "contract.yaml"):
        (folder / name).write_bytes(spec.DEFAULT.read_bytes())
    words = shlex.split(command)[1:]
    if words[0] == "sandbox":
        context = console.get_command(click.Context(console), "sandbox")
        assert context is not None
        assert context.make_context("sandbox", words[1:]).params["port"] == 8000
        return
    if words[0] == "run":
        words = ["run", url, *words[2:], *QUICK]
    if words[:2] == ["spec", "import"]:
        (folder / "contract.yaml").unlink()
        words[2] = f"{url}/openapi.yaml"
    if words == ["generate", "--check"]:
        monkeypatch.chdir(ROOT)
    assert seller_contract(words) == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if not c.startswith(("python -m conformance ", "seller-contract "))]
)
def test_another_command_runs(command: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    words = shlex.split(command)
    if words[0] == "make":
        shown = subprocess.run(["make", "--dry-run", *words[1:]], capture_output=True, text=True, check=True).stdout
        assert "python -m " in shown
    elif words[0] == "pytest":
        pytest.skip("the plugin has tests of its own")
    elif words == ["pipx", "install", "."]:
        assert PROJECT["project"]["scripts"] == {"seller-contract": "conformance.commands.console:main"}
    else:
        run = {"spec": validate, "generator": generate, "conformance.sandbox": serve_sandbox}[words[2]]
        assert run(words[3:]) in (0, 1)


def test_the_clients_usage_runs(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRD_BASE_URL", url)
    monkeypatch.setenv("PRD_API_KEY", KEY)
    monkeypatch.chdir(ROOT)
    (example,) = blocks(PAGES[0], "python")
    with Client() as client:
        sku = next(iter(client.get_products())).sku
    lines: dict[str, Any] = {}
    code = compile(example.replace("MY-SKU", sku or ""), "README.md", "exec")
    types.FunctionType(code, lines)()
    assert (lines["result"].succeeded, lines["result"].failed) == (1, 0)


def test_the_example_of_a_law_is_the_law() -> None:
    sources = "\n".join(
        path.read_text("utf-8")
        for folder in ("spec/clauses", "conformance/laws", "conformance/sandbox/faults")
        for path in (ROOT / folder).glob("*.py")
    )
    quoted = [block for block in blocks(PAGES[1], "python") if "shop" not in block and "Config" not in block]
    assert len(quoted) == 3
    for block in quoted:
        assert block.strip() in textwrap.dedent(sources) or block.strip() in sources


def test_the_examples_of_a_waiver_and_a_gap_can_be_used(tmp_path: Path) -> None:
    examples = {example.partition(":")[0]: example for example in blocks(PAGES[1], "yaml")}
    for name, example in examples.items():
        (tmp_path / f"{name}.yaml").write_text(example, "utf-8")
    assert gaps.load(tmp_path / "gaps.yaml")[0]["clause"] == "PRD106"
    assert waivers.load(tmp_path / "waivers.yaml")[0]["clause"] == "PRD102.filter.name__icontains"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


def test_the_workflows_run_commands_that_there_are() -> None:
    for name in ("github-actions.yml", "gitlab-ci.yml"):
        text = (ROOT / "docs" / "ci" / name).read_text("utf-8")
        assert yaml.safe_load(text)
        targets = set(re.findall(r"\bmake ([a-z]+)", text))
        assert targets
        assert targets <= set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
        assert "PRD_API_KEY" in text


def test_a_program_of_the_documentation_runs(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRD_API_KEY", KEY)
    (example,) = (block for block in blocks(PAGES[1], "python") if "Config" in block)
    quick = example.replace("https://sandbox.example.com", url).replace('"PRD102.filter"', '"PRD107.auth"')
    names: dict[str, Any] = {}
    types.FunctionType(compile(quick, "README.md", "exec"), names)()
    assert names["report"]["exit_code"] == 0


HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}


def hooked(hook: str, *arguments: str) -> int:
    """What a hook does where pre-commit appends arguments and the names of files."""
    name, *entry = shlex.split(HOOKS[hook]["entry"])
    assert name == "seller-contract"
    return seller_contract([*entry, *arguments])


def test_the_hooks_work_in_a_repository_of_somebody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("openapi.yaml", "api/openapi.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(spec.DEFAULT.read_bytes())
        assert re.search(HOOKS["contract-valid"]["files"], name)
    (tmp_path / "openapi.json").write_text("{}", "utf-8")
    assert hooked("contract-valid", "openapi.yaml", "api/openapi.yml") == 0
    assert hooked("contract-valid", "openapi.yaml", "openapi.json") == 1
    own = ["--spec", "openapi.yaml", "--out", "client"]
    assert hooked("client-up-to-date", *own) == 1
    assert seller_contract(["generate", *own]) == 0
    assert hooked("client-up-to-date", *own) == 0
    assert str(tmp_path) not in capsys.readouterr().out


def test_the_readme_names_hooks_that_there_are() -> None:
    (config,) = (yaml.safe_load(block) for block in blocks(PAGES[0], "yaml"))
    assert {hook["id"] for hook in config["repos"][0]["hooks"]} == set(HOOKS)
    for hook in HOOKS.values():
        jsonschema.validate(hook, {"required": ["id", "name", "entry", "language"]})
