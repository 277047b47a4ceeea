"""The requests that were answered: kept for a while, to be looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

MOST_BODY = 64_000
"""Characters of a body that are kept."""

HIDDEN = "[hidden]"
"""What stands in place of a key."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Entry:
    """One request with its answer; a key is never in it."""

    id: int
    at: int
    """On the sandbox's clock, in microseconds."""
    tenant: int | None
    """1 or 2 where a key was accepted."""
    operation: str | None
    """Code of the operation that answered, None where none did."""
    method: str
    url: str
    path: str
    query: str
    headers: Pairs
    body: str
    status: int | None
    """None where the connection was closed in place of an answer."""
    response_headers: Pairs
    response_body: str
    content_type: str
    milliseconds: float


class Requests:
    """The newest requests, oldest first."""

    def __init__(self, kept: int) -> None:
        """Keep so many."""
        self._entries: deque[Entry] = deque(maxlen=kept)
        self._last = 0

    def number(self) -> int:
        """The id of the next request."""
        self._last += 1
        return self._last

    def add(self, entry: Entry) -> None:
        """Keep a request, and drop the oldest if there are too many."""
        self._entries.append(entry)

    def clear(self) -> None:
        """Forget all. Ids go on, so that nobody takes a new request for one that he has seen."""
        self._entries.clear()

    def find(
        self,
        operation: str | None = None,
        method: str | None = None,
        status: int | None = None,
        path: str | None = None,
        after: int = 0,
    ) -> list[Entry]:
        """The requests that are all of what is given; `path` is a part of it, `after` the id of an earlier one."""
        return [
            entry
            for entry in self._entries
            if entry.id > after
            and operation in (None, entry.operation)
            and (method is None or method.upper() == entry.method)
            and status in (None, entry.status)
            and (path is None or path in entry.path)
        ]


@dataclass(frozen=True)
class Secrets:
    """Where keys are sent, by the document's security schemes; the values there aren't kept."""

    headers: frozenset[str]
    queries: frozenset[str]

    def of_headers(self, headers: Iterable[tuple[str, str]]) -> Pairs:
        """The headers, without any key."""
        return tuple((name, HIDDEN if name.lower() in self.headers else value) for name, value in headers)

    def of_query(self, query: str) -> str:
        """The query string, without any key."""
        return "&".join(self._pair(*pair.partition("=")) for pair in query.split("&")) if self.queries else query

    def _pair(self, name: str, sign: str, value: str) -> str:
        return f"{name}={quote(HIDDEN)}" if unquote_plus(name) in self.queries else name + sign + value


def secrets(schemes: Iterable[tuple[str, str]], more: Iterable[str] = ()) -> Secrets:
    """From places and names of security schemes; `more` are further headers that carry keys."""
    by_place: Mapping[str, set[str]] = {"header": set(more), "query": set(), "cookie": set()}
    for place, name in schemes:
        by_place[place].add(name)
    cookies = {"cookie"} if by_place["cookie"] else set()
    # Many clients send one in this header, whatever the document declares.
    headers = {name.lower() for name in by_place["header"]} | cookies | {"authorization"}
    return Secrets(frozenset(headers), frozenset(by_place["query"]))


def shortened(text: str) -> str:
    """A body as it is kept."""
    return text if len(text) <= MOST_BODY else f"{text[:MOST_BODY]}… ({len(text):,} characters)"
