"""`python -m spec diff OLD NEW`: what changed between two documents, and whom it breaks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from spec import shape
from spec.diff import render
from spec.diff.change import Change
from spec.diff.contracts import compare_contracts
from spec.model import Contract
from spec.problems import SpecError
from spec.reader import from_source
from spec.source import read

__all__ = ["Change", "compare_contracts", "main"]

_FORMATS = {"text": render.text, "json": render.as_json, "markdown": render.markdown}


def main(argv: list[str]) -> int:
    """Exit code 0 nothing breaks, 1 something does, 2 usage or a document that can't be read."""
    parser = argparse.ArgumentParser(
        prog="python -m spec diff",
        description="Compare two documents by what they mean: what changed, whom it breaks, and why.",
        epilog="The verdict is what semantic versioning asks for: major, minor, patch or none.",
    )
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--format", choices=_FORMATS, default="text")
    options = parser.parse_args(argv)
    old, new = _read(options.old), _read(options.new)
    if old is None or new is None:
        return 2
    changes = compare_contracts(old, new)
    print(_FORMATS[options.format](old, new, changes))
    return 1 if any(change.breaking for change in changes) else 0


def _read(path: Path) -> Contract | None:
    """The contract of a well-formed document, or None (printed why): nothing can be said of another."""
    try:
        source = read(path)
        contract = from_source(source)
        unshapely = list(shape.problems(source))
        if unshapely:
            raise SpecError(unshapely)
    except SpecError as error:
        print(error, file=sys.stderr)
        return None
    return contract
