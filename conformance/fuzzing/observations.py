"""What the engine's requests and their responses show, as far as a law can repeat it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.fuzzing.validity import Judge
from conformance.laws.generated import NOT_ABOUT_IT, is_taken
from conformance.laws.responses import REFUSALS
from conformance.oracle.budget import NORMAL, Budget
from conformance.reading.evidence import Generated
from conformance.transport.exchange import Exchange, Request, Response
from spec import Contract


@dataclass
class Observations:
    """Requests and responses by operation code. Every request of the engine's must be added."""

    contract: Contract
    notes: list[str] = field(default_factory=list)
    """Messages of the engine about itself; never a verdict."""
    asked: dict[str, list[Request]] = field(default_factory=dict)
    """Everything that was asked, in order."""
    generated: Generated = field(default_factory=Generated)
    """What a law can ask again."""
    budget: Budget = NORMAL

    def __post_init__(self) -> None:
        self.judge = Judge(self.contract)

    def observe(self, request: Request, response: Response) -> None:
        """Add one response."""
        self.asked.setdefault(request.operation, []).append(request)
        verdict, code, found = self.judge(request), request.operation, self.generated
        if response.status in NOT_ABOUT_IT:
            return
        flaw = None if verdict else self.judge.items(request)
        if verdict or flaw:
            found.invalid[code] = found.invalid.get(code, 0) + 1
            if verdict and is_taken(self.contract, Exchange(request, response)):
                taken = {**found.taken.get(code, {}), request: verdict}
                found.taken[code] = {one: taken[one] for one in self._shortest(taken)}
            elif flaw and response.ok:
                # What is wrong in one way fails as an item, and in another way doesn't.
                found.accepted.setdefault(code, {}).setdefault(flaw, request)
        elif verdict == "" and response.status < 500:
            found.valid[code] = found.valid.get(code, 0) + 1
            if response.status in REFUSALS:
                found.refused[code] = self._shortest([*found.refused.get(code, ()), request])

    def _shortest(self, requests: Iterable[Request]) -> list[Request]:
        """The requests to keep."""
        known = sorted(requests, key=lambda r: (len(r.target), r.target, r.headers))
        return known[: self.budget.generated_suspects]
