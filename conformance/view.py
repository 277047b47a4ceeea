"""What a run shows while it goes on: a live view on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from conformance.run import Run, tally
from conformance.verdict import Outcome, Verdict
from spec import Clause

MARKS: dict[Verdict, tuple[str, str]] = {
    "held": ("✓", "green"),
    "violated": ("✗", "red"),
    "not-exercised": ("○", "yellow"),
    "skipped": ("–", "dim"),
    "error": ("!", "magenta"),
}


def violation_lines(outcome: Outcome) -> list[str]:
    """A violated clause in a few lines: what is demanded, what came, how to see it."""
    clause, example = outcome.clause, outcome.counterexample
    lines = [f"✗ {clause.id} ({clause.level}, {clause.location})", f"    {clause.requirement}"]
    if example:
        lines += [f"    expected  {_line(example.expected)}", f"    observed  {_line(example.observed)}"]
        lines += [f"    {request}" for request in example.requests[-2:]]
    return lines


def _line(text: str, most: int = 300) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= most else text[: most - 3] + "..."


class View:
    """Shows a run. Use as a context manager; `started` and `concluded` are told what happens."""

    def __init__(self, clauses: list[Clause], spent: Callable[[], int], budget: int | None) -> None:
        self.console = Console(stderr=False, highlight=False, soft_wrap=True)
        self.totals = Counter(clause.family for clause in clauses)
        self.done: dict[str, Counter[str]] = {family: Counter() for family in self.totals}
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
        family = outcome.clause.family
        counts = self.done.setdefault(family, Counter())
        counts[outcome.verdict] += 1
        if outcome.verdict in ("violated", "error"):
            self.show(outcome)
        if not self.console.is_terminal and sum(counts.values()) == self.totals[family]:
            shown = ", ".join(f"{n} {verdict}" for verdict, n in counts.items())
            self.console.print(f"{family:<9} {shown}  ({self.spent()} requests)", markup=False)

    def show(self, outcome: Outcome) -> None:
        """Print a violation or an error, above what is live."""
        style = MARKS[outcome.verdict][1]
        lines = (
            violation_lines(outcome) if outcome.counterexample else [f"! {outcome.clause.id}: {_line(outcome.reason)}"]
        )
        for index, line in enumerate(lines):
            self.console.print(Text(line, style=style if index == 0 else ""))

    def render(self) -> Group:
        """The live part: a bar for each family, and what the run has used."""
        table = Table.grid(padding=(0, 1))
        for family, total in self.totals.items():
            counts = self.done[family]
            marks = " ".join(f"[{MARKS[v][1]}]{MARKS[v][0]}{counts[v]}[/]" for v in MARKS if counts[v])
            table.add_row(family, ProgressBar(total=total, completed=sum(counts.values()), width=24), marks)
        budget = f" of {self.budget}" if self.budget else ""
        seconds = time.monotonic() - self.began
        return Group(
            table, Text(f"{self.spent()}{budget} requests, {seconds:.0f} s  {escape(self.current)}", style="dim")
        )


def summary(run: Run, console: Console | None = None) -> None:
    """The last lines: conforms or not, and how much of the contract was really exercised."""
    console = console or Console(highlight=False, soft_wrap=True)
    counts = tally(run.outcomes)
    console.print()
    for outcome in run.outcomes:
        if outcome.verdict == "not-exercised" and not outcome.reason.startswith("not reached"):
            console.print(Text(f"○ {outcome.clause.id}: {_line(outcome.reason)}", style="yellow"))
    inferred = sum(o.verdict == "violated" and o.clause.level == "inferred" for o in run.outcomes)
    console.print(Text(headline(run), style="bold green" if run.exit_code == 0 else "bold red"))
    console.print(
        f"{counts['held']} held, {counts['violated']} violated"
        + (f" ({inferred} inferred: advice)" if inferred and not run.strict else "")
        + f", {counts['not-exercised']} not exercised, {counts['skipped']} skipped, {counts['error']} errors; "
        f"{sum(run.requests.values())} requests",
        markup=False,
    )


def headline(run: Run) -> str:
    """The answer in one sentence."""
    wrong = len(run.violations)
    if wrong:
        return f"{run.base_url} breaks {wrong} clause{'s' if wrong > 1 else ''} of the contract."
    if run.stopped:
        return f"Incomplete: {run.stopped}."
    if any(o.verdict == "error" for o in run.outcomes):
        return "Not all clauses could be judged: see the errors."
    held = sum(o.verdict == "held" for o in run.outcomes)
    if not held:
        return f"Nothing could be exercised on {run.base_url}."
    return f"{run.base_url} conforms, as far as its data could tell: {held} clauses held."


def complain(message: str) -> None:
    """An error, on standard error."""
    print(message, file=sys.stderr)
