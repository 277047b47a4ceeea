"""What a run says while it goes on and at its end, on a terminal that can do little, and in a log."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from conformance.commands.terminal import EVERY, View, summary
from conformance.transport.pace import Limits
from tests.clock import DrivenClock
from tests.conformance.made_up import documented, outcome, report, violated


def log(encoding: str = "utf-8", *, terminal: bool = False) -> tuple[Console, io.TextIOWrapper]:
    """A console that writes to a file of an encoding."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    return Console(file=file, highlight=False, soft_wrap=True, force_terminal=terminal), file


def text(file: io.TextIOWrapper) -> str:
    """What was written to a file."""
    file.flush()
    buffer = file.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode(file.encoding)


def test_a_log_gets_the_progress_every_ten_seconds() -> None:
    clauses = documented(3)
    console, file = log()
    clock = DrivenClock()
    view = View(clauses, lambda: 1_204, Limits(requests=3_000, seconds=100), console=console, clock=clock)
    view.started(clauses[0])
    assert text(file) == ""
    clock.sleep(EVERY)
    view.log_progress()
    assert text(file) == f"0/3  1,204 of 3,000 requests  10 s, at most 1 min 30 s left  {clauses[0].id}\n"
    view.log_progress()
    assert len(text(file).splitlines()) == 1
    view.concluded(outcome(clauses[0], "held"))
    clock.sleep(EVERY)
    view.started(clauses[1])
    assert text(file).splitlines()[-1].startswith("1/3  1,204 of 3,000 requests  20 s, about 40 s left")
    clock.sleep(75)
    view.log_progress()
    assert "1 min 35 s, about 5 s left" in text(file)


def test_what_is_said_meanwhile_counts_as_a_line() -> None:
    clauses = documented(2)
    console, file = log()
    clock = DrivenClock()
    view = View(clauses, lambda: 1, Limits(), console=console, clock=clock)
    clock.sleep(EVERY - 1)
    view.concluded(violated(clauses[0]))
    before = text(file)
    assert clauses[0].id in before
    clock.sleep(EVERY - 1)
    view.log_progress()
    assert text(file) == before
    clock.sleep(1)
    view.log_progress()
    assert text(file).startswith(before)
    assert "1/2  1 requests" in text(file)


def test_the_end_has_every_violation_in_a_line_then_the_duration(tmp_path: Path) -> None:
    one, two, _ = documented(3)
    console, file = log()
    found = report(tmp_path, [violated(one, "no row\nwhere one is"), violated(two)])
    found["finished"] = found["started"].replace("T00", "T01")
    summary({**found, "notes": ["Left on the server: " + "k" * 1_000]}, console)
    lines = text(file).splitlines()
    assert lines[1].startswith("✗")
    assert [line for line in lines if any(f"{clause.id} (documented): " in line for clause in (one, two))] == lines[2:4]
    assert "Left on the server: " + "k" * 1_000 in lines
    assert re.search(r"; \d+ requests?; .*\d+ (s|min)$", lines[-1])


@pytest.mark.parametrize("way", ["encoding", "dumb"])
def test_a_terminal_that_asks_for_ascii_gets_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    if way == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    one = documented(1)[0]
    console, file = log("ascii" if way == "encoding" else "utf-8")
    view = View([one], lambda: 1, Limits(), console=console, clock=DrivenClock())
    view.concluded(violated(one, "a row named Göz"))
    summary(report(tmp_path, [violated(one, "a row named Göz")]), console)
    shown = text(file)
    assert shown.isascii()
    assert f"x {one.id}" in shown
    assert "G\\xf6z" in shown


def test_without_colour_nothing_but_text_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = documented(1)[0]
    shown = {}
    for value in ("", "1"):
        monkeypatch.setenv("NO_COLOR", value)
        monkeypatch.setenv("TERM", "xterm")
        console, file = log(terminal=True)
        summary(report(tmp_path, [violated(one)]), console)
        shown[value] = text(file)
    assert "\x1b[31m" in shown[""]
    assert "\x1b[31m" not in shown["1"]
