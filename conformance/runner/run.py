"""A run: every selected clause gets its law, and every law's result a verdict."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from conformance.laws import LAWS, Law
from conformance.laws.law import NoOwnRow
from conformance.laws.responses import Evidence, evidence_laws
from conformance.reading.context import RunContext
from conformance.reading.page_limits import with_page_limits
from conformance.runner.confirm import confirm
from conformance.scenarios import run_all
from conformance.scenarios.planting import plant
from conformance.selection import Selection
from conformance.transport.errors import NotPermitted, NotSent, Stopped, Unreachable
from conformance.transport.target import Target
from conformance.verdict import (
    LONGEST_ANSWER,
    LONGEST_MESSAGE,
    Code,
    Counterexample,
    Finding,
    Held,
    NotExercised,
    Outcome,
    Reason,
)
from spec import Clause, Contract, Operation

FAMILIES = (
    "page",
    "filter",
    "default",
    "relation",
    "combine",
    "explore",
    "wire",
    "edges",
    "search",
    "param",
    "auth",
    "batch",
    "write",
    "body",
)
"""The order in which families are tried."""

TOLD = ("batch.ticket", "batch.found", "write.", "body.")
"""Kinds of clauses that are judged by the stories of our own writes."""

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
    on_start: Callable[[Clause], None] = lambda clause: None,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    before_responses: Step = lambda: None,
    more_laws: Mapping[str, Law] | None = None,
) -> None:
    """Try every selected clause; `run` holds what was found however the run ends.

    First what only reads, then, on data that lacked a telling case, the same again with rows of our own; then
    what writes; last what speaks from all answers. `before_responses` is called before those: there
    Schemathesis' engine adds to the evidence, and brings its own laws.
    """
    laws = {**LAWS, **evidence_laws(evidence), **(more_laws or {})}
    scheduler = _Scheduler(run, target, selection, laws, on_start, on_outcome)
    reads, writes, last = in_passes(run.contract.clauses)
    context = RunContext(run.contract, target, run.seed, began)
    try:
        with contextlib.suppress(NotSent, Stopped):  # the first clause meets the same, and says so
            context, notes = with_page_limits(context)
            run.notes += notes
        scheduler.try_all(context, reads, may_plant=target.ownership is not None)
        if scheduler.lacking:
            context = scheduler.try_with_witnesses(context)
        if not run.stopped:
            run_all(context, _writing_operations(run.contract, writes, selection))
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
        laws: Mapping[str, Law],
        on_start: Callable[[Clause], None],
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        self.run = run
        self.target = target
        self.selection = selection
        self.laws = laws
        self.on_start = on_start
        self.on_outcome = on_outcome
        self.unanswered = 0
        self.trying: Clause | None = None
        self.lacking: list[Outcome] = []
        """Outcomes that rows of our own may change, not concluded yet."""

    def try_all(self, context: RunContext, clauses: Iterable[Clause], *, may_plant: bool = False) -> None:
        """Try clauses in turn; those that lack a telling case are set aside where rows may be planted."""
        for clause in clauses:
            reason = self.selection.reason_to_skip(clause)
            self.run.stopped = self.run.stopped or self.target.halted
            if reason or self.run.stopped:
                self.conclude(_untried(clause, reason, self.run.stopped))
                continue
            self.on_start(clause)
            self.trying = clause
            outcome = try_clause(context, self.laws[clause.kind], clause)
            self.trying = None
            self.watch(outcome)
            if may_plant and outcome.verdict == "not-exercised" and not _not_reached(outcome):
                self.lacking.append(outcome)
            else:
                self.conclude(outcome)

    def try_with_witnesses(self, context: RunContext) -> RunContext:
        """Plant rows and try again what was set aside; gives an Ask that has asked nothing of the old rows."""
        try:
            planted = plant(context)
        except (NotSent, Stopped):
            planted = 0
        asked = context.restart()
        while self.lacking:
            outcome = self.lacking.pop(0)
            clause = outcome.clause
            self.conclude(try_clause(asked, self.laws[clause.kind], clause) if planted else outcome)
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


def _writing_operations(contract: Contract, clauses: Iterable[Clause], selection: Selection) -> list[Operation]:
    """The operations whose writes some selected clause is about."""
    codes = {c.operation for c in clauses if c.kind.startswith(TOLD) and selection.reason_to_skip(c) is None}
    return [o for o in contract.operations if o.code in codes]


def in_passes(clauses: Iterable[Clause]) -> tuple[list[Clause], list[Clause], list[Clause]]:
    """Clauses that only read, those that write, and those that come after all others, each family by family.

    Some speak from all answers; and a very large batch keeps a server busy, so nothing else waits behind it.
    """
    rank = {family: n for n, family in enumerate(FAMILIES)}

    def comes_last(clause: Clause) -> bool:
        return clause.family == "response" or clause.kind == "body.large"

    ordered = sorted(clauses, key=lambda clause: (clause.kind == "body.large", rank.get(clause.family, len(rank))))
    earlier = [c for c in ordered if not comes_last(c)]
    return [c for c in earlier if not c.writes], [c for c in earlier if c.writes], list(filter(comes_last, ordered))


def in_order(clauses: Iterable[Clause]) -> list[Clause]:
    """Clauses in the order in which a run tries them."""
    reads, writes, last = in_passes(clauses)
    return [*reads, *writes, *last]


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
        outcome = _outcome(context.target, clause, result, replays)
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


def _outcome(target: Target, clause: Clause, result: Held | NotExercised | Finding, replays: int) -> Outcome:
    if isinstance(result, NotExercised):
        text = target.redact(result.reason.text, LONGEST_MESSAGE)
        return Outcome(clause, "not-exercised", reason=replace(result.reason, text=text))
    if isinstance(result, Held):
        if result.witnesses < 1:
            vacuous = Reason("no-witness", "no case in which a wrong server would have answered otherwise")
            return Outcome(clause, "not-exercised", reason=vacuous)
        return Outcome(clause, "held", witnesses=result.witnesses, survivors=result.survivors)
    counterexample = Counterexample(
        expected=target.redact(result.expected, LONGEST_MESSAGE),
        observed=target.redact(result.observed, LONGEST_MESSAGE),
        requests=tuple(
            target.redact(e.request.curl(target.base_url, target.key_options(e.request))) for e in result.chain
        ),
        answers=tuple(target.redact(e.response.shown(), LONGEST_ANSWER) for e in result.chain),
        replays=replays,
    )
    return Outcome(clause, "violated", witnesses=result.witnesses, counterexample=counterexample)
