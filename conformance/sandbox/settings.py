"""What can be switched on a sandbox: its data, its key, and the habits of real servers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DEFAULT_KEY = "sandbox-key"
"""The key of a sandbox that was given none. It guards nothing, so it may be known."""


@dataclass(frozen=True)
class Settings:
    """One sandbox. The defaults are a fast and honest server with a small catalog in memory."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one."""
    products: int = 150
    """Rows of each collection that can be written; the others hold at most 64."""
    seed: int = 1
    db: Path | None = None
    """A file that outlives the process; without one everything is in memory."""
    api_key: str = DEFAULT_KEY
    faults: tuple[str, ...] = ()
    batch_delay: float = 0.0
    """Seconds from accepting a batch to its end; its state moves in steps meanwhile."""
    latency: float = 0.0
    """Seconds before every answer."""
    rate_limit: float | None = None
    """Requests a second; what is beyond is answered 429 with Retry-After."""
    page_cap: int | None = None
    """The most rows that a page holds, however large a limit is asked for."""
    flaky: float = 0.0
    """The share of requests answered 503 with Retry-After."""
    read_only: bool = False
    """The key may read only: writes are answered 403."""
    approve_after: float = 0.0
    """Seconds until a new row passes the filters' defaults, as an approval would take."""
    past_end: Literal["empty", "404"] = "empty"
    """What a page past the last one is answered with."""
    link_base: str | None = None
    """What links begin with instead of the request's own host, as behind a proxy."""
    churn: float = 0.0
    """Changes a second that another writer makes meanwhile."""
    max_body: int = 20_000_000
    """A larger request body is answered 413."""
    audit: Path | None = None
    """A file that gets one JSON line for each request: method, path, query, body and status, never the key."""
