"""A run: every selected clause gets its law, and every law's result a verdict."""

from __future__ import annotations

import fnmatch
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
from conformance.target import NotSent, Stopped, Target, Unreachable
from conformance.verdict import Counterexample, Finding, Held, NotExercised, Outcome, Verdict
from spec import Clause, Contract

FAMILIES = ("page", "filter", "default", "relation", "combine", "wire", "search", "param", "auth", "batch", "write", "body")
"""The order in which families are tried; `response` speaks from all of them and comes last."""

GONE = 3
"""After so many clauses in a row without an answer the target counts as gone."""


@dataclass(frozen=True)
class Selection:
    """Which clauses a run tries."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    writes: bool = False

    def reason_to_skip(self, clause: Clause) -> str | None:
        """Why a clause isn't tried, or None."""
        if self.only and not any(matches(clause.id, pattern) for pattern in self.only):
            return "not selected by --only"
        if any(matches(clause.id, pattern) for pattern in self.skip):
            return "switched off by --skip"
        if clause.writes and not self.writes:
            return "needs writes (--writes)"
        return None


def matches(clause_id: str, pattern: str) -> bool:
    """True when a pattern selects a clause: its id, a prefix of it up to a dot, or a glob."""
    return (
        clause_id == pattern
        or clause_id.startswith(f"{pattern.rstrip('.')}.")
        or fnmatch.fnmatchcase(clause_id, pattern)
    )


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

    @property
    def violations(self) -> list[Outcome]:
        """The violated clauses that decide the exit code."""
        return [o for o in self.outcomes if o.verdict == "violated" and (self.strict or o.clause.level == "documented")]

    @property
    def exit_code(self) -> int:
        """0 conforms, 1 violations, 2 nothing could be exercised or the run broke off."""
        if self.violations:
            return 1
        exercised = any(o.verdict in ("held", "violated") for o in self.outcomes)
        broken = any(o.verdict == "error" for o in self.outcomes)
        return 0 if exercised and not broken and self.stopped is None else 2


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

    def conclude(outcome: Outcome) -> None:
        run.outcomes.append(outcome)
        run.requests = dict(target.sent)
        on_outcome(outcome)

    try:
        ordered = in_order(run.contract.clauses)
        for index, clause in enumerate(ordered):
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
            outcome = try_clause(ask, law, clause)
            unanswered = unanswered + 1 if outcome.verdict == "error" else 0
            conclude(outcome)
            if outcome.reason.startswith(_BUDGET):
                run.stopped = outcome.reason.removeprefix(_BUDGET)
            elif unanswered >= GONE:
                run.stopped = "the target stopped answering"
    except KeyboardInterrupt:
        run.stopped = "interrupted"
        tried = {o.clause.id for o in run.outcomes}
        for clause in in_order(run.contract.clauses):
            if clause.id not in tried:
                conclude(_untried(clause, selection.reason_to_skip(clause), run.stopped))
    finally:
        run.requests = dict(target.sent)
        run.finished = datetime.now(UTC)
        order = {clause.id: n for n, clause in enumerate(run.contract.clauses)}
        run.outcomes.sort(key=lambda o: order[o.clause.id])


_BUDGET = "not reached: "


def _untried(clause: Clause, skipped: str | None, stopped: str | None) -> Outcome:
    if skipped:
        return Outcome(clause, "skipped", reason=skipped)
    return Outcome(clause, "not-exercised", reason=f"{_BUDGET}{stopped}")


def in_order(clauses: Iterable[Clause]) -> list[Clause]:
    """Clauses family by family, those that gather evidence before those that speak from it."""
    rank = {family: n for n, family in enumerate(FAMILIES)}
    return sorted(clauses, key=lambda c: (c.family == "response", rank.get(c.family, len(rank))))


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
        outcome = Outcome(clause, "skipped", reason=f"not sent: {held_back}")
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
        return Outcome(clause, "not-exercised", reason=result.missing)
    if isinstance(result, Held):
        if result.witnesses < 1:
            return Outcome(
                clause, "not-exercised", reason="no case in which a wrong server would have answered otherwise"
            )
        return Outcome(clause, "held", witnesses=result.witnesses, untold=result.untold)
    counterexample = Counterexample(
        expected=target.redact(result.expected),
        observed=target.redact(result.observed),
        requests=tuple(target.redact(e.request.curl(target.base_url, target.key_header)) for e in result.chain),
        answers=tuple(target.redact(e.answer.shown()) for e in result.chain),
        replays=replays,
    )
    return Outcome(clause, "violated", witnesses=result.witnesses, counterexample=counterexample)


def tally(outcomes: Iterable[Outcome]) -> dict[Verdict, int]:
    """How many clauses have which verdict."""
    found: dict[Verdict, int] = {"held": 0, "violated": 0, "not-exercised": 0, "skipped": 0, "error": 0}
    for outcome in outcomes:
        found[outcome.verdict] += 1
    return found
