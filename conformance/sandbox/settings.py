"""The settings of a sandbox, and which of them can change while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

DEFAULT_KEY = "sandbox-key"
"""The key of a sandbox that was given none. It guards nothing, so it may be known."""


@dataclass(frozen=True)
class Switches:
    """Quirks of real servers, and faults. The defaults give a fast and honest server."""

    faults: tuple[str, ...] = ()
    batch_delay: float = 0.0
    """Seconds from the beginning of the work on a batch to its end; its state moves in steps meanwhile."""
    latency: float = 0.0
    """Seconds before every answer, on the wall's clock."""
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
    """The response to a page past the last one."""


@dataclass(frozen=True)
class Settings(Switches):
    """One sandbox, with the switches as they are at the start: a small catalog in memory where nothing else is said."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one."""
    products: int = 150
    """Rows of each collection that can be written; the others hold at most 64."""
    seed: int = 1
    db: Path | str | None = field(default=None, repr=False)
    """A file or a database's URL that outlives the process; without one everything is in memory."""
    workers: int = 1
    """Processes behind the port; more than one need a database that they can share."""
    api_key: str = field(default=DEFAULT_KEY, repr=False)
    second_key: str | None = field(default=None, repr=False)
    """A second tenant's key. It has a catalog of its own, and sees nothing of the first one's."""
    control_key: str | None = field(default=None, repr=False)
    """The key of control requests from other machines; without one, only this machine has access."""
    link_base: str | None = None
    """What links begin with instead of the request's own host, as behind a proxy."""
    churn: float = 0.0
    """Changes a second that another writer makes meanwhile."""
    max_body: int = 20_000_000
    """A larger request body is answered 413."""
    kept_requests: int = 1000
    """The requests that can be looked at afterwards: the newest so many."""
    audit: Path | None = None
    """A file that gets one JSON line for each request: method, path, query, body and status, never the key."""

    @property
    def switches(self) -> Switches:
        """The switches alone."""
        return Switches(**{one.name: getattr(self, one.name) for one in fields(Switches)})

    @property
    def keys(self) -> tuple[str, ...]:
        """The tenants' keys."""
        return (self.api_key,) if self.second_key is None else (self.api_key, self.second_key)
