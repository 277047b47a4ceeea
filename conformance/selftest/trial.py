"""One fault on trial: a sandbox with the fault, and the clauses that should turn red."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from conformance import fuzzing as engine
from conformance import sandbox
from conformance.fuzzing.explore import explore
from conformance.laws import LAWS, Phase, phase_of
from conformance.reading.context import RunContext
from conformance.reading.evidence import Evidence
from conformance.runner.confirm import confirm
from conformance.runner.run import Confirm, in_order, try_clause
from conformance.transport.errors import NotSent, Stopped
from conformance.transport.exchange import Request
from conformance.transport.guard import Ownership
from conformance.transport.journal import JOURNAL
from conformance.transport.pace import Limits
from conformance.transport.target import Target
from conformance.verdict import Outcome, Reason
from spec import Clause, Contract

LIMITS = Limits(batch=4.0, lag=0.2)
"""A sandbox on this machine is fast and its lists don't lag: a row that is missing now stays missing."""


@dataclass(frozen=True)
class Trial:
    """The result for one fault."""

    fault: str
    clause: str
    """The clause that the fault breaks."""
    red: tuple[str, ...]
    """The clauses that turned red."""
    tried: int
    """The number of clauses that were tried."""
    why_not: str
    """The verdict and reason of the fault's own clause, where it didn't turn red."""
    requests: int
    seconds: float

    @property
    def found(self) -> bool:
        """True when any clause turned red."""
        return bool(self.red)

    @property
    def found_by_own(self) -> bool:
        """True when the clause that the fault breaks turned red."""
        return self.clause in self.red


@dataclass(frozen=True)
class Judged:
    """A clause on the honest sandbox, and on one for each of its faults."""

    clause: str
    honest: str
    """The verdict on the honest sandbox."""
    reason: str
    trials: tuple[Trial, ...]


@dataclass
class Session:
    """A running sandbox, with all that is needed to try clauses on it."""

    context: RunContext
    seen: engine.Observations

    def outcome(self, clause: Clause, confirm: Confirm = confirm) -> Outcome:
        """The verdict on a clause, as a run gives it: a finding is confirmed by replays."""
        law = LAWS.get(clause.kind)
        if law is None:
            return Outcome(clause, "skipped", reason=Reason("own-fault", "there is no law for it"))
        return try_clause(self.context, law, clause, confirm)

    def try_once(self, clause: Clause) -> Outcome:
        """The verdict without replays. Nobody else changes a sandbox's data, and this takes a third of the time."""
        return self.outcome(clause, lambda context, law, clause, finding: (finding, 0))

    def gather(self, contract: Contract, clause: Clause) -> None:
        """Send the requests of the operation's other clauses, for the evidence alone.

        The responses of a status operation are recorded when batches are written.
        """
        status = contract.by_code[clause.operation].id
        asking = [o.code for o in contract.operations if o.ticket and o.ticket.operation_id == status][:1]
        for other in in_order(contract.clauses):
            concerned = other.operation in (clause.operation, *asking)
            law = LAWS.get(other.kind)
            access = contract.by_code[other.operation].access
            # Right and wrong requests. What other reads of a list are answered is like what a plain one is.
            asks = law and (law.scenario or law.phase in (Phase.REFUSALS, Phase.LOAD) or (access and access.of_one))
            if concerned and law and asks and not law.phase.judges_evidence:
                with contextlib.suppress(NotSent, Stopped):
                    law(self.context, other)


def _text(outcome: Outcome) -> str:
    return outcome.reason.text if outcome.reason else ""


class Bench:
    """Tries the faults of a contract. Keeps honest sandboxes as long as the process lives."""

    def __init__(self, contract: Contract, seed: int, *, full: bool = False) -> None:
        self.contract = contract
        self.seed = seed
        self.full = full
        self._stack = contextlib.ExitStack()
        self._honest: dict[bool, Session] = {}

    def close(self) -> None:
        """Stop the honest sandboxes."""
        self._stack.close()
        self._honest.clear()

    def judge(self, clause: Clause, faults: list[sandbox.Fault]) -> Judged:
        """Try a clause on the honest sandbox, then on each of its faults."""
        with self._without_fault(clause) as honest:
            if phase_of(clause).judges_evidence:
                self._gather(honest, clause)
            outcome = honest.outcome(clause)
            trials = [self.trial(fault, clause, honest) for fault in faults]
        return Judged(clause.id, outcome.verdict, _text(outcome), tuple(trials))

    def trial(self, fault: sandbox.Fault, clause: Clause, honest: Session) -> Trial:
        """Try one fault. The `honest` sandbox has chosen the cases, as it would on the faulty sandbox too."""
        started = time.monotonic()
        gathers = phase_of(clause).judges_evidence
        with self._session((fault.id,), observed=self.full or gathers) as session:
            fresh, session.context = session.context, honest.context.replay_context()
            session.context.target, session.context.evidence = fresh.target, fresh.evidence
            if gathers:
                self._gather(session, clause)
            look = session.outcome if self.full else session.try_once
            own = look(clause)
            if own.verdict != "violated":
                # A case that was chosen on honest rows may discriminate nothing on the rows of the faulty sandbox.
                session.context = session.context.restart()
                own = look(clause)
            outcomes = [own]
            for other in self._others(clause):
                if not self.full and any(o.verdict == "violated" for o in outcomes):
                    break
                outcomes.append(look(other))
            return Trial(
                fault.id,
                clause.id,
                tuple(o.clause.id for o in outcomes if o.verdict == "violated"),
                len(outcomes),
                "" if own.verdict == "violated" else f"{own.verdict}: {_text(own)}".rstrip(": "),
                session.context.target.total,
                round(time.monotonic() - started, 3),
            )

    def _others(self, clause: Clause) -> list[Clause]:
        """The clauses to try beside the fault's own: all, or those of the same operation until one finds the fault."""
        ordered = [other for other in in_order(self.contract.clauses) if other.id != clause.id]
        if self.full:
            return ordered
        near = [other for other in ordered if other.operation == clause.operation]
        return sorted(near, key=lambda other: other.family != clause.family)

    def _gather(self, session: Session, clause: Clause) -> None:
        session.gather(self.contract, clause)
        rows = [
            o.code for o in self.contract.operations if o.access and o.access.action == "upserts" and not o.access.parts
        ]
        wanted = dict.fromkeys([*rows, clause.operation] if clause.writes else [clause.operation])
        for request in (one for code in wanted for one in self._generated.get(code, ())):
            with contextlib.suppress(NotSent, Stopped):
                session.seen.observe(request, session.context.target.send(request))

    @cached_property
    def _generated(self) -> dict[str, list[Request]]:
        """The requests of Schemathesis' engine, by operation.

        They are the same for every sandbox, so they are made once.
        """
        with self._session() as honest:
            explore(honest.seen, honest.context.target, self.seed)
            return honest.seen.asked

    @contextlib.contextmanager
    def _without_fault(self, clause: Clause) -> Iterator[Session]:
        """An honest sandbox: a fresh one where evidence is gathered, else one for reads and one for writes."""
        if phase_of(clause).judges_evidence:
            with self._session(observed=True) as session:
                yield session
            return
        if clause.writes not in self._honest:
            self._honest[clause.writes] = self._stack.enter_context(self._session())
        yield self._honest[clause.writes]

    @contextlib.contextmanager
    def _session(self, faults: tuple[str, ...] = (), *, observed: bool = False) -> Iterator[Session]:
        settings = sandbox.Settings(faults=faults)
        evidence = Evidence(self.contract)
        seen = engine.Observations(self.contract, generated=evidence.generated)
        with sandbox.serve(self.contract, settings) as url, tempfile.TemporaryDirectory() as folder:
            # One token for all, so that requests that were generated for one sandbox can be sent to another.
            ownership = Ownership(self.contract, url, Path(folder) / JOURNAL, "selftest")
            # The sandbox speaks plain HTTP. Without certificates to load, a target is ready at once.
            target = Target(url, self.contract, settings.api_key, LIMITS, ownership=ownership, verify=False)
            if observed:
                target.observe = evidence.observe
            try:
                yield Session(RunContext(self.contract, target, self.seed, evidence=evidence), seen)
            finally:
                target.close()
