"""`python -m conformance report STREAM`: every format again, from the stream of a run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance.reports import files, formats
from conformance.reports.trend import history


def main(argv: list[str]) -> int:
    """Exit code 0 when the report was made, 2 when the stream can't be read."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance report",
        description="Make reports from the stream of a run (events.ndjson), or from its report.json.",
        epilog="A stream without a footer is of a run that was killed or still goes on; its report says that it is "
        "incomplete. The exit code says whether the report was made, not what is in it.",
    )
    parser.add_argument("stream", type=Path, help="events.ndjson, report.json, or a folder with either")
    parser.add_argument(
        "--format", choices=tuple(formats.FORMATS), help="print this format (default: write every format to --report)"
    )
    parser.add_argument("--report", type=Path, metavar="DIR", help="folder to write to (default: the stream's own)")
    parser.add_argument("--history", type=Path, metavar="DIR", help="folder of past reports, for the trend")
    given = parser.parse_args(argv)
    report = files.read(given.stream)
    if given.format:
        _, make = formats.FORMATS[given.format]
        text = make(report, history(given.history) if given.history else ())
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
        return 0
    folder = given.report or (given.stream if given.stream.is_dir() else given.stream.parent)
    print("report:", ", ".join(str(path) for path in formats.write_all(folder, report, given.history)))
    if not report["complete"]:
        print(f"It is incomplete: {report['stopped']}.", file=sys.stderr)
    return 0
