"""Which requests are tried again, and when."""

from __future__ import annotations

import email.utils
import ssl

import httpx2

from conformance.transport.clock import Clock
from conformance.transport.exchange import Request, Response

ATTEMPTS = 6
"""Attempts at one request in case of 429, 502, 503, 504 and broken connections."""

LATER = (429, 502, 503, 504)
"""Statuses that ask for another attempt."""

LATER_WRITE = (429, 503)
"""The same for a write: a gateway that timed out doesn't know whether the write arrived."""

LONGEST_WAIT = 30.0
"""The maximum of seconds that a Retry-After is obeyed for."""


def says_later(request: Request, response: Response) -> bool:
    """True for a response that asks to send the request again later."""
    return response.status in (LATER if request.method == "GET" else LATER_WRITE)


def retry_after(response: Response, clock: Clock) -> float:
    """The seconds in a Retry-After, given as a number or a date (RFC 9110, section 10.2.3); 0 without one."""
    text = response.headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(text) - clock.now()).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0.0


def worth_another_try(request: Request, error: httpx2.TransportError, attempt: int) -> bool:
    """False where another attempt can't help, and for a write that may have arrived: it isn't sent twice."""
    if isinstance(error, httpx2.ConnectError):
        return not _bad_certificate(error)
    if isinstance(error, httpx2.TimeoutException) and attempt > 1:
        return False
    return request.method == "GET"


def reason(error: httpx2.TransportError) -> str:
    """What failed in the exchange, in words."""
    if _bad_certificate(error):
        return "its certificate isn't trusted; name one that vouches for it with --ca-bundle"
    name = type(error).__name__
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return f"{words}: {error}" if str(error) else words


def _bad_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
