"""What the engine's requests and their answers say, as far as a law can ask it again."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.engine.validity import Judge
from conformance.exchange import Answer, Exchange, Request
from conformance.laws.parameters import shows_data
from spec import Contract

MOST_SUSPECTS = 4
"""Requests kept for each operation; the shortest are the easiest to understand."""

REFUSALS = (400, 422)
"""How a request is refused for what it says; other statuses are for who asks, how often, or how long it is."""


@dataclass
class Seen:
    """What was generated and answered, by operation code. Fill it from every request that the engine makes."""

    contract: Contract
    notes: list[str] = field(default_factory=list)
    """What the engine had to say of itself; never a verdict."""
    asked: dict[str, list[Request]] = field(default_factory=dict)
    """Everything that was asked, in order."""
    taken: dict[str, list[Request]] = field(default_factory=dict)
    """Surely invalid, and answered with data."""
    refused: dict[str, list[Request]] = field(default_factory=dict)
    """Surely valid, and refused."""
    invalid: dict[str, int] = field(default_factory=dict)
    """How many were surely invalid."""
    valid: dict[str, int] = field(default_factory=dict)
    """How many were surely valid."""

    def __post_init__(self) -> None:
        self.judge = Judge(self.contract)

    def observe(self, request: Request, answer: Answer) -> None:
        """Take one answer into account."""
        self.asked.setdefault(request.operation, []).append(request)
        verdict = self.judge(request)
        if verdict is None or answer.status >= 500 or answer.status in (401, 403, 429):
            return
        code = request.operation
        if verdict:
            self.invalid[code] = self.invalid.get(code, 0) + 1
            if shows_data(self.contract.by_code[code], Exchange(request, answer)):
                _keep(self.taken.setdefault(code, []), request)
        else:
            self.valid[code] = self.valid.get(code, 0) + 1
            if answer.status in REFUSALS:
                _keep(self.refused.setdefault(code, []), request)


def _keep(kept: list[Request], request: Request) -> None:
    kept.append(request)
    kept.sort(key=lambda r: (len(r.target), r.target, r.headers))
    del kept[MOST_SUSPECTS:]
