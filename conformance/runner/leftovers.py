"""Deleting what a run planted: at its end, and after one that was killed. What stays is said, whole."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import spec
from conformance.reading.context import RunContext
from conformance.runner.config import Config
from conformance.transport.guard import Ownership
from conformance.transport.journal import JOURNAL, journaled, journaled_rows
from conformance.transport.target import Target
from conformance.writing.cleanup import clean_up
from spec import Contract

LONGEST_NOTE = 1_500
"""Characters of keys in one note: a report cuts longer ones."""


def finish_clean_up(contract: Contract, config: Config, folder: Path) -> list[str] | None:
    """Delete what a killed run left, by the journal in its report folder.

    Gives what a person should know of it; None where the journal names nothing of this server.
    """
    journal = folder / JOURNAL
    if not journaled(journal, config.base_url) and not journaled_rows(journal, config.base_url):
        return None
    return delete_own_rows(contract, Ownership(contract, config.base_url, journal), config)


def delete_own_rows(
    contract: Contract, ownership: Ownership, config: Config, came_back: Callable[[], None] = lambda: None
) -> list[str]:
    """Delete what was planted, beyond the run's budgets; gives what a person should know of it.

    `came_back` is called when an interruption was heard.
    """
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
            target.halt()
            rows = journaled_rows(ownership.path, ownership.base_url)
            left = [*journaled(ownership.path, ownership.base_url), *map(" ".join, rows)]
            came_back()
        finally:
            target.close()
    return left_behind(config, ownership.path, left)


def left_behind(config: Config, journal: Path, keys: Sequence[str]) -> list[str]:
    """What is said of keys that may still have rows: the command that deletes them first, then every key."""
    if not keys:
        return []
    counted = f"{len(keys):,} keys of this run" if len(keys) > 1 else "1 key of this run"
    remedy = f"Left on the server, or not seen gone: {counted}. To delete what they name: {command(config, journal)}"
    return [remedy, *(f"Left: {some}" for some in _lines(keys))]


def command(config: Config, journal: Path) -> str:
    """The command that deletes what a journal names, as a shell takes it."""
    words = ["seller-contract", "clean-up", config.base_url, "--report", str(journal.parent)]
    if config.document != spec.DEFAULT:
        words += ["--spec", str(config.document)]
    if config.security:
        words += ["--security", config.security]
    if config.ca_bundle:
        words += ["--ca-bundle", str(config.ca_bundle)]
    return shlex.join(words)


def _lines(keys: Sequence[str]) -> Iterator[str]:
    """The keys, so many to a line as a note holds."""
    some: list[str] = []
    length = 0
    for key in keys:
        if some and length + len(key) > LONGEST_NOTE:
            yield ", ".join(some)
            some, length = [], 0
        some.append(key)
        length += len(key) + 2
    yield ", ".join(some)
