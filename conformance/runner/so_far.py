"""The report of a run that isn't over, or was given up: its stream so far, with a footer for its progress."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from conformance.reports import files
from conformance.reports.model import Report
from conformance.reports.stream import footer, line


def so_far(stream: Path, stopped: str, notes: Sequence[str] = ()) -> Report:
    """The report of what a stream holds by now. Raises UnreadableReport for one without a header."""
    # The last line may be half written yet.
    whole, newline, _ = stream.read_bytes().rpartition(b"\n") if stream.is_file() else (b"", b"", b"")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / stream.name
        copy.write_bytes(whole + newline)
        report = files.read(copy)
        if report["stopped"] is None or report["finished"] is not None:
            return report
        end = line(footer(stopped, report["requests"]["by_operation"], notes))
        copy.write_bytes(whole + newline + end.encode("utf-8"))
        return files.read(copy)
