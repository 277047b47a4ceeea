"""The command `seller-contract`, with a subcommand for everything that the project does."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

import click

import spec
from conformance.plugins.loading import BrokenPlugin
from conformance.reading.preflight import WrongTarget
from conformance.reports.files import UnreadableReport
from conformance.reports.stream import tool_version
from conformance.reports.text import visible
from conformance.reports.waivers import WaiversError
from conformance.runner.config import Usage
from spec.command_line import SETTINGS, USAGE, Group
from spec.command_line import run as carry_out

SUITE = {
    "run": ("conformance.commands.run:run_command", "Check a server against the contract, and write a report."),
    "plan": ("conformance.commands.plan:plan", "Show what a run would send, and send nothing."),
    "explain": ("conformance.commands.explain:explain_command", "Show what a clause requires and how it is checked."),
    "replay": ("conformance.commands.replay:replay", "Check whether the violations of a report are still there."),
    "compare": ("conformance.commands.compare:compare_command", "Show what got better or worse between two reports."),
    "merge": ("conformance.commands.merge:merge_command", "Merge the reports of all shards of a run into one."),
    "report": ("conformance.commands.report:report_command", "Write the reports again, from the stream of a run."),
    "clean-up": ("conformance.commands.clean_up:clean_up", "Delete what a killed run left on a server."),
    "selftest": ("conformance.selftest:selftest", "Check that the suite finds every fault of the sandbox."),
}
"""Commands of the suite, which `python -m conformance` has as well."""

EVERYTHING = {
    **SUITE,
    "sandbox": ("conformance.sandbox.__main__:sandbox", "Serve a sandbox that follows the document."),
    "spec": ("spec.commands:commands", "Validate a document, compare two, or import a server's own."),
    "diff": ("generator.changes:diff", "Show what a change of a document means for callers, servers and Python code."),
    "generate": ("generator.__main__:generate", "Make a typed Python client from a document."),
}

EPILOG = """\
examples:
  seller-contract spec validate openapi.yaml              check that the document is valid
  seller-contract spec import openapi.json                recognise what a server's document means
  seller-contract generate --spec openapi.yaml            write a client of it into generated/
  seller-contract sandbox --spec openapi.yaml --port 8000 start a server that follows it
  seller-contract run http://127.0.0.1:8000               check a server (--help shows all options)
  seller-contract COMMAND --help                          show options, exit codes and examples

completion, for bash (zsh and fish likewise):
  eval "$(_SELLER_CONTRACT_COMPLETE=bash_source seller-contract)"
"""

console = click.version_option(tool_version(), prog_name="seller-contract")(
    Group(
        "seller-contract",
        late=EVERYTHING,
        context_settings=SETTINGS,
        epilog=EPILOG,
        help="An OpenAPI document as an executable contract: a client, a conformance suite and a sandbox, all from it.",
    )
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The console command. Returns the exit code. The user's mistake is one line, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return reported(lambda: carry_out(console, given or ["--help"], "seller-contract"))


def conformance(arguments: Sequence[str] | None = None) -> int:
    """`python -m conformance`: a command of the suite, or a run if none is named."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] and given[0] in SUITE:
        suite = Group("conformance", late=SUITE, context_settings=SETTINGS)
        return reported(lambda: carry_out(suite, given, "python -m conformance"))
    if (
        given[:1]
        and not given[0].startswith("-")
        and (near := difflib.get_close_matches(given[0], SUITE, n=1, cutoff=0.7))
    ):
        complain(f"{given[0]} is no command and no BASE_URL. Did you mean {near[0]}?")
        return USAGE
    run = import_module("conformance.commands.run").run_command  # slow to import
    return reported(lambda: carry_out(run, given, "python -m conformance"))


def reported(work: Callable[[], int]) -> int:
    """The exit code of some work. Its errors become messages on standard error."""
    try:
        return work()
    except (spec.SpecError, Usage, WrongTarget, WaiversError, UnreadableReport, BrokenPlugin) as error:
        complain("\n".join([str(error), *getattr(error, "__notes__", ())]))
    except OSError as error:
        what = f"{error.filename or 'the report'}: {error.strerror}"
        complain("\n".join([what, *getattr(error, "__notes__", ())]))
    return USAGE


def complain(message: str) -> None:
    """Print an error on standard error."""
    print("\n".join(visible(line) for line in message.split("\n")), file=sys.stderr)
