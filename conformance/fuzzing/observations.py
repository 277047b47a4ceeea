"""What the engine's requests and their answers say, as far as a law can ask it again."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.fuzzing.validity import Judge
from conformance.laws.parameters import shows_data
from conformance.transport.exchange import Exchange, Request, Response
from spec import Contract

MOST_SUSPECTS = 4
"""Requests kept for each operation; the shortest are the easiest to understand."""

REFUSALS = (400, 422)
"""How a request is refused for what it says; other statuses are for who asks, how often, or how long it is."""

NOT_ABOUT_IT = (401, 403, 429, 502, 503, 504)
"""Statuses that say nothing of what was asked."""


@dataclass
class Observations:
    """What was generated and answered, by operation code. Fill it from every request that the engine makes."""

    contract: Contract
    notes: list[str] = field(default_factory=list)
    """What the engine had to say of itself; never a verdict."""
    asked: dict[str, list[Request]] = field(default_factory=dict)
    """Everything that was asked, in order."""
    taken: dict[str, list[Request]] = field(default_factory=dict)
    """Surely invalid, and answered with data."""
    accepted: dict[str, dict[str, Request]] = field(default_factory=dict)
    """Writes that were accepted though each of their items is surely invalid, by what is wrong with the first.

    What became of them is for the batch to tell.
    """
    refused: dict[str, list[Request]] = field(default_factory=dict)
    """Surely valid, and refused."""
    invalid: dict[str, int] = field(default_factory=dict)
    """How many were surely invalid."""
    valid: dict[str, int] = field(default_factory=dict)
    """How many were surely valid."""

    def __post_init__(self) -> None:
        self.judge = Judge(self.contract)

    def observe(self, request: Request, response: Response) -> None:
        """Take one answer into account."""
        self.asked.setdefault(request.operation, []).append(request)
        verdict, code = self.judge(request), request.operation
        if response.status in NOT_ABOUT_IT:
            return
        flaw = None if verdict else self.judge.items(request)
        if verdict or flaw:
            self.invalid[code] = self.invalid.get(code, 0) + 1
            if verdict and is_taken(self.contract, Exchange(request, response)):
                _keep(self.taken.setdefault(code, []), request)
            elif flaw and response.ok:
                # What is wrong in one way fails as an item, and in another way doesn't.
                self.accepted.setdefault(code, {}).setdefault(flaw, request)
        elif verdict == "" and response.status < 500:
            self.valid[code] = self.valid.get(code, 0) + 1
            if response.status in REFUSALS:
                _keep(self.refused.setdefault(code, []), request)


def is_taken(contract: Contract, exchange: Exchange) -> bool:
    """True for an answer that an invalid request must not get: data, or a crash."""
    crashed = exchange.response.status >= 500 and exchange.response.status not in NOT_ABOUT_IT
    return crashed or shows_data(contract.by_code[exchange.request.operation], exchange)


def _keep(kept: list[Request], request: Request) -> None:
    kept.append(request)
    kept.sort(key=lambda r: (len(r.target), r.target, r.headers))
    del kept[MOST_SUSPECTS:]
