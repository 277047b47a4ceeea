"""How laws ask: a request answered once is known, unless it's asked again on purpose.

A law is a pure function of the answers that an `Ask` gives. Giving it a fresh `Ask` replays it from
nothing, which is how a violation is confirmed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from conformance.transport.exchange import MISSING, Answer, Credential, Exchange, Request
from conformance.transport.target import Target
from spec import Contract, Operation

T = TypeVar("T")
Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """A list answer, read as leniently as can be: what isn't there is None or empty."""

    exchange: Exchange
    rows: tuple[Mapping[str, Any], ...]
    count: int | None
    next: str | None
    previous: str | None
    is_page: bool
    """True for a 2xx with a list of rows."""

    @property
    def status(self) -> int:
        """The answer's status."""
        return self.exchange.answer.status


class Ask:
    """Sends requests through a target and remembers the answers."""

    def __init__(self, contract: Contract, target: Target, seed: int, began: datetime.datetime | None = None) -> None:
        self.contract = contract
        self.target = target
        self.seed = seed
        self.began = began or datetime.datetime.now(datetime.UTC)
        """When the run began, by the server's clock where it tells it."""
        self._known: dict[Request, Answer] = {}
        self._memo: dict[Any, Any] = {}
        self._plans: dict[Any, Any] = {}

    def fresh(self) -> Ask:
        """An Ask that knows no answer yet; it asks the same questions as this one."""
        ask = Ask(self.contract, self.target, self.seed, self.began)
        ask._plans = self._plans
        return ask

    def __call__(self, request: Request) -> Exchange:
        """The answer to a request, from memory where it was asked before."""
        if request not in self._known:
            self._known[request] = self.target.send(request)
        return Exchange(request, self._known[request])

    def again(self, request: Request) -> Exchange:
        """The answer to a request that is sent now, whatever is known."""
        self._known[request] = self.target.send(request)
        return Exchange(request, self._known[request])

    def ahead(self, requests: Iterable[Request]) -> None:
        """Learn several answers at once; on a slow line that takes a fraction of the time."""
        unknown = list(dict.fromkeys(r for r in requests if r not in self._known))
        self._known.update(zip(unknown, self.target.send_all(unknown), strict=True))

    def once(self, key: Any, make: Callable[[Ask], T]) -> T:
        """What `make` gives, worked out once for this Ask."""
        if key not in self._memo:
            self._memo[key] = make(self)
        found: T = self._memo[key]
        return found

    def plan(self, key: Any, make: Callable[[Ask], T]) -> T:
        """What to ask, chosen once for a run, so that a replay asks the same."""
        if key not in self._plans:
            self._plans[key] = make(self)
        found: T = self._plans[key]
        return found

    def settle(self, key: Any, choice: Any) -> None:
        """Choose otherwise for the rest of the run: what was planned turned out not to work."""
        self._plans[key] = choice

    def replanned(self) -> Ask:
        """An Ask that knows no answer and has planned nothing yet, for data that is another now."""
        return Ask(self.contract, self.target, self.seed, self.began)

    def page(self, operation: Operation, query: Query = (), **more: Any) -> Page:
        """A list operation's answer, read as a page."""
        return read_page(operation, self(get(operation, query, **more)))


def get(
    operation: Operation,
    query: Query = (),
    *,
    path: Mapping[str, str] | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    credential: Credential = Credential.RIGHT,
    body: bytes | None = None,
) -> Request:
    """A request of an operation, path parameters filled in and parameters in their own order."""
    filled = operation.path
    for name, value in (path or {}).items():
        filled = filled.replace(f"{{{name}}}", value)
    return Request(operation.code, operation.method, filled, query, headers, body, credential)


def read_page(operation: Operation, exchange: Exchange) -> Page:
    """A page out of an answer, with None and nothing for what it lacks."""
    data = exchange.answer.json
    names = operation.pagination
    if names is None or data is MISSING or not isinstance(data, Mapping) or not exchange.answer.ok:
        return Page(exchange, (), None, None, None, False)
    results, count = data.get(names.results), data.get(names.count)
    following, preceding = data.get(names.next), data.get(names.previous)
    return Page(
        exchange,
        rows=tuple(row for row in results if isinstance(row, Mapping)) if isinstance(results, list) else (),
        count=count if isinstance(count, int) and not isinstance(count, bool) else None,
        next=following if isinstance(following, str) else None,
        previous=preceding if isinstance(preceding, str) else None,
        is_page=isinstance(results, list),
    )
