"""What a program may rely on: the names, their signatures, and a run from a config to its report."""

from __future__ import annotations

import dataclasses
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any, is_typeddict

import pytest

import conformance
import spec
from conformance import Config, Usage, load_report, run, sandbox
from conformance.reports import files

ROOT = Path(__file__).parents[2]
SURFACE = Path(__file__).with_name("surface.txt")
KEY = "canary-91ab"


def surface() -> str:
    """The public names: functions with their parameters, values with their fields."""
    return "".join(f"{name}{_parts(getattr(conformance, name))}\n" for name in sorted(conformance.__all__))


def _parts(value: Any) -> str:
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
    elif is_typeddict(value):
        names = list(value.__annotations__)
    elif inspect.isfunction(value):
        names = list(inspect.signature(value).parameters)
    else:
        return ""
    return f"({', '.join(names)})"


def test_the_surface_is_what_it_was() -> None:
    assert surface() == SURFACE.read_text("utf-8"), (
        "a change of the public face: python -m tests.conformance.test_public_face"
    )


def test_every_public_name_is_documented_and_the_same_for_type_checkers() -> None:
    source = Path(inspect.getsourcefile(conformance) or "").read_text("utf-8")
    for name in conformance.__all__:
        value = getattr(conformance, name)
        assert inspect.getdoc(value) or not callable(value) or name == "Law", name
        assert f" {name}\n" in source or f" {name}," in source, name
    assert set(conformance.__all__) <= set(dir(conformance))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = conformance.nothing


@pytest.mark.parametrize("package", ["spec", "generator", "conformance"])
def test_types_are_published(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = (
        "import sys, conformance; print(*(n for n in sys.modules if n.startswith(('conformance.', 'spec', 'click'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_program_runs_the_suite_and_reads_the_report(tmp_path: Path) -> None:
    fault = "PRD107.auth.missing-key"
    broken = next(one.id for one in sandbox.faults(spec.load()) if one.clause == fault)
    with sandbox.serve(spec.load(), sandbox.Settings(api_key=KEY, faults=(broken,))) as url:
        config = Config(url, api_key=KEY, only=("PRD107.auth",), schemathesis=False, writes=False, report=tmp_path)
        report = run(config)
        assert KEY not in repr(config)
        assert load_report(tmp_path) == report
        assert run(Config(url, api_key=KEY, only=(fault,), schemathesis=False))["exit_code"] == 1
    assert [clause["id"] for clause in report["clauses"] if clause["verdict"] == "violated"] == [fault]
    assert KEY not in files.to_json(report)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"base_url": ""}, "isn't a URL"),
        ({"base_url": "http://user:word@x"}, "holds a user or password"),
        ({"waivers": Path("none.yaml")}, "--waivers none.yaml: there is no such file"),
        ({"ca_bundle": Path("none.pem")}, "--ca-bundle none.pem: there is no such file"),
        ({"only": ("PRD102", "PRD999")}, "--only PRD999 selects no clause"),
        ({"skip": ("PRD102.filter.nmae",)}, "Did you mean PRD102.filter.name"),
        ({"only": ("PRD101.write",), "writes": False}, "No clause is selected"),
    ],
)
def test_a_config_that_cant_be_carried_out_is_a_usage_error(config: dict[str, Any], said: str) -> None:
    with pytest.raises(Usage, match=said):
        run(Config(**{"base_url": "http://127.0.0.1:9", **config}))


def test_what_a_run_may_do_depends_on_whose_machine_it_is() -> None:
    here, there = Config("http://127.0.0.1:8000/"), Config("https://shop.example")
    assert (here.base_url, here.may_write, here.limits.rate) == ("http://127.0.0.1:8000", True, None)
    assert (there.may_write, there.limits.rate) == (False, 10.0)
    assert Config("https://shop.example", writes=True, rate=3.0).limits.rate == 3.0


if __name__ == "__main__":
    SURFACE.write_text(surface(), "utf-8")
