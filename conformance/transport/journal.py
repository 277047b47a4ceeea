"""The journal on disk: every key that was written, so that the rows of a killed run can still be deleted."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

JOURNAL = "journal.ndjson"

RowKey = tuple[str, str]
"""A collection, and the key of a row in it that the server may have made."""


class Journal:
    """The keys that runs sent to one target. Thread-safe."""

    def __init__(self, path: Path, base_url: str) -> None:
        self.path, self.base_url = path, base_url
        self.keys = set(journaled(path, base_url))
        """The keys that are on disk."""
        self.rows = journaled_rows(path, base_url)
        """The rows of a former run that weren't seen gone."""
        self._lock = threading.Lock()

    def note(self, keys: list[str]) -> None:
        """Add keys; they are on disk before this returns."""
        with self._lock:
            new = [key for key in dict.fromkeys(keys) if key not in self.keys]
            if not new:
                return
            self._write([{"key": key} for key in new])
            self.keys.update(new)

    def note_rows(self, rows: Iterable[RowKey]) -> None:
        """Add rows; they are on disk before this returns."""
        with self._lock:
            self._write([{"key": key, "collection": collection} for collection, key in rows])

    def drop_row(self, row: RowKey) -> None:
        """Note that a row is gone."""
        with self._lock:
            self._write([{"key": row[1], "collection": row[0], "gone": True}])

    def _write(self, entries: list[dict[str, str | bool]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            # A line that was cut by a kill must not swallow the next one.
            begin = b"\n" if _is_cut(file.tell(), self.path) else b""
            lines = (json.dumps({"base_url": self.base_url, **entry}) + "\n" for entry in entries)
            file.write(begin + "".join(lines).encode())
            file.flush()
            os.fsync(file.fileno())


def _is_cut(size: int, path: Path) -> bool:
    """True for a file that doesn't end with a line."""
    if size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def journaled(journal: Path, base_url: str) -> list[str]:
    """The keys that a journal has for a target, each once; a line that was cut by a kill is skipped."""
    found = (entry for _, entry in _lines(journal) if entry and entry["base_url"] == base_url)
    return list(dict.fromkeys(entry["key"] for entry in found if "collection" not in entry))


def journaled_rows(journal: Path, base_url: str) -> list[RowKey]:
    """The rows that a journal has for a target and doesn't say to be gone, each once."""
    found: dict[RowKey, bool] = {}
    for _, entry in _lines(journal):
        if entry and entry["base_url"] == base_url and "collection" in entry:
            found[str(entry["collection"]), entry["key"]] = "gone" not in entry
    return [row for row, there in found.items() if there]


def forget(journal: Path, base_url: str, kept: list[str], rows: Iterable[RowKey] = ()) -> None:
    """Remove a target's keys from a journal, except those whose rows still exist; an empty journal is removed."""
    left: set[str | RowKey] = {*kept, *rows}
    lines = [line for line, entry in _lines(journal) if entry and not _gone(entry, base_url, left)]
    if not lines:
        journal.unlink(missing_ok=True)
        return
    aside = journal.with_suffix(".new")
    aside.write_text("\n".join(lines) + "\n", "utf-8")
    os.replace(aside, journal)


def _gone(entry: dict[str, str], base_url: str, left: set[str | RowKey]) -> bool:
    name = (entry["collection"], entry["key"]) if "collection" in entry else entry["key"]
    return entry["base_url"] == base_url and name not in left


def _lines(journal: Path) -> Iterator[tuple[str, dict[str, str] | None]]:
    """Each line of a journal with its entry; None for a line without a valid entry."""
    if not journal.is_file():
        return
    for line in journal.read_text("utf-8", "replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        whole = isinstance(entry, dict) and isinstance(entry.get("base_url"), str) and isinstance(entry.get("key"), str)
        yield line, entry if whole else None
