"""The server under test, as the one door through which every request of a run goes out.

Whatever asks (a law, Schemathesis' engine, clean-up), here are the key, the rate limit, the budgets, the
retries that a throttling server asks for, and the guard that keeps writes to what this run made.
"""

from __future__ import annotations

import contextlib
import email.utils
import errno
import html
import json
import math
import ssl
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx2

from conformance.transport.exchange import Credential, Request, Response, swap_case
from conformance.transport.ownership import Ownership
from spec import Contract

Guard = Callable[[Request], str | None]
"""Says why a request that would change something must not be sent, or None."""

ATTEMPTS = 6
"""How often one request is tried in the face of 429, 502, 503, 504 and broken connections."""

LATER = (429, 502, 503, 504)
"""Answers that say to try again."""

LATER_WRITE = (429, 503)
"""The same for a write: a gateway that gave up doesn't know whether it arrived."""

SLOWER, FASTER = 0.8, 1.01
"""What the rate is multiplied by after a 429, and after every other answer until it is what it was."""

LONGEST_WAIT = 30.0
"""Seconds that a Retry-After is obeyed for; more is cut to this."""

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of an answer that are read; a larger one is cut, and then isn't JSON."""

SHORT_KEY = 3
"""A key of up to so many characters is no secret: taking it out would spoil every text."""

PARALLEL = 4
"""Requests in flight at once, where a law knows several in advance."""


class Stopped(Exception):
    """The run can't go on: a budget is spent or the target is gone. The message says which."""


class Unreachable(Stopped):
    """The target gave no answer."""


class NotSent(Exception):
    """The guard held a request back."""


@dataclass(frozen=True)
class Limits:
    """What a run may take: requests a second, requests and seconds in all; None for no limit."""

    rate: float | None = None
    requests: int | None = None
    seconds: float | None = None
    timeout: float = 30.0
    """Seconds for one request."""
    batch: float = 15.0
    """Seconds that a batch may take before it counts as one that doesn't end."""
    lag: float = 2.25
    """Seconds by which a list may be behind what a finished batch did."""


def refuse_writes(request: Request) -> str | None:
    """The guard of a read-only run: nothing that changes anything is sent with the right key."""
    if request.method in ("GET", "HEAD", "OPTIONS") or request.credential is not Credential.RIGHT:
        return None
    return "this run is read-only"


@dataclass
class Target:
    """A base URL with everything that sending to it takes. Safe to use from several threads."""

    base_url: str
    contract: Contract
    key: str | None = field(repr=False)
    limits: Limits = field(default_factory=Limits)
    guard: Guard = refuse_writes
    ownership: Ownership | None = None
    """What the run may write to; None in a read-only one. Its guard then takes the place of `guard`."""
    verify: str | bool = True
    """A CA bundle's path, or True for the system's."""
    observe: Callable[[Request, Response], None] = lambda request, response: None
    """Told of every answer."""
    sent: Counter[str] = field(default_factory=Counter)
    """Requests sent so far, by operation code."""

    def __post_init__(self) -> None:
        self.base_url = self.base_url.rstrip("/")
        if self.ownership:
            self.guard = self.ownership.guard
        self._client = httpx2.Client(
            timeout=self.limits.timeout,
            verify=_trusted(self.verify) if isinstance(self.verify, str) else self.verify,
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=PARALLEL * 2, max_keepalive_connections=PARALLEL * 2),
        )
        self._halted = False
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._next_slot = 0.0
        self._rate = self.limits.rate
        self._recent: list[float] = []
        self._pool: ThreadPoolExecutor | None = None
        scheme = next((s for s in self.contract.security_schemes if s.place == "header"), None)
        self.key_header = scheme.parameter if scheme else "Authorization"
        self._shapes = sorted(set(_shapes(self.key or "")), key=lambda shape: (-len(shape), shape))
        self.key_prefix = f"{scheme.scheme.title()} " if scheme and scheme.scheme in ("bearer", "basic") else ""

    def close(self) -> None:
        """Let go of connections and threads."""
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def halt(self) -> None:
        """Let no further request out: whoever asks is told that the run was interrupted."""
        self._halted = True

    @property
    def total(self) -> int:
        """Requests sent so far."""
        return sum(self.sent.values())

    @property
    def age(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._started

    def send(self, request: Request) -> Response:
        """Send a request and give its answer, after as many retries as a throttling server asks for.

        Raises NotSent when the guard holds it back, Stopped when a budget is spent, Unreachable when no
        answer comes.
        """
        reason = self.guard(request)
        if reason:
            raise NotSent(reason)
        wait = 0.25
        for attempt in range(1, ATTEMPTS + 1):
            self._wait_for_slot(request)
            last = attempt == ATTEMPTS
            try:
                response = self._send_once(request)
            except httpx2.TransportError as error:
                if last or not _worth_another_try(request, error, attempt):
                    # The library quotes what it couldn't read, and a server may have put the key there.
                    raise Unreachable(self.redact(f"{request.method} {request.path}: {_reason(error)}")) from None
            else:
                if response.status not in (LATER if request.method == "GET" else LATER_WRITE) or last:
                    self._speed_up()
                    self.observe(request, response)
                    return response
                wait = max(wait, min(retry_after(response), LONGEST_WAIT))
                if response.status == 429:
                    self._slow_down()
            self._sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        raise Unreachable(f"{request.method} {request.path}: no answer")

    def send_all(self, requests: Iterable[Request]) -> list[Response]:
        """Send several requests, a few at a time; answers in the order of the requests."""
        waiting = list(requests)
        if len(waiting) < 2:
            return [self.send(request) for request in waiting]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="ask")
        return list(self._pool.map(self.send, waiting))

    def redact(self, text: str, most: int | None = None) -> str:
        """A text without the key, wherever the server may have repeated it, and however it wrote it.

        `most` is how many characters of it are kept: it is cut last, or half a key could be left at its end.
        """
        for shape in self._shapes:
            text = text.replace(shape, "$PRD_API_KEY")
        return text if most is None or len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"

    def credential(self, variant: Credential) -> str | None:
        """The header's value for a variant of the key; None for no header at all."""
        key = self.key or ""
        match variant:
            case Credential.MISSING:
                return None
            case Credential.EMPTY:
                return ""
            case Credential.WRONG:
                return self.key_prefix + Credential.WRONG.value
            case Credential.TRUNCATED:
                return self.key_prefix + key[:-1]
            case Credential.EXTENDED:
                return self.key_prefix + key + "x"
            case Credential.SWAPPED_CASE:
                return self.key_prefix + swap_case(key)
            case _:
                return self.key_prefix + key if self.key is not None else None

    def _send_once(self, request: Request) -> Response:
        headers = [(name, value.encode("utf-8")) for name, value in request.headers]
        key = self.credential(request.credential)
        if key is not None:
            headers.append((self.key_header, key.encode("utf-8")))
        if request.body is not None and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", b"application/json"))
        started = time.monotonic()
        body = bytearray()
        # What isn't compressed as its header says is an answer that can't be read, and ends there.
        with (
            contextlib.suppress(httpx2.DecodingError),
            self._client.stream(
                request.method,
                self.base_url + request.target,
                headers=[(name.encode("ascii", "replace"), value) for name, value in headers],
                content=request.body,
            ) as response,
        ):
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_BODY:
                    break
                if time.monotonic() - started > self.limits.timeout:
                    raise httpx2.ReadTimeout(f"the answer doesn't end within {self.limits.timeout:g} s")
        elapsed = time.monotonic() - started
        answer_headers = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, answer_headers, bytes(body), elapsed)

    def _wait_for_slot(self, request: Request) -> None:
        """Take one request from the budget and wait until the rate allows it."""
        with self._lock:
            now = time.monotonic()
            if self._halted:
                raise Stopped("interrupted")
            if self.limits.requests is not None and self.total >= self.limits.requests:
                raise Stopped(f"the budget of {self.limits.requests} requests is spent")
            slot = max(now, self._next_slot)
            self._check_time(slot)
            self.sent[request.operation] += 1
            self._next_slot = slot + (1 / self._rate if self._rate else 0)
            self._recent = [t for t in self._recent if t > slot - 1] + [slot]
        if slot > now:
            time.sleep(slot - now)

    def _check_time(self, moment: float) -> None:
        limit = self.limits.seconds
        if limit is not None and moment - self._started > limit:
            raise Stopped(f"the budget of {limit:g} seconds is spent")

    def _slow_down(self) -> None:
        """After a 429, stay below what was just refused."""
        with self._lock:
            seen = max(1.0, float(len(self._recent)))
            self._rate = max(1.0, SLOWER * min(seen, self._rate or seen))

    def _speed_up(self) -> None:
        """Some 429s are about nothing that lasts, so after each answer it may go a little faster again."""
        with self._lock:
            if self._rate is not None and self._rate != self.limits.rate:
                self._rate = min(self._rate * FASTER, self.limits.rate or math.inf)

    def _sleep(self, seconds: float) -> None:
        self._check_time(time.monotonic() + seconds)
        time.sleep(seconds)


def _trusted(bundle: str) -> ssl.SSLContext:
    """TLS that trusts a file of certificates. Raises OSError for one that holds none."""
    try:
        return ssl.create_default_context(cafile=bundle)
    except ssl.SSLError:
        raise OSError(errno.EINVAL, "holds no certificate that can be read", bundle) from None


def _worth_another_try(request: Request, error: httpx2.TransportError, attempt: int) -> bool:
    """False where trying again can't help, and for a write that may have arrived: it is not sent twice."""
    if isinstance(error, httpx2.ConnectError):
        return not _bad_certificate(error)
    if isinstance(error, httpx2.TimeoutException) and attempt > 1:
        return False
    return request.method == "GET"


def _bad_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _shapes(key: str) -> Iterator[str]:
    """The key, and what is sent in its place that tells most of it, in the ways that a server may write them."""
    if len(key) <= SHORT_KEY:
        return
    for text in (key, swap_case(key), *([key[:-1]] if len(key) > 2 * SHORT_KEY else [])):
        yield text
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
        yield json.dumps(text).replace("/", "\\/")[1:-1]
        yield html.escape(text)
        yield repr(text)[1:-1]
        yield repr(text.encode())[2:-1]
        yield text.encode().decode("latin-1")
        yield urllib.parse.quote(text)
        yield urllib.parse.quote(text, safe="")
        yield urllib.parse.quote_plus(text)


def retry_after(response: Response) -> float:
    """The seconds that a Retry-After asks for, as a number or a date (RFC 9110, section 10.2.3); 0 without one."""
    text = response.headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _reason(error: httpx2.TransportError) -> str:
    """What went wrong on the wire, in words."""
    if _bad_certificate(error):
        return "its certificate isn't trusted; name one that vouches for it with --ca-bundle"
    name = type(error).__name__
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return f"{words}: {error}" if str(error) else words
