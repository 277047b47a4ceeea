"""When to try again, and after how long."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .errors import Answer, APIConnectionError

REFUSED = frozenset({429, 503})
"""The server did nothing, by its status: any request can safely be sent again."""

AMBIGUOUS = frozenset({408, 500, 502, 504})
"""The server, or a proxy, may have done it all the same: only what may be done twice is sent again."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a request is sent again, and how long is waited in between."""

    retries: int = 2
    first: float = 0.5
    most: float = 8.0
    most_asked: float = 60.0
    """The longest wait that a Retry-After is obeyed for; a longer one is an error at once."""

    def again(self, outcome: Answer | APIConnectionError, repeatable: bool) -> bool:
        """True when the request may be sent again after that outcome."""
        if isinstance(outcome, Answer):
            return outcome.status in REFUSED or (repeatable and outcome.status in AMBIGUOUS)
        return repeatable or not outcome.sent

    def delay(
        self,
        attempt: int,
        outcome: Answer | APIConnectionError,
        jitter: Callable[[], float] = random.random,
    ) -> float | None:
        """Seconds to wait after attempt 1, 2, ...; None when the server asks for longer than we wait.

        Retry-After is obeyed to the second. Otherwise the wait doubles each time, and up to half of it is
        left to chance, so that clients that failed together don't come back together.
        """
        asked = retry_after(outcome.headers) if isinstance(outcome, Answer) else None
        if asked is not None:
            return asked if asked <= self.most_asked else None
        return float(min(self.most, self.first * 2 ** min(attempt - 1, 30)) * (1 - jitter() / 2))


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The wait that a server asks for, in seconds: a number, or a date (RFC 9110, section 10.2.3).

    Milliseconds in `retry-after-ms`, as some servers send, go first. What can't be read counts as absent.
    """
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if value.replace(".", "", 1).isdigit() and value.isascii():
            return float(value) / scale
    try:
        moment = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
