"""Reading and writing reports: whole or not at all, and never a half of one taken for a whole."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, cast

import jsonschema_rs

from conformance.reports.fold import fold
from conformance.reports.model import FORMAT, Event, Header, Report
from conformance.reports.text import as_json

SCHEMA = Path(__file__).parent / "report.schema.json"


class UnreadableReport(Exception):
    """A file that isn't a report, or not a whole one. The message says which, and what to do."""


def read(path: Path) -> Report:
    """The report that a file holds: report.json, a stream, or a folder with either. Raises UnreadableReport."""
    if path.is_dir():
        path = path / "report.json" if (path / "report.json").is_file() else path / "events.ndjson"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableReport(f"{path}: {error.strerror}") from None
    if not data.strip():
        raise UnreadableReport(f"{path} is empty.")
    # A cut may go through the middle of a letter; that is no reason to call the rest unreadable.
    whole, newline, tail = data.rpartition(b"\n")
    try:
        text = (whole + newline).decode("utf-8") + tail.decode("utf-8", "replace")
    except UnicodeDecodeError:
        raise UnreadableReport(f"{path} isn't text, so it isn't a report.") from None
    return _from_stream(path, text) if text.startswith('{"event"') else _from_json(path, text)


def _from_json(path: Path, text: str) -> Report:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableReport(
            f"{path} isn't JSON, or is cut. If it was a report, make it again from the stream beside it: "
            f"python -m conformance report {path.parent / 'events.ndjson'} --format json"
        ) from None
    _check_format(path, data)
    problem = first_problem("report", data)
    if problem:
        raise UnreadableReport(f"{path} isn't a report as report.schema.json describes it: {problem}")
    return cast(Report, data)


def _from_stream(path: Path, text: str) -> Report:
    """The report of a stream. Its last line may be cut, for a run may be killed at any moment; no other may."""
    lines = text.split("\n")
    events: list[Any] = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            if number == len(lines):
                break
            raise UnreadableReport(f"{path}:{number} is damaged: the line isn't JSON.") from None
        _check_format(path, event if number == 1 else {"format": FORMAT})
        kind = event.get("event") if isinstance(event, dict) else None
        known = kind in ("header", "concluded", "answered", "footer") and (kind == "header") == (number == 1)
        problem = first_problem(str(kind), event) if known else "such an event can't stand there"
        if problem:
            raise UnreadableReport(f"{path}:{number} is damaged: {problem}")
        if events and events[-1]["event"] == "footer":
            raise UnreadableReport(f"{path}:{number} is damaged: something follows the footer.")
        events.append(event)
    if not events:
        raise UnreadableReport(f"{path} is cut within its header, so nothing is known of the run. Run it again.")
    return fold(cast(Header, events[0]), cast("list[Event]", events[1:]))


def _check_format(path: Path, data: Any) -> None:
    given = data.get("format") if isinstance(data, dict) else None
    if isinstance(given, int) and given != FORMAT:
        raise UnreadableReport(f"{path} is a report of format {given}; this version reads format {FORMAT}.")


def first_problem(kind: str, data: Any) -> str | None:
    """What keeps data from being a report, or an event of a kind; None when nothing does."""
    error = next(iter(_validator(kind).iter_errors(data)), None)
    if error is None:
        return None
    where = "/".join(str(part) for part in error.instance_path)
    return f"{where or 'it'}: {error.message[:200]}"


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    if kind != "report":
        schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
    return jsonschema_rs.Draft202012Validator(schema)


def to_json(report: Report) -> str:
    """The report as text, stable and readable."""
    return as_json(report, indent=2) + "\n"


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file whole or not at all: aside first, then renamed. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
        os.chmod(aside, 0o644)
        os.replace(aside, folder / name)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return folder / name


def write_text(path: Path, text: str) -> Path:
    """Write a file anywhere, whole or not at all. Raises OSError."""
    return write(path.parent, path.name, text)


def clear(folder: Path, names: Iterable[str]) -> None:
    """Take away what an earlier run left, so that nobody takes it for this run's. Raises OSError."""
    for name in names:
        (folder / name).unlink(missing_ok=True)
