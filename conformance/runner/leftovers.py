"""Deleting what a run planted: at its end, and after one that was killed."""

from __future__ import annotations

from pathlib import Path

from conformance.reading.context import RunContext
from conformance.runner.config import Config
from conformance.transport.guard import Ownership
from conformance.transport.journal import JOURNAL, journaled
from conformance.transport.target import Target
from conformance.writing.cleanup import clean_up
from spec import Contract

MOST_NAMED = 20
"""Keys that one message names; the journal has all of them."""


def finish_clean_up(contract: Contract, config: Config, folder: Path) -> list[str] | None:
    """Delete what a killed run left, by the journal in its report folder.

    Gives what a person should know of it; None where the journal names nothing of this server.
    """
    journal = folder / JOURNAL
    if not journaled(journal, config.base_url):
        return None
    return delete_own_rows(contract, Ownership(contract, config.base_url, journal), config)


def delete_own_rows(contract: Contract, ownership: Ownership, config: Config) -> list[str]:
    """Delete what was planted, beyond the run's budgets; gives what a person should know of it."""
    left: list[str] = []
    # Who stops a run that is about to end wants it cleaned up all the same; who insists wants to leave.
    for _ in range(2):
        target = Target(
            ownership.base_url,
            contract,
            config.key(contract),
            config.clean_up_limits,
            ownership=ownership,
            verify=config.verify,
        )
        try:
            left = clean_up(RunContext(contract, target, config.seed), ownership)
            break
        except KeyboardInterrupt:
            left = journaled(ownership.path, ownership.base_url)
        finally:
            target.close()
    if not left:
        return []
    more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
    shown = ", ".join(left[:MOST_NAMED]) + more
    return [f"Left on the server: {shown}. The command clean-up tries again; {ownership.path} lists them."]
