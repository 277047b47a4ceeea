"""Deleting the rows that a killed run left on a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conformance.commands import options
from conformance.runner.config import Config
from conformance.runner.leftovers import finish_clean_up
from conformance.transport.journal import JOURNAL
from spec import Contract
from spec.command_line import FILE, USAGE, argument, command, option


@command(
    epilog="""\
exit codes: 0 nothing is left; 2 something is, and it is named; or wrong usage

example:
  seller-contract clean-up https://sandbox.akinon.com
"""
)
@argument("base_url", help="scheme, host and port of the server")
@options.document
@option("--report", type=FILE, default=Path("report"), metavar="DIR", show_default=True, help="the run's report folder")
@options.rate
@options.timeout
@options.security
@options.ca_bundle
def clean_up(report: Path, **given: Any) -> int:
    """Delete what a killed run left on a server, by the journal in its report folder.

    Only keys that the journal names are sent.
    """
    config = Config(**given)
    return finish(config.contract(), config, report)


def finish(contract: Contract, config: Config, folder: Path) -> int:
    """Delete the rows that a killed run left; returns the exit code."""
    notes = finish_clean_up(contract, config, folder)
    if notes is None:
        print(f"Nothing to clean up: {folder / JOURNAL} has no keys for {config.base_url}.")
        return 0
    print("\n".join(notes) or f"Nothing of earlier runs is left on {config.base_url}.")
    return USAGE if notes else 0
