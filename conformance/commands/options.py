"""Options that several commands share, and the types of their values."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

import spec
from conformance.reports import gaps, past
from conformance.reports.model import Report
from conformance.runner.config import DEFAULT_REQUESTS, DEFAULT_SECONDS, Config, Usage
from conformance.selection import Shard
from conformance.transport.pace import Limits
from spec.command_line import FILE, argument, option

EMBEDDED = "http://127.0.0.1"
"""A placeholder for the embedded sandbox. Its port is known only when it serves."""


class Number(click.ParamType[int | float]):
    """A number above 0."""

    def __init__(self, what: str, *, whole: bool = False) -> None:
        self.name = what
        self.whole = whole

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | float:
        """The text as a number."""
        if isinstance(value, (int, float)):
            return value
        try:
            number = int(value) if self.whole else float(value)
        except ValueError:
            number = 0
        if not 0 < number < float("inf"):
            self.fail(f"{value!r} isn't a {self.name} above 0", param, ctx)
        return number


class Percent(click.ParamType[float]):
    """A number from 0 to 100."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The text as a number: 95 or 95%."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)%?", value)
        if not found or float(found[1]) > 100:
            self.fail(f"{value!r} isn't a percentage; give a number from 0 to 100, as in 95", param, ctx)
        return float(found[1])


class Rate(click.ParamType[float]):
    """Requests a second."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The text as a rate: 5 or 5/s."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:/s)?", value)
        if not found or float(found[1]) <= 0:
            self.fail(f"{value!r} isn't a rate; give requests a second, as in 5 or 5/s", param, ctx)
        return float(found[1])


class ShardType(click.ParamType[Shard]):
    """A part of a run, such as the second of three."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """The text as a shard: 2/3."""
        if isinstance(value, Shard):
            return value
        try:
            return Shard.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


PERCENT = Percent()
SECONDS = Number("number of seconds")
WHOLE = Number("whole number", whole=True)
RATE = Rate()
SHARD = ShardType()

document = option(
    "--spec",
    "document",
    type=FILE,
    default=spec.DEFAULT,
    metavar="FILE",
    help="the document (default: the one that comes along)",
)
history = option(
    "--history",
    type=FILE,
    metavar="DIR",
    help="folder of past reports; report.html shows a trend of those with the same server and document",
)
add_to_history = option("--add-to-history", is_flag=True, help="put the report into the folder of --history too")
rate = option(
    "--rate", type=RATE, metavar="N/s", help="requests a second (default: 10 on hosts that aren't this machine)"
)
seed = option("--seed", type=int, default=0, metavar="N", help="same seed, same requests (default: 0)")
security = option(
    "--security",
    metavar="NAME",
    help="the document's security scheme that the key is for (default: the first that fits)",
)
ca_bundle = option("--ca-bundle", type=FILE, metavar="FILE", help="certificates to trust in place of the system's")
timeout = option(
    "--timeout", type=SECONDS, metavar="S", default=Limits.timeout, show_default=True, help="seconds for one request"
)

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def together(*options: Decorator) -> Decorator:
    """Several options as one decorator; --help shows them in this order."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for one in reversed(options):
            function = one(function)
        return function

    return add


server = argument(
    "base_url",
    required=False,
    metavar="[BASE_URL]",
    help="scheme, host and port (default: start the sandbox and test it)",
)

chosen = together(
    document,
    option(
        "--writes/--no-writes",
        default=None,
        help="also send writes, to keys that the run makes and deletes again (default: on this machine only, and not "
        "with --effort quick)",
    ),
    option(
        "--effort",
        type=click.Choice(["quick", "normal", "thorough"]),
        default="normal",
        show_default=True,
        help="quick: a smoke test, one clause of each kind; thorough: several times the requests, for more mutants",
    ),
    option("--only", multiple=True, metavar="GLOB", help="only clauses with this id, prefix or glob (repeatable)"),
    option("--skip", multiple=True, metavar="GLOB", help="leave these clauses out (repeatable)"),
    rate,
    option(
        "--max-requests", type=WHOLE, metavar="N", default=DEFAULT_REQUESTS, show_default=True, help="requests in all"
    ),
    option("--max-time", type=SECONDS, metavar="S", default=DEFAULT_SECONDS, show_default=True, help="seconds in all"),
    option(
        "--shard", type=SHARD, metavar="I/N", help="try one of N parts of the clauses; `merge` makes one report of all"
    ),
    option(
        "--schemathesis/--no-schemathesis",
        default=True,
        help="also send the requests that Schemathesis generates (default: yes)",
    ),
)
"""Options that choose the clauses, and limit the run."""

judged = together(
    option("--strict", is_flag=True, help="inferred clauses decide the exit code too"),
    option(
        "--report", type=FILE, default=Path("report"), metavar="DIR", show_default=True, help="folder for the report"
    ),
    seed,
    timeout,
    option(
        "--batch-timeout",
        type=SECONDS,
        default=Limits.batch,
        metavar="S",
        show_default=True,
        help="seconds that a batch may take",
    ),
    option(
        "--list-lag",
        type=SECONDS,
        default=Limits.lag,
        metavar="S",
        show_default=True,
        help="seconds after the end of a batch until a list must show its rows",
    ),
    option("--waivers", type=FILE, metavar="FILE", help="known violations, with owner, reason and expiry"),
    option(
        "--require-exercised",
        type=PERCENT,
        default=gaps.REQUIRED,
        metavar="PERCENT",
        show_default=True,
        help="percentage of the selected clauses that must have no gap, or the run is inconclusive (exit 2); a gap is "
        "a clause that rests on something broken, or that only an earlier run in --history exercised",
    ),
    option(
        "--expected-gaps", type=FILE, metavar="FILE", help="clauses that the server can't exercise, each with a reason"
    ),
    history,
    add_to_history,
    security,
    ca_bundle,
)
"""Options for the requests, and for the judgement of their responses."""


def past_of(report: Report, history: Path | None, *, may_be_first: bool = False) -> list[Report]:
    """The reports in a folder with the same server and document.

    Raises Usage if there are none, unless this may be the first.
    """
    if history is None:
        if may_be_first:
            raise Usage("--add-to-history needs --history DIR, the folder to add the report to.")
        return []
    if not history.is_dir() and (history.exists() or not may_be_first):
        raise Usage(f"--history {history}: there is no such folder.")
    try:
        return past.of(history, past.subject(report))
    except past.NoPast as error:
        if may_be_first:
            return []
        raise Usage(str(error)) from None


def config(base_url: str | None, **given: Any) -> Config:
    """The config for the options that a command has. Raises Usage."""
    return Config(base_url or EMBEDDED, embedded=base_url is None, **given)
