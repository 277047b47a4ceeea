"""A run: every selected clause gets its law, and every law's result a verdict."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from conformance.ask import Ask
from conformance.confirm import confirm
from conformance.laws import LAWS, Law
from conformance.laws.responses import Evidence, evidence_laws
from conformance.planting import plant
from conformance.selection import Selection
from conformance.stories import tell_all
from conformance.target import NotSent, Stopped, Target, Unreachable
from conformance.verdict import Counterexample, Finding, Held, NotExercised, Outcome
from spec import Clause, Contract, Operation

FAMILIES = (
    "page",
    "filter",
    "default",
    "relation",
    "combine",
    "explore",
    "wire",
    "search",
    "param",
    "auth",
    "batch",
    "write",
    "body",
)
"""The order in which families are tried; `response` speaks from all of them and comes last."""

TOLD = ("batch.ticket", "batch.found", "write.", "body.")
"""Kinds of clauses that are judged by the stories of our own writes."""

GONE = 3
"""After so many clauses in a row without an answer the target counts as gone."""


@dataclass
class Run:
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
    run: Run,
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

    `before_responses` is called when all laws but those that speak from the evidence are through: there
    Schemathesis' engine adds to it, and brings its own laws.
    """
    ask = Ask(run.contract, target, run.seed, began)
    laws = {**LAWS, **evidence_laws(evidence), **(more_laws or {})}
    unanswered = 0
    waiting: list[Outcome] = []
    told = False

    def conclude(outcome: Outcome) -> None:
        run.outcomes.append(outcome)
        run.requests = dict(target.sent)
        on_outcome(outcome)

    try:
        ordered = in_order(run.contract.clauses)
        for index, clause in enumerate(ordered):
            if clause.family == "response" and waiting and not run.stopped:
                ask = _with_witnesses(ask, laws, waiting, conclude)
            if clause.family == "response" and (index == 0 or ordered[index - 1].family != "response"):
                before_responses()
            reason = selection.reason_to_skip(clause)
            if reason or run.stopped:
                conclude(_untried(clause, reason, run.stopped))
                continue
            on_start(clause)
            law = laws.get(clause.kind)
            if law is None:
                conclude(Outcome(clause, "skipped", reason="there is no law for it yet"))
                continue
            if clause.writes and waiting:
                ask = _with_witnesses(ask, laws, waiting, conclude)
            if clause.kind.startswith(TOLD) and not told:
                told = True
                tell_all(ask, _writers(run.contract, ordered, selection))
            outcome = try_clause(ask, law, clause)
            unanswered = unanswered + 1 if outcome.verdict == "error" else 0
            if outcome.verdict == "not-exercised" and _may_be_helped(target, clause, outcome):
                waiting.append(outcome)
                continue
            conclude(outcome)
            if outcome.reason.startswith(_BUDGET):
                run.stopped = outcome.reason.removeprefix(_BUDGET)
            elif unanswered >= GONE:
                run.stopped = "the target stopped answering"
    except KeyboardInterrupt:
        run.stopped = "interrupted"
    finally:
        for outcome in waiting:
            conclude(outcome)
        tried = {o.clause.id for o in run.outcomes}
        for clause in in_order(run.contract.clauses):
            if clause.id not in tried:
                conclude(_untried(clause, selection.reason_to_skip(clause), run.stopped))
        run.requests = dict(target.sent)
        run.finished = datetime.now(UTC)
        order = {clause.id: n for n, clause in enumerate(run.contract.clauses)}
        run.outcomes.sort(key=lambda o: order[o.clause.id])


_BUDGET = "not reached: "


def _writers(contract: Contract, clauses: Iterable[Clause], selection: Selection) -> list[Operation]:
    """The operations whose writes some selected clause is about."""
    codes = {c.operation for c in clauses if c.kind.startswith(TOLD) and selection.reason_to_skip(c) is None}
    return [o for o in contract.operations if o.code in codes]


def _may_be_helped(target: Target, clause: Clause, outcome: Outcome) -> bool:
    """True for a clause that only reads and lacks a telling case, where the run may plant rows."""
    reads = not clause.writes and clause.family not in ("auth", "response")
    return reads and target.ownership is not None and not outcome.reason.startswith(_BUDGET)


def _with_witnesses(
    ask: Ask, laws: Mapping[str, Law], waiting: list[Outcome], conclude: Callable[[Outcome], None]
) -> Ask:
    """Plant rows and try again what lacked a telling case; gives an Ask that has asked nothing of the old rows."""
    try:
        planted = plant(ask)
    except (NotSent, Stopped):
        planted = 0
    asked = ask.replanned()
    while waiting:
        outcome = waiting.pop(0)
        conclude(try_clause(asked, laws[outcome.clause.kind], outcome.clause) if planted else outcome)
    return asked


def _untried(clause: Clause, skipped: str | None, stopped: str | None) -> Outcome:
    if skipped:
        return Outcome(clause, "skipped", reason=skipped)
    return Outcome(clause, "not-exercised", reason=f"{_BUDGET}{stopped}")


def in_order(clauses: Iterable[Clause]) -> list[Clause]:
    """Clauses family by family, those that gather evidence before those that speak from it."""
    rank = {family: n for n, family in enumerate(FAMILIES)}
    # A very large batch keeps a server busy, so nothing else waits behind it.
    return sorted(
        clauses, key=lambda c: (c.family == "response", c.kind == "body.large", rank.get(c.family, len(rank)))
    )


def try_clause(ask: Ask, law: Law, clause: Clause) -> Outcome:
    """One clause's verdict: the law's result, confirmed where it is a finding."""
    before, started = ask.target.total, time.monotonic()
    replays = 0
    try:
        result = law(ask, clause)
        if isinstance(result, Finding):
            result, replays = confirm(ask, law, clause, result)
        outcome = _outcome(ask.target, clause, result, replays)
    except NotSent as held_back:
        outcome = Outcome(clause, "skipped", reason=ask.target.redact(f"not sent: {held_back}"))
    except Unreachable as error:
        outcome = Outcome(clause, "error", reason=str(error))
    except Stopped as stopped:
        outcome = Outcome(clause, "not-exercised", reason=f"{_BUDGET}{stopped}")
    except Exception as error:  # one law's own mistake is reported as such, and spoils no other clause
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}"
        outcome = Outcome(clause, "error", reason=ask.target.redact(f"a fault of the suite's own: {what}: {error}"))
    return replace(outcome, requests=ask.target.total - before, seconds=time.monotonic() - started)


def _outcome(target: Target, clause: Clause, result: Held | NotExercised | Finding, replays: int) -> Outcome:
    if isinstance(result, NotExercised):
        return Outcome(clause, "not-exercised", reason=target.redact(result.missing))
    if isinstance(result, Held):
        if result.witnesses < 1:
            return Outcome(
                clause, "not-exercised", reason="no case in which a wrong server would have answered otherwise"
            )
        return Outcome(clause, "held", witnesses=result.witnesses, untold=result.untold)
    counterexample = Counterexample(
        expected=target.redact(result.expected),
        observed=target.redact(result.observed),
        requests=tuple(
            target.redact(e.request.curl(target.base_url, target.key_header, target.key_prefix)) for e in result.chain
        ),
        answers=tuple(target.redact(e.answer.shown()) for e in result.chain),
        replays=replays,
    )
    return Outcome(clause, "violated", witnesses=result.witnesses, counterexample=counterexample)
