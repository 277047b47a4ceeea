"""The stream and the report that is folded from it: the shape, the schema, and what becomes of a cut one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conformance.commands.terminal import summary
from conformance.reports import files, model, schema
from conformance.reports.fold import CUT
from conformance.reports.formats import FORMATS
from conformance.reports.text import everywhere, storable, visible
from tests.conformance.made_up import contract, documented, inferred, outcome, problem, report, violated, write


def everything(folder: Path) -> Path:
    """A stream with every kind of event and verdict."""
    one, two, three, four, five = documented(5)
    outcomes = [violated(one, chain=2), outcome(two, "not-exercised"), outcome(three, "skipped"), violated(inferred())]
    waiver: model.Waiver = {"clause": five.id, "reason": "known", "owner": "ada", "expires": "2026-12-31"}
    return write(folder, [*outcomes, outcome(four, "error"), violated(five)], waivers=[waiver], notes=["a note"])


def test_every_line_and_the_report_are_as_the_schema_says(tmp_path: Path) -> None:
    path = everything(tmp_path)
    for line in path.read_text("utf-8").splitlines():
        event = json.loads(line)
        assert problem(event["event"].title(), event) is None
    assert problem("Report", json.loads(files.to_json(files.read(path)))) is None


def test_the_schema_is_made_of_the_model() -> None:
    assert schema.FILE.read_text("utf-8") == schema.text(), "run python -m conformance.reports.schema"


@pytest.mark.parametrize(
    ("mutate", "said"),
    [
        (lambda data: data["clauses"][0].pop("witnesses"), "clauses[0]"),
        (lambda data: data["clauses"][0].update(witnesses="2"), "clauses[0].witnesses"),
        (lambda data: data["clauses"][0].update(verdict="fine"), "fine"),
        (lambda data: data["document"].update(sha256="x"), "document.sha256"),
        (lambda data: data["verdicts"].pop("not-exercised"), "not-exercised"),
        (lambda data: data.update(exit_code=7), "7"),
        (lambda data: data["clauses"][0].pop("counterexample"), "counterexample"),
    ],
)
def test_the_model_and_the_schema_refuse_the_same(tmp_path: Path, mutate: Any, said: str) -> None:
    data = json.loads(files.to_json(files.read(everything(tmp_path))))
    mutate(data)
    assert problem("Report", data) is not None
    files.write(tmp_path, "report.json", json.dumps(data))
    with pytest.raises(files.UnreadableReport, match=re.escape(said)):
        files.read(tmp_path)


def test_a_later_version_may_add_what_this_one_does_not_know(tmp_path: Path) -> None:
    found = files.read(everything(tmp_path))
    data = json.loads(files.to_json(found))
    data["clauses"][0]["more"] = 1
    files.write(tmp_path, "report.json", json.dumps(data))
    assert problem("Report", data) is None
    assert files.read(tmp_path) == found


def test_report_json_read_again_is_the_report_of_the_stream(tmp_path: Path) -> None:
    found = files.read(everything(tmp_path))
    files.write(tmp_path, "report.json", files.to_json(found))
    assert files.read(tmp_path) == found


def test_the_verdicts_and_the_answer_of_a_run(tmp_path: Path) -> None:
    found = files.read(everything(tmp_path))
    assert found["verdicts"] == {
        "held": len(found["clauses"]) - 6,
        "violated": 3,
        "not-exercised": 1,
        "skipped": 1,
        "error": 1,
    }
    assert found["exit_code"] == 1
    assert found["answer"].startswith("https://shop.example breaks 1 clause of the contract; ")
    assert found["timings"]["PRD102"]["answers"] == {"200": 3}


@pytest.mark.parametrize(
    ("verdict", "exit_code", "said"),
    [
        ("held", 0, "conforms, as far as its data could tell"),
        ("violated", 1, "breaks 1 clause"),
        ("error", 2, "could not be judged"),
        ("not-exercised", 0, "conforms"),
    ],
)
def test_the_exit_code_follows_from_the_verdicts(tmp_path: Path, verdict: Any, exit_code: int, said: str) -> None:
    found = report(tmp_path, [outcome(documented(1)[0], verdict)])
    assert (found["exit_code"], said in found["answer"]) == (exit_code, True), found["answer"]


def test_advice_decides_only_a_strict_run(tmp_path: Path) -> None:
    stream = write(tmp_path, [violated(inferred())])
    assert files.read(stream)["exit_code"] == 0
    strict = stream.read_text("utf-8").replace('"strict":false', '"strict":true', 1)
    stream.write_text(strict, "utf-8")
    assert files.read(stream)["exit_code"] == 1


def test_nothing_exercised_is_no_pass(tmp_path: Path) -> None:
    found = report(tmp_path, [outcome(clause, "not-exercised") for clause in contract().clauses])
    assert (found["exit_code"], found["answer"]) == (2, "Nothing could be exercised on https://shop.example.")


def test_an_interrupted_run_is_marked_as_incomplete(tmp_path: Path) -> None:
    found = report(tmp_path, [], stopped="interrupted")
    assert (found["complete"], found["exit_code"]) == (False, 2)
    assert found["answer"].startswith("Incomplete: interrupted; ")


def test_a_stream_cut_anywhere_makes_an_incomplete_report_or_a_clear_message(tmp_path: Path) -> None:
    whole = everything(tmp_path).read_bytes()
    first = whole.index(b"\n")
    last = whole.rstrip(b"\n").rindex(b"\n")
    cut = tmp_path / "cut.ndjson"
    inside = list(range(1, first, first // 40)) + list(range(first, last, (last - first) // 150)) + [last - 1, last]
    refused: dict[int, str] = {}
    for length in [*inside, last + 1, last + 40, len(whole) - 2]:
        cut.write_bytes(whole[:length])
        try:
            found = files.read(cut)
        except files.UnreadableReport as error:
            refused[length] = str(error)
            continue
        assert not found["complete"]
        assert found["stopped"] == CUT
        assert found["finished"] is None
        assert len(found["clauses"]) == len(contract().clauses)
    assert max(refused) <= first
    assert all("cut" in said for said in refused.values())


def test_every_format_of_a_cut_stream_is_marked_as_incomplete(tmp_path: Path) -> None:
    path = everything(tmp_path)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: len(lines) // 2]), "utf-8")
    found = files.read(path)
    for name, (_, make) in FORMATS.items():
        if name != "badge":
            assert "the stream ends before the run did" in make(found, ()), name
    assert found["exit_code"] == 1


def test_a_report_json_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = files.to_json(files.read(everything(tmp_path))).encode()
    cut = tmp_path / "report.json"
    for length in range(1, len(whole) - 2, len(whole) // 60):
        cut.write_bytes(whole[:length])
        with pytest.raises(files.UnreadableReport, match="cut"):
            files.read(cut)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("{}", "isn't a report as"),
        ("[]", "isn't a report as"),
        ("<html>", "isn't JSON"),
        ('{"format": 99}', "format 99"),
        ('{"event":"header","format":99}', "format 99"),
        ('{"event":"concluded"}', "damaged"),
        ('{"event":"header","format":1}\n', "damaged"),
        ("\x00\x01", "isn't JSON"),
        ("[" * 100_000, "isn't JSON"),
    ],
)
def test_what_isnt_a_report_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, "utf-8")
    with pytest.raises(files.UnreadableReport, match=said):
        files.read(path)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = everything(tmp_path)
    lines = path.read_text("utf-8").splitlines()
    lines[9] = lines[9][:-3]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(files.UnreadableReport, match=r"events\.ndjson:10 is damaged"):
        files.read(path)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.write(tmp_path, "a.txt", "before")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="No space"):
        files.write(tmp_path, "a.txt", "after")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text("utf-8") == "before"


def test_texts_are_made_fit_for_files_and_eyes() -> None:
    assert storable("a\ud800b") == "a\\ud800b"
    assert storable("x" * 5_000).endswith("... (5,000 characters)")
    assert visible("a\x1b[31m\u202eb\tc\nd") == "a\\x1b[31m\\u202eb\tc\nd"
    assert everywhere({"a\x00": ["\u200f", 1, None]}) == {"a\\x00": ["\\u200f", 1, None]}


def test_a_report_of_an_earlier_version_is_shown_in_every_format(tmp_path: Path) -> None:
    data: Any = report(tmp_path, [violated(documented(1)[0])])
    for name in ("causes", "exercise", "gaps"):
        del data[name]
    del data["answer"]
    (tmp_path / "report.json").write_text(json.dumps({**data, "answer": "broken"}), "utf-8")
    old = files.read(tmp_path / "report.json")
    for name, (_, make) in FORMATS.items():
        assert make(old, ()), name
    summary(old)
