"""What a run shows while it goes on: a live view on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from conformance.reports.conclusion import counts
from conformance.reports.model import FAILING, Report
from conformance.reports.text import LONGEST, one_line, visible
from conformance.reports.waivers import explanation
from conformance.verdict import Outcome, Verdict
from spec import Clause

MARKS: dict[Verdict, tuple[str, str]] = {
    "held": ("✓", "green"),
    "violated": ("✗", "red"),
    "not-exercised": ("○", "yellow"),
    "skipped": ("–", "dim"),
    "error": ("!", "magenta"),
}

MOST_NOT_EXERCISED = 30
"""Lines about clauses that weren't exercised; the report has all of them."""
MOST_REQUESTS = 2
LONGEST_REQUEST = 2_000
"""Of a counterexample the last requests are shown, and none that would fill the screen."""


def violation_lines(outcome: Outcome) -> list[str]:
    """A violated clause in a few lines: what is demanded, what came, how to see it."""
    clause, example = outcome.clause, outcome.counterexample
    lines = [f"✗ {clause.id} ({clause.level}, {clause.location})", f"    {clause.requirement}"]
    if example:
        lines += [f"    expected  {one_line(example.expected)}", f"    observed  {one_line(example.observed)}"]
        shown = [request for request in example.requests[-MOST_REQUESTS:] if len(request) <= LONGEST_REQUEST]
        lines += [f"    {visible(request)}" for request in shown]
        if len(shown) < len(example.requests):
            lines.append(f"    ({len(shown)} of its {len(example.requests)} requests; the report has all of them)")
    return lines


class View:
    """Shows a run. Use as a context manager; `started` and `concluded` are told what happens."""

    def __init__(self, clauses: list[Clause], spent: Callable[[], int], budget: int | None) -> None:
        self.console = Console(stderr=False, highlight=False, soft_wrap=True)
        self.totals = Counter(clause.family for clause in clauses)
        self.tried = {clause.id for clause in clauses}
        self.done: dict[str, Counter[Verdict]] = {family: Counter() for family in self.totals}
        self.spent = spent
        self.budget = budget
        self.current = ""
        self.began = time.monotonic()
        self.live = Live(console=self.console, refresh_per_second=8, transient=True, get_renderable=self.render)

    def __enter__(self) -> View:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self.live.stop()

    def started(self, clause: Clause) -> None:
        """A clause is being tried."""
        self.current = clause.id

    def concluded(self, outcome: Outcome) -> None:
        """A clause has its verdict."""
        if outcome.clause.id not in self.tried:
            return
        family = outcome.clause.family
        verdicts = self.done[family]
        verdicts[outcome.verdict] += 1
        if outcome.verdict in ("violated", "error"):
            self.show(outcome)
        if not self.console.is_terminal and sum(verdicts.values()) == self.totals[family]:
            shown = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.items())
            self.console.print(f"{family:<9} {shown}  ({self.spent()} requests)", markup=False)

    def show(self, outcome: Outcome) -> None:
        """Print a violation or an error, above what is live."""
        style = MARKS[outcome.verdict][1]
        lines = (
            violation_lines(outcome)
            if outcome.counterexample
            else [f"! {outcome.clause.id}: {one_line(outcome.reason.text if outcome.reason else '')}"]
        )
        for index, line in enumerate(lines):
            self.console.print(Text(line, style=style if index == 0 else ""))

    def render(self) -> Group:
        """The live part: a bar for each family, and what the run has used."""
        table = Table.grid(padding=(0, 1))
        for family, total in self.totals.items():
            verdicts = self.done[family]
            marks = Text(" ").join(Text(f"{MARKS[v][0]}{verdicts[v]}", MARKS[v][1]) for v in MARKS if verdicts[v])
            table.add_row(family, ProgressBar(total=total, completed=sum(verdicts.values()), width=24), marks)
        budget = f" of {self.budget}" if self.budget else ""
        seconds = time.monotonic() - self.began
        return Group(table, Text(f"{self.spent()}{budget} requests, {seconds:.0f} s  {self.current}", style="dim"))


def summary(report: Report, console: Console | None = None) -> None:
    """The last lines: conforms or not, and how much of the contract was really exercised."""
    console = console or Console(highlight=False, soft_wrap=True)
    console.print()
    missing = [
        clause
        for clause in report["clauses"]
        if clause["verdict"] == "not-exercised" and clause.get("reason_code") != "not-reached"
    ]
    for clause in missing[:MOST_NOT_EXERCISED]:
        console.print(Text(f"○ {clause['id']}: {one_line(clause.get('reason', ''))}", style="yellow"))
    if len(missing) > MOST_NOT_EXERCISED:
        console.print(Text(f"○ and {len(missing) - MOST_NOT_EXERCISED} more: see the report", style="yellow"))
    for waiver in report["waivers"]:
        style = "red" if waiver["state"] in FAILING else "dim"
        console.print(Text(f"waiver {one_line(waiver['clause'])}: {one_line(explanation(waiver))}", style=style))
    for note in report["notes"]:
        console.print(Text(one_line(note, LONGEST)))
    console.print(Text(one_line(report["answer"]), style="bold green" if report["exit_code"] == 0 else "bold red"))
    console.print(Text(counts(report)))
