"""One request and its response, as data that can be shown, compared and sent again.

The key isn't part of a request. A request names only the variant of the key that goes with it, and the target
fills in the value. So nothing that is built from exchanges can contain the secret.
"""

from __future__ import annotations

import json
import shlex
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any

from spec.environment import second_key_variable

MISSING: Any = object()
"""The value of `Answer.json` where the body isn't JSON."""


class Credential(Enum):
    """Which key goes with a request; the value is the shell expression that makes it from the variable KEY."""

    RIGHT = "$KEY"
    MISSING = ""
    EMPTY = ";"
    WRONG = "not-the-key"
    NOT_ASCII = "ключ-é"
    TRUNCATED = "${KEY%?}"
    EXTENDED = "$KEY $KEY"
    """It begins with the key, ends with it, and both of its words are the key."""
    OTHER = "$SECOND"
    """The key of another account, which is right as well."""
    SWAPPED_CASE = "$(printf %s \"$KEY\" | tr 'a-zA-Z' 'A-Za-z')"

    def from_variable(self, name: str) -> str:
        """The shell expression that makes it from the variable with this name."""
        if self is Credential.OTHER:
            return f"${second_key_variable(name)}"
        expression: str = self.value
        return expression.replace("KEY", name)

    @property
    def valid(self) -> bool:
        """True where a server lets the request in, so that it may change something."""
        return self in (Credential.RIGHT, Credential.OTHER)


def swap_case(key: str) -> str:
    """The key with the case of its ASCII letters swapped, as `tr` does it."""
    return "".join(c.swapcase() if c.isascii() else c for c in key)


@dataclass(frozen=True)
class Request:
    """An operation's method and path with its parameters filled in."""

    operation: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    credential: Credential = Credential.RIGHT

    @property
    def target(self) -> str:
        """Path and query as they are sent."""
        return self.path + ("?" + encode_query(self.query) if self.query else "")

    def curl(self, base_url: str, key_options: Iterable[str] = (), *, body_file: str = "") -> str:
        """A line for a POSIX shell that sends this request.

        `key_options` are those that send its credential. `body_file` is the file that holds the body; without one
        the body stands in the line.
        """
        parts = ["curl -sS -g --path-as-is"]
        if self.method == "HEAD":
            parts.append("--head")
        elif self.method != "GET" or self.body is not None:
            parts.append(f"-X {self.method}")
        parts += key_options
        # curl leaves out a header without a value, unless a semicolon takes the place of the colon.
        parts += [
            f"-H {shlex.quote(f'{name}: {value}' if value.strip() else f'{name};')}" for name, value in self.headers
        ]
        if self.body is not None:
            if not any(name.lower() == "content-type" for name, _ in self.headers):
                parts.append("-H 'Content-Type: application/json'")
            # With --data-binary an @ at the beginning names a file.
            option = "--data-raw" if self.body.startswith(b"@") and not body_file else "--data-binary"
            data = f"@{body_file}" if body_file else self.body.decode("utf-8", "replace")
            parts.append(f"{option} {shlex.quote(data)}")
        parts.append(shlex.quote(base_url.rstrip("/") + self.target))
        return " ".join(parts)


def encode_query(query: tuple[tuple[str, str], ...]) -> str:
    """A query string with every reserved character escaped, spaces as %20."""
    return "&".join(
        f"{urllib.parse.quote(name, safe='')}={urllib.parse.quote(value, safe='')}" for name, value in query
    )


@dataclass(frozen=True)
class Response:
    """A response."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)
    elapsed: float
    """Seconds from sending to the last byte, without waiting for our own rate limit."""
    sent_at: datetime | None = field(default=None, compare=False, repr=False)
    """When the request was sent, by this machine's clock."""

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or MISSING."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return MISSING

    @property
    def content_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def ok(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """True for 4xx."""
        return 400 <= self.status < 500

    def shown(self) -> str:
        """Status and body as text."""
        return f"{self.status} {self.text}".rstrip()

    @property
    def text(self) -> str:
        """The body as text, whatever its bytes are."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Exchange:
    """A request with its response."""

    request: Request
    response: Response
