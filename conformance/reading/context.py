"""The context of a run: what laws send requests through, and what they remember together.

A law that runs in a replay context sees every response anew. That is how a violation is confirmed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from conformance.oracle.budget import NORMAL, Budget
from conformance.reading.evidence import Evidence
from conformance.reading.memory import Decisions, Key, Observations
from conformance.transport.exchange import MISSING, Credential, Exchange, Request
from conformance.transport.target import Target
from spec import Clause, Contract, Filter, Lookups, Operation, templates

P = ParamSpec("P")
T = TypeVar("T")
Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """A page of a list, read as leniently as can be: what isn't there is None or empty."""

    exchange: Exchange
    rows: tuple[Mapping[str, Any], ...]
    count: int | None
    next: str | int | None
    previous: str | int | None
    is_page: bool
    """True for a 2xx with a list of rows."""

    @property
    def status(self) -> int:
        """The response's status."""
        return self.exchange.response.status


class RunContext:
    """Sends requests through a target and remembers the responses.

    A law is a pure function of the responses that a context gives, and of the clause. What a law saw or chose
    changes nothing for the laws after it.
    """

    def __init__(
        self,
        contract: Contract,
        target: Target,
        seed: int,
        began: datetime.datetime | None = None,
        *,
        budget: Budget = NORMAL,
        decisions: Decisions | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        self.contract = contract
        self.target = target
        self.seed = seed
        self.budget = budget
        self.began = began or datetime.datetime.now(datetime.UTC)
        """When the run began, by the server's clock where it sends one."""
        self.evidence = evidence or Evidence(contract)
        """The evidence in all responses of the run, also those of its replays."""
        self._decisions = decisions or Decisions()
        self._observations = Observations()

    def send(self, request: Request) -> Exchange:
        """The response to a request: the remembered one where the same request was sent before."""
        response = self._observations.responses.get(request, lambda: self.target.send(request))
        return Exchange(request, response)

    def resend(self, request: Request) -> Exchange:
        """The response to a request that is sent now. It isn't remembered: other laws keep what they saw."""
        return Exchange(request, self.target.send(request))

    def prefetch(self, requests: Iterable[Request]) -> None:
        """Send several requests at once; on a slow line that takes a fraction of the time."""
        responses = self._observations.responses
        unknown = list(dict.fromkeys(r for r in requests if not responses.knows(r)))
        for request, response in zip(unknown, self.target.send_all(unknown), strict=True):
            responses.get(request, partial(_same, response))

    def replay_context(self) -> RunContext:
        """A context that has seen no response yet and decides as this one did: it sends the same requests."""
        return RunContext(
            self.contract,
            self.target,
            self.seed,
            self.began,
            budget=self.budget,
            decisions=self._decisions,
            evidence=self.evidence,
        )

    def write_replay(self, number: int) -> RunContext:
        """The context of the first, second, ... replay of the writes, which all clauses share."""
        replay: RunContext = self._decisions.replays.get(number, self.replay_context)
        return replay

    def restart(self, contract: Contract | None = None) -> RunContext:
        """A context that has seen and decided nothing, for data that is another now, or a contract that is."""
        return RunContext(
            contract or self.contract,
            self.target,
            self.seed,
            self.began,
            budget=self.budget,
            evidence=self.evidence,
        )

    def page(self, operation: Operation, query: Query = (), **more: Any) -> Page:
        """A list operation's response, read as a page."""
        return read_page(operation, self.send(get(operation, query, **more)))

    def large_page_request(self, operation: Operation, query: Query = (), page: int | None = None) -> Request:
        """The request for a page of a list, with as many rows as the budget has for one."""
        return get(operation, paged(operation, query, page=page, limit=self.budget.page_rows))

    def large_page(self, operation: Operation, query: Query = (), page: int | None = None) -> Page:
        """A large page of a list; the first one unless its number is given."""
        return read_page(operation, self.send(self.large_page_request(operation, query, page)))


def decided(
    decide: Callable[Concatenate[RunContext, P], T],
) -> Callable[Concatenate[RunContext, P], T]:
    """Mark a function that decides what a run sends: it is called once for its arguments, and replays share its result.

    The result must be immutable, and may depend on nothing but the arguments and the responses.
    """

    @wraps(decide)
    def remembered(context: RunContext, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = _key(decide, args, kwargs)
        result: T = context._decisions.made.get(key, lambda: decide(context, *args, **kwargs))
        return result

    return remembered


def observed(
    observe: Callable[Concatenate[RunContext, P], T],
) -> Callable[Concatenate[RunContext, P], T]:
    """Mark a function that reads or writes much: a context calls it once for its arguments, and a replay again."""

    @wraps(observe)
    def remembered(context: RunContext, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = _key(observe, args, kwargs)
        result: T = context._observations.made.get(key, lambda: observe(context, *args, **kwargs))
        return result

    return remembered


def _same(value: T) -> T:
    return value


def _key(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Key:
    return (function, *map(_name, args), *((name, _name(value)) for name, value in sorted(kwargs.items())))


def _name(value: Any) -> Any:
    """What identifies an argument. Parts of the contract go by their names, which are short and hashable."""
    match value:
        case Operation():
            return value.code
        case Filter():
            return value.parameter
        case Lookups():
            return value.field
        case Clause():
            return value.id
        case _:
            return value


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
    filled = templates.filled(operation.path, path or {})
    return Request(operation.code, operation.method, filled, query, headers, body, credential)


def extended(base: Query, more: Query) -> Query:
    """A query with further parameters, which stand in place of those of the same name."""
    names = {name for name, _ in more}
    return tuple(pair for pair in base if pair[0] not in names) + more


def paged(operation: Operation, base: Query, *, page: int | None = None, limit: int | None = None) -> Query:
    """A query with page and limit under the operation's own names, the limit no larger than it may be."""
    names = operation.pagination
    if names is None:
        return base
    if limit is not None and names.largest_limit is not None:
        limit = min(limit, names.largest_limit)
    more = [(names.page, page), (names.limit, limit)]
    return extended(base, tuple((name, str(value)) for name, value in more if value is not None))


def read_page(operation: Operation, exchange: Exchange) -> Page:
    """A page out of a response, with None and nothing for what it lacks."""
    data = exchange.response.json
    names = operation.pagination
    if operation.bare_list and names is None and isinstance(data, list) and exchange.response.ok:
        rows = tuple(row for row in data if isinstance(row, Mapping))
        return Page(exchange, rows, len(data), None, None, True)
    if names is None or data is MISSING or not isinstance(data, Mapping) or not exchange.response.ok:
        return Page(exchange, (), None, None, None, False)
    results, count = data.get(names.results), data.get(names.count)
    return Page(
        exchange,
        rows=tuple(row for row in results if isinstance(row, Mapping)) if isinstance(results, list) else (),
        count=count if isinstance(count, int) and not isinstance(count, bool) else None,
        next=_leading(data.get(names.next)),
        previous=_leading(data.get(names.previous)),
        is_page=isinstance(results, list),
    )


def _leading(value: Any) -> str | int | None:
    """A link or the number of a page; None for anything else."""
    return value if isinstance(value, (str, int)) and not isinstance(value, bool) else None
