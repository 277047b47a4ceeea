"""The options of a bulk write, and its progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """The progress of a bulk write, in rows."""

    read: int
    """Taken from the input."""
    succeeded: int
    failed: int
    unknown: int

    @property
    def under_way(self) -> int:
        """Read, and without an outcome so far."""
        return self.read - self.succeeded - self.failed - self.unknown


@dataclass(frozen=True)
class BulkOptions:
    """The options of a bulk write."""

    chunk_size: int = 200
    in_flight: int = 4
    """How many batches may be under way at the server at once."""
    timeout: float = 600.0
    """Seconds to wait for each batch, from when it is its turn."""
    isolate: int = 64
    """How many requests may be spent for one chunk on finding the rows that fail, where the server doesn't name them:
    its halves are sent again, down to single rows, for writes that may be repeated."""
    deadline: float | None = None
    """Seconds for the whole write."""
    progress: Callable[[Progress], None] | None = None

    def __post_init__(self) -> None:
        if self.chunk_size < 1 or self.in_flight < 1:
            raise ValueError("chunk_size and in_flight must be at least 1")
        if self.isolate < 0:
            raise ValueError("isolate_requests must be 0 or more")
        if self.deadline is not None and not self.deadline > 0:
            raise ValueError("deadline must be more than 0 seconds")
