"""`python -m generator diff`: the Python verdict beside the others, in every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import spec
from generator.__main__ import main

OLD = spec.DEFAULT.read_text("utf-8")
SCHEMA = json.loads(spec.DEFAULT.with_name("diff").joinpath("diff.schema.json").read_text("utf-8"))

CLEARED = OLD.replace("absent: keep", "absent: clear", 1)
"""Another meaning under the same names: callers break, code doesn't."""

DATED = OLD.replace(
    '        images: {$ref: "#/components/schemas/Images"}\n',
    "        images: {type: array, items: {type: string, format: date-time}}\n",
    1,
)
"""What is shown is a date-time from now on: nobody's wire breaks, and everybody's Python does."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Compare our document with a text: the exit code and what was printed."""
    monkeypatch.chdir(tmp_path)

    def compare(new: str, *options: str) -> tuple[int, str]:
        Path("old.yaml").write_text(OLD, "utf-8")
        Path("new.yaml").write_text(new, "utf-8")
        code = main(["diff", "old.yaml", "new.yaml", *options])
        return code, capsys.readouterr().out

    return compare


def test_what_breaks_callers_need_not_break_code(run: Any) -> None:
    code, out = run(CLEARED, "--format", "json")
    found = json.loads(out)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert code == 1
    assert (found["verdicts"]["callers"], found["verdicts"]["python"]) == ("major", "none")
    assert found["python"] == {"package": "akinon_seller_products", "symbols": []}
    assert run(CLEARED, "--fail-on", "python")[0] == 0


@pytest.mark.slow
def test_what_breaks_code_need_not_break_callers(run: Any) -> None:
    code, out = run(DATED, "--format", "json")
    found = json.loads(out)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert code == 1
    assert (found["verdicts"]["callers"], found["verdicts"]["python"], found["verdict"]) == ("minor", "major", "major")
    assert {(s["kind"], s["name"], s["action"]) for s in found["python"]["symbols"] if s["level"] == "major"} == {
        ("field", "models.CatalogProduct.images", "retyped")
    }
    assert run(DATED, "--fail-on", "callers")[0] == 0
    for form in ("text", "markdown", "changelog"):
        assert "models.CatalogProduct.images" in run(DATED, "--format", form)[1]


def test_a_waiver_for_a_name_in_code(run: Any, tmp_path: Path) -> None:
    waiver = {"change": "python.field.*", "subject": "models.CatalogProduct.*"}
    waiver |= {"reason": "agreed", "owner": "ann", "expires": "2999-01-01"}
    tmp_path.joinpath("waivers.json").write_text(json.dumps({"waivers": [waiver]}), "utf-8")
    assert run(DATED, "--waivers", "waivers.json")[0] == 0
    assert run(CLEARED, "--waivers", "waivers.json")[0] == 1


def test_the_same_document_has_no_changes(run: Any) -> None:
    code, out = run(f"# a comment\n{OLD}")
    assert code == 0
    assert "nothing differs" in out
