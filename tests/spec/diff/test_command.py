"""The command line: where documents come from, what is printed, and the exit code."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import spec
from spec.__main__ import main
from spec.diff import markdown
from tests.spec.diff.documents import JSON, document, edited, with_schemas

OLD = with_schemas(sent={"type": "object", "properties": {"a": {"type": "string"}}}, shown={"type": "string"})
SENT = "/paths/~1things/post/requestBody/content/application~1json/schema"
SHOWN = "/paths/~1things/post/responses/200/content/application~1json/schema"
BREAKS = edited(OLD, f"{SENT}/required", ["a"])
ADDS = edited(OLD, f"{SENT}/properties/b", {"type": "string"})
RENAMES = edited(OLD, "/paths/~1things/post/operationId", "create_thing")
WORDS = edited(OLD, f"{SHOWN}/description", "Words.")
SCHEMA = json.loads(spec.DEFAULT.with_name("diff").joinpath("diff.schema.json").read_text("utf-8"))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Compare two documents' data with some options: the exit code, what was printed, what was complained."""
    monkeypatch.chdir(tmp_path)

    def compare(old: JSON, new: JSON, *options: str) -> tuple[int, str, str]:
        for name, data in (("old.json", old), ("new.json", new)):
            Path(name).write_text(json.dumps(data, indent=1), "utf-8")
        code = main(["diff", "old.json", "new.json", *options])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return compare


@pytest.mark.parametrize(
    ("new", "audience", "code"),
    [
        (BREAKS, None, 1),
        (BREAKS, "callers", 1),
        (BREAKS, "servers", 0),
        (ADDS, None, 0),
        (ADDS, "callers", 0),
        (ADDS, "servers", 1),
        (ADDS, "any", 1),
        (RENAMES, None, 1),
        (RENAMES, "callers", 0),
        (RENAMES, "servers", 0),
        (WORDS, "any", 0),
        (OLD, "any", 0),
    ],
)
def test_whose_breaking_decides(run: Any, new: JSON, audience: str | None, code: int) -> None:
    assert run(OLD, new, *(["--fail-on", audience] if audience else []))[0] == code


def test_the_python_verdict_needs_the_generator(run: Any) -> None:
    code, _, err = run(OLD, BREAKS, "--fail-on", "python")
    assert code == 2
    assert "python -m generator diff" in err


@pytest.mark.parametrize(
    ("new", "version", "code", "said"),
    [
        (BREAKS, "1.3.0", 1, "must be 2.0.0 or later"),
        (BREAKS, "2.0.0", 1, ""),  # it breaks all the same
        (ADDS, "1.2.4", 1, "must be 1.3.0 or later"),
        (ADDS, "1.3.0", 0, ""),
        (WORDS, "1.2.4", 0, ""),
        (WORDS, "1.2.3", 1, "must be 1.2.4 or later"),
        (ADDS, "next", 1, "versions like 1.2.3"),
    ],
)
def test_the_version_is_raised_far_enough(run: Any, new: JSON, version: str, code: int, said: str) -> None:
    found = run(OLD, edited(new, "/info/version", version), "--check-version")
    assert found[0] == code
    assert said in found[2]


def _waivers(**more: str) -> str:
    waiver = {"change": "request.required.*", "reason": "agreed", "owner": "ann", "expires": "2999-01-01", **more}
    return json.dumps({"waivers": [waiver]})


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (_waivers(), 0, ""),
        (_waivers(subject="*request a"), 0, ""),
        (_waivers(subject="*request b"), 1, "excuses nothing"),
        (_waivers(change="response.*"), 1, "excuses nothing"),
        (_waivers(expires="2020-01-01"), 1, "expired on 2020-01-01"),
        (_waivers(reason=""), 2, "reason"),
        (_waivers(expires="2999-02-31"), 2, "isn't a day"),
        ('{"waivers": [{"change": "a"}]}', 2, "lacks reason and owner and expires"),
        ("waivers: [", 2, "can't be read"),
        ("[]", 2, "a mapping with a list"),
    ],
)
def test_waivers(run: Any, tmp_path: Path, text: str, code: int, said: str) -> None:
    tmp_path.joinpath("waivers.yaml").write_text(text, "utf-8")
    found = run(OLD, BREAKS, "--waivers", "waivers.yaml")
    assert found[0] == code
    assert said in found[2]


def test_a_waiver_by_fingerprint(run: Any, tmp_path: Path) -> None:
    (change,) = json.loads(run(OLD, BREAKS, "--format", "json")[1])["changes"]
    tmp_path.joinpath("w.yaml").write_text(_waivers(change=change["fingerprint"]), "utf-8")
    code, out, _ = run(OLD, BREAKS, "--waivers", "w.yaml", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert found["changes"][0]["waived"]
    assert found["waivers"][0]["state"] == "used"
    assert found["breaking"]


def test_waivers_that_are_not_there(run: Any) -> None:
    code, _, err = run(OLD, BREAKS, "--waivers", "missing.yaml")
    assert (code, "missing.yaml" in err) == (2, True)


# -- where documents come from -------------------------------------------------------------------------


def test_a_revision_of_git_and_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "api"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("openapi.json").write_text(json.dumps(OLD), "utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["add", "."], [*identity, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *command], check=True)
    Path("openapi.json").write_text(json.dumps(BREAKS), "utf-8")
    assert main(["diff", "HEAD:openapi.json", "openapi.json"]) == 1
    assert "HEAD:openapi.json → openapi.json" in capsys.readouterr().out
    assert main(["diff", "HEAD:api/openapi.json", "openapi.json"]) == 1
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(OLD).encode())))
    assert main(["diff", "HEAD:openapi.json", "-"]) == 0
    capsys.readouterr()
    for wrong in ("HEAD:missing.json", "nowhere:openapi.json", "--output=x:openapi.json", ""):
        with_dashes = ["--", wrong, "openapi.json"]
        assert main(["diff", *with_dashes]) == 2, wrong
        assert capsys.readouterr().err


def test_an_overlay_of_a_revision_extends_the_document_of_that_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": "a", "version": "1"},
        "extends": "../api.json",
        "actions": [{"target": "$", "update": {"tags": [{"name": "later"}]}}],
    }
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    Path("api.json").write_text(json.dumps(OLD), "utf-8")
    Path("sub/overlay.json").write_text(json.dumps(overlay), "utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["add", "."], [*identity, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *command], check=True)
    Path("api.json").write_text(json.dumps(BREAKS), "utf-8")
    assert main(["diff", "HEAD:sub/overlay.json", "sub/overlay.json"]) == 1
    assert main(["diff", "HEAD:sub/overlay.json", "HEAD:api.json"]) == 0
    overlay["extends"] = "api.json"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(overlay).encode())))
    assert main(["diff", "HEAD:api.json", "-"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_standard_input_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "-", "-"]) == 2
    assert "not both" in capsys.readouterr().err


def test_no_absolute_path_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    files = tmp_path / "old.json", tmp_path / "new.json"
    for file, data in zip(files, (OLD, BREAKS), strict=True):
        file.write_text(json.dumps(data), "utf-8")
    for form in ("text", "json", "markdown", "github", "changelog"):
        assert main(["diff", *map(str, files), "--format", form]) == 1
        assert str(tmp_path) not in capsys.readouterr().out


def test_a_document_in_several_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shared: dict[str, Any] = {"components": {"schemas": {"A": {"type": "string"}, "Unused": {"type": "string"}}}}
    for folder, length in (("old", 5), ("new", 3)):
        Path(folder).mkdir()
        shared["components"]["schemas"]["A"] = {"type": "string", "maxLength": length}
        Path(folder, "shared.json").write_text(json.dumps(shared), "utf-8")
        whole = with_schemas(sent={"$ref": "shared.json#/components/schemas/A"})
        Path(folder, "api.json").write_text(json.dumps(whole), "utf-8")
    assert main(["diff", "old/api.json", "new/api.json", "--format", "json"]) == 1
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change["rule"] == "request.maxLength.narrower"
    assert change["new"]["file"] == "new/shared.json"


def test_what_is_not_valid_is_compared_with_a_warning(run: Any) -> None:
    broken = edited(OLD, "/paths/~1things/post/responses/200/description", None)
    code, out, err = run(broken, edited(broken, f"{SENT}/required", ["a"]))
    assert code == 1
    assert "required now" in out
    assert "warning: old.json:" in err
    later = {**OLD, "openapi": "3.2.0"}
    assert run(later, {**BREAKS, "openapi": "3.2.0"})[0] == 1


def test_what_is_no_openapi_is_refused(run: Any) -> None:
    assert run({"swagger": "2.0"}, OLD)[0] == 2
    assert run([], OLD)[0] == 2


# -- formats ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("new", [BREAKS, ADDS, RENAMES, WORDS, OLD, {**OLD, "servers": []}, document()])
def test_json_is_as_its_schema_says(run: Any, new: JSON) -> None:
    found = json.loads(run(OLD, new, "--format", "json")[1])
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert found["breaking"] == (found["verdict"] == "major")
    for change in found["changes"]:
        assert re.fullmatch(r"[0-9a-f]{12}", change["fingerprint"])


def test_json_has_place_and_kind(run: Any) -> None:
    (change,) = json.loads(run(OLD, BREAKS, "--format", "json")[1])["changes"]
    assert (change["operation"], change["method"], change["path"]) == ("make_thing", "POST", "/things")
    assert change["new"]["pointer"] == f"{SENT}/required"
    assert (change["old_value"], change["new_value"]) == (False, True)
    assert (change["rule"], change["callers"], change["servers"]) == ("request.required.narrower", "major", "minor")


def test_fingerprints_outlive_other_edits(run: Any) -> None:
    def fingerprint(old: JSON, new: JSON) -> str:
        changes = json.loads(run(old, new, "--format", "json")[1])["changes"]
        return str(next(c["fingerprint"] for c in changes if c["rule"] == "request.required.narrower"))

    def moved(data: JSON) -> JSON:
        return {**data, "paths": {"/before": {"get": {"responses": {}}}, **data["paths"]}}

    assert fingerprint(OLD, BREAKS) == fingerprint(moved(OLD), moved(BREAKS)) == fingerprint(OLD, moved(BREAKS))


def test_annotations_stand_in_the_new_file(run: Any) -> None:
    out = run(OLD, BREAKS, "--format", "github")[1]
    first = out.splitlines()[0]
    assert re.match(r"::error file=new\.json,line=\d+,col=\d+,title=request\.required\.narrower::make_thing", first)
    assert "::notice" in run(OLD, ADDS, "--format", "github")[1]


def test_a_changelog_has_the_next_version_and_who_must_do_what(run: Any) -> None:
    out = run(OLD, BREAKS, "--format", "changelog")[1]
    assert out.startswith("## 2.0.0\n\n### Breaking\n")
    assert "### Added" in run(OLD, ADDS, "--format", "changelog")[1]


def test_a_comment_fits_where_comments_go(run: Any) -> None:
    many = {f"p{i}": {"type": "string"} for i in range(3000)}
    wide = edited(OLD, SENT, {"type": "object", "properties": many})
    code, out, _ = run(wide, OLD, "--format", "markdown")
    assert code == 1
    assert len(out) <= markdown.LIMIT
    assert "more; the JSON report has them all" in out


def test_texts_of_a_document_cannot_format_the_comment(run: Any) -> None:
    name = "<img src=x> @team | `x` ![a](b)"
    new = edited(OLD, f"{SENT}/properties/{name}", {"description": "```\n@all"})
    out = run(OLD, new, "--format", "markdown")[1]
    for trap in ("<img", "@team", "![a]"):
        assert trap not in out


def test_the_same_every_time() -> None:
    command = [sys.executable, "-c", "import sys; from spec.__main__ import main; sys.exit(main(sys.argv[1:]))"]
    corpus = Path(__file__).parents[3] / "tests/generator/corpus"
    files = [str(corpus / "schemas30.yaml"), str(corpus / "schemas31.yaml")]
    printed = {
        subprocess.run(
            [*command, "diff", *files, "--format", "json"],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(corpus.parents[2])},
            cwd=corpus,
            capture_output=True,
            check=False,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
    assert json.loads(printed.pop())["changes"]
