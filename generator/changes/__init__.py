"""`python -m generator diff OLD NEW`: what a change of the document does to callers, servers and Python code."""

from __future__ import annotations

import sys

from generator import render
from generator.changes.compare import compare_surfaces
from generator.changes.surface import Surface, surface
from generator.planner import plan
from spec import reader
from spec.diff.code import Code
from spec.diff.command import diff_command
from spec.source import Source

__all__ = ["compare_code", "compare_surfaces", "diff", "package_surface", "surface"]


def compare_code(old: Source, new: Source) -> Code | None:
    """The changes of the package; None, with an error message, where one can't be generated."""
    before, after = package_surface(old), package_surface(new)
    return compare_surfaces(before, after) if before is not None and after is not None else None


def package_surface(source: Source) -> Surface | None:
    """What callers can name in the package that is generated from a document."""
    contract, problems = reader.attempt(source)
    if contract is None:
        print(f"{source.file}: no package can be generated from it, so none is compared", file=sys.stderr)
        return None
    planned = plan(contract, problems)
    return surface(planned.package, render.files(planned))


diff = diff_command(compare_code)
"""`python -m generator diff` and `seller-contract diff`."""
