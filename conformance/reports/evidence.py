"""The evidence beside a report: bodies kept whole, in files that are named by their content."""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

from conformance.reports.model import Recorded, Report
from conformance.verdict import EVIDENCE, Counterexample


def keep(folder: Path, example: Counterexample) -> None:
    """Write the bodies of a counterexample that aren't there yet. Raises OSError."""
    for exchange in example.exchanges:
        for file in (exchange.sent, exchange.received):
            if file and not (folder / file.name).exists():
                (folder / EVIDENCE).mkdir(parents=True, exist_ok=True)
                aside = folder / f"{file.name}.part"
                aside.write_bytes(file.content)
                aside.replace(folder / file.name)


def clear(folder: Path) -> None:
    """Remove the evidence of an earlier run. Raises OSError."""
    for path in (folder / EVIDENCE).glob("*") if (folder / EVIDENCE).is_dir() else ():
        if path.name.removesuffix(".part").endswith(SUFFIXES):
            path.unlink()


SUFFIXES = (".json", ".body", ".gz")
"""How the names of evidence end; nothing else in the folder is ours."""


def exchanges(report: Report) -> Iterator[tuple[str, Recorded]]:
    """(clause, request and response) of every counterexample, in order."""
    for clause in report["clauses"]:
        for exchange in clause.get("counterexample", {}).get("exchanges", []):
            yield clause["id"], exchange


def bring(report: Report, source: Path, folder: Path) -> None:
    """Copy the bodies that a report names from the folder where it was made. Raises OSError."""
    if source.resolve() == folder.resolve():
        return
    for _, exchange in exchanges(report):
        for name in (exchange.get("sent"), exchange.get("received")):
            if name and _is_ours(name) and (source / name).is_file() and not (folder / name).exists():
                (folder / EVIDENCE).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, folder / name)


def body(folder: Path, name: str | None) -> bytes | None:
    """A body that was kept; None where there is none, or its file is gone or damaged."""
    if not name or not _is_ours(name):
        return None
    try:
        content = (folder / name).read_bytes()
        return gzip.decompress(content) if name.endswith(".gz") else content
    except (OSError, EOFError, zlib.error):
        return None


def _is_ours(name: str) -> bool:
    """True for a file within the folder of evidence: a report may come from anywhere."""
    return Path(name).parent == Path(EVIDENCE)
