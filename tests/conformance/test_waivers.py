"""Waivers: what they excuse, when they fail a run, and what is said of a file that can't be used."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from conformance.__main__ import main
from conformance.reports import waivers
from conformance.reports.drafts import drafted, existing
from conformance.reports.markdown import markdown
from conformance.reports.model import Waiver
from conformance.verdict import Verdict
from tests.conformance.made_up import TARGET, documented, outcome, report, violated


def waiver(clause: str, **more: str) -> Waiver:
    """A waiver that is in force on the day of the made-up runs, 1 March 2026."""
    return cast(Waiver, {"clause": clause, "reason": "known", "owner": "ada", "expires": "2026-03-01", **more})


ONE, TWO = documented(2)


@pytest.mark.parametrize(
    ("given", "state", "exit_code"),
    [
        (waiver(ONE.id), "used", 0),
        (waiver(ONE.id.rpartition(".")[0]), "used", 0),
        (waiver(f"*.{ONE.id.rpartition('.')[2]}"), "used", 0),
        (waiver(ONE.id, target=TARGET), "used", 0),
        (waiver(ONE.id, target="https://*.example"), "used", 0),
        (waiver(ONE.id, target="https://other.example"), "elsewhere", 1),
        (waiver(ONE.id, expires="2026-02-28"), "expired", 1),
        (waiver("PRD999.no.such"), "unknown", 1),
    ],
)
def test_a_waiver_excuses_a_violation_or_gives_the_reason(
    tmp_path: Path, given: Waiver, state: str, exit_code: int
) -> None:
    found = report(tmp_path, [violated(ONE)], waivers=[given])
    assert (found["waivers"][0]["state"], found["exit_code"]) == (state, exit_code)


@pytest.mark.parametrize(
    ("verdict", "state", "exit_code"),
    [("held", "stale", 1), ("not-exercised", "untried", 0), ("skipped", "untried", 0)],
)
def test_a_waiver_is_stale_only_where_its_clause_is_seen_to_hold(
    tmp_path: Path, verdict: Verdict, state: str, exit_code: int
) -> None:
    found = report(tmp_path, [outcome(ONE, verdict)], waivers=[waiver(ONE.id)])
    assert (found["waivers"][0]["state"], found["exit_code"]) == (state, exit_code)


def test_a_waived_violation_stays_one_in_the_report(tmp_path: Path) -> None:
    found = report(tmp_path, [violated(ONE), violated(TWO)], waivers=[waiver(ONE.id), waiver(TWO.id)])
    assert found["verdicts"]["violated"] == 2
    assert "conforms but for 2 waived violations" in found["answer"]
    assert "### Waived" in markdown(found)


def test_a_stale_waiver_is_named_with_what_to_do(tmp_path: Path) -> None:
    found = report(tmp_path, [], waivers=[waiver(ONE.id)])
    assert "1 waiver must go or be renewed" in found["answer"]
    assert "take the waiver away" in markdown(found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "w.yaml",
            "waivers:\n- clause: PRD102.page\n  reason: r\n  owner: o\n  expires: 2026-12-31\n  issue: https://i.example/1\n",
        ),
        (
            "w.toml",
            '[[waivers]]\nclause = "PRD102.page"\nreason = "r"\nowner = "o"\nexpires = 2026-12-31\nissue = "https://i.example/1"\n',
        ),
    ],
)
def test_a_file_of_waivers_is_read(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    assert waivers.load(path) == [
        {"clause": "PRD102.page", "reason": "r", "owner": "o", "expires": "2026-12-31", "issue": "https://i.example/1"}
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a list `waivers`"),
        ("- a\n- b\n", "a list `waivers`"),
        ("waivers: 3\n", "a list `waivers`"),
        ("waivers: [\n", "can't be read"),
        ("waivers:\n- clause: a\n", "waiver 1 lacks reason and owner and expires"),
        ("waivers:\n- {clause: a, reason: '', owner: o, expires: 2026-01-01}\n", "waiver 1, reason is empty"),
        ("waivers:\n- {clause: a, reason: r, owner: o, expires: soon}\n", "waiver 1, expires"),
        ("waivers:\n- {clause: a, reason: r, owner: o, expires: '2026-02-30'}\n", "isn't a day of the calendar"),
        ("waivers:\n- {clause: a, reason: r, owner: o, expires: 2026-01-01, why: x}\n", "'why' was unexpected"),
        ("\xff\n".encode("latin-1").decode("latin-1") + "waivers: {a: b\n", "can't be read"),
    ],
)
def test_a_file_that_cant_be_used_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(waivers.WaiversError, match=said):
        waivers.load(path)


def test_a_draft_has_to_be_completed_by_a_person(tmp_path: Path) -> None:
    found = report(tmp_path, [violated(ONE), violated(TWO)])
    path = tmp_path / "draft.yaml"
    path.write_text(drafted(path, found), "utf-8")
    with pytest.raises(waivers.WaiversError, match="waiver 1, reason is empty; a person must fill it in"):
        waivers.load(path)
    path.write_text(path.read_text("utf-8").replace('""', '"filled in"'), "utf-8")
    again = report(tmp_path, [violated(ONE), violated(TWO)], waivers=waivers.load(path))
    assert (again["exit_code"], [w["state"] for w in again["waivers"]]) == (0, ["used", "used"])
    assert drafted(tmp_path / "none.yaml", report(tmp_path, [])).endswith("waivers: []\n")


def _of(clause: str, indent: str) -> str:
    return (
        f"{indent}- clause: {clause}  # mine\n{indent}  reason: 'we know'\n{indent}  owner: ada\n"
        f"{indent}  expires: 2026-12-31\n"
    )


FILLED_IN = {
    "indented": ("w.yaml", f"# Ours.\nwaivers:\n{_of(ONE.id, '  ')}# The end.\n"),
    "at the margin": ("w.yaml", f"waivers:\n{_of(ONE.id, '')}"),
    "without a last line": ("w.yml", f"waivers:\n{_of(ONE.id, '')}".rstrip()),
    "Windows": ("w.yaml", f"waivers:\n{_of(ONE.id, '  ')}".replace("\n", "\r\n")),
    "something behind": ("w.yaml", f"waivers:\n{_of(ONE.id, '  ')}# Of the next.\nothers: 3 # yes\n"),
    "no waiver yet": ("w.yaml", "# Ours.\nwaivers: []  # none\n# The end.\n"),
    "nothing yet": ("w.yaml", "waivers:\n"),
    "a comment": ("w.yaml", "# To be filled in.\n"),
    "empty": ("w.yaml", ""),
    "TOML": ("w.toml", f'# Ours.\n[[waivers]]\nclause = "{ONE.id}" # mine\nreason = "r"\nexpires = 2026-12-31\n'),
}


@pytest.mark.parametrize("name", FILLED_IN)
def test_what_a_person_wrote_stays_to_the_letter(tmp_path: Path, name: str) -> None:
    file, text = FILLED_IN[name]
    path = tmp_path / file
    path.write_bytes(text.encode())
    added = drafted(path, report(tmp_path / "r", [violated(ONE), violated(TWO)]))
    rest = iter(added)
    assert all(letter in rest for letter in text.replace("[]", ""))
    assert [line for line in text.splitlines() if "#" in line and "[]" not in line] == [
        line for line in added.splitlines() if line in text.splitlines() and "#" in line
    ]
    path.write_bytes(added.encode())
    assert [w["clause"] for w in existing(path)[1]] == [ONE.id, TWO.id]
    assert drafted(path, report(tmp_path / "r", [violated(ONE), violated(TWO)])) == added


@pytest.mark.parametrize(
    "text",
    [
        "waivers: [{clause: a, reason: r, owner: o, expires: 2026-12-31}]\n",
        "- a\n- b\n",
        "a poem\n",
        "waivers: {a: b}\n",
        "waivers: [\n",
        "\x00",
    ],
)
def test_a_file_that_cant_be_added_to_is_refused_and_stays(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(text, "utf-8")
    assert main(["http://127.0.0.1:9", "--write-waivers", str(path), "--report", str(tmp_path / "r")]) == 2
    assert f"--write-waivers {path} is kept as it is" in capsys.readouterr().err
    assert path.read_text("utf-8") == text
