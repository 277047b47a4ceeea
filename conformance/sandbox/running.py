"""A running sandbox for a test: a thin, typed client of the control API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import httpx2

from conformance.sandbox.control import PREFIX
from conformance.sandbox.server import serve
from conformance.sandbox.settings import Settings
from spec import Contract
from spec.model import JSON

_TIMEOUT = 60.0


class SandboxError(Exception):
    """The sandbox refused a request; the message is the reason."""


@dataclass(frozen=True)
class Request:
    """A request that the sandbox answered."""

    operation: str | None
    """Code of the operation that answered; None where none did."""
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """In lower case, without the key."""
    body: str
    status: int | None
    """None where the connection was dropped."""
    response: str = field(repr=False)
    """The answer's body."""

    @property
    def json(self) -> JSON:
        """The body that was sent, as JSON."""
        return json.loads(self.body)


class RunningSandbox:
    """A sandbox that serves at `url` for those who show `api_key`."""

    def __init__(self, url: str, settings: Settings, collection: str | None) -> None:
        """Nothing is asked of it yet; `collection` is the one that is meant where none is named."""
        headers = {"X-Control-Key": settings.control_key} if settings.control_key else {}
        self.url = url
        self.api_key = settings.api_key
        self._collection = collection
        self._client = httpx2.Client(base_url=url, headers=headers, timeout=_TIMEOUT)

    def __repr__(self) -> str:
        return f"<sandbox at {self.url}>"

    # -- rows --------------------------------------------------------------------------------------

    def load(self, rows: Iterable[Mapping[str, JSON]], collection: str | None = None, *, keep: bool = False) -> None:
        """Let a collection hold these rows and no others, or with `keep` these beside those that it holds.

        Required fields that a row leaves out are made up; the key never is. Raises SandboxError with what is wrong
        with each row; nothing is loaded then.
        """
        query = {"replace": "false" if keep else "true", "fill": "true"}
        self._ask("POST", f"collections/{self._named(collection)}/rows", params=query, json=list(rows))

    def rows(self, collection: str | None = None) -> list[dict[str, JSON]]:
        """All rows of a collection, with what no response shows of them."""
        found: list[dict[str, JSON]] = self._ask("GET", f"collections/{self._named(collection)}/rows")
        return found

    def reset(self) -> None:
        """Begin anew: the made-up rows, no batches, the switches, the clock and the requests as at the start."""
        self._ask("POST", "reset")

    def snapshot(self, name: str = "snapshot") -> None:
        """Keep all rows and batches as they are."""
        self._ask("PUT", f"snapshots/{name}")

    def restore(self, name: str = "snapshot") -> None:
        """Put all rows and batches as they were when the snapshot was made."""
        self._ask("POST", f"snapshots/{name}/restore")

    # -- requests -- ------------------------------------------------------------------------

    @property
    def requests(self) -> list[Request]:
        """The requests since the test began, oldest first. Those that control the sandbox aren't among them."""
        return [_request(entry) for entry in self._ask("GET", "requests")]

    def clear_requests(self) -> None:
        """Forget the requests that were made up to now."""
        self._ask("DELETE", "requests")

    # -- responses -- --------------------------------------------------------------------------

    def fail_next(
        self,
        operation: str | None = None,
        *,
        times: int = 1,
        status: int = 503,
        body: JSON = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0,
        drop: bool = False,
    ) -> None:
        """Let the next requests of an operation fail, or of any; `drop` closes the connection without an answer.

        The operation is named by its code or its operationId. A request that fails so changes nothing.
        """
        failure = {"operation": operation, "times": times, "status": status, "delay": delay, "drop": drop}
        self._ask("POST", "failures", json={**failure, "headers": dict(headers or {}), "body": body})

    def switch(self, **switches: Any) -> None:
        """Change switches, as `switch(batch_delay=60, page_cap=10, faults=["PRD102.filter.name:ignored"])`."""
        self._ask("PATCH", "switches", json=switches)

    # -- time --------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The sandbox's time."""
        return datetime.fromisoformat(self._ask("GET", "clock")["now"])

    def freeze(self, at: datetime | str | None = None) -> None:
        """Let the clock stand still, at this moment or at another."""
        moment = at.isoformat() if isinstance(at, datetime) else at
        self._ask("PUT", "clock", json={"frozen": True} | ({"now": moment} if moment else {}))

    def advance(self, seconds: float = 0) -> None:
        """Move the clock on. What falls due until then is done before this returns."""
        self._ask("POST", "clock/advance", json={"seconds": seconds})

    @property
    def batches(self) -> Sequence[Mapping[str, JSON]]:
        """The batches, oldest first, with their numbers and whether they are over."""
        found: list[Mapping[str, JSON]] = self._ask("GET", "batches")
        return found

    def finish(self, batch: str) -> None:
        """Finish a batch now, and those before it."""
        self._ask("POST", f"batches/{batch}/finish")

    # ----------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _named(self, collection: str | None) -> str:
        name = collection or self._collection
        if name is None:
            raise SandboxError("the document has no collection that can be written; name one")
        return name

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        response = self._client.request(method, PREFIX + path, **sent)
        if response.status_code >= 400:
            problem = response.json()
            lines = [f"  {where}: {json.dumps(what)}" for where, what in problem.get("errors", {}).items()]
            raise SandboxError("\n".join([problem["detail"], *lines]))
        return response.json() if response.content else None


@contextmanager
def start(contract: Contract, settings: Settings) -> Iterator[RunningSandbox]:
    """A sandbox in a thread of this process, for as long as the block lasts."""
    written = [o.access.collection.name for o in contract.operations if o.access and o.access.writes]
    with serve(contract, settings) as url:
        running = RunningSandbox(url, settings, written[0] if written else None)
        try:
            yield running
        finally:
            running.close()


def _request(entry: Mapping[str, Any]) -> Request:
    return Request(
        operation=entry["operation"],
        method=entry["method"],
        path=entry["path"],
        query=parse_qs(entry["query"], keep_blank_values=True),
        headers=entry["headers"],
        body=entry["body"],
        status=entry["status"],
        response=entry["response"]["body"],
    )
