"""The server under test.

Every request is sent through the target, whatever made it: a law, Schemathesis' engine, clean-up.

The target adds the key, keeps the pace, and retries where the server asks for it. Its guard stops writes to
rows that this run didn't make.
"""

from __future__ import annotations

import contextlib
import errno
import ssl
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx2

from conformance.transport.clock import SYSTEM, Clock
from conformance.transport.errors import NotSent, Unreachable
from conformance.transport.exchange import Credential, Request, Response, encode_query
from conformance.transport.guard import Ownership
from conformance.transport.key_place import key_places
from conformance.transport.pace import Limits, Pace
from conformance.transport.redaction import Redaction
from conformance.transport.retries import ATTEMPTS, LONGEST_WAIT, reason, retry_after, says_later, worth_another_try
from spec import Contract
from spec.environment import key_variable

Guard = Callable[[Request], str | None]
"""Returns why a request that changes something must not be sent, or None."""

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a response that are read. A larger one is cut, and no longer parses as JSON."""

PARALLEL = 4
"""Concurrent requests, where a law knows several in advance."""

FIRST_WAIT = 0.25
"""Seconds before the first retry; each later wait is twice as long."""


def refuse_writes(request: Request) -> str | None:
    """The guard of a read-only run: no request that changes something is sent with the right key."""
    if request.method in ("GET", "HEAD", "OPTIONS") or not request.credential.valid:
        return None
    return "this run is read-only"


@dataclass
class Target:
    """A base URL with all that is needed to send requests to it. Thread-safe."""

    base_url: str
    contract: Contract
    key: str | None = field(repr=False)
    limits: Limits = field(default_factory=Limits)
    guard: Guard = refuse_writes
    ownership: Ownership | None = None
    """The keys that the run may write; None in a read-only run. Its guard then replaces `guard`."""
    verify: str | bool = True
    """A CA bundle's path, or True for the system's."""
    observe: Callable[[Request, Response], None] = lambda request, response: None
    """Called with every response."""
    sent: Counter[str] = field(default_factory=Counter)
    """Requests sent so far, by operation code."""
    clock: Clock = SYSTEM
    second_key: str | None = field(default=None, repr=False)
    """The key of another account, where there is one."""

    def __post_init__(self) -> None:
        self.base_url = self.base_url.rstrip("/")
        if self.ownership:
            self.guard = self.ownership.guard
        self._client = httpx2.Client(
            timeout=self.limits.timeout,
            verify=_trusted(self.base_url, self.verify),
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=PARALLEL * 2, max_keepalive_connections=PARALLEL * 2),
        )
        self._pool: ThreadPoolExecutor | None = None
        self.pace = Pace(self.limits, self.clock, self.sent)
        self.key_variable = key_variable(self.contract)
        """The environment variable that holds the key, as shown in curl lines and messages."""
        self.redact = Redaction(
            {self.second_key: Credential.OTHER.from_variable(self.key_variable), self.key: f"${self.key_variable}"}
        )
        """A text with the keys redacted."""

    def close(self) -> None:
        """Close connections and threads."""
        if self._pool:
            # A request that is under way when a run is halted may take long, and nobody waits for its response.
            self._pool.shutdown(wait=self.halted is None, cancel_futures=True)
        self._client.close()

    def halt(self, reason: str = "interrupted") -> None:
        """Send no further request: who tries gets Stopped. Takes no lock, so that a signal handler may call it."""
        self.pace.halt(reason)

    @property
    def halted(self) -> str | None:
        """Why no further request is sent; None while they are."""
        return self.pace.halted

    @property
    def total(self) -> int:
        """Requests sent so far."""
        return sum(self.sent.values())

    @property
    def age(self) -> float:
        """Seconds since the run began."""
        return self.pace.age

    def send(self, request: Request) -> Response:
        """Send a request and return its response, after as many retries as a throttling server asks for.

        Raises NotSent when the guard refuses it, Stopped when a budget is spent, Unreachable when no response
        arrives.
        """
        held_back = self.guard(request)
        if held_back:
            raise NotSent(held_back)
        wait = FIRST_WAIT
        for attempt in range(1, ATTEMPTS + 1):
            self.pace.wait_for_slot(request.operation)
            last = attempt == ATTEMPTS
            try:
                response = self._send_once(request)
            except httpx2.TransportError as error:
                if last or not worth_another_try(request, error, attempt):
                    # The library quotes text that it couldn't parse, and a server may have put the key there.
                    raise Unreachable(self.redact(f"{request.method} {request.path}: {reason(error)}")) from None
            else:
                if last or not says_later(request, response):
                    self.pace.speed_up()
                    if self.ownership:
                        self.ownership.learn(request, response)
                    self.observe(request, response)
                    return response
                wait = max(wait, min(retry_after(response, self.clock), LONGEST_WAIT))
                if response.status == 429:
                    self.pace.slow_down()
            self.pace.pause(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        raise Unreachable(f"{request.method} {request.path}: no response")

    def send_all(self, requests: Iterable[Request]) -> list[Response]:
        """Send several requests, a few at a time; responses come in the order of the requests."""
        waiting = list(requests)
        if len(waiting) < 2:
            return [self.send(request) for request in waiting]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="target")
        return list(self._pool.map(self.send, waiting))

    def key_options(self, request: Request) -> list[str]:
        """The options of a curl line that send a request's variant of the key."""
        places = key_places(self.contract, request.operation, self.key)
        return [option for one in places if (option := one.option(request.credential, self.key_variable)) is not None]

    def _send_once(self, request: Request) -> Response:
        headers = [(name, value.encode("utf-8")) for name, value in request.headers]
        address = self.base_url + request.target
        key = self.second_key if request.credential is Credential.OTHER else self.key
        for place in key_places(self.contract, request.operation, key):
            value = place.value(key, request.credential)
            if value is None:
                continue
            match place.place:
                case "header":
                    headers.append((place.name, value.encode("utf-8")))
                case "cookie":
                    headers.append(("Cookie", f"{place.name}={value}".encode()))
                case "query":
                    address += ("&" if request.query else "?") + encode_query(((place.name, value),))
        if request.body is not None and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", b"application/json"))
        started, sent_at = self.clock.monotonic(), self.clock.now()
        body = bytearray()
        # The body isn't compressed as its header declares, so the rest can't be read.
        with (
            contextlib.suppress(httpx2.DecodingError),
            self._client.stream(
                request.method,
                address,
                headers=[(name.encode("ascii", "replace"), value) for name, value in headers],
                content=request.body,
            ) as received,
        ):
            for chunk in received.iter_bytes():
                body += chunk
                if len(body) > LARGEST_BODY:
                    break
                if self.clock.monotonic() - started > self.limits.timeout:
                    raise httpx2.ReadTimeout(f"the response doesn't end within {self.limits.timeout:g} s")
        elapsed = self.clock.monotonic() - started
        response_headers = {name.lower(): value for name, value in received.headers.items()}
        return Response(received.status_code, response_headers, bytes(body), elapsed, sent_at)


def _trusted(base_url: str, verify: str | bool) -> ssl.SSLContext | bool:
    """A TLS context that trusts the certificates in a file, or what `verify` says.

    Over plain HTTP it trusts none, because loading the system's certificates takes a tenth of a second.
    Raises OSError when the file holds no certificate.
    """
    if not isinstance(verify, str):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if base_url.startswith("http://") else verify
    try:
        return ssl.create_default_context(cafile=verify)
    except ssl.SSLError:
        raise OSError(errno.EINVAL, "holds no certificate that can be read", verify) from None
