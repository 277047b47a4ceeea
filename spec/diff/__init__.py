"""`python -m spec diff OLD NEW`: what changed between two documents, and whom it breaks."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from spec import wellformed
from spec.command_line import FILE, argument, option
from spec.command_line import command as a_command
from spec.diff import render
from spec.diff.change import Change
from spec.diff.contracts import compare_contracts
from spec.files import read
from spec.model import Contract
from spec.problems import SpecError
from spec.reader import from_source

__all__ = ["Change", "command", "compare_contracts"]

_FORMATS = {"text": render.text, "json": render.as_json, "markdown": render.markdown}


@a_command(
    epilog="""\
exit codes: 0 nothing breaks; 1 something does; 2 wrong usage, or a document that can't be read

example:
  seller-contract spec diff old.yaml new.yaml --format markdown
"""
)
@argument("old", type=FILE, help="the document as it was")
@argument("new", type=FILE, help="the document as it is")
@option("--format", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
def command(old: Path, new: Path, format: str) -> int:
    """Compare two documents by what they mean: what changed, whom it breaks, and why.

    The verdict is what semantic versioning asks for: major, minor, patch or none.
    """
    before, after = _read(old), _read(new)
    if before is None or after is None:
        return 2
    changes = compare_contracts(before, after)
    print(_FORMATS[format](before, after, changes))
    return 1 if any(change.breaking for change in changes) else 0


def _read(path: Path) -> Contract | None:
    """The contract of a well-formed document, or None (printed why): nothing can be said of another."""
    try:
        source = read(path)
        contract = from_source(source)
        ill_formed = list(wellformed.problems(source))
        if ill_formed:
            raise SpecError(ill_formed)
    except SpecError as error:
        print(error, file=sys.stderr)
        return None
    return contract
