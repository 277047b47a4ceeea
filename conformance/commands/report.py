"""Making reports again from the stream of a run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from conformance.commands import options
from conformance.reports import files, formats
from spec.command_line import FILE, argument, command, option


@command(
    epilog="""\
A stream without a footer is of a run that was killed or still goes on; its report says that it is incomplete.

exit codes: 0 the report was made, whatever is in it; 2 the stream can't be read

examples:
  seller-contract report report/events.ndjson
  seller-contract report report --format junit
"""
)
@argument("stream", type=FILE, help="events.ndjson, report.json, or a folder with either")
@option(
    "--format",
    type=click.Choice(list(formats.FORMATS)),
    help="print this format (default: write every format to --report)",
)
@option("--report", "folder", type=FILE, metavar="DIR", help="folder to write to (default: the stream's own)")
@options.history
def report_command(stream: Path, format: str | None, folder: Path | None, history: Path | None) -> int:
    """Make reports from the stream of a run (events.ndjson), or from its report.json."""
    report = files.read(stream)
    earlier = options.past_of(report, history)
    if format:
        _, make = formats.FORMATS[format]
        text = make(report, earlier)
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
        return 0
    source = stream if stream.is_dir() else stream.parent
    paths = formats.write_all(folder or source, report, earlier, sources=[source])
    print("report:", ", ".join(str(path) for path in paths))
    if not report["complete"]:
        print(f"It is incomplete: {report['stopped']}.", file=sys.stderr)
    return 0
