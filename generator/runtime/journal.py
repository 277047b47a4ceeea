"""A file that a bulk write can be taken up from after a crash."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self


@dataclass(frozen=True, slots=True)
class Entry:
    """The last that is known of a chunk: being sent, sent as a batch, or done with a state for each row."""

    chunk: int
    digest: str
    batch: str | None = None
    states: str | None = None


class Journal:
    """One JSON line for each step, on disk before the next step is taken. Without a path, nothing is kept.

    Memory holds one entry a chunk of what an earlier run left, and nothing of this one.
    """

    def __init__(self, path: Path | None, operation: str, chunk_size: int) -> None:
        """Raises ValueError for a file that isn't the journal of such a write."""
        self._path = path
        self._head: dict[str, object] = {"journal": 1, "operation": operation, "chunk_size": chunk_size}
        self._known: dict[int, Entry] = {}
        self._file: IO[str] | None = None
        if path is not None and path.exists():
            self._read(path)

    def _read(self, path: Path) -> None:
        with path.open(encoding="utf-8") as file:
            lines = file.read().split("\n")
        # A crash may cut the last line off; whatever it was about is then not known to have happened.
        whole = [json.loads(line) for line in lines[:-1]]
        if whole and whole[0] != self._head:
            raise ValueError(f"{path} is the journal of another write: {whole[0]}")
        self._known = {entry["chunk"]: Entry(**entry) for entry in whole[1:]}

    def __enter__(self) -> Self:
        if self._path is not None:
            size = self._path.stat().st_size if self._path.exists() else 0
            if size:
                os.truncate(self._path, _whole_lines(self._path))
            self._file = self._path.open("a", encoding="utf-8")
            if not self._file.tell():
                self._write(self._head)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def known(self, chunk: int, digest: str) -> Entry | None:
        """What an earlier run left of a chunk. Raises ValueError when its rows were others."""
        entry = self._known.get(chunk)
        if entry is not None and entry.digest != digest:
            raise ValueError(f"the rows of chunk {chunk} aren't those that {self._path} tells of")
        return entry

    def sending(self, chunk: int, digest: str) -> None:
        """A chunk is about to be sent."""
        self._write(asdict(Entry(chunk, digest)))

    def sent(self, chunk: int, digest: str, batch: str) -> None:
        """A chunk was taken as a batch."""
        self._write(asdict(Entry(chunk, digest, batch)))

    def done(self, chunk: int, digest: str, batch: str | None, states: str) -> None:
        """Every row of a chunk has succeeded (s) or failed (f)."""
        self._write(asdict(Entry(chunk, digest, batch, states)))

    def _write(self, entry: dict[str, object]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def _whole_lines(path: Path) -> int:
    """The length of a file without a last line that was cut off."""
    data = path.read_bytes()
    return data.rfind(b"\n") + 1
