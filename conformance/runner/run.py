"""A run: every selected clause gets its law, and every law's result a verdict."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from conformance.laws import LAWS, Law, Phase, phase_of
from conformance.laws.law import NoOwnRow
from conformance.oracle.budget import NORMAL, Budget
from conformance.reading.context import RunContext
from conformance.reading.evidence import Evidence
from conformance.reading.page_limits import with_page_limits
from conformance.runner.confirm import confirm
from conformance.runner.record import counterexample_of
from conformance.scenarios import run_all
from conformance.scenarios.planting import plant
from conformance.selection import Selection
from conformance.transport.errors import NotPermitted, NotSent, Stopped, Unreachable
from conformance.transport.target import Target
from conformance.verdict import (
    LONGEST_MESSAGE,
    Code,
    Finding,
    Held,
    NotExercised,
    Outcome,
    Reason,
)
from spec import Clause, Contract, Operation

GONE = 3
"""After so many clauses in a row without an answer the target counts as gone."""


@dataclass
class RunRecord:
    """What a run found, filled while it goes on."""

    contract: Contract
    base_url: str
    seed: int
    strict: bool
    started: datetime
    finished: datetime | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    requests: Mapping[str, int] = field(default_factory=dict)
    """Requests sent, by operation code."""
    stopped: str | None = None
    """Why the run ended before its end; None when it didn't."""
    notes: list[str] = field(default_factory=list)
    """What a person should know beside the verdicts."""


Step = Callable[[], None]


def carry_out(
    run: RunRecord,
    target: Target,
    evidence: Evidence,
    selection: Selection,
    began: datetime,
    *,
    budget: Budget = NORMAL,
    on_start: Callable[[Clause], None] = lambda clause: None,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    before_responses: Step = lambda: None,
) -> None:
    """Try every selected clause; `run` holds what was found however the run ends.

    Reads come first. Those without a discriminating case are tried again after rows of our own are planted. Then
    come writes, and last the laws about all responses. `before_responses` is called before the last: there
    Schemathesis' engine adds to the evidence.
    """
    scheduler = _Scheduler(run, target, selection, on_start, on_outcome)
    ordered = in_order(run.contract.clauses)
    reads = [clause for clause in ordered if phase_of(clause) < Phase.WRITES]
    writes = [clause for clause in ordered if phase_of(clause) is Phase.WRITES]
    last = [clause for clause in ordered if phase_of(clause) > Phase.WRITES]
    context = RunContext(run.contract, target, run.seed, began, budget=budget, evidence=evidence)
    try:
        with contextlib.suppress(NotSent, Stopped):  # the first clause meets the same, and says so
            context, notes = with_page_limits(context)
            run.notes += notes
        scheduler.try_all(context, reads, may_plant=target.ownership is not None)
        if scheduler.lacking:
            context = scheduler.try_with_witnesses(context)
        if not run.stopped:
            run_all(context, operations_to_write(run.contract, writes, selection))
        scheduler.try_all(context, writes)
        if not run.stopped:
            before_responses()
        scheduler.try_all(context, last)
    except KeyboardInterrupt:
        target.halt()
        run.stopped = target.halted
        if scheduler.trying:
            run.notes.append(f"It ended while {scheduler.trying.id} was tried.")
    finally:
        scheduler.finish()


class _Scheduler:
    """A run under way: tries clauses, concludes them one by one, and knows when to stop."""

    def __init__(
        self,
        run: RunRecord,
        target: Target,
        selection: Selection,
        on_start: Callable[[Clause], None],
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        self.run = run
        self.target = target
        self.selection = selection
        self.on_start = on_start
        self.on_outcome = on_outcome
        self.unanswered = 0
        self.trying: Clause | None = None
        self.lacking: list[Outcome] = []
        """Outcomes that rows of our own may change, not concluded yet."""

    def try_all(self, context: RunContext, clauses: Iterable[Clause], *, may_plant: bool = False) -> None:
        """Try clauses in turn; those without a discriminating case wait where rows may be planted."""
        for clause in clauses:
            reason = self.selection.reason_to_skip(clause)
            self.run.stopped = self.run.stopped or self.target.halted
            if reason or self.run.stopped:
                self.conclude(_untried(clause, reason, self.run.stopped))
                continue
            self.on_start(clause)
            self.trying = clause
            outcome = try_clause(context, LAWS[clause.kind], clause)
            self.trying = None
            self.watch(outcome)
            if may_plant and outcome.verdict == "not-exercised" and not _not_reached(outcome):
                self.lacking.append(outcome)
            else:
                self.conclude(outcome)

    def try_with_witnesses(self, context: RunContext) -> RunContext:
        """Plant rows and try again what was set aside; gives an Ask that has asked nothing of the old rows."""
        try:
            planted = plant(context, {outcome.clause.operation for outcome in self.lacking})
        except (NotSent, Stopped):
            planted = 0
        asked = context.restart()
        while self.lacking:
            outcome = self.lacking.pop(0)
            clause = outcome.clause
            self.conclude(try_clause(asked, LAWS[clause.kind], clause) if planted else outcome)
        return asked

    def watch(self, outcome: Outcome) -> None:
        """Stop when a budget is spent or the target is gone. A fault of the suite's own says nothing of the target."""
        code = outcome.reason.code if outcome.reason else None
        if code == "unanswered":
            self.unanswered += 1
        elif code != "own-fault":
            self.unanswered = 0
        if outcome.reason and _not_reached(outcome):
            self.run.stopped = outcome.reason.text
        elif self.unanswered >= GONE:
            self.run.stopped = "the target stopped answering"

    def conclude(self, outcome: Outcome) -> None:
        """A clause has its verdict."""
        self.run.outcomes.append(outcome)
        self.run.requests = dict(self.target.sent)
        self.on_outcome(outcome)

    def finish(self) -> None:
        """Every clause gets a verdict, also those that weren't reached."""
        for outcome in self.lacking:
            self.conclude(outcome)
        concluded = {outcome.clause.id for outcome in self.run.outcomes}
        for clause in self.run.contract.clauses:
            if clause.id not in concluded:
                self.conclude(_untried(clause, self.selection.reason_to_skip(clause), self.run.stopped))
        order = {clause.id: n for n, clause in enumerate(self.run.contract.clauses)}
        self.run.outcomes.sort(key=lambda outcome: order[outcome.clause.id])
        self.run.finished = datetime.now(UTC)


def _not_reached(outcome: Outcome) -> bool:
    return outcome.reason is not None and outcome.reason.code == "not-reached"


def _untried(clause: Clause, skipped: Reason | None, stopped: str | None) -> Outcome:
    if skipped:
        return Outcome(clause, "skipped", reason=skipped)
    return Outcome(clause, "not-exercised", reason=Reason("not-reached", stopped or "the run ended before it"))


def operations_to_write(contract: Contract, clauses: Iterable[Clause], selection: Selection) -> list[Operation]:
    """The operations of whose writes some selected clause's law needs a trace."""
    codes = {c.operation for c in clauses if LAWS[c.kind].scenario and selection.reason_to_skip(c) is None}
    return [o for o in contract.operations if o.code in codes]


def in_order(clauses: Iterable[Clause]) -> list[Clause]:
    """Clauses in the order in which a run tries them: phase by phase, and in each family by family."""
    found = list(clauses)
    families = list(dict.fromkeys(clause.family for clause in found))
    return sorted(found, key=lambda clause: (phase_of(clause), families.index(clause.family)))


Confirm = Callable[[RunContext, Law, Clause, Finding], tuple[Held | NotExercised | Finding, int]]
"""What becomes of a finding, and how often it was seen again."""


def try_clause(context: RunContext, law: Law, clause: Clause, confirm: Confirm = confirm) -> Outcome:
    """One clause's verdict: the law's result, confirmed where it is a finding."""
    before, started = context.target.total, context.target.clock.monotonic()
    replays = 0
    try:
        result = law(context, clause)
        if isinstance(result, Finding):
            result, replays = confirm(context, law, clause, result)
        outcome = _outcome(context, clause, result, replays)
    except NotSent as held_back:
        text = context.target.redact(f"not sent: {held_back}", LONGEST_MESSAGE)
        outcome = Outcome(clause, "skipped", reason=Reason(_why_not_sent(held_back), text))
    except Unreachable as error:
        outcome = Outcome(clause, "error", reason=Reason("unanswered", str(error)))
    except Stopped as stopped:
        outcome = Outcome(clause, "not-exercised", reason=Reason("not-reached", str(stopped)))
    except Exception as error:  # one law's own mistake is reported as such, and spoils no other clause
        where = traceback.extract_tb(error.__traceback__)[-1]
        at = f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}"
        what = context.target.redact(f"a fault of the suite's own: {at}: {error}", LONGEST_MESSAGE)
        outcome = Outcome(clause, "error", reason=Reason("own-fault", what))
    return replace(outcome, requests=context.target.total - before, seconds=context.target.clock.monotonic() - started)


def _why_not_sent(held_back: NotSent) -> Code:
    match held_back:
        case NoOwnRow():
            return held_back.reason.code
        case NotPermitted():
            return "not-permitted"
        case _:
            return "held-back"


def _outcome(context: RunContext, clause: Clause, result: Held | NotExercised | Finding, replays: int) -> Outcome:
    target = context.target
    if isinstance(result, NotExercised):
        text = target.redact(result.reason.text, LONGEST_MESSAGE)
        return Outcome(clause, "not-exercised", reason=replace(result.reason, text=text))
    if isinstance(result, Held):
        if result.witnesses < 1:
            vacuous = Reason("no-witness", "no case in which a wrong server would have answered otherwise")
            return Outcome(clause, "not-exercised", reason=vacuous)
        return Outcome(clause, "held", witnesses=result.witnesses, survivors=result.survivors)
    counterexample = counterexample_of(target, result, replays)
    context.evidence.violated.add(clause.id)
    return Outcome(clause, "violated", witnesses=result.witnesses, counterexample=counterexample)
