"""Checking a server: the options, the run, and the output."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from conformance.commands import options
from conformance.commands.clean_up import finish
from conformance.commands.last_resort import LastResort, leave, save
from conformance.commands.plan import text
from conformance.commands.terminal import View, summary
from conformance.reports import drafts, files, formats
from conformance.runner.config import Config, environment_key
from conformance.runner.watchdog import Watchdog
from conformance.runner.whole import watched
from spec import Contract
from spec.command_line import FILE, command, option

EPILOG = """\
The key is read from the environment variable that the document gives its prefix: PRD_API_KEY for the document that
comes along. PRD_API_KEY_FILE may name a file with it. It is never an argument and appears in no output. With the key of
another account in PRD_SECOND_API_KEY, the run also looks whether one account reaches what belongs to the other.

A clause is one checkable statement of the document, such as PRD102.filter.name__icontains. Its verdict is held,
violated (reproduced before it is reported), not-exercised (no data could have shown a wrong server), skipped or
error. Documented clauses decide the exit code; inferred ones are advice, unless --strict.

exit codes: 0 conforms; 1 violations, or a waiver that excuses nothing; 2 usage, unreachable, or inconclusive: nothing
could be exercised, or too little of what could be (--require-exercised)

examples:
  seller-contract run                                        the embedded sandbox
  seller-contract run https://sandbox.akinon.com             the vendor's, read-only, ten requests a second
  seller-contract run URL --only PRD102.filter               one family; a prefix or a glob, may be repeated
  seller-contract run URL --plan                             what would be sent, before the first byte
  seller-contract run URL --waivers waivers.yaml             known violations don't fail the run until they expire
  seller-contract run URL --history past --add-to-history   compared with earlier runs, and kept for later ones
  seller-contract run URL --shard 2/3 --report shard-2       one of three machines
  seller-contract run URL --spec openapi.yaml                a server of your own, by your own document

other commands, each with a --help of its own: plan, explain, replay, compare, merge, report, clean-up, selftest
"""


@command(epilog=EPILOG)
@options.server
@options.chosen
@options.judged
@option(
    "--write-waivers",
    type=FILE,
    metavar="FILE",
    help="add drafts of waivers for the violations found",
)
@option("--plan", "only_plan", is_flag=True, help="print what would be sent, and send nothing")
@option(
    "--clean-up", "only_clean_up", is_flag=True, help="only delete what a killed run left, by the journal in --report"
)
def run_command(only_plan: bool, only_clean_up: bool, write_waivers: Path | None, **given: Any) -> int:
    """Check a server against the contract, clause by clause, and write a report."""
    if only_clean_up and given["base_url"] is None:
        raise click.UsageError("--clean-up needs the BASE_URL of the run that left something.")
    if write_waivers:
        drafts.existing(write_waivers)  # a broken file is refused before the run
    config = options.config(**given)
    contract = config.contract()
    if only_clean_up:
        return finish(contract, config, given["report"])
    if only_plan:
        print(text(contract, config))
        return 0
    return carried_out(contract, config, write_waivers)


def carried_out(contract: Contract, config: Config, draft: Path | None) -> int:
    """Carry a run out and write its reports; gives the exit code."""
    folder = config.report or Path("report")
    keep_hypothesis_aside()
    earlier = config.past(contract)
    last_resort = LastResort(config, folder, earlier)
    with Watchdog(config.max_time, last_resort.give_up) as watchdog, served(contract, config) as serving:
        last_resort.config = serving
        report = watched(
            serving,
            lambda tried, spent: View(tried, spent, config.limits),
            watchdog,
            lambda so_far: save(folder, so_far, earlier),
        )
        summary(report)
        paths = formats.write_all(folder, report, earlier)
        if draft:
            paths.append(files.write_text(draft.resolve(), drafts.drafted(draft, report)))
        print("report:", ", ".join(str(path) for path in paths))
        if watchdog.fired:
            # Python would wait for abandoned threads, which may never end.
            leave(report["exit_code"])
    return report["exit_code"]


def keep_hypothesis_aside() -> None:
    """Keep Hypothesis' own files out of the user's working directory."""
    os.environ.setdefault(
        "HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "contract-conformance-hypothesis")
    )


@contextlib.contextmanager
def served(contract: Contract, config: Config) -> Iterator[Config]:
    """The config with the URL of a running server: the given one, or the sandbox for the time of the run."""
    if not config.embedded:
        yield config
        return
    config.selection(contract)
    config.gaps(contract)  # what can't be run needs no sandbox
    sandbox = import_module("conformance.sandbox")  # only a run without a URL needs it
    key = config.api_key or environment_key(contract) or sandbox.DEFAULT_KEY
    second = config.other_key(contract)
    with sandbox.serve(contract, sandbox.Settings(api_key=key, second_key=second)) as base_url:
        yield replace(config, base_url=base_url, api_key=key)


def parsed(arguments: list[str]) -> Config:
    """The config of arguments as `run` takes them. Raises Usage, and click.UsageError for what isn't an option."""
    given = run_command.make_context("run", list(arguments)).params
    return options.config(**{name: value for name, value in given.items() if name not in _NOT_OF_THE_RUN})


_NOT_OF_THE_RUN = ("only_plan", "only_clean_up", "write_waivers")
