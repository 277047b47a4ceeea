"""Reading and writing reports. Files are written completely or not at all, and a partial one is detected."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from conformance.reports.fold import fold
from conformance.reports.model import FORMAT, Answered, Concluded, Event, Footer, Header, Report
from conformance.reports.text import as_json

_LATER: dict[Any, type[Concluded] | type[Answered] | type[Footer]] = {
    "concluded": Concluded,
    "answered": Answered,
    "footer": Footer,
}
"""What each kind of line of a stream holds, after its header."""

_Line = TypeVar("_Line")


class UnreadableReport(Exception):
    """A file that isn't a complete report. The message names it, and what to do."""


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
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise UnreadableReport(
            f"{path} isn't JSON, or is cut. If it was a report, make it again from the stream beside it: "
            f"seller-contract report {path.parent / 'events.ndjson'} --format json"
        ) from None
    _check_format(path, data)
    try:
        report = msgspec.convert(data, Report)
    except msgspec.ValidationError as error:
        raise UnreadableReport(f"{path} isn't a report as report.schema.json describes it: {error}") from None
    return _shown(path, report)


def _from_stream(path: Path, text: str) -> Report:
    """The report of a stream. Its last line may be cut, for a run may be killed at any moment; no other may."""
    lines = text.split("\n")
    header: Header | None = None
    events: list[Event] = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            data = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError):
            if number == len(lines):
                break
            raise UnreadableReport(f"{path}:{number} is damaged: the line isn't JSON.") from None
        if events and events[-1]["event"] == "footer":
            raise UnreadableReport(f"{path}:{number} is damaged: something follows the footer.")
        if number == 1:
            _check_format(path, data)
            header = _event(path, number, data, Header)
        else:
            kind = _LATER.get(data.get("event") if isinstance(data, dict) else None)
            if kind is None:
                raise UnreadableReport(f"{path}:{number} is damaged: such an event can't stand there.")
            events.append(_event(path, number, data, kind))
    if header is None:
        raise UnreadableReport(f"{path} is cut within its header, so nothing is known of the run. Run it again.")
    return _shown(path, fold(header, events))


def _event(path: Path, number: int, data: Any, kind: type[_Line]) -> _Line:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise UnreadableReport(f"{path}:{number} is damaged: {error}") from None


def _shown(path: Path, report: Report) -> Report:
    """A report in which every violation comes with its counterexample. Raises UnreadableReport for another."""
    for clause in report["clauses"]:
        if clause["verdict"] == "violated" and "counterexample" not in clause:
            raise UnreadableReport(f"{path} isn't whole: {clause['id']} is violated, and has no counterexample.")
    return report


def _check_format(path: Path, data: Any) -> None:
    given = data.get("format") if isinstance(data, dict) else None
    if isinstance(given, int) and given != FORMAT:
        raise UnreadableReport(f"{path} is a report of format {given}; this version reads format {FORMAT}.")


def to_json(report: Report) -> str:
    """The report as text, stable and readable."""
    return as_json(report, indent=2) + "\n"


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file completely or not at all: aside first, then renamed. Raises OSError."""
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
    """Write a file anywhere, completely or not at all. Raises OSError."""
    return write(path.parent, path.name, text)


def clear(folder: Path, names: Iterable[str]) -> None:
    """Delete the files of an earlier run, so that they aren't mistaken for this run's. Raises OSError."""
    for name in names:
        (folder / name).unlink(missing_ok=True)
