"""The context of a run: what laws send requests through, and what they remember together.

A law that runs in a replay context sees every response anew. That is how a violation is confirmed.
"""

from __future__ import annotations

import datetime
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from conformance.oracle.budget import NORMAL, Budget
from conformance.reading.evidence import Evidence
from conformance.reading.memory import Decisions, Key, Observations
from conformance.reading.page import Page, Query, extended, paged, read_page
from conformance.transport.exchange import Credential, Exchange, Request
from conformance.transport.target import Target
from spec import Clause, Contract, Filter, Lookups, Operation, templates

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["Page", "Query", "RunContext", "decided", "extended", "get", "observed", "paged", "read_page"]


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

    def asking(self, operation: Operation) -> Callable[[Query], Exchange]:
        """What sends an operation's request with a query, and remembers the response."""
        return lambda query: self.send(get(operation, query))

    def large_page_request(
        self, operation: Operation, query: Query = (), page: int | None = None, *, size: int | None = None
    ) -> Request:
        """The request for a page of a list, with as many rows as the budget has for one.

        `size` is the number of rows on the pages before, where the server gives fewer.
        """
        return get(operation, paged(operation, query, page=page, limit=self.budget.page_rows, size=size))

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
    outer = {name: urllib.parse.quote(value, safe="") for name, value in operation.outer.items()}
    filled = templates.filled(operation.path, {**(path or {}), **outer})
    return Request(operation.code, operation.method, filled, query, headers, body, credential)
