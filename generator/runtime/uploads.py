"""Files that are sent as they are read: from a path, an open file, or memory."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from .guards import is_bytes, is_path
from .types import File, Progress

_CHUNK = 64 * 1024

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"BM", "image/bmp"),
)


@dataclass(frozen=True)
class Piece:
    """A file, or text around files."""

    content: bytes | os.PathLike[str] | IO[bytes]
    name: str | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    progress: Progress | None = None

    @property
    def size(self) -> int | None:
        """How many bytes there are; None where that isn't known before they are read."""
        if isinstance(self.content, bytes):
            return len(self.content)
        if isinstance(self.content, os.PathLike):
            return os.stat(self.content).st_size
        try:
            here = self.content.tell()
            end = self.content.seek(0, os.SEEK_END)
            self.content.seek(here)
        except (OSError, ValueError, AttributeError):
            return None
        return end - here

    def chunks(self, start: int | None) -> Iterator[bytes]:
        """The bytes, piece by piece; an open file is read from `start`."""
        if isinstance(self.content, bytes):
            yield self.content
        elif isinstance(self.content, os.PathLike):
            with open(self.content, "rb") as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        else:
            if start is not None:
                self.content.seek(start)
            while chunk := self.content.read(_CHUNK):
                yield chunk


def upload(value: Any) -> Piece | None:
    """A file, or None for what isn't one. Raises OSError for a path that can't be read."""
    if isinstance(value, Piece):
        return value
    if isinstance(value, File):
        inner = upload(value.content)
        if inner is None:
            return None
        return Piece(inner.content, value.name or inner.name, value.content_type, value.headers, value.progress)
    if is_bytes(value):
        return Piece(bytes(value))
    if is_path(value):
        os.stat(value)
        return Piece(value, os.path.basename(os.fspath(value)))
    if hasattr(value, "read"):
        name = getattr(value, "name", None)
        return Piece(value, os.path.basename(name) if isinstance(name, str) else None)
    return None


def guessed(piece: Piece) -> str | None:
    """The content type by a file's name or its first bytes."""
    if piece.name and (kind := mimetypes.guess_type(piece.name)[0]):
        return kind
    content = piece.content
    if isinstance(content, bytes):
        return next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), None)
    return None


class Upload:
    """A body that is read as it is sent: again for every attempt, as far as its files can be."""

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._pieces = pieces
        sizes = [piece.size for piece in pieces]
        self.size = None if None in sizes else sum(size or 0 for size in sizes)
        """How many bytes there are; None where that isn't known."""
        self._starts = [_position(piece) for piece in pieces]
        self._sent = False

    @property
    def repeatable(self) -> bool:
        """True when it can be sent once more: nothing was read, or every open file can go back."""
        open_ones = (n for n, p in enumerate(self._pieces) if not isinstance(p.content, (bytes, os.PathLike)))
        return not self._sent or all(self._starts[n] is not None for n in open_ones)

    def __iter__(self) -> Iterator[bytes]:
        self._sent = True
        for piece, start in zip(self._pieces, self._starts, strict=True):
            total, sent = piece.size if piece.progress else None, 0
            for chunk in piece.chunks(start):
                yield chunk
                sent += len(chunk)
                if piece.progress is not None:
                    piece.progress(sent, total)

    async def awaited(self) -> AsyncIterator[bytes]:
        """The same for a client that awaits."""
        for chunk in self:
            yield chunk

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {'unknown size' if self.size is None else f'{self.size} bytes'}>"


def _position(piece: Piece) -> int | None:
    if isinstance(piece.content, (bytes, os.PathLike)):
        return None
    try:
        return piece.content.tell() if piece.content.seekable() else None
    except (OSError, ValueError, AttributeError):
        return None
