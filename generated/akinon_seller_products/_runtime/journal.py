# Copied from the client generator's runtime; not to be edited here.
"""A file from which a bulk write can continue after a crash.

A journal belongs to its rows in their order, to one target and to one account: its head names them, the key as a
salted fingerprint. The journal of a finished write is marked, and can't be used again. One run at a time has it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from .batches import Outcome
from .call import Operation, RequestOptions
from .errors import JournalError
from .locks import locked
from .session import Session

_VERSION = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """The last that is known of a chunk: being sent, sent as a batch, or done with a state for each row."""

    chunk: int
    digest: str
    batch: str | None = None
    states: str | None = None
    why: Mapping[str, str] | None = None
    """Why rows failed, by their places in the input."""


@dataclass(frozen=True)
class Target:
    """Where a write goes, and on whose account."""

    url: str
    carrier: str
    """What carries requests: the network, or a transport of the caller's own."""
    session: Session
    schemes: tuple[str, ...]
    more: tuple[tuple[str, str], ...]
    """The caller's own headers and query, which may select an account."""

    @classmethod
    def of(cls, session: Session, operation: Operation[Any], call: RequestOptions, carrier: str) -> Target:
        """The target of an operation with its options. Raises ConfigurationError without a key."""
        settings = session.settings
        headers = {**settings.headers, **call.get("extra_headers", {})}
        pairs = [*headers.items(), *call.get("extra_query", {}).items()]
        more = tuple(sorted((name.lower(), str(value)) for name, value in pairs))
        schemes = session.credentials.choose(operation.security)
        return cls(settings.base(operation.server) + operation.path, carrier, session, schemes, more)

    def head(self, salt: str) -> dict[str, object]:
        """The identity of this target, in parts that a message can name. It holds no secret."""
        more = hashlib.pbkdf2_hmac("sha256", repr(self.more).encode(), salt.encode(), 100_000).hex()[:16]
        return {
            "url": self.url,
            "carrier": self.carrier,
            "key": self.session.credentials.fingerprint(self.schemes, salt),
            "headers and query": more if self.more else None,
        }


class Journal:
    """One JSON line for each step, on disk before the next step is taken. Without a path, nothing is kept.

    Memory holds one entry a chunk of what an earlier run left, and nothing of this one.
    """

    def __init__(self, path: Path | None, operation: str, chunk_size: int, target: Target) -> None:
        """Raises JournalError for a file that isn't the journal of such a write, or of a finished one."""
        self._path = path
        self._known: dict[int, Entry] = {}
        self._file: IO[str] | None = None
        self._fixed: dict[str, object] = {"journal": _VERSION, "operation": operation, "chunk_size": chunk_size}
        self._target = target
        if path is not None and path.exists():
            self._read(path)

    def _head(self, salt: str) -> dict[str, object]:
        return {**self._fixed, "salt": salt, **self._target.head(salt)}

    def _read(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").split("\n")
        try:
            # A crash may cut the last line off; whatever it was about is then not known to have happened.
            whole = [json.loads(line) for line in lines[:-1]]
            if not whole:
                return
            head, *entries = whole
            salt = {_VERSION: str(head["salt"])}[head["journal"]]
        except (ValueError, KeyError, TypeError):
            raise JournalError(f"{path} isn't a journal that this version can read") from None
        wanted = self._head(salt)
        if other := [name for name in wanted if head.get(name) != wanted[name]]:
            shown = "; ".join(
                f"{name} is {wanted[name]!r} and was {head.get(name)!r}"
                if name in ("url", "operation", "chunk_size", "carrier")
                else f"{name} differs"
                for name in other
            )
            raise JournalError(f"{path} is the journal of another write: {shown}; give another file")
        for entry in entries:
            if "finished" in entry:
                raise JournalError(
                    f"{path} belongs to a write that was finished at {entry['finished']}: {entry['succeeded']} rows "
                    f"succeeded, {entry['failed']} failed; to write again, give another file"
                )
            self._known[entry["chunk"]] = Entry(**entry)

    def __enter__(self) -> Self:
        """Take the file over. Raises JournalError while another run has it, or if one has finished it since."""
        if self._path is not None:
            file = self._path.open("a", encoding="utf-8")
            try:
                if not locked(file):
                    raise JournalError(f"{self._path} is in use by another run; wait until that ends")
                self._known = {}
                self._read(self._path)  # another run may have gone on since
                file.truncate(_whole_lines(self._path))
            except BaseException:
                file.close()
                raise
            file.seek(0, os.SEEK_END)
            self._file = file
            if not file.tell():
                self._write(self._head(os.urandom(8).hex()))
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def known(self, chunk: int, digest: str) -> Entry | None:
        """What an earlier run left of a chunk. Raises JournalError when its rows, or those before, were others."""
        entry = self._known.get(chunk)
        if entry is not None and entry.digest != digest:
            raise JournalError(f"the rows of chunk {chunk}, or their order, aren't those in {self._path}")
        return entry

    def sending(self, chunk: int, digest: str) -> None:
        """A chunk is about to be sent."""
        self._write(asdict(Entry(chunk, digest)))

    def sent(self, chunk: int, digest: str, batch: str) -> None:
        """A chunk was taken as a batch."""
        self._write(asdict(Entry(chunk, digest, batch)))

    def done(self, chunk: int, digest: str, batch: str | None, outcomes: Sequence[Outcome[Any]]) -> None:
        """Every row of a chunk has succeeded or failed."""
        states = "".join(outcome.state[0] for outcome in outcomes)
        why = {str(outcome.index): outcome.error for outcome in outcomes if outcome.error}
        self._write(asdict(Entry(chunk, digest, batch, states, why)))

    def finish(self, chunks: int, digest: str, counts: Mapping[Any, int]) -> None:
        """All rows were read, and all that were sent are accounted for, unless what became of some isn't known.

        Raises JournalError when the earlier run had more rows than this one.
        """
        if more := [number for number in self._known if number >= chunks]:
            raise JournalError(
                f"{self._path} has {len(more)} more chunks; the rows aren't those that it was written for"
            )
        if not counts["unknown"]:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            totals = {"succeeded": counts["succeeded"], "failed": counts["failed"]}
            self._write({"finished": at, "digest": digest, **totals})

    def _write(self, entry: dict[str, object]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def _whole_lines(path: Path) -> int:
    """The length of a file without a last line that was cut off."""
    data = path.read_bytes()
    return data.rfind(b"\n") + 1
