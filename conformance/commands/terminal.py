"""The progress of a run: a live view on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from conformance.reports.conclusion import causes_of, counts, plural, waived
from conformance.reports.gaps import explanation as gap_explanation
from conformance.reports.model import FAILING, Cause, Clause, Report
from conformance.reports.text import LONGEST, one_line, visible
from conformance.reports.waivers import explanation
from conformance.transport.clock import SYSTEM, Clock
from conformance.transport.pace import Limits
from conformance.verdict import Outcome, Verdict
from spec import Clause as Stated

STYLES: dict[Verdict, str] = {
    "held": "green",
    "violated": "red",
    "not-exercised": "yellow",
    "skipped": "dim",
    "error": "magenta",
}

EVERY = 10.0
"""Seconds between two lines of progress in a log."""

MOST_NOT_EXERCISED = 30
"""Lines about clauses that weren't exercised; the report has all of them."""
MOST_BLOCKED = 3
"""Ids of clauses that a cause keeps from being exercised."""
MOST_REQUESTS = 2
LONGEST_REQUEST = 2_000
"""The last requests of a counterexample are shown. Longer ones would fill the screen."""


def violation_lines(outcome: Outcome, mark: str) -> list[str]:
    """A violated clause in a few lines: the requirement, expected, observed, and the requests."""
    clause, example = outcome.clause, outcome.counterexample
    lines = [f"{mark} {clause.id} ({clause.level}, {clause.location})", f"    {clause.requirement}"]
    if example:
        lines += [f"    expected  {one_line(example.expected)}", f"    observed  {one_line(example.observed)}"]
        shown = [request for request in example.requests[-MOST_REQUESTS:] if len(request) <= LONGEST_REQUEST]
        lines += [f"    {visible(request)}" for request in shown]
        if len(shown) < len(example.requests):
            lines.append(f"    ({len(shown)} of its {len(example.requests)} requests; the report has all of them)")
    return lines


class View:
    """Shows a run. Use as a context manager; `started` and `concluded` are called as it goes on."""

    def __init__(
        self,
        clauses: list[Stated],
        spent: Callable[[], int],
        limits: Limits,
        *,
        console: Console | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        self.console = console or stdout()
        self.marks = marks(self.console)
        self.totals = Counter(clause.family for clause in clauses)
        self.tried = {clause.id for clause in clauses}
        self.done: dict[str, Counter[Verdict]] = {family: Counter() for family in self.totals}
        self.spent = spent
        self.limits = limits
        self.current = ""
        self.clock = clock
        self.began = self.last = clock.monotonic()
        self.over = threading.Event()
        # A terminal that can't move its cursor gets the lines of a log.
        self.is_live = self.console.is_terminal and not self.console.is_dumb_terminal
        self.live = Live(console=self.console, refresh_per_second=8, transient=True, get_renderable=self.render)

    def __enter__(self) -> View:
        if self.is_live:
            self.live.start()
        else:
            threading.Thread(target=self._beat, name="progress", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        if self.is_live:
            self.live.stop()

    def started(self, clause: Stated) -> None:
        """A clause is being tried."""
        self.current = clause.id
        self.log_progress()

    def concluded(self, outcome: Outcome) -> None:
        """A clause has its verdict."""
        if outcome.clause.id not in self.tried:
            return
        family = outcome.clause.family
        verdicts = self.done[family]
        verdicts[outcome.verdict] += 1
        if outcome.verdict in ("violated", "error"):
            self.show(outcome)
        if not self.is_live and sum(verdicts.values()) == self.totals[family]:
            shown = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.items())
            self._line(f"{family:<9} {shown}  ({self.spent()} requests)")
        self.log_progress()

    def log_progress(self) -> None:
        """Without a live view: print the progress if nothing was printed for a while."""
        if not self.is_live and self.clock.monotonic() - self.last >= EVERY:
            self._line(f"{self.progress()}  {self.current}".rstrip())

    def progress(self) -> str:
        """The progress of the run: clauses, requests, and seconds."""
        done, total = sum(sum(verdicts.values()) for verdicts in self.done.values()), len(self.tried)
        budget = f" of {self.limits.requests:,}" if self.limits.requests else ""
        elapsed = self.clock.monotonic() - self.began
        return f"{done}/{total}  {self.spent():,}{budget} requests  {_seconds(elapsed)}{self._left(done, elapsed)}"

    def _left(self, done: int, elapsed: float) -> str:
        """The time left at the pace so far, within the run's time limit."""
        most = max(0.0, self.limits.seconds - elapsed) if self.limits.seconds else None
        if not done:
            return f", at most {_seconds(most)} left" if most is not None else ""
        likely = elapsed / done * (len(self.tried) - done)
        return f", about {_seconds(likely if most is None else min(likely, most))} left"

    def show(self, outcome: Outcome) -> None:
        """Print a violation or an error above the live part."""
        style, mark = STYLES[outcome.verdict], self.marks[outcome.verdict]
        lines = (
            violation_lines(outcome, mark)
            if outcome.counterexample
            else [f"{mark} {outcome.clause.id}: {one_line(outcome.reason.text if outcome.reason else '')}"]
        )
        for index, line in enumerate(lines):
            self._line(line, style if index == 0 else "")

    def render(self) -> Group:
        """The live part: a bar for each family, and what the run has used."""
        table = Table.grid(padding=(0, 1))
        for family, total in self.totals.items():
            verdicts = self.done[family]
            shown = Text(" ").join(Text(f"{self.marks[v]}{verdicts[v]}", STYLES[v]) for v in STYLES if verdicts[v])
            table.add_row(family, ProgressBar(total=total, completed=sum(verdicts.values()), width=24), shown)
        return Group(table, Text(f"{self.progress()}  {self.current}", style="dim"))

    def _beat(self) -> None:
        while not self.over.wait(1.0):
            self.log_progress()

    def _line(self, text: str, style: str = "") -> None:
        self.last = self.clock.monotonic()
        self.console.print(Text(printable(text, self.console), style=style))


def summary(report: Report, console: Console | None = None) -> None:
    """The last lines: the causes of what is violated, what is left, conforms or not, and how much was exercised."""
    console = console or stdout()
    mark = marks(console)

    def line(text: str, style: str = "") -> None:
        console.print(Text(printable(text, console), style=style))

    line("")
    clauses = {clause["id"]: clause for clause in report["clauses"]}
    folded: set[str] = set()
    for cause in causes_of(report):
        folded.update(cause["blocked"])
        for text, is_first in _cause_lines(cause, clauses, mark["violated"]):
            line(text, "red" if is_first else "")
    missing = [
        clause
        for clause in report["clauses"]
        if clause["verdict"] == "not-exercised"
        and clause.get("reason_code") != "not-reached"
        and clause["id"] not in folded
    ]
    for clause in missing[:MOST_NOT_EXERCISED]:
        line(f"{mark['not-exercised']} {clause['id']}: {one_line(clause.get('reason', ''))}", "yellow")
    if len(missing) > MOST_NOT_EXERCISED:
        line(f"{mark['not-exercised']} and {len(missing) - MOST_NOT_EXERCISED} more: see the report", "yellow")
    for waiver in report["waivers"]:
        style = "red" if waiver["state"] in FAILING else "dim"
        line(f"waiver {one_line(waiver['clause'])}: {one_line(explanation(waiver))}", style)
    for gap in report.get("gaps", []):
        line(f"expected gap {one_line(gap['clause'])}: {one_line(gap_explanation(gap))}", "dim")
    for clause in waived(report):
        line(f"{mark['violated']} {_in_a_line(clause)}", "red")
    for note in report["notes"]:
        line(one_line(note, LONGEST))
    line(one_line(report["answer"]), "bold green" if report["exit_code"] == 0 else "bold red")
    line(f"{counts(report)}{_duration(report)}")


def _cause_lines(cause: Cause, clauses: Mapping[str, Clause], mark: str) -> Iterator[tuple[str, bool]]:
    """One cause: its headline, every violation in a line, and what rests on it; the first line is marked."""
    several = len(cause["also"]) > 0
    if several:
        yield f"{mark} {one_line(cause['headline'])}", True
    first, *others = [clauses[id] for id in (cause["clause"], *cause["also"])]
    yield f"{'    ' if several else mark + ' '}{_in_a_line(first)}", not several
    for clause in others:
        yield f"    {_in_a_line(clause)}", False
    if cause["blocked"]:
        some = ", ".join(cause["blocked"][:MOST_BLOCKED])
        more = f" and {len(cause['blocked']) - MOST_BLOCKED} more" if len(cause["blocked"]) > MOST_BLOCKED else ""
        yield f"    {plural(len(cause['blocked']), 'clause')} not exercised because of it: {some}{more}", False


def _in_a_line(clause: Clause) -> str:
    how = "waived" if "waiver" in clause else clause["level"]
    return f"{clause['id']} ({how}): {one_line(clause['counterexample']['observed'])}"


class Output(Console):
    """Standard output. When it is closed, the run goes on: it has rows to delete and reports to write."""

    def on_broken_pipe(self) -> None:
        """Write to nowhere from now on."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def stdout() -> Console:
    """Standard output, whose lines are never broken."""
    return Output(highlight=False, soft_wrap=True)


def marks(console: Console) -> dict[Verdict, str]:
    """The mark of each verdict; an ASCII character on a plain terminal."""
    plain = is_plain(console)
    return {
        "held": "+" if plain else "✓",
        "violated": "x" if plain else "✗",
        "not-exercised": "o" if plain else "○",
        "skipped": "-" if plain else "–",
        "error": "!",
    }


def printable(text: str, console: Console) -> str:
    """A text as a terminal can show it. Characters that it lacks are escaped."""
    encoding = "ascii" if is_plain(console) else console.encoding
    return text.encode(encoding, "backslashreplace").decode(encoding)


def is_plain(console: Console) -> bool:
    """True for a terminal that shows ASCII only: its encoding has no more, or it calls itself dumb."""
    return not console.encoding.lower().startswith("utf") or os.environ.get("TERM") == "dumb"


def _duration(report: Report) -> str:
    if report["finished"] is None:
        return ""
    took = datetime.fromisoformat(report["finished"]) - datetime.fromisoformat(report["started"])
    return f"; {_seconds(took.total_seconds())}"


def _seconds(seconds: float) -> str:
    """A time in words: 9 s, 2 min 5 s, 1 h 0 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
