# Copied from the client generator's runtime; not to be edited here.
"""Bodies as they come in: decompressed piece by piece under a limit, so that a bomb can't fill the memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from .errors import Answer, ContentTypeError, ResponseTooLargeError


class Unpacker:
    """Decompresses a body, a piece at a time."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        """Raises ContentTypeError for an encoding that wasn't asked for."""
        self._bare = Answer(status, headers, b"")
        self._inflater: Any = None
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding in ("gzip", "x-gzip"):
            self._inflater = zlib.decompressobj(wbits=31)
        elif encoding == "deflate":
            self._inflater = zlib.decompressobj()
        elif encoding not in ("", "identity"):
            raise ContentTypeError(f"content encoding {encoding!r} wasn't asked for", None, self._bare)

    def parts(self, piece: bytes) -> Iterator[bytes]:
        """What a piece holds. Raises ContentTypeError when it is broken."""
        if self._inflater is None:
            yield piece
            return
        try:
            while piece:
                yield self._inflater.decompress(piece, 1 << 16)
                piece = self._inflater.unconsumed_tail
        except zlib.error as error:
            raise ContentTypeError(f"the compressed body is broken: {error}", None, self._bare) from None

    def end(self) -> None:
        """Nothing more comes. Raises ContentTypeError when the body was cut off."""
        if self._inflater is not None and not self._inflater.eof:
            raise ContentTypeError("the compressed body is cut off", None, self._bare)


class Received:
    """Collects a body under a limit."""

    def __init__(self, status: int, headers: Mapping[str, str], limit: int) -> None:
        self._status = status
        self._headers = headers
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._unpacker = Unpacker(status, headers)

    def add(self, piece: bytes) -> None:
        """Take the next piece as it came. Raises APIResponseError when there is too much, or it is broken."""
        for part in self._unpacker.parts(piece):
            self._keep(part)

    def read_already(self, content: bytes) -> Answer:
        """The answer of a transport, such as httpx2's for tests, that gives bodies whole and decompressed."""
        self._keep(content)
        return Answer(self._status, self._headers, content)

    def answer(self) -> Answer:
        """The whole answer. Raises ContentTypeError when a compressed body was cut off."""
        if self._size:
            self._unpacker.end()
        return Answer(self._status, self._headers, b"".join(self._pieces))

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            bare = Answer(self._status, self._headers, b"")
            raise ResponseTooLargeError(f"the body has more than {self._limit} bytes", None, bare)
        self._pieces.append(part)
