"""The application under test from Schemathesis' point of view: it forwards every request to our target.

So the key never enters Schemathesis, and the guard checks each write. Rate, budgets, retries and redaction hold
for its requests as for all others.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from schemathesis.specs.openapi.coverage._schema import UNKNOWN_PROPERTY_KEY

from conformance.fuzzing.observations import Observations
from conformance.fuzzing.owned import Rewrite
from conformance.transport.errors import NotSent, Stopped
from conformance.transport.exchange import Request, Response
from conformance.transport.target import Target
from spec import Contract, Operation, templates

JSON_TYPE = "application/json"

_NOT_SENT = Response(503, {}, b"", 0.0)
"""The engine's response where nothing was sent: a status that none of its checks counts as a finding."""


@dataclass
class Bridge:
    """A WSGI application in front of a target."""

    contract: Contract
    target: Target
    seen: Observations
    most: int
    """Requests that may be sent."""
    rewrite: Rewrite = lambda operation, content: None
    """Puts keys of this run into a generated body, or returns None to block it."""
    sent: int = 0
    stopped: Stopped | None = None
    """Why no more requests are sent."""
    stop: Callable[[], None] = lambda: None
    """Called when no more requests can be sent."""
    _known: dict[Request, Response] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._routes = [(o, _pattern(o)) for o in sorted(self.contract.operations, key=lambda o: "{" in o.path)]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Return the target's response (PEP 3333)."""
        request = self._request(environ)
        response = self._answer(request) if request else _NOT_SENT
        headers = [("Content-Type", response.headers["content-type"])] if "content-type" in response.headers else []
        start_response(f"{response.status} -", headers)
        return [response.body]

    @property
    def closed(self) -> bool:
        """True when no more requests can be sent."""
        return self.stopped is not None or self.sent >= self.most

    def _answer(self, request: Request) -> Response:
        """The target's response; a repeated request isn't sent again."""
        if request in self._known:
            return self._known[request]
        if self.closed:
            self.stop()
            return _NOT_SENT
        try:
            response = self.target.send(request)
        except NotSent:
            response = _NOT_SENT
        except Stopped as stopped:
            self.stopped = stopped
            self.stop()
            return _NOT_SENT
        else:
            self.sent += 1
            self.seen.observe(request, response)
        self._known[request] = response
        return response

    def _request(self, environ: dict[str, Any]) -> Request | None:
        """The request for the target, or None for one that matches no operation or that no client can send."""
        method = environ["REQUEST_METHOD"]
        path = urllib.parse.quote(environ["REQUEST_URI"].partition("?")[0], safe="/%:@!$&'()*+,;=~-._")
        operation = next((o for o, p in self._routes if o.method == method and p.fullmatch(path)), None)
        if operation is None:
            return None
        headers = tuple(
            (p.name, environ[name].encode("latin-1").decode("utf-8", "replace"))
            for p in operation.parameters
            if p.place == "header" and (name := f"HTTP_{p.name.upper().replace('-', '_')}") in environ
        )
        if any(not value.isprintable() or value != value.strip() for _, value in headers):
            return None
        query, body = _query(environ["QUERY_STRING"]), None
        if operation.body:
            if not environ.get("CONTENT_TYPE", JSON_TYPE).startswith(JSON_TYPE):
                return None
            content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            body = self.rewrite(operation, content)
            if body is None:
                return None
        return Request(operation.code, method, _in_place(operation, path), query, headers, body)


def _in_place(operation: Operation, path: str) -> str:
    """A path with the fixed values of the keys that lead to the rows: of others nobody knows whether they exist."""
    if not operation.outer:
        return path
    found = templates.matcher(operation.path).fullmatch(path)
    places = dict(zip(templates.placeholders(operation.path), found.groups() if found else (), strict=False))
    fixed = {name: urllib.parse.quote(value, safe="") for name, value in operation.outer.items()}
    return templates.filled(operation.path, {**places, **fixed})


def _query(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a query string, each once, and without the parameter that the engine makes up.

    Neither adds a new test, and the remaining request was often sent before.
    """
    pairs = urllib.parse.parse_qsl(text, keep_blank_values=True, errors="replace")
    return tuple(dict.fromkeys(pair for pair in pairs if pair[0] != UNKNOWN_PROPERTY_KEY))


def _pattern(operation: Operation) -> re.Pattern[str]:
    return templates.matcher(operation.path)
